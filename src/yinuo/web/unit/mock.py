"""模拟审批 for the unit: why it is applied for at the window only, what to bring, whether the conditions hold, and where it stands."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from yinuo.apps.mock import eligibility, papers, queries
from yinuo.apps.mock.actions.common import cites
from yinuo.apps.projects.models import Project, ProjectState
from yinuo.apps.reviews.models import Track
from yinuo.apps.reviews.queries import services_of
from yinuo.apps.rules import pack
from yinuo.web.acting import need_unit
from yinuo.web.staff.explaining import decision_view
from yinuo.web.staff.mock import FORM_NAMES, blank_form
from yinuo.web.unit.own import crumbs, project_of

BROUGHT = ("mock_application", "mock_commitment")


@need_unit
@require_GET
def show(request: HttpRequest, project_id: int) -> HttpResponse:
    project = project_of(request, project_id)
    found = queries.of_project(project.pk)
    context = {
        "project": project,
        "mock": found,
        "matters": list(found.matters.all()) if found else [],
        "may_ask": (found is None or not found.is_open) and project.state == ProjectState.CONFIRMED and project.started_on is None,
        "decision": decision_view(eligibility.foreseen(project).to_json()),
        "verdict": eligibility.foreseen(project).outcome["eligible"],
        "bring": pack().parameter("mock.bring", project.rules_on).value,
        "forms": [(kind, FORM_NAMES[kind]) for kind in BROUGHT],
        "place": _place(project),
        "cites": cites("mock.offline", project),
        "now": timezone.now(),
        "services": [one for one in services_of(project.pk) if one.track == Track.MOCK],
        "breadcrumbs": crumbs(project, "模拟审批"),
    }
    return render(request, "unit/mock.html", context)


def _place(project: Project) -> str:
    return f"{project.hall.name}投资建设项目审批服务窗口（综合窗口）"


@need_unit
@require_GET
def blank(request: HttpRequest, kind: str) -> HttpResponse:
    """The forms the applicant fills in and brings."""
    return blank_form(kind if kind in BROUGHT and kind in papers.BLANK else "")
