"""The hall's projects: found by code, name or unit, narrowed, newest first; with how their clocks stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from yinuo.core.grades import UNRATED, scale_at
from yinuo.engine.base import Actor
from yinuo.engine.rules import pack
from yinuo.engine.work.queries import ProjectClocks, project_clocks, project_is_lit
from yinuo.rooms.projects import queries
from yinuo.rooms.projects.models import Project, ProjectKind, ProjectState
from yinuo.site.filters import grades
from yinuo.ui.acting import actor_of, need_staff
from yinuo.ui.components.shapes import Cell, Column
from yinuo.ui.components.text import closing, grouped, iso
from yinuo.ui.exporting import Field, Listing
from yinuo.ui.reading import today
from yinuo.ui.templatetags.yinuo import light, tag

SIZE = 30
LIGHTS = {"red": "有超期的", "yellow": "有预警的"}
COLUMNS = [
    Column("项目"),
    Column("单位"),
    Column("状态"),
    Column("在办和到期"),
    Column("总投资（万元）", "number"),
    Column("申报", "date"),
]
FIELDS = (
    Field("项目名称", 40),
    Field("项目代码", 27),
    Field("项目单位", 32),
    Field("统一社会信用代码", 22),
    Field("信用等级", 9),
    Field("类型", 8),
    Field("投资性质", 20),
    Field("状态", 14),
    Field("停止建设", 17, "moment"),
    Field("总投资（万元）", 15, "number"),
    Field("申报时间", 17, "moment"),
    Field("备案文号", 30),
    Field("复核时间", 17, "moment"),
    Field("落地时间", 17, "moment"),
    Field("开工日期", 12, "date"),
    Field("竣工办结时间", 17, "moment"),
    Field("在办", 8, "number"),
    Field("最近到期", 17, "moment"),
    Field("超期", 8, "number"),
)


@dataclass(frozen=True, slots=True)
class ProjectFilters:
    """What narrows the list; empty fields narrow nothing."""

    q: str = ""
    state: str = ""
    kind: str = ""
    grade: str = ""
    light: str = ""

    @classmethod
    def read(cls, data: Mapping[str, str], day: date) -> ProjectFilters:
        known = {"state": ProjectState.values, "kind": ProjectKind.values, "grade": dict(grades(day)), "light": LIGHTS}
        chosen = {key: data.get(key, "") for key in known}
        text = " ".join(data.get("q", "").replace("\x00", "").split())[:80]
        return cls(q=text, **{key: value if value in known[key] else "" for key, value in chosen.items()})

    @property
    def query(self) -> str:
        return urlencode([(key, value) for key, value in asdict(self).items() if value])


def found(actor: Actor, filters: ProjectFilters, now: datetime) -> QuerySet[Project]:
    """Newest first, with what a line shows."""
    rows = queries.visible(actor).select_related("unit__credit", "certificate").order_by("-id")
    if filters.q:
        rows = rows.filter(queries.matching(filters.q))
    if filters.state:
        rows = rows.filter(state=filters.state)
    if filters.kind:
        rows = rows.filter(kind=filters.kind)
    if filters.grade == UNRATED:
        rows = rows.filter(Q(unit__credit=None) | Q(unit__credit__grade=UNRATED))
    elif filters.grade:
        names = [band.grade for band in scale_at(pack(), today(now)).bands if band.class_ == filters.grade]
        rows = rows.filter(unit__credit__grade__in=names)
    if filters.light:
        rows = rows.filter(project_is_lit(filters.light, now))
    return rows


@need_staff
@require_safe
def projects(request: HttpRequest) -> HttpResponse:
    actor, now = actor_of(request), timezone.now()
    day = today(now)
    filters = ProjectFilters.read(request.GET.dict(), day)
    text = request.GET.get("after", "")
    after = int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else 0
    all_found = found(actor, filters, now)
    rows = list((all_found.filter(pk__lt=after) if after else all_found)[: SIZE + 1])
    more, rows = len(rows) > SIZE, rows[:SIZE]
    clocks = project_clocks([row.pk for row in rows], now)
    here = reverse("staff:projects")
    context = {
        "columns": COLUMNS,
        "rows": [_line(row, clocks.get(row.pk)) for row in rows],
        "filters": filters,
        "choices": {
            "state": ProjectState.choices,
            "kind": ProjectKind.choices,
            "grade": grades(day),
            "light": list(LIGHTS.items()),
        },
        "next_url": f"{here}?{urlencode([*asdict(filters).items(), ('after', rows[-1].pk)])}" if more else "",
        "first_url": f"{here}?{filters.query}" if after else "",
        "export_url": f"{reverse('staff:export', args=['projects'])}?{filters.query}",
    }
    return render(request, "staff/projects.html", context)


def _line(row: Project, clocks: ProjectClocks | None) -> list[Any]:
    return [
        Cell(row.name, reverse("staff:project", args=[row.pk]), row.code or "尚未赋码"),
        Cell(row.unit.name, note=grade_words(row)),
        Cell(tag("停止建设", "red"), note=row.get_state_display()) if row.stopped_at else row.get_state_display(),
        _clock_cell(clocks),
        grouped(row.total_investment),
        iso(today(row.filed_at)),
    ]


def _clock_cell(clocks: ProjectClocks | None) -> Cell:
    if clocks is None:
        return Cell("没有在办的事")
    state = "red" if clocks.late else "yellow" if clocks.warned else "green" if clocks.due else "wait"
    words = (
        f"超期 {clocks.late} 件"
        if clocks.late
        else f"预警 {clocks.warned} 件"
        if clocks.warned
        else f"在办 {clocks.open} 件"
    )
    return Cell(light(state, words), note=f"最近 {closing(clocks.due)} 止" if clocks.due else "等项目单位，或暂停")


def grade_words(row: Project) -> str:
    grade = queries.grade_of(row)
    return "" if row.kind != ProjectKind.FILING else "未评级" if grade == UNRATED else f"信用 {grade}"


def listing(actor: Actor, data: Mapping[str, str], now: datetime) -> Listing:
    def lines(rows: Sequence[Project]) -> Any:
        clocks = project_clocks([row.pk for row in rows], now)
        for row in rows:
            clock = clocks.get(row.pk, ProjectClocks(0, 0, 0, None))
            yield (
                row.name,
                row.code,
                row.unit.name,
                row.unit.credit_code,
                grade_words(row).removeprefix("信用 "),
                row.get_kind_display(),
                row.get_project_class_display(),
                row.get_state_display(),
                row.stopped_at,
                row.total_investment,
                row.filed_at,
                row.certificate.number if hasattr(row, "certificate") else "",
                row.confirmed_at,
                row.landed_at,
                row.started_on,
                row.completed_at,
                clock.open,
                clock.due,
                clock.late,
            )

    return Listing("项目", FIELDS, found(actor, ProjectFilters.read(data, today(now)), now), lines)
