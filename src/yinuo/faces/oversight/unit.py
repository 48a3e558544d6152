"""A warning for the company: what was found, what it can say to it, and what it has put right."""

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

from yinuo.engine.base import forbid
from yinuo.faces.oversight.staff import story
from yinuo.faces.projects.own import OTHERS, crumbs
from yinuo.rooms.oversight import access, actions, queries
from yinuo.rooms.oversight.actions.common import TEXT_LIMIT
from yinuo.rooms.oversight.models import WarningState
from yinuo.ui.acting import actor_of, need_own
from yinuo.ui.evidence_forms import EvidenceForm, again, ticked_in
from yinuo.ui.handling import attempt

WORDS: dict[str, dict[str, Any]] = {
    "explain": {"label": "说明情况", "hint": "事实怎样、为什么，附能证明的材料。处置部门会看到。"},
    "report": {"label": "改正的情况", "hint": "做了什么、现在怎样；须附照片、批复、回执等证明。"},
}


class StepForm(EvidenceForm):
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    text = forms.CharField(label="说明", widget=forms.Textarea({"rows": 5}), max_length=TEXT_LIMIT)
    key = forms.CharField(required=False, widget=forms.HiddenInput, max_length=80)


@need_own
@never_cache
@require_http_methods(["GET", "POST"])
def show(request: HttpRequest, warning_id: int) -> HttpResponse:
    """POST `do`: explain (while it is open) or report (what was ordered is put right)."""
    actor, now = actor_of(request), timezone.now()
    found = queries.warning(warning_id)
    if not access.can_see_warning(actor, found):
        raise forbid(OTHERS)
    due = found.state in (WarningState.RECTIFYING, WarningState.OVERDUE)
    names = ["report", "explain"] if due else ["explain"] if found.is_open else []
    verb = request.POST.get("do", "") if request.method == "POST" else ""
    if verb and verb not in names:
        raise forbid("这条预警现在不能这样办理")
    start = {"version": found.version, "key": f"warning:{uuid.uuid4()}"}
    made: dict[str, EvidenceForm] = {
        name: StepForm(actor=actor, initial=start, auto_id=f"id_{name}_%s", **WORDS[name]) for name in names
    }
    if verb:
        form = StepForm(
            request.POST,
            request.FILES,
            actor=actor,
            ticked=ticked_in(request.POST),
            auto_id=f"id_{verb}_%s",
            **WORDS[verb],
        )
        if form.is_valid():
            ids = form.evidence(now)
            values = form.cleaned_data
            said: dict[str, Any] = {
                "warning_id": found.pk,
                "text": values["text"],
                "evidence": ids,
                "version": values["version"],
                "at": now,
            }
            done = None
            if form.is_valid() and verb == "explain":
                done = attempt(
                    form,
                    lambda: actions.explain_warning(actor=actor, idempotency_key=values["key"], **said),
                    {"evidence": "files"},
                )
            elif form.is_valid():
                done = attempt(form, lambda: actions.report_rectified(actor=actor, **said), {"evidence": "files"})
            if done is not None:
                messages.success(request, "已收到您的说明。" if verb == "explain" else "已收到改正情况，部门会来核查。")
                return redirect("unit:warning", found.pk)
            form = again(form, ids)
        made[verb] = form
    context = {
        "warning": found,
        "project": found.project,
        "story": story(found),
        "clock": queries.clock_of(found),
        "steps": [(name, made[name]) for name in names],
        "form": made.get(verb),
        "breadcrumbs": crumbs(found.project, f"预警：{found.get_kind_display()}"),
    }
    return render(request, "unit/warning.html", context, status=422 if verb else 200)
