"""模拟审批 for the unit: why it is applied for at the window only, what to bring, whether the conditions hold, and
where it stands.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from yinuo.engine.rules import pack
from yinuo.faces.mock.staff import FORM_NAMES, blank_form
from yinuo.faces.projects.explaining import decision_view
from yinuo.faces.projects.own import crumbs, project_of
from yinuo.rooms.mock import eligibility, papers, queries
from yinuo.rooms.mock.actions.common import cites
from yinuo.rooms.mock.room import SERVICE
from yinuo.rooms.projects.models import Project, ProjectState
from yinuo.rooms.reviews.queries import services_of
from yinuo.ui.acting import need_unit

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
        "may_ask": (found is None or not found.is_open)
        and project.state == ProjectState.CONFIRMED
        and project.started_on is None,
        "decision": decision_view(eligibility.foreseen(project).to_json()),
        "verdict": eligibility.foreseen(project).outcome["eligible"],
        "bring": pack().parameter("mock.bring", project.rules_on).value,
        "forms": [(kind, FORM_NAMES[kind]) for kind in BROUGHT],
        "place": _place(project),
        "cites": cites("mock.offline", project),
        "now": timezone.now(),
        "services": [one for one in services_of(project.pk) if one.track == SERVICE],
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
