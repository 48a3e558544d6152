"""Tests that begin alike: a county, a company and a project on the map, made once in a process and taken by each test
as it stands.

    pytestmark = begins_with(guided)

Such a test begins in a copy of the database in which `guided(new_county(), new_company())` was called. Its own first
calls of `new_county()`, `new_company()` and `guided(county, company)` give what was made there; called with anything
else they build as ever, and so do all calls of a test without the mark. What the test writes is taken back as ever.
"""

from __future__ import annotations

import copy
import inspect
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import pytest

if TYPE_CHECKING:
    from tests.database import TestDatabase

P = ParamSpec("P")
R = TypeVar("R")
# What a process keeps of the database for a while: another database has other rows under the same numbers.
KEEPING = (
    *("yinuo.engine.catalogue.queries", "yinuo.engine.infochain.keys", "yinuo.rooms.halls.queries"),
    *("yinuo.faces.figures.public", "yinuo.rooms.commitments.published", "yinuo.faces.figures.staff_wall"),
)


@dataclass
class Made:
    """What the builders gave, by builder."""

    results: dict[Callable[..., Any], Any] = field(default_factory=dict)
    # What this test has been given already: the county and the company a further builder must be called with.
    given: list[Any] = field(default_factory=list)

    def take(self, build: Callable[..., Any], positional: tuple[Any, ...], named: dict[str, Any]) -> Any:
        """The builder's result, once; None where it was not called as in the beginning."""
        if build not in self.results or any(value != _defaults(build).get(name) for name, value in named.items()):
            return None
        if any(all(value is not one for one in self.given) for value in positional):
            return None
        found = self.results.pop(build)
        self.given.append(found)
        return found


class Beginnings:
    """In which database this process's next test begins: the run's own, or one in which a builder was called."""

    def __init__(self) -> None:
        self.kept: dict[Callable[..., Any], tuple[str, Made]] = {}
        self.made: Made | None = None
        self.leave: Callable[[], None] | None = None
        self.present: Callable[..., Any] | None = None

    def go(self, build: Callable[..., Any] | None, database: TestDatabase) -> None:
        """The next test begins with `build`; the connections stay where the one before has begun with the same."""
        if build is not self.present:
            self.go_back()
        if build is None:
            return
        name, made = self._kept(build, database)
        if self.present is None:
            place = database.pointing_at(name)
            place.__enter__()
            self.leave, self.present = lambda: place.__exit__(None, None, None), build
        forget()
        self.made = copy.deepcopy(made)

    def go_back(self) -> None:
        self.made = None
        if self.leave is not None:
            self.leave()
            self.leave = self.present = None
            forget()

    def database_of(self, build: Callable[..., Any] | None) -> str:
        return self.kept[build][0] if build else ""

    def _kept(self, build: Callable[..., Any], database: TestDatabase) -> tuple[str, Made]:
        if build not in self.kept:
            from tests.apps.county import new_company, new_county

            def call() -> Made:
                results: dict[Any, Any] = {new_county: new_county(), new_company: new_company()}
                return Made({**results, build: build(*results.values())})

            forget()
            self.kept[build] = database.built(call)
        return self.kept[build]


beginnings = Beginnings()


def begins_with(build: Callable[..., Any] | None) -> pytest.MarkDecorator:
    """For a file or a test; None for a test of such a file that begins with nothing."""
    return pytest.mark.begins_with.with_args(build)


def builder_of(item: pytest.Item) -> Callable[..., Any] | None:
    mark = item.get_closest_marker("begins_with")
    return mark.args[0] if mark else None


@cache
def _defaults(build: Callable[..., Any]) -> dict[str, Any]:
    return {name: parameter.default for name, parameter in inspect.signature(build).parameters.items()}


def forget() -> None:
    from yinuo.engine.work.clocks import forget_calendar

    for name in KEEPING:
        if name in sys.modules:
            sys.modules[name].forget()
    forget_calendar()


def builder(build: Callable[P, R]) -> Callable[P, R]:
    """For a function that builds what a test begins with; `begins_with` may then name it."""

    @wraps(build)
    def call(*positional: P.args, **named: P.kwargs) -> R:
        ready = beginnings.made.take(call, positional, named) if beginnings.made else None
        result: R = build(*positional, **named) if ready is None else ready
        return result

    return call
