"""How a clock is read on the staff's pages: light, time left, share of the limit used, and the due moment in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from yinuo.core.calendar import TZ
from yinuo.engine.rules import pack
from yinuo.engine.work import clocks
from yinuo.engine.work.lights import Light
from yinuo.engine.work.models import WorkItem
from yinuo.ui.components.shapes import State
from yinuo.ui.components.text import closing
from yinuo.ui.timing import between, day_length, duration, time_left

UNIT_WORDS = {"working": "个工作日", "calendar": "日"}


LIGHTS: dict[Light, State] = {Light.GREEN: "green", Light.YELLOW: "yellow", Light.RED: "red"}


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


def if_resumed(work: WorkItem, now: datetime) -> datetime | None:
    """The due moment of a paused item if it were resumed now."""
    if work.due_at is None or work.paused_at is None:
        return work.due_at
    left = between(work.paused_at, work.due_at, work.limit_unit)
    if left < timedelta(0):
        return work.due_at
    return now + left if work.limit_unit == "calendar" else clocks.calendar().advance(now, left)


def look(work: WorkItem, now: datetime) -> Look:
    """The item as a row of the inbox shows it."""
    due = work.due_shown(now)
    if work.waits_for == "unit":
        return Look("wait", "等项目单位")
    if due is None or work.limit_value is None:
        return Look("paused", "暂停") if work.is_paused_at(now) else Look("ready", "待办")
    if now < work.started_at:
        # Only a decision on a promise is opened before it counts: the notice runs first.
        return Look("notice", "公示中", due=f"公示到 {closing(work.started_at)} · 最迟 {closing(due)} 决定")
    warn = int(100 - 100 * pack().share("light.warn_share", work.rules_on))
    if work.is_paused_at(now) and work.paused_at is not None:
        again = if_resumed(work, now)
        stopped = duration(between(work.paused_at, now, work.limit_unit), today(now), work.limit_unit)
        caption = f"已停 {stopped} · 若现在恢复 {closing(again)} 止"
        return Look("paused", "暂停", _used(work, between(work.paused_at, due, work.limit_unit), now), warn, caption)
    left, words = between(now, due, work.limit_unit), time_left(due, now, work.limit_unit)
    light = work.light_at(now)
    if light == Light.RED:
        return Look("red", words, 100, warn, f"应于 {closing(due)} 办结")
    whole = term(work.limit_value, work.limit_unit)
    caption = f"{closing(due)} 止{'（暂定）' if work.provisional else ''} · 共 {whole}"
    return Look(LIGHTS[light], words, _used(work, left, now), warn, caption)


def _used(work: WorkItem, left: timedelta, now: datetime) -> int:
    """Share of the limit gone; an extension makes what is left greater than the limit, then nothing is used yet."""
    whole = (work.limit_value or 0) * day_length(today(now), work.limit_unit)
    if whole <= timedelta(0):
        return 100
    return max(0, min(100, 100 - int(left * 100 / whole)))
