"""What the information chain was told of promises, as it would be told now: an audit compares the two."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from yinuo.apps.commitments.models import Commitment


def promises_standing() -> Iterator[tuple[str, tuple[str, ...]]]:
    for code, item, digest in Commitment.objects.values_list("project__code", "item_id", "letter_sha256").iterator():
        yield code or "", (str(item), digest)


def promises_now(leaves: Sequence[tuple[str, dict[str, Any]]]) -> list[dict[str, Any] | None]:
    """By the item and the letter: the digest is that of the letter kept, so that another one in its place shows."""
    rows = Commitment.objects.filter(item_id__in={said["item"] for _, said in leaves}).select_related("letter")
    known = {
        (row.item_id, row.letter_sha256): {
            "letter_sha256": row.letter.sha256,
            "standard_version": row.standard_version,
            "contract": row.contract,
            "requirements": row.requirements,
        }
        for row in rows
    }
    return [known.get((said["item"], said["letter_sha256"])) for _, said in leaves]
