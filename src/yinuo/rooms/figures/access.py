"""Who reads the figures: those who lead and watch over a hall; cases only of what is one's own."""

from __future__ import annotations

from collections.abc import Sequence

from yinuo.engine.base import Actor

READERS = ("principal", "supervisor", "general_convener", "comprehensive")


def can_read(actor: Actor) -> bool:
    return actor.role in READERS and actor.hall_id is not None


def can_compare(actor: Actor) -> bool:
    """See the sums of the region's other halls, which are ranked with one's own; a department's head sees their own
    hall.
    """
    return can_read(actor) and actor.role != "principal"


def can_open(actor: Actor, hall_ids: Sequence[int]) -> bool:
    """Go from a figure to its cases, and see who handles them: only where every hall counted is one's own."""
    return can_read(actor) and list(hall_ids) == [actor.hall_id]


def own_office(actor: Actor) -> int | None:
    """A department's head sees of matters, clocks, reviews and warnings what lies with the department; None = all of
    the hall.
    """
    return actor.department_id if actor.role == "principal" else None
