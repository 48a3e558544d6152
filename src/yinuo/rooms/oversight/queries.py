"""Warnings and records as those read them who answer for them; what is public of a project's supervision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from yinuo.engine.base import NO_ROW, Actor
from yinuo.engine.feeds.models import FeedEntry, FeedPlace
from yinuo.engine.feeds.queries import placed
from yinuo.engine.work.models import WorkItem
from yinuo.engine.work.queries import open_clock
from yinuo.rooms.inspections.models import Outcome, RandomInspection
from yinuo.rooms.oversight.access import WATCHING, can_hand_clue, can_see_clue
from yinuo.rooms.oversight.models import (
    SHARED_FEED,
    AnomalyWarning,
    Clue,
    LifeRecord,
    RecordKind,
    SharedKind,
    WarningState,
)
from yinuo.rooms.oversight.room import OversightWork
from yinuo.rooms.projects.models import Project

PAGE = 40


def warning(warning_id: int) -> AnomalyWarning:
    """Raises AnomalyWarning.DoesNotExist."""
    return AnomalyWarning.objects.select_related(
        "project__unit", "project__hall", "department", "record", "penalty", "former", "closed_by"
    ).get(pk=warning_id)  # fmt: skip


def of_actor(actor: Actor) -> QuerySet[AnomalyWarning]:
    """The unit its own, an office what lies with it, the watchers all of their hall's."""
    rows = AnomalyWarning.objects.select_related("project__unit", "department")
    if actor.role == "unit":
        own = rows.filter(project__unit_id=actor.unit_id)
        return own.filter(project_id=actor.scope.project_id) if actor.scope is not None else own
    if actor.role in ("approver", "principal"):
        return rows.filter(department_id=actor.department_id or NO_ROW)
    return (
        rows.filter(project__hall_id=actor.hall_id or NO_ROW)
        if actor.role in (*WATCHING, "administrator")
        else rows.none()
    )


def narrowed(actor: Actor, view: str, kind: str = "") -> QuerySet[AnomalyWarning]:
    """`view`: open, closed, all; newest first."""
    rows = of_actor(actor).order_by("-id")
    if view == "open":
        rows = rows.exclude(state=WarningState.CLOSED)
    elif view == "closed":
        rows = rows.filter(state=WarningState.CLOSED)
    return rows.filter(kind=kind) if kind else rows


@dataclass(frozen=True, slots=True)
class Page:
    """`after` opens the next page, 0 = no more."""

    warnings: Sequence[AnomalyWarning]
    after: int


def warnings(actor: Actor, *, view: str = "open", kind: str = "", after: int = 0, size: int = PAGE) -> Page:
    rows = narrowed(actor, view, kind)
    if after:
        rows = rows.filter(pk__lt=after)
    found = list(rows[: size + 1])
    return Page(found[:size], found[size - 1].pk if len(found) > size else 0)


def of_project(project_id: int) -> list[AnomalyWarning]:
    """Every warning of a project, open ones first, then the latest."""
    rows = AnomalyWarning.objects.filter(project_id=project_id).select_related("department", "penalty").order_by("-id")
    return sorted(rows, key=lambda row: not row.is_open)


def open_of_project(project_id: int) -> list[AnomalyWarning]:
    rows = AnomalyWarning.objects.filter(project_id=project_id).exclude(state=WarningState.CLOSED)
    return list(rows.select_related("department").order_by("id"))


def clock_of(found: AnomalyWarning) -> WorkItem | None:
    """The open clock, the unit's or the office's."""
    return open_clock(found, OversightWork.HANDLE, OversightWork.RECTIFY)


def record(record_id: int) -> LifeRecord:
    """Raises LifeRecord.DoesNotExist."""
    return LifeRecord.objects.select_related("department", "person", "inspection__plan").get(pk=record_id)


def records(project_id: int, *, public_on: date | None = None) -> list[LifeRecord]:
    """The latest version of each, newest first; `public_on`: only what everybody may read on that day."""
    rows = LifeRecord.objects.filter(project_id=project_id, replaced_by__isnull=True).select_related(
        "department", "person"
    )
    found = list(rows.order_by("-on", "-id"))
    return found if public_on is None else [row for row in found if is_public(row, public_on)]


def is_public(row: LifeRecord, day: date) -> bool:
    """A penalty until the day its publication ends, what else is public for good."""
    return row.public and (
        row.kind != RecordKind.PENALTY or str(row.data.get("published_until", "")) >= day.isoformat()
    )


def versions(row: LifeRecord) -> list[LifeRecord]:
    """All versions of a record, the latest first."""
    known = {
        one.pk: one
        for one in LifeRecord.objects.filter(project_id=row.project_id, kind=row.kind).select_related(
            "person", "inspection__plan"
        )
    }
    later = {one.replaces_id: one for one in known.values() if one.replaces_id}
    last = row
    while last.pk in later:
        last = later[last.pk]
    found = [last]
    while found[-1].replaces_id:
        found.append(known[found[-1].replaces_id])
    return found


def penalties_to_name(project: Project) -> list[LifeRecord]:
    """Penalties of the project that close no warning yet, in no version of them; the latest version of each."""
    rows = {
        row.pk: row
        for row in LifeRecord.objects.filter(project=project, kind=RecordKind.PENALTY).order_by("-on", "-id")
    }
    spent = set(
        AnomalyWarning.objects.filter(project=project, penalty__isnull=False).values_list("penalty_id", flat=True)
    )
    replaced = {row.replaces_id for row in rows.values()}
    return [row for row in rows.values() if row.pk not in replaced and spent.isdisjoint(_line(row, rows))]


def handed_to_penalty(project: Project) -> list[RandomInspection]:
    """The project's random inspections whose finding went to be penalised, the latest first."""
    rows = RandomInspection.objects.filter(project=project, outcome=Outcome.PENALTY).select_related("plan__lead")
    return list(rows.order_by("-id"))


def penalties_of(inspection: RandomInspection) -> list[LifeRecord]:
    """What was decided on an inspection that was handed over; the latest version of each."""
    return list(LifeRecord.objects.filter(inspection=inspection, replaced_by__isnull=True).order_by("-on", "-id"))


def _line(row: LifeRecord, known: Mapping[int, LifeRecord]) -> list[int]:
    """The keys of a version and of all before it."""
    line = [row.pk]
    while row.replaces_id is not None:
        row = known[row.replaces_id]
        line.append(row.pk)
    return line


def shared(actor: Actor, kind: str = "") -> QuerySet[FeedPlace]:
    """What is shared with other systems, in order: a hall's people read their hall's, another system everything."""
    return placed(SHARED_FEED, kind=kind, hall_id=actor.hall_id)


def number_of(row: FeedEntry) -> str:
    """The number of the decision, the inspection's plan or the penalty that an entry tells of."""
    return str(row.data.get("document_number" if row.kind == SharedKind.DECISION else "number") or "")


def clues(actor: Actor) -> list[Clue]:
    """What the actor may see, the latest first."""
    if not can_hand_clue(actor):
        return []
    rows = (
        Clue.objects.filter(hall_id=actor.hall_id or NO_ROW)
        .select_related("person", "department", "handed_by")
        .order_by("-id")
    )
    return [row for row in rows if can_see_clue(actor, row)]


def clue(clue_id: int) -> Clue:
    """Raises Clue.DoesNotExist."""
    return Clue.objects.select_related("person", "department", "handed_by").get(pk=clue_id)
