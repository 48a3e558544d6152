"""Working days and working time against a day-by-day count."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.oracles import (
    HOURS,
    ZONE,
    at,
    calendar_data,
    count_working_days,
    is_working,
    nth_working_day_after,
    working_time,
)
from yinuo.core.calendar import TZ, DayInfo, WorkCalendar
from yinuo.core.dated import Conflict, Gap, RuleError, Span
from yinuo.core.pack.types import CalendarData, DayNotice, OfficeHours

DATA = calendar_data()
CALENDAR = WorkCalendar.from_data(DATA)
SUMMER = (
    OfficeHours(Span(date(2020, 1, 1), date(2026, 6, 1)), HOURS, ()),
    OfficeHours(Span(date(2026, 6, 1), date(2026, 9, 1)), ((time(8), time(12)), (time(14, 30), time(18, 30))), ()),
    OfficeHours(Span(date(2026, 9, 1)), HOURS, ()),
)
SUMMER_DATA = calendar_data(SUMMER)
SUMMER_CALENDAR = WorkCalendar.from_data(SUMMER_DATA)

days = st.dates(date(2025, 11, 1), date(2027, 12, 31))
instants = st.datetimes(datetime(2025, 11, 1), datetime(2027, 12, 31)).map(lambda moment: moment.replace(tzinfo=ZONE))


@given(days, days)
def test_working_days_between_any_two_days_are_what_counting_gives(one: date, other: date) -> None:
    first, end = sorted((one, other))
    assert CALENDAR.working_days_between(first, end) == count_working_days(DATA, first, end)
    assert CALENDAR.working_days_between(end, first) == -count_working_days(DATA, first, end)


def test_working_days_across_every_month_and_year_end_are_what_counting_gives() -> None:
    for year in (2025, 2026, 2027):
        for month in range(1, 13):
            first = date(year, month, 1)
            for before in (1, 3, 40):
                for after in (0, 1, 40):
                    a, b = first - timedelta(before), first + timedelta(after)
                    assert CALENDAR.working_days_between(a, b) == count_working_days(DATA, a, b)


@given(days, st.integers(1, 300))
def test_the_day_due_is_a_working_day_and_the_count_is_exact(on: date, number: int) -> None:
    due = CALENDAR.add_working_days(on, number)
    assert due == nth_working_day_after(DATA, on, number)
    assert is_working(DATA, due)
    assert count_working_days(DATA, on + timedelta(1), due + timedelta(1)) == number


@given(days)
def test_the_next_working_day_lies_strictly_after(on: date) -> None:
    assert CALENDAR.next_working(on) == nth_working_day_after(DATA, on, 1) > on
    assert CALENDAR.add_working_days(on, 0) == on


def test_the_last_working_day_of_a_year_belongs_to_it() -> None:
    assert CALENDAR.add_working_days(date(2026, 12, 30), 1) == date(2026, 12, 31)
    assert CALENDAR.add_working_days(date(2026, 12, 31), 1) == date(2027, 1, 4)
    year = count_working_days(DATA, date(2026, 1, 1), date(2027, 1, 1))
    assert CALENDAR.add_working_days(date(2025, 12, 31), year) == date(2026, 12, 31)


def test_a_negative_number_of_working_days_is_refused() -> None:
    with pytest.raises(ValueError, match="不能为负"):
        CALENDAR.add_working_days(date(2026, 1, 1), -1)


@given(days, st.integers(0, 60), days)
def test_a_holiday_never_brings_a_day_nearer(on: date, number: int, holiday: date) -> None:
    more = WorkCalendar.from_data(DATA, {holiday: DayNotice(holiday, False, "临时放假", ("x#一",))})
    assert more.add_working_days(on, number) >= CALENDAR.add_working_days(on, number)


@given(days)
def test_a_day_is_working_as_the_notices_say(on: date) -> None:
    assert CALENDAR.is_working(on) is CALENDAR.day(on).working is is_working(DATA, on)


def test_a_day_says_what_it_is_and_by_which_notice() -> None:
    cites = ("holiday-2026#一",)
    assert CALENDAR.day(date(2026, 10, 10)) == DayInfo(date(2026, 10, 10), True, False, "调休上班", cites)
    assert CALENDAR.day(date(2026, 10, 7)) == DayInfo(date(2026, 10, 7), False, False, "国庆节", cites)
    assert CALENDAR.day(date(2026, 10, 11)) == DayInfo(date(2026, 10, 11), False, False, "周日", ())
    assert CALENDAR.day(date(2026, 10, 12)) == DayInfo(date(2026, 10, 12), True, False, "", ())
    assert CALENDAR.day(date(2027, 1, 1)) == DayInfo(date(2027, 1, 1), False, True, "元旦", ())
    assert CALENDAR.day(date(2027, 1, 2)) == DayInfo(date(2027, 1, 2), False, True, "周六", ())
    assert CALENDAR.day(date(2027, 1, 4)) == DayInfo(date(2027, 1, 4), True, True, "", ())


# -- beyond the published years


def test_beyond_the_published_years_days_are_provisional_and_nothing_raises() -> None:
    assert not CALENDAR.provisional_between(date(2026, 1, 1), date(2027, 1, 1))
    assert CALENDAR.provisional_between(date(2026, 12, 31), date(2027, 1, 2))
    assert CALENDAR.provisional_between(date(2025, 12, 31), date(2026, 1, 1))
    assert not CALENDAR.provisional_between(date(2027, 1, 2), date(2027, 1, 2))
    assert CALENDAR.add_working_days(date(2026, 12, 31), 1) == date(2027, 1, 4)


def test_a_notice_that_passes_over_a_statutory_day_does_not_make_it_a_working_day() -> None:
    day = date(2027, 10, 1)
    assert CALENDAR.day(day) == DayInfo(day, False, True, "国庆节", ())
    published = WorkCalendar.from_data(DATA, published=[2027])
    assert published.day(day) == DayInfo(day, False, False, "国庆节", ())
    assert not published.provisional_between(date(2026, 1, 1), date(2028, 1, 1))
    spoken = WorkCalendar.from_data(DATA, {day: DayNotice(day, True, "应急值守", ("n#一",))}, published=[2027])
    assert spoken.is_working(day)


def test_an_imported_notice_settles_its_year_and_overrides_the_pack() -> None:
    eve = date(2027, 2, 5)
    sunday = date(2026, 10, 11)
    notices = {eve: DayNotice(eve, False, "除夕", ("n#一",)), sunday: DayNotice(sunday, True, "补班", ("n#二",))}
    imported = WorkCalendar.from_data(DATA, notices, published=[2027])
    assert imported.day(eve) == DayInfo(eve, False, False, "除夕", ("n#一",))
    assert imported.day(sunday) == DayInfo(sunday, True, False, "补班", ("n#二",))
    assert not imported.day(date(2027, 2, 8)).provisional
    assert CALENDAR.day(eve).working and CALENDAR.day(eve).provisional


def test_a_notice_about_a_single_day_settles_only_this_day() -> None:
    feast = date(2027, 3, 10)
    local = WorkCalendar.from_data(DATA, {feast: DayNotice(feast, False, "开斋节", ("state#一",))})
    assert local.day(feast) == DayInfo(feast, False, False, "开斋节", ("state#一",))
    assert local.day(feast + timedelta(1)).provisional


# -- hours


def test_opening_and_closing_are_instants_of_the_county() -> None:
    monday = date(2026, 10, 12)
    assert CALENDAR.opening(monday) == datetime(2026, 10, 12, 8, 30, tzinfo=TZ)
    assert CALENDAR.closing(monday).isoformat() == "2026-10-12T18:00:00+08:00"
    assert CALENDAR.hours_on(monday) == HOURS


def test_a_day_off_has_no_hours_no_opening_and_no_closing() -> None:
    sunday = date(2026, 10, 11)
    assert CALENDAR.hours_on(sunday) == ()
    for ask in (CALENDAR.opening, CALENDAR.closing):
        with pytest.raises(ValueError, match=r"2026-10-11 不是工作日"):
            ask(sunday)


def test_a_working_day_has_seven_hours() -> None:
    assert CALENDAR.working_time(at("2026-10-12"), at("2026-10-13")) == timedelta(hours=7)


@pytest.mark.parametrize(
    ("start", "end", "minutes"),
    [
        ("2026-10-12T08:29:59.999999", "2026-10-12T08:31", 1),
        ("2026-10-12T08:30", "2026-10-12T08:30", 0),
        ("2026-10-12T11:59", "2026-10-12T14:31", 2),
        ("2026-10-12T12:00", "2026-10-12T14:30", 0),
        ("2026-10-12T17:59", "2026-10-13T08:31", 2),
        ("2026-10-12T18:00", "2026-10-13T08:30", 0),
        ("2026-10-09T17:00", "2026-10-12T09:30", 60 + 7 * 60 + 60),  # over the made-up Saturday
        ("2026-09-30T17:00", "2026-10-08T09:30", 120),  # over the National Day week
        ("2026-12-31T17:00", "2027-01-04T09:30", 120),  # over the year's end and the horizon
    ],
)
def test_working_time_at_its_boundaries(start: str, end: str, minutes: int) -> None:
    assert CALENDAR.working_time(at(start), at(end)) == timedelta(minutes=minutes)
    assert CALENDAR.working_time(at(end), at(start)) == -timedelta(minutes=minutes)


@given(instants, instants)
def test_working_time_is_what_adding_up_the_days_gives(one: datetime, other: datetime) -> None:
    start, end = sorted((one, other))
    assert SUMMER_CALENDAR.working_time(start, end) == working_time(SUMMER_DATA, start, end)


@given(instants, instants, instants)
def test_working_time_adds_up(a: datetime, b: datetime, c: datetime) -> None:
    assert CALENDAR.working_time(a, b) + CALENDAR.working_time(b, c) == CALENDAR.working_time(a, c)


@given(instants, st.timedeltas(timedelta(0), timedelta(hours=900)))
def test_advancing_lands_on_the_first_instant_that_has_it(start: datetime, amount: timedelta) -> None:
    end = SUMMER_CALENDAR.advance(start, amount)
    assert working_time(SUMMER_DATA, start, end) == amount
    assert end == start if not amount else working_time(SUMMER_DATA, start, end - timedelta(microseconds=1)) < amount


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-10-12T08:30", 7, "2026-10-12T18:00"),
        ("2026-10-12T08:30", 3.5, "2026-10-12T12:00"),
        ("2026-10-11T08:30", 7, "2026-10-12T18:00"),
        ("2026-10-12T18:00", 7, "2026-10-13T18:00"),
        ("2026-12-31T08:30", 7, "2026-12-31T18:00"),
        ("2026-12-31T18:00", 7, "2027-01-04T18:00"),
        ("2026-12-31T18:00", 0, "2026-12-31T18:00"),
    ],
)
def test_advancing_ends_at_a_closing_and_not_at_the_next_opening(start: str, hours: float, end: str) -> None:
    assert CALENDAR.advance(at(start), timedelta(hours=hours)) == at(end)


def test_time_cannot_be_advanced_backwards() -> None:
    with pytest.raises(ValueError, match="不能为负"):
        CALENDAR.advance(at("2026-10-12T08:30"), timedelta(microseconds=-1))


def test_an_instant_without_a_zone_is_refused_and_one_of_another_zone_is_the_same_instant() -> None:
    with pytest.raises(ValueError, match="缺少时区"):
        CALENDAR.working_time(datetime(2026, 10, 12), at("2026-10-13"))
    start = datetime(2026, 10, 12, 0, 30, tzinfo=UTC)
    assert CALENDAR.working_time(start, at("2026-10-12T09:30")) == timedelta(hours=1)
    assert CALENDAR.advance(start, timedelta(hours=7)).isoformat() == "2026-10-12T18:00:00+08:00"


def test_office_hours_change_on_their_day() -> None:
    assert SUMMER_CALENDAR.closing(date(2026, 5, 29)).time() == time(18)
    assert SUMMER_CALENDAR.closing(date(2026, 6, 1)).time() == time(18, 30)
    assert SUMMER_CALENDAR.closing(date(2026, 8, 31)).time() == time(18, 30)
    assert SUMMER_CALENDAR.closing(date(2026, 9, 1)).time() == time(18)


def test_a_day_without_office_hours_is_a_gap_only_for_those_who_ask_its_time() -> None:
    june = Span(date(2026, 6, 1), date(2026, 6, 3)), Span(date(2026, 6, 4))
    calendar = WorkCalendar.from_data(calendar_data([OfficeHours(span, HOURS, ()) for span in june]))
    assert calendar.working_days_between(date(2026, 1, 1), date(2027, 1, 1)) == count_working_days(
        DATA, date(2026, 1, 1), date(2027, 1, 1)
    )
    assert calendar.working_time(at("2026-06-01"), at("2026-06-03")) == timedelta(hours=14)
    assert calendar.working_time(at("2026-06-04"), at("2026-06-06")) == timedelta(hours=14)
    for ask in (
        lambda: calendar.working_time(at("2026-06-02"), at("2026-06-05")),
        lambda: calendar.working_time(at("2026-06-02"), at("2026-06-03T09:00")),
        lambda: calendar.advance(at("2026-06-02T18:00"), timedelta(hours=7)),
        lambda: calendar.hours_on(date(2026, 6, 3)),
    ):
        with pytest.raises(Gap, match="2026-06-03"):
            ask()
    with pytest.raises(Gap, match="2026-05-29"):
        calendar.advance(at("2026-05-29T08:00"), timedelta(hours=1))


def test_a_gap_at_the_end_of_a_year_is_not_jumped_over() -> None:
    hours = [
        OfficeHours(Span(date(2026, 1, 1), date(2026, 12, 31)), HOURS, ()),
        OfficeHours(Span(date(2027, 1, 1)), HOURS, ()),
    ]
    calendar = WorkCalendar.from_data(calendar_data(hours))
    with pytest.raises(Gap, match="2026-12-31"):
        calendar.advance(at("2026-12-30T18:00"), timedelta(hours=7))


def test_two_sets_of_hours_on_one_day_are_a_conflict() -> None:
    twice = [OfficeHours(Span(date(2026, 1, 1)), HOURS, ()), OfficeHours(Span(date(2026, 7, 1)), HOURS, ())]
    calendar = WorkCalendar.from_data(calendar_data(twice))
    with pytest.raises(Conflict, match="2026-07-01"):
        calendar.working_time(at("2026-06-30"), at("2026-07-02"))


@pytest.mark.parametrize(
    "hours",
    [
        (),
        ((time(12), time(8)),),
        ((time(8), time(8)),),
        ((time(8), time(12)), (time(11), time(18))),
        ((time(14), time(18)), (time(8), time(12))),
    ],
)
def test_hours_out_of_order_are_refused(hours: tuple[tuple[time, time], ...]) -> None:
    with pytest.raises(RuleError, match="2026-01-01"):
        WorkCalendar.from_data(calendar_data([OfficeHours(Span(date(2026, 1, 1)), hours, ())]))


def test_an_office_may_work_without_a_break() -> None:
    calendar = WorkCalendar.from_data(
        calendar_data([OfficeHours(Span(date(2026, 1, 1)), ((time(8), time(12)), (time(12), time(16))), ())])
    )
    assert calendar.advance(at("2026-10-12T11:00"), timedelta(hours=2)) == at("2026-10-12T13:00")


def test_a_year_out_of_all_reason_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="2201 年"):
        CALENDAR.add_working_days(date(2026, 1, 1), 10**9)


def test_the_calendar_keeps_its_own_copy_of_the_data() -> None:
    data = replace(DATA, days=dict(DATA.days))
    calendar = WorkCalendar.from_data(data)
    data.days.clear()  # type: ignore[attr-defined]
    assert not calendar.is_working(date(2026, 10, 1))


def test_ten_thousand_questions_take_well_under_a_second() -> None:
    calendar = WorkCalendar.from_data(DATA)
    calendar.working_time(at("2026-01-01"), at("2027-12-31"))
    best = 9.0
    for _ in range(3):
        begun = perf_counter()
        for number in range(10_000):
            calendar.add_working_days(date(2026, 1, 5), number % 250)
        for number in range(1_000):
            calendar.working_time(at("2026-01-01"), datetime(2026, 12, 1 + number % 28, 15, tzinfo=ZONE))
        best = min(best, perf_counter() - begun)
    assert best < 0.5


def test_data_of_no_notice_at_all_is_weekends_and_provisional() -> None:
    bare = WorkCalendar.from_data(CalendarData({}, frozenset(), {}, ()))
    assert bare.working_days_between(date(2026, 1, 1), date(2027, 1, 1)) == 261
    assert bare.provisional_between(date(2026, 1, 1), date(2026, 1, 2))
