"""A time limit as people may check it by hand: when it ends, when it warns, what a pause moved.

Nothing is accumulated: the state of a clock is derived from its events, so an instant that nobody looked at is not
lost. Events are taken as given, even those after `as_of`; `as_of` decides only how far the clock has come, and where a
pause that nobody has ended yet is taken to end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from yinuo.core.calendar import DAY, MICROSECOND, TZ, WorkCalendar, local
from yinuo.core.units import LimitUnit

Light = Literal["green", "yellow", "red"]
State = Literal["running", "paused", "stopped"]

NOTHING = timedelta(0)
HOUR = timedelta(hours=1)
NEVER = datetime.max.replace(tzinfo=TZ)


class ClockError(ValueError):
    """The events of a clock cannot have happened so; the message says which."""


@dataclass(frozen=True, slots=True)
class Start:
    """Acceptance: its day does not count."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Pause:
    """A pause ends with its resume, and by itself at `ends_by` (the longest term of its reason)."""

    at: datetime
    reason: str = ""
    ends_by: datetime | None = None
    stops_statutory: bool = False


@dataclass(frozen=True, slots=True)
class Resume:
    """Ends the last pause begun (of the reason given, if one is given).

    One that had ended by itself stays ended then.
    """

    at: datetime
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Extend:
    """Adds days of the limit's own unit."""

    at: datetime
    days: int
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Stop:
    """The matter is decided or withdrawn: the clock keeps what it showed."""

    at: datetime


Event = Start | Pause | Resume | Extend | Stop


@dataclass(frozen=True, slots=True)
class Terms:
    """A limit of `value` days; 0 = at once, which is by the close of the day it came in."""

    value: int
    unit: LimitUnit = "working"


@dataclass(frozen=True, slots=True)
class ClockState:
    """What the clock shows.

    `used` goes on beyond the limit, `left` ends at nothing; both are working time, or calendar time where the limit
    runs in calendar days. `next_transition_at` is the first instant at which light or pause will have changed by
    themselves (red begins one microsecond after `due_at`).
    """

    due_at: datetime
    yellow_at: datetime
    light: Light
    state: State
    used: timedelta
    left: timedelta
    provisional: bool
    next_transition_at: datetime | None
    paused_since: datetime | None

    @property
    def used_hours(self) -> Decimal:
        return as_hours(self.used)

    @property
    def left_hours(self) -> Decimal:
        return as_hours(self.left)


@dataclass(frozen=True, slots=True)
class ProofDay:
    """What one day adds to the count, and why; `left_hours` is what remains at its end."""

    on: date
    working: bool
    paused_hours: Decimal
    used_hours: Decimal
    left_hours: Decimal
    source: str
    cites: tuple[str, ...]
    provisional: bool


def derive(
    events: Iterable[Event],
    terms: Terms,
    calendar: WorkCalendar,
    warn_at: Fraction,
    as_of: datetime,
    *,
    statutory: bool = False,
) -> ClockState:
    """The clock at `as_of`; with `statutory` only the pauses that stop the statutory limit count.

    Raises: ClockError for events that cannot be (no start or two, resume without pause, a negative limit).
    """
    as_of = local(as_of)
    history = _History.of(events, statutory)
    run = _Run.of(history, terms, calendar, warn_at, as_of)
    moment = _moment(history, as_of)
    light = run.light_at(moment)
    stopped = history.stopped_at is not None and history.stopped_at <= as_of
    paused = (
        None
        if stopped
        else next((pause for pause in _union(history.real_pauses()) if pause[0] <= as_of < pause[1]), None)
    )
    if paused and light != "red":
        # An open pause moves the limit on, from one working day to another: what was yellow when it began is not green
        # again meanwhile.
        light = _Run.of(history.before(paused, as_of), terms, calendar, warn_at, paused[0]).light_at(paused[0])
    used = run.used_until(moment)
    return ClockState(
        due_at=run.due_at,
        yellow_at=run.yellow_at,
        light=light,
        state="stopped" if stopped else "paused" if paused else "running",
        used=used,
        left=max(NOTHING, run.amount - used),
        provisional=calendar.provisional_between(history.started_at.date() + DAY, _last_day(run.due_at) + DAY),
        next_transition_at=None if stopped else _next_transition(history, run, light, as_of, paused),
        paused_since=paused[0] if paused else None,
    )


