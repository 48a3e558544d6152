"""The clock against a walk in steps of six minutes, and the traps other systems fell into."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.core.oracles import (
    CELL,
    HOURS,
    ZONE,
    at,
    calendar_data,
    count_working_days,
    is_working,
    walk_clock,
    working_time,
)
from yinuo.core.calendar import WorkCalendar
from yinuo.core.clock import (
    ClockError,
    ClockState,
    Event,
    Extend,
    Pause,
    Resume,
    Start,
    Stop,
    Terms,
    derive,
    light_from,
    proof,
)
from yinuo.core.dated import Span
from yinuo.core.pack.types import DayNotice, OfficeHours

DATA = calendar_data()
CALENDAR = WorkCalendar.from_data(DATA)
SUMMER_DATA = calendar_data(
    [
        OfficeHours(Span(date(2020, 1, 1), date(2026, 6, 1)), HOURS, ()),
        OfficeHours(Span(date(2026, 6, 1)), ((time(8), time(12)), (time(14, 30), time(18, 30))), ()),
    ]
)
SUMMER_CALENDAR = WorkCalendar.from_data(SUMMER_DATA)
WARN = Fraction(1, 5)
TICK = timedelta(microseconds=1)
MONDAY = "2026-10-12"  # the first of three ordinary weeks
Pair = tuple[datetime, datetime]


def clock(
    accepted: str, days: int, *events: Event, as_of: str | datetime = "2026-01-01", unit: str = "working", **more: bool
) -> ClockState:
    moment = at(as_of) if isinstance(as_of, str) else as_of
    return derive([Start(at(accepted)), *events], Terms(days, unit), CALENDAR, WARN, moment, **more)  # type: ignore[arg-type]


def paused(*spans: tuple[str, str]) -> list[Event]:
    return [event for begin, end in spans for event in (Pause(at(begin)), Resume(at(end)))]


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


# -- the reading of the document


def test_the_example_of_the_reading() -> None:
    """Accepted on Monday 28 September 2026, five days: 29, 30 September, 8, 9, 10 October (a made-up Saturday)."""
    state = clock("2026-09-28T10:00", 5, as_of="2026-09-28T10:00")
    assert state.due_at.isoformat() == "2026-10-10T18:00:00+08:00"
    assert state.yellow_at.isoformat() == "2026-10-09T18:00:00+08:00"
    assert (state.light, state.state, state.provisional) == ("green", "running", False)
    assert (state.used, state.left) == (hours(0), hours(35))


def test_the_example_is_proved_day_by_day() -> None:
    days = proof([Start(at("2026-09-28T10:00"))], Terms(5), CALENDAR, WARN, at("2026-10-01"))
    assert [day.on.day for day in days] == [28, 29, 30, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
    assert [day.on.day for day in days if day.used_hours] == [29, 30, 8, 9, 10]
    assert {str(day.used_hours) for day in days} == {"0", "7"}
    assert [str(day.left_hours) for day in days if day.used_hours] == ["28", "21", "14", "7", "0"]
    assert (days[0].source, days[1].source, days[3].source, days[-1].source) == (
        "受理当日不计入",
        "工作日",
        "国庆节",
        "调休上班",
    )
    assert days[-1].working and not days[3].working and days[-1].cites == ("holiday-2026#一",)


def test_the_day_of_acceptance_does_not_count_at_whatever_time() -> None:
    dues = {
        clock(f"{MONDAY}T{clock_time}", 1).due_at
        for clock_time in ("00:00", "08:29", "08:30", "17:59", "18:00", "23:59:59.999999")
    }
    assert dues == {at("2026-10-13T18:00")}
    assert clock("2026-10-13T00:00", 1).due_at == at("2026-10-14T18:00")


def test_acceptance_on_a_day_off_counts_from_the_next_working_day() -> None:
    assert clock("2026-10-03T10:00", 1).due_at == at("2026-10-08T18:00")


def test_a_fifth_of_two_days_is_exact() -> None:
    state = clock(f"{MONDAY}T10:00", 2)
    assert state.due_at - at("2026-10-14T18:00") == timedelta(0)
    assert state.yellow_at == at("2026-10-14T15:12")  # 2.8 hours before the close


def test_a_fifth_of_one_day_is_exact() -> None:
    assert clock(f"{MONDAY}T10:00", 1).yellow_at == at("2026-10-13T16:36")  # 84 minutes


def test_yellow_begins_on_its_instant_and_red_after_its_own() -> None:
    yellow, due = at("2026-10-13T16:36"), at("2026-10-13T18:00")
    lights = [clock(f"{MONDAY}T10:00", 1, as_of=moment).light for moment in (yellow - TICK, yellow, due, due + TICK)]
    assert lights == ["green", "yellow", "yellow", "red"]


def test_a_warning_at_the_whole_limit_begins_with_acceptance() -> None:
    accepted = at(f"{MONDAY}T10:00")
    assert derive([Start(accepted)], Terms(2), CALENDAR, Fraction(1), accepted).yellow_at == accepted
    assert derive([Start(accepted)], Terms(2), CALENDAR, Fraction(0), accepted).yellow_at == at("2026-10-14T18:00")


def test_a_third_of_the_limit_warns_at_the_first_whole_microsecond() -> None:
    accepted = at(f"{MONDAY}T10:00")
    state = derive([Start(accepted)], Terms(1), CALENDAR, Fraction(1, 11), accepted)
    left = working_time(DATA, state.yellow_at, state.due_at)
    assert left <= hours(7) / 11 and (left + TICK) * 11 > hours(7)


def test_a_clock_beyond_its_limit_has_nothing_left() -> None:
    state = clock(f"{MONDAY}T10:00", 1, as_of="2026-10-14T10:30")
    assert (state.light, state.left, state.used, state.next_transition_at) == ("red", hours(0), hours(9), None)


@pytest.mark.parametrize(
    ("accepted", "due"),
    [
        (f"{MONDAY}T10:00", f"{MONDAY}T18:00"),
        (f"{MONDAY}T17:59", f"{MONDAY}T18:00"),
        (f"{MONDAY}T18:00", "2026-10-13T18:00"),
        ("2026-10-17T10:00", "2026-10-19T18:00"),
    ],
)
@pytest.mark.parametrize("unit", ["working", "calendar"])
def test_a_limit_of_no_days_ends_with_the_day_it_came_in(accepted: str, due: str, unit: str) -> None:
    state = clock(accepted, 0, as_of=at(accepted), unit=unit)
    assert (state.due_at, state.yellow_at, state.light) == (at(due), at(due), "green")


def test_hours_are_decimals_and_never_floats() -> None:
    state = clock(f"{MONDAY}T10:00", 2, as_of="2026-10-13T09:20")
    assert (state.used_hours, state.left_hours) == (Decimal("0.8333"), Decimal("13.1667"))
    assert str(clock(f"{MONDAY}T10:00", 4, as_of=f"{MONDAY}T11:00").left_hours) == "28"
    assert str(clock(f"{MONDAY}T10:00", 10, as_of=f"{MONDAY}T11:00").left_hours) == "70"


# -- pauses: one unit in and out


def test_resuming_moves_the_due_moment_by_exactly_the_working_time_paused() -> None:
    state = clock(f"{MONDAY}T10:00", 5, *paused(("2026-10-14T11:00", "2026-10-15T15:30")))
    # 11–12 and 14:30–18 on Wednesday, 8:30–12 and 14:30–15:30 on Thursday: nine hours
    assert state.due_at == at("2026-10-21T10:30")


def test_a_pause_over_days_off_moves_nothing_but_its_working_time() -> None:
    accepted, days = "2026-09-28T10:00", 5
    assert clock(accepted, days, *paused(("2026-09-30T18:00", "2026-10-08T08:30"))).due_at == at("2026-10-10T18:00")
    assert clock(accepted, days, *paused(("2026-09-30T17:00", "2026-10-08T08:30"))).due_at == at("2026-10-12T09:30")
    assert clock(accepted, days, *paused(("2026-09-30T17:00", "2026-10-08T09:30"))).due_at == at("2026-10-12T10:30")


@pytest.mark.parametrize(
    ("name", "spans", "due"),
    [
        ("one whole day", [("2026-10-13T08:30", "2026-10-13T18:00")], "2026-10-20T18:00"),
        ("one whole day by midnights", [("2026-10-13T00:00", "2026-10-14T00:00")], "2026-10-20T18:00"),
        (
            "overlapping",
            [("2026-10-13T08:30", "2026-10-14T12:00"), ("2026-10-14T10:00", "2026-10-14T18:00")],
            "2026-10-21T18:00",
        ),
        (
            "nested",
            [("2026-10-13T08:30", "2026-10-14T18:00"), ("2026-10-13T10:00", "2026-10-13T11:00")],
            "2026-10-21T18:00",
        ),
        ("the same twice", [("2026-10-13T08:30", "2026-10-13T18:00")] * 2, "2026-10-20T18:00"),
        (
            "touching",
            [("2026-10-13T08:30", "2026-10-13T10:00"), ("2026-10-13T10:00", "2026-10-13T18:00")],
            "2026-10-20T18:00",
        ),
        ("before the start", [("2026-10-10T08:30", "2026-10-12T09:00")], "2026-10-19T18:00"),
        ("from before the start into the count", [("2026-10-10T08:30", "2026-10-13T10:30")], "2026-10-20T10:30"),
        ("on the day of acceptance", [("2026-10-12T11:00", "2026-10-12T18:00")], "2026-10-19T18:00"),
        ("from acceptance on", [("2026-10-12T10:00", "2026-10-13T09:30")], "2026-10-20T09:30"),
        ("after the end", [("2026-10-20T08:30", "2026-10-22T18:00")], "2026-10-19T18:00"),
        ("from the very end", [("2026-10-19T18:00", "2026-10-22T18:00")], "2026-10-19T18:00"),
        ("over the end", [("2026-10-19T17:00", "2026-10-20T10:00")], "2026-10-20T11:00"),
        ("over lunch", [("2026-10-13T12:00", "2026-10-13T14:30")], "2026-10-19T18:00"),
        ("over night", [("2026-10-13T18:00", "2026-10-14T08:30")], "2026-10-19T18:00"),
        ("empty", [("2026-10-13T10:00", "2026-10-13T10:00")], "2026-10-19T18:00"),
        (
            "half a day each of two",
            [("2026-10-13T14:00", "2026-10-13T19:00"), ("2026-10-14T14:00", "2026-10-14T19:00")],
            "2026-10-20T18:00",
        ),
    ],
)
def test_pauses_are_counted_once_and_only_inside_the_count(name: str, spans: list[tuple[str, str]], due: str) -> None:
    state = clock(f"{MONDAY}T10:00", 5, *paused(*spans), as_of="2026-11-20")
    assert state.due_at == at(due), name


def test_the_order_in_which_events_are_handed_over_does_not_matter() -> None:
    events: list[Event] = [
        Start(at(f"{MONDAY}T10:00")),
        *paused(("2026-10-14T09:00", "2026-10-15T10:00"), ("2026-10-13T09:00", "2026-10-14T11:00")),
    ]
    expected = derive(events, Terms(5), CALENDAR, WARN, at("2026-10-20"))
    for seed in range(20):
        mixed = events[:]
        random.Random(seed).shuffle(mixed)
        assert derive(mixed, Terms(5), CALENDAR, WARN, at("2026-10-20")) == expected


def test_an_open_pause_is_taken_as_if_it_ended_now() -> None:
    pause = Pause(at("2026-10-14T11:00"), "hearing")
    for now, due in (
        ("2026-10-14T11:00", "2026-10-19T18:00"),
        ("2026-10-14T12:00", "2026-10-20T09:30"),
        ("2026-10-16T11:00", "2026-10-21T18:00"),
    ):
        state = clock(f"{MONDAY}T10:00", 5, pause, as_of=now)
        assert (state.due_at, state.state, state.paused_since) == (at(due), "paused", at("2026-10-14T11:00"))
        assert (state.used, state.left, state.next_transition_at) == (hours(9.5), hours(25.5), None)
        assert state == replace(
            clock(f"{MONDAY}T10:00", 5, pause, Resume(at(now)), as_of=now),
            state="paused",
            paused_since=pause.at,
            next_transition_at=None,
        )


def test_an_open_pause_yet_to_come_moves_nothing() -> None:
    state = clock(f"{MONDAY}T10:00", 5, Pause(at("2026-10-14T11:00")), as_of="2026-10-13T10:00")
    assert (state.due_at, state.state, state.next_transition_at) == (
        at("2026-10-19T18:00"),
        "running",
        at("2026-10-14T11:00"),
    )


def test_while_paused_the_light_stays_as_it_was() -> None:
    yellow = clock(f"{MONDAY}T10:00", 1, Pause(at("2026-10-13T17:00")), as_of="2026-12-01T10:00")
    assert (yellow.light, yellow.state, yellow.left) == ("yellow", "paused", hours(1))
    green = clock(f"{MONDAY}T10:00", 1, Pause(at("2026-10-13T16:30")), as_of="2026-12-01T10:00")
    assert (green.light, green.state, green.left) == ("green", "paused", hours(1.5))
    red = clock(f"{MONDAY}T10:00", 1, Pause(at("2026-10-13T18:00:00.000001")), as_of="2026-12-01T10:00")
    assert (red.light, red.state, red.left) == ("red", "paused", hours(0))


def test_a_pause_begun_when_the_time_was_up_saves_nothing() -> None:
    due = at("2026-10-13T18:00")
    state = clock(f"{MONDAY}T10:00", 1, Pause(due), as_of=due)
    assert (state.light, state.state, state.next_transition_at) == ("yellow", "paused", due + TICK)
    assert clock(f"{MONDAY}T10:00", 1, Pause(due), as_of=due + TICK).light == "red"


def test_a_pause_is_half_open() -> None:
    events = paused(("2026-10-14T11:00", "2026-10-15T15:30"))
    moments = ("2026-10-14T10:59:59.999999", "2026-10-14T11:00", "2026-10-15T15:29:59.999999", "2026-10-15T15:30")
    states = [clock(f"{MONDAY}T10:00", 5, *events, as_of=moment).state for moment in moments]
    assert states == ["running", "paused", "paused", "running"]


def test_touching_pauses_are_one() -> None:
    events = paused(("2026-10-14T09:00", "2026-10-14T11:00"), ("2026-10-14T11:00", "2026-10-15T15:30"))
    for now in ("2026-10-14T10:00", "2026-10-14T11:00", "2026-10-14T12:00"):
        state = clock(f"{MONDAY}T10:00", 5, *events, as_of=now)
        assert (state.state, state.paused_since, state.next_transition_at) == (
            "paused",
            at("2026-10-14T09:00"),
            at("2026-10-15T15:30"),
        )


def test_a_pause_on_the_day_of_acceptance_takes_nothing_out_of_the_count() -> None:
    for unit in ("working", "calendar"):
        events = [Start(at(f"{MONDAY}T10:00")), *paused(("2026-10-12T11:00", "2026-10-12T16:00"))]
        days = proof(events, Terms(2, unit), CALENDAR, WARN, at("2026-10-20"))  # type: ignore[arg-type]
        assert [day.paused_hours for day in days] == [0, 0, 0]


def test_a_pause_ends_itself_at_its_longest_term() -> None:
    pause = Pause(at("2026-10-14T08:30"), "expert_review", ends_by=at("2026-10-15T18:00"))
    inside = clock(f"{MONDAY}T10:00", 5, pause, as_of="2026-10-15T10:00")
    assert (inside.state, inside.next_transition_at, inside.due_at) == (
        "paused",
        at("2026-10-15T18:00"),
        at("2026-10-21T10:00"),
    )
    for now in ("2026-10-15T18:00", "2026-10-19T10:00"):
        after = clock(f"{MONDAY}T10:00", 5, pause, as_of=now)
        assert (after.state, after.paused_since, after.due_at) == ("running", None, at("2026-10-21T18:00"))
    late = clock(f"{MONDAY}T10:00", 5, pause, Resume(at("2026-10-19T10:00")), as_of="2026-10-20T10:00")
    assert (late.state, late.due_at) == ("running", at("2026-10-21T18:00"))
    early = clock(f"{MONDAY}T10:00", 5, pause, Resume(at("2026-10-14T18:00")), as_of="2026-10-20T10:00")
    assert (early.state, early.due_at) == ("running", at("2026-10-20T18:00"))


def test_a_resume_ends_the_pause_of_its_reason() -> None:
    events = (
        Pause(at("2026-10-13T08:30"), "hearing", ends_by=at("2026-10-30T18:00")),
        Pause(at("2026-10-14T08:30"), "coordination", ends_by=at("2026-10-16T18:00")),
    )
    resume = at("2026-10-14T18:00")
    of_hearing = clock(f"{MONDAY}T10:00", 5, *events, Resume(resume, "hearing"), as_of="2026-10-20T10:00")
    assert (of_hearing.state, of_hearing.due_at) == ("running", at("2026-10-23T18:00"))
    of_last = clock(f"{MONDAY}T10:00", 5, *events, Resume(resume), as_of="2026-10-20T10:00")
    assert (of_last.state, of_last.paused_since) == ("paused", at("2026-10-13T08:30"))


def test_a_resume_is_not_spent_on_a_pause_that_had_ended_by_itself() -> None:
    events = (
        Pause(at("2026-10-13T08:30"), "hearing", ends_by=at("2026-10-30T18:00")),
        Pause(at("2026-10-13T14:30"), "coordination", ends_by=at("2026-10-13T18:00")),
        Resume(at("2026-10-14T18:00")),
    )
    state = clock(f"{MONDAY}T10:00", 5, *events, as_of="2026-10-20T10:00")
    assert (state.state, state.due_at) == ("running", at("2026-10-21T18:00"))


def test_a_statutory_clock_ignores_the_pauses_that_do_not_stop_it() -> None:
    events = (
        Pause(at("2026-10-13T08:30"), "hearing", stops_statutory=True),
        Resume(at("2026-10-13T18:00")),
        Pause(at("2026-10-14T08:30"), "opinions"),
        Resume(at("2026-10-15T18:00")),
    )
    assert clock(f"{MONDAY}T10:00", 5, *events).due_at == at("2026-10-22T18:00")
    assert clock(f"{MONDAY}T10:00", 5, *events, statutory=True).due_at == at("2026-10-20T18:00")
    asked = clock(f"{MONDAY}T10:00", 5, *events, as_of="2026-10-14T10:00", statutory=True)
    assert (asked.state, clock(f"{MONDAY}T10:00", 5, *events, as_of="2026-10-14T10:00").state) == ("running", "paused")


# -- extensions and stopping


def test_an_extension_adds_working_days_and_widens_the_warning() -> None:
    extend = Extend(at("2026-10-14T10:00"), 5, "张三", "需要补充论证")
    state = clock(f"{MONDAY}T10:00", 5, extend)
    assert state.due_at == at("2026-10-26T18:00")
    assert state.yellow_at == at("2026-10-22T18:00")  # a fifth of ten days
    twice = clock(f"{MONDAY}T10:00", 5, extend, replace(extend, days=1))
    assert twice.due_at == at("2026-10-27T18:00")


def test_an_extension_after_a_pause_keeps_the_time_paused() -> None:
    extend = Extend(at("2026-10-16T10:00"), 1, "张三", "需要补充论证")
    state = clock(f"{MONDAY}T10:00", 5, *paused(("2026-10-14T11:00", "2026-10-14T12:00")), extend)
    assert state.due_at == at("2026-10-21T09:30")


@pytest.mark.parametrize(
    ("stopped_at", "light"),
    [("2026-10-13T16:35", "green"), ("2026-10-13T18:00", "yellow"), ("2026-10-13T18:01", "red")],
)
def test_a_stopped_clock_keeps_the_light_it_had(stopped_at: str, light: str) -> None:
    stop = Stop(at(stopped_at))
    first = clock(f"{MONDAY}T10:00", 1, stop, as_of=stopped_at)
    assert (first.light, first.state, first.next_transition_at) == (light, "stopped", None)
    assert clock(f"{MONDAY}T10:00", 1, stop, as_of="2028-01-01") == first


def test_a_clock_stopped_while_paused_stays_as_at_the_stop() -> None:
    events = (Pause(at("2026-10-14T08:30")), Stop(at("2026-10-14T18:00")))
    state = clock(f"{MONDAY}T10:00", 5, *events, as_of="2027-06-01")
    assert (state.state, state.paused_since, state.used) == ("stopped", None, hours(7))
    assert state.due_at == at("2026-10-20T18:00")
    closed_late = clock(f"{MONDAY}T10:00", 5, *events, Resume(at("2026-11-20T18:00")), as_of="2027-06-01")
    assert closed_late == state


def test_a_stop_yet_to_come_is_a_transition() -> None:
    state = clock(f"{MONDAY}T10:00", 5, Stop(at("2026-10-13T12:00")), as_of="2026-10-13T10:00")
    assert (state.state, state.next_transition_at) == ("running", at("2026-10-13T12:00"))


# -- events that cannot be


@pytest.mark.parametrize(
    ("events", "days", "words"),
    [
        ([], 5, "没有起点"),
        ([Start(at("2026-10-12")), Start(at("2026-10-13"))], 5, "两个起点"),
        ([Start(at("2026-10-12")), Stop(at("2026-10-13")), Stop(at("2026-10-14"))], 5, "两个终点"),
        ([Start(at("2026-10-12")), Stop(at("2026-10-11"))], 5, "终点早于起点"),
        ([Start(at("2026-10-12")), Resume(at("2026-10-13"))], 5, "没有暂停"),
        (
            [Start(at("2026-10-12")), Pause(at("2026-10-13")), Resume(at("2026-10-14")), Resume(at("2026-10-15"))],
            5,
            "没有暂停",
        ),
        (
            [Start(at("2026-10-12")), Pause(at("2026-10-13"), "hearing"), Resume(at("2026-10-14"), "tender")],
            5,
            "没有暂停",
        ),
        ([Start(at("2026-10-12")), Extend(at("2026-10-13"), 0, "张三", "无")], 5, "延长的天数"),
        ([Start(at("2026-10-12"))], -1, "不能为负"),
    ],
)
def test_events_that_cannot_be_are_refused(events: list[Event], days: int, words: str) -> None:
    for ask in (derive, proof):
        with pytest.raises(ClockError, match=words):
            ask(events, Terms(days), CALENDAR, WARN, at("2026-10-20"))  # type: ignore[operator]


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="缺少时区"):
        derive([Start(datetime(2026, 10, 12, 10))], Terms(5), CALENDAR, WARN, at("2026-10-20"))
    with pytest.raises(ValueError, match="缺少时区"):
        clock(f"{MONDAY}T10:00", 5, as_of=datetime(2026, 10, 12, 10))


# -- beyond the calendar


def test_a_due_moment_beyond_the_published_years_is_provisional() -> None:
    assert clock("2026-12-28T10:00", 3).provisional is False
    state = clock("2026-12-28T10:00", 4)
    assert (state.due_at, state.provisional) == (at("2027-01-04T18:00"), True)
    days = proof([Start(at("2026-12-28T10:00"))], Terms(4), CALENDAR, WARN, at("2026-12-28T10:00"))
    assert [day.provisional for day in days] == [False] * 4 + [True] * 4


def test_the_arrival_of_a_notice_moves_only_the_clocks_it_touches() -> None:
    eve = date(2027, 1, 4)
    imported = WorkCalendar.from_data(DATA, {eve: DayNotice(eve, False, "元旦调休", ("n#一",))}, published=[2027])

    def before_and_after(accepted: str, days: int) -> tuple[ClockState, ClockState]:
        events = [Start(at(accepted))]
        old, new = (derive(events, Terms(days), calendar, WARN, at(accepted)) for calendar in (CALENDAR, imported))
        return old, new

    untouched = before_and_after("2026-12-20T10:00", 5)
    assert untouched[0] == untouched[1] and not untouched[0].provisional
    moved = before_and_after("2026-12-28T10:00", 4)
    assert (moved[0].provisional, moved[1].provisional) == (True, False)
    assert moved[1].due_at == at("2027-01-05T18:00")


# -- limits in calendar days


@pytest.mark.parametrize(
    ("accepted", "days", "spans", "due"),
    [
        ("2026-10-12T10:00", 3, [], "2026-10-16T00:00"),  # Thursday, 24:00
        ("2026-10-12T10:00", 5, [], "2026-10-20T00:00"),  # Saturday, so Monday 24:00
        ("2026-10-12T10:00", 6, [], "2026-10-20T00:00"),
        ("2026-10-12T10:00", 7, [], "2026-10-20T00:00"),
        ("2026-10-12T10:00", 8, [], "2026-10-21T00:00"),
        ("2026-09-28T10:00", 5, [], "2026-10-09T00:00"),  # within the National Day week
        ("2026-10-05T10:00", 5, [], "2026-10-11T00:00"),  # a made-up Saturday is no day off
        ("2026-10-12T10:00", 3, [("2026-10-13T09:00", "2026-10-14T09:00")], "2026-10-17T00:00"),
        ("2026-10-12T10:00", 3, [("2026-10-13T09:00", "2026-10-13T15:00")], "2026-10-16T06:00"),
        ("2026-10-12T10:00", 3, [("2026-10-13T09:00", "2026-10-15T09:00")], "2026-10-20T00:00"),  # into the Saturday
        (
            "2026-10-12T10:00",
            3,
            [("2026-10-11T09:00", "2026-10-13T06:00")],
            "2026-10-16T06:00",
        ),  # its day does not count
        ("2026-10-12T10:00", 5, [("2026-10-19T09:00", "2026-10-20T09:00")], "2026-10-21T00:00"),  # in the days gained
    ],
)
def test_a_limit_in_calendar_days_runs_through_days_off_and_ends_on_a_working_day(
    accepted: str, days: int, spans: list[tuple[str, str]], due: str
) -> None:
    state = clock(accepted, days, *paused(*spans), unit="calendar", as_of="2026-11-20")
    assert state.due_at == at(due)


def test_a_limit_in_calendar_days_warns_by_calendar_time() -> None:
    assert clock(f"{MONDAY}T10:00", 3, unit="calendar").yellow_at == at("2026-10-15T09:36")  # 14.4 hours before its end
    assert clock(f"{MONDAY}T10:00", 5, unit="calendar").yellow_at == at(
        "2026-10-19T00:00"
    )  # a day before the end it moved to
    state = clock(f"{MONDAY}T10:00", 3, unit="calendar", as_of="2026-10-13T12:00")
    assert (state.used, state.left) == (hours(12), hours(60))


def test_a_limit_in_calendar_days_is_proved_by_calendar_hours() -> None:
    events = [Start(at(f"{MONDAY}T10:00")), *paused(("2026-10-13T09:00", "2026-10-13T15:00"))]
    days = proof(events, Terms(3, "calendar"), CALENDAR, WARN, at("2026-10-20"))
    assert [str(day.used_hours) for day in days] == ["0", "18", "24", "24", "6"]
    assert [str(day.paused_hours) for day in days] == ["0", "6", "0", "0", "0"]


def test_a_light_yellow_when_two_pauses_began_stays_yellow_while_one_of_them_is_open() -> None:
    # 13 calendar days end in the holidays and move to 8 October, 24:00; a fifth of them before that the light turns.
    events: list[Event] = [
        Start(at("2026-09-20")),
        Pause(at("2026-10-06T09:36"), "a"),
        Pause(at("2026-10-06T09:36"), "b"),
    ]
    terms = Terms(13, "calendar")
    assert derive(events, terms, CALENDAR, WARN, at("2026-10-07")).light == "yellow"
    events.append(Resume(at("2026-10-08T09:42"), "a"))
    assert derive(events, terms, CALENDAR, WARN, at("2026-10-16T09:42")).light == "yellow"


# -- against the walk

cells = st.integers(0, 40 * 240)
grid = cells.map(lambda number: at("2026-09-20") + number * CELL)
spans = st.builds(lambda begin, length: (begin, begin + length * CELL), grid, st.integers(0, 8 * 240))
odd_days = st.dictionaries(st.dates(date(2026, 9, 20), date(2026, 11, 30)), st.booleans(), max_size=8)
units = st.sampled_from(["working", "calendar"])


def calendar_with(odd: dict[date, bool]) -> tuple[WorkCalendar, object]:
    notices = {on: DayNotice(on, working, "x", ("x#一",)) for on, working in odd.items()}
    data = replace(DATA, days={**DATA.days, **notices})
    return WorkCalendar.from_data(DATA, notices), data


def first_of_stretch(pairs: list[Pair], opened: datetime) -> datetime:
    """Where the time without a gap begins that leads up to the open pause."""
    begin = opened
    while earlier := [first for first, last in pairs if first < begin <= last]:
        begin = min(earlier)
    return begin


@settings(max_examples=150, deadline=None)
@given(
    grid,
    st.integers(1, 12),
    units,
    st.lists(spans, max_size=4),
    st.one_of(st.none(), grid),
    odd_days,
    grid,
    st.integers(0, 3),
)
def test_any_clock_is_what_walking_gives(
    accepted: datetime,
    days: int,
    unit: str,
    pairs: list[Pair],
    opened: datetime | None,
    odd: dict[date, bool],
    as_of: datetime,
    more: int,
) -> None:
    calendar, data = calendar_with(odd)
    events: list[Event] = [Start(accepted)]
    for number, (begin, end) in enumerate(pairs):
        events += [Pause(begin, str(number)), Resume(end, str(number))]
    if more:
        events.append(Extend(accepted, more, "张三", "理由"))
    taken = list(pairs)
    if opened is not None:
        events.append(Pause(opened))
        taken.append((opened, max(opened, as_of)))
    walked = walk_clock(data, accepted, days + more, unit, taken, WARN, as_of)  # type: ignore[arg-type]
    state = derive(events, Terms(days, unit), calendar, WARN, as_of)  # type: ignore[arg-type]
    assert (state.due_at, state.yellow_at, state.used) == (walked.due_at, walked.yellow_at, walked.used)
    assert state.left == max(timedelta(0), walked.limit - walked.used)
    known, seen_at = walked, as_of
    if opened is not None and accepted <= as_of and opened <= as_of <= walked.due_at:
        # While a pause is open the light stays as it was when the pause began.
        seen_at = max(accepted, first_of_stretch(pairs, opened))
        earlier = [pair for pair in pairs if max(pair[0], accepted) < seen_at]
        known = walk_clock(data, accepted, days + more, unit, earlier, WARN, seen_at)  # type: ignore[arg-type]
    assert state.light == ("red" if seen_at > known.due_at else "yellow" if seen_at >= known.yellow_at else "green")
    is_paused = as_of >= accepted and any(
        begin <= as_of < end
        for begin, end in [*pairs, (opened or datetime.max.replace(tzinfo=ZONE), datetime.max.replace(tzinfo=ZONE))]
    )
    assert state.state == ("paused" if is_paused else "running")

    shown = proof(events, Terms(days, unit), calendar, WARN, as_of)  # type: ignore[arg-type]
    assert [day.on for day in shown] == [accepted.date() + timedelta(i) for i in range(len(shown))]
    assert sum(day.used_hours for day in shown) == Decimal(walked.limit // CELL) / 10
    assert shown[-1].left_hours == 0
    assert all(day.working == is_working(data, day.on) for day in shown)  # type: ignore[arg-type]
    assert all(later.left_hours == earlier.left_hours - later.used_hours for earlier, later in pairwise(shown))


@settings(max_examples=60, deadline=None)
@given(
    st.datetimes(datetime(2026, 5, 18), datetime(2026, 6, 5)),
    st.integers(1, 12),
    st.lists(spans.map(lambda p: (p[0] - timedelta(120), p[1] - timedelta(120))), max_size=3),
)
def test_a_clock_across_a_change_of_office_hours_is_what_walking_gives(
    moment: datetime, days: int, pairs: list[Pair]
) -> None:
    accepted = moment.replace(tzinfo=ZONE)
    events: list[Event] = [Start(accepted), *(event for begin, end in pairs for event in (Pause(begin), Resume(end)))]
    walked = walk_clock(SUMMER_DATA, accepted, days, "working", pairs, Fraction(1, 10), accepted)
    state = derive(events, Terms(days), SUMMER_CALENDAR, Fraction(1, 10), accepted)
    assert (state.due_at, state.yellow_at) == (walked.due_at, walked.yellow_at)


@given(grid, st.integers(1, 30))
def test_without_pauses_the_due_day_is_a_working_day_and_the_count_is_exact(accepted: datetime, days: int) -> None:
    due = derive([Start(accepted)], Terms(days), CALENDAR, WARN, accepted).due_at
    assert is_working(DATA, due.date()) and due.time() == time(18)
    assert count_working_days(DATA, accepted.date() + timedelta(1), due.date() + timedelta(1)) == days


@given(grid, st.integers(1, 12), st.lists(spans, max_size=3))
def test_the_due_moment_moves_by_exactly_the_working_time_paused(
    accepted: datetime, days: int, pairs: list[Pair]
) -> None:
    plain = derive([Start(accepted)], Terms(days), CALENDAR, WARN, accepted)
    state = derive(
        [Start(accepted), *(e for b, x in pairs for e in (Pause(b), Resume(x)))], Terms(days), CALENDAR, WARN, accepted
    )
    first = datetime.combine(accepted.date() + timedelta(1), time(), ZONE)
    inside = timedelta(0)
    cursor = first
    for begin, end in sorted(pairs):
        begin, end = max(begin, cursor), min(end, state.due_at)
        if begin < end:
            inside += working_time(DATA, begin, end)
            cursor = end
    assert working_time(DATA, plain.due_at, state.due_at) == inside


@given(grid, st.integers(1, 12), units, st.lists(spans, max_size=3), st.dates(date(2026, 9, 20), date(2026, 12, 10)))
def test_a_holiday_never_brings_a_due_moment_nearer(
    accepted: datetime, days: int, unit: str, pairs: list[Pair], holiday: date
) -> None:
    events: list[Event] = [Start(accepted), *(e for b, x in pairs for e in (Pause(b), Resume(x)))]
    more = WorkCalendar.from_data(DATA, {holiday: DayNotice(holiday, False, "临时放假", ("x#一",))})
    before, after = (derive(events, Terms(days, unit), calendar, WARN, accepted) for calendar in (CALENDAR, more))  # type: ignore[arg-type]
    assert after.due_at >= before.due_at
    assert after.yellow_at >= before.yellow_at


@given(grid, st.integers(1, 12), units, st.lists(spans, max_size=3), grid, grid)
def test_a_light_never_goes_back_and_a_missed_tick_changes_nothing(
    accepted: datetime, days: int, unit: str, pairs: list[Pair], one: datetime, other: datetime
) -> None:
    events: list[Event] = [Start(accepted), *(e for b, x in pairs for e in (Pause(b), Resume(x)))]
    terms = Terms(days, unit)  # type: ignore[arg-type]
    earlier, later = sorted((one, other))
    first, last = derive(events, terms, CALENDAR, WARN, earlier), derive(events, terms, CALENDAR, WARN, later)
    order = ("green", "yellow", "red")
    assert order.index(first.light) <= order.index(last.light)
    assert (first.due_at, first.yellow_at) == (last.due_at, last.yellow_at)
    assert first.used <= last.used and first.left >= last.left
    tick = first
    while tick.next_transition_at is not None and tick.next_transition_at <= later:
        tick = derive(events, terms, CALENDAR, WARN, tick.next_transition_at)
    assert (tick.light, tick.state, tick.next_transition_at) == (last.light, last.state, last.next_transition_at)


def test_a_light_stays_while_an_open_pause_moves_the_end_from_one_working_day_to_another() -> None:
    """Five calendar days would end in the Mid-autumn holiday, so they end on 28 September. Paused that morning, the end
    moves on into the next holiday, and so beyond it: more time is left, but the light stays yellow.
    """
    events = [Start(at("2026-09-20T00:00")), Pause(at("2026-09-28T00:00"), "open")]
    shown = [
        derive(events, Terms(5, "calendar"), CALENDAR, WARN, at(f"2026-{day}T00:00"))
        for day in ("09-28", "10-05", "10-12")
    ]
    assert [state.light for state in shown] == ["yellow"] * 3
    assert [state.next_transition_at for state in shown] == [None] * 3


@settings(max_examples=200, deadline=None)
@given(
    grid,
    st.integers(0, 12),
    units,
    st.lists(
        st.tuples(spans, st.sampled_from(["closed", "ends_by", "open", "both"]), st.integers(0, 4 * 240)), max_size=3
    ),
    st.one_of(st.none(), grid),
    grid,
)
def test_the_next_transition_is_the_first_instant_that_shows_something_else(
    accepted: datetime,
    days: int,
    unit: str,
    pauses: list[tuple[Pair, str, int]],
    stopped_at: datetime | None,
    as_of: datetime,
) -> None:
    assume(stopped_at is None or stopped_at >= accepted)
    events: list[Event] = [Start(accepted)]
    for number, ((begin, end), kind, term) in enumerate(pauses):
        events.append(Pause(begin, str(number), ends_by=begin + term * CELL if kind in ("ends_by", "both") else None))
        if kind in ("closed", "both"):
            events.append(Resume(end, str(number)))
    if stopped_at is not None:
        events.append(Stop(stopped_at))

    def shown(moment: datetime) -> tuple[str, str]:
        state = derive(events, Terms(days, unit), CALENDAR, WARN, moment)  # type: ignore[arg-type]
        return state.light, state.state

    following = derive(events, Terms(days, unit), CALENDAR, WARN, as_of).next_transition_at  # type: ignore[arg-type]
    if following is None:
        for ahead in (1, 24, 24 * 7, 24 * 90):
            assert shown(as_of + hours(ahead)) == shown(as_of)
    else:
        assert as_of < following
        assert shown(following) != shown(as_of)
        assert shown(following - TICK) == shown(as_of)
        for part in (3, 2):
            assert shown(as_of + (following - as_of) / part) == shown(as_of)


def test_a_clock_with_many_pauses_and_a_long_proof_is_quick() -> None:
    events: list[Event] = [Start(at("2026-01-05T10:00"))]
    for day in range(200):
        begin = at("2026-01-06T09:00") + timedelta(day)
        events += [Pause(begin), Resume(begin + hours(1))]
    state = derive(events, Terms(200), CALENDAR, WARN, at("2026-06-01"))
    assert (
        len(proof(events, Terms(200), CALENDAR, WARN, at("2026-06-01")))
        == (state.due_at.date() - date(2026, 1, 5)).days + 1
    )


# -- from when the light is yellow, from when red


def turned_at(events: list[Event], terms: Terms, as_of: datetime, ends: datetime | None, moment: datetime) -> str:
    """The light at `moment` by the two instants known at `as_of`."""
    over = derive(events, terms, CALENDAR, WARN, ends) if ends else None
    yellow, red = light_from(derive(events, terms, CALENDAR, WARN, as_of), as_of, ends, over)
    return (
        "red" if red is not None and moment > red else "yellow" if yellow is not None and moment >= yellow else "green"
    )


@settings(max_examples=200, deadline=None)
@given(
    grid,
    st.integers(0, 12),
    units,
    st.lists(spans, max_size=2),
    st.integers(0, 8 * 240),
    st.sampled_from(["running", "paused", "open", "stopped"]),
    st.integers(0, 8 * 240),
    st.integers(0, 30 * 240),
    st.sampled_from([-TICK, timedelta(0), TICK]),
)
def test_from_the_last_event_on_two_instants_say_the_light(
    accepted: datetime,
    days: int,
    unit: str,
    pairs: list[Pair],
    gap: int,
    how: str,
    length: int,
    later: int,
    step: timedelta,
) -> None:
    events: list[Event] = [Start(accepted), *(e for b, x in pairs for e in (Pause(b), Resume(x)))]
    last = max(event.at for event in events) + gap * CELL
    ends = last + length * CELL if how == "paused" else None
    if how in ("paused", "open"):
        events.append(Pause(last, ends_by=ends))
    elif how == "stopped":
        events.append(Stop(last))
    # While paused, an end in calendar days moves about with the days off it would fall on: the light stays, see
    # docs/adr/0012.
    assume(unit == "working" or how in ("running", "stopped"))
    terms = Terms(days, unit)  # type: ignore[arg-type]
    moment = max(last, last + later * CELL + step)
    assert turned_at(events, terms, last, ends, moment) == derive(events, terms, CALENDAR, WARN, moment).light


@pytest.mark.parametrize(
    ("begins", "yellow", "red"),
    [
        ("2026-10-13T16:35", "2026-10-19T08:31", "2026-10-19T09:55"),  # green: all of it after the pause
        ("2026-10-13T16:36", "2026-10-13T16:36", "2026-10-19T09:54"),  # yellow stays yellow
        ("2026-10-13T18:00", "2026-10-13T16:36", "2026-10-13T18:00"),  # the time was up: the pause saves nothing
    ],
)
def test_a_pause_moves_only_what_had_not_come_when_it_began(begins: str, yellow: str, red: str) -> None:
    ends = at("2026-10-16T18:00")
    events: list[Event] = [Start(at(f"{MONDAY}T10:00")), Pause(at(begins), ends_by=ends)]
    state, over = (derive(events, Terms(1), CALENDAR, WARN, moment) for moment in (at(begins), ends))
    found = light_from(state, at(begins), ends, over)
    assert found == (at(yellow), at(red))


@pytest.mark.parametrize(
    ("accepted", "begins", "ends", "yellow", "red"),
    [
        # Before the pause the end fell on a day off and moved to Monday; after it, it falls on that Monday itself, with
        # a day left.
        (f"{MONDAY}T10:00", "2026-10-17T12:00", "2026-10-19T12:00", "2026-10-19T12:00", "2026-10-20T00:00"),
        # The other way about: the later end moves over a weekend, with more than a day left. What was yellow stays so.
        ("2026-10-14T10:00", "2026-10-19T12:00", "2026-10-24T12:00", "2026-10-19T00:00", "2026-10-27T00:00"),
    ],
)
def test_a_light_that_stood_still_neither_turns_within_the_pause_nor_goes_back_after_it(
    accepted: str, begins: str, ends: str, yellow: str, red: str
) -> None:
    events: list[Event] = [Start(at(accepted)), Pause(at(begins), ends_by=at(ends))]
    state, over = (derive(events, Terms(5, "calendar"), CALENDAR, WARN, at(moment)) for moment in (begins, ends))
    assert light_from(state, at(begins), at(ends), over) == (at(yellow), at(red))


@pytest.mark.parametrize(
    ("last", "light"),
    [
        (Stop(at("2026-10-13T16:36")), "yellow"),
        (Stop(at("2026-10-13T16:36") - TICK), "green"),
        (Stop(at("2026-10-13T18:00")), "yellow"),
        (Stop(at("2026-10-13T18:00") + TICK), "red"),
        (Pause(at("2026-10-13T18:00")), "red"),
        (Pause(at("2026-10-13T18:00") - TICK), "yellow"),
    ],
)
def test_stopped_or_paused_for_ever_the_light_is_the_one_of_that_instant(last: Stop | Pause, light: str) -> None:
    events: list[Event] = [Start(at(f"{MONDAY}T10:00")), last]
    assert turned_at(events, Terms(1), last.at, None, at("2027-01-01")) == light
