"""The cases of a figure: as many as it says, the latest first, each the way to its page; and the same as a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from yinuo.engine.base import Actor, forbid
from yinuo.engine.people.queries import names_of, short_names
from yinuo.engine.rules import pack
from yinuo.faces.figures.shapes import NONE, number
from yinuo.faces.figures.staff import told
from yinuo.rooms.figures import access, queries
from yinuo.rooms.figures.cases import BAND_DAYS, BANDS, SOURCES
from yinuo.rooms.figures.definitions import DEFINITIONS
from yinuo.rooms.figures.industries import NAMES, UNSAID, name_of
from yinuo.rooms.figures.queries import NOBODY, Case, Pick
from yinuo.rooms.figures.scope import Asked, Scope, read
from yinuo.rooms.oversight.models import WarningKind, WarningState
from yinuo.rooms.projects.models import ProjectKind
from yinuo.rooms.reviews.models import Level
from yinuo.ui.acting import actor_of, need_role
from yinuo.ui.components.shapes import Cell, Column, NavItem
from yinuo.ui.components.text import grouped, iso
from yinuo.ui.exporting import Field, Listing
from yinuo.ui.reading import today

REFUSED = "只能逐件查看本大厅的事项；其他大厅只有合计"
PAGES = {
    "lights": "staff:item",
    "promises": "staff:item",
    "decisions": "staff:item",
    "runs": "staff:item",
    "pauses": "staff:item",
    "reviews": "staff:service_review",
    "warnings": "staff:warning",
    "coverage": "staff:project",
    "landings": "staff:project",
    "projects": "staff:project",
}
# When a case is listed by, and what its days and its worth are.
AT = {
    "promises": "决定", "coverage": "备案", "landings": "落地", "decisions": "决定", "runs": "开始计时",
    "pauses": "暂停", "open": "到期", "lights": "亮灯", "reviews": "评价", "warnings": "发现", "projects": "立项",
}  # fmt: skip
DAYS = {
    "landings": "天数",
    "decisions": "用时（天）",
    "runs": "计时（天）",
    "pauses": "停了（天）",
    "warnings": "办结用时（天）",
}
WORTH = {"projects": "总投资（万元）", "reviews": "级别"}
WHO = {"pauses": "按下暂停的人"}


@need_role(*access.READERS)
@require_safe
def cases(request: HttpRequest, source: str) -> HttpResponse:
    """Keyset by `after`; what narrows it stands in the address as the dashboard wrote it."""
    actor, now = actor_of(request), timezone.now()
    asked, pick = chosen(actor, source, request.GET.dict(), now)
    after = request.GET.get("after", "")
    rows, later = queries.page(source, asked.scope, now, pick, after)
    query = {**asked.query, **pick.query}
    here, kind = reverse("staff:dashboard_cases", args=[source]), DEFINITIONS[source]
    names = labels(source, asked.scope)
    context = {
        "title": kind.case,
        "told": told(asked, actor),
        "definition": kind.text,
        "chips": [
            (words, f"{here}?{urlencode({key: value for key, value in query.items() if key != name})}")
            for name, words in said(pick, names)
        ],
        "count": queries.count(source, asked.scope, now, pick),
        "counter": kind.counter,
        "columns": columns(source),
        "rows": [line(source, row, names) for row in rows],
        "next_url": f"{here}?{urlencode({**query, 'after': later})}" if later else "",
        "first_url": f"{here}?{urlencode(query)}" if after else "",
        "export_url": f"{reverse('staff:export', args=['figure-cases'])}?{urlencode({**query, 'source': source})}",
        "breadcrumbs": [
            NavItem("统计看板", f"{reverse('staff:dashboard')}?{urlencode(asked.query)}"),
            NavItem(kind.case),
        ],
    }
    return render(request, "staff/dashboard_cases.html", context)


def chosen(actor: Actor, source: str, data: Mapping[str, str], now: datetime) -> tuple[Asked, Pick]:
    """Raises Forbidden where the cases are another's."""
    if source not in SOURCES:
        raise Http404
    asked = read(actor, data, today(now))
    if not access.can_open(actor, asked.scope.hall_ids):
        raise forbid(REFUSED)
    return asked, Pick.read(data)


class Labels(dict[str, Mapping[str, str]]):
    """The words of parts and marks, and the names of who was picked."""


def labels(source: str, scope: Scope) -> Labels:
    kind = DEFINITIONS[source]
    parts, marks = kind.parts, kind.marks
    if source == "warnings":
        parts, marks = dict(WarningKind.choices), dict(WarningState.choices)
    elif source == "pauses":
        parts = {reason.id: reason.label for reason in pack().pauses}
    elif source == "projects":
        marks = {letter: name_of(letter) for letter in (*NAMES, UNSAID)}
    elif source == "landings" and scope.split is None:
        marks = {}
    return Labels(part=parts, mark=marks)


