"""The map as a table, sorted by whichever column the reader asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from yinuo.core.calendar import TZ
from yinuo.faces.onemap.map.board import URGENCY
from yinuo.faces.onemap.map.cards import Ties, card_of, limit_words
from yinuo.faces.onemap.map.changes import Change
from yinuo.faces.onemap.map.faces import Face
from yinuo.rooms.onemap.queries import Card as Seen
from yinuo.rooms.onemap.queries import MapView
from yinuo.ui.components.marks import MARKS, Mark
from yinuo.ui.components.shapes import Card

LATE = date(9999, 12, 31)


@dataclass(frozen=True, slots=True)
class Line:
    """A matter's row: its card, and what only the table has room for."""

    card: Card
    mark: Mark
    stage: str
    department: str
    limit: str
    ends: date | None
    settled: bool


@dataclass(frozen=True, slots=True)
class Heading:
    """A column's head; `sort` is what aria-sort says, `url` the address that sorts by it."""

    label: str
    url: str = ""
    sort: str = ""


Key = Callable[[int, Seen], tuple[Any, ...]]
# By what each column sorts: the number is the stage's place.
KEYS: dict[str, tuple[str, Key]] = {
    "name": ("事项", lambda stage, seen: (seen.item.name,)),
    "stage": ("阶段", lambda stage, seen: (stage, seen.item.position)),
    "state": ("状态", lambda stage, seen: (URGENCY.index(seen.look), stage, seen.item.position)),
    "department": ("部门", lambda stage, seen: (seen.item.department.short_name, stage, seen.item.position)),
    "due": ("期限", lambda stage, seen: (seen.due_at is None, seen.due_at or 0, stage, seen.item.position)),
    "ends": ("办结", lambda stage, seen: (ends_of(seen) or LATE, stage, seen.item.position)),
}


def ends_of(seen: Seen) -> date | None:
    """When the matter was concluded, or by the plan will be."""
    ended = seen.item.ended_at
    if ended is not None:
        return ended.astimezone(TZ).date()
    return seen.planned.ends_on if seen.planned else None


def lines(view: MapView, face: Face, sort: str, down: bool, changes: Mapping[int, Change]) -> tuple[Line, ...]:
    """Every matter; an unknown `sort` is the map's own order."""
    ties = Ties(view)
    rows = [(number, stage.name, seen) for number, stage in enumerate(view.stages) for seen in stage.cards]
    if sort in KEYS:
        key = KEYS[sort][1]
        rows.sort(key=lambda row: key(row[0], row[2]), reverse=down)
    return tuple(
        _line(stage, seen, card_of(seen, face, ties, changes, 0, view.now), view.now) for _, stage, seen in rows
    )


def _line(stage: str, seen: Seen, card: Card, now: datetime) -> Line:
    limits = [f"限 {limit_words(seen.item.limit_value, seen.item.limit_unit)}" if seen.item.limit_value else ""]
    if seen.item.statutory_value is not None and (seen.item.statutory_value, seen.item.statutory_unit) != (
        seen.item.limit_value,
        seen.item.limit_unit,
    ):
        limits.append(f"法定 {limit_words(seen.item.statutory_value, seen.item.statutory_unit)}")
    return Line(
        card,
        MARKS[card.state],
        stage,
        card.who,
        "，".join(filter(None, limits)),
        ends_of(seen),
        seen.item.ended_at is not None,
    )


def headings(base: str, sort: str, down: bool) -> tuple[Heading, ...]:
    """The sorted column's link turns it round, the others' links sort by theirs."""
    made = []
    for name, (label, _) in KEYS.items():
        here = name == sort
        url = f"{base}?view=list&sort={name}{'&down=1' if here and not down else ''}"
        made.append(Heading(label, url, ("descending" if down else "ascending") if here else "none"))
    return tuple(made)
