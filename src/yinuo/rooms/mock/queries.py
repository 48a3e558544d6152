"""Mock approvals as they are read: of a hall, of a project, with the circulation sheet."""

from __future__ import annotations

from django.db.models import Prefetch, QuerySet

from yinuo.engine.base import NO_ROW
from yinuo.engine.documents.models import Document
from yinuo.rooms.mock.models import OPEN, MockApplication, MockMatter, MockOpinion
from yinuo.rooms.onemap.mocking import land_matters
from yinuo.rooms.onemap.models import ItemState, MapItem, Route
from yinuo.rooms.projects.models import Project, ProjectState

WITH = ("project__unit", "project__hall", "registered_by", "form", "commitment", "land_scan", "decision")


def application_of(application_id: int) -> MockApplication:
    """One application with all its page shows, in three queries. Raises MockApplication.DoesNotExist."""
    return _whole().get(pk=application_id)


def _whole() -> QuerySet[MockApplication]:
    matters = MockMatter.objects.select_related("item__department", "item__handler", "mock_by", "formal_by").order_by(
        "item__position"
    )
    opinions = MockOpinion.objects.select_related("department", "answered_by").order_by("id")
    rows = MockApplication.objects.select_related(*WITH)
    # The scans are named on the page, their bytes stay where they are.
    rows = rows.defer("form__content", "commitment__content", "land_scan__content")
    return rows.prefetch_related(Prefetch("matters", matters), Prefetch("opinions", opinions))


def of_project(project_id: int) -> MockApplication | None:
    """The application under way, or the last one."""
    rows = list(_whole().filter(project_id=project_id).order_by("-id")[:1])
    return rows[0] if rows else None


def under_way(project_id: int) -> MockApplication | None:
    return MockApplication.objects.filter(project_id=project_id, state__in=OPEN).first()


def of_hall(hall_id: int, *, open_only: bool = True) -> QuerySet[MockApplication]:
    rows = MockApplication.objects.filter(project__hall_id=hall_id).select_related("project__unit").order_by("-id")
    return rows.filter(state__in=OPEN) if open_only else rows


def results_of(application: MockApplication) -> list[Document]:
    """The papers of the matters that were decided, oldest first, without what they say."""
    papers = [row.paper_id for row in application.matters.all() if row.paper_id]
    return list(Document.objects.filter(pk__in=papers).defer("data").order_by("id"))


def registrable(hall_id: int | None, search: str) -> list[Project]:
    """The hall's confirmed projects of that code, then those with the words in their names, newest first."""
    rows = Project.objects.filter(hall_id=hall_id or NO_ROW, state=ProjectState.CONFIRMED).select_related("unit")
    named = rows.filter(name__icontains=search).exclude(code=search).order_by("-id")
    return [*rows.filter(code=search), *named[:20]]


def choosable(project: Project) -> list[MapItem]:
    """The matters of a project's map that may be approved in mock."""
    rows = MapItem.objects.filter(
        project=project, state=ItemState.OPEN, route=Route.REGULAR, completion=False, mock=False
    )
    return list(
        rows.exclude(matter_id__in=land_matters(project.rules_on)).select_related("department").order_by("position")
    )
