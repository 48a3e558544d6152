"""Dated spans: one answer on each day, whatever is announced in which order, and the database refuses two."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import IntegrityError, models, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.apps.agencies import new_agency
from tests.apps.county import BEGAN, Company, County, at, new_county, new_person
from tests.apps.regions import new_result, new_zone
from tests.apps.test_together import together
from yinuo.core.calendar import TZ
from yinuo.engine.base import Refused
from yinuo.engine.catalogue import queries
from yinuo.engine.catalogue.actions import offer_commitment, set_handler
from yinuo.engine.catalogue.models import CommitmentOffer, MatterHandler, RegionalResult, Tolerance, Zone
from yinuo.engine.infochain.models import IssuerKey
from yinuo.engine.people.actions import ask_binding, give_role
from yinuo.engine.people.models import AuthorisedPerson, Delegation, Department, InForce, Membership
from yinuo.engine.trail.models import Entry
from yinuo.rooms.accounts.models import Invitation
from yinuo.rooms.agency.models import AgencyBody, Agreement, ServiceAgent
from yinuo.rooms.deficient.actions import publish_tolerance
from yinuo.rooms.grants.models import Grant
from yinuo.rooms.inspections.models import InspectionPlan, Inspector
from yinuo.rooms.regional.models import RegionalAssessment

MATTER = "energy_review"
GAP_MATTER, MATERIALS = "soil_conservation_plan", ("spoil_agreement", "site_plan")
NOW = at("2026-11-06 09:00")
TODAY, DECEMBER, MID_DECEMBER, JANUARY = date(2026, 11, 6), date(2026, 12, 1), date(2026, 12, 15), date(2027, 1, 1)
DAY = timedelta(days=1)


def offer(
    county: County, offered: bool, from_on: date, basis: str = "局务会", moment: datetime = NOW
) -> CommitmentOffer:
    office = Department.objects.get(hall=county.hall, key="development_reform")
    return offer_commitment(
        actor=county.actor("approver"),
        department=office,
        matter_id=MATTER,
        offered=offered,
        from_on=from_on,
        basis=basis,
        at=moment,
    )


def offered(county: County, day: date) -> bool | None:
    return queries.offered(county.hall.pk, day).get(MATTER)


def in_force(county: County, day: date) -> list[CommitmentOffer]:
    return list(CommitmentOffer.objects.filter(CommitmentOffer.on(day), hall=county.hall, matter_id=MATTER))


# -- what a new decision does to the ones before it


def test_a_withdrawal_moved_forward_ends_the_promise_on_its_new_day(county: County) -> None:
    offer(county, True, TODAY)
    offer(county, False, JANUARY)
    offer(county, False, DECEMBER)
    assert [offered(county, day) for day in (DECEMBER - DAY, DECEMBER, MID_DECEMBER, JANUARY)] == [
        True,
        False,
        False,
        False,
    ]
    assert len(in_force(county, MID_DECEMBER)) == 1


def test_a_withdrawal_is_put_off_by_opening_the_span_between(county: County) -> None:
    offer(county, True, TODAY)
    offer(county, False, DECEMBER)
    offer(county, True, DECEMBER, basis="推迟")
    offer(county, False, JANUARY)
    assert [offered(county, day) for day in (TODAY, DECEMBER, MID_DECEMBER, JANUARY)] == [True, True, True, False]


def test_a_decision_before_a_planned_one_replaces_the_plan_and_the_plan_stays_readable(county: County) -> None:
    first = offer(county, True, TODAY)
    planned = offer(county, False, JANUARY, basis="三年行动方案")
    made = offer(county, True, DECEMBER, moment=NOW + DAY)
    assert offered(county, JANUARY) is True
    planned.refresh_from_db()
    first.refresh_from_db()
    assert (planned.from_on, planned.to_on, planned.basis, planned.replaced_at) == (
        JANUARY,
        None,
        "三年行动方案",
        NOW + DAY,
    )
    assert (first.from_on, first.to_on, first.replaced_at) == (TODAY, DECEMBER, None)
    assert (made.from_on, made.to_on, made.replaced_at) == (DECEMBER, None, None)
    assert [row.data["from_on"] for row in Entry.objects.filter(verb="catalogue.offer").order_by("id")] == [
        day.isoformat() for day in (TODAY, JANUARY, DECEMBER)
    ]


def test_the_same_decision_sent_twice_is_one(county: County) -> None:
    offer(county, True, TODAY)
    once, again = offer(county, False, DECEMBER), offer(county, False, DECEMBER)
    assert once.pk == again.pk
    assert Entry.objects.filter(verb="catalogue.offer").count() == 2
    assert not CommitmentOffer.objects.filter(replaced_at__isnull=False).exists()


def test_another_ground_for_the_same_day_is_a_decision_of_its_own(county: County) -> None:
    old = offer(county, False, DECEMBER)
    offer(county, False, DECEMBER, basis="局务会〔2026〕12号")
    old.refresh_from_db()
    assert old.replaced_at == NOW
    assert [row.basis for row in in_force(county, DECEMBER)] == ["局务会〔2026〕12号"]


def test_what_was_in_force_yesterday_is_not_rewritten(county: County) -> None:
    offer(county, True, TODAY)
    offer(county, False, MID_DECEMBER, moment=at("2026-12-15 09:00"))
    with pytest.raises(Refused, match="生效日期不能早于今天") as caught:
        offer(county, False, MID_DECEMBER - DAY, moment=at("2026-12-15 09:00"))
    assert caught.value.code == "catalogue.from_on"
    assert [offered(county, day) for day in (MID_DECEMBER - DAY, MID_DECEMBER)] == [True, False]


def test_a_tolerance_moved_forward_leaves_one_list_for_each_day(county: County) -> None:
    office = Department.objects.get(hall=county.hall, key="soil_conservation")

    def publish(materials: tuple[str, ...], from_on: date) -> Tolerance:
        return publish_tolerance(
            actor=county.actor("approver", "soil_conservation"),
            department=office,
            matter_id=GAP_MATTER,
            materials=materials,
            days=5 if materials else 0,
            from_on=from_on,
            basis="局务会",
            at=NOW,
        )

    publish(MATERIALS[:1], TODAY)
    publish((), JANUARY)
    publish(MATERIALS, DECEMBER)
    publish(MATERIALS, DECEMBER)
    for day, wanted in ((TODAY, MATERIALS[:1]), (MID_DECEMBER, MATERIALS), (JANUARY, MATERIALS)):
        found = queries.tolerance(county.hall.pk, GAP_MATTER, day)
        assert found is not None
        assert tuple(found.materials) == wanted
        assert queries.tolerances(county.hall.pk, day) == {GAP_MATTER: found}
    assert Tolerance.objects.filter(replaced_at__isnull=False).get().materials == []


# A decision: how many days later than the last one it is made, how many days ahead it begins, what it says.
DECISIONS = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 9), st.booleans(), st.sampled_from(["甲", "乙"])), max_size=8
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(decisions=DECISIONS)
def test_each_day_has_the_answer_of_the_last_decision_that_had_begun(
    county: County, decisions: list[tuple[int, int, bool, str]]
) -> None:
    with transaction.atomic():
        day, said = TODAY, []
        for later, ahead, value, basis in decisions:
            day += later * DAY
            offer(county, value, day + ahead * DAY, basis, datetime(day.year, day.month, day.day, 9, tzinfo=TZ))
            said.append((day + ahead * DAY, value))
        for number in range(-1, 50):
            on = TODAY + number * DAY
            begun = [value for from_on, value in said if from_on <= on]
            assert offered(county, on) == (begun[-1] if begun else None)
            assert len(in_force(county, on)) == bool(begun)
        transaction.set_rollback(True)


def test_two_who_decide_at_once_leave_one_decision_in_force(committed_db: str) -> None:
    county = new_county()
    offer(county, True, TODAY)
    county.actor("approver")
    results = together(
        lambda: offer(county, False, DECEMBER),
        lambda: offer(county, True, JANUARY),
        lambda: offer(county, False, JANUARY),
    )
    assert not [result for result in results if isinstance(result, Exception)], results
    for day in (TODAY, DECEMBER, JANUARY):
        assert len(in_force(county, day)) == 1


# -- the database

Rows = tuple[type[models.Model], dict[str, Any]]


def _decided(county: County) -> dict[str, Any]:
    office = Department.objects.get(hall=county.hall, key="development_reform")
    person = county.person("approver")
    return {
        "hall": county.hall,
        "matter_id": MATTER,
        "department": office,
        "basis": "局务会",
        "published_at": NOW,
        "published_by": person,
    }


def _agent(county: County, company: Company) -> Rows:
    return ServiceAgent, {"body": new_agency(county).body, "person": new_person("马代办"), "phone": "0930-1"}


def _result(county: County, company: Company) -> Rows:
    row = new_result(new_zone(county), GAP_MATTER)
    values = {
        field.attname: getattr(row, field.attname)
        for field in RegionalResult._meta.concrete_fields
        if field.name != "id"
    }
    RegionalResult.objects.filter(pk=row.pk).update(withdrawn_at=NOW, withdrawn_why="数据失实")
    return RegionalResult, values


ROWS: dict[str, Callable[[County, Company], Rows]] = {
    "offer_once": lambda county, company: (CommitmentOffer, {**_decided(county), "offered": True}),
    "tolerance_once": lambda county, company: (Tolerance, {**_decided(county), "materials": [], "days": 0}),
    "handler_once": lambda county, company: (
        MatterHandler,
        {
            "hall": county.hall, "matter_id": MATTER, "person": new_person("马办理"),
            "department": _decided(county)["department"],
        },
    ),
    "membership_once": lambda county, company: (
        Membership, {"person": new_person("马科员"), "department": _decided(county)["department"], "role": "approver"},
    ),
    "binding_once": lambda county, company: (
        AuthorisedPerson, {"person": new_person("马经办"), "unit": company.unit, "basis": "委托书"},
    ),
    "inspector_once": lambda county, company: (
        Inspector,
        {"person": new_person("马检查"), "department": _decided(county)["department"], "certificate_no": "1"},
    ),
    "agent_of_one_body": _agent,
    "regional_result_once": _result,
}  # fmt: skip
# Numbers that are one row's own.
OWN = {"assessment_id": lambda number: 900 + number, "document_number": lambda number: f"批复{number}"}
# Spans of which several rows may hold on one day, and why.
SEVERAL = {
    Invitation: "the span of the binding it may lead to; the binding excludes",
    Delegation: "several may hold at once, each for its part",
    AgencyBody: "a name is used once and for all",
    Zone: "a key is used once and for all",
    Agreement: "a project has one that is offered or runs, whatever its days",
    RegionalAssessment: "the span of the result it may lead to; the result excludes",
    InspectionPlan: "several plans may share days",
    Grant: "several may hold at once, each widens what may be searched",
    IssuerKey: "it begins when it is written, and a department has one that has not ended",
}


@pytest.mark.parametrize("name", ROWS)
def test_the_database_refuses_two_in_force_even_past_the_actions(county: County, company: Company, name: str) -> None:
    model, values = ROWS[name](county, company)

    def write(number: int, from_on: date, to_on: date | None) -> None:
        own = {field: value(number) for field, value in OWN.items() if field in values}
        with transaction.atomic():
            model._default_manager.create(**{**values, **own, "from_on": from_on, "to_on": to_on})

    write(1, TODAY, JANUARY)
    write(2, JANUARY, JANUARY + 30 * DAY)
    for from_on, to_on in ((TODAY - DAY, TODAY + DAY), (MID_DECEMBER, JANUARY), (JANUARY - DAY, JANUARY + DAY)):
        with pytest.raises(IntegrityError, match=name):
            write(3, from_on, to_on)
    write(4, TODAY - DAY, TODAY)


def test_every_model_with_a_span_excludes_two_in_force_or_says_why_not() -> None:
    begins = {"from_on", "from_at"}
    own = [model for model in apps.get_models() if model.__module__.startswith("yinuo.")]
    spans = {model for model in own if begins & {field.name for field in model._meta.local_fields}}
    constraints = [(model, constraint) for model in spans for constraint in model._meta.constraints]
    excluding = {
        constraint.name: model for model, constraint in constraints if isinstance(constraint, ExclusionConstraint)
    }
    assert set(excluding) == set(ROWS)
    assert spans - set(excluding.values()) == set(SEVERAL)


def test_an_end_before_the_beginning_is_refused(county: County) -> None:
    zone = new_zone(county)
    with pytest.raises(IntegrityError, match="zone_span"), transaction.atomic():
        Zone.objects.filter(pk=zone.pk).update(to_on=zone.from_on - DAY)


def test_every_model_with_a_span_has_its_end_after_its_beginning() -> None:
    unguarded = {
        model.__name__
        for model in apps.get_models()
        if issubclass(model, InForce)
        and not any(constraint.name.endswith("_span") for constraint in model._meta.constraints)
    }
    assert unguarded == set()


# -- what a user is told


def test_asking_for_a_unit_one_is_already_bound_to_for_a_span_is_refused_in_words(
    county: County, company: Company
) -> None:
    person = new_person("马经办")
    AuthorisedPerson.objects.create(
        person=person, unit=company.unit, basis="委托书", from_on=BEGAN, to_on=JANUARY, confirmed_at=NOW
    )
    actor = company.actor.__class__(person_id=person.pk, role="unit")
    with pytest.raises(Refused, match="您在这段时间已有本单位的授权") as caught:
        ask_binding(actor=actor, person=person, unit=company.unit, basis="委托书", at=NOW)
    assert (caught.value.code, caught.value.field) == ("people.bound_already", "basis")
    assert AuthorisedPerson.objects.filter(person=person).count() == 1


def test_a_role_that_overlaps_one_held_before_is_refused_in_words(county: County) -> None:
    held = county.add("approver", "soil_conservation")
    held.to_on = MID_DECEMBER
    held.save(update_fields=["to_on"])
    with pytest.raises(Refused, match="这段时间已有这个角色"):
        give_role(
            actor=county.actor("general_convener"), person=held.person, department=held.department, role="approver",
            at=NOW, from_on=DECEMBER,
        )  # fmt: skip
    made = give_role(
        actor=county.actor("general_convener"), person=held.person, department=held.department, role="approver",
        at=NOW, from_on=MID_DECEMBER,
    )  # fmt: skip
    assert made.from_on == MID_DECEMBER


def test_a_handler_named_changed_and_named_again_on_one_day_handles_it(county: County) -> None:
    office = Department.objects.get(hall=county.hall, key="soil_conservation")
    first, second = county.person("approver", "soil_conservation"), county.add("approver", "soil_conservation").person
    for person in (first, second, first, second):
        set_handler(
            actor=county.actor("principal", "soil_conservation"),
            department=office,
            matter_id=GAP_MATTER,
            person=person,
            at=NOW,
        )
    rows = MatterHandler.objects.filter(MatterHandler.on(TODAY), hall=county.hall, matter_id=GAP_MATTER)
    assert [row.person for row in rows] == [second]
