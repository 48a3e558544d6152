from __future__ import annotations

from typing import Any

from django.db import connection, models
from django.db.models.constants import OnConflict
from django.db.models.sql import InsertQuery

from yinuo.apps.projects.models import Project


def lock(project_id: int) -> Project:
    """The project's row, locked: every transition of a project or of anything on it takes this lock first."""
    return Project.objects.select_for_update(no_key=True, of=("self",)).select_related("unit", "hall").get(pk=project_id)


def insert_unless_taken(row: models.Model) -> bool:
    """INSERT … ON CONFLICT DO NOTHING in one statement; False = a unique value was taken, nothing was written."""
    fields = [field for field in row._meta.local_concrete_fields if not field.primary_key]
    query = InsertQuery(type(row), on_conflict=OnConflict.IGNORE)
    query.insert_values(fields, [row])
    sql, parameters = query.get_compiler(connection=connection).as_sql()[0]
    with connection.cursor() as cursor:
        cursor.execute(f'{sql} RETURNING "{row._meta.pk.column}"', parameters)
        made: tuple[Any, ...] | None = cursor.fetchone()
    if made is None:
        return False
    row.pk = made[0]
    row._state.adding = False
    row._state.db = connection.alias
    return True
