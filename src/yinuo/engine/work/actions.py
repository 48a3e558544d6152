"""Every write to what waits for somebody.

Callers hold the project row's lock; the tick takes it through the settings' hook.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.utils.module_loading import import_string

from yinuo.core.calendar import TZ
from yinuo.core.dated import the_one_at
from yinuo.core.pack.types import DayNotice, PauseReason
from yinuo.engine.base import NO_ROW, Actor, PageRef, Refused, column_length, forbid
from yinuo.engine.inserting import insert, new_row
from yinuo.engine.people.models import Person
from yinuo.engine.register import outliving, unit_terms
from yinuo.engine.rules import pack
from yinuo.engine.trail.actions import action, answered, claim, current, record, remember, unit_of_work
from yinuo.engine.work import access, clocks
from yinuo.engine.work.lights import Light
from yinuo.engine.work.models import (
    CalendarNotice,
    ClockEvent,
    Export,
    Moment,
    Reminder,
    SavedFilter,
    WorkItem,
    WorkState,
)

CACHE = [
    "due_at",
    "yellow_from",
    "red_from",
    "statutory_due_at",
    "provisional",
    "next_transition_at",
]
SAVED_FILTERS = 12


@dataclass(frozen=True, slots=True)
class About:
    """What a work item is about, in the words the inbox shows; taken from the room that opens it.

    `page` is the staff's; `unit_page` where the unit acts, given for what waits for the unit.
    """

    subject: models.Model
    title: str
    subtitle: str
    page: PageRef
    unit_page: PageRef | None = None
    project_id: int | None = None
    project_code: str = ""
    unit_id: int | None = None
    stage: str = ""
    tags: tuple[str, ...] = ()
    matter_id: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """The promised limit that the light follows, and the statutory one beside it. None = no clock."""

    value: int | None
    unit: str = "working"
    statutory_value: int | None = None
    statutory_unit: str = "working"


@action
def open_item(
    *,
    actor: Actor,
    kind: str,
    about: About,
    limits: Limits,
    rules_on: date,
    at: datetime,
    department_id: int | None,
    hall_id: int | None,
    assignee_id: int | None = None,
    role: str = "approver",
    waits_for: str = "staff",
    key_needed: bool = True,
) -> WorkItem:
    """Starts a clock. The database refuses a second open item of the same kind for the same subject and department.

    `key_needed` False: the row is written with the action's others at its end, and has no key here.
    """
    item = new_row(
        WorkItem,
        kind=kind,
        subject_kind=about.subject._meta.label_lower,
        subject_id=about.subject.pk,
        project_id=about.project_id,
        project_code=about.project_code,
        matter_id=about.matter_id,
        title=about.title[:160],
        subtitle=about.subtitle[:240],
        page=about.page.name,
        page_args=about.page.args,
        unit_page=about.unit_page.name if about.unit_page else "",
        unit_page_args=about.unit_page.args if about.unit_page else {},
        unit_id=about.unit_id,
        stage=about.stage,
        tags=list(about.tags),
        department_id=department_id,
        hall_id=hall_id,
        assignee_id=assignee_id,
        role=role,
        waits_for=waits_for,
        started_at=at,
        limit_value=limits.value,
        limit_unit=limits.unit,
        statutory_value=limits.statutory_value,
        statutory_unit=limits.statutory_unit,
        rules_on=rules_on,
    )
    clocks.refresh(item, [])
    if key_needed:
        insert([item])
    else:
        current().add(item)
    return item


def lock(item_id: int) -> WorkItem:
    return WorkItem.objects.select_for_update(no_key=True).get(pk=item_id)


def open_of(subject: models.Model, kind: str, department_id: int | None = None) -> WorkItem | None:
    """The open work item of a subject, locked; None where none is open."""
    found = WorkItem.objects.select_for_update(no_key=True).filter(
        subject_kind=subject._meta.label_lower, subject_id=subject.pk, kind=kind, state__in=["running", "paused"]
    )
    if department_id is not None:
        found = found.filter(department_id=department_id)
    return found.first()


def _events(item: WorkItem) -> Sequence[ClockEvent]:
    return list(item.events.order_by("id"))


def pause_reason(code: str, day: date) -> PauseReason:
    """Raises Refused for a reason the pack does not know on that day."""
    known = [reason for reason in pack().pauses if reason.id == code]
    if not known:
        raise Refused("work.pause_reason", "请选择暂停计时的事由", field="reason", remedy="只能选择规则包列出的事由")
    return the_one_at(known, day, code)


@action
def pause(
    *, actor: Actor, item: WorkItem, reason: str, at: datetime, note: str = "", ends_by: datetime | None = None
) -> WorkItem:
    """Stops the clock for a reason of the pack,
    until resumed or the reason's longest term (or an earlier `ends_by`).
    """
    if item.state != WorkState.RUNNING:
        raise Refused("work.not_running", "这件事没有在计时，不能暂停", remedy="请刷新页面查看最新状态")
    known = pause_reason(reason, item.rules_on)
    longest = _after(at, known.longest, known.longest_unit)
    ends_by = min(ends_by, longest) if ends_by else longest
    ClockEvent.objects.create(
        item=item,
        kind=ClockEvent.Kind.PAUSE,
        at=at,
        by_id=actor.person_id,
        reason=reason,
        note=note,
        ends_by=ends_by,
        stops_statutory=known.stops_statutory,
    )
    item.state, item.paused_at, item.pause_ends_at = WorkState.PAUSED, at, ends_by
    _save(item, "state", "paused_at", "pause_ends_at")
    record(
        actor,
        "work.pause",
        item,
        at=at,
        project_code=item.project_code,
        why=note or known.label,
        data={"reason": reason, "ends_by": ends_by, "cites": list(known.cites)},
    )
    return item


def _after(at: datetime, value: int, unit: str) -> datetime:
    calendar = clocks.calendar()
    day = at.astimezone(TZ).date()
    if unit == "calendar":
        return at + timedelta(days=value)
    return calendar.closing(calendar.add_working_days(day, value))


@action
def resume(*, actor: Actor, item: WorkItem, at: datetime, note: str = "") -> WorkItem:
    """Starts the clock again. A pause that has already ended itself was resumed then, and stays so."""
    if item.state != WorkState.PAUSED:
        raise Refused("work.not_paused", "这件事没有暂停，无需恢复", remedy="请刷新页面查看最新状态")
    moment = min(at, item.pause_ends_at) if item.pause_ends_at else at
    ClockEvent.objects.create(item=item, kind=ClockEvent.Kind.RESUME, at=moment, by_id=actor.person_id, note=note)
    item.state, item.paused_at, item.pause_ends_at = WorkState.RUNNING, None, None
    _save(item, "state", "paused_at", "pause_ends_at")
    by_itself = actor.role == "system"
    record(
        actor,
        "work.pause_ended" if by_itself else "work.resume",
        item,
        at=moment,
        project_code=item.project_code,
        why=note,
    )
    return item


@action
def extend(*, actor: Actor, item: WorkItem, days: int, reason: str, at: datetime) -> WorkItem:
    """Adds working days to the limit, with a name and a reason (行政许可法 42)."""
    if days < 1:
        raise Refused("work.extension_days", "延长的工作日数应为正整数", field="days")
    if not reason.strip():
        raise Refused("work.extension_reason", "请写明延长期限的理由", field="reason", remedy="理由会告知项目单位")
    if not item.is_open:
        raise Refused("work.closed", "这件事已经办完，不能延长期限")
    if item.next_transition_at is not None and item.next_transition_at <= at and item.state == WorkState.RUNNING:
        # The light that shows now would be unseen afterwards, for the longer term moves it: it is told before.
        _announce(item, at)
    ClockEvent.objects.create(
        item=item, kind=ClockEvent.Kind.EXTEND, at=at, by_id=actor.person_id, days=days, reason="extension", note=reason
    )
    _save(item)
    record(actor, "work.extend", item, at=at, project_code=item.project_code, why=reason, data={"days": days})
    return item


@action
def close(*, actor: Actor, item: WorkItem, at: datetime, outcome: str, cancelled: bool = False) -> WorkItem:
    """Ends the clock; its light stays what it was at that instant."""
    if not item.is_open:
        raise Refused("work.closed", "这件事已经办完", remedy="请刷新页面查看最新状态")
    if item.state == WorkState.PAUSED:
        if item.pause_ends_at is not None and item.pause_ends_at <= at:
            resume(actor=Actor.system(), item=item, at=at, note="暂停期限届满，自动恢复")
        else:
            ClockEvent.objects.create(
                item=item, kind=ClockEvent.Kind.RESUME, at=at, by_id=actor.person_id, note="随办结恢复"
            )
            item.paused_at = item.pause_ends_at = None
    item.state = WorkState.CANCELLED if cancelled else WorkState.DONE
    item.closed_at, item.outcome = at, outcome
    # First what a pause has put off: the light is the one of the term as it ended.
    clocks.refresh(item, _events(item))
    item.announced = item.light_at(at)
    item.save(update_fields=["state", "closed_at", "outcome", "announced", "paused_at", "pause_ends_at", *CACHE])
    return item


def _save(item: WorkItem, *fields: str) -> None:
    clocks.refresh(item, _events(item))
    item.save(update_fields=[*fields, *CACHE])


@action
def hand_over(*, actor: Actor, item: WorkItem, department_id: int | None, role: str, at: datetime) -> WorkItem:
    """Another office takes the item from here; its clock runs on,
    for whoever waits does not care which office is slow.
    """
    item.department_id, item.role, item.assignee = department_id, role, None
    item.save(update_fields=["department", "role", "assignee"])
    record(
        actor,
        "work.hand_over",
        item,
        at=at,
        project_code=item.project_code,
        data={"department": department_id, "role": role},
    )
    return item


@action
def add_tag(*, item: WorkItem, tag: str) -> WorkItem:
    """A word beside the item in every inbox; the same word again changes nothing.

    The room that asks for it leaves the trail.
    """
    if tag not in item.tags:
        item.tags = [*item.tags, tag]
        item.save(update_fields=["tags"])
    return item


@action
def cancel_of_project(*, actor: Actor, project_id: int, at: datetime, why: str) -> int:
    """Ends every open clock of a project that is withdrawn or terminated; returns how many.

    A complaint is still owed its answer.
    """
    rows = WorkItem.objects.select_for_update(no_key=True).filter(
        project_id=project_id, state__in=["running", "paused"]
    )
    items = list(rows.exclude(kind__in=outliving()).order_by("id"))
    for item in items:
        close(actor=actor, item=item, at=at, outcome=why[:40], cancelled=True)
    return len(items)


@action
def reassign(*, actor: Actor, item: WorkItem, person: Person, at: datetime, why: str = "") -> WorkItem:
    """Gives an open item to another person of its department."""
    if not access.can_reassign(actor, item):
        raise forbid("只有本部门办理人员、总召集人可以转交")
    item.refresh_from_db(from_queryset=WorkItem.objects.select_for_update(no_key=True))
    if not item.is_open:
        raise Refused("work.closed", "这件事已经办完，不能转交")
    if not access.works_for(person, item.department_id, at.astimezone(TZ).date()):
        raise Refused(
            "work.assignee", f"{person.name}不在承办部门，不能接办", field="person", remedy="请选择承办部门的人员"
        )
    before = item.assignee_id
    item.assignee = person
    item.save(update_fields=["assignee"])
    record(
        actor,
        "work.reassign",
        item,
        at=at,
        project_code=item.project_code,
        why=why,
        data={"from": before, "to": person.pk},
    )
    return item


@action
def reassign_all(*, actor: Actor, person: Person, to: Person, at: datetime, why: str) -> int:
    """All open items of a person given to another at once.

    Those the other may not handle stay, and so do those of departments that are not the actor's to arrange.
    """
    held = (
        WorkItem.objects.select_for_update(no_key=True)
        .filter(assignee=person, state__in=["running", "paused"])
        .order_by("id")
    )
    day = at.astimezone(TZ).date()
    fitting = [item for item in held if access.works_for(to, item.department_id, day)]
    own = [item for item in fitting if access.can_reassign(actor, item)]
    if fitting and not own:
        raise forbid("只有本部门办理人员、总召集人可以转交")
    for item in own:
        reassign(actor=actor, item=item, person=to, at=at, why=why)
    return len(own)


def tick(now: datetime, batch: int = 200) -> int:
    """Tells every light and pause that has turned since the last tick; costs what is due, not what is open. Returns how
    many turned.

    Each item is its own transaction: its project is locked first (as every transition does), then the item if it is
    still due.
    """
    turned = 0
    due = WorkItem.objects.filter(state__in=["running", "paused"], next_transition_at__lte=now)
    while batch_ids := list(due.order_by("next_transition_at").values_list("id", "project_id")[:batch]):
        progress = sum(_turn(item_id, project_id, now) for item_id, project_id in batch_ids)
        turned += progress
        if not progress or len(batch_ids) < batch:
            break
    return turned


def _turn(item_id: int, project_id: int | None, now: datetime) -> int:
    with unit_of_work():
        if project_id is not None:
            import_string(settings.YINUO_PROJECT_LOCK)(project_id)
        item = (
            WorkItem.objects.select_for_update(skip_locked=True, no_key=True)
            .filter(pk=item_id, state__in=["running", "paused"], next_transition_at__lte=now)
            .first()
        )
        if item is None:
            return 0
        if item.state == WorkState.PAUSED:
            resume(actor=Actor.system(), item=item, at=now, note="暂停期限届满，自动恢复")
        else:
            _announce(item, now)
        return 1


def _announce(item: WorkItem, now: datetime) -> None:
    """Passes through yellow even when the tick comes so late that the light is already red:
    both are told, each once.
    """
    light = item.light_at(now)
    steps = [Light.YELLOW, Light.RED] if light == Light.RED and item.announced == Light.GREEN else [light]
    for step in steps:
        moment = item.yellow_from if step == Light.YELLOW else item.red_from
        item.announced = step
        when = Moment.BEFORE if step == Light.YELLOW else Moment.AFTER
        Reminder.objects.bulk_create([Reminder(item=item, light=step, moment=when, at=now)], ignore_conflicts=True)
        record(Actor.system(), f"work.{step}", item, at=now, project_code=item.project_code, data={"turned_at": moment})
    item.next_transition_at = clocks.next_transition(item)
    item.save(update_fields=["announced", "next_transition_at"])
    if light == Light.RED:
        record(Actor.system(), "work.lapsed", item, at=now, project_code=item.project_code)


def _moment(item: WorkItem, at: datetime) -> Moment:
    due = item.due_shown(at)
    if due is None:
        return Moment.BEFORE
    same_day = at.astimezone(TZ).date() == due.astimezone(TZ).date()
    return Moment.AFTER if at > due else Moment.ON if same_day else Moment.BEFORE


def remind_on_the_day(now: datetime) -> int:
    """On the morning of its last day whoever has an item hears of it once more (U-4); returns how many were told.

    Only what began before today: what was taken up today was told its term then. Of what waits for a company only the
    gap it has promised to fill. Costs what falls due today, not what is open.
    """
    calendar, day = clocks.calendar(), now.astimezone(TZ).date()
    if calendar.is_working(day) and now < calendar.opening(day):
        return 0
    begins = datetime.combine(day, time.min, TZ)
    ends = begins + timedelta(days=1)
    told = Reminder.objects.filter(item=models.OuterRef("pk"), moment=Moment.ON, by_id__isnull=True)
    hurried = models.Q(waits_for="staff") | models.Q(kind__in=unit_terms())
    due = WorkItem.objects.filter(
        hurried,
        ~models.Exists(told),
        state=WorkState.RUNNING,
        next_transition_at__lte=ends + timedelta(microseconds=1),
        due_at__gt=now,
        due_at__lte=ends,
        started_at__lt=begins,
    )
    return sum(
        _remind(item_id, project_id, now, ends)
        for item_id, project_id in list(due.order_by("id").values_list("id", "project_id"))
    )


def _remind(item_id: int, project_id: int | None, now: datetime, ends: datetime) -> int:
    with unit_of_work():
        if project_id is not None:
            import_string(settings.YINUO_PROJECT_LOCK)(project_id)
        item = (
            WorkItem.objects.select_for_update(skip_locked=True, no_key=True)
            .filter(pk=item_id, state=WorkState.RUNNING, due_at__gt=now, due_at__lte=ends)
            .first()
        )
        if item is None or item.reminders.filter(moment=Moment.ON, by_id__isnull=True).exists():
            return 0
        Reminder.objects.create(item=item, light=item.light_at(now), moment=Moment.ON, at=now)
        record(
            Actor.system(), "work.due_today", item, at=now, project_code=item.project_code, data={"due_at": item.due_at}
        )
        return 1


@action
def remind(*, actor: Actor, item: WorkItem, note: str, at: datetime, idempotency_key: str = "") -> Reminder:
    """A supervisor or convener urges the handler before or after a light turned; kept on record."""
    if not access.can_remind(actor, item):
        raise forbid("只有监督员、总召集人可以催办")
    claimed = claim(actor, idempotency_key, "work.remind", [item.pk, note], at=at)
    if (known := answered(claimed)) is not None:
        return Reminder.objects.get(pk=known)
    if not item.is_open:
        raise Refused("work.closed", "这件事已经办完，不需要催办", remedy="请刷新页面查看最新状态")
    reminder = Reminder.objects.create(
        item=item, light=item.light_at(at), moment=_moment(item, at), at=at, by_id=actor.person_id, note=note[:200]
    )
    record(actor, "work.remind", item, at=at, project_code=item.project_code, why=note)
    remember(claimed, reminder)
    return reminder


@action
def import_calendar(
    *, actor: Actor, days: Iterable[DayNotice], source: str, at: datetime, settles_year: bool = False
) -> dict[str, Any]:
    """Takes in a published holiday notice over the pack's seed and recomputes the open clocks it touches; again, it
    changes nothing.

    `settles_year`: the notice is the year's whole arrangement, not a single local holiday.
    """
    if actor.role not in ("administrator", "system"):
        raise forbid("只有系统管理员可以导入节假日通知")
    known = clocks.calendar()
    fresh = [
        day
        for day in days
        if (settles_year and known.day(day.on).provisional) or known.is_working(day.on) != day.working
    ]
    CalendarNotice.objects.bulk_create(
        CalendarNotice(
            on=day.on,
            working=day.working,
            name=day.name,
            source=source,
            settles_year=settles_year,
            imported_at=at,
            imported_by_id=actor.person_id,
        )
        for day in fresh
    )
    clocks.forget_calendar(doubtful=True)
    transaction.on_commit(clocks.forget_calendar)
    changed = 0
    if fresh:
        first_day = min(day.on for day in fresh)
        changed = rebuild(touching=first_day)
        current().jobs.append(("yinuo.engine.work.tasks.calendar_imported", {"touching": first_day.isoformat()}))
        first = CalendarNotice.objects.latest("id")
        record(actor, "work.import_calendar", first, at=at, why=source, data={"days": len(fresh), "clocks": changed})
    return {"days": len(fresh), "clocks": changed}


def rebuild(touching: date | None = None) -> int:
    """Derives the cached instants of open clocks anew (those due on or after `touching`); returns how many changed."""
    items = WorkItem.objects.filter(state__in=["running", "paused"], limit_value__isnull=False)
    if touching is not None:
        ends = ("due_at", "statutory_due_at", "red_from")
        items = items.filter(models.Q(*((f"{end}__date__gte", touching) for end in ends), _connector=models.Q.OR))
    changed = 0
    for item in items.prefetch_related("events").order_by("id").iterator(chunk_size=500):
        before = [getattr(item, name) for name in CACHE]
        clocks.refresh(item, sorted(item.events.all(), key=lambda event: event.pk))
        if before != [getattr(item, name) for name in CACHE]:
            item.save(update_fields=CACHE)
            changed += 1
    return changed


@action
def save_filter(*, actor: Actor, name: str, query: str, at: datetime) -> SavedFilter:
    """Keeps a way of looking at the inbox under a name; the same name again means the new one."""
    if not access.can_keep(actor):
        raise forbid("只有审批和管理人员可以保存筛选")
    name = _filter_name(name)
    if not query or len(query) > column_length(SavedFilter, "query"):
        raise Refused("work.filter_query", "请先选好筛选条件再保存", field="query")
    own = SavedFilter.objects.filter(person_id=actor.person_id or NO_ROW)
    if own.count() >= SAVED_FILTERS and not own.filter(name=name).exists():
        raise Refused("work.filter_many", f"最多保存 {SAVED_FILTERS} 个筛选", field="name", remedy="请先删除不用的筛选")
    made, _ = SavedFilter.objects.update_or_create(
        person_id=actor.person_id or NO_ROW, name=name, defaults={"query": query, "saved_at": at}
    )
    return made


@action
def rename_filter(*, actor: Actor, filter_id: int, name: str, at: datetime) -> SavedFilter:
    kept = _own_filter(actor, filter_id)
    name = _filter_name(name)
    if SavedFilter.objects.filter(person_id=actor.person_id or NO_ROW, name=name).exclude(pk=kept.pk).exists():
        raise Refused("work.filter_taken", "您已经有一个同名的筛选", field="name", remedy="请换一个名字")
    kept.name, kept.saved_at = name, at
    kept.save(update_fields=["name", "saved_at"])
    return kept


@action
def remove_filter(*, actor: Actor, filter_id: int) -> None:
    _own_filter(actor, filter_id).delete()


def _filter_name(name: str) -> str:
    name = " ".join(name.split())
    longest = column_length(SavedFilter, "name")
    if not name or len(name) > longest:
        raise Refused("work.filter_name", f"请给筛选起个名字，不超过 {longest} 字", field="name")
    return name


def _own_filter(actor: Actor, filter_id: int) -> SavedFilter:
    """Somebody else's is as good as not there, but a person without any of their own is told why."""
    kept = SavedFilter.objects.select_for_update().filter(pk=filter_id).first()
    if kept is None:
        raise Refused("work.filter_gone", "这个筛选已经删除", remedy="请刷新页面")
    if not access.can_keep(actor) or kept.person_id != actor.person_id:
        raise forbid("只能改自己保存的筛选")
    return kept


