"""Units that have only their name reserved: entered at the hall, and given their credit code once they have a licence
(F-6).
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from yinuo.engine.base import forbid
from yinuo.engine.people import queries
from yinuo.engine.people.actions import give_credit_code, register_reserved_unit
from yinuo.engine.people.models import UnitType
from yinuo.ui.acting import actor_of, need_role
from yinuo.ui.components.forms import CodeInput
from yinuo.ui.forms import choice
from yinuo.ui.handling import attempt


class ReserveForm(forms.Form):
    name = forms.CharField(label="预先核准的名称", error_messages={"required": "填写预先核准的名称"})
    type = choice("单位类型", UnitType.choices, "选择单位类型", radio=True)
    reservation_no = forms.CharField(
        label="企业名称预先核准号",
        help_text="照核准通知书填写。",
        error_messages={"required": "填写企业名称预先核准号"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})


class CodeForm(forms.Form):
    credit_code = forms.CharField(
        label="统一社会信用代码",
        help_text="18 位，照营业执照填写。登记后不能更换。",
        widget=CodeInput(),
        error_messages={"required": "填写统一社会信用代码"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})


@need_role("general_convener", "administrator")
@require_http_methods(["GET", "POST"])
def reserved(request: HttpRequest) -> HttpResponse:
    """The list of units without a code, and entering another one."""
    actor = actor_of(request)
    form = ReserveForm(request.POST or None, initial={"type": UnitType.ENTERPRISE})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        made = attempt(form, lambda: register_reserved_unit(actor=actor, at=timezone.now(), **data))
        if made is not None:
            messages.success(request, f"已登记“{made.name}”，领取营业执照后在此补登统一社会信用代码。")
            return redirect("staff:reserved")
    search = request.GET.get("q", "").strip()
    context = {"form": form, "units": list(queries.reserved_units(search)[:50]), "search": search}
    return render(request, "staff/reserved.html", context, status=422 if form.is_bound else 200)


@need_role("general_convener", "administrator")
@require_http_methods(["GET", "POST"])
def code(request: HttpRequest, unit_id: int) -> HttpResponse:
    """The unit has its licence: its code is written beside its name, once."""
    unit = queries.unit(unit_id)
    if not unit.reservation_no:
        raise forbid("这个单位不是以预先核准名称登记的")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = attempt(
            form,
            lambda: give_credit_code(
                actor=actor_of(request),
                unit_id=unit.pk,
                credit_code=form.cleaned_data["credit_code"],
                at=timezone.now(),
            ),
        )
        if given is not None:
            messages.success(request, f"已为“{given.name}”登记统一社会信用代码 {given.credit_code}，现在可以申报项目。")
            return redirect("staff:reserved")
    return render(
        request, "staff/reserved_code.html", {"form": form, "unit": unit}, status=422 if form.is_bound else 200
    )
