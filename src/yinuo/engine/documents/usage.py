"""Where a file is used: every attachment and every column that names a file, found in one query; then each use in
words.

What a use is called and which page shows it, the rooms say in their `uses.py` (`uses` of their register).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from string import Formatter
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import F, Q, QuerySet, Value
from django.utils.module_loading import import_string

from yinuo.engine import register
from yinuo.engine.documents.models import Attachment, FileMark, FileRole, StoredFile

EVERY_ROW = Q()
# What a unit says of a file in its library is no use of it.
NO_USE = (Attachment, FileMark)
# `people` lies below this room, so its column cannot be a foreign key.
BARE = (("people.authorisedperson", "letter_id"),)


@dataclass(frozen=True, slots=True)
class Place:
    """A row that uses a file: `role` is an attachment's role, or the name of the row's own column."""

    file: int
    kind: str
    subject: int
    role: str


@dataclass(frozen=True, slots=True)
class FileUse:
    """How the uses by one model are told to the unit whose file it is.

    `what` and `about` are texts with paths of the model's fields in braces, `{role}` = what the file is for. `at`: path
    of the moment; `page`: name of the unit's page that shows it, "" = none, with the value of the path `key`.
    `running`: which rows are not concluded, so that a newer version could still go in. `shown`: which rows the unit may
    know of.
    """

    model: type[models.Model]
    what: str
    about: str
    at: str
    page: str = ""
    key: str = ""
    running: Q | None = None
    shown: Q = EVERY_ROW

    def rows(self, ids: Iterable[int]) -> QuerySet[Any, dict[str, Any]]:
        paths = {
            name
            for text in (self.what, self.about)
            for _, name, _, _ in Formatter().parse(text)
            if name and name != "role"
        }
        running = (
            Q(pk__in=self.model._default_manager.filter(self.running).values("pk")) if self.running else Q(pk__in=[])
        )
        rows: QuerySet[Any] = self.model._default_manager.filter(self.shown, pk__in=list(ids))
        told: QuerySet[Any, dict[str, Any]] = rows.annotate(use_running=running).values(
            "pk", "use_running", self.at, *paths, *([self.key] if self.key else [])
        )
        return told


@dataclass(frozen=True, slots=True)
class Use:
    """One place a file is used in; `open` = the matter is not decided, so that a newer version could still go in."""

    what: str
    about: str
    at: datetime | None
    page: str
    key: int | None
    open: bool


@cache
def told() -> dict[str, FileUse]:
    """What the rooms say of their uses, by model."""
    return {use.model._meta.label_lower: use for path in register.uses() for use in import_string(path)}


def columns() -> list[models.Field[Any, Any]]:
    """Every column that names a file, of whatever room."""
    relations = StoredFile._meta.get_fields(include_hidden=True)
    keys = [
        one.field for one in relations if isinstance(one, models.ForeignObjectRel) and one.related_model not in NO_USE
    ]
    return [*keys, *(apps.get_model(label)._meta.get_field(name) for label, name in BARE)]


def places_of(ids: Iterable[int]) -> list[Place]:
    """Every row that uses one of the files, in one query; a row that uses a file twice for the same is named once."""
    wanted = list(ids)
    parts = [
        field.model._default_manager.filter(**{f"{field.attname}__in": wanted})
        .order_by()
        .values_list(F(field.attname), Value(field.model._meta.label_lower), "pk", Value(field.name))
        for field in columns()
    ]
    attached = (
        Attachment.objects.filter(file_id__in=wanted)
        .order_by()
        .values_list("file_id", "subject_kind", "subject_id", "role")
    )
    return [Place(*row) for row in attached.union(*parts)]


def uses_of(ids: Iterable[int]) -> dict[int, list[Use]]:
    """File id → its uses as its unit is told them, the latest first.

    One query, and one more for each kind of row found.
    """
    wanted = set(ids)
    made: dict[int, list[Use]] = {pk: [] for pk in wanted}
    by_kind: dict[str, list[Place]] = defaultdict(list)
    for place in places_of(wanted):
        by_kind[place.kind].append(place)
    for kind, places in by_kind.items():
        use = told()[kind]
        rows = {row["pk"]: row for row in use.rows({place.subject for place in places})}
        for place in places:
            row = rows.get(place.subject)
            if row is not None:
                made[place.file].append(_use(use, place, row))
    for uses in made.values():
        uses.sort(key=lambda use: (use.at is None, use.at), reverse=True)
    return made


def _use(use: FileUse, place: Place, row: dict[str, Any]) -> Use:
    words = {**row, "role": role_words(use.model, place.role)}
    key = row[use.key] if use.key else None
    return Use(use.what.format(**words), use.about.format(**words), row[use.at], use.page, key, row["use_running"])


def role_words(model: type[models.Model], role: str) -> str:
    """What a row uses a file for: the role's word, or what the model calls its column."""
    if role in FileRole.values:
        return str(FileRole(role).label)
    field = model._meta.get_field(role)
    assert isinstance(field, models.Field)
    return str(field.verbose_name)
