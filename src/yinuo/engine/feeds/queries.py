from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import rfc8785
from django.db.models import QuerySet

from yinuo.core.calendar import TZ
from yinuo.engine.feeds.models import Feed, FeedEntry, FeedPlace


@dataclass(frozen=True, slots=True)
class Read:
    """Entries in the order of their places; `next` is the place to ask from, the same again where nothing is new."""

    entries: Sequence[FeedPlace]
    next: int


def placed(feed: Feed, *, kind: str = "", hall_id: int | None = None) -> QuerySet[FeedPlace]:
    """In order; `hall_id` None = of every hall."""
    rows = FeedPlace.objects.filter(feed=feed.name).select_related("entry__unit").order_by("number")
    if hall_id is not None:
        rows = rows.filter(entry__hall_id=hall_id)
    return rows.filter(entry__kind=kind) if kind else rows


def read_on(rows: QuerySet[FeedPlace], since: int = 0, size: int = 100) -> Read:
    found = list(rows.filter(number__gt=since)[:size])
    return Read(found, found[-1].number if found else since)


def latest(rows: QuerySet[FeedPlace], before: int = 0, size: int = 40) -> tuple[list[FeedPlace], int]:
    """For people: the newest first, and where the next page begins, 0 = no more."""
    found = list((rows.filter(number__lt=before) if before else rows).order_by("-number")[: size + 1])
    return found[:size], found[size - 1].number if len(found) > size else 0


def told(row: FeedEntry) -> dict[str, Any]:
    """The entry as other systems read it: the unit by its code, no person by name."""
    return {
        "kind": row.kind,
        "unit_code": row.unit.credit_code,
        "project_code": row.project_code,
        "at": row.at.astimezone(TZ).replace(microsecond=0).isoformat(),
        "data": row.data,
    }


def digest_of(row: FeedEntry) -> str:
    """SHA-256 of the canonical JSON of what is told, in hexadecimal."""
    return hashlib.sha256(rfc8785.dumps(told(row))).hexdigest()
