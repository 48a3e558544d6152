"""How a clock is read on the staff's pages: light, time left, share of the limit used, and the due moment in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from yinuo.apps.rules import pack
from yinuo.apps.work import clocks
from yinuo.apps.work.models import WorkItem, WorkState
from yinuo.core.calendar import TZ
from yinuo.core.clock import as_hours
from yinuo.web.components.shapes import State
from yinuo.web.components.text import duration, duration_left, zh_day, zh_moment

UNIT_WORDS = {"working": "个工作日", "calendar": "日"}


@dataclass(frozen=True, slots=True)
class Look:
    """A work item at one moment. `used` and `warn` are whole percents of the limit, None where there is no clock."""

    state: State
    left: str
    used: int | None = None
    warn: int | None = None
    due: str = ""


def today(now: datetime) -> date:
    return now.astimezone(TZ).date()


def term(value: int | None, unit: str) -> str:
    """5 个工作日, 30 日, 即时; nothing where no limit is set."""
    if value is None:
        return ""
    return f"{value} {UNIT_WORDS[unit]}" if value else "即时"


def moment_words(at: datetime | None) -> str:
    """11月25日 18:00; a limit in calendar days ends at 24:00 of its last day, not at 00:00 of the next."""
    if at is None:
        return ""
    local = at.astimezone(TZ)
    return f"{zh_day(local - timedelta(days=1))} 24:00" if (local.hour, local.minute) == (0, 0) else zh_moment(at)


def day_hours(day: date) -> Decimal:
    """Working hours of the first working day from `day` on."""
    calendar = clocks.calendar()
    on = day if calendar.is_working(day) else calendar.next_working(day)
    return as_hours(calendar.working_time(calendar.opening(on), calendar.closing(on)))


def paused(work: WorkItem, now: datetime) -> bool:
    """Still paused at `now`: a pause whose longest term is over has ended itself, whether the ticker came by or not."""
    return work.state == WorkState.PAUSED and (work.pause_ends_at is None or now < work.pause_ends_at)


def between(work: WorkItem, start: datetime, end: datetime) -> timedelta:
    """Time from `start` to `end` as the item's limit counts it."""
    return end - start if work.limit_unit == "calendar" else clocks.calendar().working_time(start, end)


def if_resumed(work: WorkItem, now: datetime) -> datetime | None:
    """The due moment of a paused item if it were resumed now."""
    if work.due_at is None or work.paused_at is None:
        return work.due_at
    left = between(work, work.paused_at, work.due_at)
    if left < timedelta(0):
        return work.due_at
    return now + left if work.limit_unit == "calendar" else clocks.calendar().advance(now, left)


def look(work: WorkItem, now: datetime) -> Look:
    """The item as a row of the inbox shows it."""
    due = work.due_shown(now)
    if work.waits_for == "unit":
        return Look("wait", "等项目单位")
    if due is None or work.limit_value is None:
        return Look("paused", "暂停") if paused(work, now) else Look("ready", "待办")
    hours = day_hours(today(now))
    warn = int(100 - 100 * pack().share("light.warn_share", work.rules_on))
    if paused(work, now) and work.paused_at is not None:
        again = if_resumed(work, now)
        stopped = duration(between(work, work.paused_at, now), hours)
        caption = f"已停 {stopped} · 若现在恢复 {moment_words(again)} 止"
        return Look("paused", "暂停", _used(work, between(work, work.paused_at, due), hours), warn, caption)
    left = between(work, now, due)
    light: State = "red" if now > due else "yellow" if work.light_at(now) == "yellow" else "green"
    if light == "red":
        return Look(light, _left(work, left, hours), 100, warn, f"应于 {moment_words(due)} 办结")
    whole = term(work.limit_value, work.limit_unit)
    caption = f"{moment_words(due)} 止{'（暂定）' if work.provisional else ''} · 共 {whole}"
    return Look(light, _left(work, left, hours), _used(work, left, hours), warn, caption)


def _left(work: WorkItem, left: timedelta, hours: Decimal) -> str:
    if work.limit_unit == "calendar" and abs(left) >= timedelta(days=2):
        return f"{'超期' if left < timedelta(0) else '剩'} {abs(left).days} 天"
    return duration_left(left, Decimal(24) if work.limit_unit == "calendar" else hours)


def _used(work: WorkItem, left: timedelta, hours: Decimal) -> int:
    """Share of the limit gone; an extension makes what is left greater than the limit, then nothing is used yet."""
    whole = timedelta(days=work.limit_value or 0)
    if work.limit_unit == "working":
        whole = timedelta(minutes=int((work.limit_value or 0) * hours * 60))
    if whole <= timedelta(0):
        return 100
    return max(0, min(100, 100 - int(left * 100 / whole)))
