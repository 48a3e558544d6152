"""Every reading of what waits for somebody: the inbox by keyset, never by offset, without exact totals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet, Value

from yinuo.core.calendar import TZ
from yinuo.engine.base import NO_ROW, Actor
from yinuo.engine.people.models import Delegation, Person
from yinuo.engine.people.queries import standing_in
from yinuo.engine.work.lights import has_light, is_paused
from yinuo.engine.work.models import Export, Reminder, SavedFilter, WorkItem

OPEN = ["running", "paused"]
BOXES = {"mine": "我的", "department": "本部门", "waiting": "等别人", "overdue": "超期", "guidance": "前期辅导"}
COUNT_CAP = 100
# Whoever works for one office sees that office’s work, not the hall’s.
OF_A_DEPARTMENT = ("approver", "principal", "utility", "zone")


@dataclass(frozen=True, slots=True)
class Turns:
    """Whose work somebody does: `whole` all of it (their own, those stood in for without limit), `parts` only what each
    covers.
    """

    whole: frozenset[int | None]
    parts: tuple[Delegation, ...]

    @classmethod
    def of(cls, actor: Actor, standing: Iterable[Delegation]) -> Turns:
        rows = tuple(standing)
        return cls(
            frozenset([actor.person_id, *(row.person_id for row in rows if not row.limited)]),
            tuple(row for row in rows if row.limited),
        )

    def take(self, work: WorkItem) -> bool:
        """Whether what is given to somebody is the actor's to do."""
        return work.assignee_id in self.whole or any(
            row.person_id == work.assignee_id and row.covers(work.kind, work.matter_id, work.project_id)
            for row in self.parts
        )

    def given(self) -> Q:
        """The same for the database."""
        found = Q(assignee_id__in=self.whole)
        for row in self.parts:
            part = Q(assignee_id=row.person_id)
            for name, values in (("kind", row.kinds), ("matter_id", row.matters), ("project_id", row.projects)):
                if values:
                    part &= Q(**{f"{name}__in": values})
            found |= part
        return found


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the inbox; `after` opens the next, "" = no more."""

    items: list[WorkItem]
    after: str


def box(actor: Actor, name: str, now: datetime, persons: Turns | None = None) -> QuerySet[WorkItem]:
    """The open items of a box, unordered. A unit sees what waits for it; staff by role.

    `persons` = whose work the actor does today, where the caller knows it already.
    """
    items = WorkItem.objects.filter(state__in=OPEN)
    if actor.role == "unit":
        return items.filter(unit_id=actor.unit_id, waits_for="unit")
    if name == "mine":
        return items.filter(_mine(actor, whose(actor, now) if persons is None else persons), waits_for="staff")
    items = items.filter(_reach(actor))
    if name == "waiting":
        return items.filter(Q(waits_for="unit") | Q(state="paused"))
    if name == "overdue":
        # What is red was due before; said here too, for the indexes are sorted by it.
        return items.filter(lit("red", now), waits_for="staff", due_at__lt=now)
    if name == "guidance":
        return items.filter(kind__in=["guidance", "completion_guidance"])
    return items.filter(waits_for="staff")


def whose(actor: Actor, now: datetime) -> Turns:
    """The actor's own work and what they do today for others."""
    return Turns.of(actor, standing_in(actor.person_id, now.astimezone(TZ).date()) if actor.person_id else ())


def _mine(actor: Actor, persons: Turns) -> Q:
    unassigned = Q(assignee__isnull=True, role=actor.role)
    if actor.role in OF_A_DEPARTMENT:
        return Q(role=actor.role) & persons.given() | unassigned & Q(department_id=actor.department_id)
    here = Q(hall_id=actor.hall_id, stage=actor.stage) if actor.role == "stage_convener" else Q(hall_id=actor.hall_id)
    return Q(role=actor.role) & persons.given() | unassigned & here


