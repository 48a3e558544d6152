"""A change that the gate does not let through: it waits for the filing office, and nothing else is lost meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.apps.county import Company, County, at, facts, new_company
from yinuo.engine.base import Forbidden, Refused, Stale
from yinuo.engine.notices.models import Message
from yinuo.engine.trail.models import Entry
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.onemap.actions import confirm_review
from yinuo.rooms.projects.actions import (
    amend,
    complete,
    decide_change,
    file_project,
    terminate,
    withdraw_change,
    withdraw_filing,
)
from yinuo.rooms.projects.models import Amendment, ChangeRequest, ChangeState, Project, ProjectState

FILED, CONFIRMED = at("2026-11-03 09:12"), at("2026-11-04 09:00")
ASKED, DECIDED = at("2026-11-05 10:00"), at("2026-11-06 10:00")
FARMLAND = {"site": {"permanent_farmland": True}}


def confirmed(county: County, company: Company, **changes: Any) -> Project:
    filing = file_project(actor=company.actor, unit_id=company.unit.pk, facts=facts(**changes), pledged=True, at=FILED)
    return confirm_review(actor=county.actor("approver"), project_id=filing.project.pk, at=CONFIRMED)


def ask(company: Company, project: Project, **changes: Any) -> ChangeRequest:
    held = amend(actor=company.actor, project_id=project.pk, changes=changes, reason="调整", at=ASKED)
    assert held is not None
    return held


# -- every reason that stops a filing stops a change into it


STOPS: list[tuple[str, dict[str, Any], str]] = [
    ("附件1·一·1", {"declarations": {"national_security_or_major_layout": True}}, "negative.project.1"),
    ("附件1·一·2", {"declarations": {"catalogue_class": "restricted"}}, "negative.project.2"),
    ("附件1·一·3", {"declarations": {"foreign_restricted": True}}, "negative.project.3"),
    ("附件1·一·4", {"declarations": {"verification_catalogue": True}}, "negative.project.4"),
    ("附件1·一·5", {"declarations": {"two_high_or_overcapacity": True}}, "negative.project.5"),
    ("附件1·一·6", {"declarations": {"public_body_building": True}}, "negative.project.6"),
    ("附件1·一·7", {"site": {"heritage": "protected"}}, "negative.project.7"),
    ("永久基本农田", FARMLAND, "check.permanent_farmland"),
    ("生态保护红线", {"site": {"ecological_redline": True}}, "check.ecological_redline"),
    ("饮用水水源", {"site": {"drinking_water_source": True}}, "check.drinking_water_source"),
    ("面积和房屋", {"construction": {"building": False}}, "check.floor_area_without_building"),
    ("名称写着别的行业", {"content": "年产100万吨水泥熟料"}, "list.two_high.cement_clinker"),
]


@pytest.mark.parametrize(("why", "changes", "rule"), STOPS, ids=[why for why, _changes, _rule in STOPS])
def test_a_project_cannot_be_changed_into_what_could_not_be_filed_at_once(
    county: County, company: Company, why: str, changes: dict[str, Any], rule: str
) -> None:
    project = confirmed(county, company)
    held = ask(company, project, **changes)
    assert rule in [stop["rule"] for stop in held.stops]
    assert all(stop["why"] and stop["cites"] for stop in held.stops)
    now = Project.objects.get(pk=project.pk)
    assert now.facts == project.facts and not Amendment.objects.exists()
    office = WorkItem.objects.get(kind="change_review")
    assert office.department is not None and office.department.key == "development_reform"
    assert office.due_at is not None and office.page == "staff:change"
    assert Message.objects.filter(template="change_held", person=company.person, channel="sms").count() == 1


def test_what_the_gate_lets_through_holds_at_once(county: County, company: Company) -> None:
    project = confirmed(county, company)
    assert (
        amend(actor=company.actor, project_id=project.pk, changes={"content": "加一条生产线"}, reason="扩", at=ASKED)
        is None
    )
    assert not ChangeRequest.objects.exists()


def test_what_was_passed_by_hand_is_not_asked_again(county: County, company: Company) -> None:
    project = confirmed(county, company)
    held = ask(company, project, **FARMLAND)
    decide_change(actor=county.actor("approver"), request_id=held.pk, approve=True, why="国务院已批准", at=DECIDED)
    again = amend(
        actor=company.actor, project_id=project.pk, changes={"content": "加一条生产线"}, reason="扩", at=DECIDED
    )
    assert again is None
    assert amend(
        actor=company.actor,
        project_id=project.pk,
        changes={"site": {"ecological_redline": True}},
        reason="扩",
        at=DECIDED,
    ), "another reason is another decision"


# -- the decision


def test_agreed_the_change_holds_and_everybody_is_told(county: County, company: Company) -> None:
    project = confirmed(county, company)
    held = ask(company, project, **FARMLAND, total_investment="9100")
    done = decide_change(
        actor=county.actor("approver"), request_id=held.pk, approve=True, why="国务院已批准", at=DECIDED
    )
    assert (done.state, done.why, done.decided_by) == (ChangeState.APPROVED, "国务院已批准", county.person("approver"))
    now = Project.objects.get(pk=project.pk)
    assert now.facts["site"]["permanent_farmland"] is True and now.total_investment == 9100
    assert now.code == project.code and now.rules_on == project.rules_on
    assert Amendment.objects.get().person == company.person
    assert WorkItem.objects.get(kind="change_review").state == "done"
    assert Message.objects.filter(template="change_decided", person=company.person).exists()
    assert {"projects.ask_change", "projects.decide_change", "projects.amend"} <= set(
        Entry.objects.values_list("verb", flat=True)
    )


def test_refused_the_project_stays_as_it_is(county: County, company: Company) -> None:
    project = confirmed(county, company)
    held = ask(company, project, **FARMLAND)
    decide_change(actor=county.actor("approver"), request_id=held.pk, approve=False, why="不得占用", at=DECIDED)
    assert Project.objects.get(pk=project.pk).facts == project.facts and not Amendment.objects.exists()
    assert ask(company, project, **FARMLAND).pk != held.pk, "a refusal does not close the door"


def test_a_decision_gives_its_reasons(county: County, company: Company) -> None:
    held = ask(company, confirmed(county, company), **FARMLAND)
    for approve in (True, False):
        with pytest.raises(Refused) as refusal:
            decide_change(actor=county.actor("approver"), request_id=held.pk, approve=approve, why=" ", at=DECIDED)
        assert refusal.value.field == "why"


def test_what_changed_meanwhile_is_kept(county: County, company: Company) -> None:
    from yinuo.rooms.projects.actions.confirming import confirm_facts

    project = confirmed(county, company, industry="1421")
    held = ask(company, project, **FARMLAND)
    yes = {"confirmations.eia_142": True}
    confirm_facts(actor=county.actor("approver"), project_id=project.pk, answers=yes, note="现场核实", at=ASKED)
    decide_change(actor=county.actor("approver"), request_id=held.pk, approve=True, why="可以", at=DECIDED)
    now = Project.objects.get(pk=project.pk).facts
    assert now["confirmations"] == {"eia_142": True} and now["site"]["permanent_farmland"] is True


# -- a second time, at the same time, too late


def test_one_change_waits_at_a_time(county: County, company: Company) -> None:
    project = confirmed(county, company)
    held = ask(company, project, **FARMLAND)
    with pytest.raises(Refused) as refusal:
        amend(actor=company.actor, project_id=project.pk, changes={"content": "别的"}, reason="调整", at=ASKED)
    assert refusal.value.code == "projects.change_pending"
    withdraw_change(actor=company.actor, request_id=held.pk, at=ASKED)
    assert WorkItem.objects.get(kind="change_review").state == "cancelled"
    assert (
        amend(actor=company.actor, project_id=project.pk, changes={"content": "别的"}, reason="调整", at=ASKED) is None
    )


def test_a_decided_change_is_neither_decided_again_nor_withdrawn(county: County, company: Company) -> None:
    held = ask(company, confirmed(county, company), **FARMLAND)
    clerk = county.actor("approver")
    decide_change(actor=clerk, request_id=held.pk, approve=False, why="不得占用", at=DECIDED)
    again: list[Callable[[], object]] = [
        lambda: decide_change(actor=clerk, request_id=held.pk, approve=True, why="可以", at=DECIDED),
        lambda: withdraw_change(actor=company.actor, request_id=held.pk, at=DECIDED),
    ]
    for act in again:
        with pytest.raises(Refused) as refusal:
            act()
        assert refusal.value.code == "projects.change_gone"


def test_a_decision_from_an_old_page_is_told(county: County, company: Company) -> None:
    held = ask(company, confirmed(county, company), **FARMLAND)
    with pytest.raises(Stale):
        decide_change(
            actor=county.actor("approver"), request_id=held.pk, approve=True, why="可以", at=DECIDED, version=99
        )


@pytest.mark.parametrize("how", ["terminated", "withdrawn", "completed"])
def test_a_change_that_waits_ends_with_its_project(county: County, company: Company, how: str) -> None:
    project = confirmed(county, company)
    held = ask(company, project, **FARMLAND)
    clerk = county.actor("approver")
    if how == "terminated":
        terminate(actor=company.actor, project_id=project.pk, why="不建了", at=DECIDED)
    elif how == "withdrawn":
        withdraw_filing(actor=clerk, project_id=project.pk, problem="虚假", at=DECIDED)
    else:
        complete(actor=clerk, project_id=project.pk, at=DECIDED)
    assert Project.objects.get(pk=project.pk).state == ProjectState(how)
    held.refresh_from_db()
    assert held.state == ChangeState.LAPSED
    assert not WorkItem.objects.filter(kind="change_review", state__in=["running", "paused"]).exists()
    with pytest.raises(Refused, match="办结"):
        decide_change(actor=clerk, request_id=held.pk, approve=True, why="可以", at=DECIDED)


# -- who may


def test_the_filing_office_decides_and_nobody_else(county: County, company: Company) -> None:
    held = ask(company, confirmed(county, company), **FARMLAND)
    others = [county.actor("approver", "ecology"), county.actor("general_convener"), company.actor]
    for other in others:
        with pytest.raises(Forbidden):
            decide_change(actor=other, request_id=held.pk, approve=True, why="可以", at=DECIDED)
    with pytest.raises(Forbidden):
        withdraw_change(actor=new_company("别的公司").actor, request_id=held.pk, at=DECIDED)
    with pytest.raises(Forbidden):
        withdraw_change(actor=county.actor("approver"), request_id=held.pk, at=DECIDED)


# -- the unit's register


def test_the_register_of_the_unit_is_read_and_not_what_the_company_types(county: County, company: Company) -> None:
    company.unit.state_owned = True
    company.unit.save(update_fields=["state_owned"])
    typed = facts(unit={"state_owned": False}, project_class="private")
    filing = file_project(actor=company.actor, unit_id=company.unit.pk, facts=typed, pledged=True, at=FILED)
    assert filing.project.facts["unit"]["state_owned"] is True
    assert filing.project.state == ProjectState.MANUAL
    (told,) = filing.decision["outcome"]["contradictions"]
    assert set(told["facts"]) == {"project_class", "unit.state_owned"} and "第十七条" in told["clause"]