def light_from(
    state: ClockState, as_of: datetime, ends: datetime | None = None, over: ClockState | None = None
) -> tuple[datetime | None, datetime | None]:
    """From when the light is yellow and from when it is red, as things stand after the events so far; None = never.

    `state` is the clock at `as_of`: at its last event, or, while it is paused, at the pause's begin. `ends`, `over`:
    when the pause ends itself, and the clock then. At any moment from the last event on the light is red after the
    second instant, yellow from the first.

    1. Once stopped the light stays: an instant that had not come by then never comes.
    2. While running the light turns at the clock's own instants.
    3. While paused it stays too. What was green turns only after the pause, what was yellow is red by the later limit.
       If the time was
       up when the pause began, the pause saves nothing.
    """
    yellow, red = state.yellow_at, state.due_at
    if state.state == "stopped":
        return (yellow if yellow <= as_of else None), (red if red < as_of else None)
    if state.state == "paused":
        if state.light == "green":
            yellow = max(over.yellow_at, ends) if over and ends else None  # type: ignore[assignment]
        if red > as_of:
            red = over.due_at if over else None  # type: ignore[assignment]
    return yellow, red


def proof(
    events: Iterable[Event],
    terms: Terms,
    calendar: WorkCalendar,
    warn_at: Fraction,
    as_of: datetime,
    *,
    statutory: bool = False,
) -> list[ProofDay]:
    """Day by day from acceptance to the day on which the limit ends: what each contributes, so that anybody can
    recount.
    """
    history = _History.of(events, statutory)
    run = _Run.of(history, terms, calendar, warn_at, local(as_of))
    accepted_on = history.started_at.date()
    days = []
    used = NOTHING
    for offset in range((_last_day(run.due_at, accepted_on) - accepted_on).days + 1):
        on = accepted_on + offset * DAY
        info = calendar.day(on)
        end = min(_midnight(on + DAY), run.due_at)
        until = run.used_until(end)
        days.append(
            ProofDay(
                on=on,
                working=info.working,
                paused_hours=as_hours(run.paused_between(_midnight(on), end)),
                used_hours=as_hours(until - used),
                left_hours=as_hours(run.amount - until),
                source="受理当日不计入" if on == accepted_on else info.name or "工作日",
                cites=info.cites,
                provisional=info.provisional,
            )
        )
        used = until
    return days


