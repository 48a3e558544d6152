"""What the information chain was told of random inspections, as it would be told now: an audit compares the two."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from yinuo.core.draw import DrawError, parse
from yinuo.rooms.inspections.models import InspectionPlan, PlanState, Visit

Leaves = Sequence[tuple[str, dict[str, Any]]]


def announced_now(leaves: Leaves) -> list[dict[str, Any] | None]:
    """By the plan's name in the chain; the digest is taken anew, so that a list touched in the database shows."""
    keys = {label: int(label.rpartition(":")[2]) for label, _ in leaves}
    known = {
        plan.pk: {
            "number": plan.number,
            "announcement_sha256": _digest(plan.announcement),
            "seed_sha256": plan.seed_sha256,
        }
        for plan in InspectionPlan.objects.filter(pk__in=keys.values(), announcement__isnull=False)
    }
    return [known.get(keys[label]) for label, _ in leaves]


def announced_standing() -> Iterator[tuple[str, tuple[str, ...]]]:
    plans = InspectionPlan.objects.filter(announcement__isnull=False)
    return ((f"{InspectionPlan._meta.label_lower}:{key}", ()) for key in plans.values_list("pk", flat=True))


def drawn_standing() -> Iterator[tuple[str, tuple[str, ...]]]:
    plans = InspectionPlan.objects.filter(state=PlanState.DRAWN)
    return ((f"{InspectionPlan._meta.label_lower}:{key}", ()) for key in plans.values_list("pk", flat=True))


def drawn_now(leaves: Leaves) -> list[dict[str, Any] | None]:
    """By the plan's name in the chain: of what the draw followed, anybody can repeat it."""
    keys = {label: int(label.rpartition(":")[2]) for label, _ in leaves}
    rows = InspectionPlan.objects.filter(pk__in=keys.values())
    known = {plan.pk: {"number": plan.number, "seed": plan.seed, "value": plan.value} for plan in rows}
    return [known.get(keys[label]) for label, _ in leaves]


def outcomes_now(leaves: Leaves) -> list[dict[str, Any] | None]:
    """By the project, its plan and the visit's round."""
    rows = Visit.objects.filter(inspection__project__code__in={label for label, _ in leaves})
    found = rows.values_list("inspection__project__code", "inspection__plan__number", "round", "outcome")
    known = {(code, number, round_): {"outcome": outcome} for code, number, round_, outcome in found}
    return [known.get((label, said["number"], said["round"])) for label, said in leaves]


def _digest(announcement: Any) -> str:
    try:
        return parse(announcement).digest()
    except DrawError as error:
        return f"{error.field}：{error}"
