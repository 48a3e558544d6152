"""What a random inspection has come to: the outcome of its signed visits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from yinuo.engine.caches import Cache
from yinuo.rooms.inspections.models import RandomInspection, Visit


def _outcomes(inspections: Sequence[RandomInspection], at: datetime) -> Mapping[int, Mapping[str, Any]]:
    visits: dict[int, list[Visit]] = {}
    for visit in Visit.objects.filter(inspection__in=inspections, signed_at__isnull=False).order_by("round"):
        visits.setdefault(visit.inspection_id, []).append(visit)
    return {row.pk: _of(visits.get(row.pk, [])) for row in inspections}


def _of(visits: Sequence[Visit]) -> dict[str, Any]:
    if not visits:
        return {"outcome": "", "first_outcome": "", "inspected_at": None}
    return {"outcome": visits[-1].outcome, "first_outcome": visits[0].outcome, "inspected_at": visits[0].signed_at}


CACHES = [
    Cache(
        "inspections.outcome",
        "双随机检查的结果",
        {"outcome": "检查结果", "first_outcome": "第一次检查的结果", "inspected_at": "检查时间"},
        RandomInspection.objects.all,
        _outcomes,
        lambda row: f"检查 {row.pk}",
    )
]
