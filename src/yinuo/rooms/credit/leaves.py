"""What the information chain is told of points, and what it would be told of a row now: an audit, and whoever relies on
it, compares.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from yinuo.core.decision import plain
from yinuo.engine.infochain.sealing import as_said
from yinuo.rooms.credit.models import CreditEvent

EVENT = "credit.event"


def told(event: CreditEvent) -> dict[str, Any]:
    """Everything the score is folded from, and where it led.

    `detail`: the event's own data as one text, for a leaf holds no fractions and no large numbers.
    """
    return {
        "unit": event.unit_id,
        "seq": event.seq,
        "type": event.type,
        "on": event.on.isoformat(),
        "detail": json.dumps(event.data, ensure_ascii=False, sort_keys=True),
        "rule": event.rule,
        "points": plain(event.points),
        "score_after": None if event.score_after is None else plain(event.score_after),
        "grade_before": event.grade_before,
        "grade_after": event.grade_after,
        "cites": event.cites,
    }


def label_of(event: CreditEvent) -> str:
    """Points are told under their project, an evaluation under itself."""
    other = f"credit.pointproposal:{event.proposal_id}" if event.proposal_id else f"credit.creditevent:{event.pk}"
    return event.project_code or other


def differing(event: CreditEvent, said: dict[str, Any]) -> list[str]:
    """The names of what the leaf states and the row does not."""
    now = told(event)
    return [name for name, value in said.items() if name in now and as_said(now[name]) != value]


def events_now(leaves: Sequence[tuple[str, dict[str, Any]]]) -> list[dict[str, Any] | None]:
    """By the unit and the event's place in its history."""
    rows = CreditEvent.objects.filter(unit_id__in={said["unit"] for _, said in leaves})
    known = {(row.unit_id, row.seq): row for row in rows}
    found = [known.get((said["unit"], said["seq"])) for _, said in leaves]
    return [as_said(told(row)) if row is not None else None for row in found]


def events_standing() -> Iterator[tuple[str, tuple[str, ...]]]:
    for row in CreditEvent.objects.iterator():
        yield label_of(row), (str(row.unit_id), str(row.seq))
