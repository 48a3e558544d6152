"""What the page of an item shows: clocks with their proof, its facts, its documents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from yinuo.core.clock import ClockState, ProofDay
from yinuo.engine.base import ROLES, STOOD_IN
from yinuo.engine.documents.models import Document
from yinuo.engine.documents.queries import of_subject
from yinuo.engine.people.queries import names_of
from yinuo.engine.register import verbs, work_names
from yinuo.engine.rules import pack
from yinuo.engine.trail.models import Entry
from yinuo.engine.work import clocks
from yinuo.engine.work.models import ClockEvent, WorkItem
from yinuo.rooms.onemap.history import entries_of
from yinuo.rooms.onemap.models import MapItem
from yinuo.ui.components.shapes import Event, Row
from yinuo.ui.components.text import closing, zh_datetime, zh_moment
from yinuo.ui.reading import Look, look, term

STORY = 60


@dataclass(frozen=True, slots=True)
class ClockView:
    """A clock with its two limits: `promised` drives the light, `statutory` stands beside it; `now_due` = as if resumed
    now.
    """

    work: WorkItem
    title: str
    look: Look
    promised: ClockState | None
    statutory: ClockState | None
    promised_proof: list[ProofDay]
    statutory_proof: list[ProofDay]
    paused: bool
    rows: list[Row]
    events: list[str]


def clock_views(works: list[WorkItem], now: datetime) -> list[ClockView]:
    """The clocks with a limit, the running one first, each with its day-by-day proof (U-4)."""
    made = [_clock(work, now) for work in works if work.limit_value is not None]
    return sorted(made, key=lambda view: (not view.work.is_open, -view.work.pk))


def _clock(work: WorkItem, now: datetime) -> ClockView:
    events = sorted(work.events.all(), key=lambda row: row.pk)
    promised = clocks.state_of(work, events, now)
    statutory = clocks.state_of(work, events, now, statutory=True)
    stopped = work.is_paused_at(now)
    rows = [Row("承诺时限", _limit_words(work.limit_value, work.limit_unit, promised, stopped))]
    if statutory is not None:
        halted = stopped and any(row.kind == ClockEvent.Kind.PAUSE and row.stops_statutory for row in events[-1:])
        rows.append(Row("法定时限", _limit_words(work.statutory_value, work.statutory_unit, statutory, halted)))
    rows.append(Row("开始", zh_datetime(work.started_at)))
    if work.closed_at:
        rows.append(Row("结束", zh_datetime(work.closed_at)))
    if promised is not None and promised.provisional:
        rows.append(Row("提示", "期限超出已公布的放假安排，日期是暂定的，通知公布后自动重算"))
    return ClockView(
        work=work,
        title=work_names()[work.kind],
        look=look(work, now),
        promised=promised,
        statutory=statutory,
        promised_proof=clocks.proof_of(work, events, now),
        statutory_proof=clocks.proof_of(work, events, now, statutory=True),
        paused=stopped,
        rows=rows,
        events=[_event_words(row) for row in events],
    )


def _limit_words(value: int | None, unit: str, state: ClockState | None, stopped: bool) -> str:
    if state is None:
        return ""
    words = f"{term(value, unit)}，{closing(state.due_at)} 止"
    return f"{words}（若现在恢复）" if stopped else words


def _event_words(row: ClockEvent) -> str:
    labels = {reason.id: reason.label for reason in pack().pauses}
    if row.kind == ClockEvent.Kind.PAUSE:
        until = f"，最迟 {zh_moment(row.ends_by)} 自动恢复" if row.ends_by else ""
        law = "法定期限同时暂停" if row.stops_statutory else "法定期限照常计算"
        return f"{zh_moment(row.at)} 暂停：{labels.get(row.reason, row.reason)}，{row.note}（{law}{until}）"
    if row.kind == ClockEvent.Kind.EXTEND:
        return f"{zh_moment(row.at)} 延长 {row.days} 个工作日：{row.note}"
    return f"{zh_moment(row.at)} 恢复{'：' + row.note if row.note else ''}"


def documents_of(item: MapItem) -> list[Document]:
    return list(of_subject(item).defer("data"))


def story_of(item: MapItem) -> list[Event]:
    """What has happened to the item, the newest first: its own trail and that of what hangs on it."""
    entries = list(entries_of(item)[:STORY])
    names = names_of(row.person_id for row in entries)
    return [
        Event(
            row.at,
            verbs()[row.verb].desk if row.verb in verbs() else row.verb,
            row.why,
            _who(row, names.get(row.person_id or 0, "")),
        )
        for row in entries
    ]


def _who(entry: Entry, name: str) -> str:
    who = name or ROLES.get(entry.role, entry.role)
    return f"{who}（{STOOD_IN.get(entry.entrance, '')}）" if entry.via and entry.role == "unit" else who


def _application_rows(item: MapItem) -> list[Row]:
    """What has become of the present application."""
    one, rows = item.present, []
    if one.received_at:
        rows.append(Row("收件", zh_datetime(one.received_at)))
    if one.accepted_at:
        rows.append(
            Row("受理", zh_datetime(one.accepted_at) + ("（逾期未告知，视为受理）" if one.deemed_accepted else ""))
        )
    if one.ended_at:
        rows.append(Row("取消" if item.state == "cancelled" else "办结", zh_datetime(one.ended_at)))
    if one.document_number:
        rows.append(Row("文号", one.document_number))
    if one.result_text:
        rows.append(Row("原因" if item.state == "cancelled" else "决定内容", one.result_text))
    if one.delivered_at:
        rows.append(Row("送达", zh_datetime(one.delivered_at)))
    return rows


def item_rows(item: MapItem, waiting: list[MapItem], opens: list[MapItem]) -> list[Row]:
    """The item's own facts, as guidance and handling left them."""
    matter = pack().matters.get(item.matter_id)
    rows = [
        Row("承办部门", item.department.name),
        Row("办理人", item.handler.name if item.handler else "尚未指定"),
        Row("办理方式", item.get_route_display()),
        Row("审批层级", LEVELS.get(item.level, item.level)),
    ]
    rows += _application_rows(item)
    if waiting:
        rows.append(Row("还要等", "、".join(row.name for row in waiting)))
    if opens:
        rows.append(Row("办结后可以办", "、".join(row.name for row in opens)))
    if item.guidance_note:
        rows.append(Row("辅导意见", item.guidance_note))
    if matter is not None and matter.basis:
        rows.append(Row("依据", "；".join(pack().cite_texts(matter.basis))))
    return rows


LEVELS: dict[str, Any] = {"county": "县级", "prefecture": "州级", "province": "省级", "state": "国家级"}
