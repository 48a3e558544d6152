"""Values that hold for a span of days: a gap or an overlap is an error, never a default."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol, TypeVar


class RuleError(Exception):
    """The rules themselves are at fault: a gap, a conflict, an unknown name."""


class Gap(RuleError):
    """No value holds on the day asked for."""


class NotInForce(Gap):
    """The day asked for lies before the rules' first day."""


class Conflict(RuleError):
    """More than one value holds on the day asked for."""


@dataclass(frozen=True, slots=True)
class Span:
    """Half-open span of days [from_on, to_on); `to_on` None = still in force."""

    from_on: date
    to_on: date | None = None

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and self.from_on <= day and (self.to_on is None or day < self.to_on)


class HasSpan(Protocol):
    @property
    def span(self) -> Span: ...


T = TypeVar("T", bound=HasSpan)


def the_one_at(values: Sequence[T], day: date, name: str) -> T:
    """The single value in force on `day`.

    Raises: Gap when none holds, Conflict when several do; both name the value asked for.
    """
    hits = [value for value in values if day in value.span]
    if not hits:
        raise Gap(f"{name}: 在 {day.isoformat()} 没有生效的规定")
    if len(hits) > 1:
        raise Conflict(f"{name}: 在 {day.isoformat()} 有 {len(hits)} 条规定同时生效")
    return hits[0]


def all_at(values: Iterable[T], day: date) -> tuple[T, ...]:
    """Every value in force on `day`, in the order written."""
    return tuple(value for value in values if day in value.span)
