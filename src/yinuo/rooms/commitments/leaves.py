"""What the information chain was told of promises, as it would be told now: an audit compares the two."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import BinaryField, F, Func

from yinuo.rooms.commitments.models import Commitment, Measure, Ruling, RulingState


def promises_standing() -> Iterator[tuple[str, tuple[str, ...]]]:
    for code, item, digest in Commitment.objects.values_list("project__code", "item_id", "letter_sha256").iterator():
        yield code or "", (str(item), digest)


def promises_now(leaves: Sequence[tuple[str, dict[str, Any]]]) -> list[dict[str, Any] | None]:
    """By the item and the letter: the digest is that of the letter kept, so that another one in its place shows; the
    scan's is taken anew.
    """
    scan = Func(F("paper__scan__content"), function="sha256", output_field=BinaryField())
    rows = (
        Commitment.objects.filter(item_id__in={said["item"] for _, said in leaves})
        .select_related("letter")
        .annotate(scan=scan)
    )
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


def orders_standing() -> Iterator[tuple[str, tuple[str, ...]]]:
    return _rulings(lifting=False)


def lifts_standing() -> Iterator[tuple[str, tuple[str, ...]]]:
    return _rulings(lifting=True)


def _rulings(*, lifting: bool) -> Iterator[tuple[str, tuple[str, ...]]]:
    for row in Ruling.objects.filter(state=RulingState.MADE).select_related("commitment__project"):
        if (Measure.LIFT in row.measures) == lifting:
            yield row.commitment.project.code or "", (str(row.commitment_id), row.number)


def rulings_now(leaves: Sequence[tuple[str, dict[str, Any]]]) -> list[dict[str, Any] | None]:
    """What a ruling that was made orders, or lifts."""
    rows = Ruling.objects.filter(commitment_id__in={said["commitment"] for _, said in leaves}, state=RulingState.MADE)
    known = {(row.commitment_id, row.number): {"measures": row.measures, "lifts": row.lifts_id} for row in rows}
    return [known.get((said["commitment"], said["number"])) for _, said in leaves]
