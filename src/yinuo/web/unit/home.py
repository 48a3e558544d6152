"""The company's home: each project with what waits for the company, and the nearest date somebody owes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from yinuo.apps.credit.queries import Standing, standing
from yinuo.apps.onemap.models import CONCLUDED, MapItem
from yinuo.apps.projects import queries
from yinuo.apps.projects.models import Draft, Project, ProjectState
from yinuo.apps.work.models import WorkItem
from yinuo.core.facts import UNKNOWN, look_up
from yinuo.web.acting import actor_of, hat_of, need_unit
from yinuo.web.components.shapes import Colour, Task
from yinuo.web.components.text import closing, zh_moment

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
SHOWN_READY = 4


@dataclass
class Line:
    """One project of the list."""

    project: Project
    colour: Colour
    tasks: list[Task] = field(default_factory=list)
    done: int = 0
    total: int = 0
    nearest: str = ""

    @property
    def name(self) -> str:
        """Tells this project's tasks from another's on the page."""
        return f"p{self.project.pk}"


@need_unit
@require_GET
def projects(request: HttpRequest) -> HttpResponse:
    """Seven queries however many projects there are."""
    actor, now = actor_of(request), timezone.now()
    after = request.GET.get("after", "")
    page = queries.page(actor, after=int(after) if after.isdigit() and len(after) < 16 else 0)
    drafts = Draft.objects.filter(unit_id=actor.unit_id, filed_as__isnull=True).order_by("-saved_at")[:10]
    hat = hat_of(request)
    context = {
        "unit": hat.binding.unit if hat and hat.binding else None,
        "lines": lines(page.projects, now),
        "drafts": [_draft(draft) for draft in drafts],
        "standing": standing(actor.unit_id or 0, timezone.localdate()),
        "next_url": f"?after={page.after}" if page.after else "",
        "first_url": reverse("unit:projects") if after else "",
    }
    context["score"] = score_words(context["standing"])
    return render(request, "unit/home.html", context)


def score_words(now: Standing) -> str:
    return "" if now.score is None else f"{now.score.normalize():f}"


def _draft(draft: Draft) -> Task:
    name = look_up(draft.facts, "name")
    url = reverse("unit:filing_check" if draft.step else "unit:filing_step", args=[draft.pk] if draft.step else [draft.pk, "project"])
    return Task("未命名的项目" if name is UNKNOWN else str(name), "没填完", "grey", url, f"{zh_moment(draft.saved_at)} 存")


def lines(rows: list[Project], now: datetime) -> list[Line]:
    ids = [row.pk for row in rows]
    items: dict[int, list[MapItem]] = {}
    for item in MapItem.objects.filter(project_id__in=ids).defer("promisable_why", "materials").order_by("position"):
        items.setdefault(item.project_id, []).append(item)
    clocks: dict[int, list[WorkItem]] = {}
    open_work = WorkItem.objects.filter(project_id__in=ids, state__in=["running", "paused"], due_at__isnull=False)
    for work in open_work.order_by("due_at", "id"):
        clocks.setdefault(work.project_id or 0, []).append(work)
    return [_line(row, items.get(row.pk, []), clocks.get(row.pk, []), now) for row in rows]


def _line(project: Project, items: list[MapItem], clocks: list[WorkItem], now: datetime) -> Line:
    made = Line(project, COLOURS[project.state], total=len(items), done=sum(item.state in CONCLUDED for item in items))
    if project.state in (ProjectState.FILED, ProjectState.CONFIRMED):
        made.tasks = _tasks(project, items)
    work = next(iter(clocks), None)
    if work is not None and work.due_at is not None:
        late = "，已超期" if work.light_at(now) == "red" else ""
        made.nearest = f"{work.title}：{closing(work.due_shown(now))} 前{late}"
    return made


def _tasks(project: Project, items: list[MapItem]) -> list[Task]:
    """What the company can or must do now, the urgent first."""
    concluded = {item.matter_id for item in items if item.state in CONCLUDED}
    present = {item.matter_id for item in items}
    tasks = [
        Task(f"补正：{item.name}", "等您补正", "amber", reverse("unit:item", args=[item.pk]))
        for item in items
        if item.state in ("incomplete", "incorrect")
    ]
    if project.landed_at is not None and project.started_on is None:
        tasks.append(Task("报送开工建设信息", "等您报送", "amber", reverse("unit:report", args=[project.pk])))
    ready = [item for item in items if item.state == "open" and not _waits(item, present, concluded, project)]
    for item in ready[:SHOWN_READY]:
        status: Any = ("可以承诺", "purple") if item.promisable else ("可以申报", "blue")
        tasks.append(Task(item.name, *status, reverse("unit:item", args=[item.pk])))
    if len(ready) > SHOWN_READY:
        tasks.append(Task(f"还有 {len(ready) - SHOWN_READY} 项可以申报", "看图", "", reverse("unit:map", args=[project.pk])))
    return tasks


def _waits(item: MapItem, present: Iterable[str], concluded: set[str], project: Project) -> bool:
    if item.completion and project.started_on is None:
        return True
    return any(name in present and name not in concluded for name in item.after)
