"""What a project and its company get without applying (不来即享), and what a missing answer would decide."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from yinuo.engine.rules import pack
from yinuo.faces.projects.own import crumbs, project_of
from yinuo.rooms.projects.models import ProjectState
from yinuo.rooms.projects.queries import benefits_for
from yinuo.ui.acting import need_unit


@need_unit
@require_GET
def show(request: HttpRequest, project_id: int) -> HttpResponse:
    project = project_of(request, project_id)
    lines = benefits_for(project, timezone.localdate())
    open_ = [
        (line, [(pack().facts.label(path), _slug(path)) for path in line.missing if path in pack().facts])
        for line in lines
        if not line.holds
    ]
    context = {
        "project": project,
        "lines": [line for line in lines if line.holds],
        "open": open_,
        "may_amend": project.state in (ProjectState.FILED, ProjectState.CONFIRMED),
        "breadcrumbs": crumbs(project, "不来即享"),
    }
    return render(request, "unit/benefits.html", context)


def _slug(path: str) -> str:
    """The page of the filing form that asks the fact; empty where the company cannot say it."""
    topic = pack().form.step_of.get(path)
    return topic.slug if topic else ""
