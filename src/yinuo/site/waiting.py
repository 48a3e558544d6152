"""What waits for the company across all its projects: each thing with the page that does it, and by when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from yinuo.core.facts import UNKNOWN, look_up
from yinuo.engine.work.models import WorkItem
from yinuo.engine.work.queries import open_of_projects
from yinuo.rooms.commitments.queries import completion_applied
from yinuo.rooms.credit.queries import HistoryLine
from yinuo.rooms.onemap.models import CONCLUDED, MapItem
from yinuo.rooms.onemap.queries import items_of
from yinuo.rooms.onemap.room import MapWork
from yinuo.rooms.projects.models import Project, ProjectState
from yinuo.ui.components.shapes import State
from yinuo.ui.components.text import closing, zh_date
from yinuo.ui.reading import LIGHTS
from yinuo.ui.timing import time_left

ITEM = "onemap.mapitem"
# The clocks that say when a matter on the map is over.
ITEM_CLOCKS = (MapWork.RECEIPT, MapWork.LIMIT, MapWork.DECISION)


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing only the company can do; `due` None = as soon as it can."""

    label: str
    about: str
    url: str
    action: str
    state: State = "ready"
    due: datetime | None = None
    left: str = ""
    note: str = ""

    @property
    def until(self) -> str:
        return f"{closing(self.due)} 前" if self.due else ""


@dataclass(frozen=True, slots=True)
class Work:
    """The open clocks and the map items of the company's running projects."""

    items: Sequence[MapItem]
    clocks: Sequence[WorkItem]

    def items_of(self, project_id: int) -> list[MapItem]:
        return [item for item in self.items if item.project_id == project_id]


def work_of(projects: Iterable[Project]) -> Work:
    """Two queries however many projects there are."""
    ids = [project.pk for project in projects]
    return Work(list(items_of(ids)), list(open_of_projects(ids)))


def duties(
    projects: Sequence[Project], work: Work, lines: Iterable[HistoryLine], reported: set[int], now: datetime
) -> list[Duty]:
    """Most urgent first: what is dated by its date, then the rest in the order of the projects.

    `reported` = projects whose completion has been reported; `lines` = the credit history, for points that can still be
    repaired.
    """
    found = [*_sent_back(projects, work, now), *_rectifying(projects, work, now), *_repairs(lines, now)]
    applied = completion_applied(projects)
    for project in projects:
        found += _reports(project, work.items_of(project.pk), now)
        if project.pk in reported and project.pk not in applied and project.state == ProjectState.CONFIRMED:
            found.append(Duty("申请竣工验收", project.name, reverse("unit:completion", args=[project.pk]), "申请"))
    return sorted(found, key=lambda duty: (duty.due is None, duty.due or now))


def _dated(due: datetime | None, now: datetime, state: State, unit: str = "working") -> tuple[State, str]:
    """How a dated duty stands: its light, and the time left in words."""
    return ("ready", "等您办") if due is None else (state, time_left(due, now, unit))


def _sent_back(projects: Sequence[Project], work: Work, now: datetime) -> list[Duty]:
    """Matters told once what to supplement; one sent back while it was handled has a last day, after which the clock
    goes on.
    """
    names = {project.pk: project.name for project in projects}
    paused = {row.subject_id: row for row in work.clocks if row.subject_kind == ITEM and row.kind == MapWork.LIMIT}
    made = []
    for item in work.items:
        if item.state not in ("incomplete", "incorrect"):
            continue
        clock = paused.get(item.pk) if item.state == "incorrect" else None
        due = clock.pause_ends_at if clock else None
        state, left = _dated(due, now, "red" if due and now > due else "yellow")
        url = reverse("unit:item_submit", args=[item.pk])
        made.append(Duty(f"补正：{item.name}", names[item.project_id], url, "补正", state, due, left))
    return made


def _rectifying(projects: Sequence[Project], work: Work, now: datetime) -> list[Duty]:
    names = {project.pk: project.name for project in projects}
    made = []
    for row in work.clocks:
        if row.waits_for == "unit" and row.subject_kind != ITEM and row.project_id in names:
            state, left = _dated(row.due_shown(now), now, LIGHTS[row.light_at(now)], row.limit_unit)
            action = "去整改" if row.kind == MapWork.RECTIFICATION else "去办理"
            made.append(Duty(row.title, names[row.project_id], row.unit_url, action, state, row.due_shown(now), left))
    return made


def _repairs(lines: Iterable[HistoryLine], now: datetime) -> list[Duty]:
    """Points taken that come back when the fault is mended and the repair asked for in time (附件2·第二十四条)."""
    made = []
    for line in lines:
        if (
            line.taken > 0
            and line.rectify_until
            and now <= line.rectify_until
            and line.open_relief is None
            and not line.returning
        ):
            state, left = _dated(line.rectify_until, now, "green")
            label = f"整改后申请修复 {line.taken.normalize():f} 分"
            url = reverse("unit:relief", args=[line.event.pk])
            made.append(Duty(label, line.event.why, url, "申请修复", state, line.rectify_until, left))
    return made


def _reports(project: Project, items: Sequence[MapItem], now: datetime) -> list[Duty]:
    """Start and completion to be reported; not reporting costs points (附件2·第十八条)."""
    if project.state != ProjectState.CONFIRMED:
        return []
    url = reverse("unit:report", args=[project.pk])
    if project.started_on is None and project.landed_at is not None:
        return [Duty("报送开工建设信息", project.name, f"{url}?kind=start", "报送", note="手续已经办齐，开工后即报送")]
    finish = look_up(project.facts, "planned_finish_on")
    if project.started_on is not None and finish is not UNKNOWN and str(finish) <= now.date().isoformat():
        planned = f"计划 {zh_date(datetime.fromisoformat(str(finish)).date())} 建成"
        return [Duty("建成了就报送竣工信息", project.name, f"{url}?kind=completion", "报送", note=planned)]
    return []


def ready(items: Sequence[MapItem], project: Project) -> list[MapItem]:
    """What the company may begin now, in the map's order; nothing while building is stopped."""
    if project.stopped_at is not None:
        return []
    concluded = {item.matter_id for item in items if item.state in CONCLUDED}
    present = {item.matter_id for item in items}
    return [item for item in items if item.state == "open" and not _waits(item, present, concluded, project)]


def _waits(item: MapItem, present: set[str], concluded: set[str], project: Project) -> bool:
    if item.completion and project.started_on is None:
        return True
    return any(name in present and name not in concluded for name in item.after)