def as_hours(length: timedelta) -> Decimal:
    """Hours to four places, without trailing zeros (19.6, 28)."""
    hours = (Decimal(length // MICROSECOND) / Decimal(HOUR // MICROSECOND)).quantize(Decimal("0.0001"))
    return hours.quantize(Decimal(1)) if hours == hours.to_integral_value() else hours.normalize()


# -- what happened

Stretch = tuple[datetime, datetime]


@dataclass(slots=True)
class _Paused:
    """One pause with its ends: `resumed_at` by a person, `ends_by` by itself; NEVER where there is none."""

    at: datetime
    reason: str
    ends_by: datetime
    counts: bool
    resumed_at: datetime = NEVER


@dataclass(frozen=True, slots=True)
class _History:
    started_at: datetime
    stopped_at: datetime | None
    extended_by: int
    pauses: tuple[_Paused, ...]

    @classmethod
    def of(cls, events: Iterable[Event], statutory: bool) -> _History:
        starts: list[datetime] = []
        stops: list[datetime] = []
        pauses: list[_Paused] = []
        extended_by = 0
        for event in sorted(events, key=lambda event: local(event.at)):
            at = local(event.at)
            match event:
                case Start():
                    starts.append(at)
                case Stop():
                    stops.append(at)
                case Extend():
                    if event.days < 1:
                        raise ClockError(f"延长的天数应为正数：{event.days}")
                    extended_by += event.days
                case Pause():
                    ends_by = local(event.ends_by) if event.ends_by else NEVER
                    pauses.append(_Paused(at, event.reason, ends_by, event.stops_statutory or not statutory))
                case Resume():
                    _resume(pauses, at, event.reason)
        if len(starts) != 1:
            raise ClockError("计时没有起点" if not starts else "计时有两个起点")
        if len(stops) > 1:
            raise ClockError("计时有两个终点")
        if stops and stops[0] < starts[0]:
            raise ClockError("计时的终点早于起点")
        return cls(
            starts[0], stops[0] if stops else None, extended_by, tuple(pause for pause in pauses if pause.counts)
        )

    def real_pauses(self) -> list[Stretch]:
        """The pauses as they are or will be, from the start on."""
        return self._from_start((pause.at, min(pause.resumed_at, pause.ends_by)) for pause in self.pauses)

    def pauses_as_of(self, as_of: datetime) -> list[Stretch]:
        """The pauses as they count: one that nobody has ended is taken as if it ended now; the stop ends all."""
        ends = self.stopped_at if self.stopped_at is not None and self.stopped_at <= as_of else NEVER
        return self._from_start(
            (pause.at, min(pause.ends_by, ends, pause.resumed_at if pause.resumed_at < NEVER else as_of))
            for pause in self.pauses
        )

    def before(self, stretch: Stretch, as_of: datetime) -> _History:
        """As it was known when a paused stretch began: while one of its pauses is open, none of them counts yet."""
        begin, end = stretch
        inside = [pause for pause in self.pauses if begin <= max(pause.at, self.started_at) < end]
        if all(pause.resumed_at < NEVER or pause.at > as_of for pause in inside):
            return self
        return replace(self, pauses=tuple(pause for pause in self.pauses if pause not in inside))

    def _from_start(self, pauses: Iterable[Stretch]) -> list[Stretch]:
        return [(max(begin, self.started_at), end) for begin, end in pauses]


def _resume(pauses: Sequence[_Paused], at: datetime, reason: str | None) -> None:
    """Raises: ClockError where no pause waits for a resume."""
    waiting = [pause for pause in pauses if pause.resumed_at == NEVER and reason in (None, pause.reason)]
    if not waiting:
        raise ClockError(f"{at.isoformat()} 恢复计时，但此前没有暂停")
    # A pause that had ended by itself is closed only if no other waits: the resume was meant for the one still running.
    running = [pause for pause in waiting if pause.ends_by > at] or waiting
    running[-1].resumed_at = at


def _union(pauses: Iterable[Stretch]) -> list[Stretch]:
    """Overlapping, nested and touching stretches joined, empty ones left out, in order."""
    joined: list[Stretch] = []
    for begin, end in sorted(pauses):
        if end <= begin:
            continue
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((begin, end))
    return joined


# -- how time is measured


@dataclass(frozen=True, slots=True)
class _Measure:
    elapsed: Callable[[datetime, datetime], timedelta]
    advance: Callable[[datetime, timedelta], datetime]


CALENDAR_TIME = _Measure(lambda start, end: end - start, lambda start, amount: start + amount)


@dataclass(slots=True)
class _Run:
    """The count itself: from `origin`, `amount` of time that is not paused."""

    measure: _Measure
    origin: datetime
    amount: timedelta
    pauses: list[Stretch]
    due_at: datetime
    yellow_at: datetime

    @classmethod
    def of(cls, history: _History, terms: Terms, calendar: WorkCalendar, warn_at: Fraction, as_of: datetime) -> _Run:
        days = terms.value + history.extended_by
        if terms.value < 0:
            raise ClockError(f"时限不能为负：{terms.value}")
        started_at, pauses = history.started_at, _union(history.pauses_as_of(as_of))
        measure = CALENDAR_TIME if terms.unit == "calendar" else _Measure(calendar.working_time, calendar.advance)
        accepted_on = started_at.date()
        if days == 0:
            end = _close_of_the_day(started_at, calendar)
            run = cls(measure, started_at, measure.elapsed(started_at, end), pauses, started_at, started_at)
            run.due_at = run.yellow_at = run._reached(run.amount)
            return run
        if terms.unit == "calendar":
            run = cls(measure, _midnight(accepted_on + DAY), days * DAY, pauses, started_at, started_at)
            run._end_on_a_working_day(calendar)
            limit = days * DAY
        else:
            origin = calendar.opening(calendar.next_working(accepted_on))
            limit = calendar.working_time(origin, calendar.closing(calendar.add_working_days(accepted_on, days)))
            run = cls(measure, origin, limit, pauses, started_at, started_at)
            run.due_at = run._reached(limit)
        quiet = run.amount - (limit // MICROSECOND * warn_at.numerator // warn_at.denominator) * MICROSECOND
        run.yellow_at = run._reached(quiet) if quiet > NOTHING else started_at
        return run

    def light_at(self, moment: datetime) -> Light:
        return "red" if moment > self.due_at else "yellow" if moment >= self.yellow_at else "green"

    def used_until(self, moment: datetime) -> timedelta:
        if moment <= self.origin:
            return NOTHING
        return self.measure.elapsed(self.origin, moment) - self.paused_between(self.origin, moment)

    def paused_between(self, begin: datetime, end: datetime) -> timedelta:
        """Paused time that the count would have taken, in its own measure."""
        begin = max(begin, self.origin)
        inside = ((max(begin, pause[0]), min(end, pause[1])) for pause in self.pauses)
        return sum((self.measure.elapsed(first, last) for first, last in inside if first < last), NOTHING)

    def _reached(self, amount: timedelta) -> datetime:
        """The first instant by which `amount` has been counted."""
        cursor = self.origin
        for begin, end in self.pauses:
            if end <= cursor:
                continue
            counted = self.measure.elapsed(cursor, max(cursor, begin))
            if amount <= counted:
                break
            amount -= counted
            cursor = end
        return self.measure.advance(cursor, amount)

    def _end_on_a_working_day(self, calendar: WorkCalendar) -> None:
        """An end on a day off moves to 24:00 of the next working day; a pause in the days so gained still counts."""
        self.due_at = self._reached(self.amount)
        while not calendar.is_working(_last_day(self.due_at)):
            moved = _midnight(calendar.next_working(_last_day(self.due_at)) + DAY)
            self.amount += moved - self.due_at
            self.due_at = self._reached(self.amount)


def _close_of_the_day(started_at: datetime, calendar: WorkCalendar) -> datetime:
    """When something done at once has to be done: by the close of the day it came in, or of the next working day."""
    day = started_at.date()
    if calendar.is_working(day) and started_at < calendar.closing(day):
        return calendar.closing(day)
    return calendar.closing(calendar.next_working(day))


def _moment(history: _History, as_of: datetime) -> datetime:
    return as_of if history.stopped_at is None else min(as_of, history.stopped_at)


def _next_transition(
    history: _History, run: _Run, light: Light, as_of: datetime, paused: Stretch | None
) -> datetime | None:
    changes = [history.stopped_at] if history.stopped_at else []
    if paused:
        changes.append(paused[1])
    else:
        changes += [begin for begin, end in _union(history.real_pauses())]
    if light == "green" and not paused:
        changes.append(run.yellow_at)
    # While paused, `due_at` is only what it would be if resumed now; unless the time was up when the pause began.
    if light != "red" and (not paused or run.due_at <= paused[0]):
        changes.append(run.due_at + MICROSECOND)
    return min((change for change in changes if as_of < change < NEVER), default=None)


def _midnight(on: date) -> datetime:
    return datetime.combine(on, time(), TZ)


def _last_day(end: datetime, at_least: date = date.min) -> date:
    """The day an end belongs to: 24:00 is the day before's."""
    return max((end - MICROSECOND).date(), at_least)
