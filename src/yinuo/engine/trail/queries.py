from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import models
from django.db.models import Max, QuerySet

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


def last_of_project(project_code: str) -> int:
    """The number of the project's newest entry; 0 = none."""
    return Entry.objects.filter(project_code=project_code).aggregate(last=Max("id"))["last"] or 0


def between(project_code: str, since: datetime, until: datetime, verbs: Collection[str]) -> QuerySet[Entry]:
    """The project's entries with one of `verbs` after `since` up to `until`, the newest first."""
    rows = Entry.objects.filter(project_code=project_code, at__gt=since, at__lte=until, verb__in=verbs)
    return rows.order_by("-id")


def seen_of_unit(unit_id: int, limit: int = 40) -> list[Seen]:
    """Who last looked at the unit's data, newest first (个人信息保护法 44: 知情权)."""
    return list(Seen.objects.filter(unit_id=unit_id).order_by("-id")[:limit])
