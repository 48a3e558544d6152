"""How pages show what a department has published of a matter: in force, planned, over, replaced."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Generic, TypeVar

from yinuo.core.pack.types import Matter
from yinuo.core.wording import day_words
from yinuo.engine.catalogue.models import Announced
from yinuo.engine.catalogue.queries import Announcements

A = TypeVar("A", bound=Announced)


@dataclass(frozen=True, slots=True)
class MatterLine(Generic[A]):
    """A matter in a department's list: the decision in force, what is planned, and the page's own words on today."""

    matter: Matter
    current: A | None
    planned: Sequence[str]
    word: str
    colour: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class HistoryLine(Generic[A]):
    """One published decision; `last` is the last day of its span, None = no end.

    What was replaced keeps the span it had until then.
    """

    row: A
    last: date | None
    what: str
    word: str
    colour: str


def planned_words(found: Announcements[A], what: Callable[[A], str]) -> list[str]:
    return [f"{day_words(row.from_on)}起{what(row)}" for row in found.planned]


def history(found: Announcements[A], what: Callable[[A], str]) -> list[HistoryLine[A]]:
    """Every decision, the latest day first."""
    planned = [_line(row, what, "将生效", "blue") for row in reversed(found.planned)]
    current = [_line(row, what, "生效中", "green") for row in (found.current,) if row is not None]
    past = [_line(row, what, "已结束" if row.replaced_at is None else "已被代替", "") for row in reversed(found.past)]
    return [*planned, *current, *past]


def _line(row: A, what: Callable[[A], str], word: str, colour: str) -> HistoryLine[A]:
    return HistoryLine(row, row.to_on - timedelta(days=1) if row.to_on else None, what(row), word, colour)
