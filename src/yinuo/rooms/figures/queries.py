"""The figures: sums over the cases of a scope, one statement a figure; and the cases themselves, page by page."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db import connection

from yinuo.engine.base import PageRef, Refused
from yinuo.engine.rules import pack
from yinuo.rooms.figures import cases
from yinuo.rooms.figures.cases import BAND_DAYS, BANDS
from yinuo.rooms.figures.scope import Scope

PAGE = 50
NOBODY = "none"
_MONTH = "to_char(c.at AT TIME ZONE %(tz)s::interval, 'YYYY-MM')"
_BAND = f"least(greatest(c.days::int - 1, 0) / {BAND_DAYS}, {BANDS})"
# What cases are gathered by, and listed by.
DIMENSIONS: Mapping[str, str] = {
    "hall": "c.hall_id",
    "month": _MONTH,
    "part": "c.part",
    "mark": "c.mark",
    "office": "c.office_id",
    "handler": "c.handler_id",
    "matter": "c.matter_id",
    "band": _BAND,
}
NUMBERED = ("hall", "office", "handler", "band")
# The middle and the high percentile are cases that there are: half, or that share of them, took no longer.
_SUMS = """count(*) AS n, count(*) FILTER (WHERE c.part = 'on_time') AS on_time,
    count(*) FILTER (WHERE c.part = 'late') AS late,
    count(*) FILTER (WHERE c.mark = 'on_time') AS lawful, count(*) FILTER (WHERE c.mark = 'late') AS unlawful,
    {median} AS median, {high} AS high,
    coalesce(sum(c.days), 0) AS days, coalesce(sum(c.worth), 0) AS worth"""

_MEDIAN = "percentile_disc(0.5) WITHIN GROUP (ORDER BY c.days)"
_HIGH = "percentile_disc(%(high)s::float8) WITHIN GROUP (ORDER BY c.days)"
# Of the others nobody asks how long half of them took, and they are gathered without being sorted.
TIMED = ("landings", "decisions", "warnings")


@dataclass(frozen=True, slots=True)
class Sums:
    """What a group of cases comes to. `on_time`, `late`: by the promised term, `lawful`, `unlawful`: by the statutory
    one.

    **Units**: `median`, `high`, `days` days; `worth` 万元 of projects, levels of reviews.
    """

    n: int = 0
    on_time: int = 0
    late: int = 0
    lawful: int = 0
    unlawful: int = 0
    median: Decimal | None = None
    high: Decimal | None = None
    days: Decimal = Decimal(0)
    worth: Decimal = Decimal(0)

    @property
    def mean_worth(self) -> Decimal | None:
        return self.worth / self.n if self.n else None


def share(part: int | Decimal, whole: int | Decimal) -> Fraction | None:
    """None where there is nothing to have a share of."""
    return Fraction(part) / Fraction(whole) if whole else None


Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Gathered:
    """Cases gathered in several ways at once: `by[dimensions][values]`; `offices` and `handlers` are the names of who
    was met.
    """

    by: Mapping[tuple[str, ...], Mapping[Key, Sums]]
    offices: Mapping[int | None, str]
    handlers: Mapping[int | None, str]
    matters: Mapping[str, str]

    @property
    def all(self) -> Sums:
        return self.by[()].get((), Sums())

    def get(self, dimensions: Sequence[str], *values: Any) -> Sums:
        return self.by[tuple(dimensions)].get(values, Sums())

    def of(self, dimension: str) -> Mapping[Any, Sums]:
        return {key[0]: sums for key, sums in self.by[(dimension,)].items()}

    def crossed(self, first: str, second: str) -> dict[Any, dict[Any, Sums]]:
        """first → second → sums."""
        found: dict[Any, dict[Any, Sums]] = {}
        for (one, other), sums in self.by[first, second].items():
            found.setdefault(one, {})[other] = sums
        return found


def gather(source: str, scope: Scope, now: datetime, *sets: tuple[str, ...]) -> Gathered:
    """The cases of a kind, summed over each of `sets` of dimensions and over all: one statement."""
    wanted = list(dict.fromkeys([(), *sets]))
    used = list(dict.fromkeys(name for dimensions in wanted for name in dimensions))
    inner = ", ".join(
        ["c.part", "c.mark", "c.days", "c.worth", *(f"{DIMENSIONS[name]} AS d_{name}" for name in used), *_named(used)]
    )
    groups = ", ".join(f"({', '.join(f'd_{name}' for name in dimensions)})" for dimensions in wanted)
    told = [f"d_{name}" for name in used]
    told += [
        f"grouping({', '.join(f'd_{name}' for name in used)}) AS g" if used else "0 AS g",
        *(f"min({name})" for name in _names(used)),
    ]
    sums = (
        _SUMS.format(median=_MEDIAN, high=_HIGH)
        if source in TIMED
        else _SUMS.format(median="NULL::numeric", high="NULL::numeric")
    )
    query = f"""
        SELECT {", ".join(told)}, {sums} FROM (SELECT {inner} FROM ({_joined(source, scope, used)}) c) c
        GROUP BY GROUPING SETS ({groups})
    """  # noqa: S608
    parameters = {**cases.asked(scope, now), "high": float(high_share(scope))}
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        rows = cursor.fetchall()
    return _gathered(rows, wanted, used)


def _gathered(rows: Sequence[Sequence[Any]], wanted: Sequence[tuple[str, ...]], used: Sequence[str]) -> Gathered:
    by: dict[tuple[str, ...], dict[Key, Sums]] = {dimensions: {} for dimensions in wanted}
    names: dict[str, dict[Any, str]] = {"office": {}, "handler": {}, "matter": {}}
    masks = {_mask(dimensions, used): dimensions for dimensions in wanted}
    named = [name for name in names if name in used]
    for row in rows:
        values, mask = dict(zip(used, row, strict=False)), row[len(used)]
        dimensions, rest = masks[mask], row[len(used) + 1 :]
        for name, words in zip(named, rest, strict=False):
            if name in dimensions:
                names[name][values[name]] = words or ""
        by[dimensions][tuple(values[name] for name in dimensions)] = Sums(*rest[len(named) :])
    # Of no cases at all there is one sum nevertheless: of none.
    by[()] = {(): by[()].get((), Sums())}
    return Gathered(by, names["office"], names["handler"], names["matter"])


def _mask(dimensions: Sequence[str], used: Sequence[str]) -> int:
    """As grouping() tells a set: a bit for each dimension that is not in it, the first the highest."""
    return sum(1 << (len(used) - 1 - place) for place, name in enumerate(used) if name not in dimensions)


def _names(used: Sequence[str]) -> list[str]:
    return [name for key, name in (("office", "office"), ("handler", "handler"), ("matter", "what")) if key in used]


def _named(used: Sequence[str]) -> list[str]:
    columns = {"office": "c.office", "handler": "c.handler", "what": "c.what"}
    return [columns[name] for name in _names(used)]


def _joined(source: str, scope: Scope, used: Sequence[str]) -> str:
    """The cases with the names that are asked for."""
    columns, joins = ["c.*"], ""
    if "office" in used:
        columns.append("d.short_name AS office")
        joins += " LEFT JOIN people_department d ON d.id = c.office_id"
    if "handler" in used:
        columns.append("h.name AS handler")
        joins += " LEFT JOIN people_person h ON h.id = c.handler_id"
    return f"SELECT {', '.join(columns)} FROM ({cases.narrowed(source, scope)}) c{joins}"  # noqa: S608


def high_share(scope: Scope) -> Fraction:
    return pack().share("kpi.high_percentile", scope.rules_day)


# -- cases


@dataclass(frozen=True, slots=True)
class Pick:
    """Which cases of a kind: each field that is named narrows.

    `office`, `handler`: a number, or “none” for nobody's.
    """

    month: str = ""
    part: str = ""
    mark: str = ""
    office: str = ""
    handler: str = ""
    matter: str = ""
    band: str = ""
    hall: str = ""

    @classmethod
    def read(cls, data: Mapping[str, str]) -> Pick:
        """From an address. Raises Refused for a number that is none."""
        found = cls(**{field.name: data.get(f"by_{field.name}", "").replace("\x00", "")[:80] for field in fields(cls)})
        for name in NUMBERED:
            value = getattr(found, name)
            if value not in ("", NOBODY) and not (value.isascii() and value.isdecimal() and len(value) < 10):
                raise Refused("figures.pick", "地址里的编号看不懂", field=f"by_{name}", remedy="从看板上的数字点进来")
        return found

    @property
    def query(self) -> dict[str, str]:
        return {f"by_{field.name}": value for field in fields(self) if (value := getattr(self, field.name))}

    def where(self) -> tuple[str, dict[str, Any]]:
        wanted, parameters = [], {}
        for field in fields(self):
            value = getattr(self, field.name)
            if value == NOBODY:
                wanted.append(f"{DIMENSIONS[field.name]} IS NULL")
            elif value:
                kind = "bigint" if field.name in NUMBERED else "text"
                wanted.append(f"{DIMENSIONS[field.name]} = %(by_{field.name})s::{kind}")
                parameters[f"by_{field.name}"] = int(value) if field.name in NUMBERED else value
        return " AND ".join(wanted) or "true", parameters


@dataclass(frozen=True, slots=True)
class Case:
    """One case of a figure, with the names a list shows."""

    place: int
    at: datetime
    hall_id: int
    kind: str
    project_id: int | None
    office_id: int | None
    handler_id: int | None
    matter_id: str
    what: str
    part: str
    mark: str
    days: Decimal | None
    worth: Decimal | None
    subject: int
    project: str
    code: str
    unit: str
    office: str
    handler: str
    page: str
    page_args: str

    @property
    def url(self) -> str:
        """The staff's page of the open item it counts, empty for other cases."""
        return PageRef(self.page, **json.loads(self.page_args)).url if self.page else ""


