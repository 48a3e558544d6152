"""Of what the figures are asked: a span of days, halls, a kind of project, an office; read from an address, checked,
and told in words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from yinuo.engine.base import Actor, Refused, forbid
from yinuo.engine.people.models import Department, Hall
from yinuo.engine.rules import pack
from yinuo.rooms.figures import access
from yinuo.rooms.halls import queries as halls
from yinuo.rooms.projects.models import ProjectKind

PERIODS = {"month": "本月", "quarter": "本季度", "year": "本年", "free": "自定时段"}
LONGEST_YEARS = 10
REGION = "region"


@dataclass(frozen=True, slots=True)
class Scope:
    """What is counted: of `hall_ids`, in [since, until) as days of the county; kind "" and office None narrow nothing.

    `split`: projects filed before that day are told apart from those filed since.
    """

    hall_ids: tuple[int, ...]
    since: date
    until: date
    kind: str = ""
    office_id: int | None = None
    split: date | None = None

    @property
    def last(self) -> date:
        return self.until - timedelta(days=1)

    @property
    def rules_day(self) -> date:
        """The day whose parameters the figures are told by: the last that has rules."""
        return max(self.last, pack().valid_from)


@dataclass(frozen=True, slots=True)
class Asked:
    """A scope as its address names it, with what there is to choose from."""

    scope: Scope
    period: str
    area: str
    areas: Sequence[tuple[str, str]]
    offices: Sequence[tuple[str, str]]
    query: Mapping[str, str]

    @property
    def area_name(self) -> str:
        return dict(self.areas)[self.area]


def read(actor: Actor, data: Mapping[str, str], day: date) -> Asked:
    """From an address: period, on, from, to, area, kind, office, split. Three statements.

    Raises: Forbidden for who reads no figures; Refused naming the field that is none.
    """
    if not access.can_read(actor) or actor.hall_id is None:
        raise forbid("您当前的角色不能查看统计指标")
    period, since, until = _period(data, day)
    area = halls.area_of(actor.hall_id)
    areas = _areas(actor, area)
    chosen = data.get("area", "") or str(actor.hall_id)
    if chosen not in dict(areas):
        raise Refused("figures.area", "没有这个大厅，或者不在本地区", field="area", remedy="从列表里选择大厅")
    hall_ids = tuple(hall.pk for hall in area.halls) if chosen == REGION else (int(chosen),)
    kind = data.get("kind", "")
    if kind not in ("", *ProjectKind.values):
        raise Refused("figures.kind", "没有这种项目类型", field="kind", remedy="选择备案、核准或者审批")
    offices = _offices(actor, hall_ids)
    office = data.get("office", "")
    if office and office not in dict(offices):
        raise Refused("figures.office", "没有这个部门，或者不在所选的大厅", field="office", remedy="从列表里选择部门")
    office_id = access.own_office(actor) or (int(office) if office else None)
    split = _day(data, "split")
    query = {"period": period, "area": "" if chosen == str(actor.hall_id) else chosen, "kind": kind, "office": office}
    query |= {"split": split.isoformat() if split else ""}
    query |= (
        {"from": since.isoformat(), "to": (until - timedelta(days=1)).isoformat()}
        if period == "free"
        else {"on": since.isoformat()}
    )
    scope = Scope(hall_ids, since, until, kind, office_id, split)
    return Asked(scope, period, chosen, areas, offices, {key: value for key, value in query.items() if value})


def _period(data: Mapping[str, str], day: date) -> tuple[str, date, date]:
    period = data.get("period", "") or "year"
    if period not in PERIODS:
        raise Refused("figures.period", "没有这种时段", field="period", remedy="选择月、季度、年，或者自定起止日期")
    if period != "free":
        first, until = span_of(period, _day(data, "on") or day)
        return period, first, until
    since, last = _day(data, "from"), _day(data, "to")
    if since is None or last is None:
        missing = "from" if since is None else "to"
        raise Refused("figures.span", "自定时段要有起止日期", field=missing, remedy="填写起、止两个日期")
    if last < since:
        raise Refused("figures.span", "结束日期早于开始日期", field="to", remedy="结束日期不早于开始日期")
    if (last - since).days > LONGEST_YEARS * 366:
        raise Refused(
            "figures.span", f"时段超过 {LONGEST_YEARS} 年", field="to", remedy=f"时段不超过 {LONGEST_YEARS} 年"
        )
    return period, since, last + timedelta(days=1)


def span_of(period: str, day: date) -> tuple[date, date]:
    """The month, quarter or year a day lies in, half-open."""
    if period == "month":
        return halls.month_of(day), halls.next_month(day)
    if period == "quarter":
        first = halls.quarter_of(day)
        return first, halls.quarter_of(first + timedelta(days=100))
    return date(day.year, 1, 1), date(day.year + 1, 1, 1)


def _day(data: Mapping[str, str], name: str) -> date | None:
    text = data.get(name, "").strip()
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.min
    if not 2000 <= day.year < 2100:
        raise Refused("figures.day", "日期看不懂", field=name, remedy="写作 2026-11-28，年份在 2000 年到 2099 年之间")
    return day


def _areas(actor: Actor, area: halls.Area) -> list[tuple[str, str]]:
    own = [(str(hall.pk), hall.name) for hall in area.halls if hall.pk == actor.hall_id]
    if not access.can_compare(actor) or len(area.halls) < 2:
        return own
    others = [(str(hall.pk), hall.name) for hall in area.halls if hall.pk != actor.hall_id]
    return [*own, (REGION, f"{area.region.name}（{len(area.halls)} 个大厅）"), *others]


def _offices(actor: Actor, hall_ids: Sequence[int]) -> list[tuple[str, str]]:
    """Departments of the one hall asked for; a department's head has no choice,
    and over several halls there is none.
    """
    if len(hall_ids) != 1 or access.own_office(actor) is not None:
        return []
    rows = Department.objects.filter(hall_id=hall_ids[0]).order_by("id").values_list("pk", "short_name")
    return [(str(number), name) for number, name in rows]


def names_of(hall_ids: Sequence[int]) -> dict[int, str]:
    return dict(Hall.objects.filter(pk__in=hall_ids).values_list("pk", "name"))
