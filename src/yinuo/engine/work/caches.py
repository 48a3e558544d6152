"""The instants of a clock: derived from its start, its limit, its events and what was told of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from yinuo.engine.caches import Cache
from yinuo.engine.work import clocks
from yinuo.engine.work.lights import Light
from yinuo.engine.work.models import ClockEvent, Moment, Reminder, WorkItem, WorkState

COLUMNS = {
    "state": "状态",
    "due_at": "到期时间",
    "yellow_from": "变黄的时间",
    "red_from": "变红的时间",
    "statutory_due_at": "法定到期时间",
    "paused_at": "暂停于",
    "pause_ends_at": "最迟恢复",
    "provisional": "期限暂定",
    "announced": "已告知的灯",
    "next_transition_at": "下一次变化",
}


def take(key: int) -> WorkItem | None:
    """The project first, then the item, as every transition locks them."""
    project_id = WorkItem.objects.filter(pk=key).values_list("project_id", flat=True).first()
    if project_id is not None:
        import_string(settings.YINUO_PROJECT_LOCK)(project_id)
    return WorkItem.objects.select_for_update(no_key=True).filter(pk=key).first()


def called(item: WorkItem) -> str:
    return f"待办 {item.pk} {item.get_kind_display()}"


def _clocks(items: Sequence[WorkItem], at: datetime) -> Mapping[int, Mapping[str, Any]]:
    events: dict[int, list[ClockEvent]] = {}
    told: dict[int, set[str]] = {}
    keys = [item.pk for item in items]
    for event in ClockEvent.objects.filter(item_id__in=keys).order_by("id"):
        events.setdefault(event.item_id, []).append(event)
    reminders = Reminder.objects.filter(item_id__in=keys, by_id__isnull=True).exclude(moment=Moment.ON)
    for item_id, light in reminders.values_list("item_id", "light"):
        told.setdefault(item_id, set()).add(light)
    calendars = clocks.Calendars()
    return {item.pk: _of(item, events.get(item.pk, []), told.get(item.pk, set()), calendars) for item in items}


def _of(item: WorkItem, events: Sequence[ClockEvent], told: set[str], calendars: clocks.Calendars) -> dict[str, Any]:
    made = copy(item)
    last = next((event for event in reversed(events) if event.kind != ClockEvent.Kind.EXTEND), None)
    paused = item.is_open and last is not None and last.kind == ClockEvent.Kind.PAUSE
    made.paused_at, made.pause_ends_at = (last.at, last.ends_by) if paused and last else (None, None)
    if item.is_open:
        made.state = WorkState.PAUSED if paused else WorkState.RUNNING
    made.due_at = made.yellow_from = made.red_from = made.statutory_due_at = None
    made.provisional = False
    made.announced = next((light for light in (Light.RED, Light.YELLOW) if light in told), Light.GREEN)
    clocks.refresh(made, events, calendars.at(item.closed_at))
    if item.closed_at is not None:
        made.announced = made.light_at(item.closed_at)
        _leave_what_was_still_to_come(made, item, item.closed_at)
    return {name: getattr(made, name) for name in COLUMNS}


def _leave_what_was_still_to_come(made: WorkItem, item: WorkItem, closed_at: datetime) -> None:
    """An end that a closed clock never reached was foreseen by the calendar of then; another calendar since is no
    fault.
    """
    made.provisional = item.provisional
    for name in ("due_at", "statutory_due_at"):
        held, derived = getattr(item, name), getattr(made, name)
        if held is not None and derived is not None and min(held, derived) > closed_at:
            setattr(made, name, held)


CLOCK = Cache("work.clock", "待办的时钟", COLUMNS, WorkItem.objects.all, _clocks, called, take=take)
CACHES = [CLOCK]
