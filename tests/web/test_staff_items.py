from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from tests.apps.county import Company, County, at
from tests.apps.mapped import mapped
from tests.apps.test_onemap import PDF, guided, hand_in, ready
from tests.beginnings import begins_with
from tests.web.staffdesk import SetClock, company, county, desk, set_clock, signed_in, text_of
from yinuo.engine.documents.actions import store_upload
from yinuo.engine.work.actions import tick
from yinuo.engine.work.models import Reminder, WorkItem
from yinuo.rooms.onemap.actions import accept, report_problem, submit_materials
from yinuo.rooms.onemap.models import MapItem, Problem, SendBack, Submission
from yinuo.rooms.projects.models import Project

__all__ = ["company", "county", "mapped", "set_clock"]
pytestmark = begins_with(guided)


@pytest.fixture
def item(county: County, company: Company, mapped: Project, set_clock: SetClock) -> MapItem:
    """An item handed in on Friday 6 November at nine, looked at an hour later."""
    found = ready(mapped)
    hand_in(company, found, at("2026-11-06 09:00"))
    set_clock("2026-11-06 10:00")
    found.refresh_from_db()
    return found


def url_of(item: MapItem) -> str:
    return f"/staff/items/{item.pk}/"


def handler(county: County, item: MapItem) -> Client:
    return desk(county, "approver", item.department.key)


def accepted(county: County, item: MapItem, moment: str = "2026-11-06 10:00") -> MapItem:
    accept(actor=county.actor("approver", item.department.key), item_id=item.pk, at=at(moment))
    item.refresh_from_db()
    return item


def actions_on(page: str) -> set[str]:
    return {part.split('"')[0] for part in page.split('name="do" value="')[1:]}


def test_each_state_offers_its_actions_and_no_other(county: County, item: MapItem, set_clock: SetClock) -> None:
    client = handler(county, item)
    assert actions_on(text_of(client.get(url_of(item)))) == {
        "accept",
        "refuse_acceptance",
        "send_back",
        "problem",
        "reassign",
        "remedy",
    }
    assert client.post(url_of(item), {"do": "accept", "accept-version": item.version}).status_code == 302
    assert actions_on(text_of(client.get(url_of(item)))) == {
        "decide",
        "send_back",
        "pause",
        "problem",
        "reassign",
        "remedy",
    }


@pytest.mark.parametrize(
    ("role", "offered"),
    [
        ("principal", {"reassign"}),
        ("supervisor", {"problem", "remind"}),
        ("general_convener", {"problem", "remind", "reassign", "remedy"}),
        ("administrator", set()),
        ("comprehensive", {"problem", "remedy"}),
    ],
)
def test_every_role_is_offered_its_own(
    county: County, item: MapItem, set_clock: SetClock, role: str, offered: set[str]
) -> None:
    department = item.department.key if role == "principal" else "development_reform"
    client = desk(county, role, department)
    assert actions_on(text_of(client.get(url_of(item)))) == offered
    answer = client.post(url_of(item), {"do": "accept", "accept-version": item.version})
    assert answer.status_code in (403, 422)
    item.refresh_from_db()
    assert item.state == "received"


def test_a_stranger_reads_and_does_nothing_and_outsiders_do_not_even_read(
    county: County, company: Company, item: MapItem, set_clock: SetClock
) -> None:
    stranger = desk(county, "approver", "meteorology" if item.department.key != "meteorology" else "health")
    assert actions_on(text_of(stranger.get(url_of(item)))) == set()
    assert stranger.post(url_of(item), {"do": "accept", "accept-version": item.version}).status_code == 403
    assert signed_in(company.person).get(url_of(item)).status_code == 403
    assert Client().get(url_of(item)).status_code == 302
    assert handler(county, item).get("/staff/items/999999/").status_code == 404


