"""INSERT with the statement kept: what the ORM would compile anew for every row of every filing is compiled once.

Rows travel as JSON, one parameter a model, and PostgreSQL reads each column's own type from it: what is written is what
the ORM would write.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar

from django.core.exceptions import FieldDoesNotExist
from django.db import connection, models
from django.db.models.base import ModelState

M = TypeVar("M", bound=models.Model)


@cache
def _fields(model: type[models.Model]) -> tuple[models.Field[Any, Any], ...]:
    """The columns a new row brings; a serial key is the database's to give."""
    return tuple(field for field in model._meta.local_concrete_fields if not isinstance(field, models.AutoField))


@cache
def _columns(model: type[models.Model]) -> str:
    return ", ".join(f'"{field.column}"' for field in _fields(model))


# -- rows


@cache
def _defaults(model: type[models.Model]) -> tuple[dict[str, Any], dict[str, Callable[[], Any]]]:
    """What a row has where nothing is given: values, and what makes one anew for each row."""
    fields = model._meta.concrete_fields
    made = {field.attname: field.default for field in fields if callable(field.default) and field.has_default()}
    return {field.attname: field.get_default() for field in fields if field.attname not in made}, made


def new_row(model: type[M], **values: Any) -> M:
    """A row to be written, quicker than by the model's own `__init__`: columns are given by their names, `person_id`
    and not `person`.

    Raises: FieldDoesNotExist for a name the model has not.
    """
    fixed, made = _defaults(model)
    row = model.__new__(model)
    held = {"_state": ModelState(), **fixed}
    for name, make in made.items():
        if name not in values:
            held[name] = make()
    known = len(fixed) + len(made) + 1
    held.update(values)
    if len(held) > known:
        raise FieldDoesNotExist(f"{model.__name__}: {', '.join(values.keys() - fixed.keys() - made.keys())}")
    row.__dict__.update(held)
    return row


_AS_TEXT: dict[type, Callable[[Any], str]] = {
    datetime: datetime.isoformat,
    date: date.isoformat,
    Decimal: str,
    uuid.UUID: str,
    bytes: lambda value: f"\\x{value.hex()}",
}


def _json(value: Any) -> str:
    """What JSON has no type for, as PostgreSQL reads it back into the column's own."""
    write = _AS_TEXT.get(type(value)) or next(
        (write for kind, write in _AS_TEXT.items() if isinstance(value, kind)), None
    )
    if write is None:
        raise TypeError(f"{type(value).__name__} cannot be written through JSON")
    return write(value)


_encode = json.JSONEncoder(ensure_ascii=False, check_circular=False, default=_json).encode


@cache
def _reader(model: type[models.Model]) -> tuple[tuple[str | None, ...], Callable[[Any], tuple[Any, ...]]]:
    """A model's columns and what reads a row's values for them.

    Raises TypeError where a field makes its value only when it is saved.
    """
    fields = _fields(model)
    for field in fields:
        if (
            getattr(field, "auto_now", False)
            or getattr(field, "auto_now_add", False)
            or isinstance(field, models.FileField)
        ):
            raise TypeError(f"{model.__name__}.{field.name} cannot be written through JSON")
    return tuple(field.column for field in fields), attrgetter(*(field.attname for field in fields))


def _written(rows: Sequence[models.Model]) -> str:
    columns, read = _reader(type(rows[0]))
    return _encode([dict(zip(columns, read(row), strict=True)) for row in rows])


# -- statements


@cache
def _statement(model: type[models.Model], unless_taken: bool) -> str:
    conflict = " ON CONFLICT DO NOTHING" if unless_taken else ""
    return f'{_insertion(model)}{conflict} RETURNING "{model._meta.pk.column}"'


def _insertion(model: type[models.Model]) -> str:
    table, columns = model._meta.db_table, _columns(model)
    return f'INSERT INTO "{table}" ({columns}) SELECT {columns} FROM jsonb_populate_recordset(NULL::"{table}", %s)'  # noqa: S608


def insert(rows: Sequence[models.Model], *, unless_taken: bool = False) -> bool:
    """Writes rows of one model in one statement and gives each its key.

    `unless_taken`: for a single row; False = a unique value was taken and nothing was written.
    """
    with connection.cursor() as cursor:
        cursor.execute(_statement(type(rows[0]), unless_taken), [_written(rows)])
        keys = cursor.fetchall()
    if not keys:
        return False
    for row, (key,) in zip(rows, keys, strict=True):
        row.pk = uuid.UUID(str(key)) if isinstance(row._meta.pk, models.UUIDField) else key
        row._state.adding = False
        row._state.db = connection.alias
    return True


@cache
def _statement_of_all(kinds: tuple[type[models.Model], ...], besides: tuple[str, ...], calls: str) -> str:
    parts = [f"{_insertion(model)} RETURNING 1" for model in kinds]
    told = ", ".join(f"w{number} AS ({part})" for number, part in enumerate((*parts, *besides)))
    return f"{f'WITH {told} ' if told else ''}SELECT {calls or '1'}"


def insert_all(
    groups: Sequence[Sequence[models.Model]],
    besides: Sequence[tuple[str, Any]] = (),
    calls: tuple[str, Any] | None = None,
) -> None:
    """Writes rows of several models in one statement, one parameter a model; the rows' keys stay the database's secret.

    Foreign keys between them are checked at the commit, so their order does not matter. `besides`: what else is changed
    in the same statement, as SQL that returns something and its one parameter, written as JSON; `calls`: a function to
    be called, likewise.
    """
    kinds = tuple(type(rows[0]) for rows in groups)
    also = [*besides, *((calls,) if calls else ())]
    statement = _statement_of_all(kinds, tuple(sql for sql, _ in besides), calls[0] if calls else "")
    with connection.cursor() as cursor:
        cursor.execute(statement, [*map(_written, groups), *(_encode(value) for _, value in also)])
