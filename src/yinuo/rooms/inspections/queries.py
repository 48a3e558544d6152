"""Plans, draws and inspections as each may read them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from django.db.models import Prefetch, Q, QuerySet

from yinuo.core.draw import Check, DrawError, verify
from yinuo.engine.base import NO_ROW, Actor
from yinuo.engine.documents.attachments import load_files
from yinuo.engine.infochain.queries import leaves_of
from yinuo.engine.people.models import Department, InForce, Membership, Person
from yinuo.rooms.inspections import access
from yinuo.rooms.inspections.actions.plans import label_of
from yinuo.rooms.inspections.models import (
    Avoidance,
    InspectionPlan,
    Inspector,
    Member,
    PlanState,
    RandomInspection,
    Statement,
    Visit,
)

PAGE = 40


@dataclass(frozen=True, slots=True)
class Page:
    """Newest first; `after` opens the next page, 0 = no more."""

    rows: Sequence[Any]
    after: int


def _page(rows: QuerySet[Any], after: int) -> Page:
    rows = rows.order_by("-id")
    found = list((rows.filter(pk__lt=after) if after else rows)[: PAGE + 1])
    return Page(found[:PAGE], found[PAGE - 1].pk if len(found) > PAGE else 0)


def plans(actor: Actor, after: int = 0) -> Page:
    """The hall's, without the drafts of other departments."""
    rows = (
        InspectionPlan.objects.filter(hall_id=actor.hall_id or NO_ROW)
        .select_related("lead")
        .defer("announcement", "result", "sealed")
    )
    if actor.role in ("approver", "principal"):
        rows = rows.filter(~Q(state=PlanState.DRAFT) | Q(lead_id=actor.department_id))
    return _page(rows, after)


def plan(plan_id: int) -> InspectionPlan:
    """Raises InspectionPlan.DoesNotExist."""
    return (
        InspectionPlan.objects.select_related("lead", "hall", "announced_by", "drawn_by")
        .defer("sealed")
        .get(pk=plan_id)
    )


def public_plans(after: int = 0) -> Page:
    """Everything announced, also what was made void afterwards."""
    rows = InspectionPlan.objects.filter(announced_at__isnull=False).select_related("lead", "hall")
    return _page(rows.defer("announcement", "result", "sealed"), after)


def public_plan(plan_id: int) -> InspectionPlan | None:
    rows = (
        InspectionPlan.objects.filter(announced_at__isnull=False, pk=plan_id)
        .select_related("lead", "hall")
        .defer("sealed")
    )
    return rows.first()


def draw_file(plan: InspectionPlan) -> dict[str, Any]:
    """What anybody downloads and repeats the draw from; before the draw without seed, value and result."""
    file: dict[str, Any] = {
        "plan": plan.number,
        "title": plan.title,
        "announcement_sha256": plan.announcement_sha256,
        "announcement": plan.announcement,
    }
    if plan.state == PlanState.DRAWN:
        file.update(seed=plan.seed, value=plan.value, result=plan.result)
    elif plan.seed:
        # Void: whoever adds the lottery's number sees what would have been drawn.
        file.update(seed=plan.seed)
    return file


def checked(plan: InspectionPlan) -> tuple[Check, ...]:
    """The draw repeated from what is kept; never an error, for it is shown to everybody.

    The same file is not repeated twice.
    """
    return _checked(json.dumps(draw_file(plan), sort_keys=True))


@lru_cache(maxsize=32)
def _checked(file: str) -> tuple[Check, ...]:
    """By the whole text: a draw touched in the database is another one."""
    try:
        return tuple(verify(json.loads(file)))
    except DrawError as error:
        return (Check(error.field, False, str(error)),)


def logged(plan: InspectionPlan) -> list[tuple[str, Any]]:
    """(type, instant) of what the information chain was told of the plan."""
    return [(leaf.type, leaf.at) for leaf in leaves_of(label_of(plan))]


_MEMBERS = Prefetch(
    "members",
    Member.objects.select_related("inspector__person", "inspector__department").order_by("id"),
    to_attr="all_members",
)


def _inspections() -> QuerySet[RandomInspection]:
    rows = RandomInspection.objects.select_related("plan__lead", "project__unit")
    return rows.defer("plan__announcement", "plan__result", "plan__sealed").prefetch_related(_MEMBERS)  # type: ignore[no-redef]


