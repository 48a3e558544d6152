"""Who may do what in `people`; see test_permissions.py, whose table this is a part of."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from tests.apps.world import ANYWHERE, CONVENER_AND_ADMINISTRATOR, NOON, TODAY, Act, World
from yinuo.core.codes import make_credit_code
from yinuo.engine.base import Actor
from yinuo.engine.people import actions as people
from yinuo.engine.people.models import AuthorisedPerson, Membership, ProjectUnit

MAY: dict[str, set[str]] = {
    # Who acts for a unit is confirmed where its first project is
    "people.ask_binding": {"unit of nobody", "person"},
    "people.authorise": {"unit"},
    "people.confirm_binding": CONVENER_AND_ADMINISTRATOR,
    "people.end_binding": {"unit", *CONVENER_AND_ADMINISTRATOR},
    "people.register_unit": ANYWHERE | {"window", "window abroad"},
    "people.register_reserved_unit": ANYWHERE | {"window", "window abroad"},
    "people.give_credit_code": ANYWHERE | {"window", "window abroad"},
    "people.open_account": {"administrator", "administrator abroad"},
    "people.change_account": {"administrator", "administrator abroad"},
    "people.change_department": CONVENER_AND_ADMINISTRATOR,
    "people.change_hall": CONVENER_AND_ADMINISTRATOR,
    "people.correct_unit": CONVENER_AND_ADMINISTRATOR,
    "people.give_role": CONVENER_AND_ADMINISTRATOR,
    "people.end_role": CONVENER_AND_ADMINISTRATOR,
    "people.delegate": {"approver", *CONVENER_AND_ADMINISTRATOR},
    "people.end_delegation": {"approver", *CONVENER_AND_ADMINISTRATOR},
    "people.issue_key for a role": {"system", *CONVENER_AND_ADMINISTRATOR},
    "people.issue_key for a unit": {"system", *CONVENER_AND_ADMINISTRATOR},
    "people.issue_key for another system": {"system", "administrator", "administrator abroad"},
    "people.revoke_key": {"system", "approver", *CONVENER_AND_ADMINISTRATOR},  # the approver whose key it is
}
# Whoever calls has compared the papers: accounts, window.
INNER = {"people.bind_confirmed"}


def act_of(world: World, action: str) -> Act:
    """The action ready to be done, everything in place but its actor."""
    member = Membership.objects.get(person=world.approver, department=world.department, role="approver")
    colleague = world.county.add("approver", world.department.key)
    asked = people.ask_binding(
        actor=world.actor("unit of nobody"), person=world.newcomer, unit=world.company.unit, basis="授权书", at=NOON
    )
    reserved = ProjectUnit.objects.create(
        name="积石山县花椒油有限公司", type="enterprise", reservation_no="（甘）名称预核〔2026〕第1号"
    )
    later = NOON + timedelta(days=30)

    def key(actor: Actor, **of: Any) -> object:
        return people.issue_key(actor=actor, name="机器", expires_at=later, at=NOON, **of)

    standing_in = held = 0
    if action == "people.end_delegation":
        standing_in = people.delegate(
            actor=world.actor("approver"), person=world.approver, substitute=colleague.person,
            from_on=TODAY, to_on=date(2026, 12, 1), reason="休假", at=NOON,
        ).pk  # fmt: skip
    if action == "people.revoke_key":
        made, _ = people.issue_key(
            actor=Actor.system(), person=world.approver, membership=member, name="机器", expires_at=later, at=NOON
        )
        held = made.pk
    acts: dict[str, Act] = {
        "people.ask_binding": lambda actor: people.ask_binding(
            actor=actor, person=world.newcomer, unit=world.neighbour.unit, basis="法定代表人授权", at=NOON
        ),
        "people.authorise": lambda actor: people.authorise(
            actor=actor,
            unit_id=world.company.unit.pk,
            account=colleague.person.username,
            name=colleague.person.name,
            basis="授权委托书",
            letter_id=1,
            may_sign=True,
            from_on=TODAY,
            to_on=None,
            at=NOON,
        ),
        "people.confirm_binding": lambda actor: people.confirm_binding(
            actor=actor, binding=AuthorisedPerson.objects.get(pk=asked.pk), may_sign=True, at=NOON
        ),
        "people.end_binding": lambda actor: people.end_binding(
            actor=actor, binding=AuthorisedPerson.objects.get(pk=world.company.binding.pk), at=NOON, why="离职"
        ),
        "people.register_unit": lambda actor: people.register_unit(
            actor=actor,
            credit_code=make_credit_code("622927", "00000078"),
            name="新来的企业",
            type="enterprise",
            at=NOON,
        ),
        "people.register_reserved_unit": lambda actor: people.register_reserved_unit(
            actor=actor,
            name="积石山县百合食品有限公司",
            type="enterprise",
            reservation_no="（甘）名称预核〔2026〕第2号",
            at=NOON,
        ),
        "people.give_credit_code": lambda actor: people.give_credit_code(
            actor=actor, unit_id=reserved.pk, credit_code=make_credit_code("622927", "00000077"), at=NOON
        ),
        "people.open_account": lambda actor: people.open_account(
            actor=actor, username="new", name="新人", email="n@example.org", at=NOON
        ),
        "people.change_account": lambda actor: people.change_account(
            actor=actor, person_id=world.newcomer.pk, changes={"phone": "13900000000"}, at=NOON
        ),
        "people.change_department": lambda actor: people.change_department(
            actor=actor, department_id=world.department.pk, phone="0930-7720000", at=NOON
        ),
        "people.change_hall": lambda actor: people.change_hall(
            actor=actor,
            hall_id=world.department.hall_id,
            phone="0930-7720000",
            address="吹麻滩镇",
            hours="工作日",
            at=NOON,
        ),
        "people.correct_unit": lambda actor: people.correct_unit(
            actor=actor, unit_id=world.company.unit.pk, changes={"address": "吹麻滩镇1号"}, why="营业执照变更", at=NOON
        ),
        "people.give_role": lambda actor: people.give_role(
            actor=actor, person=world.newcomer, department=world.department, role="principal", at=NOON, from_on=TODAY
        ),
        "people.end_role": lambda actor: people.end_role(
            actor=actor, membership=Membership.objects.get(pk=member.pk), at=NOON, why="轮岗"
        ),
        "people.delegate": lambda actor: people.delegate(
            actor=actor,
            person=world.approver,
            substitute=colleague.person,
            from_on=TODAY,
            to_on=date(2026, 12, 1),
            reason="休假",
            at=NOON,
        ),
        "people.end_delegation": lambda actor: people.end_delegation(
            actor=actor, delegation_id=standing_in, at=NOON, why="提前回来"
        ),
        "people.revoke_key": lambda actor: people.revoke_key(actor=actor, key_id=held, at=NOON, why="丢失"),
        "people.issue_key for a role": lambda actor: key(
            actor, person=world.approver, membership=Membership.objects.get(pk=member.pk)
        ),
        "people.issue_key for a unit": lambda actor: key(actor, person=world.company.person, unit=world.company.unit),
        "people.issue_key for another system": lambda actor: key(actor, person=world.newcomer),
    }
    return acts[action]
