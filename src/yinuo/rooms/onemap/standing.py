"""Whether anything on a map has changed: one cheap question, asked far more often than the map itself."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from django.db.models import CharField
from django.db.models.expressions import RawSQL

from yinuo.core.calendar import TZ
from yinuo.engine.rules import pack
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.onemap.room import MapWork
from yinuo.rooms.projects.models import Project

CLOCKS = [MapWork.RECEIPT, MapWork.LIMIT, MapWork.DECISION, MapWork.MOCK_CONVERSION]
OPEN = ["running", "paused"]

# Every row the map is drawn from, in one line of text. Names are part of it: a person or department may be renamed.
ROWS = """(
    SELECT md5(concat_ws('#',
        (SELECT string_agg(concat_ws('|', i.id, i.version, i.state, d.short_name, h.name), ',' ORDER BY i.id)
            FROM onemap_mapitem i JOIN people_department d ON d.id = i.department_id
            LEFT JOIN people_person h ON h.id = i.handler_id
            WHERE i.project_id = projects_project.id),
        (SELECT string_agg(concat_ws('|', p.id, p.handled_at), ',' ORDER BY p.id)
            FROM onemap_problem p JOIN onemap_mapitem i ON i.id = p.item_id WHERE i.project_id = projects_project.id),
        (SELECT string_agg(concat_ws('|', a.id, a.answered_at), ',' ORDER BY a.id)
            FROM onemap_guidanceanswer a JOIN onemap_guidance g ON g.id = a.guidance_id
            WHERE g.project_id = projects_project.id),
        (SELECT max(n.id) FROM work_calendarnotice n))))"""


@dataclass(frozen=True, slots=True)
class Standing:
    """The project, its open clocks, and a mark that changes when a matter, a light, a clock or the landing date has."""

    project: Project
    clocks: dict[int, WorkItem]
    mark: str


def standing_of(project_id: int, now: datetime) -> Standing:
    """In two queries, whatever the map's size. Raises Project.DoesNotExist."""
    project = (
        Project.objects.select_related(
            "unit__credit", "hall__region", "filed_by", "certificate", "replaces", "decision", "pledge"
        )
        .annotate(rows=RawSQL(ROWS, [], output_field=CharField()))  # noqa: S611  no text from outside
        .get(pk=project_id)
    )
    clocks = open_clocks(project_id)
    parts = [
        (item, work.pk, work.state, work.light_at(now), work.due_shown(now), work.statutory_due_at, work.provisional)
        for item, work in sorted(clocks.items())
    ]
    credit = getattr(project.unit, "credit", None)
    seen = (
        project.version,
        project.name,
        project.unit.name,
        project.state,
        project.landed_at,
        (credit.grade, credit.score) if credit else None,
        project.rows,
        parts,
        # The landing moves with the days, also when nobody does anything.
        now.astimezone(TZ).date(),
        pack().hash,
    )
    return Standing(project, clocks, hashlib.sha256(repr(seen).encode()).hexdigest()[:20])


def open_clocks(project_id: int) -> dict[int, WorkItem]:
    """The running clock of every item of a project."""
    rows = WorkItem.objects.filter(
        project_id=project_id, subject_kind="onemap.mapitem", kind__in=CLOCKS, state__in=OPEN
    )
    # The validity of a mock document is no office's clock.
    rows = rows.exclude(kind=MapWork.MOCK_CONVERSION, waits_for="unit")
    return {row.subject_id: row for row in rows.order_by("id")}


def histories(project_id: int) -> dict[int, list[WorkItem]]:
    """Every clock the matters of a project ever had, with its events, oldest first: two queries."""
    rows = WorkItem.objects.filter(project_id=project_id, subject_kind="onemap.mapitem", kind__in=CLOCKS)
    rows = rows.exclude(kind=MapWork.MOCK_CONVERSION, waits_for="unit")
    found: dict[int, list[WorkItem]] = {}
    for row in rows.prefetch_related("events").order_by("id"):
        found.setdefault(row.subject_id, []).append(row)
    return found
