"""What the information chain was told of promises, as it would be told now: an audit compares the two."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import BinaryField, F, Func

from yinuo.apps.commitments.models import Commitment


def promises_standing() -> Iterator[tuple[str, tuple[str, ...]]]:
    for code, item, digest in Commitment.objects.values_list("project__code", "item_id", "letter_sha256").iterator():
        yield code or "", (str(item), digest)


def promises_now(leaves: Sequence[tuple[str, dict[str, Any]]]) -> list[dict[str, Any] | None]:
    """By the item and the letter: the digest is that of the letter kept, so that another one in its place shows; the scan's is taken anew."""
    scan = Func(F("paper__scan__content"), function="sha256", output_field=BinaryField())
    rows = Commitment.objects.filter(item_id__in={said["item"] for _, said in leaves}).select_related("letter").annotate(scan=scan)
    known = {
        (row.item_id, row.letter_sha256): {
            "letter_sha256": row.letter.sha256,
            "scan_sha256": None if row.scan is None else bytes(row.scan).hex(),
            "standard_version": row.standard_version,
            "contract": row.contract,
            "requirements": row.requirements,
        }
        for row in rows
    }
    return [known.get((said["item"], said["letter_sha256"])) for _, said in leaves]
