"""将要变灯: what turns yellow or red within the next hours, who has been told of it, and urging at once
(附件7·第十六条).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from yinuo.engine.base import Actor, forbid
from yinuo.engine.people.queries import names_of
from yinuo.engine.work import access
from yinuo.engine.work.actions import remind
from yinuo.engine.work.lights import Light
from yinuo.engine.work.models import Moment, Reminder, WorkItem
from yinuo.engine.work.queries import open_of_hall, reminders_of, urged_since
from yinuo.faces.halls.shared import tabs
from yinuo.site.hall import shown
from yinuo.site.listings import WORK, work_lines
from yinuo.ui.acting import CONVENING, actor_of, need_role
from yinuo.ui.components.shapes import InboxRow, NavItem
from yinuo.ui.components.text import closing, zh_day, zh_moment, zh_weekday
from yinuo.ui.exporting import Field, Listing
from yinuo.ui.handling import attempt
from yinuo.ui.reading import today

WINDOWS = [(2, "2 小时内"), (8, "8 小时内"), (24, "一天内"), (72, "三天内")]
SHOWN = 100
# The same person urging the same thing twice within this time has pressed the button twice.
TWICE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Turning:
    """One item that is about to turn: when to which light, and the reminders that have gone out."""

    work: WorkItem
    row: InboxRow
    turns: list[str]
    told: list[str]


class UrgeForm(forms.Form):
    note = forms.CharField(
        label="催办的话",
        max_length=200,
        help_text="办理人会收到站内消息和短信。",
        error_messages={"required": "写一句催办的话"},
    )


@need_role(*CONVENING)
@require_http_methods(["GET", "POST"])
def early(request: HttpRequest) -> HttpResponse:
    """POST urges the handlers of the ticked items, each once."""
    actor, now = actor_of(request), timezone.now()
    hours = window(request.GET.dict())
    here = reverse("staff:early")
    may = actor.role in ("supervisor", "general_convener")
    form = UrgeForm(request.POST if request.method == "POST" else None, label_suffix="")
    ticked = {
        int(text) for text in request.POST.getlist("item") if text.isascii() and text.isdecimal() and len(text) < 18
    }
    if request.method == "POST":
        if not may:
            raise forbid("只有监督员、总召集人可以催办")
        if not ticked:
            form.add_error(None, "先勾选要催办的事项")
        if form.is_valid():
            works = list(open_of_hall(actor).filter(pk__in=ticked).order_by("id"))
            done = attempt(form, lambda: urge(actor, works, form.cleaned_data["note"], now))
            if done is not None:
                messages.success(request, f"已催办 {done} 件，并记录在案。" if done else "这几件刚刚催办过。")
                return redirect(f"{here}?hours={hours}")
    works = list(turning(actor, now, hours).select_related("department", "assignee")[: SHOWN + 1])
    context = {
        "tabs": tabs(here),
        "windows": [NavItem(words, f"{here}?hours={number}", current=number == hours) for number, words in WINDOWS],
        "days": by_day(_rows(works[:SHOWN], actor, now, now + timedelta(hours=hours)), now),
        "total": len(works[:SHOWN]),
        "capped": len(works) > SHOWN,
        "shown": SHOWN,
        "may": may,
        "form": form,
        "ticked": ticked,
        "export_url": f"{reverse('staff:export', args=['early'])}?hours={hours}",
    }
    return render(request, "staff/early.html", context, status=422 if form.is_bound else 200)


def window(data: Mapping[str, str]) -> int:
    """How many hours are looked ahead; a made-up number is the usual one."""
    return next((number for number, _ in WINDOWS if str(number) == data.get("hours")), WINDOWS[1][0])


def turning(actor: Actor, now: datetime, hours: int) -> QuerySet[WorkItem]:
    """Running items of the actor's reach whose light changes within the window, by the moment they fall due."""
    until = now + timedelta(hours=hours)
    changes = Q(yellow_from__gt=now, yellow_from__lte=until) | Q(due_at__gte=now, due_at__lte=until)
    return open_of_hall(actor).filter(changes, state="running", waits_for="staff").order_by("due_at", "id")


def urge(actor: Actor, works: Sequence[WorkItem], note: str, now: datetime) -> int:
    """Each item once; what the same person has urged a moment ago is left alone. Returns how many were urged."""
    recent = urged_since(actor.person_id, works, now - TWICE)
    todo = [work for work in works if work.pk not in recent and access.can_remind(actor, work)]
    for work in todo:
        remind(actor=actor, item=work, note=note, at=now)
    return len(todo)


def _rows(works: Sequence[WorkItem], actor: Actor, now: datetime, until: datetime) -> list[Turning]:
    told = told_of([work.pk for work in works])
    rows = shown(works, actor, now)
    return [
        Turning(work, row, turns_of(work, now, until), told.get(work.pk, []))
        for work, row in zip(works, rows, strict=True)
    ]


def by_day(rows: Sequence[Turning], now: datetime) -> list[tuple[str, list[Turning]]]:
    """By the day of the next change, the earliest first."""
    made: dict[date, list[Turning]] = {}
    for row in sorted(rows, key=lambda row: (_next(row.work, now), row.work.pk)):
        made.setdefault(today(_next(row.work, now)), []).append(row)
    return [("今天" if day == today(now) else f"{zh_day(day)} {zh_weekday(day)}", part) for day, part in made.items()]


def _next(work: WorkItem, now: datetime) -> datetime:
    """The next moment at which the light changes; everything listed has one."""
    return min(at for at in (work.yellow_from, work.due_at) if at is not None and at >= now)


def turns_of(work: WorkItem, now: datetime, until: datetime) -> list[str]:
    """11月24日 16:30 转黄灯, 11月24日 18:00 到期."""
    turns = []
    if work.yellow_from is not None and now < work.yellow_from <= until:
        turns.append(f"{closing(work.yellow_from)} 转黄灯")
    if work.due_at is not None and now <= work.due_at <= until:
        turns.append(f"{closing(work.due_at)} 到期，过后转红灯")
    return turns


def told_of(items: Sequence[int]) -> dict[int, list[str]]:
    """The reminders of each item in words, oldest first, in two queries."""
    rows = list(reminders_of(items))
    names = names_of(row.by_id for row in rows)
    made: dict[int, list[str]] = {}
    for row in rows:
        made.setdefault(row.item_id, []).append(reminder_words(row, names))
    return made


def reminder_words(row: Reminder, names: Mapping[int, str]) -> str:
    if row.by_id is None and row.moment == Moment.ON:
        return f"{zh_moment(row.at)} 系统提醒：今天到期"
    if row.by_id is None:
        return f"{zh_moment(row.at)} 系统提醒：{'亮黄灯' if row.light == Light.YELLOW else '亮红灯'}"
    return f"{zh_moment(row.at)} {names.get(row.by_id, '')}催办：{row.note}"


def listing(actor: Actor, data: Mapping[str, str], now: datetime) -> Listing:
    hours = window(data)
    until = now + timedelta(hours=hours)
    fields = (*WORK, Field("将怎样变灯", 40), Field("提醒和催办", 60))
    lines_of = work_lines(now)

    def lines(works: Sequence[WorkItem]) -> Any:
        told = told_of([work.pk for work in works])
        for work, line in zip(works, lines_of(works), strict=True):
            yield (*line, "；".join(turns_of(work, now, until)), "；".join(told.get(work.pk, [])))

    found = turning(actor, now, hours).select_related("department", "assignee")
    return Listing(f"{dict(WINDOWS)[hours]}将要变灯", fields, found, lines)
