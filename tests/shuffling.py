"""Whoever asks the database for rows without an order gets them in none: here always in another than they were written
in.

PostgreSQL hands a small table out as it was filled, so that code which forgot `order_by` looks right until the county
is large. The same rows come in the same order at every run: a test that finds something finds it again.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

_fetch_all = QuerySet._fetch_all
_iterator = QuerySet._iterator


def shuffled(rows: list[Any]) -> list[Any]:
    mixed = rows[::-1]
    if len(mixed) > 2:
        random.Random(len(mixed)).shuffle(mixed)
    return mixed


def without_order(queryset: QuerySet[Any]) -> bool:
    return queryset.model.__module__.startswith("yinuo.") and not queryset.ordered


def fetch_all(self: QuerySet[Any]) -> None:
    fresh = self._result_cache is None
    _fetch_all(self)
    if fresh and without_order(self):
        self._result_cache = shuffled(self._result_cache)


def iterator(self: QuerySet[Any], *arguments: Any, **named: Any) -> Iterator[Any]:
    rows = _iterator(self, *arguments, **named)
    return iter(shuffled(list(rows))) if without_order(self) else rows


def shuffle_what_has_no_order() -> None:
    QuerySet._fetch_all = fetch_all
    QuerySet._iterator = iterator