def test_the_page_shows_materials_versions_and_what_changed_since_the_send_back(
    county: County, company: Company, item: MapItem, set_clock: SetClock
) -> None:
    client = handler(county, item)
    form = {
        "do": "send_back",
        "send_back-version": item.version,
        "send_back-count": "2",
        "send_back-reason": "红线图不清",
        "send_back-0-code": "incomplete.material_missing",
        "send_back-0-material": "other",
        "send_back-0-subject": "红线图",
        "send_back-0-request": "重新上传",
        "send_back-1-code": "incomplete.form_unfilled",
        "send_back-1-material": item.materials[1]["id"],
        "send_back-1-request": "补填第三页",
    }
    assert client.post(url_of(item), form).status_code == 302
    sent = SendBack.objects.get(application__item=item)
    assert [point["subject"] for point in sent.points] == ["红线图", item.materials[1]["name"]]
    assert [point.get("material") for point in sent.points] == [None, item.materials[1]["id"]]
    moment = at("2026-11-09 09:00")
    other = store_upload(actor=company.actor, name="新图.pdf", content=PDF + b"\n", unit_id=company.unit.pk, at=moment)
    rows = [{"id": part.id, "file": part.file} for part in Submission.objects.get(application__item=item).materials]
    rows[0]["file"] = other.pk
    submit_materials(actor=company.actor, item_id=item.pk, materials=rows, at=moment)
    set_clock("2026-11-09 10:00")
    page = text_of(handler(county, item).get(url_of(item)))
    assert "第 2 次提交" in page
    assert "与第 1 次提交比较" in page
    assert page.count("已更换") == 1
    assert page.count("未变") == len(rows) - 1
    assert "红线图不清" in page
    assert f"/files/{other.pk}/" in page
    assert "send_back" not in actions_on(page)


def test_a_send_back_needs_whole_points_and_keeps_what_was_typed(
    county: County, item: MapItem, set_clock: SetClock
) -> None:
    client = handler(county, item)
    form = {"do": "send_back", "send_back-version": item.version, "send_back-count": "2", "send_back-reason": "缺件"}
    assert "至少写一条需要补正的内容" in text_of(client.post(url_of(item), form))
    half = client.post(url_of(item), {**form, "send_back-1-subject": "申请表"})
    page = text_of(half)
    assert half.status_code == 422
    assert "第 2 条：选择情形" in page
    assert "第 2 条：写明应当怎样补正" in page
    assert 'value="申请表"' in page
    assert "第 2 条：选择哪份材料" not in page, "what is called by name needs no choice"
    unsaid = text_of(client.post(url_of(item), {**form, "send_back-1-request": "盖章"}))
    assert "第 2 条：选择哪份材料" in unsaid
    assert "第 2 条：写明是什么" in text_of(client.post(url_of(item), {**form, "send_back-1-material": "other"}))
    offered = re.search(r'<select name="send_back-1-material".*?</select>', unsaid, re.S)
    assert offered and offered.group().count("请选择") == 1
    for row in item.materials:
        assert f'<option value="{row["id"]}">{row["name"]}</option>' in unsaid
    more = text_of(client.post(url_of(item), {**form, "send_back-1-subject": "申请表", "more": "1"}))
    assert 'name="send_back-4-subject"' in more
    assert 'value="申请表"' in more
    assert "有 " not in more.split("<main")[1].split("<h1>")[0]
    assert not SendBack.objects.filter(application__item=item).exists()


def test_a_point_of_the_wrong_kind_is_no_choice(county: County, item: MapItem, set_clock: SetClock) -> None:
    form = {
        "do": "send_back",
        "send_back-version": item.version,
        "send_back-count": "1",
        "send_back-reason": "x",
        "send_back-0-code": "incorrect.expired",
        "send_back-0-subject": "a",
        "send_back-0-request": "b",
    }
    assert handler(county, item).post(url_of(item), form).status_code == 422
    assert not SendBack.objects.filter(application__item=item).exists()