_CASE = """
    SELECT c.*, coalesce(p.name, ''), coalesce(p.code, ''), coalesce(u.name, ''), coalesce(d.short_name, ''),
        coalesce(h.name, ''), coalesce(w.page, ''), coalesce(w.page_args, '{{}}')::text
    FROM ({cases}) c
    LEFT JOIN projects_project p ON p.id = c.project_id
    LEFT JOIN people_projectunit u ON u.id = p.unit_id
    LEFT JOIN people_department d ON d.id = c.office_id
    LEFT JOIN people_person h ON h.id = c.handler_id
    LEFT JOIN work_workitem w ON {with_work} AND w.id = c.subject
    ORDER BY c.at DESC, c.place DESC
"""


def count(source: str, scope: Scope, now: datetime, pick: Pick) -> int:
    where, parameters = pick.where()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM ({cases.narrowed(source, scope)}) c WHERE {where}",  # noqa: S608
            {**cases.asked(scope, now), **parameters},
        )
        (found,) = cursor.fetchone()
    return int(found)


def page(
    source: str, scope: Scope, now: datetime, pick: Pick, after: str = "", size: int = PAGE
) -> tuple[list[Case], str]:
    """The latest first; the cursor of the next page, "" = no more. Raises Refused for a cursor that is none."""
    where, parameters = pick.where()
    if after:
        where += " AND (c.at, c.place) < (%(after_at)s::timestamptz, %(after_place)s::bigint)"
        parameters |= _cursor(after)
    chosen = f"""
        SELECT * FROM ({cases.narrowed(source, scope)}) c WHERE {where}
        ORDER BY c.at DESC, c.place DESC LIMIT %(size)s::int
    """  # noqa: S608
    query = _CASE.format(cases=chosen, with_work="true" if source == "open" else "false")
    with connection.cursor() as cursor:
        cursor.execute(query, {**cases.asked(scope, now), **parameters, "size": size + 1})
        rows = [Case(*row) for row in cursor.fetchall()]
    more = len(rows) > size
    return rows[:size], _cursor_of(rows[size - 1]) if more else ""


def _cursor_of(case: Case) -> str:
    """Without a sign that an address would have to escape."""
    return f"{case.at.astimezone(UTC).isoformat().replace('+00:00', 'Z')}_{case.place}"


def _cursor(after: str) -> dict[str, Any]:
    stamp, _, place = after.partition("_")
    try:
        moment, number = datetime.fromisoformat(stamp), int(place)
    except ValueError:
        raise Refused("figures.after", "翻页的位置看不懂", field="after", remedy="从第一页重新翻") from None
    if moment.tzinfo is None or not 0 <= number < 2**62:
        raise Refused("figures.after", "翻页的位置看不懂", field="after", remedy="从第一页重新翻")
    return {"after_at": moment, "after_place": number}


def every(source: str, scope: Scope, now: datetime, pick: Pick, size: int = 500) -> Iterator[Case]:
    """All of them, a page of `size` at a time."""
    rows, after = page(source, scope, now, pick, size=size)
    yield from rows
    while after:
        rows, after = page(source, scope, now, pick, after, size)
        yield from rows
