from __future__ import annotations

from yinuo.apps.base import Actor


def can_manage_people(actor: Actor) -> bool:
    """Accounts and who handles what: the hall's general convener and the administrator (附件7·第九条)."""
    return actor.role in ("general_convener", "administrator")


def can_manage_hall(actor: Actor, hall_id: int) -> bool:
    """Roles in a hall's departments are given and ended by that hall's own."""
    return can_manage_people(actor) and actor.hall_id == hall_id


def can_register_units(actor: Actor) -> bool:
    """Units that cannot be looked up by a licence are entered at the hall, after somebody has seen the paper."""
    return can_manage_people(actor)


def acts_for(actor: Actor, unit_id: int) -> bool:
    """A person bound to the unit, acting for it. Nobody files for another."""
    return actor.role == "unit" and actor.unit_id == unit_id
