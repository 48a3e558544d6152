"""Who does what in a hall: roles given and ended, and who stands in for whom."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from yinuo.engine.base import Actor, Refused, forbid, refuse_if_taken
from yinuo.engine.people import access
from yinuo.engine.people.actions.common import day_of
from yinuo.engine.people.models import Delegation, Department, InForce, Membership, Person, StaffRole
from yinuo.engine.rules import pack
from yinuo.engine.trail.actions import action, record


@action
def give_role(
    *, actor: Actor, person: Person, department: Department, role: str, at: datetime, from_on: date, stage: str = ""
) -> Membership:
    if not access.can_manage_hall(actor, department.hall_id):
        raise forbid("只能安排本大厅人员的角色")
    if role not in StaffRole.values:
        raise Refused("people.role", "请选择角色", field="role")
    # Two who give the person the same role wait for each other.
    Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    with refuse_if_taken(
        "people.role_once", f"{person.name}这段时间已有这个角色", field="from_on", remedy="请核对生效日期"
    ):
        membership, created = Membership.objects.get_or_create(
            person=person, department=department, role=role, stage=stage, to_on=None, defaults={"from_on": from_on}
        )
    if created:
        record(
            actor,
            "people.give_role",
            membership,
            at=at,
            data={"person": person.pk, "role": role, "department": department.pk},
        )
    return membership


@action
def end_role(*, actor: Actor, membership: Membership, at: datetime, why: str) -> Membership:
    if not access.can_manage_hall(actor, membership.department.hall_id):
        raise forbid("只能终止本大厅人员的角色")
    if membership.to_on is None:
        # One that has not begun never holds for a day.
        membership.to_on = max(day_of(at), membership.from_on)
        membership.save(update_fields=["to_on"])
        record(
            actor,
            "people.end_role",
            membership,
            at=at,
            why=why,
            data={"person": membership.person_id, "role": membership.role},
        )
    return membership


@action
def delegate(
    *,
    actor: Actor,
    person: Person,
    substitute: Person,
    from_on: date,
    to_on: date,
    reason: str,
    at: datetime,
    kinds: Sequence[str] = (),
    matters: Sequence[str] = (),
    projects: Sequence[int] = (),
) -> Delegation:
    """While it holds, the substitute may handle the person's items; nothing waits for somebody on leave.

    `kinds`, `matters`, `projects` limit it to some of them, as in Delegation; several may hold at once, each for its
    part.
    """
    day = day_of(at)
    if actor.person_id != person.pk and not any(access.can_manage_hall(actor, hall) for hall in _halls(person, day)):
        raise forbid("只能由本人或总召集人安排代班")
    if person.pk == substitute.pk:
        raise Refused("people.delegate_self", "代班人不能是本人", field="substitute")
    if to_on <= from_on:
        raise Refused("people.delegate_span", "结束日期应晚于开始日期", field="to_on")
    shared = set(person.memberships.filter(InForce.on(day)).values_list("department_id", flat=True))
    if not substitute.memberships.filter(InForce.on(day), department_id__in=shared).exists():
        raise Refused(
            "people.delegate_department",
            f"{substitute.name}与您不在同一部门",
            field="substitute",
            remedy="请选择本部门同事",
        )
    # Pressed twice it is one arrangement.
    Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    what: dict[str, list[Any]] = {
        "kinds": sorted(set(kinds)),
        "matters": sorted(set(matters)),
        "projects": sorted(set(projects)),
    }
    unknown = sorted(set(matters) - pack().matters.keys())
    if unknown:
        raise Refused(
            "people.delegate_matters", f"没有“{unknown[0]}”这个事项", field="matters", remedy="请从列出的事项中选择"
        )
    known = Delegation.objects.filter(
        person=person, substitute=substitute, from_on=from_on, to_on=to_on, **what
    ).first()
    if known is not None:
        return known
    made = Delegation.objects.create(
        person=person, substitute=substitute, from_on=from_on, to_on=to_on, reason=reason[:120], **what
    )
    data = {"person": person.pk, "substitute": substitute.pk, **{name: value for name, value in what.items() if value}}
    record(actor, "people.delegate", made, at=at, why=reason, data=data)
    return made


@action
def end_delegation(*, actor: Actor, delegation_id: int, at: datetime, why: str) -> Delegation:
    """Back earlier than planned: from today the substitute handles no more of the person's items; what was handled
    stays theirs.
    """
    row = Delegation.objects.select_for_update(of=("self",)).select_related("person").get(pk=delegation_id)
    day = day_of(at)
    if actor.person_id != row.person_id and not any(
        access.can_manage_hall(actor, hall) for hall in _halls(row.person, day)
    ):
        raise forbid("只能由本人或总召集人结束代班")
    if row.to_on is not None and row.to_on <= day:
        raise Refused("people.delegation_ended", "这次代班已经结束", remedy="请刷新页面查看")
    # One that has not begun never holds for a day.
    row.to_on = max(day, row.from_on)
    row.save(update_fields=["to_on"])
    record(
        actor,
        "people.end_delegation",
        row,
        at=at,
        why=why,
        data={"person": row.person_id, "substitute": row.substitute_id},
    )
    return row


def _halls(person: Person, day: date) -> set[int]:
    return set(person.memberships.filter(InForce.on(day)).values_list("department__hall_id", flat=True))
