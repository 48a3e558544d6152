"""The proof of one matter's due date: every clock it had, day by day, in the words of both sides of the counter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from yinuo.core.clock import ClockState, ProofDay
from yinuo.engine.rules import pack
from yinuo.engine.work import clocks
from yinuo.engine.work.models import ClockEvent, WorkItem
from yinuo.faces.onemap.map.cards import limit_words
from yinuo.rooms.onemap import queries
from yinuo.rooms.onemap.models import MapItem
from yinuo.rooms.onemap.standing import CLOCKS
from yinuo.ui.components.shapes import Row, State
from yinuo.ui.components.text import closing, zh_datetime
from yinuo.ui.reading import LIGHTS
from yinuo.ui.timing import of_clock


@dataclass(frozen=True, slots=True)
class Count:
    """One limit counted day by day, with its sentence before."""

    title: str
    sentence: str
    days: tuple[ProofDay, ...]


@dataclass(frozen=True, slots=True)
class ClockProof:
    name: str
    state: State
    words: str
    rows: tuple[Row, ...]
    events: tuple[str, ...]
    counts: tuple[Count, ...]
    open: bool


def proofs(item: MapItem, now: datetime) -> list[ClockProof]:
    """The clocks that have a limit, the running one first."""
    works = [work for work in queries.clocks_of(item) if work.kind in CLOCKS and work.limit_value is not None]
    works.sort(key=lambda work: (not work.is_open, -work.pk))
    return [_clock(work, now) for work in works]


def _clock(work: WorkItem, now: datetime) -> ClockProof:
    events = sorted(work.events.all(), key=lambda row: row.pk)
    state, law = clocks.state_of(work, events, now), clocks.state_of(work, events, now, statutory=True)
    light: State = "paused" if work.state == "paused" else "done" if not work.is_open else LIGHTS[work.light_at(now)]
    rows = [Row("开始计时", f"{zh_datetime(work.started_at)}，当天不计")]
    if work.closed_at is not None:
        rows.append(Row("停止计时", zh_datetime(work.closed_at)))
    counts = []
    if state is not None:
        rows.append(Row("应于", _due(state, work)))
        counts.append(
            Count(
                "承诺时限",
                _sentence(work.limit_value, work.limit_unit, state),
                _days(work, events, now, statutory=False),
            )
        )
    if law is not None:
        rows.append(Row("法定期限", f"{closing(law.due_at)} 止"))
        counts.append(
            Count(
                "法定时限",
                _sentence(work.statutory_value, work.statutory_unit, law),
                _days(work, events, now, statutory=True),
            )
        )
    return ClockProof(
        name=work.get_kind_display(),
        state=light,
        words=_left(work, state, now),
        rows=tuple(rows),
        events=tuple(_event(row) for row in events),
        counts=tuple(counts),
        open=work.is_open,
    )


def _due(state: ClockState, work: WorkItem) -> str:
    words = f"{closing(state.due_at)} 前办结"
    if work.state == "paused":
        words = f"{words}（如果现在恢复）"
    return f"{words}（暂定：跨到还没有公布放假安排的年份）" if state.provisional else words


def _left(work: WorkItem, state: ClockState | None, now: datetime) -> str:
    if state is None or not work.is_open:
        return ""
    return of_clock(work, state.due_at, now)


def _sentence(value: int | None, unit: str, state: ClockState) -> str:
    """The count in one line: so many days from the day after the start, less the pauses."""
    words = limit_words(value, unit)
    return (
        f"{words}，从开始的次日起算，到 {closing(state.due_at)} 止。"
        if value
        else f"{words}，到 {closing(state.due_at)} 止。"
    )


def _days(work: WorkItem, events: Sequence[ClockEvent], now: datetime, *, statutory: bool) -> tuple[ProofDay, ...]:
    return tuple(clocks.proof_of(work, events, now, statutory=statutory))


def _event(row: ClockEvent) -> str:
    labels = {reason.id: reason.label for reason in pack().pauses}
    at = zh_datetime(row.at)
    if row.kind == ClockEvent.Kind.PAUSE:
        law = "法定期限同时暂停" if row.stops_statutory else "法定期限照常计算"
        until = f"，最迟 {zh_datetime(row.ends_by)} 自动恢复" if row.ends_by else ""
        return f"{at} 暂停：{labels.get(row.reason, row.reason)}（{law}{until}）"
    if row.kind == ClockEvent.Kind.EXTEND:
        return f"{at} 延长 {row.days} 个工作日{'：' + row.note if row.note else ''}"
    return f"{at} 恢复计时"
