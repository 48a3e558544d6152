"""What the information chain was told of points, as it would be told now: an audit compares the two."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from yinuo.apps.credit.models import CreditEvent
from yinuo.core.decision import plain


def events_now(leaves: Sequence[tuple[str, dict[str, Any]]]) -> list[dict[str, Any] | None]:
    """By the unit and the event's place in its history."""
    rows = CreditEvent.objects.filter(unit_id__in={said["unit"] for _, said in leaves})
    known = {(row.unit_id, row.seq): row for row in rows}
    return [_now(known.get((said["unit"], said["seq"]))) for _, said in leaves]


def events_standing() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Points are told under their project, an evaluation under itself."""
    for row in CreditEvent.objects.iterator():
        other = f"credit.pointproposal:{row.proposal_id}" if row.proposal_id else f"credit.creditevent:{row.pk}"
        yield row.project_code or other, (str(row.unit_id), str(row.seq))


def _now(row: CreditEvent | None) -> dict[str, Any] | None:
    return row and {
        "type": row.type,
        "on": row.on.isoformat(),
        "rule": row.rule,
        "points": plain(row.points),
        "score_after": row.score_after if row.score_after is None else plain(row.score_after),
        "grade_before": row.grade_before,
        "grade_after": row.grade_after,
        "cites": row.cites,
    }
