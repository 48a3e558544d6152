"""Matters that stand as granted, without what leads there being played."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from yinuo.rooms.onemap.actions import applying
from yinuo.rooms.onemap.models import ItemState, MapItem, Outcome


def grant_all(items: Iterable[MapItem], at: datetime, document_number: str = "") -> None:
    """Each as if decided at that moment, by a document without a paper or a leaf."""
    for item in items:
        applying.settle(item, ItemState.GRANTED, Outcome.GRANTED, at, document_number=document_number)
