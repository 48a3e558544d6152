"""What a dashboard is made of: figures with their facts and tables, and the words of their numbers, every number
leading to its cases.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from yinuo.core.decision import plain
from yinuo.engine.base import Actor
from yinuo.rooms.figures import access, queries
from yinuo.rooms.figures.queries import NOBODY, Gathered, Sums, gather
from yinuo.rooms.figures.scope import Asked, Scope
from yinuo.ui.components.shapes import Fact
from yinuo.ui.components.text import grouped

NONE = "—"
NUMERALS = "〇一二三四五六七八九"
# Of matters and people, of which there may be a hundred, a chart shows so many; of offices, industries and reasons all.
CHARTED = 12
COLOURS = {
    "red": "--red", "yellow": "--amber-mark", "green": "--green", "paused": "--grey-mark", "unit": "--blue",
    "promised": "--brand", "regular": "--amber-mark", "barred": "--grey-mark", "covered": "--brand",
    "in_time": "--grey-mark", "missing": "--red", "good": "--green", "fair": "--grey-mark", "bad": "--red",
    "set_aside": "--purple-mark", "preparing": "--amber-mark", "landed": "--purple-mark", "building": "--brand",
    "completed": "--green", "open": "--amber-mark", "rectifying": "--blue", "reported": "--purple-mark",
    "overdue": "--red", "closed": "--green",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Amount:
    """A cell: `shown` on the page, `raw` in a file, `url` where its cases are."""

    shown: str
    raw: object
    url: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """A column. drawn: its numbers are a series of the chart; amount: numbers that are not; text: words."""

    label: str
    kind: str = "amount"
    colour: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a figure; `chart` says how it is drawn (line, bar, stack, rows), "" = not.

    `name` is its name in an address.
    """

    name: str
    caption: str
    heads: Sequence[Head]
    rows: Sequence[Sequence[Amount]]
    chart: str = ""
    unit: str = ""
    most: int = 0
    high: str = ""
    empty: str = ""
    export_url: str = ""

    @property
    def lines(self) -> list[list[tuple[Head, Amount]]]:
        return [list(zip(self.heads, row, strict=True)) for row in self.rows]


@dataclass(frozen=True, slots=True)
class Block:
    """A figure on the page."""

    name: str
    title: str
    definition: str
    facts: Sequence[Fact]
    tables: Sequence[Table] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Dash:
    """Who looks, at what, when: from this everything on the page is made."""

    actor: Actor
    asked: Asked
    now: datetime
    opens: bool = field(default=False)

    @classmethod
    def of(cls, actor: Actor, asked: Asked, now: datetime) -> Dash:
        return cls(actor, asked, now, access.can_open(actor, asked.scope.hall_ids))

    @property
    def scope(self) -> Scope:
        return self.asked.scope

    def cases(self, source: str, **pick: object) -> str:
        """Where the cases of a figure are listed; "" where the reader may not open them."""
        if not self.opens:
            return ""
        chosen = {f"by_{key}": NOBODY if value is None else str(value) for key, value in pick.items()}
        return f"{reverse('staff:dashboard_cases', args=[source])}?{urlencode({**self.asked.query, **chosen})}"

    def count(self, number: int, source: str, **pick: object) -> Amount:
        return Amount(str(number), number, self.cases(source, **pick) if number else "")

    def export(self, table: str) -> str:
        return f"{reverse('staff:export', args=['figures'])}?{urlencode({**self.asked.query, 'table': table})}"

    def gather(self, source: str, *sets: tuple[str, ...]) -> Gathered:
        return gather(source, self.scope, self.now, *sets)


# -- words of numbers


def percent(value: Fraction | None) -> str:
    """62.5%, in tenths rounded down: 100% means every one."""
    if value is None:
        return NONE
    tenths = int(value * 1000)
    return f"{tenths // 10}.{tenths % 10}%" if tenths % 10 else f"{tenths // 10}%"


def rate(value: Fraction | None) -> Amount:
    """In a file a number of percents."""
    return Amount(percent(value), None if value is None else Decimal(int(value * 1000)) / 10)


