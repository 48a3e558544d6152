from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.apps.county import Company, County, at, new_company
from tests.apps.test_onemap import filed, guided
from tests.beginnings import begins_with
from tests.web.staffdesk import SetClock, company, county, desk, set_clock, signed_in, text_of
from yinuo.engine.base import Forbidden, Refused
from yinuo.engine.trail.models import Entry, Seen
from yinuo.rooms.projects.actions import amend
from yinuo.rooms.projects.actions.confirming import confirm_facts
from yinuo.rooms.projects.models import Project

__all__ = ["company", "county", "set_clock"]
STOPPED: dict[str, Any] = {"declarations": {"two_high_or_overcapacity": True}}


def test_the_list_finds_a_project_by_code_name_and_unit(county: County, company: Company, set_clock: SetClock) -> None:
    project = filed(county, company)
    filed(county, new_company("积石山冷链物流有限公司"), name="冷链物流配送中心")
    client = desk(county, "supervisor")
    assert {"年产5万吨有机肥加工项目", "冷链物流配送中心"} <= set(
        text_of(client.get("/staff/projects/")).replace("<", ">").split(">")
    )
    for word in (project.code, "有机肥", "绿源"):
        page = text_of(client.get("/staff/projects/", {"q": word}))
        assert "年产5万吨有机肥加工项目" in page
        assert "冷链物流配送中心" not in page
    assert "没有找到项目" in text_of(client.get("/staff/projects/", {"q": "没有这个"}))
    assert client.get("/staff/projects/?after=99999999999999999999&state=nonsense").status_code == 200


def test_the_list_takes_a_fixed_number_of_queries(
    county: County, company: Company, set_clock: SetClock, django_assert_max_num_queries: Any
) -> None:
    for number in range(4):
        filed(county, company, name=f"项目{number}")
    client = desk(county, "approver")
    client.get("/staff/projects/")
    with django_assert_max_num_queries(6):
        client.get("/staff/projects/")


@begins_with(guided)
def test_a_project_explains_its_decision_with_citations_and_shows_its_trail(
    county: County, company: Company, set_clock: SetClock, django_assert_max_num_queries: Any
) -> None:
    project = guided(county, company)
    client = desk(county, "approver", "ecology")
    client.get(f"/staff/projects/{project.pk}/")
    with django_assert_max_num_queries(31):
        page = text_of(client.get(f"/staff/projects/{project.pk}/"))
    assert "积县政办发〔2023〕16号·" in page
    assert "复核确认" in page
    assert "生成“一张图”" in page
    assert project.certificate.number in page
    assert f"/staff/projects/{project.pk}/map/" in page
    assert (
        Seen.objects.filter(
            what="project", project_code=project.code, person_id=county.person("approver", "ecology").pk
        ).count()
        == 2
    )


@begins_with(guided)
def test_the_map_of_the_staff_leads_to_the_items_desks(county: County, company: Company, set_clock: SetClock) -> None:
    project = guided(county, company)
    page = text_of(desk(county, "stage_convener", stage="initiation").get(f"/staff/projects/{project.pk}/map/"))
    assert "/staff/items/" in page
    assert 'href="/items/' not in page
    listed = text_of(desk(county, "approver").get(f"/staff/projects/{project.pk}/map/?view=list"))
    assert "<table" in listed


def test_an_amendment_shows_before_and_after(county: County, company: Company, set_clock: SetClock) -> None:
    project = filed(county, company)
    amend(
        actor=company.actor,
        project_id=project.pk,
        changes={"total_investment": "9000"},
        reason="设备调整",
        at=at("2026-11-04 09:00"),
    )
    page = text_of(desk(county, "approver").get(f"/staff/projects/{project.pk}/"))
    assert "设备调整" in page
    assert "9\u00a0000 万元" in page
    assert "8\u00a0600 万元" in page


def test_a_review_confirms_once_and_sends_the_project_to_the_departments(
    county: County, company: Company, set_clock: SetClock
) -> None:
    set_clock("2026-11-03 15:00")
    project = filed(county, company)
    client = desk(county, "approver")
    url = f"/staff/projects/{project.pk}/review/"
    assert "复核确认" in text_of(client.get(url))
    form = {"do": "confirm", "confirm-version": project.version}
    assert client.post(url, form).headers["Location"] == f"/staff/projects/{project.pk}/"
    project.refresh_from_db()
    assert project.state == "confirmed"
    again = client.post(url, form)
    assert again.status_code == 422
    assert "刚刚被别人改动过" in text_of(again)
    assert Entry.objects.filter(verb="onemap.confirm_review").count() == 1


