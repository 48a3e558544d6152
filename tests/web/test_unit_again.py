"""The company after a decision and between the two ways: applying anew, promise instead, a document given later,
remedies.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from tests.apps.county import at
from tests.apps.test_again import refused
from tests.apps.test_commitments import DEPARTMENT, approve, item_of, promise
from tests.apps.test_later_documents import POINTS
from tests.apps.test_onemap import guided, hand_in, ready
from tests.beginnings import begins_with
from tests.web.unit_desk import Desk, new_desk, pdf, value_of
from yinuo.rooms.commitments.models import Commitment
from yinuo.rooms.onemap.actions import (
    accept,
    accept_document_request,
    conclude_remedy,
    give_document,
    return_document_request,
)
from yinuo.rooms.onemap.actions.applying import next_number
from yinuo.rooms.onemap.models import Application, LaterDocument, MapItem, Remedy

pytestmark = begins_with(guided)


@pytest.fixture
def desk(db: None, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return new_desk(monkeypatch)


def hidden(page: str, *names: str) -> dict[str, str]:
    return {name: value_of(page, name) for name in names}


# -- a refusal


@pytest.fixture
def turned_down(desk: Desk) -> MapItem:
    item = refused(desk.county, desk.company)
    desk.moment("2026-11-10 09:00")
    return item


def test_a_refusal_shows_its_reasons_both_remedies_with_their_terms_and_the_way_to_apply_again(
    desk: Desk, turned_down: MapItem
) -> None:
    page = desk.get(f"/items/{turned_down.pk}/")
    for words in ("没有准予", "用地不符合规划", "不予〔2026〕1号", "行政复议", "行政诉讼"):
        assert words in page
    assert re.search(r"60\s?日", page)
    assert re.search(r"6\s?个月", page)
    assert f'href="/items/{turned_down.pk}/again/"' in page
    assert f'href="/items/{turned_down.pk}/remedy/"' in page


def test_the_company_applies_anew_reads_the_reasons_first_and_the_history_stays(
    desk: Desk, turned_down: MapItem
) -> None:
    url = f"/items/{turned_down.pk}/again/"
    page = desk.get(url)
    assert "用地不符合规划" in page
    assert "重新计时" in page
    form = hidden(page, "version", "key")
    assert "写明上次的原因已怎样解决" in desk.post(url, {**form, "why": ""}, status=200).content.decode()
    desk.post(url, {**form, "why": "已退出规划控制线"})
    desk.post(url, {**form, "why": "已退出规划控制线"})
    assert Application.objects.filter(again_at__isnull=False).count() == 1
    page = desk.get(f"/items/{turned_down.pk}/")
    for words in ("第 2 次申请", "以前的申请", "第 1 次申请", "不予许可", "用地不符合规划", "行政复议"):
        assert words in page
    assert f'href="/items/{turned_down.pk}/submit/"' in page


def test_the_second_versions_are_compared_within_their_own_application(desk: Desk, turned_down: MapItem) -> None:
    url = f"/items/{turned_down.pk}/again/"
    desk.post(url, {**hidden(desk.get(url), "version", "key"), "why": "已改"})
    hand_in(desk.company, turned_down, at("2026-11-10 10:00"))
    page = desk.get(f"/items/{turned_down.pk}/")
    assert "与第 1 次提交比较" in page
    assert "与第 2 次提交比较" not in page
    assert (page.count("第 1 次提交 · "), page.count("第 3 次提交")) == (2, 0)


def test_nobody_applies_anew_for_what_was_not_refused_nor_for_others(desk: Desk, turned_down: MapItem) -> None:
    other = ready(guided(desk.county, desk.company, name="另一个项目"))
    assert "现在不用重新申报" in desk.get(f"/items/{other.pk}/again/")
    for path in ("again", "remedy", "document", "promise-instead", "document/withdraw"):
        assert desk.stranger().get(f"/items/{turned_down.pk}/{path}/").status_code == 403
        assert desk.official().get(f"/items/{turned_down.pk}/{path}/").status_code == 403
        desk.client.logout()
        assert desk.client.get(f"/items/{turned_down.pk}/{path}/").status_code == 302
        desk.moment("2026-11-10 09:00")


def test_a_remedy_is_entered_once_and_its_outcome_shows(desk: Desk, turned_down: MapItem) -> None:
    url = f"/items/{turned_down.pk}/remedy/"
    page = desk.get(url)
    assert "不予〔2026〕1号" in page
    sent = {
        **hidden(page, "key"),
        "kind": "reconsideration",
        "body": "积石山县人民政府",
        "filed_on": "2026-11-10",
        "text": "请求撤销",
    }
    assert "决定之后、今天以前" in desk.post(url, {**sent, "filed_on": "2026-11-08"}, status=200).content.decode()
    assert "选择复议、诉讼或者投诉" in desk.post(url, {**sent, "kind": ""}, status=200).content.decode()
    desk.post(url, sent)
    desk.post(url, sent)
    remedy = Remedy.objects.get()
    assert "等结果" in desk.get(f"/items/{turned_down.pk}/")
    conclude_remedy(
        actor=desk.county.actor("approver", turned_down.department.key),
        remedy_id=remedy.pk,
        outcome="upheld",
        answer="维持",
        concluded_on=date(2026, 11, 10),
        at=at("2026-11-10 09:00"),
    )
    assert "维持原决定" in desk.get(f"/items/{turned_down.pk}/")


def test_before_a_decision_the_handling_may_be_complained_of_and_nothing_else(desk: Desk) -> None:
    item = ready(guided(desk.county, desk.company))
    hand_in(desk.company, item, at("2026-11-06 08:40"))
    url = f"/items/{item.pk}/remedy/"
    assert f'href="{url}"' in desk.get(f"/items/{item.pk}/")
    page = desk.get(url)
    assert "投诉由大厅的总召集人核实" in page and "行政诉讼" not in page and 'name="body"' not in page
    sent = {**hidden(page, "key"), "kind": "complaint", "filed_on": "2026-11-06", "text": ""}
    assert "写明请求和理由" in desk.post(url, sent, status=200).content.decode()
    desk.post(url, {**sent, "kind": "litigation", "text": "不服"}, status=200)
    assert not Remedy.objects.exists()
    desk.post(url, {**sent, "text": "三天没有人接电话"})
    page = desk.get(f"/items/{item.pk}/")
    assert "三天没有人接电话" in page and "前答复" in page


# -- from the regular way to a promise and back


@pytest.fixture
def handed(desk: Desk) -> MapItem:
    item = item_of(guided(desk.county, desk.company))
    hand_in(desk.company, item, at("2026-11-06 08:40"))
    return MapItem.objects.get(pk=item.pk)


def test_what_is_lost_and_kept_is_said_before_the_application_gives_way_to_a_promise(
    desk: Desk, handed: MapItem
) -> None:
    url = f"/items/{handed.pk}/promise-instead/"
    assert f'href="{url}"' in desk.get(f"/items/{handed.pk}/")
    page = desk.get(url)
    for words in ("会失去的", "会保留的", "继续常规办理", "2026年11月16日"):
        assert words in page
    form = hidden(page, "version", "key")
    assert "写明改走信用承诺的原因" in desk.post(url, {**form, "why": ""}, status=200).content.decode()
    answer = desk.post(url, {**form, "why": "赶工期"})
    assert answer.headers["Location"] == f"/items/{handed.pk}/commit/"
    handed.refresh_from_db()
    assert (handed.state, next_number(handed)) == ("open", 2)
    assert Application.objects.get(again_at__isnull=False).result_text == "改走信用承诺：赶工期"
    assert "签署并公示" in desk.get(f"/items/{handed.pk}/commit/")


def test_a_matter_that_may_not_be_promised_has_no_such_way(desk: Desk) -> None:
    item = item_of(guided(desk.county, desk.company), "soil_conservation_plan")
    assert item.promisable is False
    hand_in(desk.company, item, at("2026-11-06 08:40"))
    assert "promise-instead" not in desk.get(f"/items/{item.pk}/")
    url = f"/items/{item.pk}/promise-instead/"
    assert "现在不能改走信用承诺" in desk.get(url, status=422)
    item.refresh_from_db()
    answer = desk.post(url, {"version": item.version, "key": "k", "why": "快"}, status=200)
    assert "现在不能改走信用承诺" in answer.content.decode()
    assert not Application.objects.filter(again_at__isnull=False).exists()


def test_the_way_back_says_what_is_lost_and_kept_too(desk: Desk) -> None:
    item = item_of(guided(desk.county, desk.company))
    promise(desk.company, item, at("2026-11-06 08:45"))
    page = desk.get(f"/items/{item.pk}/commit/regular/")
    for words in ("会失去的", "会保留的", "公示", "继续承诺"):
        assert words in page
    desk.post(f"/items/{item.pk}/commit/regular/", {"version": value_of(page, "version"), "why": "银行要批文"})
    assert f'href="/items/{item.pk}/submit/"' in desk.get(f"/items/{item.pk}/")


# -- a document given later


@pytest.fixture
def promised(desk: Desk) -> Commitment:
    commitment = approve(
        desk.county, promise(desk.company, item_of(guided(desk.county, desk.company)), at("2026-11-06 08:45"))
    )
    desk.moment("2026-12-01 09:00")
    return commitment


def asking(desk: Desk, item: MapItem) -> dict[str, Any]:
    page = desk.get(f"/items/{item.pk}/document/")
    files = {f"m{number}-new": pdf(f"{number}.pdf", str(number).encode()) for number, _ in enumerate(item.materials)}
    return {**hidden(page, "version", "key"), **files, "note": "银行放款"}


def test_a_document_is_asked_for_completed_and_received(desk: Desk, promised: Commitment) -> None:
    item, handler = item_of(promised.project), desk.county.actor("approver", DEPARTMENT)
    url = f"/items/{item.pk}/document/"
    assert f'href="{url}"' in desk.get(f"/items/{item.pk}/")
    assert "法律效力不变" in desk.get(url)
    missing = {**asking(desk, item), "note": ""}
    page = desk.post(url, missing, status=200).content.decode()
    assert "写明需要审批文件的用途" in page
    desk.post(url, asking(desk, item))
    asked = LaterDocument.objects.get()
    assert "待审核" in desk.get(url)
    assert 'name="m0-new"' not in desk.get(url)
    return_document_request(
        actor=handler, asked_id=asked.pk, points=POINTS, reason="缺总平面", at=at("2026-12-01 10:00")
    )
    page = desk.get(url)
    assert "缺总平面" in page
    assert page.count("checked") == len(item.materials)
    desk.post(url, asking(desk, item))
    accept_document_request(actor=handler, asked_id=asked.pk, at=at("2026-12-01 11:00"))
    give_document(
        actor=handler,
        asked_id=asked.pk,
        granted=True,
        document_number="批〔2026〕1号",
        text="",
        at=at("2026-12-01 12:00"),
    )
    page = desk.get(url)
    assert "批〔2026〕1号" in page
    assert "已出具" in page
    assert re.search(r'href="/documents/\d+/"', page)
    assert Commitment.objects.get().state == "decided"


def test_a_request_is_sent_once_and_may_be_taken_back(desk: Desk, promised: Commitment) -> None:
    item = item_of(promised.project)
    url, sent = f"/items/{item.pk}/document/", asking(desk, item)
    desk.post(url, sent)
    assert "现在不能申请补办" in desk.post(url, sent, status=422).content.decode()
    assert LaterDocument.objects.count() == 1
    page = desk.get(f"{url}withdraw/")
    form = {"back-version": value_of(page, "back-version"), "back-key": value_of(page, "back-key")}
    assert "写明撤回的原因" in desk.post(f"{url}withdraw/", {**form, "back-why": ""}, status=200).content.decode()
    desk.post(f"{url}withdraw/", {**form, "back-why": "银行不要了"})
    assert LaterDocument.objects.get().state == "withdrawn"
    assert "没有可以撤回的" in desk.get(f"{url}withdraw/", status=422)


def test_what_was_not_promised_has_no_document_to_come(desk: Desk) -> None:
    item = ready(guided(desk.county, desk.company))
    assert "这个事项不用补办" in desk.get(f"/items/{item.pk}/document/")
    assert "现在不能申请补办" in desk.post(f"/items/{item.pk}/document/", {}, status=422).content.decode()


def test_the_pages_take_a_fixed_number_of_queries(
    desk: Desk, promised: Commitment, django_assert_max_num_queries: Any
) -> None:
    item = item_of(promised.project)
    desk.get(f"/items/{item.pk}/document/")
    for path, most in (("", 18), ("document/", 14), ("remedy/", 12)):
        with django_assert_max_num_queries(most):
            desk.get(f"/items/{item.pk}/{path}")


# -- what comes next, by state


def test_the_page_says_first_whose_turn_it_is_and_until_when(desk: Desk) -> None:
    item = ready(guided(desk.county, desk.company))
    assert "下一步在您" in desk.get(f"/items/{item.pk}/")
    hand_in(desk.company, item, at("2026-11-06 08:40"))
    page = desk.get(f"/items/{item.pk}/")
    assert "下一步在部门" in page
    assert "11月13日 18:00" in page
    accept(actor=desk.county.actor("approver", item.department.key), item_id=item.pk, at=at("2026-11-06 08:50"))
    assert "正在办理" in desk.get(f"/items/{item.pk}/")
