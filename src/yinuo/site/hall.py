"""大厅一览: how the hall stands before the meeting – lights by department, red and its coordination, today's and
tomorrow's due.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from yinuo.core.calendar import TZ
from yinuo.engine.base import NO_ROW, Actor
from yinuo.engine.people.queries import names_of
from yinuo.engine.work import clocks
from yinuo.engine.work.models import WorkItem
from yinuo.engine.work.queries import Turns, lit, open_of_hall
from yinuo.faces.halls.shared import tabs
from yinuo.rooms.onemap.models import Escalation
from yinuo.rooms.onemap.queries import escalations
from yinuo.site.inbox import row_of, with_credit
from yinuo.site.listings import WORK, work_lines
from yinuo.ui.acting import CONVENING, actor_of, need_role
from yinuo.ui.components.shapes import InboxRow
from yinuo.ui.components.text import zh_date, zh_moment
from yinuo.ui.exporting import Field, Listing
from yinuo.ui.reading import today
from yinuo.ui.words import stages

SHOWN = 50
STATES = ("red", "yellow", "green", "paused", "unit")
FIGURES = [("red", "超期"), ("yellow", "预警"), ("green", "正常"), ("paused", "暂停"), ("unit", "等企业")]


@dataclass
class Tally:
    """How a department's open items stand."""

    name: str
    department_id: int | None = None
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(STATES, 0))


@dataclass(frozen=True, slots=True)
class Coordinated:
    """A red item and how far its coordination is; `words` says who was urged, when and until when it was agreed."""

    row: InboxRow
    words: list[str]
    open: bool
    start_url: str


@need_role(*CONVENING)
@require_safe
def hall(request: HttpRequest) -> HttpResponse:
    actor, now = actor_of(request), timezone.now()
    day = today(now)
    items = open_of_hall(actor)
    tallies = tally(items, now)
    office = _office(request, tallies)
    if office is not None:
        items = items.filter(department_id=office.department_id or NO_ROW)
    tomorrow = clocks.calendar().next_working(day)
    found = due_lists(items, now, day, tomorrow)
    rows = dict(zip((work.pk for work in found["all"]), shown(found["all"], actor, now), strict=True))
    here = reverse("staff:hall")
    context = {
        "title": title_of(actor, day),
        "tabs": tabs(here),
        "office": office,
        "figures": _figures(tallies if office is None else [office]),
        "states": FIGURES,
        "tallies": [_line(row, here, office) for row in tallies],
        "red": coordination(actor, [(work, rows[work.pk]) for work in found["red"]]),
        "today": [rows[work.pk] for work in found["today"]],
        "tomorrow": [rows[work.pk] for work in found["tomorrow"]],
        "yellow": [rows[work.pk] for work in found["yellow"]],
        "tomorrow_on": tomorrow,
        "capped": any(len(part) == SHOWN for part in found.values()),
        "shown": SHOWN,
        "export_url": f"{reverse('staff:export', args=['hall'])}?{request.GET.urlencode()}",
    }
    return render(request, "staff/hall.html", context)


def title_of(actor: Actor, day: date) -> str:
    return f"{dict(stages(day)).get(actor.stage, '')}阶段一览" if actor.role == "stage_convener" else "大厅一览"


def _office(request: HttpRequest, tallies: Sequence[Tally]) -> Tally | None:
    """The one department that was asked for; one that has nothing open narrows nothing."""
    wanted = request.GET.get("department", "")
    return next((row for row in tallies if row.department_id is not None and str(row.department_id) == wanted), None)


def _line(row: Tally, here: str, office: Tally | None) -> tuple[str, str, bool, list[tuple[str, int]]]:
    """A department's name and address, whether it is the one looked at, and its counts by state."""
    url = f"{here}?department={row.department_id}" if row.department_id else ""
    return row.name, url, row is office, [(state, row.counts[state]) for state in STATES]


def _figures(tallies: Sequence[Tally]) -> list[tuple[str, str, int]]:
    return [
        (("wait" if state == "unit" else state), words, sum(row.counts[state] for row in tallies))
        for state, words in FIGURES
    ]


