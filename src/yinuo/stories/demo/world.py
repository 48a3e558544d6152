"""The time of the demonstration: scenes told day by day, all together in the order of their instants, as if lived
through.

Between two moments everything happens that would have happened by itself: lights turn, pauses and receipts lapse,
notices end.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from itertools import count
from typing import Any

from yinuo.core.calendar import TZ
from yinuo.engine.work.actions import tick
from yinuo.engine.work.clocks import calendar
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.commitments.actions import close_notices
from yinuo.rooms.commitments.models import Commitment
from yinuo.rooms.oversight.actions import sweep
from yinuo.rooms.oversight.models import Watch
from yinuo.stories.demo.people import Cast

# A scene yields the instant it wants to go on at, and is given it back when the time has come.
Scene = Generator[datetime, datetime, None]


class World:
    """Who is there, what time it is, and what is still to come."""

    def __init__(self, cast: Cast, now: datetime, progress: Callable[[str], None]) -> None:
        self.cast = cast
        self.now = now.astimezone(TZ)
        self._progress = progress
        self._numbers = count()
        self._documents = count(1)
        self._to_come: list[tuple[datetime, int, Scene]] = []
        self._reached = datetime.min.replace(tzinfo=TZ)
        self._days = _working_days_back(now)
        self._known: list[date] = []

    def ago(self, days: int, clock: str = "09:30") -> datetime:
        """An instant `days` working days before the last one that is over; 0 = on that day itself."""
        while len(self._known) <= days:
            self._known.append(next(self._days))
        return datetime.combine(self._known[days], time.fromisoformat(clock), TZ)

    def minutes_ago(self, minutes: int) -> datetime:
        return self.now - timedelta(minutes=minutes)

    def days_later(self, days: int) -> date:
        """The day `days` working days after today."""
        return calendar().add_working_days(self.now.date(), days)

    def number(self, prefix: str, at: datetime) -> str:
        """The next document number."""
        return f"{prefix}〔{at.astimezone(TZ).year}〕{next(self._documents)}号"

    def tell(self, line: str) -> None:
        self._progress(line)

    def add(self, scene: Scene) -> None:
        self._wait(scene, next(scene))

    def _wait(self, scene: Scene, until: datetime) -> None:
        if not self._reached <= until <= self.now:
            raise ValueError(
                f"{getattr(scene, '__name__', scene)} wants to go on at {until}: it is {self._reached}, "
                f"and the last instant is {self.now}"
            )
        heapq.heappush(self._to_come, (until, next(self._numbers), scene))

    def play(self) -> None:
        """Lives through everything added, up to now."""
        month = ""
        while self._to_come:
            at, _, scene = heapq.heappop(self._to_come)
            if month != (month := f"{at.astimezone(TZ):%Y年%m月}"):
                self._progress(f"演示数据：{month}")
            _let_time_pass(at)
            self._reached = at
            with suppress(StopIteration):
                self._wait(scene, scene.send(at))
        _let_time_pass(self.now)


def _working_days_back(now: datetime) -> Iterator[date]:
    """Working days that are over, the last first."""
    days = calendar()
    day = now.astimezone(TZ).date()
    while True:
        if days.is_working(day) and days.closing(day) <= now:
            yield day
        day -= timedelta(days=1)


def _let_time_pass(until: datetime) -> None:
    """What turns by itself turns at its own instant, as a ticker that never stops would have it."""
    while True:
        turning = WorkItem.objects.filter(state__in=["running", "paused"], next_transition_at__lte=until)
        ending = Commitment.objects.filter(state="notice", notice_until__lte=until)
        moments: list[Any] = [
            turning.order_by("next_transition_at").values_list("next_transition_at", flat=True).first(),
            ending.order_by("notice_until").values_list("notice_until", flat=True).first(),
            Watch.objects.filter(next_at__lte=until).order_by("next_at").values_list("next_at", flat=True).first(),
        ]
        known = [moment for moment in moments if moment is not None]
        if not known or not tick(min(known)) + close_notices(min(known)) + sweep(min(known)):
            return
