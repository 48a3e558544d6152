"""The office's working time: which days count, from when to when, and how sure that is.

What a notice says of a day holds. Otherwise weekends and the days off by statute are off, which is provisional as long
as the year's notice is not published. Arithmetic is exact (whole microseconds) and served from one table per year,
built on first use.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from itertools import accumulate, pairwise

from yinuo.core.dated import RuleError, the_one_at
from yinuo.core.pack.types import CalendarData, DayNotice, OfficeHours

TZ = timezone(timedelta(hours=8))
MICROSECOND = timedelta(microseconds=1)
DAY = timedelta(days=1)
WEEKEND = ("周六", "周日")
REACH = range(1900, 2201)


class BeyondReach(ValueError):
    """A day in a year for which no calendar can be made."""


Hours = tuple[tuple[time, time], ...]


@dataclass(frozen=True, slots=True)
class DayInfo:
    """What one day is; `name` says why it is off or made up (empty on an ordinary working day)."""

    on: date
    working: bool
    provisional: bool
    name: str
    cites: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Year:
    """Prefix sums over the days of a year: index i holds the sum over the days before day i."""

    first: int
    working: tuple[int, ...]
    microseconds: tuple[int, ...]
    without_hours: tuple[int, ...]
    provisional: tuple[int, ...]
    working_days: tuple[int, ...]


class WorkCalendar:
    """Working days and working time of one office. Immutable; safe to keep for the life of a process."""

    def __init__(
        self,
        days: Mapping[date, DayNotice],
        published_years: frozenset[int],
        statutory: Mapping[date, str],
        hours: Sequence[OfficeHours],
    ) -> None:
        self._days = dict(days)
        self._published = published_years
        self._statutory = dict(statutory)
        self._hours = tuple(hours)
        self._years: dict[int, _Year] = {}
        for entry in self._hours:
            _check_hours(entry)

    @classmethod
    def from_data(
        cls, data: CalendarData, extra: Mapping[date, DayNotice] | None = None, *, published: Iterable[int] = ()
    ) -> WorkCalendar:
        """The pack's calendar with imported notices over it.

        `extra` overrides single days; `published` names the years an imported notice settles as a whole. A local notice
        about one day names no year: the rest of its year stays provisional.
        """
        return cls(
            {**data.days, **(extra or {})}, data.published_years | frozenset(published), data.statutory, data.hours
        )

    # -- days

    def day(self, on: date) -> DayInfo:
        notice = self._days.get(on)
        if notice is not None:
            return DayInfo(on, notice.working, False, notice.name, notice.cites)
        provisional = on.year not in self._published
        if on in self._statutory:
            return DayInfo(on, False, provisional, self._statutory[on], ())
        weekday = on.weekday()
        return DayInfo(on, weekday < 5, provisional, WEEKEND[weekday - 5] if weekday >= 5 else "", ())

    def is_working(self, on: date) -> bool:
        return self.day(on).working

    def next_working(self, on: date) -> date:
        """The first working day strictly after `on`."""
        return self.add_working_days(on, 1)

    def add_working_days(self, on: date, days: int) -> date:
        """The `days`-th working day strictly after `on`; `on` itself for 0. Raises ValueError for a negative number."""
        if days < 0:
            raise ValueError(f"工作日数不能为负：{days}")
        if days == 0:
            return on
        number = on.year
        year = self._year(number)
        wanted = year.working[on.toordinal() - year.first + 1] + days
        while wanted > len(year.working_days):
            wanted -= len(year.working_days)
            number += 1
            year = self._year(number)
        return date.fromordinal(year.working_days[wanted - 1])

    def working_days_between(self, first: date, end: date) -> int:
        """Working days in [first, end); negative when `end` comes before `first`."""
        if end < first:
            return -self.working_days_between(end, first)
        return sum(year.working[j] - year.working[i] for year, i, j in self._slices(first, end))

    def provisional_between(self, first: date, end: date) -> bool:
        """Whether any day in [first, end) is not yet settled by a published notice."""
        return any(year.provisional[j] > year.provisional[i] for year, i, j in self._slices(first, end))

    # -- hours

    def hours_on(self, on: date) -> Hours:
        """The office hours of a day; none on a day off. Raises Gap where no hours are in force."""
        return self._office_hours(on) if self.is_working(on) else ()

    def opening(self, on: date) -> datetime:
        """The first instant of working time. Raises ValueError for a day off."""
        return datetime.combine(on, self._hours_of_working_day(on)[0][0], TZ)

    def closing(self, on: date) -> datetime:
        """The end of the working day. Raises ValueError for a day off."""
        return datetime.combine(on, self._hours_of_working_day(on)[-1][1], TZ)

    def working_time(self, start: datetime, end: datetime) -> timedelta:
        """Working time in [start, end); negative when `end` comes before `start`."""
        start, end = local(start), local(end)
        if end < start:
            return -self.working_time(end, start)
        total = -self._elapsed(start) + self._elapsed(end)
        for year, i, j in self._slices(start.date(), end.date()):
            self._need_hours(year, i, j)
            total += year.microseconds[j] - year.microseconds[i]
        return timedelta(microseconds=total)

    def advance(self, start: datetime, amount: timedelta) -> datetime:
        """The first instant by which `amount` of working time has passed since `start` (a closing, never the next
        opening).
        """
        if amount < timedelta(0):
            raise ValueError(f"时长不能为负：{amount}")
        start = local(start)
        if not amount:
            return start
        wanted = amount // MICROSECOND + self._elapsed(start)
        number = start.year
        year = self._year(number)
        index = start.toordinal() - year.first
        while year.microseconds[-1] - year.microseconds[index] < wanted:
            self._need_hours(year, index, len(year.working) - 1)
            wanted -= year.microseconds[-1] - year.microseconds[index]
            number, index = number + 1, 0
            year = self._year(number)
        wanted += year.microseconds[index]
        hit = bisect_left(year.microseconds, wanted) - 1
        self._need_hours(year, index, hit)
        return self._instant(date.fromordinal(year.first + hit), wanted - year.microseconds[hit])

    # -- inside

    def _office_hours(self, on: date) -> Hours:
        return the_one_at(self._hours, on, "办公时间").hours

    def _hours_of_working_day(self, on: date) -> Hours:
        hours = self.hours_on(on)
        if not hours:
            raise ValueError(f"{on.isoformat()} 不是工作日")
        return hours

    def _elapsed(self, at: datetime) -> int:
        """Microseconds of working time of the day that lie before `at`."""
        now = _of_day(at.time())
        if not now:
            return 0
        return sum(
            min(now, _of_day(end)) - _of_day(begin) for begin, end in self.hours_on(at.date()) if _of_day(begin) < now
        )

    def _instant(self, on: date, elapsed: int) -> datetime:
        """The first instant of the day by which `elapsed` (more than none) of its working time has passed."""
        for begin, end in self.hours_on(on):
            length = _of_day(end) - _of_day(begin)
            if elapsed <= length:
                break
            elapsed -= length
        return datetime.combine(on, begin, TZ) + timedelta(microseconds=elapsed)

    def _need_hours(self, year: _Year, i: int, j: int) -> None:
        """Raises: Gap or Conflict for the first working day in [i, j) without exactly one set of office hours."""
        if year.without_hours[j] > year.without_hours[i]:
            missing = bisect_left(year.without_hours, year.without_hours[i] + 1) - 1
            self._office_hours(date.fromordinal(year.first + missing))

    def _slices(self, first: date, end: date) -> Iterable[tuple[_Year, int, int]]:
        """The year tables that [first, end) runs through, each with the slice of days inside."""
        for number in range(first.year, end.year + 1):
            year = self._year(number)
            i = first.toordinal() - year.first if number == first.year else 0
            j = end.toordinal() - year.first if number == end.year else len(year.working) - 1
            if i < j:
                yield year, i, j

    def _year(self, number: int) -> _Year:
        if number not in self._years:
            if number not in REACH:
                raise BeyondReach(f"{number} 年超出日历可以推算的范围（{REACH[0]}—{REACH[-1]}）")
            self._years[number] = self._build(number)
        return self._years[number]

    def _build(self, number: int) -> _Year:
        first = date(number, 1, 1).toordinal()
        infos = [self.day(date.fromordinal(first + i)) for i in range(date(number, 12, 31).toordinal() - first + 1)]
        lengths: list[int | None] = []
        for info in infos:
            try:
                lengths.append(sum(_of_day(end) - _of_day(begin) for begin, end in self.hours_on(info.on)))
            except RuleError:
                lengths.append(None)  # no fault until somebody asks for the time of this day
        return _Year(
            first,
            tuple(accumulate((info.working for info in infos), initial=0)),
            tuple(accumulate((length or 0 for length in lengths), initial=0)),
            tuple(accumulate((length is None for length in lengths), initial=0)),
            tuple(accumulate((info.provisional for info in infos), initial=0)),
            tuple(info.on.toordinal() for info in infos if info.working),
        )


def local(at: datetime) -> datetime:
    """The instant in the county's zone. Raises ValueError for one without an offset."""
    if at.tzinfo is None or at.utcoffset() is None:
        raise ValueError(f"时刻缺少时区：{at.isoformat()}")
    return at.astimezone(TZ)


def _of_day(clock: time) -> int:
    return ((clock.hour * 60 + clock.minute) * 60 + clock.second) * 1_000_000 + clock.microsecond


def _check_hours(entry: OfficeHours) -> None:
    bounds = [clock for span in entry.hours for clock in span]
    if (
        not bounds
        or any(earlier > later for earlier, later in pairwise(bounds))
        or any(begin == end for begin, end in entry.hours)
    ):
        raise RuleError(f"办公时间应为依次排列、互不重叠的时段（自 {entry.span.from_on.isoformat()}）")