def test_pausing_names_reason_and_longest_term_and_the_page_shows_both_clocks_as_if_resumed_now(
    county: County, item: MapItem, set_clock: SetClock
) -> None:
    accepted(county, item)
    client = handler(county, item)
    page = text_of(client.get(url_of(item)))
    assert "专家评审（最长 30 个工作日，法定期限同时暂停）" in page
    assert "征求部门意见（最长 15 个工作日，法定期限照常计算）" in page
    set_clock("2026-11-09 08:30")
    form = {
        "do": "pause",
        "pause-version": item.version,
        "pause-reason": "consult_departments",
        "pause-note": "征求水务意见",
    }
    assert handler(county, item).post(url_of(item), form).status_code == 302
    set_clock("2026-11-11 08:30")
    page = text_of(handler(county, item).get(url_of(item)))
    assert "承诺时限" in page
    assert "法定时限" in page
    assert page.count("（若现在恢复）") == 1
    assert "承诺时限逐日计算" in page
    assert "法定时限逐日计算" in page
    assert "征求水务意见" in page
    assert "resume" in actions_on(page)
    assert "decide" not in actions_on(page)
    item.refresh_from_db()
    back = {"do": "resume", "resume-version": item.version, "resume-note": "意见已回"}
    assert handler(county, item).post(url_of(item), back).status_code == 302
    item.refresh_from_db()
    assert item.state == "accepted"


def test_a_refusal_needs_its_reason_and_a_number_already_used_comes_back_at_the_field(
    county: County, item: MapItem, set_clock: SetClock
) -> None:
    accepted(county, item)
    client = handler(county, item)
    form = {
        "do": "decide",
        "decide-version": item.version,
        "decide-granted": "no",
        "decide-document_number": "积审〔2026〕1号",
    }
    page = text_of(client.post(url_of(item), form))
    assert "选择不予许可的情形" in page
    assert "写明不予许可的理由" in page
    assert "积审〔2026〕1号" in page
    whole = {**form, "decide-reason_code": "refusal.planning_conflict", "decide-text": "不符合规划"}
    assert client.post(url_of(item), whole).status_code == 302
    item.refresh_from_db()
    assert (item.state, item.present.result_text) == ("refused", "不符合规划")


def test_after_a_decision_the_page_leads_to_the_next_and_the_decision_is_delivered(
    county: County, item: MapItem, set_clock: SetClock
) -> None:
    accepted(county, item)
    client = handler(county, item)
    form = {
        "do": "decide",
        "decide-version": item.version,
        "decide-granted": "yes",
        "decide-document_number": "积审〔2026〕2号",
    }
    page = text_of(client.post(url_of(item), form, follow=True))
    assert "已准予许可" in page
    assert "积审〔2026〕2号" in page
    assert "deliver" in actions_on(page)
    assert "下一件" in page or "回到待办" in page
    item.refresh_from_db()
    done = client.post(
        url_of(item),
        {"do": "deliver", "deliver-version": item.version, "deliver-how": "窗口领取", "deliver-note": "马晓云"},
    )
    assert done.status_code == 302
    item.refresh_from_db()
    assert item.present.delivered_at is not None


def test_two_approvers_deciding_from_the_same_page_decide_once(
    county: County, item: MapItem, set_clock: SetClock
) -> None:
    accepted(county, item)
    form = {
        "do": "decide",
        "decide-version": item.version,
        "decide-granted": "yes",
        "decide-document_number": "积审〔2026〕3号",
    }
    colleague = signed_in(county.add("approver", item.department.key).person)
    stale = {"do": "pause", "pause-version": item.version - 1, "pause-reason": "hearing", "pause-note": "听证"}
    told = colleague.post(url_of(item), stale)
    assert told.status_code == 422
    assert "刚刚被别人改动过" in text_of(told)
    assert "听证" in text_of(told)
    assert handler(county, item).post(url_of(item), form).status_code == 302
    late = colleague.post(url_of(item), {**form, "decide-document_number": "积审〔2026〕4号"})
    assert late.status_code == 422
    assert "现在不能这样办理" in text_of(late)
    item.refresh_from_db()
    assert item.present.document_number == "积审〔2026〕3号"


def test_an_unknown_verb_changes_nothing(county: County, item: MapItem, set_clock: SetClock) -> None:
    client = handler(county, item)
    for verb in ("", "nonsense", "deliver", "handle-77"):
        assert client.post(url_of(item), {"do": verb}).status_code == 422
    item.refresh_from_db()
    assert item.state == "received"


