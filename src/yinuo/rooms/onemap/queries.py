"""The map as it is read: every figure and card from a fixed number of queries, however many matters there are."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from yinuo.core.calendar import TZ
from yinuo.core.planner import Plan, PlannedItem
from yinuo.engine.base import Actor
from yinuo.engine.documents.attachments import load_files
from yinuo.engine.rules import pack
from yinuo.engine.work.models import WorkItem, WorkState
from yinuo.engine.work.queries import of_subject
from yinuo.rooms.onemap import building, history, planning, regional
from yinuo.rooms.onemap.mocking import conversion_of, counted_done, open_before
from yinuo.rooms.onemap.models import (
    CONCLUDED,
    ENDED,
    Escalation,
    Guidance,
    GuidanceAnswer,
    ItemState,
    MapItem,
    Problem,
)
from yinuo.rooms.onemap.room import MapWork
from yinuo.rooms.onemap.standing import Standing, standing_of
from yinuo.rooms.projects.models import Project

# What a card shows, by word: the mark and colour belong to the pages.
LOOKS = {
    ItemState.GRANTED: "done",
    ItemState.EXEMPT: "done",
    ItemState.REFUSED: "refused",
    ItemState.NOT_ACCEPTED: "not_accepted",
    ItemState.CANCELLED: "cancelled",
    ItemState.NOTICE: "notice",
    ItemState.DECIDABLE: "notice",
    ItemState.PAUSED: "paused",
    ItemState.INCORRECT: "paused",
    ItemState.INCOMPLETE: "returned",
    ItemState.MOCK_GRANTED: "mock",
}


# What everything not yet applied for waits for while building is stopped (附件2·第十四条).
STOPPED = "解除停止建设"


@dataclass(frozen=True, slots=True)
class Card:
    """One matter on the map.

    `look`: done mock refused not_accepted cancelled notice paused returned green yellow red ready wait.
    """

    item: MapItem
    look: str
    light: str
    work: WorkItem | None
    due_at: datetime | None
    waiting_for: tuple[str, ...]
    critical: bool
    parallel: bool
    problems: tuple[Problem, ...]
    planned: PlannedItem | None


@dataclass(frozen=True, slots=True)
class StageColumn:
    id: str
    name: str
    department: str
    cards: tuple[Card, ...]
    done: int

    @property
    def total(self) -> int:
        return len(self.cards)


@dataclass(frozen=True, slots=True)
class MapView:
    """一张图 of one project at one moment; `plan` None while guidance is under way.

    `shared`: the open matters for which the zone has a result that fits.
    """

    project: Project
    stages: tuple[StageColumn, ...]
    plan: Plan | None
    critical_names: tuple[str, ...]
    done: int
    total: int
    landed_at: datetime | None
    waiting_departments: tuple[str, ...]
    now: datetime
    shared: frozenset[str]

    @property
    def cards(self) -> list[Card]:
        return [card for stage in self.stages for card in stage.cards]


def map_of(project_id: int, now: datetime, standing: Standing | None = None) -> MapView:
    """Everything the page needs, in five queries, two of them already made where its standing is known.

    Raises Project.DoesNotExist.
    """
    standing = standing or standing_of(project_id, now)
    project = standing.project
    items = list(
        MapItem.objects.filter(project_id=project_id)
        # What only the page of one matter shows, and is long.
        .defer("materials", "promisable_why", "guidance_note")
        .select_related("department", "handler", "application")
        .order_by("position")
    )
    problems = _problems(project_id) if items else {}
    running = standing.clocks
    waiting = tuple(
        GuidanceAnswer.objects.filter(guidance__project_id=project_id, answered_at__isnull=True)
        .order_by("department_id")
        .values_list("department__short_name", flat=True)
    )
    shared = regional.fitting(project, items, now.astimezone(TZ).date())
    plan = planning.plan_of(items, running, project.rules_on, now, shared) if items else None
    planned = {row.id: row for row in plan.items} if plan else {}
    critical = set(plan.critical) if plan else set()
    names = {item.matter_id: item.name for item in items}
    concluded = {item.matter_id for item in items if item.state in CONCLUDED}
    cards = [
        _card(
            item,
            running.get(item.pk),
            names,
            counted_done(item, items, project.rules_on) if item.mock else concluded,
            item.matter_id in critical,
            planned.get(item.matter_id),
            tuple(problems.get(item.pk, ())),
            now,
            stopped=project.stopped_at is not None,
        )
        for item in items
    ]
    scheme = building.scheme_of(project)
    stages = []
    for stage in scheme.stages:
        own = tuple(card for card in cards if card.item.stage == stage.id)
        done = sum(card.item.state in CONCLUDED for card in own)
        stages.append(StageColumn(stage.id, stage.name, pack().departments[stage.department].name, own, done))
    return MapView(
        project=project,
        stages=tuple(stages),
        plan=plan,
        critical_names=tuple(names[name] for name in plan.critical) if plan else (),
        done=len(concluded),
        total=len(items),
        landed_at=project.landed_at,
        waiting_departments=waiting,
        now=now,
        shared=shared,
    )


def _problems(project_id: int) -> dict[int, list[Problem]]:
    """The problems of every item, oldest first; without a manager for each of sixty items, as a prefetch makes them."""
    found: dict[int, list[Problem]] = {}
    for row in Problem.objects.filter(item__project_id=project_id).order_by("id"):
        found.setdefault(row.item_id, []).append(row)
    return found


def _card(
    item: MapItem,
    work: WorkItem | None,
    names: dict[str, str],
    concluded: set[str],
    on_path: bool,
    planned: PlannedItem | None,
    problems: tuple[Problem, ...],
    now: datetime,
    *,
    stopped: bool,
) -> Card:
    waiting = tuple(names[name] for name in item.after if name in names and name not in concluded)
    if stopped and item.state == ItemState.OPEN:
        waiting = (STOPPED, *waiting)
    light = work.light_at(now) if work else "green"
    look = LOOKS.get(ItemState(item.state))
    if look is None or (item.state == ItemState.MOCK_GRANTED and work is not None):
        look = light if item.state != ItemState.OPEN else ("wait" if waiting else "ready")
    due = work.due_shown(now) if work else None
    return Card(
        item=item,
        look=look,
        light=light,
        work=work,
        due_at=due,
        waiting_for=waiting,
        critical=on_path,
        parallel=not on_path and item.state not in ENDED,
        problems=problems,
        planned=planned,
    )


def item_of(item_id: int) -> MapItem:
    """One item with what its page needs. Raises MapItem.DoesNotExist."""
    item: MapItem = (
        MapItem.objects.select_related(
            "project__unit__credit", "project__hall", "department", "handler", "application__referred_to"
        )
        .prefetch_related(
            "applications__submissions__person", "applications__send_backs", "problems", "external_results"
        )
        .get(pk=item_id)
    )
    load_files(history.submissions_of(item))
    return item


def items_of(project_ids: Collection[int]) -> QuerySet[MapItem]:
    """The items of projects with their present application, in the map's order, without the long texts."""
    rows = MapItem.objects.filter(project_id__in=project_ids).defer("promisable_why", "materials", "guidance_note")
    return rows.select_related("application").order_by("position")


