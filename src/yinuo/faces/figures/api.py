"""The figures of a span by machine, each with its definition, and the cases behind them page by page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Query, Router, Schema

from yinuo.core.calendar import TZ
from yinuo.core.decision import plain
from yinuo.engine.base import Actor, Refused, forbid
from yinuo.rooms.figures import access, queries
from yinuo.rooms.figures.cases import SOURCES
from yinuo.rooms.figures.definitions import DEFINITIONS
from yinuo.rooms.figures.queries import Pick, Sums
from yinuo.rooms.figures.scope import Asked, read
from yinuo.ui.api import actor_of
from yinuo.ui.api_shapes import Shape, maybe_absent

router = Router(tags=["统计指标"])
NAMED = {"office": "offices", "handler": "handlers", "matter": "matters"}


class ScopeIn(Schema):
    """period: month, quarter, year (with `on`, a day in it) or free (with `from`, `to`); area: a hall's id or “region”;
    split: a day.
    """

    period: str = "year"
    on: str = ""
    from_: str = Field("", alias="from")
    to: str = ""
    area: str = ""
    kind: str = ""
    office: str = ""
    split: str = ""

    def data(self) -> dict[str, str]:
        return self.dict(by_alias=True)


class PickIn(Schema):
    """As a figure is gathered: “none” for nobody's."""

    by_month: str = ""
    by_part: str = ""
    by_mark: str = ""
    by_office: str = ""
    by_handler: str = ""
    by_matter: str = ""
    by_band: str = ""
    by_hall: str = ""


class FigureOut(Shape):
    """`parts`: in words, how a case may count."""

    source: str
    title: str
    definition: str
    parts: dict[str, str]


class FiguresOut(Shape):
    figures: list[FigureOut]
    dimensions: list[str]


class SumsOut(Shape):
    """What cases come to; `median`, `high`, `days`, `worth`: decimal strings."""

    n: int
    on_time: int
    late: int
    lawful: int
    unlawful: int
    median: str | None
    high: str | None
    days: str | None
    worth: str | None


class FigureGroupOut(SumsOut):
    """The sums of one group; the dimensions asked for, null = nobody's, and the names of offices, persons, matters."""

    hall: int | None = maybe_absent()
    month: str | None = maybe_absent()
    part: str | None = maybe_absent()
    mark: str | None = maybe_absent()
    office: int | None = maybe_absent()
    handler: int | None = maybe_absent()
    matter: str | None = maybe_absent()
    band: int | None = maybe_absent()
    office_name: str = maybe_absent()
    handler_name: str = maybe_absent()
    matter_name: str = maybe_absent()


class FigureScopeOut(Shape):
    """What was counted: in [since, until)."""

    source: str
    title: str
    definition: str
    since: date
    until: date
    halls: list[int]
    kind: str
    office: int | None


class GroupedFigureOut(FigureScopeOut):
    by: list[str]
    all: SumsOut
    groups: list[FigureGroupOut]


class FigureCaseOut(Shape):
    """`subject`: the row that its page shows; `days`, `worth`: decimal strings."""

    place: int
    at: datetime
    kind: str
    project: str
    code: str
    unit: str
    matter_id: str
    what: str
    office: str
    handler: str
    part: str
    mark: str
    subject: int
    days: str | None
    worth: str | None


class FigureCasesOut(FigureScopeOut):
    """`n`: how many there are in all; `after` opens the next page, "" = no more."""

    n: int
    cases: list[FigureCaseOut]
    after: str


def _asked(request: HttpRequest, asked: ScopeIn) -> tuple[Actor, Asked]:
    actor = actor_of(request)
    return actor, read(actor, asked.data(), timezone.now().astimezone(TZ).date())


def _source(name: str) -> str:
    if name not in SOURCES:
        raise Refused("figures.source", "没有这个指标", field="source", remedy=f"可以是 {'、'.join(SOURCES)}")
    return name


