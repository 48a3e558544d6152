"""INSERT with the statement kept: what the ORM would compile anew for every row of every filing is compiled once.

The values still go through each field's own preparation, so that what is written is what the ORM would write.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from django.db import connection, models


@cache
def _fields(model: type[models.Model]) -> tuple[models.Field[Any, Any], ...]:
    """The columns a new row brings; a serial key is the database's to give."""
    return tuple(field for field in model._meta.local_concrete_fields if not isinstance(field, models.AutoField))


@cache
def _statement(model: type[models.Model], rows: int, unless_taken: bool) -> str:
    columns = ", ".join(f'"{field.column}"' for field in _fields(model))
    values = ", ".join(["(" + ", ".join(["%s"] * len(_fields(model))) + ")"] * rows)
    conflict = " ON CONFLICT DO NOTHING" if unless_taken else ""
    return f'INSERT INTO "{model._meta.db_table}" ({columns}) VALUES {values}{conflict} RETURNING "{model._meta.pk.column}"'  # noqa: S608


def insert(rows: Sequence[models.Model], *, unless_taken: bool = False) -> bool:
    """Writes rows of one model in one statement and gives each its key.

    `unless_taken`: for a single row; False = a unique value was taken and nothing was written.
    """
    model = type(rows[0])
    values = [field.get_db_prep_save(field.pre_save(row, True), connection) for row in rows for field in _fields(model)]
    with connection.cursor() as cursor:
        cursor.execute(_statement(model, len(rows), unless_taken), values)
        keys = cursor.fetchall()
    if not keys:
        return False
    for row, (key,) in zip(rows, keys, strict=True):
        row.pk = uuid.UUID(str(key)) if isinstance(row._meta.pk, models.UUIDField) else key
        row._state.adding = False
        row._state.db = connection.alias
    return True


def _json(value: Any) -> Any:
    """What JSON has no type for, as PostgreSQL reads it back into the column's own."""
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, (Decimal, uuid.UUID)):
        return str(value)
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    raise TypeError(f"{type(value).__name__} cannot be written through JSON")


@cache
def _statement_of_all(kinds: tuple[type[models.Model], ...]) -> str:
    parts = []
    for number, model in enumerate(kinds):
        columns = ", ".join(f'"{field.column}"' for field in _fields(model))
        table = model._meta.db_table
        parts.append(
            f'i{number} AS (INSERT INTO "{table}" ({columns}) '  # noqa: S608
            f'SELECT {columns} FROM jsonb_populate_recordset(NULL::"{table}", %s) RETURNING 1)'
        )
    return "WITH " + ", ".join(parts) + " SELECT 1"


def insert_all(groups: Sequence[Sequence[models.Model]]) -> None:
    """Writes rows of several models in one statement, one parameter a model; the rows' keys stay the database's secret.

    Foreign keys between them are checked at the commit, so their order does not matter.
    """
    kinds = tuple(type(rows[0]) for rows in groups)
    values = [
        json.dumps(
            [{field.column: field.pre_save(row, True) for field in _fields(kind)} for row in rows], default=_json, ensure_ascii=False
        )
        for kind, rows in zip(kinds, groups, strict=True)
    ]
    with connection.cursor() as cursor:
        cursor.execute(_statement_of_all(kinds), values)
