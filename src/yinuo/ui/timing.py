"""How long something still has, in words that nobody takes for hours of the clock."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from yinuo.core.calendar import TZ
from yinuo.engine.work import clocks
from yinuo.engine.work.models import WorkItem, WorkState
from yinuo.ui.components.text import closing, zh_day, zh_weekday

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def between(start: datetime, end: datetime, unit: str = "working") -> timedelta:
    """Time from `start` to `end` as a limit of `unit` counts it; negative when `end` comes first."""
    return end - start if unit == "calendar" else clocks.calendar().working_time(start, end)


def day_length(day: date, unit: str = "working") -> timedelta:
    """What one day of the limit holds: the hours of the first working day from `day` on, or all 24."""
    if unit == "calendar":
        return DAY
    calendar = clocks.calendar()
    on = day if calendar.is_working(day) else calendar.next_working(day)
    return calendar.working_time(calendar.opening(on), calendar.closing(on))


def duration(span: timedelta, day: date, unit: str = "working") -> str:
    """3 个工作日, 7 个工作小时, 不到 1 个工作小时; of calendar time 3 天, 7 小时.

    Rounded towards zero: nobody is promised time he has not.
    """
    days, hours = ("天", "小时") if unit == "calendar" else ("个工作日", "个工作小时")
    span, whole = abs(span), day_length(day, unit)
    if span >= 2 * whole:
        return f"{span // whole} {days}"
    return f"{span // HOUR} {hours}" if span >= HOUR else f"不到 1 {hours}"


def amount_left(due: datetime, now: datetime, unit: str = "working") -> str:
    """剩 7 个工作小时, for a file that is read on another day; else see `time_left`."""
    left = between(now, due, unit)
    if now < due:
        return f"{'剩 ' if left >= HOUR else '剩'}{duration(left, _day(now), unit)}"
    if not left:
        return "已到期"
    return f"超期 {duration(left, _day(now), unit)}" if -left >= HOUR else "刚刚超期"


def time_left(due: datetime, now: datetime, unit: str = "working") -> str:
    """剩 3 个工作日; below two days the moment itself (今天 18:00 前); 已到期 until time counts again, then 超期 3
    个工作小时.
    """
    return f"{_moment(due, now)} 前" if _soon(due, now, unit) else amount_left(due, now, unit)


def time_left_and_due(due: datetime, now: datetime, unit: str = "working") -> str:
    """剩 3 个工作日 · 11月27日 18:00, 今天 18:00 前 · 11月24日."""
    return f"{time_left(due, now, unit)} · {closing(due)[: -len(' 18:00')] if _soon(due, now, unit) else closing(due)}"


def of_clock(work: WorkItem, due: datetime, now: datetime) -> str:
    """Of an open clock's own page: one yet to begin says when, and while one stands its `due` moves along and is no
    moment to name.
    """
    if now < work.started_at:
        return f"{closing(work.started_at)} 起算"
    return (amount_left if work.state == WorkState.PAUSED else time_left)(due, now, work.limit_unit)


def _soon(due: datetime, now: datetime, unit: str) -> bool:
    return now < due and between(now, due, unit) < 2 * day_length(_day(now), unit)


def _moment(at: datetime, now: datetime) -> str:
    """今天 18:00, 明天 24:00, 周三 18:00, 下周一 18:00; farther off the date."""
    clock = closing(at).rpartition(" ")[2]
    on, today = _day(at - timedelta(microseconds=1)) if clock == "24:00" else _day(at), _day(now)
    weeks = (on - timedelta(days=on.weekday()) - (today - timedelta(days=today.weekday()))).days // 7
    near = (
        {0: "今天", 1: "明天"}.get((on - today).days)
        or {0: zh_weekday(on), 1: f"下{zh_weekday(on)}"}.get(weeks)
        or zh_day(on)
    )
    return f"{near} {clock}"


def _day(at: datetime) -> date:
    return at.astimezone(TZ).date()
