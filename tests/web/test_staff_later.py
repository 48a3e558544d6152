"""The department's pages after a decision: a document given later, remedies, earlier applications, reminders."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from tests.apps.county import Company, County, at
from tests.apps.test_again import anew, refused
from tests.apps.test_commitments import DEPARTMENT, approve, promised
from tests.apps.test_later_documents import ask
from tests.apps.test_onemap import guided, hand_in, ready
from tests.beginnings import begins_with
from tests.web.staffdesk import SetClock, company, county, desk, set_clock, signed_in, text_of
from yinuo.engine.people.models import Department
from yinuo.engine.work.actions import remind, tick
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.commitments.models import Commitment
from yinuo.rooms.onemap.actions import enter_remedy
from yinuo.rooms.onemap.models import LaterDocument, MapItem, Problem, Remedy

pytestmark = begins_with(guided)

__all__ = ["company", "county", "set_clock"]


@pytest.fixture
def asked(county: County, company: Company, set_clock: SetClock) -> LaterDocument:
    made = ask(company, approve(county, promised(county, company)))
    set_clock("2026-12-01 10:00")
    return made


def url_of(asked: LaterDocument) -> str:
    return f"/staff/later/{asked.pk}/"


def verbs(page: str) -> set[str]:
    return {part.split('"')[0] for part in page.split('name="do" value="')[1:]}


def test_the_document_is_accepted_given_and_delivered_on_one_page(county: County, asked: LaterDocument) -> None:
    client, url = desk(county, "approver", DEPARTMENT), url_of(asked)
    page = text_of(client.get(url))
    assert verbs(page) == {"accept", "send_back"}
    for words in ("银行放款须见规划许可批文", "原决定", "看原事项", "三(七)"):
        assert words in page
    assert client.post(url, {"do": "accept", "accept-version": asked.version}).status_code == 302
    asked.refresh_from_db()
    page = text_of(client.get(url))
    assert verbs(page) == {"give"}
    refusal = {"do": "give", "give-version": asked.version, "give-granted": "no", "give-document_number": "不1"}
    answer = client.post(url, refusal)
    assert answer.status_code == 422
    assert "选择不予许可的情形" in text_of(answer)
    taken = {**refusal, "give-granted": "yes", "give-document_number": "建字〔2026〕1号"}
    assert "已经用过" in text_of(client.post(url, taken))
    assert client.post(url, {**taken, "give-document_number": "批〔2026〕1号"}).status_code == 302
    asked.refresh_from_db()
    assert asked.state == "issued"
    page = text_of(client.get(url))
    assert "批〔2026〕1号" in page
    assert (
        client.post(url, {"do": "deliver", "deliver-version": asked.version, "deliver-how": "在线送达"}).status_code
        == 302
    )
    assert verbs(text_of(client.get(url))) == set()
    assert Commitment.objects.get().state == "decided"


def test_what_is_missing_is_told_once_with_whole_points(county: County, company: Company, asked: LaterDocument) -> None:
    client, url = desk(county, "approver", DEPARTMENT), url_of(asked)
    sent = {"do": "send_back", "send_back-version": asked.version, "send_back-count": 2, "send_back-reason": "缺图"}
    assert "至少写一条" in text_of(client.post(url, sent))
    assert (
        text_of(client.post(url, {**sent, "more": "1"})).count("<fieldset")
        == text_of(client.get(url)).count("<fieldset") + 3
    )
    point = {
        "send_back-0-code": "incomplete.material_missing",
        "send_back-0-subject": "总平面图",
        "send_back-0-request": "补交",
    }
    assert client.post(url, {**sent, **point}).status_code == 302
    page = text_of(client.get(url))
    assert "总平面图" in page
    assert verbs(page) == set()
    ask(company, Commitment.objects.get(), at("2026-12-02 09:00"))
    assert verbs(text_of(client.get(url))) == {"accept"}


def test_others_read_and_strangers_do_not(county: County, company: Company, asked: LaterDocument) -> None:
    url = url_of(asked)
    reader = desk(county, "general_convener")
    assert verbs(text_of(reader.get(url))) == set()
    assert reader.post(url, {"do": "accept", "accept-version": asked.version}).status_code == 403
    assert signed_in(company.person).get(url).status_code == 403
    assert desk(county, "approver", DEPARTMENT).get("/staff/later/999999/").status_code == 404
    late = desk(county, "approver", DEPARTMENT).post(url, {"do": "give", "give-text": "写了很久的话"})
    assert late.status_code == 422
    assert "写了很久的话" in text_of(late)


def test_the_item_leads_to_the_request_and_the_inbox_does_too(county: County, asked: LaterDocument) -> None:
    client = desk(county, "approver", DEPARTMENT)
    assert url_of(asked) in text_of(client.get(f"/staff/items/{asked.item.pk}/"))
    assert url_of(asked) in text_of(client.get("/staff/"))


def test_the_request_takes_a_fixed_number_of_queries(
    county: County, asked: LaterDocument, django_assert_max_num_queries: Any
) -> None:
    client = desk(county, "approver", DEPARTMENT)
    client.get(url_of(asked))
    with django_assert_max_num_queries(16):
        client.get(url_of(asked))


# -- remedies and earlier applications on the item's page


def test_a_remedy_is_entered_by_the_department_and_concluded_with_its_words(
    county: County, company: Company, set_clock: SetClock
) -> None:
    item = refused(county, company)
    set_clock("2026-11-20 09:00")
    client, url = desk(county, "approver", item.department.key), f"/staff/items/{item.pk}/"
    page = text_of(client.get(url))
    key = re.search(r'name="remedy-key" value="([^"]+)"', page)
    assert key
    sent = {
        "do": "remedy", "remedy-key": key.group(1), "remedy-application": "1", "remedy-kind": "litigation",
        "remedy-body": "县人民法院", "remedy-filed_on": "2026-11-18", "remedy-text": "请求撤销",
    }  # fmt: skip
    assert client.post(url, {**sent, "remedy-filed_on": "2026-11-01"}).status_code == 422
    assert client.post(url, sent).status_code == 302
    assert client.post(url, sent).status_code == 302
    remedy = Remedy.objects.get()
    assert (remedy.kind, remedy.entered_as) == ("litigation", "approver")
    done = f"ruled-{remedy.pk}"
    ruling = {
        "do": done,
        f"{done}-version": 1,
        f"{done}-outcome": "dismissed",
        f"{done}-concluded_on": "2026-11-20",
        f"{done}-answer": "驳回",
    }
    assert client.post(url, {**ruling, f"{done}-answer": ""}).status_code == 422
    assert client.post(url, ruling).status_code == 302
    page = text_of(client.get(url))
    assert "驳回或者不予受理" in page
    assert done not in verbs(page)


def test_a_complaint_is_the_conveners_to_answer(county: County, company: Company, set_clock: SetClock) -> None:
    item = refused(county, company)
    set_clock("2026-11-20 09:00")
    remedy = enter_remedy(
        actor=company.actor,
        item_id=item.pk,
        kind="complaint",
        body="政务大厅",
        filed_on=date(2026, 11, 20),
        text="态度差",
        at=at("2026-11-20 09:00"),
    )
    url = f"/staff/items/{item.pk}/"
    assert f"ruled-{remedy.pk}" not in verbs(text_of(desk(county, "approver", item.department.key).get(url)))
    assert f"ruled-{remedy.pk}" in verbs(text_of(desk(county, "general_convener").get(url)))


def test_a_second_application_shows_what_became_of_the_first_and_why_it_comes_again(
    county: County, company: Company, set_clock: SetClock
) -> None:
    item = refused(county, company)
    anew(company, item)
    hand_in(company, item, at("2026-11-10 10:00"))
    set_clock("2026-11-10 11:00")
    page = text_of(desk(county, "approver", item.department.key).get(f"/staff/items/{item.pk}/"))
    for words in ("第 2 次申请", "以前的申请", "不予〔2026〕1号", "已调整总平面，退出规划控制线", "重新申报"):
        assert words in page
    assert {"accept", "send_back"} <= verbs(page)


# -- reminders, the order on the page, forms sent twice


@pytest.fixture
def late(county: County, company: Company, set_clock: SetClock) -> MapItem:
    item = ready(guided(county, company))
    county.actor("approver", item.department.key)
    hand_in(company, item, at("2026-11-06 09:00"))
    return item


def test_the_reminder_record_says_who_was_told_when_by_what_and_how_it_stood_to_the_due_day(
    county: County, late: MapItem, set_clock: SetClock
) -> None:
    work = WorkItem.objects.get(kind="receipt")
    remind(actor=county.actor("supervisor"), item=work, note="请抓紧", at=at("2026-11-10 09:00"))
    assert work.yellow_from is not None
    tick(work.yellow_from)
    set_clock("2026-11-13 17:00")
    page = text_of(desk(county, "approver", late.department.key).get(f"/staff/items/{late.pk}/"))
    record = page[page.index("提醒和催办记录") :]
    assert "催办：请抓紧" in record
    assert "到期前约" in record
    assert county.person("approver", late.department.key).name in record
    assert "短信" in record
    assert "站内" in record


def test_the_form_of_the_next_action_stands_before_the_material_and_a_colleague_without_one_is_led_on(
    county: County, late: MapItem, set_clock: SetClock
) -> None:
    set_clock("2026-11-06 10:00")
    page = text_of(desk(county, "approver", late.department.key).get(f"/staff/items/{late.pk}/"))
    assert page.index('id="act-accept"') < page.index('id="materials"') < page.index('id="act-problem"')
    reader = text_of(desk(county, "supervisor").get(f"/staff/items/{late.pk}/"))
    assert "这件现在不用您办" in reader or "您的待办都办完了" in reader


@pytest.mark.parametrize(("score", "word"), [("95", "优先办理"), ("62", "重点审查")])
def test_the_mark_of_the_companys_class_stands_on_the_item(
    county: County, set_clock: SetClock, score: str, word: str
) -> None:
    from tests.apps.county import new_company

    item = ready(guided(county, new_company("甘肃保安腰刀文旅有限公司", score)))
    set_clock("2026-11-06 10:00")
    assert word in text_of(desk(county, "approver", item.department.key).get(f"/staff/items/{item.pk}/"))


def test_a_problem_sent_twice_is_one(county: County, late: MapItem, set_clock: SetClock) -> None:
    set_clock("2026-11-06 10:00")
    client, url = desk(county, "supervisor"), f"/staff/items/{late.pk}/"
    key = re.search(r'name="problem-key" value="([^"]+)"', text_of(client.get(url)))
    assert key
    sent = {"do": "problem", "problem-key": key.group(1), "problem-text": "迟迟不受理"}
    assert client.post(url, sent).status_code == 302
    assert client.post(url, sent).status_code == 302
    assert Problem.objects.count() == 1


def test_acceptance_is_refused_on_the_items_page_and_the_company_reads_why_and_where_to_go(
    county: County, company: Company, set_clock: SetClock
) -> None:
    item = ready(guided(county, company))
    hand_in(company, item, at("2026-11-06 09:00"))
    set_clock("2026-11-06 15:00")
    client, url = desk(county, "approver", item.department.key), f"/staff/items/{item.pk}/"
    page = text_of(client.get(url))
    version = re.search(r'name="refuse_acceptance-version" value="(\d+)"', page)
    assert version and "不属于本部门职权范围" in page
    other = Department.objects.filter(hall=item.project.hall).exclude(pk=item.department_id).order_by("id")[0]
    sent = {
        "do": "refuse_acceptance", "refuse_acceptance-version": version.group(1), "refuse_acceptance-reason_code": "",
        "refuse_acceptance-referred_to": other.key, "refuse_acceptance-document_number": "不受〔2026〕9号",
        "refuse_acceptance-text": "这一类项目由别的部门审批",
    }  # fmt: skip
    refused = client.post(url, sent)
    assert refused.status_code == 422
    assert "选择不予受理的情形" in text_of(refused) and "这一类项目由别的部门审批" in text_of(refused), (
        "what was typed stays"
    )
    right = {**sent, "refuse_acceptance-reason_code": "not_accepted.not_competent"}
    assert desk(county, "approver", other.key).post(url, right).status_code == 403
    assert client.post(url, right).status_code == 302
    assert client.post(url, right).status_code == 422, "sent twice it is said that the item has moved on"
    unit = signed_in(company.person)
    own = text_of(unit.get(f"/items/{item.pk}/"))
    for words in (
        "没有受理",
        other.name,
        "这一类项目由别的部门审批",
        "不予受理的理由和救济",
        "不予受理决定书",
        "行政复议",
    ):
        assert words in own
    again = text_of(unit.get(f"/items/{item.pk}/again/"))
    assert f"新的申请由{other.name}办理" in again and "上次不予受理的理由" in again
    assert "不予受理" in text_of(unit.get(f"/projects/{item.project_id}/map/"))
