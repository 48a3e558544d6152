from __future__ import annotations

from yinuo.engine.base import Actor
from yinuo.engine.people.models import Department


def can_offer(actor: Actor, department: Department) -> bool:
    """A department decides for itself whether its matters may be promised (自主确定)."""
    return actor.role in ("approver", "principal") and actor.department_id == department.pk


def can_set_handler(actor: Actor, department: Department) -> bool:
    if actor.role in ("general_convener", "administrator"):
        return actor.hall_id == department.hall_id
    return actor.role == "principal" and actor.department_id == department.pk
