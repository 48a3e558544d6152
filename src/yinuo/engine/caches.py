"""Columns that are derived from other rows and stored: each is derived by one function, compared by the audit, and can
be rebuilt.

A room lists its own in `caches.py`; its register names the list (`room.py`), docs/data.md tells them to people.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, models, transaction
from django.db.models import QuerySet
from django.utils.module_loading import import_string

from yinuo.core.calendar import TZ
from yinuo.core.dated import RuleError
from yinuo.engine import register
from yinuo.engine.base import Actor, Versioned, forbid
from yinuo.engine.trail.actions import action, record

M = TypeVar("M", bound=models.Model)
BATCH = 500
OWNER = "owner"
# What core raises where rows that were changed by hand cannot be read any more.
UNREADABLE = (RuleError, ValueError, LookupError, TypeError, ArithmeticError)


def _itself(row: Any) -> models.Model:
    found: models.Model = row
    return found


@dataclass(frozen=True, slots=True)
class Cache(Generic[M]):
    """Derived columns of a table.

    **Shape** `columns`: each column and what it is called. `rows`: those whose columns are derived. `derive`: what the
    columns should hold, by key, for a batch of rows; a row left out has nothing to compare. `called`: a row in words.
    `holder`: the row that has the columns, where it is another. `take`: reads and locks a row by its key in the order
    of locks; None = there is no such row now. `owned`: the table whose columns the application may not write, by the
    same key: a rebuild locks and writes it as the tables' owner.
    """

    name: str
    title: str
    columns: Mapping[str, str]
    rows: Callable[[], QuerySet[M]]
    derive: Callable[[Sequence[M], datetime], Mapping[Any, Mapping[str, Any]]]
    called: Callable[[M], str]
    holder: Callable[[M], models.Model] = _itself
    take: Callable[[Any], M | None] | None = None
    owned: type[models.Model] | None = None

    def locked(self, key: Any) -> M | None:
        if self.take is not None:
            return self.take(key)
        return self.rows().select_for_update(no_key=True, of=("self",)).filter(pk=key).first()


@dataclass(frozen=True, slots=True)
class Difference:
    """A row whose stored columns are not what its records say; `error` = why they could not be derived at all."""

    cache: Cache[Any]
    key: Any
    called: str
    held: dict[str, Any] = field(default_factory=dict)
    derived: dict[str, Any] = field(default_factory=dict)
    error: str = ""

    def words(self) -> list[str]:
        if self.error:
            return [f"{self.cache.title}（{self.called}）：不能按记录重算：“{self.error}”"]
        return [
            f"{self.cache.title}（{self.called}）：{self.cache.columns[name]}存为“{_said(self.held[name])}”，按记录应为“{_said(value)}”"
            for name, value in self.derived.items()
        ]


def every() -> list[Cache[Any]]:
    """All that the rooms list, in the order of the settings."""
    return [cache for name in register.caches() for cache in import_string(name)]


def differences(cache: Cache[M], at: datetime) -> Iterator[Difference]:
    """Every row that differs at `at`; reads in batches and writes nothing."""
    rows = cache.rows().order_by("pk")
    batch = list(rows[:BATCH])
    while batch:
        yield from _compared(cache, batch, at)
        batch = list(rows.filter(pk__gt=batch[-1].pk)[:BATCH])


def rebuild(cache: Cache[M], *, actor: Actor, at: datetime) -> list[Difference]:
    """Brings every row that differs back to what its records say, each in its own transaction; returns what differed.

    A row that cannot be derived stays as it is, and is returned with its `error`.
    """
    if actor.role not in ("administrator", "system"):
        raise forbid("只有系统管理员可以重算缓存列")
    found = [one if one.error else mend(actor=actor, cache=cache, key=one.key, at=at) for one in differences(cache, at)]
    return [one for one in found if one is not None]


def mend(*, actor: Actor, cache: Cache[M], key: Any, at: datetime) -> Difference | None:
    """One row, derived again under its locks; None where it does not differ any more."""
    if cache.owned is None:
        return _mend(actor=actor, cache=cache, key=key, at=at, using=DEFAULT_DB_ALIAS)
    # The owner's change is committed last: a process killed between leaves a note of it and the difference, which is
    # mended again.
    with transaction.atomic(using=OWNER):
        list(cache.owned._base_manager.using(OWNER).select_for_update(no_key=True).filter(pk=key))
        return _mend(actor=actor, cache=cache, key=key, at=at, using=OWNER)


@action
def _mend(*, actor: Actor, cache: Cache[M], key: Any, at: datetime, using: str) -> Difference | None:
    row = cache.locked(key)
    found = next(_compared(cache, [row], at), None) if row is not None else None
    if row is None or found is None or found.error:
        return found
    held = cache.holder(row)
    for name, value in found.derived.items():
        setattr(held, name, value)
    if held._state.adding:
        held.save(using=using)
    elif isinstance(held, Versioned):
        held.version += 1
        held.save(using=using, update_fields=[*found.derived, "version"])
    else:
        held.save(using=using, update_fields=list(found.derived))
    record(
        actor,
        "caches.rebuild",
        held,
        at=at,
        data={"cache": cache.name, "before": _kept(found.held), "after": _kept(found.derived)},
    )
    return found


def _compared(cache: Cache[M], rows: Sequence[M], at: datetime) -> Iterator[Difference]:
    try:
        derived = cache.derive(rows, at)
    except UNREADABLE as error:
        if len(rows) == 1:
            yield Difference(cache, rows[0].pk, cache.called(rows[0]), error=f"{type(error).__name__} {error}")
        else:
            for row in rows:
                yield from _compared(cache, [row], at)
        return
    for row in rows:
        holder, should = cache.holder(row), derived.get(row.pk, {})
        held = {name: getattr(holder, name) for name in should}
        wrong = {name: value for name, value in should.items() if held[name] != value}
        if wrong:
            yield Difference(cache, row.pk, cache.called(row), {name: held[name] for name in wrong}, wrong)


def _kept(values: Mapping[str, Any]) -> dict[str, Any]:
    """As the trail keeps them: bytes in hexadecimal."""
    return {
        name: bytes(value).hex() if isinstance(value, (bytes, memoryview)) else value for name, value in values.items()
    }


def _said(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(TZ).isoformat(timespec="microseconds" if value.microsecond else "seconds")
    if isinstance(value, (bytes, memoryview)):
        return bytes(value).hex()
    return "空" if value is None or value == "" else str(value)
