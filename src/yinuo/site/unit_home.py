"""The company's home: what waits for it, its projects with the nearest date somebody owes,
its credit and its messages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from yinuo.core.facts import UNKNOWN, look_up
from yinuo.engine.notices import queries as notices
from yinuo.engine.rules import pack
from yinuo.engine.work.models import WorkItem
from yinuo.faces.credit.bands import next_band
from yinuo.faces.credit.scoreline import score_words
from yinuo.rooms.credit import queries as credit
from yinuo.rooms.onemap.models import CONCLUDED, MapItem
from yinuo.rooms.projects import queries
from yinuo.rooms.projects.models import Draft, Project, ProjectState
from yinuo.site import waiting
from yinuo.site.messages import without_twins
from yinuo.ui.acting import actor_of, hat_of, need_unit
from yinuo.ui.components.shapes import Colour, State, Task
from yinuo.ui.components.text import closing, zh_moment
from yinuo.ui.reading import LIGHTS

COLOURS: dict[str, Colour] = {
    "manual": "amber",
    "assigning": "blue",
    "filed": "blue",
    "confirmed": "green",
    "completed": "green",
    "refused": "red",
    "withdrawn": "red",
    "terminated": "grey",
}
RUNNING = (ProjectState.FILED, ProjectState.CONFIRMED)
SHOWN_READY = 4
SHOWN_MESSAGES = 4


@dataclass
class Line:
    """One project of the list; `waits` says whose turn it is where there is nothing to begin."""

    project: Project
    colour: Colour
    ready: list[MapItem] = field(default_factory=list)
    more: int = 0
    done: int = 0
    total: int = 0
    nearest: str = ""
    light: State = "green"


@need_unit
@require_GET
def projects(request: HttpRequest) -> HttpResponse:
    """A fixed number of queries however many projects there are."""
    actor, now = actor_of(request), timezone.now()
    day, unit_id = timezone.localdate(), actor.unit_id or 0
    after = request.GET.get("after", "")
    page = queries.page(actor, after=int(after) if after.isdecimal() and len(after) < 16 else 0)
    running = [row for row in page.projects if row.state in RUNNING]
    work = waiting.work_of(running)
    reported = queries.completion_reported(running)
    hat = hat_of(request)
    name, code = hat.unit if hat else ("", "")
    standing = credit.standing(unit_id, day)
    context = {
        "unit_name": name,
        "unit_code": code,
        "duties": waiting.duties(running, work, credit.history(unit_id, day), reported, now),
        "lines": [_line(row, work, now) for row in page.projects],
        "drafts": [_draft(draft) for draft in queries.drafts_of(unit_id)],
        "standing": standing,
        "score": score_words(standing),
        "next_band": next_band(standing.score, day),
        # What the company was told is for its own people to open.
        "messages_": [] if actor.via else without_twins(notices.of_actor(actor)[: 4 * SHOWN_MESSAGES], SHOWN_MESSAGES),
        "check_url": _check_url(),
        "next_url": f"?after={page.after}" if page.after else "",
        "first_url": reverse("unit:projects") if after else "",
    }
    return render(request, "unit/home.html", context)


def _check_url() -> str:
    """The public self-check, where this instance has one."""
    try:
        return reverse("public:check")
    except NoReverseMatch:
        return ""


def _draft(draft: Draft) -> Task:
    name = look_up(draft.facts, "name")
    url = reverse(
        "unit:filing_check" if draft.step else "unit:filing_step",
        args=[draft.pk] if draft.step else [draft.pk, pack().form.steps[0].slug],
    )
    return Task(
        "未命名的项目" if name is UNKNOWN else str(name), "没填完", "grey", url, f"{zh_moment(draft.saved_at)} 存"
    )


def _line(project: Project, work: waiting.Work, now: datetime) -> Line:
    items = work.items_of(project.pk)
    made = Line(project, COLOURS[project.state], total=len(items), done=sum(item.state in CONCLUDED for item in items))
    if project.state in RUNNING:
        found = waiting.ready(items, project)
        made.ready, made.more = found[:SHOWN_READY], max(0, len(found) - SHOWN_READY)
        _nearest(made, [row for row in work.clocks if row.project_id == project.pk and row.waits_for == "staff"], now)
    return made


def _nearest(line: Line, clocks: Sequence[WorkItem], now: datetime) -> None:
    """The next moment a department owes something."""
    dated: list[tuple[Any, WorkItem]] = [
        (row.due_shown(now), row) for row in clocks if row.state == "running" and row.due_shown(now)
    ]
    if dated:
        due, first = min(dated, key=lambda pair: pair[0])
        line.light = LIGHTS[first.light_at(now)]
        late = "已超期，应于 " if line.light == "red" else ""
        line.nearest = f"{first.title}：{late}{closing(due)} 前"
