"""待办: what waits, most urgent first, by light."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from yinuo.core.calendar import TZ
from yinuo.engine.base import Actor
from yinuo.engine.people.models import Delegation
from yinuo.engine.people.queries import delegations_around
from yinuo.engine.work import queries
from yinuo.engine.work.models import SavedFilter, WorkItem
from yinuo.faces.projects.heading import marks_of
from yinuo.rooms.commitments.room import CommitmentsWork
from yinuo.rooms.credit.queries import grades_of
from yinuo.rooms.credit.room import CreditWork
from yinuo.rooms.onemap.queries import under_coordination
from yinuo.rooms.onemap.room import MapWork
from yinuo.rooms.projects.room import ProjectsWork
from yinuo.site.filters import LIGHTS, Filters, chips, grades, matters
from yinuo.ui.acting import CONVENING, actor_of, hat_of, need_staff
from yinuo.ui.components.shapes import InboxRow, NavGroup, NavItem
from yinuo.ui.reading import look, today
from yinuo.ui.words import stages

GROUPS = [("red", "超期"), ("yellow", "预警"), ("green", "正常"), ("paused", "暂停")]
WORDS: dict[str, str] = {
    ProjectsWork.REVIEW: "复核",
    MapWork.GUIDANCE: "填写",
    MapWork.COMPLETION_GUIDANCE: "填写",
    MapWork.DELIVERY: "送达",
    MapWork.OBJECTION: "答复",
    CommitmentsWork.VERIFICATION: "验收",
    CreditWork.CONSENT: "审签",
    CreditWork.EXECUTION: "执行",
}
MORE = [
    ("大厅一览", "staff:hall", CONVENING),
    ("将要变灯", "staff:early", CONVENING),
    ("人员在办", "staff:load", CONVENING),
    ("代办服务", "staff:agency", ("agent", "general_convener", "supervisor", "comprehensive", "administrator")),
    ("人员与分工", "staff:people", ("general_convener", "administrator")),
    ("转交全部事项", "staff:reassign", ("general_convener", "principal")),
]
TITLES = {"mine": "我的待办", "department": "本部门", "waiting": "等别人", "overdue": "超期", "guidance": "前期辅导"}


@dataclass(frozen=True, slots=True)
class Group:
    """The rows of one light on this page; `count` is how many there are on all pages."""

    state: str
    title: str
    rows: list[InboxRow]
    count: int = 0


@need_staff
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """One box of the actor's, narrowed, a page of it.

    An unknown box, filter or cursor is answered as if it were not there.
    """
    actor, now = actor_of(request), timezone.now()
    day = today(now)
    filters = Filters.read(request.GET.dict(), day)
    around = delegations_around(actor.person_id or 0, day)
    persons = whose(actor, around)
    where, after = filters.where(now, day), request.GET.get("after", "")
    try:
        page = queries.page(actor, filters.box, now, after, persons=persons, where=where)
    except ValueError:
        after, page = "", queries.page(actor, filters.box, now, persons=persons, where=where)
    rows = with_credit([(work, row_of(work, actor, persons, now)) for work in page.items], day)
    saved = queries.saved_filters(actor)
    whole = bool(page.after or after)
    tallies = queries.counts(actor, now, persons, _narrowed(filters, saved, where, now, whole))
    groups = grouped(row for _, row in rows)
    counts = {group.state: tallies[f"light {group.state}"] if whole else len(group.rows) for group in groups}
    here = reverse("staff:inbox")
    context = {
        "title": TITLES[filters.box],
        "side": _side(actor, filters, saved, tallies, here),
        "groups": [replace(group, count=counts[group.state]) for group in groups],
        "total": tallies["all"] if whole else len(rows),
        "capped": whole and tallies["all"] >= queries.COUNT_CAP,
        "due_today": tallies["today"] if whole else sum(_due_today(work, now) for work, _ in rows),
        "next_url": f"{here}?{filters.query}&{urlencode({'after': page.after})}" if page.after else "",
        "first_url": f"{here}?{filters.query}" if after else "",
        "substitutes": [row for row in around if row.person_id == actor.person_id],
        "standing_in": [row for row in around if row.substitute_id == actor.person_id],
        "filters": filters,
        "choices": choices(actor, _key_of(request), day),
        "chips": [(words, f"{here}?{query}") for words, query in chips(filters, day)],
        "cleared_url": f"{here}?{Filters(box=filters.box).query}",
        "kept": next((row for row in saved if row.query == filters.query), None),
        "export_url": f"{reverse('staff:export', args=['inbox'])}?{filters.query}",
    }
    return render(request, "staff/inbox.html", context)


def whose(actor: Actor, around: Iterable[Delegation]) -> queries.Turns:
    """Whose work the actor does today: their own and that of everybody they stand in for, as far as each says."""
    return queries.Turns.of(actor, [row for row in around if row.substitute_id == actor.person_id])


def _narrowed(
    filters: Filters, saved: list[SavedFilter], where: Q, now: datetime, whole: bool
) -> dict[str, tuple[str, Q]]:
    """What else is counted: every saved filter, and where the page does not show everything, its lights and what is due
    today.
    """
    day = today(now)
    made = {}
    for row in saved:
        kept = Filters.parse(row.query, day)
        made[f"saved {row.pk}"] = (kept.box, kept.where(now, day))
    if whole:
        midnight = datetime.combine(day, time.min, TZ)
        due = Q(waits_for="staff", due_at__gte=midnight, due_at__lt=midnight + timedelta(days=1))
        waiting = Q(waits_for="unit")
        made |= {f"light {light}": (filters.box, where & ~waiting & queries.lit(light, now)) for light in LIGHTS}
        made["light paused"] = (filters.box, where & (waiting | queries.lit("paused", now)))
        made |= {"all": (filters.box, where), "today": (filters.box, where & due)}
    return made


def _key_of(request: HttpRequest) -> str:
    """The department whose matters alone the actor sees; nothing for the hall's people."""
    hat = hat_of(request)
    own = hat is not None and hat.actor.role in ("approver", "principal")
    return hat.membership.department.key if own and hat and hat.membership else ""