def test_a_withdrawal_names_reason_and_problem_and_the_company_reads_it(
    county: County, company: Company, set_clock: SetClock
) -> None:
    set_clock("2026-11-03 15:00")
    project = filed(county, company)
    client = desk(county, "approver")
    url = f"/staff/projects/{project.pk}/review/"
    empty = client.post(url, {"do": "withdraw", "withdraw-version": project.version})
    page = text_of(empty)
    assert empty.status_code == 422
    assert "有 2 处需要修改" in page
    assert "写明存在的具体问题" in page
    typed = {"do": "withdraw", "withdraw-version": project.version, "withdraw-problem": "总投资与资金证明不符"}
    kept = text_of(client.post(url, typed))
    assert "总投资与资金证明不符" in kept
    done = client.post(url, {**typed, "withdraw-reason": "withdrawal.false_information"})
    assert done.status_code == 302
    project.refresh_from_db()
    assert (project.state, project.problem) == ("withdrawn", "备案信息不真实：总投资与资金证明不符")


@pytest.mark.parametrize("role", ["supervisor", "principal", "general_convener", "administrator"])
def test_who_is_no_approver_of_the_filing_unit_reads_the_review_and_cannot_decide(
    county: County, company: Company, set_clock: SetClock, role: str
) -> None:
    set_clock("2026-11-03 15:00")
    project = filed(county, company)
    client = desk(county, role)
    url = f"/staff/projects/{project.pk}/review/"
    assert "没有需要您复核" in text_of(client.get(url))
    assert client.post(url, {"do": "confirm", "confirm-version": project.version}).status_code == 403
    project.refresh_from_db()
    assert project.state == "filed"


def test_pages_of_a_project_are_for_staff_of_its_hall(county: County, company: Company, set_clock: SetClock) -> None:
    project = filed(county, company)
    for page in ("", "review/", "manual/", "confirm/", "map/"):
        url = f"/staff/projects/{project.pk}/{page}"
        assert Client().get(url).status_code == 302
        assert signed_in(company.person).get(url).status_code == 403
    assert desk(county, "approver").get("/staff/projects/999999/").status_code == 404


def test_a_filing_the_rules_stopped_shows_which_rule_and_is_decided_by_hand(
    county: County, company: Company, set_clock: SetClock
) -> None:
    set_clock("2026-11-03 15:00")
    project = filed(county, company, **STOPPED)
    assert project.state == "manual"
    client = desk(county, "approver")
    url = f"/staff/projects/{project.pk}/manual/"
    page = text_of(client.get(url))
    assert "为什么没有秒批" in page
    assert "附件1·一" in page
    bad = client.post(url, {"do": "decide", "version": project.version, "approve": "yes"})
    assert "写明理由和依据" in text_of(bad)
    done = client.post(url, {"do": "decide", "version": project.version, "approve": "no", "why": "属于两高项目"})
    assert done.status_code == 302
    project.refresh_from_db()
    assert (project.state, project.problem) == ("refused", "属于两高项目")
    assert "没有需要您人工办理" in text_of(client.get(url))


def test_a_filing_approved_by_hand_has_its_code(county: County, company: Company, set_clock: SetClock) -> None:
    set_clock("2026-11-03 15:00")
    project = filed(county, company, **STOPPED)
    form = {"do": "decide", "version": project.version, "approve": "yes", "why": "已核实不属于两高"}
    page = desk(county, "approver").post(f"/staff/projects/{project.pk}/manual/", form, follow=True)
    assert "已准予备案" in text_of(page)
    assert Project.objects.get(pk=project.pk).code


def test_what_only_a_clerk_may_confirm_is_asked_and_kept_with_its_basis(
    county: County, company: Company, set_clock: SetClock
) -> None:
    set_clock("2026-11-03 15:00")
    project = filed(county, company, industry="1421")
    url = f"/staff/projects/{project.pk}/confirm/"
    assert "没有需要您确认" in text_of(desk(county, "approver", "meteorology").get(url))
    assert desk(county, "approver", "meteorology").post(url, {"note": "x"}).status_code == 403
    client = desk(county, "approver", "ecology")
    assert "糖果、巧克力及蜜饯制造" in text_of(client.get(url))
    bad = client.post(url, {"version": project.version, "note": "现场核实"})
    assert "选择是或否" in text_of(bad)
    done = client.post(url, {"version": project.version, "confirmations.eia_142": "yes", "note": "现场核实"})
    assert done.status_code == 302
    project.refresh_from_db()
    assert project.facts["confirmations"] == {"eia_142": True}
    entry = Entry.objects.get(verb="projects.confirm_facts")
    assert entry.why == "现场核实"
    assert "没有需要您确认" in text_of(client.get(url))


def test_confirming_something_else_or_by_somebody_else_is_refused(county: County, company: Company) -> None:
    project = filed(county, company, industry="1421")
    moment = at("2026-11-04 09:00")
    with pytest.raises(Forbidden):
        confirm_facts(
            actor=company.actor, project_id=project.pk, answers={"confirmations.eia_142": True}, note="是", at=moment
        )
    clerk = county.actor("approver")
    with pytest.raises(Refused, match="没有这一项"):
        confirm_facts(actor=clerk, project_id=project.pk, answers={"declarations.secret": False}, note="是", at=moment)
    with pytest.raises(Refused, match="依据"):
        confirm_facts(actor=clerk, project_id=project.pk, answers={"confirmations.eia_142": True}, note=" ", at=moment)