def said(pick: Pick, names: Labels) -> list[tuple[str, str]]:
    """Each narrowing in words, by its name in the address."""
    found = []
    for name, value in pick.query.items():
        what = name.removeprefix("by_")
        match what:
            case "month":
                words = value.replace("-", "年", 1).replace("年0", "年") + "月"
            case "part" | "mark":
                words = names[what].get(value, value)
            case "office":
                words = "大厅" if value == NOBODY else short_names([int(value)]).get(int(value), value)
            case "handler":
                words = "没有办理人" if value == NOBODY else names_of([int(value)]).get(int(value), value)
            case "matter":
                matter = pack().matters.get(value)
                words = matter.full_name if matter else value
            case "band":
                first = int(value) * BAND_DAYS + 1 if value != "0" else 0
                words = (
                    f"{first}–{(int(value) + 1) * BAND_DAYS} 天"
                    if int(value) < BANDS
                    else f"超过 {BANDS * BAND_DAYS} 天"
                )
            case _:
                words = value
        found.append((name, words))
    return found


def columns(source: str) -> list[Column]:
    made = (
        [Column(DEFINITIONS[source].case), Column("项目和单位")]
        if source not in ("coverage", "landings", "projects")
        else [Column("项目"), Column("单位")]
    )
    made += [Column(AT[source], "date"), Column("情况")]
    made += [Column(DAYS[source], "number")] if source in DAYS else []
    made += [Column(WORTH[source], "number")] if source in WORTH else []
    return made + (
        [Column(f"部门和{WHO.get(source, '办理人')}")] if source not in ("coverage", "landings", "projects") else []
    )


def line(source: str, row: Case, names: Labels) -> list[Any]:
    url = row.url if source == "open" else reverse(PAGES[source], args=[row.subject])
    kind = ProjectKind(row.kind).label if row.kind else ""
    of_project = source in ("coverage", "landings", "projects")
    cells: list[Any] = [
        Cell(title_of(source, row, names), url, row.code if of_project else ""),
        Cell(row.unit, note=kind) if of_project else Cell(row.project or NONE, note=row.unit),
    ]
    cells += [iso(today(row.at)), names["mark"].get(row.mark, NONE) if source == "warnings" else state_of(row, names)]
    cells += [number(row.days, "1" if source == "landings" else "0.1")] if source in DAYS else []
    cells += [worth_of(source, row)] if source in WORTH else []
    return cells + ([] if of_project else [Cell(row.office or "大厅", note=row.handler)])


def title_of(source: str, row: Case, names: Labels) -> str:
    """A warning is called by its kind: its project stands beside it."""
    return names["part"].get(row.part, row.what) if source == "warnings" else row.what


def state_of(row: Case, names: Labels) -> str:
    found = [names[key].get(value, "") for key, value in (("part", row.part), ("mark", row.mark)) if value]
    return "，".join(word for word in found if word) or NONE


def worth_of(source: str, row: Case) -> str:
    if row.worth is None:
        return NONE
    return str(Level(int(row.worth)).label) if source == "reviews" else grouped(row.worth)


FIRST = (Field("名称", 36), Field("项目", 36), Field("项目代码", 27), Field("项目单位", 30), Field("类型", 8))


class Every(Sequence[Case]):
    """The cases as they are read, a page at a time; how many there are is counted by the database."""

    def __init__(self, source: str, scope: Scope, now: datetime, pick: Pick) -> None:
        self.asked = (source, scope, now, pick)

    def __len__(self) -> int:
        return queries.count(*self.asked)

    def __iter__(self) -> Iterator[Case]:
        return queries.every(*self.asked)

    def __getitem__(self, place: Any) -> Any:
        return list(self)[place]


def listing(actor: Actor, data: Mapping[str, str], now: datetime) -> Listing:
    source = data.get("source", "")
    asked, pick = chosen(actor, source, data, now)
    names = labels(source, asked.scope)

    def lines(rows: Sequence[Case]) -> Any:
        for row in rows:
            kind = ProjectKind(row.kind).label if row.kind else ""
            yield (
                row.what,
                row.project,
                row.code,
                row.unit,
                kind,
                row.at,
                state_of(row, names),
                row.days,
                row.worth,
                row.office,
                row.handler,
            )

    fields = [*FIRST, Field(AT[source], 17, "moment"), Field("情况", 24), Field(DAYS.get(source, "天数"), 12, "number")]
    fields += [Field(WORTH.get(source, "数额"), 14, "number"), Field("部门", 16), Field(WHO.get(source, "办理人"), 12)]
    return Listing(
        f"{DEFINITIONS[source].case} {told(asked, actor).split(' · ')[1]}",
        fields,
        Every(source, asked.scope, now, pick),
        lines,
    )
