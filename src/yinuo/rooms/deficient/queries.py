from __future__ import annotations

from django.db.models import Prefetch, QuerySet

from yinuo.engine.base import NO_ROW, Actor
from yinuo.rooms.deficient.models import OPEN, DeficientAcceptance
from yinuo.rooms.onemap.models import MapItem
from yinuo.rooms.projects.models import Project


def one(deficient_id: int) -> DeficientAcceptance:
    """One with all its page shows. Raises DeficientAcceptance.DoesNotExist."""
    rows = DeficientAcceptance.objects.select_related(
        "item__department", "item__handler", "tolerance", "applied_by", "opinion_by", "form", "notice", "commitment"
    )
    # By a statement of its own: PostgreSQL plans one of fourteen tables for 84 ms, two of half as many for 2.
    project = Prefetch("item__project", Project.objects.select_related("unit__credit", "hall", "filed_by"))
    return rows.defer("commitment__content").prefetch_related(project).get(pk=deficient_id)


def of_item(item: MapItem) -> list[DeficientAcceptance]:
    """Every application with a gap of this matter, the last one first."""
    rows = DeficientAcceptance.objects.filter(item=item).select_related("tolerance", "notice", "form", "opinion_by")
    return list(rows.order_by("-id"))


def in_reach(actor: Actor) -> QuerySet[DeficientAcceptance]:
    """What of the hall the actor looks after: a department its own, everybody else the hall's; the newest first."""
    rows = DeficientAcceptance.objects.filter(item__project__hall_id=actor.hall_id or NO_ROW)
    if actor.role in ("approver", "principal"):
        rows = rows.filter(item__department_id=actor.department_id or NO_ROW)
    return rows.select_related("item__project__unit", "item__department", "tolerance").order_by("-id")


def open_ones(actor: Actor) -> QuerySet[DeficientAcceptance]:
    return in_reach(actor).filter(state__in=OPEN)