def _reach(actor: Actor) -> Q:
    if actor.role in OF_A_DEPARTMENT:
        return Q(department_id=actor.department_id)
    if actor.role == "agent":
        return Q(hall_id=actor.hall_id, role="agent")
    if actor.role == "stage_convener":
        return Q(hall_id=actor.hall_id, stage=actor.stage)
    return Q(hall_id=actor.hall_id)


def lit(light: str, now: datetime) -> Q:
    """What stands in the inbox under this light at `now`; `paused`: what is paused, whatever its light."""
    return is_paused(now) if light == "paused" else ~is_paused(now) & has_light(light, now)


def page(
    actor: Actor,
    name: str,
    now: datetime,
    after: str = "",
    size: int = 50,
    persons: Turns | None = None,
    where: Q | None = None,
) -> Page:
    """The box, most urgent first; items without a clock come last. Raises ValueError for a cursor that is none.

    `where` narrows the box further.
    """
    items = box(actor, name, now, persons).select_related("department", "assignee")
    if where is not None:
        items = items.filter(where)
    dated = items.filter(due_at__isnull=False).order_by("due_at", "id")
    undated = items.filter(due_at__isnull=True).order_by("id")
    if after:
        stamp, _, last = after.partition("_")
        if stamp == "none":
            dated, undated = dated.none(), undated.filter(id__gt=int(last))
        else:
            moment = datetime.fromisoformat(stamp)
            dated = dated.filter(Q(due_at__gt=moment) | Q(due_at=moment, id__gt=int(last)))
    rows = list(dated[: size + 1])
    if len(rows) <= size:
        rows += list(undated[: size + 1 - len(rows)])
    more = len(rows) > size
    rows = rows[:size]
    last_row = rows[-1] if rows and more else None
    cursor = "" if last_row is None else f"{last_row.due_at.isoformat() if last_row.due_at else 'none'}_{last_row.pk}"
    return Page(rows, cursor)


def counts(
    actor: Actor, now: datetime, persons: Turns | None = None, narrowed: Mapping[str, tuple[str, Q]] | None = None
) -> dict[str, int]:
    """How many wait in each box, counted up to COUNT_CAP and no further: one query for all of them.

    `narrowed`: further keys, each a box and what narrows it.
    """
    persons = whose(actor, now) if persons is None else persons
    wanted = {name: box(actor, name, now, persons) for name in BOXES}
    for key, (name, where) in (narrowed or {}).items():
        wanted[key] = box(actor, name, now, persons).filter(where)
    first, *rest = [items.values_list(Value(key), flat=True)[:COUNT_CAP] for key, items in wanted.items()]
    found = Counter(first.union(*rest, all=True))
    return {key: found[key] for key in wanted}


def item(item_id: int) -> WorkItem:
    """One item without its events. Raises WorkItem.DoesNotExist."""
    return WorkItem.objects.select_related("department", "assignee").get(pk=item_id)


def of_subject(subject: models.Model, *, kind: str = "") -> list[WorkItem]:
    """Every item about a thing, or those of one kind, open or not, with their events; oldest first."""
    items = WorkItem.objects.filter(subject_kind=subject._meta.label_lower, subject_id=subject.pk)
    if kind:
        items = items.filter(kind=kind)
    return list(items.prefetch_related("events").order_by("id"))


def open_by_subject(model: type[models.Model], ids: Collection[int], *, kind: str = "") -> dict[int, WorkItem]:
    """The open item about each of these rows of `model`, by the row's number; of one kind where it is named."""
    items = WorkItem.objects.filter(subject_kind=model._meta.label_lower, subject_id__in=ids, state__in=OPEN)
    return {item.subject_id: item for item in (items.filter(kind=kind) if kind else items)}


def open_clock(subject: models.Model, *kinds: str) -> WorkItem | None:
    """What is open of a thing; of these kinds only, where they are named."""
    rows = WorkItem.objects.filter(subject_kind=subject._meta.label_lower, subject_id=subject.pk, state__in=OPEN)
    if kinds:
        rows = rows.filter(kind__in=kinds)
    return rows.select_related("department", "assignee").order_by("id").first()


