"""What may be promised follows what comes to be known after the map was drawn; and what is left when a project is
completed.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.apps.county import Company, County, at
from tests.apps.test_commitments import DEPARTMENT, SIGNED, answer, item_of, object_to, promise, promised
from tests.apps.test_completion import FIRST_OF_PERMIT, INSPECTED, applied, find, inspect, pending
from tests.apps.test_onemap import ANSWERED, guided, hand_in
from tests.beginnings import begins_with
from yinuo.core.calendar import TZ
from yinuo.engine.base import Refused
from yinuo.engine.trail.models import Entry
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.commitments.actions import decide_on_commitment
from yinuo.rooms.onemap import planning, queries
from yinuo.rooms.onemap.actions import accept, decide, submit_materials
from yinuo.rooms.onemap.models import MapItem
from yinuo.rooms.onemap.sweeping import stuck
from yinuo.rooms.projects.actions import amend
from yinuo.rooms.projects.actions.confirming import confirm_facts
from yinuo.rooms.projects.models import Project

pytestmark = begins_with(guided)

UNCERTAIN = {"industry": "1421", "eia": "table"}


# -- facts that come later


@begins_with(None)
def test_a_clerks_late_yes_opens_the_promise_and_a_late_no_closes_it_again(county: County, company: Company) -> None:
    project = guided(county, company, **UNCERTAIN)
    item = item_of(project, "eia_table")
    assert (item.promisable, item.promisable_why["outcome"]["promisable"]) == (False, None)
    clerk = county.actor("approver", "ecology")
    for yes in (True, False):
        confirm_facts(
            actor=clerk, project_id=project.pk, answers={"confirmations.eia_142": yes}, note="现场核实", at=ANSWERED
        )
        before, item = item, item_of(project, "eia_table")
        assert (item.promisable, item.promisable_why["outcome"]["promisable"]) == (yes, yes)
        assert item.version == before.version + 1
    assert not queries.applicable(company.actor, item)["commit"]


@begins_with(None)
def test_what_is_already_applied_for_keeps_the_way_it_took(county: County, company: Company) -> None:
    project = guided(county, company, **UNCERTAIN)
    item = item_of(project, "eia_table")
    hand_in(company, item, SIGNED)
    confirm_facts(
        actor=county.actor("approver", "ecology"),
        project_id=project.pk,
        answers={"confirmations.eia_142": True},
        note="核实",
        at=SIGNED,
    )
    assert item_of(project, "eia_table").promisable is False


def test_an_amendment_that_changes_nothing_about_promises_leaves_every_item_as_it_was(
    county: County, company: Company
) -> None:
    project = guided(county, company)
    before = dict(MapItem.objects.filter(project=project).values_list("matter_id", "promisable"))
    amend(actor=company.actor, project_id=project.pk, changes={"total_investment": "8700"}, reason="扩建", at=ANSWERED)
    assert dict(MapItem.objects.filter(project=project).values_list("matter_id", "promisable")) == before


@begins_with(promised)
def test_an_objection_upheld_ends_the_choice_of_a_promise_for_good_and_says_why(
    county: County, company: Company
) -> None:
    commitment = promised(county, company)
    answer(county, object_to(commitment), at("2026-11-11 10:00"), upheld=True)
    item = item_of(commitment.project)
    assert (item.state, item.promisable) == ("open", False)
    step = item.promisable_why["trace"][-1]
    assert step["text"].startswith("公示异议成立，不能再作承诺")
    assert step["cites"]
    assert not queries.applicable(company.actor, item)["commit"]
    # What the rules say anew does not take the bar away.
    amend(
        actor=company.actor,
        project_id=commitment.project_id,
        changes={"total_investment": "8700"},
        reason="扩建",
        at=at("2026-11-12 09:00"),
    )
    again = item_of(commitment.project)
    assert (again.promisable, again.promisable_why["trace"][-1]["text"]) == (False, step["text"])


def test_the_plan_of_a_promise_ends_on_the_day_its_clock_will_say(county: County, company: Company) -> None:
    project = guided(county, company)
    item = item_of(project)
    rows = planning.plan_items([item], {}, project.rules_on, SIGNED)
    days = rows[0].routes["commitment"]
    promise(company, item)
    clock = WorkItem.objects.get(kind="commitment_decision", subject_id=item.pk)
    assert clock.due_at is not None
    from yinuo.engine.work.clocks import calendar

    assert calendar().add_working_days(date(2026, 11, 6), days) == clock.due_at.astimezone(TZ).date()


# -- completion


@begins_with(applied)
def test_what_the_joint_inspection_grants_is_delivered_with_its_opinion(county: County, company: Company) -> None:
    completion = applied(county, company)
    verified = item_of(completion.project, "planning_verification")
    own = next(point for point in pending(completion) if point.commitment is None)
    find(county, completion, own, True)
    assert WorkItem.objects.get(kind="delivery", subject_id=verified.pk).is_open
    inspect(county, completion)
    verified.refresh_from_db()
    delivery = WorkItem.objects.get(kind="delivery", subject_id=verified.pk)
    assert (verified.present.delivered_at, delivery.state, delivery.outcome) == (INSPECTED, "done", "delivered")
    entry = Entry.objects.get(verb="onemap.deliver", subject_id=str(verified.pk))
    assert entry.why == "随竣工联合验收意见（第 1 轮）一并送达"
    assert not WorkItem.objects.filter(
        project_id=completion.project_id, kind="delivery", subject_id=verified.pk, state="running"
    ).exists()


@begins_with(applied)
def test_a_round_with_faults_delivers_what_it_granted_too(county: County, company: Company) -> None:
    completion = inspect(county, applied(county, company), FIRST_OF_PERMIT)
    assert completion.state == "rectifying"
    assert item_of(completion.project, "planning_verification").present.delivered_at == INSPECTED


@pytest.fixture
def with_a_utility_left(county: County, company: Company) -> tuple[Any, MapItem, MapItem]:
    """A completion, a matter nobody has applied for, and one under way."""
    completion = applied(county, company)
    unused, under_way = item_of(completion.project, "water_connection"), item_of(completion.project, "power_connection")
    assert (unused.state, under_way.state, unused.pre_start) == ("open", "open", False)
    hand_in(company, under_way, at("2027-07-08 09:00"))
    return completion, unused, under_way


def test_at_completion_what_nobody_applied_for_is_closed_with_its_reason(
    with_a_utility_left: tuple[Any, MapItem, MapItem], county: County
) -> None:
    completion, unused, _ = with_a_utility_left
    inspect(county, completion)
    assert Project.objects.get(pk=completion.project_id).state == "completed"
    unused.refresh_from_db()
    assert (unused.state, unused.present.result_text) == ("cancelled", "项目竣工验收通过时没有申报，随项目竣工关闭")
    entry = Entry.objects.get(verb="onemap.close_unused", subject_id=str(unused.pk))
    assert (entry.role, entry.why) == ("system", unused.present.result_text)
    assert not MapItem.objects.filter(project_id=completion.project_id, state="open").exists()
    assert stuck(completion.project_id) == []


def test_an_application_under_way_at_completion_goes_on_to_its_decision(
    with_a_utility_left: tuple[Any, MapItem, MapItem], county: County, company: Company
) -> None:
    completion, unused, under_way = with_a_utility_left
    MapItem.objects.filter(pk=under_way.pk).update(after=[unused.matter_id])
    inspect(county, completion)
    handler = county.actor("approver", under_way.department.key)
    accept(actor=handler, item_id=under_way.pk, at=at("2027-07-13 09:00"))
    decide(
        actor=handler, item_id=under_way.pk, granted=True, document_number="报装1", text="", at=at("2027-07-13 10:00")
    )
    under_way.refresh_from_db()
    assert under_way.state == "granted"


@begins_with(applied)
def test_nothing_new_is_applied_for_on_a_completed_project(county: County, company: Company) -> None:
    completion = inspect(county, applied(county, company))
    item = MapItem.objects.filter(project=completion.project, pre_start=True).first()
    assert item is not None
    MapItem.objects.filter(pk=item.pk).update(state="open", route="regular", application=None)
    with pytest.raises(Refused) as refusal:
        submit_materials(actor=company.actor, item_id=item.pk, materials=[], at=at("2027-07-13 09:00"))
    assert refusal.value.code == "onemap.completed"
    with pytest.raises(Refused):
        decide_on_commitment(
            actor=county.actor("approver", DEPARTMENT),
            commitment_id=completion.project.commitments.first().pk,
            document_number="乙",
            at=at("2027-07-13 09:00"),
        )
