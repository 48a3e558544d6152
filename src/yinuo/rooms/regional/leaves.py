"""What the information chain was told of regional results, as it would be told now: an audit compares the two."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from yinuo.engine.catalogue.models import RegionalResult
from yinuo.rooms.regional.models import AssessmentState, RegionalAssessment


def results_standing() -> Iterator[tuple[str, tuple[str, ...]]]:
    return (
        (f"{RegionalResult._meta.label_lower}:{key}", ()) for key in RegionalResult.objects.values_list("pk", flat=True)
    )


def results_now(leaves: Sequence[tuple[str, dict[str, Any]]]) -> list[dict[str, Any] | None]:
    """By the result's name in the chain."""
    keys = {label: int(label.rpartition(":")[2]) for label, _ in leaves}
    rows = (
        RegionalResult.objects.filter(pk__in=keys.values())
        .select_related("zone", "report_file")
        .defer("report_file__content")
    )
    known = {
        row.pk: {
            "matter": row.matter_id,
            "zone": row.zone.key,
            "document_number": row.document_number,
            "report_sha256": row.report_file.sha256,
        }
        for row in rows
    }
    return [known.get(keys[label]) for label, _ in leaves]


def approvals_standing() -> Iterator[tuple[str, tuple[str, ...]]]:
    approved = RegionalAssessment.objects.filter(state__in=[AssessmentState.APPROVED, AssessmentState.PUBLISHED])
    return ((f"{RegionalAssessment._meta.label_lower}:{key}", ()) for key in approved.values_list("pk", flat=True))


def approvals_now(leaves: Sequence[tuple[str, dict[str, Any]]]) -> list[dict[str, Any] | None]:
    """By the assessment's name in the chain."""
    keys = {label: int(label.rpartition(":")[2]) for label, _ in leaves}
    rows = RegionalAssessment.objects.filter(pk__in=keys.values()).select_related("zone")
    known = {
        row.pk: {"matter": row.matter_id, "zone": row.zone.key, "document_number": row.document_number} for row in rows
    }
    return [known.get(keys[label]) for label, _ in leaves]