def matters_of(project_id: int) -> list[tuple[int, str, str]]:
    """Id, matter and name of each item of a project, in the map's order."""
    rows = MapItem.objects.filter(project_id=project_id).order_by("position")
    return list(rows.values_list("pk", "matter_id", "name"))


def materials_of(project_id: int) -> dict[int, list[dict[str, Any]]]:
    """The materials of each item of a project."""
    return dict(MapItem.objects.filter(project_id=project_id).values_list("pk", "materials"))


def has_map(project_id: int) -> bool:
    """Whether the project's map has been drawn."""
    return MapItem.objects.filter(project_id=project_id).exists()


def open_items(project_id: int) -> QuerySet[MapItem]:
    """The matters of a project that have not ended, in the map's order, without their long texts."""
    items = MapItem.objects.filter(project_id=project_id).exclude(state__in=ENDED)
    return items.defer("materials", "promisable_why", "guidance_note").order_by("position")


def version_of(item_id: int) -> int:
    """Raises MapItem.DoesNotExist."""
    return MapItem.objects.values_list("version", flat=True).get(pk=item_id)


def progress_of(project_id: int) -> tuple[int, int]:
    """How many items of a project are concluded, and how many there are without the cancelled ones."""
    counted = MapItem.objects.filter(project_id=project_id).aggregate(
        done=Count("id", filter=Q(state__in=CONCLUDED)), total=Count("id", filter=~Q(state="cancelled"))
    )
    return counted["done"], counted["total"]


