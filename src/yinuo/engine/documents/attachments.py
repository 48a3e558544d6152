"""附件: which files a row uses. Written once with the row by `attach_files`, read through the row's `FileList`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any, ClassVar, overload

from django.db import models
from django.db.models import Q

from yinuo.engine.base import Refused
from yinuo.engine.documents.models import Attachment, FileRole, StoredFile


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """A file as a row uses it. `unit_id`: whose library it lies in, None = staff's. `id` and `title` are those of the
    material it was handed in as, else empty.
    """

    file: int
    file_name: str
    sha256: str
    unit_id: int | None
    id: str = ""
    title: str = ""

    @classmethod
    def of(cls, file: StoredFile) -> AttachedFile:
        return cls(file.pk, file.name, file.sha256, file.unit_id)

    @property
    def name(self) -> str:
        return self.title or self.file_name

    def to_json(self) -> dict[str, Any]:
        same = {"file": self.file, "name": self.name, "sha256": self.sha256}
        return {"id": self.id, **same, "file_name": self.file_name} if self.id else same


def own_files(ids: Sequence[int], *, unit_id: int | None, room: str, by_id: int | None = None) -> list[AttachedFile]:
    """The files by their ids, in this order, from the unit's library; `unit_id` None = stored by staff, `by_id` = by
    this person.

    Raises: Refused, coded for the `room`, for a file that is not there or belongs to another.
    """
    found = StoredFile.objects.defer("content").filter(unit_id=unit_id).in_bulk(list(ids))
    made = []
    for number in ids:
        file = found.get(number)
        if file is None or (by_id is not None and file.by_id != by_id):
            raise Refused(f"{room}.evidence", "所附的文件不存在或者不是您上传的", field="evidence", remedy="请重新上传")
        made.append(AttachedFile.of(file))
    return made


def attach_files(subject: models.Model, role: FileRole, files: Iterable[AttachedFile]) -> None:
    """Writes the row's list of files of one role, in one statement; called once a row and role, in the transaction that
    writes the row.
    """
    kept = list(files)
    [held] = [one for one in FileList.of(type(subject)) if one.role == role]
    Attachment.objects.bulk_create(
        Attachment(
            file_id=one.file,
            subject_kind=subject._meta.label_lower,
            subject_id=subject.pk,
            role=role,
            place=place,
            material=one.id,
            title=one.title,
        )
        for place, one in enumerate(kept)
    )
    subject.__dict__[held.cache] = kept


class FileList:
    """A model's list of files of one role: `row.evidence` reads it at its first use, `load_files` reads those of many
    rows at once.
    """

    known: ClassVar[list[FileList]] = []

    def __init__(self, role: FileRole) -> None:
        self.role = role

    def __set_name__(self, owner: type[models.Model], name: str) -> None:
        self.owner, self.cache = owner, f"_{name}_files"
        FileList.known.append(self)

    @overload
    def __get__(self, row: None, owner: Any) -> FileList: ...
    @overload
    def __get__(self, row: models.Model, owner: Any) -> list[AttachedFile]: ...
    def __get__(self, row: models.Model | None, owner: Any) -> FileList | list[AttachedFile]:
        if row is None:
            return self
        if self.cache not in row.__dict__:
            load_files([row])
        files: list[AttachedFile] = row.__dict__[self.cache]
        return files

    def __set__(self, row: models.Model, value: object) -> None:
        raise AttributeError("files are attached by attach_files")

    @classmethod
    def of(cls, model: type[models.Model]) -> list[FileList]:
        return [one for one in cls.known if one.owner is model]


def load_files(*groups: Iterable[models.Model]) -> None:
    """Reads every list of files of the rows in one query; the rows may be of several models."""
    rows = [row for group in groups for row in group]
    if not rows:
        return
    ids: dict[str, set[int]] = defaultdict(set)
    for row in rows:
        ids[row._meta.label_lower].add(row.pk)
    wanted = reduce(or_, (Q(subject_kind=kind, subject_id__in=keys) for kind, keys in ids.items()))
    found: dict[tuple[str, int, str], list[AttachedFile]] = defaultdict(list)
    fields = (
        "subject_kind",
        "subject_id",
        "role",
        "file_id",
        "file__name",
        "file__sha256",
        "file__unit_id",
        "material",
        "title",
    )
    for kind, key, role, *parts in Attachment.objects.filter(wanted).order_by("place").values_list(*fields):
        found[kind, key, role].append(AttachedFile(*parts))
    for row in rows:
        for held in FileList.of(type(row)):
            row.__dict__[held.cache] = found[row._meta.label_lower, row.pk, held.role]