@action
def ask_export(*, actor: Actor, listing: str, query: str, ending: str, job: str, at: datetime) -> Export:
    """Puts a long list on order, once while it is being made; what the person ordered a day ago and earlier is thrown
    away.

    `job` is the dotted name of the task that makes it.
    """
    if not access.can_keep(actor):
        raise forbid("只有审批和管理人员可以导出")
    own = Export.objects.filter(person_id=actor.person_id or NO_ROW)
    own.filter(asked_at__lt=at - timedelta(days=1)).delete()
    same = own.filter(
        role=actor.role, department_id=actor.department_id or NO_ROW, listing=listing, query=query[:400], ending=ending
    )
    if (making := same.filter(state__in=["queued", "running"]).first()) is not None:
        return making
    made = Export.objects.create(
        person_id=actor.required_person_id,
        role=actor.role,
        department_id=actor.department_id,
        hall_id=actor.hall_id,
        stage=actor.stage,
        listing=listing,
        query=query[:400],
        ending=ending,
        asked_at=at,
    )
    current().jobs.append((job, {"export_id": made.pk}))
    return made


def note_export(export_id: int, **values: Any) -> None:
    """Notes how far the making of a list is; nothing happens where the list was thrown away meanwhile."""
    Export.objects.filter(pk=export_id).update(**values)
