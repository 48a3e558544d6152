"""提醒记录 of one item: who was told of which light or urged, when, by which messages, before, on or after the due
moment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from yinuo.engine.notices.models import Channel, Message, MessageState
from yinuo.engine.people.queries import names_of
from yinuo.engine.work.lights import Light
from yinuo.engine.work.models import Moment, Reminder, WorkItem
from yinuo.engine.work.queries import reminders_of as reminders
from yinuo.rooms.onemap.history import reminding_messages
from yinuo.rooms.onemap.models import MapItem
from yinuo.ui.reading import today
from yinuo.ui.timing import between, day_length

STATES = {MessageState.SENT: "已发", MessageState.FAILED: "未送达", MessageState.QUEUED: "待发"}


@dataclass(frozen=True, slots=True)
class Reminded:
    """One reminder.

    `when` says how it stood to the due moment; `told` names each reader with the ways and what became of them.
    """

    at: datetime
    light: str
    words: str
    when: str
    told: tuple[str, ...]


def reminders_of(item: MapItem, works: Sequence[WorkItem]) -> list[Reminded]:
    """Every reminder of the item's clocks, by the tick and by hand, the newest first; in three queries."""
    by_id = {work.pk: work for work in works}
    rows = list(reminders(by_id).order_by("-at", "-id"))
    if not rows:
        return []
    names = names_of(row.by_id for row in rows)
    messages = reminding_messages(item, {row.at for row in rows})
    return [_reminded(row, by_id[row.item_id], names, messages) for row in rows]


def _reminded(row: Reminder, work: WorkItem, names: dict[int, str], messages: Sequence[Message]) -> Reminded:
    template = "urged" if row.by_id else "due_today" if row.moment == Moment.ON else row.light
    ways: dict[str, list[str]] = {}
    for message in messages:
        if message.template == template and message.queued_at == row.at and message.person is not None:
            state = (
                "已读"
                if message.read_at
                else ""
                if message.channel == Channel.SITE
                else STATES[MessageState(message.state)]
            )
            ways.setdefault(message.person.name, []).append(f"{Channel(message.channel).label}{state}")
    words = f"{names.get(row.by_id, '')}催办：{row.note}" if row.by_id else "系统提醒"
    told = tuple(f"{name}（{'、'.join(how)}）" for name, how in ways.items())
    return Reminded(row.at, str(Light(row.light)), f"{work.get_kind_display()} · {words}", _when(row.at, work), told)


def _when(at: datetime, work: WorkItem) -> str:
    """Before, on or after the day it is due."""
    due = work.due_at
    if due is None:
        return "没有期限"
    if today(at) == today(due):
        return "到期当天" if at <= due else "到期当天，已超期"
    span = between(min(at, due), max(at, due), work.limit_unit)
    whole = max(1, round(span / day_length(today(at), work.limit_unit)))
    word = "天" if work.limit_unit == "calendar" else "个工作日"
    return f"到期前约 {whole} {word}" if at < due else f"超期约 {whole} {word}"
