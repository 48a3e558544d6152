"""Every reading of “1+X”."""

from __future__ import annotations

from django.db.models import Prefetch, Q, QuerySet

from yinuo.engine.base import NO_ROW, Actor
from yinuo.rooms.onemap.models import (
    COORDINATION_OPEN,
    Coordination,
    CoordinationItem,
    CoordinationOpinion,
    MapItem,
)


def _whole(rows: QuerySet[Coordination]) -> QuerySet[Coordination]:
    return rows.select_related(
        "project__unit__credit",
        "project__hall",
        "lead",
        "requested_by",
        "requested_from",
        "started_by",
        "ended_by",
        "minutes",
    ).prefetch_related(
        Prefetch("affected", CoordinationItem.objects.select_related("item__department").order_by("item__position")),
        Prefetch("opinions", CoordinationOpinion.objects.select_related("department", "given_by").order_by("id")),
    )


def one(coordination_id: int) -> Coordination:
    """One with all its page shows. Raises Coordination.DoesNotExist."""
    return _whole(Coordination.objects.all()).get(pk=coordination_id)


def of_project(project_id: int) -> list[Coordination]:
    return list(_whole(Coordination.objects.filter(project_id=project_id)).order_by("-id"))


def of_item(item: MapItem) -> list[Coordination]:
    """Every coordination this matter is, or was, a part of; the last one first."""
    return list(_whole(Coordination.objects.filter(affected__item=item)).order_by("-id"))


def open_of(project_id: int) -> list[Coordination]:
    return list(_whole(Coordination.objects.filter(project_id=project_id, state__in=COORDINATION_OPEN)).order_by("id"))


def in_reach(actor: Actor) -> QuerySet[Coordination]:
    """A department those it takes part in or asked for, a stage's convener the stage's, everybody else the hall's; open
    ones first.
    """
    rows = Coordination.objects.filter(project__hall_id=actor.hall_id or NO_ROW)
    if actor.role in ("approver", "principal"):
        taking_part = Q(opinions__department_id=actor.department_id) | Q(requested_from_id=actor.department_id)
        rows = rows.filter(taking_part).distinct()
    elif actor.role == "stage_convener":
        rows = rows.filter(stage=actor.stage)
    return rows.select_related("project__unit", "lead", "requested_from").order_by("-id")
