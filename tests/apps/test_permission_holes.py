"""Holes in who may do what, once found: what a role, a binding or a key that has ended still opened, and whom an action
reached.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tests.apps.county import Company, County, at, new_company, new_person
from tests.apps.test_onemap import ANSWERED, PDF, guided, hand_in, ready
from tests.apps.world import LATE, NOON, TODAY
from tests.beginnings import begins_with
from yinuo.engine.base import Actor, Refused
from yinuo.engine.documents import access as documents_access
from yinuo.engine.documents import actions as documents
from yinuo.engine.people import actions as people
from yinuo.engine.people.models import AuthorisedPerson, Department, Membership, Person
from yinuo.engine.people.queries import actor_of_key, actor_of_membership, bindings_of, memberships_of
from yinuo.engine.work import actions as work
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.onemap import actions as onemap
from yinuo.rooms.projects import actions as projects

pytestmark = begins_with(guided)


def test_a_role_or_binding_that_has_ended_gives_no_actor(county: County, company: Company) -> None:
    member = county.add("approver", "water")
    Membership.objects.filter(pk=member.pk).update(to_on=TODAY)
    AuthorisedPerson.objects.filter(pk=company.binding.pk).update(to_on=TODAY)
    assert memberships_of(member.person, date(2026, 11, 5)) != []
    assert memberships_of(member.person, TODAY) == []
    assert bindings_of(company.person, date(2026, 11, 5)) != []
    assert bindings_of(company.person, TODAY) == []


@pytest.mark.parametrize("of", ["role", "unit"])
def test_a_machines_key_ends_with_the_role_or_the_binding_it_speaks_for(
    county: County, company: Company, of: str
) -> None:
    member = county.add("approver", "water")
    administrator = county.actor("administrator")
    whose: dict[str, Any] = {"person": member.person, "membership": member} if of == "role" else {
        "person": company.person, "unit": company.unit
    }  # fmt: skip
    _, secret = people.issue_key(actor=administrator, name="机器", expires_at=LATE, at=NOON, **whose)
    assert actor_of_key(secret, NOON) is not None
    if of == "role":
        people.end_role(actor=administrator, membership=member, at=NOON, why="轮岗")
    else:
        people.end_binding(actor=administrator, binding=company.binding, at=NOON, why="离职")
    assert actor_of_key(secret, NOON) is None


def test_a_key_is_given_only_for_what_its_person_holds(county: County, company: Company) -> None:
    administrator = county.actor("administrator")
    stranger = new_person("外人")
    for whose in ({"unit": company.unit}, {"membership": county.add("approver", "water")}):
        with pytest.raises(Refused, match="没有这个角色或者单位授权"):
            people.issue_key(actor=administrator, person=stranger, name="机器", expires_at=LATE, at=NOON, **whose)  # type: ignore[arg-type]


def test_what_happens_before_eight_in_the_morning_belongs_to_the_countys_day(county: County) -> None:
    """An instant as the server has it (UTC) is still in yesterday until 08:00 here."""
    member = county.add("approver", "water")
    early = at("2026-11-06 07:30").astimezone(tz=__import__("datetime").UTC)
    assert early.date() == date(2026, 11, 5)
    ended = people.end_role(actor=county.actor("administrator"), membership=member, at=early, why="轮岗")
    assert ended.to_on == TODAY
    assert memberships_of(member.person, date(2026, 11, 5)) != []


def test_a_role_the_house_does_not_know_is_not_given(county: County) -> None:
    office = Department.objects.get(hall=county.hall, key="water")
    with pytest.raises(Refused, match="请选择角色"):
        people.give_role(
            actor=county.actor("administrator"),
            person=new_person("甲"),
            department=office,
            role="mayor",
            at=NOON,
            from_on=TODAY,
        )


def test_a_role_that_has_not_begun_can_be_ended(county: County) -> None:
    office = Department.objects.get(hall=county.hall, key="water")
    administrator = county.actor("administrator")
    later = date(2026, 12, 1)
    member = people.give_role(
        actor=administrator, person=new_person("甲"), department=office, role="approver", at=NOON, from_on=later
    )
    people.end_role(actor=administrator, membership=member, at=NOON, why="不来了")
    assert memberships_of(member.person, later) == []


def test_somebody_whose_role_has_run_out_stands_in_for_nobody(county: County) -> None:
    leaving, member = county.add("approver", "water"), county.add("approver", "water")
    Membership.objects.filter(pk=leaving.pk).update(to_on=TODAY)
    with pytest.raises(Refused, match="不在同一部门"):
        people.delegate(
            actor=actor_of_membership(member), person=member.person, substitute=leaving.person,
            from_on=TODAY, to_on=date(2026, 12, 1), reason="休假", at=NOON,
        )  # fmt: skip


def test_nothing_is_urged_or_moved_when_it_is_done(county: County, company: Company) -> None:
    project = guided(county, company)
    item = ready(project)
    hand_in(company, item, NOON)
    receipt = WorkItem.objects.get(kind="receipt")
    onemap.accept(actor=county.actor("approver", item.department.key), item_id=item.pk, at=NOON)
    # The page was opened before: the row in hand still says it is open, the one in the database counts.
    with pytest.raises(Refused, match="已经办完"):
        work.reassign(
            actor=county.actor("general_convener"),
            item=receipt,
            person=county.person("approver", item.department.key),
            at=NOON,
        )
    receipt.refresh_from_db()
    with pytest.raises(Refused, match="已经办完"):
        work.remind(actor=county.actor("supervisor"), item=receipt, note="快", at=NOON)


def test_a_question_goes_to_a_department_that_exists_and_only_until_it_is_answered(
    county: County, company: Company
) -> None:
    project = guided(county, company)
    convener = county.actor("general_convener")
    question = projects.ask_question(actor=company.actor, project_id=project.pk, text="要多久？", at=NOON)
    with pytest.raises(Refused, match="请选择承办部门"):
        projects.pass_question(actor=convener, question_id=question.pk, department_key="nowhere", at=NOON)
    projects.answer_question(actor=convener, question_id=question.pk, answer="两天", at=NOON)
    with pytest.raises(Refused, match="已经答复"):
        projects.pass_question(actor=convener, question_id=question.pk, department_key="water", at=NOON)


def test_a_files_reader_is_its_unit_or_the_staff(county: County, company: Company) -> None:
    file = documents.store_upload(actor=company.actor, name="图.pdf", content=PDF, unit_id=company.unit.pk, at=ANSWERED)
    assert documents_access.can_read_file(company.actor, file)
    assert documents_access.can_read_file(county.actor("approver"), file)
    for actor in (
        new_company("甘肃别家有限公司").actor,
        replace(company.actor, unit_id=None),
        Actor.public(),
        Actor.system(),
    ):
        assert not documents_access.can_read_file(actor, file)


def test_only_people_of_the_hall_are_urged(county: County, company: Company) -> None:
    project = guided(county, company)
    item = ready(project)
    hand_in(company, item, at("2026-11-06 09:00"))
    work.tick(LATE)
    outsider: Person = new_person("外人")
    with pytest.raises(Refused, match="请选择催办的人员"):
        onemap.open_escalation(
            actor=county.actor("general_convener"),
            item_id=item.pk,
            urged=[outsider.pk],
            agreed="尽快",
            agreed_until=None,
            at=LATE,
        )
