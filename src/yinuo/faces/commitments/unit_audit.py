"""审计报告 of a public project: handed in by the company, its state, and why points wait for it (附件2·第十七条)."""

from __future__ import annotations

import uuid

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from yinuo.engine.rules import pack
from yinuo.faces.projects.own import crumbs, project_of
from yinuo.rooms.commitments import queries
from yinuo.rooms.commitments.actions import hand_in_audit
from yinuo.rooms.commitments.models import AuditConclusion
from yinuo.ui.acting import actor_of, need_unit
from yinuo.ui.components.forms import DateInput
from yinuo.ui.components.shapes import Colour, NavItem
from yinuo.ui.evidence_forms import EvidenceForm, again, ticked_in
from yinuo.ui.handling import attempt

COLOURS: dict[str, Colour] = {"handed_in": "blue", "accepted": "green", "returned": "red", "replaced": "grey"}


class AuditForm(EvidenceForm):
    text = forms.CharField(required=False, widget=forms.HiddenInput())
    auditor = forms.CharField(label="审计机构", max_length=120, error_messages={"required": "填写审计机构的名称"})
    number = forms.CharField(label="报告文号", max_length=80, error_messages={"required": "填写审计报告的文号"})
    on = forms.DateField(
        label="报告日期", widget=DateInput(), error_messages={"required": "填写报告日期", "invalid": "日期有误"}
    )
    conclusion = forms.ChoiceField(
        label="审计结论",
        choices=AuditConclusion.choices,
        widget=forms.RadioSelect(),
        error_messages={"required": "选择审计结论"},
        help_text="照报告填写，备案机关核对时以报告为准。",
    )
    key = forms.CharField(required=False, max_length=80, widget=forms.HiddenInput())


@need_unit
@never_cache
@require_http_methods(["GET", "POST"])
def show(request: HttpRequest, project_id: int) -> HttpResponse:
    project, actor, now = project_of(request, project_id), actor_of(request), timezone.now()
    standing = queries.audit_of(project)
    if standing is None:
        raise Http404
    form: EvidenceForm = AuditForm(actor=actor, initial={"key": f"audit:{uuid.uuid4()}"})
    if request.method == "POST":
        form = AuditForm(request.POST, request.FILES, actor=actor, ticked=ticked_in(request.POST))
        if form.is_valid():
            ids = form.evidence(now)
            values = {name: form.cleaned_data[name] for name in ("auditor", "number", "on", "conclusion")}
            key = form.cleaned_data["key"]
            if form.is_valid():
                made = attempt(
                    form,
                    lambda: hand_in_audit(
                        actor=actor, project_id=project.pk, evidence=ids, at=now, idempotency_key=key, **values
                    ),
                    {"evidence": "files"},
                )
                if made is not None:
                    messages.success(request, "审计报告已提交，核对结果发短信通知。")
                    return redirect("unit:audit", project.pk)
            form = again(form, ids)
    parameter = pack().parameter("audit.check_limit", project.rules_on)
    context = {
        "project": project,
        "form": form,
        "reports": [(row, COLOURS[row.state]) for row in standing.reports],
        "open": standing.open,
        "days": parameter.value,
        "cites": pack().cite_texts(parameter.cites),
        "breadcrumbs": [
            *crumbs(project, "竣工验收")[:-1],
            NavItem("竣工验收", reverse("unit:completion", args=[project.pk])),
            NavItem("审计报告"),
        ],
    }
    return render(request, "unit/audit.html", context, status=422 if form.errors else 200)
