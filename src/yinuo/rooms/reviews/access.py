"""Who may do what with a review: the unit gives it, the supervisor sees to it, the department answers and never learns
who gave it.
"""

from __future__ import annotations

from yinuo.engine.base import Actor
from yinuo.engine.people.access import acts_for
from yinuo.rooms.onemap.access import can_apply
from yinuo.rooms.onemap.models import MapItem
from yinuo.rooms.reviews.models import ServiceReview, TrackService

WATCHING = ("supervisor", "general_convener", "comprehensive")


def can_give(actor: Actor, item: MapItem) -> bool:
    return can_apply(actor, item)


def can_review_service(actor: Actor, service: TrackService) -> bool:
    """The unit's own people, neither the window nor an agent: they are the ones reviewed."""
    return acts_for(actor, service.project.unit_id) and not actor.via


def can_invite(actor: Actor, item: MapItem) -> bool:
    """Show the code at the counter: whoever has decided, and the window."""
    if actor.role == "window":
        return actor.hall_id == item.project.hall_id
    return actor.role == "approver" and actor.department_id == item.department_id


def can_see(actor: Actor, review: ServiceReview) -> bool:
    if actor.role in ("approver", "principal"):
        return actor.department_id is not None and actor.department_id == review.department_id
    return actor.role in WATCHING and actor.hall_id == review.hall_id


def can_see_giver(actor: Actor, review: ServiceReview) -> bool:
    """Only who calls back; never those reviewed."""
    return can_supervise(actor, review)


def can_supervise(actor: Actor, review: ServiceReview) -> bool:
    """Assign, check the wording, decide an appeal, call back (附件7·第十一条)."""
    return actor.role == "supervisor" and actor.hall_id == review.hall_id


def can_rectify(actor: Actor, review: ServiceReview) -> bool:
    """Verify, rectify, answer, appeal: the department reviewed; for agents and window, who heads them."""
    if review.department_id is None:
        return actor.role == "general_convener" and actor.hall_id == review.hall_id
    return actor.role == "approver" and actor.department_id == review.department_id
