from __future__ import annotations

from django.db import models
from django.db.models import QuerySet

from yinuo.engine.trail.models import Entry, Seen


def of_project(project_code: str) -> QuerySet[Entry]:
    """The project's trail, oldest first."""
    return Entry.objects.filter(project_code=project_code).select_related("decision").order_by("id")


def of_subject(subject: models.Model) -> QuerySet[Entry]:
    """The trail of one thing, oldest first: for a project that has no code yet."""
    return (
        Entry.objects.filter(subject_kind=subject._meta.label_lower, subject_id=str(subject.pk))
        .select_related("decision")
        .order_by("id")
    )


def seen_of_unit(unit_id: int, limit: int = 40) -> list[Seen]:
    """Who last looked at the unit's data, newest first (个人信息保护法 44: 知情权)."""
    return list(Seen.objects.filter(unit_id=unit_id).order_by("-id")[:limit])