def inspection(inspection_id: int) -> RandomInspection:
    """Raises RandomInspection.DoesNotExist."""
    return _inspections().get(pk=inspection_id)


def of_plan(plan: InspectionPlan) -> list[RandomInspection]:
    """Drawn ones first, then those directed; each by the project's code."""
    return sorted(_inspections().filter(plan=plan), key=lambda one: (bool(one.reason), one.project.code or ""))


def mine(actor: Actor, after: int = 0) -> Page:
    """Those the actor was drawn for."""
    rows = _inspections().filter(members__inspector__person_id=actor.person_id or NO_ROW, members__left_at__isnull=True)
    return _page(rows, after)


def of_hall(actor: Actor, after: int = 0) -> Page:
    """The hall's; an approver's and a principal's those their department takes part in."""
    rows = _inspections().filter(plan__hall_id=actor.hall_id or NO_ROW)
    if actor.role in ("approver", "principal"):
        rows = rows.filter(plan__departments__department_id=actor.department_id or NO_ROW)
    return _page(rows, after)


def of_unit(unit_id: int) -> list[RandomInspection]:
    return list(_inspections().filter(project__unit_id=unit_id).order_by("-id")[:100])


def of_project(project_id: int, *, public: bool = False) -> list[RandomInspection]:
    """Of one project, newest first; `public`: whose results are published."""
    rows = _inspections().filter(project_id=project_id)
    return list((rows.filter(published_at__isnull=False) if public else rows).order_by("-id")[:50])


def published_of(credit_code: str) -> list[RandomInspection]:
    """What everybody reads on a company's page, newest first."""
    return list(
        _inspections().filter(project__unit__credit_code=credit_code, published_at__isnull=False).order_by("-id")[:50]
    )


def visits_of(inspection: RandomInspection) -> list[Visit]:
    """With their answers and signatures, oldest first."""
    rows = inspection.visits.select_related("recorded_by").prefetch_related("checks__commitment", "signatures__person")
    found = list(rows.order_by("round"))
    load_files(found)
    return found


def statements_of(inspection: RandomInspection) -> list[Statement]:
    """What the unit said to it, oldest first."""
    found = list(inspection.statements.select_related("person").order_by("id"))
    load_files(found)
    return found


def inspectors(actor: Actor, day: date) -> list[Inspector]:
    """名录 on a day: the actor's department's, a watcher's the whole hall's; whom each must not inspect with it."""
    rows = Inspector.objects.filter(InForce.on(day), department__hall_id=actor.hall_id or NO_ROW).select_related(
        "person", "department"
    )
    if actor.role not in access.WATCHING:
        rows = rows.filter(department_id=actor.department_id or NO_ROW)
    found = list(rows.order_by("department_id", "id"))
    declared = Avoidance.objects.filter(
        lifted_at__isnull=True, inspector__person_id__in=[one.person_id for one in found]
    )
    by_person: dict[tuple[int, int], list[Avoidance]] = {}
    for row in declared.select_related("unit", "inspector").order_by("id"):
        by_person.setdefault((row.inspector.person_id, row.inspector.department_id), []).append(row)
    for one in found:
        # Also those declared before they were registered anew; what another department was told stays there.
        one.shown = by_person.get((one.person_id, one.department_id), [])
    return found


def partners(actor: Actor, day: date) -> QuerySet[Department]:
    """The hall's other departments that have inspectors on `day`: those that may inspect together with the actor's."""
    able = Inspector.objects.filter(InForce.on(day)).values("department_id")
    others = Department.objects.filter(hall_id=actor.hall_id or NO_ROW, pk__in=able)
    return others.exclude(pk=actor.department_id or NO_ROW).order_by("id")


def may_become(actor: Actor, day: date) -> list[tuple[Person, int, str]]:
    """(person, department, its name) of those who handle matters and are not named yet."""
    rows = Membership.objects.filter(
        InForce.on(day), role="approver", department__hall_id=actor.hall_id or NO_ROW, person__is_active=True
    )
    if actor.role != "general_convener":
        rows = rows.filter(department_id=actor.department_id or NO_ROW)
    named = set(Inspector.objects.filter(InForce.on(day)).values_list("person_id", "department_id"))
    found = rows.select_related("person", "department").order_by("department_id", "id")
    return [
        (row.person, row.department_id, row.department.short_name)
        for row in found
        if (row.person_id, row.department_id) not in named
    ]
