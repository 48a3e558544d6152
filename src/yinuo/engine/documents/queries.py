from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, TypedDict

from django.db import models
from django.db.models import Exists, OuterRef, QuerySet, Subquery, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce

from yinuo.engine.base import NO_ROW
from yinuo.engine.documents.models import Document, FileMark, MarkKind, StoredFile
from yinuo.engine.register import superseded

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

OUT_OF_USE = (MarkKind.RETIRED, MarkKind.REPLACED)


def listed(documents: QuerySet[Document]) -> QuerySet[Document]:
    """Newest first, for a list of links: without what they say, but for what tells papers of one kind apart.

    That is the matter; of a certificate its grade, its watermark and whether a later version replaced it.
    """
    told = {name: KT(f"data__{name}") for name in ("matter_name", "grade", "watermark")}
    return documents.defer("data").annotate(replaced=_replaced(), **told).order_by("-issued_at", "-id")


def without_replaced(documents: QuerySet[Document]) -> QuerySet[Document]:
    """Of the versions of a certificate the newest only; all other documents."""
    return documents.exclude(_replaced())


def _replaced() -> Exists:
    same = {name: OuterRef(name) for name in ("kind", "subject_kind", "subject_id")}
    return Exists(Document.objects.filter(**same, pk__gt=OuterRef("pk")).filter(kind__in=superseded()))


def of_subject(subject: models.Model) -> QuerySet[Document]:
    """Every document issued about a thing, oldest first; without the paper's bytes."""
    return Document.objects.filter(subject_kind=subject._meta.label_lower, subject_id=subject.pk).order_by("id")


def of_project(project_code: str) -> QuerySet[Document]:
    """Every document issued about a project."""
    return Document.objects.filter(project_code=project_code)


def document(document_id: int) -> Document:
    """Raises Document.DoesNotExist."""
    return Document.objects.get(pk=document_id)


def file_with_content(file_id: int) -> StoredFile:
    """One file with its bytes. Raises StoredFile.DoesNotExist."""
    return StoredFile.objects.get(pk=file_id)


def paper(kind: str, subject_id: int) -> Document | None:
    """The paper of a kind issued about a row; the kind says of which table."""
    return Document.objects.filter(kind=kind, subject_id=subject_id).first()


def content_of(file_id: int) -> bytes:
    """Raises StoredFile.DoesNotExist."""
    return bytes(StoredFile.objects.values_list("content", flat=True).get(pk=file_id))


class Standing(TypedDict):
    """The kind of a file's last mark, "" = none."""

    standing: str


def library(unit_id: int) -> QuerySet[WithAnnotations[StoredFile, Standing]]:
    """A unit's uploaded files, newest first, without their bytes; `standing` is the last mark's kind, "" = none."""
    last = FileMark.objects.filter(file=OuterRef("pk")).order_by("-id")
    files = StoredFile.objects.filter(unit_id=unit_id, by__isnull=False).annotate(
        standing=Coalesce(Subquery(last.values("kind")[:1]), Value(""))
    )
    return files.defer("content").order_by("-id")


def in_use(unit_id: int) -> QuerySet[WithAnnotations[StoredFile, Standing]]:
    """The files to choose from: neither retired nor replaced by a newer version."""
    return library(unit_id).exclude(standing__in=OUT_OF_USE)


def versions(file: StoredFile) -> list[StoredFile]:
    """The file's whole line, newest first: what replaced it and what it replaced."""
    marks = (
        FileMark.objects.filter(kind=MarkKind.REPLACED, file__unit_id=file.unit_id)
        .order_by("id")
        .values_list("file_id", "newer_id")
    )
    newer_of = dict(marks)
    newest = file.pk
    while newest in newer_of:
        newest = newer_of[newest]
    line = {newest}
    grown = True
    while grown:
        older = {old for old, new in newer_of.items() if new in line} - line
        grown = bool(older)
        line |= older
    return list(library(file.unit_id or 0).filter(pk__in=line))


def stored_file(file_id: int) -> StoredFile:
    """One file without its bytes. Raises StoredFile.DoesNotExist."""
    return StoredFile.objects.defer("content").get(pk=file_id)


def own_uploads(person_id: int | None, file_ids: Collection[int]) -> QuerySet[StoredFile]:
    """Those of the files that the person sent in, and not for a unit's library; without their bytes."""
    files = StoredFile.objects.filter(pk__in=file_ids, by_id=person_id or NO_ROW, unit=None)
    return files.defer("content").order_by("id")