def test_the_principal_extends_within_what_the_law_allows(county: County, item: MapItem, set_clock: SetClock) -> None:
    accepted(county, item)
    client = desk(county, "principal", item.department.key)
    far = client.post(
        url_of(item), {"do": "extend", "extend-version": item.version, "extend-days": "99", "extend-reason": "材料复杂"}
    )
    assert far.status_code == 422
    assert "最多延长" in text_of(far) or "不能延长" in text_of(far)
    assert "填写延长的工作日数" in text_of(
        client.post(url_of(item), {"do": "extend", "extend-version": item.version, "extend-reason": "x"})
    )


def test_a_supervisor_reminds_a_convener_coordinates_a_red_light_and_both_stand_on_the_page(
    county: County, item: MapItem, set_clock: SetClock
) -> None:
    accepted(county, item)
    supervisor = desk(county, "supervisor")
    assert supervisor.post(url_of(item), {"do": "remind", "remind-note": "请抓紧"}).status_code == 302
    assert Reminder.objects.filter(note="请抓紧").exists()
    convener = desk(county, "general_convener")
    assert "escalate" not in actions_on(text_of(convener.get(url_of(item))))
    tick(at("2027-06-01 09:00"))
    set_clock("2027-06-01 09:00")
    convener = desk(county, "general_convener")
    assert "escalate" in actions_on(text_of(convener.get(url_of(item))))
    assert "选择催办的人员" in text_of(convener.post(url_of(item), {"do": "escalate", "escalate-agreed": "尽快"}))
    urged = county.person("approver", item.department.key)
    form = {
        "do": "escalate",
        "escalate-urged": [urged.pk],
        "escalate-agreed": "三日内办结",
        "escalate-agreed_until": "2027-06-04",
    }
    assert convener.post(url_of(item), form).status_code == 302
    page = text_of(convener.get(url_of(item)))
    assert "三日内办结" in page
    assert urged.name in page
    assert "已启动协调" in text_of(signed_in(urged).get("/staff/"))
    assert (
        convener.post(url_of(item), {"do": "close_escalation", "close_escalation-outcome": "已办结"}).status_code == 302
    )


def test_a_problem_is_reported_and_handled_on_the_page(county: County, item: MapItem, set_clock: SetClock) -> None:
    problem = report_problem(
        actor=county.actor("supervisor"), item_id=item.pk, text="批建不符", at=at("2026-11-06 09:30")
    )
    client = handler(county, item)
    do = f"handle-{problem.pk}"
    assert do in actions_on(text_of(client.get(url_of(item))))
    assert "写明处理情况" in text_of(client.post(url_of(item), {"do": do, f"{do}-problem": problem.pk}))
    assert (
        client.post(url_of(item), {"do": do, f"{do}-problem": problem.pk, f"{do}-handling": "已责令改正"}).status_code
        == 302
    )
    assert Problem.objects.get(pk=problem.pk).handling == "已责令改正"


def test_an_item_passes_to_a_colleague_of_the_department_only(
    county: County, item: MapItem, set_clock: SetClock
) -> None:
    colleague = county.add("approver", item.department.key).person
    stranger = county.add("approver", "meteorology" if item.department.key != "meteorology" else "health").person
    client = handler(county, item)
    assert client.post(url_of(item), {"do": "reassign", "reassign-person": stranger.pk}).status_code == 422
    assert (
        client.post(
            url_of(item), {"do": "reassign", "reassign-person": colleague.pk, "reassign-why": "轮岗"}
        ).status_code
        == 302
    )
    assert WorkItem.objects.get(kind="receipt").assignee_id == colleague.pk


def test_an_item_takes_a_fixed_number_of_queries_however_often_it_was_handed_in(
    county: County, company: Company, item: MapItem, set_clock: SetClock, django_assert_max_num_queries: Any
) -> None:
    accepted(county, item)
    client = handler(county, item)
    client.get(url_of(item))
    with django_assert_max_num_queries(32):
        client.get(url_of(item))
