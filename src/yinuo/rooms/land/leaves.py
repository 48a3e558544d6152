"""What the information chain was told of parcels sold, as it would be told now: an audit compares the two."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from yinuo.rooms.land.models import Parcel


def sales_standing() -> Iterator[tuple[str, tuple[str, ...]]]:
    sold = Parcel.objects.exclude(contract_number="")
    return ((f"{Parcel._meta.label_lower}:{key}", ()) for key in sold.values_list("pk", flat=True))


def sales_now(leaves: Sequence[tuple[str, dict[str, Any]]]) -> list[dict[str, Any] | None]:
    """By the parcel's name in the chain."""
    keys = {label: int(label.rpartition(":")[2]) for label, _ in leaves}
    known = {
        row.pk: {
            "number": row.number,
            "unit": row.unit_id,
            "contract": row.contract_number,
            "indicators": row.indicators,
        }
        for row in Parcel.objects.filter(pk__in=keys.values())
    }
    return [known.get(keys[label]) for label, _ in leaves]