def open_of_hall(actor: Actor) -> QuerySet[WorkItem]:
    """What is open in the actor's hall; for a stage convener what is open in their stage."""
    items = WorkItem.objects.filter(state__in=OPEN, hall_id=actor.hall_id or NO_ROW)
    return items.filter(stage=actor.stage) if actor.role == "stage_convener" else items


def held_by(person: Person) -> QuerySet[WorkItem]:
    """What is open and given to the person, the most urgent first."""
    rows = WorkItem.objects.filter(assignee=person, state__in=OPEN)
    return rows.select_related("department", "assignee").order_by("due_at", "id")


def assignees(items: QuerySet[WorkItem]) -> QuerySet[Person]:
    """To whom the items are given, by name."""
    held = items.filter(assignee__isnull=False).values("assignee_id")
    return Person.objects.filter(pk__in=held).order_by("name", "id")


# -- by project


def open_of_projects(project_ids: Collection[int]) -> QuerySet[WorkItem]:
    """What is open in these projects, the most urgent first."""
    return WorkItem.objects.filter(project_id__in=project_ids, state__in=OPEN).order_by("due_at", "id")


def titles_of(project_id: int) -> dict[int, str]:
    """The title of every item a project ever had."""
    return dict(WorkItem.objects.filter(project_id=project_id).values_list("pk", "title"))


@dataclass(frozen=True, slots=True)
class ProjectClocks:
    """How a project's open clocks stand."""

    open: int
    late: int
    warned: int
    due: datetime | None


def project_clocks(project_ids: Collection[int], now: datetime) -> dict[int, ProjectClocks]:
    """In one query; a project with nothing open is left out."""
    staff = Q(waits_for="staff")
    rows = (
        WorkItem.objects.filter(project_id__in=project_ids, state__in=OPEN)
        .values("project_id")
        .annotate(
            open=Count("id"),
            late=Count("id", filter=staff & lit("red", now)),
            warned=Count("id", filter=staff & lit("yellow", now)),
            due=Min("due_at", filter=staff & Q(state="running")),
        )
    )
    return {
        row["project_id"]: ProjectClocks(row["open"], row["late"], row["warned"], row["due"])
        for row in rows
        if row["project_id"] is not None
    }


def project_is_lit(light: str, now: datetime) -> Exists:
    """For a query of projects: whether an item the staff works on stands under the light."""
    return Exists(
        WorkItem.objects.filter(lit(light, now), project_id=OuterRef("pk"), state__in=OPEN, waits_for="staff")
    )


# -- reminders, kept filters, exports


def reminders_of(item_ids: Collection[int]) -> QuerySet[Reminder]:
    """Oldest first."""
    return Reminder.objects.filter(item_id__in=item_ids).order_by("id")


def reminders_in(project_id: int) -> QuerySet[Reminder]:
    """Every reminder of a project's items, item by item."""
    return Reminder.objects.filter(item__project_id=project_id).select_related("item").order_by("item_id", "id")


def urged_since(person_id: int | None, items: Collection[WorkItem], since: datetime) -> set[int]:
    """Which of the items the person has urged since then."""
    rows = Reminder.objects.filter(item__in=items, by_id=person_id, at__gt=since)
    return set(rows.values_list("item_id", flat=True))


def saved_filters(actor: Actor) -> list[SavedFilter]:
    """By name."""
    return list(SavedFilter.objects.filter(person_id=actor.person_id or NO_ROW).order_by("name"))


def export(export_id: int) -> Export | None:
    """A list on order, without the finished file; None where it was thrown away meanwhile."""
    return Export.objects.select_related("person").defer("content").filter(pk=export_id).first()


def export_of(actor: Actor, export_id: int) -> Export | None:
    """The actor's own list, without the finished file."""
    rows = Export.objects.filter(pk=export_id, person_id=actor.person_id or NO_ROW)
    return rows.defer("content").first()