def _sums(sums: Sums) -> dict[str, Any]:
    counts = {name: getattr(sums, name) for name in ("n", "on_time", "late", "lawful", "unlawful")}
    return counts | {name: _number(getattr(sums, name)) for name in ("median", "high", "days", "worth")}


def _number(value: Any) -> str | None:
    return None if value is None else plain(value)


def _head(source: str, asked: Asked) -> dict[str, Any]:
    told, scope = DEFINITIONS[source], asked.scope
    return {
        "source": source,
        "title": told.title,
        "definition": told.text,
        "since": scope.since,
        "until": scope.until,
        "halls": list(scope.hall_ids),
        "kind": scope.kind,
        "office": scope.office_id,
    }


@router.get("/figures", response=FiguresOut, summary="有哪些统计指标，各数什么")
def index(request: HttpRequest) -> dict[str, Any]:
    if not access.can_read(actor_of(request)):
        raise forbid("您当前的角色不能查看统计指标")
    rows = [
        {"source": name, "title": told.title, "definition": told.text, "parts": told.parts}
        for name, told in DEFINITIONS.items()
    ]
    return {"figures": rows, "dimensions": list(queries.DIMENSIONS)}


@router.get("/figures/{source}", response=GroupedFigureOut, summary="一个指标，可按一两个维度分组（by：month,part）")
def figure(request: HttpRequest, source: str, asked: Query[ScopeIn], by: str = "") -> dict[str, Any]:
    """`n` cases; `on_time`, `late` by the promised, `lawful`, `unlawful` by the statutory term; `median`, `high`,
    `days` in days.
    """
    actor, found = _asked(request, asked)
    dimensions = tuple(dict.fromkeys(name for name in by.split(",") if name))
    if len(dimensions) > 2 or not set(dimensions) <= set(queries.DIMENSIONS):
        raise Refused(
            "figures.by", "不能这样分组", field="by", remedy=f"最多两个，可以是 {'、'.join(queries.DIMENSIONS)}"
        )
    if "handler" in dimensions and not access.can_open(actor, found.scope.hall_ids):
        raise forbid("只能按办理人查看本大厅的指标")
    gathered = queries.gather(_source(source), found.scope, timezone.now(), dimensions)
    groups = [
        {**_group(dimensions, key, gathered), **_sums(sums)}
        for key, sums in gathered.by[dimensions].items()
        if dimensions
    ]
    return {**_head(source, found), "by": list(dimensions), "all": _sums(gathered.all), "groups": groups}


def _group(dimensions: tuple[str, ...], key: tuple[Any, ...], gathered: queries.Gathered) -> dict[str, Any]:
    told: dict[str, Any] = dict(zip(dimensions, key, strict=True))
    names: dict[str, Mapping[Any, str]] = {name: getattr(gathered, place) for name, place in NAMED.items()}
    return told | {f"{name}_name": names[name].get(told[name], "") for name in dimensions if name in NAMED}


@router.get("/figures/{source}/cases", response=FigureCasesOut, summary="一个指标所数的每一件")
def listed(
    request: HttpRequest, source: str, asked: Query[ScopeIn], pick: Query[PickIn], after: str = ""
) -> dict[str, Any]:
    """The latest first; `after` opens the next page, "" = no more. `n` is how many there are in all."""
    actor, found = _asked(request, asked)
    if not access.can_open(actor, found.scope.hall_ids):
        raise forbid("只能逐件查看本大厅的事项")
    chosen, now = Pick.read(pick.dict()), timezone.now()
    rows, later = queries.page(_source(source), found.scope, now, chosen, after)
    names = (
        "place",
        "at",
        "kind",
        "project",
        "code",
        "unit",
        "matter_id",
        "what",
        "office",
        "handler",
        "part",
        "mark",
        "subject",
    )
    cases = [
        {**{name: getattr(row, name) for name in names}, "days": _number(row.days), "worth": _number(row.worth)}
        for row in rows
    ]
    return {
        **_head(source, found),
        "n": queries.count(source, found.scope, now, chosen),
        "cases": cases,
        "after": later,
    }
