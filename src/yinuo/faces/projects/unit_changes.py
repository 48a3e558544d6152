"""A filed project changed: the same pages as the filing form, the code kept; a major change becomes a new filing, said
so first.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yinuo.engine.base import Refused, check_version
from yinuo.engine.rules import pack
from yinuo.faces.projects import factforms, steps
from yinuo.faces.projects.changing import Preview, mark_of, preview
from yinuo.faces.projects.factforms import FactForm
from yinuo.faces.projects.own import crumbs, project_of
from yinuo.faces.projects.unit_filing import PLEDGE
from yinuo.rooms.projects import actions, queries
from yinuo.rooms.projects.models import AmendmentKind, Project
from yinuo.ui.acting import actor_of, need_unit
from yinuo.ui.components.shapes import Task
from yinuo.ui.handling import attempt

KINDS = {
    AmendmentKind.CORRECTION: "补充更正，即时生效",
    AmendmentKind.NOTIFIED: "告知变更，即时生效，同时告知备案机关",
    AmendmentKind.MAJOR: "重大变更，由备案机关审核以后生效",
}


class AmendForm(FactForm):
    reason = forms.CharField(
        label="为什么变更",
        widget=forms.Textarea({"rows": 3}),
        max_length=1000,
        error_messages={"required": "写明变更的原因"},
    )
    sure = forms.CharField(widget=forms.HiddenInput, max_length=16, required=False)
    pledge = forms.BooleanField(label="重新作出备案信用承诺，按重新备案办理", required=False)
    key = forms.CharField(widget=forms.HiddenInput, max_length=80)


@need_unit
@require_GET
def choose(request: HttpRequest, project_id: int) -> HttpResponse:
    """Which part changes."""
    project = project_of(request, project_id)
    tasks = [
        Task(step.title, "变更", "", reverse("unit:amend_step", args=[project.pk, step.slug]))
        for step in pack().form.steps
    ]
    return render(
        request, "unit/amend.html", {"project": project, "tasks": tasks, "breadcrumbs": crumbs(project, "变更项目信息")}
    )


@need_unit
@never_cache
@require_http_methods(["GET", "POST"])
def amend(request: HttpRequest, project_id: int, slug: str) -> HttpResponse:
    project = project_of(request, project_id)
    topic = pack().form.by_slug.get(slug)
    if topic is None:
        return redirect("unit:amend", project.pk)
    paths = steps.asked(topic, project.facts, project.rules_on)
    major, also = False, _further(request.POST.getlist("also"), paths)
    shown: Preview | None = None
    if request.method == "POST":
        form = AmendForm(request.POST, paths=[*paths, *also], required=topic.required | frozenset(also))
        if form.is_valid():
            answer = attempt(form, lambda: _change(request, project, form))
            if isinstance(answer, HttpResponse):
                return answer
            shown = answer
        if form.errors:
            refusal: Refused | None = getattr(form, "refusal", None)
            major = refusal is not None and refusal.code == "projects.major_change"
            if more := _further(refusal.errors if refusal else (), [*paths, *also]):
                # What the change makes worth asking is asked here, with what was typed.
                also += more
                form = AmendForm(request.POST, paths=[*paths, *also], required=topic.required | frozenset(also))
    else:
        form = AmendForm(paths=paths, required=topic.required, initial=_initial(project, paths))
    context = {
        "project": project,
        "topic": topic,
        "form": form,
        "also": also,
        "shown": shown,
        "word": KINDS[shown.change.kind] if shown else "",
        "major": major or bool(request.POST.get("pledge")),
        "pledge": PLEDGE,
        "industries": factforms.suggestions() if "industry" in paths else [],
        "breadcrumbs": crumbs(project, ("变更项目信息", reverse("unit:amend", args=[project.pk])), topic.title),
    }
    return render(request, "unit/amend_step.html", context)


def _further(named: Iterable[str], paths: list[str]) -> list[str]:
    """Questions of the form that this page does not ask."""
    return [path for path in dict.fromkeys(named) if path in pack().form.step_of and path not in paths]


def _initial(project: Project, paths: list[str]) -> dict[str, Any]:
    key = f"recode:{project.pk}:{project.version}"
    return {**factforms.initial_of(project.facts, paths), "version": project.version, "key": key}


def _change(request: HttpRequest, project: Project, form: AmendForm) -> HttpResponse | Preview:
    """An amendment, once what it comes to has been seen; with the pledge given anew a second filing, whose page is the
    new project's.
    """
    common: dict[str, Any] = {
        "actor": actor_of(request),
        "project_id": project.pk,
        "reason": form.cleaned_data["reason"],
        "at": timezone.now(),
    }
    if form.cleaned_data["pledge"]:
        new = actions.recode(**common, facts=form.facts(), pledged=True, idempotency_key=form.cleaned_data["key"])
        messages.success(request, "已重新备案。原项目随之结束，新旧代码互相关联。")
        return redirect("unit:project", new.pk)
    if form.cleaned_data["sure"] != mark_of(form.facts()) or request.POST.get("look"):
        check_version(project, form.cleaned_data["version"])
        return preview(project, form.facts(), common["at"])
    held = actions.amend(**common, changes=form.facts(), version=form.cleaned_data["version"])
    if held is None:
        messages.success(request, "变更已经生效，项目代码不变。")
    else:
        messages.warning(request, "变更须经备案机关审核，审核以前原备案信息不变。结果会通知您。")
    return redirect("unit:project", project.pk)


@need_unit
@require_POST
def take_back(request: HttpRequest, request_id: int) -> HttpResponse:
    """The change that still waits for the filing office is withdrawn."""
    asked = queries.change_request(request_id)
    project = project_of(request, asked.project_id)
    try:
        actions.withdraw_change(actor=actor_of(request), request_id=asked.pk, at=timezone.now())
    except Refused as refusal:
        messages.error(request, f"{refusal.message}。{refusal.remedy}")
    else:
        messages.success(request, "变更已撤回，备案信息不变。")
    return redirect("unit:project", project.pk)
