"""Who may do what with the information chain."""

from __future__ import annotations

from yinuo.engine.base import Actor
from yinuo.engine.people.models import Department


def can_keep_keys(actor: Actor) -> bool:
    return actor.role in ("administrator", "system")


def can_keep_keys_of(actor: Actor, department: Department | None) -> bool:
    """An administrator keeps the keys of the hall they serve."""
    if not can_keep_keys(actor):
        return False
    return actor.role == "system" or department is None or actor.hall_id == department.hall_id
