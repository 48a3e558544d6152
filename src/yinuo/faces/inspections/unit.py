"""双随机检查 as the unit inspected sees it: what was looked at, what it says to it, what it has put right."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from yinuo.engine.base import forbid
from yinuo.faces.projects.own import OTHERS
from yinuo.rooms.inspections import access, actions, queries
from yinuo.rooms.inspections.models import InspectionState, RandomInspection
from yinuo.ui.acting import actor_of, need_unit
from yinuo.ui.components.shapes import NavItem
from yinuo.ui.evidence_forms import EvidenceForm, again, ticked_in
from yinuo.ui.handling import attempt, posted

RECTIFY = ("怎样改正的", "逐项写明，附照片或者材料。")
OPINION = ("您的意见", "对检查记录有不同意见的，写明理由。")


@need_unit
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    rows = queries.of_unit(actor.unit_id or 0)
    return render(request, "unit/inspections.html", {"rows": rows})


@need_unit
@require_http_methods(["GET", "POST"])
def one(request: HttpRequest, inspection_id: int) -> HttpResponse:
    """POST: what the state asks of the unit – a report of what was put right, else its opinion."""
    actor, now = actor_of(request), timezone.now()
    found = queries.inspection(inspection_id)
    if not access.can_answer(actor, found):
        raise forbid(OTHERS)
    visits = [visit for visit in queries.visits_of(found) if visit.signed_at]
    form = _form(request, found) if visits else None
    if request.method == "POST" and form is None:
        raise forbid("还没有检查，没有可以提交的内容")
    if form is not None and form.is_bound and form.is_valid():
        files = form.evidence(now)
        if form.is_valid():
            text = form.cleaned_data["text"]
            if found.state == InspectionState.RECTIFYING:
                act = lambda: actions.report_rectified(  # noqa: E731
                    actor=actor, inspection_id=found.pk, text=text, files=files, at=now
                )
            else:
                act = lambda: actions.state_opinion(  # noqa: E731
                    actor=actor, inspection_id=found.pk, text=text, files=files, at=now
                )
            if attempt(form, act) is not None:
                messages.success(request, "已提交，检查人员看得到。")
                return redirect("unit:inspection", found.pk)
        form = again(form, files)
    context = {
        "row": found,
        "visits": visits,
        "form": form,
        "rectifying": found.state == InspectionState.RECTIFYING,
        "statements": queries.statements_of(found),
        "breadcrumbs": [NavItem("双随机检查", reverse("unit:inspections")), NavItem(found.project.name)],
    }
    return render(request, "unit/inspection.html", context, status=422 if request.method == "POST" else 200)


def _form(request: HttpRequest, found: RandomInspection) -> EvidenceForm | None:
    if found.state == InspectionState.CANCELLED:
        return None
    label, hint = RECTIFY if found.state == InspectionState.RECTIFYING else OPINION
    data = posted(request)
    form = EvidenceForm(
        data,
        request.FILES if data is not None else None,
        actor=actor_of(request),
        ticked=ticked_in(data) if data is not None else None,
        label=label,
        hint=hint,
    )
    form.fields["text"].error_messages["required"] = "请写明情况"
    return form
