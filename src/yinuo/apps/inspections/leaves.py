"""What the information chain was told of an announced plan, as it would be told now: an audit compares the two."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from yinuo.apps.inspections.models import InspectionPlan
from yinuo.core.draw import DrawError, parse


def announced_now(labels: Sequence[str]) -> dict[str, dict[str, Any]]:
    """By the plan's name in the chain; the digest is taken anew, so that a list touched in the database shows."""
    keys = {int(label.rpartition(":")[2]): label for label in labels}
    rows = InspectionPlan.objects.filter(pk__in=keys, announcement__isnull=False)
    return {
        keys[plan.pk]: {"number": plan.number, "announcement_sha256": _digest(plan.announcement), "seed_sha256": plan.seed_sha256}
        for plan in rows
    }


def _digest(announcement: Any) -> str:
    try:
        return parse(announcement).digest()
    except DrawError as error:
        return f"{error.field}：{error}"
