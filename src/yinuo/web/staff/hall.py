"""大厅一览: lights by department, what is due today and tomorrow, and the red ones that want coordination."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from yinuo.apps.base import Actor
from yinuo.apps.onemap.models import Escalation
from yinuo.apps.work import clocks
from yinuo.apps.work.models import WorkItem
from yinuo.apps.work.queries import OPEN
from yinuo.web.acting import actor_of, need_role
from yinuo.web.components.shapes import Cell, Column, InboxRow
from yinuo.web.staff.inbox import row_of
from yinuo.web.staff.reading import today

VIEWERS = ("general_convener", "stage_convener", "supervisor", "comprehensive", "administrator")
SHOWN = 50
COLUMNS = [
    Column("部门"),
    Column("超期", "number"),
    Column("预警", "number"),
    Column("正常", "number"),
    Column("暂停", "number"),
    Column("等企业", "number"),
]
STATES = ("red", "yellow", "green", "paused", "unit")


@dataclass
class Tally:
    """How a department's open items stand."""

    name: str
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(STATES, 0))


@need_role(*VIEWERS)
@require_safe
def hall(request: HttpRequest) -> HttpResponse:
    actor, now = actor_of(request), timezone.now()
    items = reach(actor)
    day = today(now)
    calendar = clocks.calendar()
    tomorrow = calendar.next_working(day)
    end_today = datetime.combine(day, datetime.max.time(), now.astimezone(clocks.clock.TZ).tzinfo)
    end_tomorrow = datetime.combine(tomorrow, datetime.max.time(), end_today.tzinfo)
    due = items.filter(state="running", waits_for="staff").select_related("department", "assignee").order_by("due_at", "id")
    red = list(due.filter(due_at__lt=now)[:SHOWN])
    soon = list(due.filter(due_at__gte=now, due_at__lte=end_tomorrow)[:SHOWN])
    urged = set(
        Escalation.objects.filter(item_id__in=[row.subject_id for row in red if row.subject_kind == "onemap.mapitem"]).values_list(
            "item_id", flat=True
        )
    )
    tallies = tally(items, now)
    context = {
        "columns": COLUMNS,
        "rows": [[Cell(row.name), *(row.counts[state] for state in STATES)] for row in tallies],
        "totals": {state: sum(row.counts[state] for row in tallies) for state in STATES},
        "red": [shown(row, actor, now, urged) for row in red],
        "today": [shown(row, actor, now, urged) for row in soon if row.due_at is not None and row.due_at <= end_today],
        "tomorrow": [shown(row, actor, now, urged) for row in soon if row.due_at is not None and row.due_at > end_today],
        "tomorrow_on": tomorrow,
        "capped": max(len(red), len(soon)) == SHOWN,
        "shown": SHOWN,
    }
    return render(request, "staff/hall.html", context)


def reach(actor: Actor) -> QuerySet[WorkItem]:
    """The hall's open items; a stage convener's are the stage's."""
    items = WorkItem.objects.filter(state__in=OPEN, hall_id=actor.hall_id)
    return items.filter(stage=actor.stage) if actor.role == "stage_convener" else items


def shown(work: WorkItem, actor: Actor, now: datetime, urged: set[int]) -> InboxRow:
    row = row_of(work, actor, {actor.person_id}, now)
    tags = [work.department.short_name if work.department else "", *row.tags]
    if work.subject_kind == "onemap.mapitem" and work.subject_id in urged:
        tags.append("已启动协调")
    return replace(row, tags=[word for word in tags if word])


def tally(items: QuerySet[WorkItem], now: datetime) -> list[Tally]:
    """Lights by department, counted by the database; red first. A pause that has ended itself counts by its resumed instants."""
    paused = Q(state="paused") & (Q(pause_ends_at__isnull=True) | Q(pause_ends_at__gt=now))
    lapsed = Q(state="paused", pause_ends_at__lte=now)
    red = Q(state="running", due_at__lt=now) | lapsed & Q(resumed_due_at__lt=now)
    yellow = (Q(state="running", yellow_at__lte=now) | lapsed & Q(resumed_yellow_at__lte=now)) & ~red
    staff = Q(waits_for="staff")
    counted = (
        items.values("department__short_name")
        .annotate(
            red=Count("id", filter=staff & red),
            yellow=Count("id", filter=staff & yellow),
            paused=Count("id", filter=staff & paused),
            unit=Count("id", filter=Q(waits_for="unit")),
            whole=Count("id"),
        )
        .order_by("-red", "-yellow", "department__short_name")
    )
    made = []
    for row in counted:
        counts = {state: row[state] for state in ("red", "yellow", "paused", "unit")}
        counts["green"] = row["whole"] - sum(counts.values())
        made.append(Tally(row["department__short_name"] or "大厅", counts))
    return made
