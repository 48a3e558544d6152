from __future__ import annotations

from django.conf import settings
from django.utils.module_loading import import_string

from yinuo.engine.base import Actor
from yinuo.engine.people.models import ProjectUnit


def can_manage_people(actor: Actor) -> bool:
    """Accounts and who handles what: the hall's general convener and the administrator (附件7·第九条)."""
    return actor.role in ("general_convener", "administrator")


def can_manage_hall(actor: Actor, hall_id: int) -> bool:
    """Roles in a hall's departments are given and ended by that hall's own."""
    return can_manage_people(actor) and actor.hall_id == hall_id


def can_open_accounts(actor: Actor) -> bool:
    """Accounts are opened, corrected and closed by administrators; what somebody may do is given apart from that."""
    return actor.role == "administrator"


def can_register_units(actor: Actor) -> bool:
    """Units that cannot be looked up by a licence are entered at the hall, after somebody has seen the paper."""
    return can_manage_people(actor) or actor.role == "window"


def can_manage_unit(actor: Actor, unit: ProjectUnit) -> bool:
    """Who confirms and ends who acts for a unit: the hall that keeps it; a unit that no hall keeps yet, any hall's."""
    if not can_manage_people(actor):
        return False
    keeper: int | None = import_string(settings.YINUO_HALL_OF_UNIT)(unit)
    return keeper is None or actor.hall_id == keeper


def acts_for(actor: Actor, unit_id: int, project_id: int | None = None, matter_id: str | None = None) -> bool:
    """A person bound to the unit, or the window for its visitor; an agent only as far as the agreement reaches.

    Nobody files for another. What is asked without a project is the unit's own affair as a whole, and no agent's.
    """
    if actor.role != "unit" or actor.unit_id != unit_id:
        return False
    return actor.scope is None or actor.scope.covers(project_id, matter_id)


def is_own(actor: Actor, unit_id: int) -> bool:
    """What nobody does for a unit, at the window or under an agreement: saying who acts for it."""
    return acts_for(actor, unit_id) and not actor.via
