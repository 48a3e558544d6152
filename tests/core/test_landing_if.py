"""What another route would make of a matter and of the landing: the same as planning it so."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.oracles import calendar_data
from yinuo.core.calendar import WorkCalendar
from yinuo.core.dated import RuleError
from yinuo.core.planner import PlanItem, landing_if, plan

MONDAY = date(2026, 11, 2)


def item(number: int, after: tuple[int, ...], days: int, *, pre_start: bool = True) -> PlanItem:
    return PlanItem(
        f"m{number}", f"事项{number}", "s", pre_start, tuple(f"m{n}" for n in after), {"regular": days}, "regular"
    )


DAYS = WorkCalendar.from_data(calendar_data())


@given(
    lengths=st.lists(st.integers(0, 9), min_size=1, max_size=7), chosen=st.integers(0, 6), instead=st.integers(0, 12)
)
def test_it_is_the_plan_with_that_one_route_changed(lengths: list[int], chosen: int, instead: int) -> None:
    items = [
        item(number, tuple(n for n in (number - 1, number - 3) if n >= 0), length)
        for number, length in enumerate(lengths)
    ]
    changed = items[chosen % len(items)]
    asked = landing_if(items, MONDAY, DAYS, changed.id, "commitment", instead)
    whole = plan(
        [replace(row, routes={"x": instead}, route="x") if row is changed else row for row in items], MONDAY, DAYS
    )
    assert asked == (next(row.ends_on for row in whole.items if row.id == changed.id), whole.landing_on)


def test_what_comes_after_the_start_of_works_does_not_move_the_landing() -> None:
    items = [item(0, (), 5), item(1, (0,), 9, pre_start=False)]
    assert landing_if(items, MONDAY, DAYS, "m1", "commitment", 1)[1] == plan(items, MONDAY, DAYS).landing_on


def test_a_matter_that_is_not_planned_has_no_landing() -> None:
    with pytest.raises(RuleError, match="不在计划中"):
        landing_if([item(0, (), 5)], MONDAY, DAYS, "m9", "commitment", 1)