def choices(actor: Actor, department: str, day: date) -> dict[str, Any]:
    """The selects of the filter bar; a stage convener has but one stage."""
    return {
        "light": list(LIGHTS.items()),
        "stage": [] if actor.role == "stage_convener" else stages(day),
        "matter": matters(department, day),
        "grade": grades(day),
    }


def grouped(rows: Iterable[InboxRow]) -> list[Group]:
    """By light; what has no clock and waits for somebody stands with the green, what waits for the company with the
    paused.
    """
    made: dict[str, list[InboxRow]] = {state: [] for state, _ in GROUPS}
    for row in rows:
        made[{"ready": "green", "notice": "green", "wait": "paused"}.get(row.state, row.state)].append(row)
    return [Group(state, title, made[state]) for state, title in GROUPS if made[state]]


def row_of(work: WorkItem, actor: Actor, persons: queries.Turns, now: datetime) -> InboxRow:
    """The item in the words of the inbox; what the actor cannot handle is only to be looked at."""
    seen = look(work, now)
    own = handled_by(work, actor, persons)
    action = WORDS.get(work.kind, "办理") if own else "查看"
    if own and seen.state in ("paused", "notice"):
        action = "看原因" if seen.state == "paused" else "查看"
    project, _, unit = work.subtitle.partition("　")
    tags = list(work.tags)
    if work.waits_for == "staff" and not own and work.assignee is not None:
        tags.append(work.assignee.name)
    return InboxRow(
        id=str(work.pk),
        name=work.title,
        url=work.url,
        state=seen.state,
        left=seen.left,
        project=project,
        unit=unit,
        grade="",
        tags=tags,
        used=seen.used,
        warn=seen.warn,
        due=seen.due,
        action=action,
        quiet=not own or seen.state in ("paused", "notice"),
    )


def handled_by(work: WorkItem, actor: Actor, persons: queries.Turns) -> bool:
    """work.access.can_handle, with the actor's substitutions already read: no query per row."""
    if actor.role != work.role or work.waits_for != "staff":
        return False
    same = work.hall_id == actor.hall_id if work.department_id is None else work.department_id == actor.department_id
    return same and (work.assignee_id is None or persons.take(work))


def with_credit(rows: list[tuple[WorkItem, InboxRow]], day: date) -> list[tuple[WorkItem, InboxRow]]:
    """The units' grades of today, what the grade's class means for whoever handles it (附件2·第二十至二十三条), and
    coordination under way.
    """
    heads = grades_of(work.unit_id for work, row in rows if row.unit and work.unit_id is not None)
    red = [work.subject_id for work, row in rows if row.state == "red" and work.subject_kind == "onemap.mapitem"]
    urged = under_coordination(red)
    made = []
    for work, row in rows:
        grade = heads.get(work.unit_id, "") if row.unit and work.unit_id is not None else ""
        tags = [*row.tags, *marks_of(grade, day)]
        if row.state == "red" and work.subject_kind == "onemap.mapitem" and work.subject_id in urged:
            tags.append("已启动协调")
        made.append((work, _changed(row, grade, tags)))
    return made


def _changed(row: InboxRow, grade: str, tags: list[str]) -> InboxRow:
    return replace(row, grade=grade, tags=tags)


def _due_today(work: WorkItem, now: datetime) -> bool:
    due = work.due_shown(now)
    return due is not None and work.waits_for == "staff" and today(due) == today(now)


def _side(
    actor: Actor, filters: Filters, saved: list[SavedFilter], counts: dict[str, int], here: str
) -> list[NavGroup]:
    labels = {**queries.BOXES, "department": "本部门" if actor.role in ("approver", "principal") else "本大厅"}
    kept = any(row.query == filters.query for row in saved)
    boxes = [
        NavItem(
            labels[name],
            f"{here}?{Filters(box=name).query}",
            current=name == filters.box and not kept,
            count=counts[name],
            alarm=name == "overdue",
        )
        for name in queries.BOXES
    ]
    own = [
        NavItem(row.name, f"{here}?{row.query}", current=row.query == filters.query, count=counts[f"saved {row.pk}"])
        for row in saved
    ]
    more = [NavItem(label, reverse(name)) for label, name, roles in MORE if actor.role in roles]
    groups = [NavGroup("", boxes)]
    if own:
        groups.append(NavGroup("我存的筛选", own))
    return [*groups, NavGroup("大厅", more)] if more else groups
