"""Who may do what with a hall's score: everybody reads it, its supervisor scores what no record can, and closes its
month.
"""

from __future__ import annotations

from yinuo.engine.base import Actor


def can_give_points(actor: Actor, hall_id: int) -> bool:
    """监督员 of the hall (附件7·第十一条、第十二条)."""
    return actor.role == "supervisor" and actor.hall_id == hall_id


def can_open(actor: Actor, hall_id: int) -> bool:
    """Go from an event to its case, read evidence and reasons: who answers for the hall."""
    return actor.role in ("supervisor", "general_convener", "comprehensive") and actor.hall_id == hall_id


def can_publish(actor: Actor, hall_ids: list[int]) -> bool:
    """The month's bulletin of a region: the system at its end, or a supervisor of one of its halls."""
    return actor.role == "system" or (actor.role == "supervisor" and actor.hall_id in hall_ids)


def can_report(actor: Actor, hall_id: int) -> bool:
    """Take in events of a hall whose matters are handled elsewhere: that hall's own supervisor or general convener."""
    return actor.role in ("supervisor", "general_convener") and actor.hall_id == hall_id