def escalations(item_ids: Collection[int]) -> dict[int, Escalation]:
    """The coordination of a red light by its item, ended ones too."""
    rows = Escalation.objects.filter(item_id__in=item_ids).select_related("opened_by")
    return {row.item_id: row for row in rows}


def under_coordination(item_ids: Collection[int]) -> set[int]:
    """Of these items those whose coordination is open."""
    rows = Escalation.objects.filter(item_id__in=item_ids, closed_at=None)
    return set(rows.values_list("item_id", flat=True))


def clocks_of(item: MapItem) -> list[WorkItem]:
    """Every clock the item ever had, with its events, oldest first."""
    return of_subject(item)


def waiting_for(item: MapItem) -> list[MapItem]:
    """The prerequisites on this map that are neither concluded nor fallen away."""
    return list(open_before(item))


def opens(item: MapItem) -> list[MapItem]:
    """The items that wait for this one."""
    return list(
        MapItem.objects.filter(project_id=item.project_id, after__contains=[item.matter_id]).order_by("position")
    )


def answer_of(answer_id: int) -> GuidanceAnswer:
    return GuidanceAnswer.objects.select_related("guidance__project__unit__credit", "department", "answered_by").get(
        pk=answer_id
    )


def guidance_of(project_id: int) -> list[Guidance]:
    return list(Guidance.objects.filter(project_id=project_id).prefetch_related("answers__department").order_by("id"))


def matters_beside(answer: GuidanceAnswer) -> list[list[dict[str, Any]]]:
    """What the other departments of the same guidance propose."""
    rows = GuidanceAnswer.objects.filter(guidance_id=answer.guidance_id).exclude(pk=answer.pk)
    return list(rows.values_list("matters", flat=True))


def applicable(actor: Actor, item: MapItem) -> dict[str, Any]:
    """Which actions the item's state leaves open; the page still asks access for each."""
    state = ItemState(item.state)
    return {
        "submit": not item.mock and state in (ItemState.OPEN, ItemState.INCOMPLETE, ItemState.INCORRECT),
        "commit": state == ItemState.OPEN and item.promisable and not item.mock,
        "withdraw": not item.mock
        and state
        in (ItemState.RECEIVED, ItemState.INCOMPLETE, ItemState.ACCEPTED, ItemState.INCORRECT, ItemState.PAUSED),
        "accept": state == ItemState.RECEIVED,
        "send_back_incomplete": state == ItemState.RECEIVED,
        "refuse_acceptance": state == ItemState.RECEIVED and not item.mock,
        "send_back_incorrect": state == ItemState.ACCEPTED,
        "pause": state == ItemState.ACCEPTED,
        "resume": state == ItemState.PAUSED,
        "decide": state == ItemState.ACCEPTED
        or (state == ItemState.INCORRECT and _correction_over(item))
        or (state == ItemState.MOCK_GRANTED and conversion_of(item) is not None),
        "deliver": item.decided and item.present.delivered_at is None,
    }


def _correction_over(item: MapItem) -> bool:
    """The term to correct what was sent back has ended: the clock runs again, and the department may decide."""
    return WorkItem.objects.filter(
        subject_kind="onemap.mapitem", subject_id=item.pk, kind=MapWork.LIMIT, state=WorkState.RUNNING
    ).exists()
