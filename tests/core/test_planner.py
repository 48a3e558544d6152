"""The plan of a project against a plain search for its longest path."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from time import perf_counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.oracles import calendar_data, count_working_days, longest_path, nth_working_day_after
from yinuo.core.calendar import WorkCalendar
from yinuo.core.dated import RuleError
from yinuo.core.planner import Faster, Plan, PlanItem, plan

DATA = calendar_data()
CALENDAR = WorkCalendar.from_data(DATA)
MONDAY = date(2026, 10, 12)


def item(id_: str, days: int, *after: str, **more: Any) -> PlanItem:
    values: dict[str, Any] = {
        "name": id_,
        "stage": "1",
        "pre_start": True,
        "routes": {"regular": days},
        "route": "regular",
        **more,
    }
    return PlanItem(id=id_, after=after, **values)


def ends(result: Plan) -> dict[str, date]:
    return {planned.id: planned.ends_on for planned in result.items}


def test_the_day_of_the_start_does_not_count() -> None:
    result = plan([item("a", 1)], MONDAY, CALENDAR)
    assert (result.landing_on, result.working_days) == (date(2026, 10, 13), 1)
    (planned,) = result.items
    assert (planned.starts_on, planned.ends_on, planned.working_days) == (MONDAY, date(2026, 10, 13), 1)


def test_an_item_starts_on_the_day_its_last_prerequisite_ended() -> None:
    result = plan([item("c", 2, "a", "b"), item("a", 1), item("b", 4)], MONDAY, CALENDAR)
    assert ends(result) == {"a": date(2026, 10, 13), "b": date(2026, 10, 16), "c": date(2026, 10, 20)}
    assert next(p.starts_on for p in result.items if p.id == "c") == date(2026, 10, 16)
    assert [planned.id for planned in result.items] == ["c", "a", "b"]  # as handed over
    assert (result.critical, result.working_days) == (("b", "c"), 6)


def test_a_matter_done_at_once_ends_on_the_day_it_starts() -> None:
    result = plan([item("a", 0), item("b", 3, "a"), item("c", 0, "b")], MONDAY, CALENDAR)
    assert ends(result) == {"a": MONDAY, "b": date(2026, 10, 15), "c": date(2026, 10, 15)}
    assert result.critical == ("a", "b", "c")


def test_a_plan_runs_over_the_holidays() -> None:
    result = plan([item("a", 3), item("b", 2, "a")], date(2026, 9, 28), CALENDAR)
    assert ends(result) == {"a": date(2026, 10, 8), "b": date(2026, 10, 10)}  # the made-up Saturday
    assert result.working_days == 5


def test_a_start_on_a_day_off_counts_from_the_next_working_day() -> None:
    result = plan([item("a", 0), item("b", 1, "a")], date(2026, 10, 3), CALENDAR)
    assert ends(result) == {"a": date(2026, 10, 3), "b": date(2026, 10, 8)}


def test_matters_of_completion_are_planned_and_do_not_delay_the_landing() -> None:
    result = plan([item("a", 2), item("z", 30, "a", pre_start=False)], MONDAY, CALENDAR)
    assert (result.landing_on, result.critical) == (date(2026, 10, 14), ("a",))
    assert ends(result)["z"] == nth_working_day_after(DATA, MONDAY, 32)


def test_a_prerequisite_that_is_no_matter_of_the_landing_still_holds_it_up() -> None:
    result = plan([item("a", 2, pre_start=False), item("b", 1, "a")], MONDAY, CALENDAR)
    assert (result.landing_on, result.critical) == (date(2026, 10, 15), ("a", "b"))


def test_a_plan_without_matters_before_the_start_of_work_has_landed() -> None:
    for items in ([], [item("z", 5, pre_start=False)]):
        result = plan(items, MONDAY, CALENDAR)
        assert (result.landing_on, result.working_days, result.critical, result.faster) == (MONDAY, 0, (), ())


# -- concluded and running


def test_a_concluded_matter_is_fixed_and_holds_nothing_up() -> None:
    result = plan([item("a", 20, concluded_on=date(2026, 10, 9)), item("b", 2, "a")], MONDAY, CALENDAR)
    assert ends(result) == {"a": date(2026, 10, 9), "b": date(2026, 10, 14)}
    assert (result.critical, result.working_days) == (("b",), 2)
    assert result.items[0].working_days == 0


def test_a_matter_concluded_after_the_start_of_the_plan_is_part_of_its_chain() -> None:
    result = plan([item("a", 20, concluded_on=date(2026, 10, 14)), item("b", 2, "a")], MONDAY, CALENDAR)
    assert (result.landing_on, result.critical) == (date(2026, 10, 16), ("a", "b"))


def test_a_project_that_has_landed_shows_when() -> None:
    items = [item("a", 20, concluded_on=date(2026, 10, 8)), item("b", 5, "a", concluded_on=date(2026, 10, 9))]
    result = plan(items, MONDAY, CALENDAR)
    assert (result.landing_on, result.working_days, result.critical) == (date(2026, 10, 9), 0, ())


def test_a_running_matter_ends_when_it_is_due_and_not_before_today() -> None:
    running = item("a", 20, due_on=date(2026, 10, 15))
    result = plan([running, item("b", 2, "a")], MONDAY, CALENDAR)
    assert ends(result) == {"a": date(2026, 10, 15), "b": date(2026, 10, 19)}
    assert (result.critical, result.items[0].working_days) == (("a", "b"), 3)
    overdue = plan([item("a", 20, due_on=date(2026, 10, 9)), item("b", 2, "a")], MONDAY, CALENDAR)
    assert ends(overdue) == {"a": MONDAY, "b": date(2026, 10, 14)}


def test_a_matter_concluded_today_holds_nothing_up_any_more() -> None:
    result = plan([item("a", 20, concluded_on=MONDAY), item("b", 2, "a")], MONDAY, CALENDAR)
    assert (result.critical, result.working_days) == (("b",), 2)


def test_a_running_matter_begins_its_chain_whatever_it_once_waited_for() -> None:
    items = [item("z", 0), item("a", 20, "z", due_on=date(2026, 10, 15)), item("b", 2, "a")]
    assert plan(items, MONDAY, CALENDAR).critical == ("a", "b")


def test_a_concluded_matter_is_no_longer_due() -> None:
    result = plan([item("a", 20, concluded_on=date(2026, 10, 9), due_on=date(2026, 10, 20))], MONDAY, CALENDAR)
    assert ends(result) == {"a": date(2026, 10, 9)}


def test_a_matter_that_runs_already_has_taken_its_route() -> None:
    running = item("a", 20, due_on=date(2026, 11, 9), routes={"regular": 20, "commitment": 1})
    assert plan([running], MONDAY, CALENDAR).faster == ()


# -- other routes


def test_another_route_is_worth_what_the_whole_landing_gains() -> None:
    items = [item("a", 10, routes={"regular": 10, "commitment": 1}), item("b", 7), item("c", 3, "a", "b")]
    result = plan(items, MONDAY, CALENDAR)
    assert result.faster == (Faster("a", "commitment", 3),)  # b holds the rest up
    taken = plan(
        [item("a", 10, routes={"regular": 10, "commitment": 1}, route="commitment"), *items[1:]], MONDAY, CALENDAR
    )
    assert taken.working_days == result.working_days - 3
    assert taken.items[0].route == "commitment" and taken.items[0].working_days == 1


def test_the_best_route_comes_first_and_those_that_gain_nothing_are_left_out() -> None:
    routes = {"regular": 10, "commitment": 1, "regional": 4, "slow": 12, "same": 10}
    items = [
        item("b", 6, "a", routes={"regular": 6, "commitment": 0}),
        item("a", 10, routes=routes),
        item("off", 2, routes={"regular": 2, "x": 0}),
    ]
    faster = plan(items, MONDAY, CALENDAR).faster
    assert faster == (Faster("a", "commitment", 9), Faster("a", "regional", 6), Faster("b", "commitment", 6))


def test_of_two_equal_chains_neither_route_alone_gains() -> None:
    items = [item(id_, 5, routes={"regular": 5, "commitment": 1}) for id_ in ("b", "a")]
    result = plan(items, MONDAY, CALENDAR)
    assert (result.critical, result.faster) == (("a",), ())


def test_equal_chains_are_told_apart_by_depth_and_then_by_id() -> None:
    items = [item("a", 4), item("m", 2, "k"), item("k", 2), item("j", 2), item("z", 1, "m", "a", "j")]
    assert plan(items, MONDAY, CALENDAR).critical == ("k", "m", "z")
    assert plan(reversed(items), MONDAY, CALENDAR).critical == ("k", "m", "z")
    assert plan([item("m", 2, "k", "j"), *items[2:4], items[4], items[0]], MONDAY, CALENDAR).critical == ("j", "m", "z")


# -- rules at fault


def test_a_cycle_is_named() -> None:
    with pytest.raises(RuleError) as caught:
        plan(
            [item("x", 1), item("a", 1, "c", "x"), item("b", 1, "a"), item("c", 1, "b"), item("d", 1, "c")],
            MONDAY,
            CALENDAR,
        )
    words = str(caught.value)
    assert words.startswith("前置关系成环：")
    ring = words.removeprefix("前置关系成环：").split(" → ")
    assert ring[0] == ring[-1] and sorted(ring[1:]) == ["a", "b", "c"]
    after = {"a": "c", "b": "a", "c": "b"}
    assert all(after[later] == earlier for earlier, later in pairwise(ring))


def test_a_matter_that_waits_for_itself_is_a_cycle() -> None:
    with pytest.raises(RuleError, match="成环：a → a"):
        plan([item("a", 1, "a")], MONDAY, CALENDAR)


def test_an_unknown_prerequisite_is_an_error_unless_it_is_known_to_be_absent() -> None:
    items = [item("a", 1, "ghost"), item("b", 1, "a", "gone")]
    with pytest.raises(RuleError, match="a 的前置事项 ghost"):
        plan(items, MONDAY, CALENDAR)
    with pytest.raises(RuleError, match="b 的前置事项 gone"):
        plan(items, MONDAY, CALENDAR, known_absent={"ghost"})
    result = plan(items, MONDAY, CALENDAR, known_absent={"ghost", "gone"})
    assert result.working_days == 2
    assert [planned.after for planned in result.items] == [(), ("a",)]


def test_what_is_there_counts_even_if_it_is_called_absent() -> None:
    assert plan([item("a", 3), item("b", 1, "a")], MONDAY, CALENDAR, known_absent={"a"}).working_days == 4


@pytest.mark.parametrize(
    ("items", "words"),
    [
        ([item("a", 1), item("a", 2)], "a 在计划中出现两次"),
        ([item("a", 1, route="air")], "a 没有办理方式 air"),
        ([item("a", 1, routes={"regular": 1, "commitment": -1})], "a 的工作日数为负"),
    ],
)
def test_items_that_cannot_be_planned_are_refused(items: list[PlanItem], words: str) -> None:
    with pytest.raises(RuleError, match=words):
        plan(items, MONDAY, CALENDAR)


# -- against the plain search

starts = st.dates(date(2026, 9, 15), date(2026, 11, 15))


@st.composite
def graphs(draw: st.DrawFn, fixed: bool) -> list[PlanItem]:
    ids = [f"m{number}" for number in range(draw(st.integers(0, 9)))]
    items = []
    for position, id_ in enumerate(ids):
        after = draw(st.lists(st.sampled_from(ids[:position]), max_size=3, unique=True)) if position else []
        routes = {"regular": draw(st.integers(0, 12))}
        routes |= {
            name: draw(st.integers(0, 12)) for name in draw(st.sets(st.sampled_from(["commitment", "regional"])))
        }
        ends = (
            {name: draw(starts) for name in draw(st.sampled_from([(), (), ("concluded_on",), ("due_on",)]))}
            if fixed
            else {}
        )
        items.append(
            item(
                id_,
                0,
                *after,
                routes=routes,
                route=draw(st.sampled_from(sorted(routes))),
                pre_start=draw(st.booleans()),
                **ends,
            )
        )
    return draw(st.permutations(items))


def naive_landing(items: list[PlanItem], start: date, instead: dict[str, str]) -> tuple[date, dict[str, date]]:
    fixed = {i.id: i.concluded_on or max(start, i.due_on or start) for i in items if i.concluded_on or i.due_on}
    found = longest_path(DATA, {i.id: (i.after, i.routes[instead.get(i.id, i.route)]) for i in items}, start, fixed)
    return max((found[i.id] for i in items if i.pre_start), default=start), found


@settings(deadline=None)
@given(graphs(fixed=True), starts)
def test_any_plan_is_what_the_plain_search_finds(items: list[PlanItem], start: date) -> None:
    result = plan(items, start, CALENDAR)
    landing, found = naive_landing(items, start, {})
    assert ends(result) == found
    assert result.landing_on == landing
    assert result.working_days == count_working_days(DATA, start + timedelta(1), landing + timedelta(1))
    assert all(planned.starts_on <= planned.ends_on for planned in result.items)
    gains = []
    for each in items:
        for route in each.routes:
            other, _ = naive_landing(items, start, {each.id: route})
            gain = result.working_days - count_working_days(DATA, start + timedelta(1), other + timedelta(1))
            if gain > 0:
                gains.append((-gain, each.id, route))
    assert [(-f.saves_working_days, f.id, f.route) for f in result.faster] == sorted(gains)


@settings(deadline=None)
@given(graphs(fixed=False), starts)
def test_the_critical_chain_leads_from_the_start_to_the_landing_without_a_break(
    items: list[PlanItem], start: date
) -> None:
    result = plan(items, start, CALENDAR)
    planned = {p.id: p for p in result.items}
    moment = start
    previous = None
    for id_ in result.critical:
        assert planned[id_].starts_on == moment
        assert previous is None or previous in planned[id_].after
        moment, previous = planned[id_].ends_on, id_
    assert moment == result.landing_on
    assert previous is None or planned[previous].pre_start
    assert sum(planned[id_].working_days for id_ in result.critical) == result.working_days


def test_sixty_matters_are_planned_in_a_few_milliseconds() -> None:
    items = [
        item(
            f"m{n:02}",
            0,
            *(f"m{p:02}" for p in range(max(0, n - 3), n)),
            routes={"regular": 5 + n % 7, "commitment": 1, "regional": 3},
        )
        for n in range(60)
    ]
    plan(items, MONDAY, CALENDAR)
    best = 9.0
    for _ in range(5):
        begun = perf_counter()
        result = plan(items, MONDAY, CALENDAR)
        best = min(best, perf_counter() - begun)
    assert len(result.critical) == 60 and len(result.faster) == 120
    assert best < 0.05
