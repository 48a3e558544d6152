"""Who does what at the window: its clerks, each with their own visitor; the hall's convener only looks on."""

from __future__ import annotations

from yinuo.engine.base import Actor
from yinuo.rooms.window.models import Visit

WATCHING = ("general_convener", "supervisor")


def can_open(actor: Actor) -> bool:
    return actor.role == "window" and actor.hall_id is not None


def can_act_in(actor: Actor, visit: Visit) -> bool:
    """Close it, hand documents out in it: only the clerk who has looked at the visitor's papers."""
    return can_open(actor) and actor.person_id == visit.clerk_id and actor.hall_id == visit.hall_id


def can_see(actor: Actor, visit: Visit) -> bool:
    """Every clerk of the hall, for a receipt may be asked for again; whoever convenes and supervises it."""
    return (actor.role == "window" or actor.role in WATCHING) and actor.hall_id == visit.hall_id
