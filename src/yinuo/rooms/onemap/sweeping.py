"""Whether everything that is under way has something to wait for: what a lost join or a half-done change would leave
behind.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from yinuo.engine.work.lights import Light
from yinuo.engine.work.models import WorkItem
from yinuo.engine.work.queries import OPEN
from yinuo.rooms.onemap import building
from yinuo.rooms.onemap.models import (
    DECIDED,
    ENDED,
    Guidance,
    GuidanceAnswer,
    GuidanceKind,
    ItemState,
    LaterDocument,
    LaterState,
    MapItem,
    Outcome,
)
from yinuo.rooms.onemap.room import MapWork
from yinuo.rooms.projects.models import Project, ProjectState
from yinuo.rooms.projects.room import ProjectsWork

RUNNING = (ProjectState.CONFIRMED, ProjectState.COMPLETED)
ENDED_PROJECTS = (ProjectState.REFUSED, ProjectState.WITHDRAWN, ProjectState.TERMINATED)
# In each state every one of these must be open on the item.
WAITS_FOR = {
    ItemState.RECEIVED: (MapWork.RECEIPT,),
    ItemState.INCOMPLETE: (MapWork.RECTIFICATION,),
    ItemState.ACCEPTED: (MapWork.LIMIT,),
    ItemState.INCORRECT: (MapWork.LIMIT, MapWork.RECTIFICATION),
    ItemState.PAUSED: (MapWork.LIMIT,),
    ItemState.MOCK_GRANTED: (MapWork.MOCK_CONVERSION,),
    ItemState.DECIDABLE: (MapWork.DECISION,),
}
# How an application may have ended whose matter is in the state; in every other state it runs.
OUTCOME_OF = {
    ItemState.GRANTED: (Outcome.GRANTED,),
    ItemState.REFUSED: (Outcome.REFUSED,),
    ItemState.NOT_ACCEPTED: (Outcome.NOT_ACCEPTED,),
    ItemState.EXEMPT: (Outcome.NOT_NEEDED, Outcome.SHARED, Outcome.EXEMPT),
    ItemState.CANCELLED: (Outcome.CANCELLED,),
}
LATER_WAITS_FOR = {
    LaterState.RECEIVED: MapWork.RECEIPT,
    LaterState.INCOMPLETE: MapWork.RECTIFICATION,
    LaterState.ACCEPTED: MapWork.LIMIT,
}
PROJECT_WAITS_FOR = {ProjectState.MANUAL: ProjectsWork.MANUAL_FILING, ProjectState.FILED: ProjectsWork.REVIEW}
WORK_OF = {GuidanceKind.PRE_START: MapWork.GUIDANCE, GuidanceKind.COMPLETION: MapWork.COMPLETION_GUIDANCE}


@dataclass(frozen=True, slots=True)
class Stuck:
    """Something under way that nothing will ever move."""

    project_id: int
    item_id: int | None
    why: str


def stuck(project_id: int | None = None) -> list[Stuck]:
    """Every project, guidance, matter and clock that waits for nothing; of one project, or of all."""
    found = [*_projects(project_id), *_guidances(project_id), *_items(project_id), *_requests(project_id)]
    found += [*_circles(project_id), *_clocks(project_id)]
    return sorted(found, key=lambda one: (one.project_id, one.item_id or 0, one.why))


def _of(field: str, project_id: int | None) -> Q:
    return Q() if project_id is None else Q(**{field: project_id})


def _open(kind: str, model: type[models.Model]) -> Exists:
    label = model._meta.label_lower
    return Exists(WorkItem.objects.filter(subject_kind=label, subject_id=OuterRef("pk"), kind=kind, state__in=OPEN))


def _projects(project_id: int | None) -> Iterator[Stuck]:
    for state, kind in PROJECT_WAITS_FOR.items():
        rows = Project.objects.filter(_of("pk", project_id), ~_open(kind, Project), state=state)
        for pk in rows.order_by("id").values_list("pk", flat=True):
            yield Stuck(pk, None, f"项目{state.label}，但没有“{kind.label}”在办")
    asked = Guidance.objects.filter(project_id=OuterRef("pk"), kind=GuidanceKind.PRE_START)
    rows = Project.objects.filter(_of("pk", project_id), ~Exists(asked), state__in=RUNNING)
    for pk in rows.order_by("id").values_list("pk", flat=True):
        yield Stuck(pk, None, "项目已复核，但没有征求前期辅导意见")


def _guidances(project_id: int | None) -> Iterator[Stuck]:
    under_way = Guidance.objects.filter(
        _of("project_id", project_id), merged_at__isnull=True, project__state__in=RUNNING
    )
    unanswered = GuidanceAnswer.objects.filter(guidance_id=OuterRef("pk"), answered_at__isnull=True)
    for pk in under_way.filter(~Exists(unanswered)).order_by("id").values_list("project_id", flat=True):
        yield Stuck(pk, None, "各部门都已反馈辅导意见，但没有合并")
    for kind, work in WORK_OF.items():
        answers = GuidanceAnswer.objects.filter(
            ~_open(work, GuidanceAnswer), guidance__in=under_way.filter(kind=kind), answered_at__isnull=True
        )
        for pk, office in answers.order_by("id").values_list("guidance__project_id", "department__short_name"):
            yield Stuck(pk, None, f"{office}还没有反馈辅导意见，但没有事项在等")


def _items(project_id: int | None) -> Iterator[Stuck]:
    running = MapItem.objects.filter(_of("project_id", project_id), project__state__in=RUNNING)

    def found(rows: QuerySet[MapItem], why: str) -> Iterator[Stuck]:
        for project, item, name in rows.order_by("id").values_list("project_id", "pk", "name"):
            yield Stuck(project, item, f"“{name}”{why}")

    for state, kinds in WAITS_FOR.items():
        for kind in kinds:
            yield from found(
                running.filter(~_open(kind, MapItem), state=state), f"{state.label}，但没有“{kind.label}”在办"
            )
    objections = WorkItem.objects.filter(project_id=OuterRef("project_id"), kind=MapWork.OBJECTION, state__in=OPEN)
    notice = running.filter(~_open(MapWork.DECISION, MapItem), ~Exists(objections), state=ItemState.NOTICE)
    yield from found(notice, "在公示，但既没有决定也没有异议在办")
    decided = running.filter(state__in=DECIDED, application__delivered_at__isnull=True)
    yield from found(decided.filter(~_open(MapWork.DELIVERY, MapItem)), "已决定，但没有送达在办")
    every = MapItem.objects.filter(_of("project_id", project_id), application__isnull=False)
    agrees = [Q(state=state, application__outcome__in=outcomes) for state, outcomes in OUTCOME_OF.items()]
    agrees.append(~Q(state__in=OUTCOME_OF) & Q(application__outcome=""))
    yield from found(every.exclude(reduce(or_, agrees)), "的状态与它的申请不一致")
    yield from found(
        every.exclude(application__item=F("pk"), application__again_at__isnull=True), "指向的不是它现在的申请"
    )


def _requests(project_id: int | None) -> Iterator[Stuck]:
    """Documents asked for that nobody works on."""
    for state, kind in LATER_WAITS_FOR.items():
        rows = LaterDocument.objects.filter(
            _of("application__item__project_id", project_id), ~_open(kind, LaterDocument), state=state
        )
        for project, item, name in rows.order_by("id").values_list(
            *(f"application__item__{name}" for name in ("project_id", "id", "name"))
        ):
            yield Stuck(project, item, f"“{name}”补办审批文件{state.label}，但没有“{kind.label}”在办")


def _circles(project_id: int | None) -> Iterator[Stuck]:
    """Open matters that wait for one another."""
    rows = MapItem.objects.filter(_of("project_id", project_id), project__state=ProjectState.CONFIRMED).exclude(
        state__in=ENDED
    )
    after: dict[int, dict[str, list[str]]] = defaultdict(dict)
    for project, matter, first in rows.order_by("id").values_list("project_id", "matter_id", "after"):
        after[project][matter] = first
    for project, graph in after.items():
        circle = building.circle({name: [one for one in first if one in graph] for name, first in graph.items()})
        if circle:
            yield Stuck(project, None, f"互相等待的事项：{'、'.join(sorted(circle))}")


def _clocks(project_id: int | None) -> Iterator[Stuck]:
    """Work left open on what has ended, and clocks that will never turn again although they are not red yet."""
    ended = Project.objects.filter(pk=OuterRef("project_id"), state__in=ENDED_PROJECTS)
    rows = WorkItem.objects.filter(_of("project_id", project_id), state__in=OPEN, project_id__isnull=False)
    for pk, title in (
        rows.filter(Exists(ended)).exclude(kind=MapWork.COMPLAINT).order_by("id").values_list("project_id", "title")
    ):
        assert pk is not None
        yield Stuck(pk, None, f"项目已结束，“{title}”还在办")
    silent = rows.filter(limit_value__isnull=False, next_transition_at__isnull=True).exclude(announced=Light.RED)
    for pk, title in silent.annotate(project=F("project_id")).order_by("id").values_list("project", "title"):
        yield Stuck(pk, None, f"“{title}”的时钟不再走")
