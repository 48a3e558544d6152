"""What the rooms below set off on a map: a lapsed receipt is an acceptance, a pause that ended itself moves the item, a
project's end ends all, a fact confirmed late changes what may be promised, and what is passed on stays with whom it was
passed to.
"""

from __future__ import annotations

from datetime import datetime

from yinuo.engine.base import Actor, save
from yinuo.engine.trail.actions import record
from yinuo.engine.work.actions import cancel_of_project
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.onemap import building, moving
from yinuo.rooms.onemap.actions import applying
from yinuo.rooms.onemap.actions.common import day_of, locked
from yinuo.rooms.onemap.actions.guidance import refresh
from yinuo.rooms.onemap.actions.handling import _accept
from yinuo.rooms.onemap.actions.later import begin, locked_request
from yinuo.rooms.onemap.actions.moving import redraw
from yinuo.rooms.onemap.actions.pausing import going_on, hold
from yinuo.rooms.onemap.actions.sharing import give_back
from yinuo.rooms.onemap.models import (
    COORDINATION_OPEN,
    ENDED,
    LATER_OPEN,
    Coordination,
    CoordinationState,
    ItemState,
    LaterDocument,
    LaterState,
    MapItem,
    Outcome,
)
from yinuo.rooms.onemap.room import MapWork
from yinuo.rooms.projects.models import Project

ITEM = "onemap.mapitem"
LATER = "onemap.laterdocument"
CLOSED_AT_COMPLETION = "项目竣工验收通过时没有申报，随项目竣工关闭"


def lapsed(*, actor: Actor, subject: WorkItem, at: datetime, why: str) -> None:
    """Five working days without an answer: the matter counts as accepted from receipt (行政许可法 32)."""
    if subject.kind == MapWork.RECEIPT and subject.subject_kind == LATER:
        _lapsed_request(subject.subject_id, at)
    if subject.kind != MapWork.RECEIPT or subject.subject_kind != ITEM:
        return
    item = locked(subject.subject_id)
    received_at = item.present.received_at
    if item.state == ItemState.RECEIVED and received_at is not None:
        _accept(Actor.system(), item, at, received_at, deemed=True)


def _lapsed_request(asked_id: int, at: datetime) -> None:
    """Likewise for a document needed later."""
    asked = locked_request(asked_id)
    if asked.state == LaterState.RECEIVED:
        begin(Actor.system(), asked, at, deemed=True)


def pause_ended(*, actor: Actor, subject: WorkItem, at: datetime, why: str) -> None:
    """The reason's longest term is over: the clock runs again, and the item with it."""
    if subject.kind != MapWork.LIMIT or subject.subject_kind != ITEM:
        return
    item = locked(subject.subject_id)
    if item.state == ItemState.PAUSED:
        going_on(item, subject)
        hold(item, at)


def project_ended(*, actor: Actor, subject: Project, at: datetime, why: str) -> None:
    """Withdrawn or terminated: no item stays open, no clock runs on."""
    items = MapItem.objects.select_for_update(no_key=True, of=("self",)).select_related("application")
    for item in items.filter(project=subject).exclude(state__in=ENDED).order_by("id"):
        item.state = ItemState.CANCELLED
        save(item, "state")
        if item.application is not None:
            applying.end(item, Outcome.CANCELLED, at, text=why)
    requests = LaterDocument.objects.select_for_update(no_key=True, of=("self",)).select_related("application__item")
    for asked in requests.filter(application__item__project=subject, state__in=LATER_OPEN).order_by("id"):
        asked.item.project = subject
        applying.end_request(actor, asked, at, why[:40])
    cancel_of_project(actor=actor, project_id=subject.pk, at=at, why=why)
    for one in (
        Coordination.objects.select_for_update(no_key=True)
        .filter(project=subject, state__in=COORDINATION_OPEN)
        .order_by("id")
    ):
        one.state, one.ended_at, one.conclusion, one.version = CoordinationState.ENDED, at, why, one.version + 1
        one.save(update_fields=["state", "ended_at", "conclusion", "version"])


def project_completed(*, actor: Actor, subject: Project, at: datetime, why: str) -> None:
    """The rule at completion: what nobody has applied for is closed with its reason; an application under way goes on
    to its decision.
    """
    for item in (
        MapItem.objects.select_for_update(no_key=True).filter(project=subject, state=ItemState.OPEN).order_by("id")
    ):
        applying.settle(item, ItemState.CANCELLED, Outcome.CANCELLED, at, text=CLOSED_AT_COMPLETION)
        record(
            Actor.system(),
            "onemap.close_unused",
            item,
            at=at,
            project_code=subject.code or "",
            why=CLOSED_AT_COMPLETION,
            data={"matter": item.matter_id, "pre_start": item.pre_start},
        )


def facts_changed(*, actor: Actor, subject: Project, at: datetime, why: str) -> None:
    """A fact confirmed or amended after the map was drawn: what has not been applied for is judged again, whether it
    may be promised.

    A matter a region's result stands for is judged again too, and comes back where the result no longer fits.
    """
    for item in (
        MapItem.objects.select_for_update(no_key=True).filter(project=subject, state=ItemState.OPEN).order_by("id")
    ):
        found = building.with_bars(
            building.option_of(subject, item.matter_id, day_of(at)).to_json(), item.promisable_why
        )
        promisable = found["outcome"]["promisable"] is True
        if (promisable, found) != (item.promisable, item.promisable_why):
            item.promisable, item.promisable_why = promisable, found
            save(item, "promisable", "promisable_why")
    give_back(subject, at)


def amended(*, actor: Actor, subject: Project, at: datetime, why: str) -> None:
    """The map follows the changed facts; what the change leaves as it is goes on record with what it changes."""
    facts_changed(actor=actor, subject=subject, at=at, why=why)
    amendment = subject.amendments.latest("id")
    before = moving.with_facts(subject, moving.undone(subject.facts, amendment.changes))
    redraw(actor, before, subject, amendment, at)
    refresh(actor, subject, at)


def reassigned(*, actor: Actor, subject: WorkItem, at: datetime, why: str) -> None:
    """The item's next clocks go to whom the present one was passed to."""
    if (
        subject.subject_kind != ITEM
        or subject.assignee_id is None
        or subject.kind not in (MapWork.RECEIPT, MapWork.LIMIT)
    ):
        return
    item = locked(subject.subject_id)
    if item.handler_id != subject.assignee_id:
        item.handler_id = subject.assignee_id
        save(item, "handler")
