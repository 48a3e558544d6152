"""The slow, obvious way to count: what the fast modules are compared with. Shares no code with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from fractions import Fraction

from yinuo.core.dated import Span
from yinuo.core.pack.types import CalendarData, DayNotice, OfficeHours

ZONE = timezone(timedelta(hours=8))
CELL = timedelta(minutes=6)
ONE_DAY = timedelta(days=1)
HOURS = ((time(8, 30), time(12)), (time(14, 30), time(18)))

OFF_2026 = (
    ("元旦", "2026-01-01", 3),
    ("春节", "2026-02-15", 9),
    ("清明节", "2026-04-04", 3),
    ("劳动节", "2026-05-01", 5),
    ("端午节", "2026-06-19", 3),
    ("中秋节", "2026-09-25", 3),
    ("国庆节", "2026-10-01", 7),
)
MADE_UP_2026 = ("2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10")
NOTICE_2026 = ("holiday-2026#一",)


def calendar_data(hours: Sequence[OfficeHours] | None = None) -> CalendarData:
    """2026 as published; of 2027 only what the law on holidays fixes."""
    days = {}
    for name, first, length in OFF_2026:
        for offset in range(length):
            on = date.fromisoformat(first) + offset * ONE_DAY
            days[on] = DayNotice(on, False, name, NOTICE_2026)
    for text in MADE_UP_2026:
        on = date.fromisoformat(text)
        days[on] = DayNotice(on, True, "调休上班", NOTICE_2026)
    statutory = {date(2027, 1, 1): "元旦", date(2027, 5, 1): "劳动节", date(2027, 10, 1): "国庆节"}
    every_day = (OfficeHours(Span(date(2020, 1, 1)), HOURS, ("hours#一",)),)
    return CalendarData(days, frozenset({2026}), statutory, every_day if hours is None else tuple(hours))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def is_working(data: CalendarData, on: date) -> bool:
    if on in data.days:
        return data.days[on].working
    if on in data.statutory:
        return False
    return on.isoweekday() <= 5


def count_working_days(data: CalendarData, first: date, end: date) -> int:
    count = 0
    while first < end:
        if is_working(data, first):
            count += 1
        first += ONE_DAY
    return count


def nth_working_day_after(data: CalendarData, on: date, number: int) -> date:
    while number:
        on += ONE_DAY
        if is_working(data, on):
            number -= 1
    return on


def working_spans(data: CalendarData, on: date) -> list[tuple[datetime, datetime]]:
    if not is_working(data, on):
        return []
    in_force = [
        entry
        for entry in data.hours
        if entry.span.from_on <= on and (entry.span.to_on is None or on < entry.span.to_on)
    ]
    return [(datetime.combine(on, begin, ZONE), datetime.combine(on, end, ZONE)) for begin, end in in_force[0].hours]


def working_time(data: CalendarData, start: datetime, end: datetime) -> timedelta:
    total = timedelta()
    on = start.date()
    while on <= end.date():
        for opens, closes in working_spans(data, on):
            total += max(timedelta(), min(end, closes) - max(start, opens))
        on += ONE_DAY
    return total


@dataclass(frozen=True)
class NaiveClock:
    due_at: datetime
    yellow_at: datetime
    used: timedelta
    limit: timedelta
    paused: timedelta


def walk_clock(
    data: CalendarData,
    accepted_at: datetime,
    days: int,
    unit: str,
    pauses: Iterable[tuple[datetime, datetime]],
    warn: Fraction,
    as_of: datetime,
) -> NaiveClock:
    """Cell by cell (six minutes) from the midnight after acceptance; every instant given must lie on a cell's edge."""
    pauses = list(pauses)

    def counts(on: date, moment: datetime) -> bool:
        return unit == "calendar" or any(opens <= moment < closes for opens, closes in spans_of(on))

    cache: dict[date, list[tuple[datetime, datetime]]] = {}

    def spans_of(on: date) -> list[tuple[datetime, datetime]]:
        if on not in cache:
            cache[on] = working_spans(data, on)
        return cache[on]

    midnight = datetime.combine(accepted_at.date() + ONE_DAY, time(), ZONE)
    if unit == "calendar":
        limit = days * 240
    else:
        last = nth_working_day_after(data, accepted_at.date(), days)
        limit = working_time(data, midnight, datetime.combine(last + ONE_DAY, time(), ZONE)) // CELL
    warned = limit * warn
    assert warned.denominator == 1
    budget, counted, paused, used = limit, 0, 0, 0
    ends: list[datetime] = []  # ends[k] = end of the k-th counted cell
    moment = midnight
    while True:
        on = moment.date()
        end = moment + CELL
        if counts(on, moment):
            if any(begin <= moment < stop for begin, stop in pauses):
                paused += 1
            else:
                counted += 1
                ends.append(end)
                if end <= as_of:
                    used += 1
        moment = end
        if counted == budget and ends and moment == ends[-1] and unit == "calendar" and not is_working(data, on):
            working = nth_working_day_after(data, on, 1)
            budget += (datetime.combine(working + ONE_DAY, time(), ZONE) - moment) // CELL
        if counted >= budget and moment >= as_of:
            break
    return NaiveClock(ends[budget - 1], ends[budget - int(warned) - 1], used * CELL, budget * CELL, paused * CELL)


def longest_path(
    data: CalendarData, items: Mapping[str, tuple[Sequence[str], int]], start: date, fixed: Mapping[str, date]
) -> dict[str, date]:
    """End of every item by plain recursion; `items`: id → (prerequisites, working days); `fixed`: ends that are no
    question.
    """

    def end_of(id_: str) -> date:
        if id_ in fixed:
            return fixed[id_]
        after, days = items[id_]
        begin = max([start, *(end_of(other) for other in after)])
        return nth_working_day_after(data, begin, days)

    return {id_: end_of(id_) for id_ in items}
