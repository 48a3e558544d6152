"""终止认定: the department says how a promise stands whose project has ended before completion (正文·三(八))."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from yinuo.engine.base import forbid
from yinuo.engine.rules import pack
from yinuo.faces.projects.heading import head_of
from yinuo.rooms.commitments import access, queries
from yinuo.rooms.commitments.actions import close_promise
from yinuo.rooms.commitments.models import ClosingOutcome, Commitment, Fulfilment
from yinuo.ui.acting import actor_of, need_staff
from yinuo.ui.components.shapes import NavItem
from yinuo.ui.evidence import EvidenceForm
from yinuo.ui.forms import Versioned, choice, set_choices, text_area
from yinuo.ui.handling import attempt


class ClosingForm(EvidenceForm, Versioned):
    outcome = choice("认定的结果", (), "选择认定的结果", radio=True)
    text = text_area(
        "认定的事实和理由", "写明认定的事实和理由", "项目单位会看到。写明何时、怎样核查，建成了什么、还差什么。", rows=5
    )
    field_order = ("outcome", "text", "files", "version")

    def __init__(self, *args: Any, outcomes: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        set_choices(self, "outcome", outcomes)
        self.fields["files"].help_text = "认定未履行的，须附现场照片、笔录等证据。"


def _outcomes(found: Commitment) -> list[tuple[str, str]]:
    """What was being rectified is either kept or broken."""
    rectifying = found.fulfilment == Fulfilment.RECTIFYING
    chosen = [one for one in ClosingOutcome if one != ClosingOutcome.RELEASED or not rectifying]
    return [(one.value, str(one.label)) for one in chosen]


@need_staff
@require_http_methods(["GET", "POST"])
def closing(request: HttpRequest, commitment_id: int) -> HttpResponse:
    actor, now = actor_of(request), timezone.now()
    found = queries.one(commitment_id)
    if not access.can_handle(actor, found):
        raise forbid("终止项目的承诺由同意承诺的部门认定")
    form = ClosingForm(
        request.POST or None, request.FILES or None, outcomes=_outcomes(found), initial={"version": found.version}
    )
    if request.method == "POST" and form.is_valid() and form.take(request, actor, now):
        data = form.cleaned_data
        made = attempt(
            form,
            lambda: close_promise(
                actor=actor,
                commitment_id=found.pk,
                outcome=data["outcome"],
                text=data["text"],
                evidence=form.file_ids,
                at=now,
                version=data["version"],
            ),
            {"evidence": "files"},
        )
        if made is not None:
            messages.success(request, f"已认定：{made.get_outcome_display()}。结果已通知项目单位。")
            return redirect("staff:commitment", found.pk)
    crumb = NavItem("信用承诺", reverse("staff:commitment", args=[found.pk]))
    context = {
        **head_of(found.project, crumb, NavItem("认定承诺")),
        "commitment": found,
        "reports": list(found.reports.all()),
        "findings": list(found.findings.all()),
        "history": list(found.reviews.all()),
        "form": form,
        "cites": pack().cite_texts(pack().parameter("promise_closing.limit", now.date()).cites),
    }
    return render(request, "staff/closing.html", context, status=422 if form.is_bound else 200)
