from __future__ import annotations

from django.db.models import QuerySet

from yinuo.apps.trail.models import Entry


def of_project(project_code: str) -> QuerySet[Entry]:
    """The project's trail, oldest first."""
    return Entry.objects.filter(project_code=project_code).select_related("decision").order_by("id")
