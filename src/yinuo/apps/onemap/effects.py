"""What the rooms below set off on a map: a lapsed receipt is an acceptance, a pause that ended itself moves the item, a project's end ends all."""

from __future__ import annotations

from datetime import datetime

from yinuo.apps.base import Actor
from yinuo.apps.onemap.actions.common import locked, save
from yinuo.apps.onemap.actions.handling import _accept
from yinuo.apps.onemap.models import ENDED, ItemState, MapItem
from yinuo.apps.projects.models import Project
from yinuo.apps.work.actions import cancel_of_project
from yinuo.apps.work.models import WorkItem, WorkKind

ITEM = "onemap.mapitem"


def lapsed(*, actor: Actor, subject: WorkItem, at: datetime, why: str) -> None:
    """Five working days without an answer: the matter counts as accepted from receipt (行政许可法 32)."""
    if subject.kind != WorkKind.RECEIPT or subject.subject_kind != ITEM:
        return
    item = locked(subject.subject_id)
    if item.state == ItemState.RECEIVED and item.received_at is not None:
        _accept(Actor.system(), item, at, item.received_at, deemed=True)


def pause_ended(*, actor: Actor, subject: WorkItem, at: datetime, why: str) -> None:
    """The reason's longest term is over: the clock runs again, and the item with it."""
    if subject.kind != WorkKind.LIMIT or subject.subject_kind != ITEM:
        return
    item = locked(subject.subject_id)
    if item.state == ItemState.PAUSED:
        item.state = ItemState.ACCEPTED
        save(item, "state")


def project_ended(*, actor: Actor, subject: Project, at: datetime, why: str) -> None:
    """Withdrawn or terminated: no item stays open, no clock runs on."""
    for item in MapItem.objects.select_for_update(no_key=True).filter(project=subject).exclude(state__in=ENDED).order_by("id"):
        item.state = ItemState.CANCELLED
        save(item, "state")
    cancel_of_project(actor=actor, project_id=subject.pk, at=at, why=why)
