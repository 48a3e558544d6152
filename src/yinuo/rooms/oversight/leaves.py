"""What the information chain was told of penalties, as it would be told now: an audit compares the two."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from yinuo.rooms.oversight.actions.records import digest_of
from yinuo.rooms.oversight.models import LifeRecord, RecordKind


def penalties_standing() -> Iterator[tuple[str, tuple[str, ...]]]:
    rows = LifeRecord.objects.filter(kind=RecordKind.PENALTY)
    return ((code or "", (digest,)) for code, digest in rows.values_list("project__code", "digest"))


def penalties_now(leaves: Sequence[tuple[str, dict[str, Any]]]) -> list[dict[str, Any] | None]:
    """By the project and what was recorded, each version for itself; the digest is taken anew."""
    rows = LifeRecord.objects.filter(project__code__in={label for label, _ in leaves}).select_related("project")
    known = {
        (row.project.code, row.digest): {
            "kind": row.kind,
            "step": row.step,
            "number": row.number,
            "on": row.on.isoformat(),
            "digest": digest_of(row.kind, row.step, row.number, row.on, row.data),
        }
        for row in rows
    }
    return [known.get((label, said["digest"])) for label, said in leaves]
