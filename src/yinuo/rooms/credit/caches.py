"""A unit's present score, grade and running number: the fold of its events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from yinuo.engine.caches import Cache
from yinuo.engine.people.models import ProjectUnit
from yinuo.rooms.credit.actions.common import day_of
from yinuo.rooms.credit.models import CreditEvent, CreditHead
from yinuo.rooms.credit.relying import held, proven


def _units() -> QuerySet[ProjectUnit]:
    """Those that have a head, and those that should have one."""
    events = CreditEvent.objects.filter(unit=OuterRef("pk"))
    return ProjectUnit.objects.filter(Q(credit__isnull=False) | Exists(events)).select_related("credit")


def _heads(units: Sequence[ProjectUnit], at: datetime) -> Mapping[int, Mapping[str, Any]]:
    """Where the signed events lead. Raises Unproven: a head is not derived from events that nobody signed."""
    found = {}
    for unit_id, (_, events) in held([unit.pk for unit in units]).items():
        one = proven(unit_id, events, day_of(at), erased=True)
        found[unit_id] = {"seq": one.seq, "score": one.score, "grade": one.fold.grade}
    return found


def _head(unit: ProjectUnit) -> CreditHead:
    return getattr(unit, "credit", None) or CreditHead(unit=unit)


def _take(unit_id: int) -> ProjectUnit | None:
    return _units().filter(pk=unit_id).first()


SCORE = Cache(
    "credit.head",
    "信用分",
    {"seq": "最后一次加减分的序号", "score": "分值", "grade": "等级"},
    _units,
    _heads,
    lambda unit: f"{unit.name} {unit.credit_code or unit.pk}",
    holder=_head,
    take=_take,
    owned=CreditHead,
)
CACHES = [SCORE]