def due_lists(items: QuerySet[WorkItem], now: datetime, day: date, tomorrow: date) -> dict[str, list[WorkItem]]:
    """Red, due today, due on the next working day, and what else is yellow; each item stands once."""
    due = (
        items.filter(state="running", waits_for="staff")
        .select_related("department", "assignee")
        .order_by("due_at", "id")
    )
    after_today, after_tomorrow = _midnight(day), _midnight(tomorrow)
    late = items.filter(lit("red", now), waits_for="staff").select_related("department", "assignee")
    red = list(late.order_by("due_at", "id")[:SHOWN])
    soon = list(due.filter(due_at__gte=now, due_at__lt=after_tomorrow)[: 2 * SHOWN])
    yellow = list(due.filter(lit("yellow", now), due_at__gte=after_tomorrow)[:SHOWN])
    first = [work for work in soon if work.due_at is not None and work.due_at < after_today][:SHOWN]
    second = [work for work in soon if work.due_at is not None and work.due_at >= after_today][:SHOWN]
    return {"red": red, "today": first, "tomorrow": second, "yellow": yellow, "all": [*red, *first, *second, *yellow]}


def _midnight(day: date) -> datetime:
    """The end of a day; a limit in calendar days ends there and belongs to the day."""
    return datetime.combine(day + timedelta(days=1), time.min, TZ) + timedelta(microseconds=1)


def shown(works: Sequence[WorkItem], actor: Actor, now: datetime) -> list[InboxRow]:
    """Rows as in the inbox, with the department before the other tags."""
    rows = with_credit([(work, row_of(work, actor, Turns.of(actor, ()), now)) for work in works], today(now))
    return [replace(row, tags=[*_office_of(work), *row.tags]) for work, row in rows]


def _office_of(work: WorkItem) -> list[str]:
    return [work.department.short_name] if work.department else []


def coordination(actor: Actor, rows: Sequence[tuple[WorkItem, InboxRow]]) -> list[Coordinated]:
    """What has been set going for each red item, in two queries."""
    numbers = [work.subject_id for work, _ in rows if work.subject_kind == "onemap.mapitem"]
    found = escalations(numbers)
    names = names_of(number for row in found.values() for number in row.urged)
    made = []
    for work, row in rows:
        started = found.get(work.subject_id) if work.subject_kind == "onemap.mapitem" else None
        may = work.subject_kind == "onemap.mapitem" and actor.role == "general_convener"
        made.append(
            Coordinated(
                row=row,
                words=_words(started, names) if started else [],
                open=started is not None and started.closed_at is None,
                start_url=f"{work.url}#act-escalate" if may and started is None else "",
            )
        )
    return made


def _words(started: Escalation, names: Mapping[int, str]) -> list[str]:
    who = started.opened_by.name if started.opened_by else "系统"
    urged = "、".join(names[number] for number in started.urged if number in names)
    lines = [f"{zh_moment(started.opened_at)} {who}启动协调，催办{urged}"]
    if started.agreed_until:
        lines.append(f"商定 {zh_date(started.agreed_until)}前办结")
    if started.closed_at:
        lines.append(f"{zh_moment(started.closed_at)} 协调办结")
    first = started.agreed.splitlines()
    return [*lines, *first[:1]]


def tally(items: QuerySet[WorkItem], now: datetime) -> list[Tally]:
    """Lights by department, counted by the database; red first.

    A pause that has ended itself counts by its resumed instants.
    """
    staff = Q(waits_for="staff")
    counted = (
        items.values("department_id", "department__short_name")
        .annotate(
            red=Count("id", filter=staff & lit("red", now)),
            yellow=Count("id", filter=staff & lit("yellow", now)),
            paused=Count("id", filter=staff & lit("paused", now)),
            unit=Count("id", filter=Q(waits_for="unit")),
            whole=Count("id"),
        )
        .order_by("-red", "-yellow", "department__short_name")
    )
    made = []
    for row in counted:
        counts = {state: row[state] for state in ("red", "yellow", "paused", "unit")}
        counts["green"] = row["whole"] - sum(counts.values())
        made.append(Tally(row["department__short_name"] or "大厅", row["department_id"], counts))
    return made


def listing(actor: Actor, data: Mapping[str, str], now: datetime) -> Listing:
    """Everything open of the hall (or of one department) by due moment: the page's lists and what lies behind its
    figures.
    """
    items = open_of_hall(actor)
    wanted = data.get("department", "")
    if wanted.isascii() and wanted.isdecimal() and len(wanted) < 18:
        items = items.filter(department_id=int(wanted))
    ordered = items.select_related("department", "assignee").order_by("due_at", "id")
    return Listing(title_of(actor, today(now)), WORK, ordered, work_lines(now))


def tallies_listing(actor: Actor, data: Mapping[str, str], now: datetime) -> Listing:
    """The table of lights."""
    fields = (Field("部门", 20), *(Field(words, 10, "number") for _, words in FIGURES))

    def lines(rows: Sequence[Tally]) -> Any:
        return [[row.name, *(row.counts[state] for state, _ in FIGURES)] for row in rows]

    return Listing("各部门的灯", fields, tally(open_of_hall(actor), now), lines)
