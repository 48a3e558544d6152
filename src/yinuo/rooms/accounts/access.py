"""Who may decide a request of a unit to join."""

from __future__ import annotations

from yinuo.engine.base import Actor
from yinuo.engine.people.access import can_manage_people
from yinuo.rooms.accounts.models import Admission


def can_compare(actor: Actor, admission: Admission) -> bool:
    """The hall's window, convener or administrator compares licence and letter; nobody decides their own request."""
    here = actor.hall_id is not None and actor.hall_id == admission.hall_id
    return here and (actor.role == "window" or can_manage_people(actor)) and actor.person_id != admission.person_id
