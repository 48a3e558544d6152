from __future__ import annotations

from django.db import models
from django.db.models import QuerySet

from yinuo.apps.documents.models import Document, StoredFile


def of_subject(subject: models.Model) -> QuerySet[Document]:
    """Every document issued about a thing, oldest first; without the paper's bytes."""
    return Document.objects.filter(subject_kind=subject._meta.label_lower, subject_id=subject.pk).order_by("id")


def library(unit_id: int) -> QuerySet[StoredFile]:
    """A unit's uploaded files, newest first; without their bytes."""
    return StoredFile.objects.filter(unit_id=unit_id, by__isnull=False).defer("content").order_by("-id")
