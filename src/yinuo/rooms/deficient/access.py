"""Who may do what in 容缺受理: the window for whoever came, the matter's department, the unit for its own gap."""

from __future__ import annotations

from yinuo.engine.base import Actor
from yinuo.engine.catalogue.access import can_offer
from yinuo.engine.people.access import acts_for
from yinuo.engine.people.models import Department
from yinuo.rooms.onemap.models import MapItem


def is_window(actor: Actor, item: MapItem) -> bool:
    """A clerk of the hall's window, in that role or standing in for the visitor's unit."""
    if actor.role == "window":
        return actor.hall_id == item.project.hall_id
    return actor.entrance == "window" and acts_for(actor, item.project.unit_id, item.project_id, item.matter_id)


def can_apply(actor: Actor, item: MapItem) -> bool:
    """The window, for the unit; the unit itself is told to come there (附件5·一)."""
    return is_window(actor, item) or acts_for(actor, item.project.unit_id, item.project_id, item.matter_id)


def can_supply(actor: Actor, item: MapItem) -> bool:
    """What was missing is brought to the window or sent online."""
    return can_apply(actor, item)


def can_judge(actor: Actor, item: MapItem) -> bool:
    """The opinion, and that nothing but the gap is left: an approver of the matter's department."""
    return actor.role == "approver" and actor.department_id == item.department_id


def can_look(actor: Actor, item: MapItem) -> bool:
    """Everybody of the hall, and the unit."""
    if actor.role in ("unit", "public", "system"):
        return acts_for(actor, item.project.unit_id, item.project_id, item.matter_id)
    return actor.hall_id == item.project.hall_id


def can_tolerate(actor: Actor, department: Department) -> bool:
    """A department lists the gaps it tolerates itself (附件5·三(二)), as it decides on promises."""
    return can_offer(actor, department)
