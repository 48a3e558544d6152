"""人员在办: how much each person of the hall has on their desk, and what lies with somebody who is not there (U-5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Min, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from yinuo.engine.base import Actor
from yinuo.engine.people.models import Person
from yinuo.engine.people.queries import active_members, delegations_on, persons
from yinuo.engine.work.models import WorkItem
from yinuo.engine.work.queries import lit, open_of_hall
from yinuo.faces.halls.shared import tabs
from yinuo.site.hall import shown
from yinuo.site.listings import WORK, work_lines
from yinuo.ui.acting import CONVENING, actor_of, need_role
from yinuo.ui.components.shapes import Cell, Column
from yinuo.ui.components.text import closing, zh_day
from yinuo.ui.exporting import Field, Listing
from yinuo.ui.reading import today

SHOWN = 50
# Who has a desk of his own: these roles are given work by name.
HANDLING = ("approver", "utility", "zone", "agent")
COLUMNS = [
    Column("姓名"),
    Column("部门"),
    Column("在办", "number"),
    Column("超期", "number"),
    Column("预警", "number"),
    Column("最近到期"),
    Column("在岗"),
]
FIELDS = (
    Field("姓名", 10),
    Field("部门", 20),
    Field("在办", 8, "number"),
    Field("超期", 8, "number"),
    Field("预警", 8, "number"),
    Field("最近到期", 17, "moment"),
    Field("在岗", 30),
)


@dataclass
class Desk:
    """What one person has in hand. `away` says why nobody sits there; `covered` who does the work meanwhile."""

    person: Person
    offices: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=lambda: {"open": 0, "red": 0, "yellow": 0})
    due: datetime | None = None
    away: str = ""
    covered: str = ""

    @property
    def standing(self) -> str:
        return "在岗" if not self.away else f"{self.away}，{self.covered or '没有人代班'}"


@need_role(*CONVENING)
@require_safe
def load(request: HttpRequest) -> HttpResponse:
    actor, now = actor_of(request), timezone.now()
    desks = desks_of(actor, now)
    away = [desk for desk in desks if desk.away and desk.counts["open"]]
    waiting = list(absent(actor, desks)[: SHOWN + 1])
    here = reverse("staff:load")
    may = actor.role == "general_convener"
    context = {
        "tabs": tabs(here),
        "columns": COLUMNS,
        "rows": [_line(desk) for desk in desks if desk.counts["open"] or desk.away],
        "idle": [desk for desk in desks if not desk.counts["open"] and not desk.away],
        "away": [
            (desk, f"{reverse('staff:reassign')}?{urlencode({'person': desk.person.pk})}" if may else "")
            for desk in away
        ],
        "waiting": shown(waiting[:SHOWN], actor, now),
        "capped": len(waiting) > SHOWN,
        "export_url": f"{reverse('staff:export', args=['load'])}?",
        "absent_url": f"{reverse('staff:export', args=['absent'])}?",
    }
    return render(request, "staff/load.html", context)


def _line(desk: Desk) -> list[Any]:
    counts = desk.counts
    url = (
        f"{reverse('staff:inbox')}?{urlencode({'box': 'department', 'person': desk.person.pk})}"
        if counts["open"]
        else ""
    )
    due = closing(desk.due) if desk.due else ""
    return [
        Cell(desk.person.name, url),
        "、".join(desk.offices),
        counts["open"],
        counts["red"] or "",
        counts["yellow"] or "",
        due,
        desk.standing,
    ]


def desks_of(actor: Actor, now: datetime) -> list[Desk]:
    """Everybody who approves in the hall or holds something there, the fullest desk first; five queries."""
    day = today(now)
    holding = {
        row["assignee"]: row
        for row in open_of_hall(actor)
        .filter(assignee__isnull=False, waits_for="staff")
        .values("assignee")
        .annotate(
            open=Count("id"),
            red=Count("id", filter=lit("red", now)),
            yellow=Count("id", filter=lit("yellow", now)),
            due=Min("due_at", filter=Q(state="running")),
        )
    }
    desks: dict[int, Desk] = {}
    for member in active_members(actor.hall_id, day, HANDLING):
        if (actor.role == "stage_convener" or member.role != "approver") and member.person_id not in holding:
            continue
        offices = desks.setdefault(member.person_id, Desk(member.person)).offices
        if member.department.short_name not in offices:
            offices.append(member.department.short_name)
    for person in persons(set(holding) - set(desks)):
        desks[person.pk] = Desk(person, away="已不在岗")
    for number, row in holding.items():
        desks[number].counts = {key: row[key] for key in ("open", "red", "yellow")}
        desks[number].due = row["due"]
    for leave in delegations_on(day).filter(person_id__in=desks):
        desk = desks[leave.person_id]
        desk.away = leave.reason if not leave.to_on else f"{leave.reason}，到 {zh_day(_last(leave.to_on))}"
        desk.covered = f"{leave.substitute.name}代班"
    return sorted(
        desks.values(),
        key=lambda desk: (-desk.counts["red"], -desk.counts["yellow"], -desk.counts["open"], desk.person.pk),
    )


def _last(to_on: date) -> date:
    return to_on - timedelta(days=1)


def absent(actor: Actor, desks: Sequence[Desk]) -> Any:
    """What lies with somebody who is not there, most urgent first."""
    away = [desk.person.pk for desk in desks if desk.away]
    found = open_of_hall(actor).filter(assignee_id__in=away, waits_for="staff").select_related("department", "assignee")
    return found.order_by("due_at", "id")


def listing(actor: Actor, data: Mapping[str, str], now: datetime) -> Listing:
    def lines(desks: Sequence[Desk]) -> Any:
        for desk in desks:
            counts = desk.counts
            yield (
                desk.person.name,
                "、".join(desk.offices),
                counts["open"],
                counts["red"],
                counts["yellow"],
                desk.due,
                desk.standing,
            )

    return Listing("人员在办", FIELDS, desks_of(actor, now), lines)


def absent_listing(actor: Actor, data: Mapping[str, str], now: datetime) -> Listing:
    desks = desks_of(actor, now)
    standing = {desk.person.pk: desk.standing for desk in desks}
    lines_of = work_lines(now)

    def lines(works: Sequence[WorkItem]) -> Any:
        for work, line in zip(works, lines_of(works), strict=True):
            yield (*line, standing.get(work.assignee_id or 0, ""))

    return Listing("不在岗人员的事项", (*WORK, Field("办理人情况", 40)), absent(actor, desks), lines)
