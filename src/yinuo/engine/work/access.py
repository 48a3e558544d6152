"""Who may touch what waits for somebody."""

from __future__ import annotations

from datetime import date

from yinuo.engine.base import NO_ROW, Actor
from yinuo.engine.people.models import InForce, Person
from yinuo.engine.people.queries import standing_in
from yinuo.engine.work.models import WorkItem


def can_see(actor: Actor, item: WorkItem) -> bool:
    """Its department, its hall's convening and supervising roles, and the unit it is about."""
    if actor.role == "unit":
        return item.unit_id is not None and item.unit_id == actor.unit_id
    if actor.role in ("approver", "principal", "utility", "zone"):
        return item.department_id == actor.department_id
    if actor.role == "agent":
        return item.role == "agent" and item.hall_id == actor.hall_id and item.assignee_id == actor.person_id
    if actor.role == "stage_convener":
        return item.hall_id == actor.hall_id and item.stage == actor.stage
    return (
        actor.role in ("general_convener", "supervisor", "comprehensive", "administrator")
        and item.hall_id == actor.hall_id
    )


def can_handle(actor: Actor, item: WorkItem, day: date) -> bool:
    """The role the item waits for, in its department;
    where it is given to somebody, that person or their substitute.
    """
    if actor.role != item.role or item.waits_for != "staff":
        return False
    if item.department_id is not None and item.department_id != actor.department_id:
        return False
    if item.department_id is None and item.hall_id != actor.hall_id:
        return False
    if item.assignee_id is None or item.assignee_id == actor.person_id:
        return True
    rows = standing_in(actor.person_id, day) if actor.person_id is not None else []
    return any(
        row.person_id == item.assignee_id and row.covers(item.kind, item.matter_id, item.project_id) for row in rows
    )


def can_reassign(actor: Actor, item: WorkItem) -> bool:
    if actor.role == "general_convener":
        return item.hall_id == actor.hall_id
    return actor.role in ("approver", "principal") and item.department_id == actor.department_id


def can_remind(actor: Actor, item: WorkItem) -> bool:
    return actor.role in ("supervisor", "general_convener") and item.hall_id == actor.hall_id


def works_for(person: Person, department_id: int | None, day: date) -> bool:
    return (
        person.is_active and person.memberships.filter(InForce.on(day), department_id=department_id or NO_ROW).exists()
    )


def can_keep(actor: Actor) -> bool:
    """Saved filters and exports are a person's own, whatever their role in the hall."""
    return actor.person_id is not None and actor.hall_id is not None
