"""The fee ledger of regional assessments, and entering what a project returned (附件3·三(四))."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from yinuo.engine.base import forbid
from yinuo.engine.rules import pack
from yinuo.faces.regional.staff_zones import CRUMB
from yinuo.rooms.projects.access import can_see
from yinuo.rooms.projects.queries import one
from yinuo.rooms.regional import access, queries
from yinuo.rooms.regional.actions import settle_fee
from yinuo.ui.acting import actor_of, need_staff
from yinuo.ui.components.forms import DecimalInput
from yinuo.ui.components.shapes import NavItem
from yinuo.ui.handling import attempt

SHOWN = 200


@need_staff
@require_GET
def ledger(request: HttpRequest) -> HttpResponse:
    """Every line, newest first, and whether companies are asked for anything today."""
    actor, day = actor_of(request), timezone.localdate()
    if not access.can_see_fees(actor, actor.hall_id or 0):
        raise forbid("只能查看本大厅的费用台账")
    context = {
        "entries": list(queries.ledger(actor.hall_id or 0)[:SHOWN]),
        "charged": queries.charges(day),
        "cites": "；".join(pack().cite_texts(pack().parameter(queries.CHARGE, day).cites)),
        "breadcrumbs": [CRUMB, NavItem("费用台账")],
    }
    return render(request, "staff/regional_fees.html", context)


class SettleForm(forms.Form):
    amount = forms.DecimalField(
        label="缴纳金额（元）",
        max_digits=12,
        decimal_places=2,
        min_value=0,
        widget=DecimalInput(),
        error_messages={"required": "填写缴纳金额"},
    )
    voucher = forms.CharField(label="缴款书编号", max_length=60, error_messages={"required": "填写缴款书编号"})
    key = forms.CharField(widget=forms.HiddenInput, max_length=80)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})


@need_staff
@never_cache
@require_http_methods(["GET", "POST"])
def settle(request: HttpRequest, project_id: int) -> HttpResponse:
    """What the project owes today by assessment, and its payment slip."""
    actor, project, day = actor_of(request), one(project_id), timezone.localdate()
    if not can_see(actor, project):
        raise forbid("只能查看本大厅的项目")
    form = SettleForm(request.POST if request.method == "POST" else None, initial={"key": uuid.uuid4().hex})
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        done = attempt(
            form,
            lambda: settle_fee(
                actor=actor,
                project_id=project_id,
                amount=values["amount"],
                voucher=values["voucher"],
                at=timezone.now(),
                idempotency_key=values["key"],
            ),
        )
        if done is not None:
            messages.success(request, f"已登记缴款书 {done.voucher}。")
            return redirect("staff:regional_fee", project_id)
    context = {
        "form": form,
        "project": project,
        "due": queries.due_of(project_id, day),
        "cites": "；".join(pack().cite_texts(pack().parameter(queries.CHARGE, day).cites)),
        "breadcrumbs": [
            NavItem("项目", "/staff/projects/"),
            NavItem(project.name, f"/staff/projects/{project_id}/"),
            NavItem("区域评估费用"),
        ],
    }
    return render(request, "staff/regional_fee.html", context, status=422 if form.is_bound else 200)
