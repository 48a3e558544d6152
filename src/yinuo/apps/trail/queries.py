from __future__ import annotations

from django.db import models
from django.db.models import QuerySet

from yinuo.apps.trail.models import Entry


def of_project(project_code: str) -> QuerySet[Entry]:
    """The project's trail, oldest first."""
    return Entry.objects.filter(project_code=project_code).select_related("decision").order_by("id")


def of_subject(subject: models.Model) -> QuerySet[Entry]:
    """The trail of one thing, oldest first: for a project that has no code yet."""
    return (
        Entry.objects.filter(subject_kind=subject._meta.label_lower, subject_id=str(subject.pk)).select_related("decision").order_by("id")
    )
