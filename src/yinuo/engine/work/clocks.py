"""From a work item and its events to the cached instants: the one place where rows meet core.clock."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from yinuo.core import clock
from yinuo.core.calendar import WorkCalendar
from yinuo.core.pack.types import CalendarData, DayNotice
from yinuo.engine.rules import pack
from yinuo.engine.work.lights import Light
from yinuo.engine.work.models import CalendarNotice, ClockEvent, WorkItem, WorkState

FRESH_SECONDS = 60
_cached: tuple[float, WorkCalendar] | None = None
_kept_from = 0.0
_last: tuple[CalendarData, dict[date, DayNotice], set[int], WorkCalendar] | None = None


def calendar() -> WorkCalendar:
    """The pack's calendar with every imported notice over it; read again once a minute, so that an import reaches every
    process.
    """
    global _cached
    if _cached is None or time.monotonic() - _cached[0] > FRESH_SECONDS:
        extra: dict[date, DayNotice] = {}
        settled: set[int] = set()
        for row in CalendarNotice.objects.order_by("id"):
            extra[row.on] = DayNotice(on=row.on, working=row.working, name=row.name, cites=(row.source,))
            if row.settles_year:
                settled.add(row.on.year)
        read = _with(extra, settled)
        if time.monotonic() < _kept_from:
            return read
        _cached = (time.monotonic(), read)
    return _cached[1]


def _with(extra: dict[date, DayNotice], settled: set[int]) -> WorkCalendar:
    """The one of last time where nothing has changed: what it has counted up of a year stays counted."""
    global _last
    data, last = pack().calendar, _last
    if last is None or last[0] is not data or last[1:3] != (extra, settled):
        _last = last = data, extra, settled, WorkCalendar.from_data(data, extra, published=settled)
    return last[3]


def forget_calendar(*, doubtful: bool = False) -> None:
    """After an import in this process, and between tests.

    `doubtful`: the import may yet be rolled back, so nothing read is kept.
    """
    global _cached, _kept_from
    _cached = None
    _kept_from = time.monotonic() + FRESH_SECONDS if doubtful else 0.0


def events_of(item: WorkItem, rows: Sequence[ClockEvent]) -> list[clock.Event]:
    """The item's history in core's words, in the order written."""
    # A clock may be closed before it begins (a decision due after a notice period that is cut short): it has counted
    # nothing.
    began = min(item.started_at, item.closed_at) if item.closed_at else item.started_at
    events: list[clock.Event] = [clock.Start(began)]
    for row in rows:
        if row.kind == ClockEvent.Kind.PAUSE:
            events.append(clock.Pause(row.at, row.reason, row.ends_by, row.stops_statutory))
        elif row.kind == ClockEvent.Kind.RESUME:
            events.append(clock.Resume(row.at))
        else:
            events.append(clock.Extend(row.at, row.days or 0, str(row.by_id or ""), row.reason))
    if item.closed_at is not None:
        events.append(clock.Stop(item.closed_at))
    return events


def terms_of(item: WorkItem, statutory: bool = False) -> clock.Terms | None:
    value, unit = (item.statutory_value, item.statutory_unit) if statutory else (item.limit_value, item.limit_unit)
    return None if value is None else clock.Terms(value, "calendar" if unit == "calendar" else "working")


class Calendars:
    """The calendar as it was known at any instant: what a clock that is closed was counted by."""

    def __init__(self) -> None:
        self.notices = list(CalendarNotice.objects.order_by("id"))
        self.made: dict[int, WorkCalendar] = {}

    def at(self, moment: datetime | None) -> WorkCalendar:
        """None = as it is known now."""
        known = [row for row in self.notices if moment is None or row.imported_at <= moment]
        if len(known) not in self.made:
            extra = {
                row.on: DayNotice(on=row.on, working=row.working, name=row.name, cites=(row.source,)) for row in known
            }
            settled = {row.on.year for row in known if row.settles_year}
            self.made[len(known)] = WorkCalendar.from_data(pack().calendar, extra, published=settled)
        return self.made[len(known)]


def state_of(
    item: WorkItem, rows: Sequence[ClockEvent], as_of: datetime, statutory: bool = False, by: WorkCalendar | None = None
) -> clock.ClockState | None:
    """The clock as core derives it; None where the item has no limit. `by`: another calendar than today's."""
    terms = terms_of(item, statutory)
    if terms is None:
        return None
    warn_at = pack().share("light.warn_share", item.rules_on)
    return clock.derive(events_of(item, rows), terms, by or calendar(), warn_at, as_of, statutory=statutory)


def proof_of(
    item: WorkItem, rows: Sequence[ClockEvent], as_of: datetime, statutory: bool = False
) -> list[clock.ProofDay]:
    """Day by day: how the due date came about."""
    terms = terms_of(item, statutory)
    if terms is None:
        return []
    warn_at = pack().share("light.warn_share", item.rules_on)
    return clock.proof(events_of(item, rows), terms, calendar(), warn_at, as_of, statutory=statutory)


def refresh(item: WorkItem, rows: Sequence[ClockEvent], by: WorkCalendar | None = None) -> None:
    """Fills the cached instants from the events; the caller saves."""
    moment = item.paused_at or item.closed_at or max([item.started_at, *(row.at for row in rows)])
    state = state_of(item, rows, moment, by=by)
    if state is None:
        item.next_transition_at = item.pause_ends_at if item.state == WorkState.PAUSED else None
        return
    item.due_at, item.provisional = state.due_at, state.provisional
    ends = item.pause_ends_at if item.state == WorkState.PAUSED else None
    over = state_of(item, rows, ends, by=by) if ends is not None else None
    item.yellow_from, item.red_from = clock.light_from(state, moment, ends, over)
    statutory = state_of(item, rows, moment, statutory=True, by=by)
    item.statutory_due_at = statutory.due_at if statutory else None
    item.next_transition_at = next_transition(item)


def next_transition(item: WorkItem) -> datetime | None:
    """The next instant at which something about the item changes by itself and has not been told yet."""
    if not item.is_open or item.due_at is None:
        return None
    if item.state == WorkState.PAUSED:
        return item.pause_ends_at
    if item.announced == Light.GREEN:
        return item.yellow_from
    # Red begins after its instant, not at it.
    return item.red_from + timedelta(microseconds=1) if item.announced == Light.YELLOW and item.red_from else None
