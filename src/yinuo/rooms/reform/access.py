"""Who may do what with a report on the reform: the comprehensive department writes, its principal consents, each
department speaks for itself.
"""

from __future__ import annotations

from yinuo.engine.base import Actor
from yinuo.engine.people.models import Department
from yinuo.rooms.reform.figures import Place

# Who reads a report before it is published.
READERS = ("comprehensive", "principal", "supervisor", "general_convener", "approver")


def can_draft(actor: Actor, place: Place) -> bool:
    """The system at the end of the span, or the comprehensive department of one of its halls."""
    return actor.role == "system" or can_write(actor, place)


def can_write(actor: Actor, place: Place) -> bool:
    """综合管理部门 (附件7·第五条)."""
    return actor.role == "comprehensive" and actor.hall_id in place.hall_ids


def can_consent(actor: Actor, place: Place) -> bool:
    """The principal of the department that reports."""
    return actor.role == "principal" and actor.department_id == place.office.pk


def can_self_report(actor: Actor, department: Department, place: Place) -> bool:
    return actor.role == "approver" and actor.department_id == department.pk and department.hall_id in place.hall_ids


def can_see(actor: Actor, place: Place) -> bool:
    """The hall's people; everybody else reads what was published."""
    return actor.role in READERS and actor.hall_id in place.hall_ids