def number(value: Decimal | None, places: str = "0.1") -> str:
    return NONE if value is None else plain(value.quantize(Decimal(places), ROUND_HALF_UP))


def amount(value: Decimal | None, places: str = "0.1", url: str = "") -> Amount:
    return Amount(number(value, places), value, url)


def money(value: Decimal) -> Amount:
    return Amount(grouped(value.quantize(Decimal("0.01"), ROUND_HALF_UP)), value)


def words(text: str) -> Amount:
    return Amount(text, text)


def month_words(month: str) -> Amount:
    return Amount(f"{month[:4]}年{int(month[5:])}月", month)


def against(value: Fraction | None, target: Fraction) -> str:
    goal = f"目标 {percent(target)}"
    if value is None:
        return f"{goal}，时段内还没有"
    return (
        f"{goal}，已达到"
        if value >= target
        else f"{goal}，差 {number(Decimal(int((target - value) * 1000 + 1)) / 10)} 个百分点"
    )


def high_words(dash: Dash, what: str = "") -> str:
    """八成的项目不超过: what the high percentile of a span of days says."""
    return f"{tenths(queries.high_share(dash.scope))}{'的' if what else ''}{what}不超过"


def tenths(share: Fraction) -> str:
    """八成, 九成五; a share that is no whole percent stays one: 66.7%."""
    whole, rest = divmod(share * 100, 10)
    if not 0 < whole < 10 or rest.denominator != 1:
        return f"{number(Decimal(int(share * 1000)) / 10)}%"
    return f"{NUMERALS[whole]}成{NUMERALS[int(rest)] if rest else ''}"


def office_of(gathered: Gathered, office: int | None) -> Amount:
    return words(gathered.offices.get(office) or "大厅")


def months_of(scope: Scope, present: date) -> list[str]:
    """Every month of the span that has begun, the first first."""
    last = min(scope.last, max(present, scope.since))
    found, day = [], scope.since.replace(day=1)
    while day <= last:
        found.append(f"{day:%Y-%m}")
        day = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return found


def by_most(found: Iterable[tuple[Any, Mapping[Any, Sums]]]) -> list[tuple[Any, Mapping[Any, Sums]]]:
    return sorted(found, key=lambda pair: (-sum(sums.n for sums in pair[1].values()), str(pair[0])))


def of_part(sums: Mapping[Any, Sums], part: str) -> int:
    return sums[part].n if part in sums else 0


def whole(sums: Mapping[Any, Sums]) -> int:
    return sum(one.n for one in sums.values())


def parted(
    dash: Dash,
    gathered: Gathered,
    name: str,
    caption: str,
    source: str,
    dimension: str,
    parts: Mapping[str, str],
    first: str,
) -> Table:
    """A line a value of the dimension, a column a part: drawn as bars, the parts one after another."""
    heads = [Head(first, "text"), *(Head(label, "drawn", COLOURS.get(part, "")) for part, label in parts.items())]
    rows = []
    for value, sums in by_most(gathered.crossed(dimension, "part").items()):
        who = (
            office_of(gathered, value)
            if dimension == "office"
            else words(gathered.handlers.get(value) or "没有指定办理人")
        )
        rows.append(
            [who, *(dash.count(of_part(sums, part), source, part=part, **{dimension: value}) for part in parts)]
        )
    most = 0 if dimension == "office" else CHARTED
    return Table(
        f"{name}.{dimension}", caption, heads, rows, "stack", most=most, export_url=dash.export(f"{name}.{dimension}")
    )


def fact(
    label: str, value: str, unit: str = "", note: str = "", url: str = "", link: str = "", *, main: bool = False
) -> Fact:
    return Fact(label, value, unit, note=note, url=url, link=link if url else "", main=main)


def counted(dash: Dash, label: str, count: int, source: str, unit: str = "件", **pick: object) -> Fact:
    url = dash.cases(source, **pick) if count else ""
    return fact(label, str(count), unit, url=url, link="逐件查看")
