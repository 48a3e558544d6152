"""Who may do what with land: natural resources keeps it, a zone's committee prepares its own, each office speaks for
itself.
"""

from __future__ import annotations

from yinuo.engine.base import Actor
from yinuo.engine.catalogue.models import Zone
from yinuo.engine.people.access import acts_for
from yinuo.engine.people.models import Department
from yinuo.rooms.land.models import ListInput, Parcel
from yinuo.rooms.projects.access import can_change
from yinuo.rooms.projects.models import Project


def can_dispose(actor: Actor, parcel: Parcel) -> bool:
    """Declare, offer, sell, open and issue the list: natural resources (正文·二(七))."""
    return actor.role == "approver" and actor.department_id == parcel.department_id


def can_enter(actor: Actor, keeper: Department, zone: Zone | None) -> bool:
    """Enter a parcel: natural resources, or the committee in its own zone (附件3·三(一))."""
    if actor.role == "approver":
        return actor.department_id == keeper.pk
    return actor.role == "zone" and zone is not None and actor.department_id == zone.body_id


def can_prepare(actor: Actor, parcel: Parcel) -> bool:
    """Note what is there: title, basics, assessments, indicators."""
    return can_enter(actor, parcel.department, parcel.zone)


def can_answer(actor: Actor, asked: ListInput) -> bool:
    return actor.role in ("approver", "utility") and actor.department_id == asked.department_id


def can_correct(actor: Actor, asked: ListInput) -> bool:
    """The office that said it, or natural resources for it."""
    return can_answer(actor, asked) or can_dispose(actor, asked.land_list.parcel)


def can_be_interested(actor: Actor) -> bool:
    return actor.unit_id is not None and acts_for(actor, actor.unit_id)


def can_settle(actor: Actor, project: Project) -> bool:
    return can_change(actor, project)


def can_see_desk(actor: Actor) -> bool:
    """The hall's people see its land; interested units are named to them only."""
    return actor.role not in ("unit", "public", "system")
