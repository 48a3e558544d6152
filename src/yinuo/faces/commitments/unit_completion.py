"""竣工验收 for the company: applied for, watched point by point, applied for again after rectification."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from yinuo.engine.documents.queries import of_subject
from yinuo.engine.rules import pack
from yinuo.faces.projects.own import crumbs, project_of
from yinuo.rooms.commitments import queries
from yinuo.rooms.commitments.actions import apply_again, apply_completion
from yinuo.rooms.commitments.inspection import Point
from yinuo.rooms.commitments.queries import CompletionPart, CompletionView
from yinuo.rooms.projects.models import Project, ReportKind
from yinuo.ui.acting import actor_of, need_unit
from yinuo.ui.components.shapes import Colour, Task
from yinuo.ui.handling import attempt, posted

COLOURS: dict[str, Colour] = {
    "guidance": "blue",
    "inspection": "blue",
    "rectifying": "amber",
    "passed": "green",
    "failed": "red",
}


class Keyed(forms.Form):
    """Sent twice it applies once."""

    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=80)


class ApplyForm(Keyed):
    why = forms.CharField(
        label="还有开工前事项没有办结，为什么已经竣工",
        required=False,
        widget=forms.Textarea({"rows": 3}),
        max_length=1000,
    )


class AgainForm(Keyed):
    text = forms.CharField(
        label="整改了什么",
        widget=forms.Textarea({"rows": 5}),
        max_length=4000,
        error_messages={"required": "写明整改的情况"},
    )


@need_unit
@never_cache
@require_http_methods(["GET", "POST"])
def show(request: HttpRequest, project_id: int) -> HttpResponse:
    project = project_of(request, project_id)
    view = queries.completion_of(project.pk)
    form: forms.Form | None = None
    start = {"key": f"completion:{uuid.uuid4()}"}
    if view is None:
        form = ApplyForm(posted(request), initial=start)
    elif view.completion.state in ("rectifying", "failed") and project.state == "confirmed":
        form = AgainForm(posted(request), initial=start)
    if request.method == "POST" and form is not None and form.is_valid():
        done: Any = attempt(form, lambda: _apply(request, project, view, form))
        if done is not None:
            messages.success(request, "已申请竣工验收。" if view is None else "已再次申请，只验收上次没有达到的内容。")
            return redirect("unit:completion", project.pk)
    context = {
        "project": project,
        "form": form,
        "view": view,
        "tasks": _before(project),
        "colour": COLOURS[view.completion.state] if view else "",
        "documents": list(of_subject(view.completion).defer("data")) if view else [],
        "parts": [_part(part) for part in view.parts] if view else [],
        "guidance_days": pack().integer("completion.guidance.limit", project.rules_on),
        "audit": queries.audit_of(project),
        "breadcrumbs": crumbs(project, "竣工验收"),
    }
    return render(request, "unit/completion.html", context)


def _apply(request: HttpRequest, project: Project, view: CompletionView | None, form: forms.Form) -> object:
    actor, now, values = actor_of(request), timezone.now(), form.cleaned_data
    if view is None:
        return apply_completion(
            actor=actor, project_id=project.pk, at=now, why=values["why"], idempotency_key=values["key"]
        )
    return apply_again(
        actor=actor, completion_id=view.completion.pk, text=values["text"], at=now, idempotency_key=values["key"]
    )


def _before(project: Project) -> list[Task]:
    """What has to be done before one may apply."""
    reported = project.reports.filter(kind=ReportKind.COMPLETION).exists()
    url = f"/projects/{project.pk}/report/"
    return [
        Task("复核确认", "已完成" if project.confirmed_at else "未完成", "green" if project.confirmed_at else "grey"),
        Task(
            "开工前事项全部办结",
            "已完成" if project.landed_at else "未完成",
            "green" if project.landed_at else "amber",
            f"/projects/{project.pk}/map/",
        ),
        Task(
            "报送竣工信息",
            "已完成" if reported else "等您报送",
            "green" if reported else "amber",
            "" if reported else url,
        ),
    ]


def _part(part: CompletionPart) -> dict[str, Any]:
    return {
        "item": part.item,
        "promised": part.commitment is not None,
        "met": part.met,
        "total": len(part.points),
        "points": [_point(point) for point in part.points],
    }


def _point(point: Point) -> dict[str, Any]:
    last = point.findings[-1] if point.findings else None
    words = {True: ("达到", "green"), False: ("没有达到", "red"), None: ("等验收", "grey")}[point.met]
    return {
        "text": point.text,
        "word": words[0],
        "colour": words[1],
        "note": last.note if last else "",
        "at": last.at if last else None,
    }
