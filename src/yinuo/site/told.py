"""提醒记录: who was told what of a project and when, and whether it arrived; before, on and after every due moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html_join
from django.views.decorators.http import require_safe

from yinuo.engine.base import Actor
from yinuo.engine.notices.models import Channel, Message, MessageState
from yinuo.engine.people.queries import names_of
from yinuo.engine.register import notices
from yinuo.engine.work.models import WorkItem
from yinuo.engine.work.queries import reminders_in
from yinuo.faces.projects.heading import head_of, visible_project
from yinuo.rooms.projects.models import Project
from yinuo.rooms.projects.queries import messages_of, visible
from yinuo.site.early import reminder_words
from yinuo.ui.acting import CONVENING, actor_of, need_role
from yinuo.ui.components.shapes import Cell, Column, NavItem
from yinuo.ui.components.text import iso, without_link
from yinuo.ui.exporting import Field, Listing
from yinuo.ui.templatetags.yinuo import light

SIZE = 40
READERS = (*CONVENING, "principal")
COLUMNS = [Column("时间", "date"), Column("告知谁"), Column("内容"), Column("怎样告知，送达没有")]
FIELDS = (
    Field("时间", 17, "moment"),
    Field("告知谁", 30),
    Field("事由", 18),
    Field("内容", 70),
    Field("方式", 8),
    Field("状态", 8),
    Field("发出时间", 17, "moment"),
    Field("阅读时间", 17, "moment"),
)


@dataclass(frozen=True, slots=True)
class Lamp:
    """An item whose light has turned or that was urged, with its reminders in words."""

    title: str
    url: str
    words: list[str]


@need_role(*READERS)
@require_safe
def told(request: HttpRequest, project_id: int) -> HttpResponse:
    actor, now = actor_of(request), timezone.now()
    project = visible_project(actor, project_id)
    text = request.GET.get("after", "")
    after = int(text) if text.isascii() and text.isdecimal() and len(text) < 8 else 0
    rows = list(messages_of(project)[after : after + SIZE + 1])
    here = reverse("staff:told", args=[project.pk])
    context = {
        **head_of(project, NavItem("提醒记录")),
        "lamps": lamps(project),
        "columns": COLUMNS,
        "rows": [_line(part) for part in by_reader(rows[:SIZE])],
        "next_url": f"{here}?after={after + SIZE}" if len(rows) > SIZE else "",
        "first_url": here if after else "",
        "export_url": f"{reverse('staff:export', args=['told'])}?project={project.pk}",
        "now": now,
    }
    return render(request, "staff/told.html", context)


def lamps(project: Project) -> list[Lamp]:
    """The project's items that have been reminded of, with what was said; three queries."""
    rows = list(reminders_in(project.pk))
    names = names_of(row.by_id for row in rows)
    by_item: dict[int, tuple[WorkItem, list[str]]] = {}
    for row in rows:
        by_item.setdefault(row.item_id, (row.item, []))[1].append(reminder_words(row, names))
    return [Lamp(f"{work.title}（{work.get_kind_display()}）", work.url, words) for work, words in by_item.values()]


def by_reader(rows: Sequence[Message]) -> list[list[Message]]:
    """One line for what went to one reader at once, whichever ways it took."""
    made: dict[tuple[Any, ...], list[Message]] = {}
    for row in rows:
        made.setdefault((row.queued_at, row.person_id, row.unit_id, row.template, row.body), []).append(row)
    return list(made.values())


def _line(sent: Sequence[Message]) -> list[Any]:
    first = sent[0]
    ways = format_html_join(
        "", '<span class="way-told">{} {}</span>', ((Channel(row.channel).label, light(*_state(row))) for row in sent)
    )
    return [iso(first.queued_at), reader(first), Cell(first.subject, note=without_link(first.body)), ways]


def reader(row: Message) -> str:
    if row.person is not None:
        return row.person.name
    return f"{row.unit.name}的经办人" if row.unit else ""


def _state(row: Message) -> tuple[str, str]:
    if row.channel == Channel.SITE:
        return ("done", "已读") if row.read_at is not None else ("wait", "未读")
    return {MessageState.SENT: ("done", "已发"), MessageState.FAILED: ("ended", "未送达")}.get(
        MessageState(row.state), ("wait", "待发")
    )


def listing(actor: Actor, data: Mapping[str, str], now: datetime) -> Listing:
    number = data.get("project", "")
    pk = int(number) if number.isascii() and number.isdecimal() and len(number) < 18 else 0
    project = visible(actor).filter(pk=pk).first()

    def lines(rows: Sequence[Message]) -> Any:
        for row in rows:
            subject = notices()[row.template].subject if row.template in notices() else row.subject
            yield (
                row.queued_at,
                reader(row),
                subject,
                without_link(row.body),
                Channel(row.channel).label,
                _state(row)[1],
                row.sent_at,
                row.read_at,
            )

    found: QuerySet[Message] | list[Message] = messages_of(project) if project else []
    return Listing(f"提醒记录 {project.code or project.name}" if project else "提醒记录", FIELDS, found, lines)
