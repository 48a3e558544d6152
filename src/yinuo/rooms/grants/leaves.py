"""What the information chain was told of grants, as it would be told now: an audit compares the two."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from yinuo.rooms.grants.models import Grant


def grants_standing() -> Iterator[tuple[str, tuple[str, ...]]]:
    for key, code in Grant.objects.values_list("pk", "project__code"):
        yield code or f"{Grant._meta.label_lower}:{key}", (str(key),)


def grants_now(leaves: Sequence[tuple[str, dict[str, Any]]]) -> list[dict[str, Any] | None]:
    rows = Grant.objects.filter(pk__in=[said["grant"] for _, said in leaves]).select_related("node")
    known = {row.pk: row for row in rows}
    return [_now(known.get(said["grant"]), said["until"]) for _, said in leaves]


def _now(row: Grant | None, until: str) -> dict[str, Any] | None:
    """The end is the same instant or another, however it is written."""
    if row is None:
        return None
    same = datetime.fromisoformat(until) == row.until_at
    return {
        "node": row.node.name,
        "types": row.types,
        "fields": row.fields,
        "until": until if same else row.until_at.isoformat(),
    }
