"""When a project's building was stopped, and when a promise is next reviewed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from yinuo.engine.caches import Cache
from yinuo.rooms.commitments import reviewing
from yinuo.rooms.commitments.actions.common import locked
from yinuo.rooms.commitments.models import Commitment, Measure, Ruling, RulingState
from yinuo.rooms.projects.caches import called
from yinuo.rooms.projects.models import Project

Derived = Mapping[int, Mapping[str, Any]]


def _stopped(projects: Sequence[Project], at: datetime) -> Derived:
    """The beginning of the stop that has gone on without a break since, whichever rulings it stood on in turn."""
    stops: dict[int, list[tuple[datetime, datetime | None]]] = {project.pk: [] for project in projects}
    made = Ruling.objects.filter(commitment__project__in=projects, state=RulingState.MADE)
    lifted = dict(made.filter(lifts__isnull=False).values_list("lifts_id", "answered_at"))
    for row in (
        made.filter(measures__contains=[Measure.STOP])
        .order_by("answered_at", "id")
        .values("pk", "answered_at", "commitment__project")
    ):
        if row["answered_at"] is not None:
            stops[row["commitment__project"]].append((row["answered_at"], lifted.get(row["pk"])))
    return {key: {"stopped_at": since(spans)} for key, spans in stops.items()}


def since(spans: Sequence[tuple[datetime, datetime | None]]) -> datetime | None:
    """`spans` in the order they begin; None = not stopped now."""
    since: datetime | None = None
    until: datetime | None = None
    for begins, ends in spans:
        if since is None or (until is not None and begins >= until):
            since, until = begins, ends
        elif until is not None:
            until = None if ends is None else max(until, ends)
    return since if until is None else None


def _promises() -> QuerySet[Commitment]:
    return Commitment.objects.select_related("project__unit__credit").prefetch_related("reviews", "difficulties")


def _reviews(promises: Sequence[Commitment], at: datetime) -> Derived:
    return {key: {"review_on": day} for key, day in reviewing.dues(promises).items()}


def _take(key: int) -> Commitment | None:
    locked(key)
    return _promises().filter(pk=key).first()


REVIEW_ON = Cache(
    "commitments.review",
    "承诺的下次复核",
    {"review_on": "下次复核日期"},
    _promises,
    _reviews,
    lambda promise: f"{called(promise.project)} 承诺 {promise.pk}",
    take=_take,
)
CACHES: list[Cache[Any]] = [
    Cache(
        "commitments.stopped", "项目的停止建设", {"stopped_at": "停止建设的时间"}, Project.objects.all, _stopped, called
    ),
    REVIEW_ON,
]
