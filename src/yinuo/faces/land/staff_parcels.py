"""The hall's land: every parcel with where it stands, and entering another one (正文·二(二))."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from yinuo.engine.base import Actor
from yinuo.rooms.land import access, queries
from yinuo.rooms.land.actions import enter_parcel
from yinuo.rooms.land.actions.common import keeper_of
from yinuo.rooms.land.models import LandUse, ParcelStatus
from yinuo.ui.acting import actor_of, need_staff
from yinuo.ui.components.forms import DecimalInput
from yinuo.ui.forms import choice
from yinuo.ui.handling import attempt

SHOWN = 100


class ParcelForm(forms.Form):
    """A parcel as it is entered; the zone only where the actor may choose one."""

    key = forms.CharField(widget=forms.HiddenInput(), max_length=80)
    number = forms.CharField(
        label="地块编号",
        max_length=40,
        help_text="大写字母、数字和短横线，例如 JSS-2026-03。",
        error_messages={"required": "填写地块编号"},
    )
    name = forms.CharField(label="地块名称", max_length=80, error_messages={"required": "填写地块名称"})
    place = forms.CharField(label="位置和四至", max_length=240, error_messages={"required": "填写位置和四至"})
    area = forms.CharField(
        label="面积", max_length=20, widget=DecimalInput(unit="平方米"), error_messages={"required": "填写面积"}
    )
    land_use = choice("土地用途", LandUse.choices, "选择土地用途")
    zone: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        label="所在特殊功能区", queryset=None, required=False, empty_label="不在特殊功能区内"
    )

    def __init__(self, *args: Any, zones: Any, must: bool, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.fields["zone"].queryset = zones  # type: ignore[attr-defined]
        if must:
            self.fields["zone"].required = True
            self.fields["zone"].error_messages["required"] = "选择特殊功能区"


def entering(actor: Actor, data: Any) -> ParcelForm | None:
    """The form for whoever may enter a parcel: natural resources anywhere, a committee in its own zones."""
    day = timezone.localdate()
    zones = queries.zones_for(actor, day)
    keeper = keeper_of(actor.hall_id, day)
    if actor.role == "zone":
        if not zones.exists():
            return None
    elif keeper is None or not access.can_enter(actor, keeper, None):
        return None
    return ParcelForm(
        data, zones=zones, must=actor.role == "zone", initial={"key": uuid4().hex, "land_use": LandUse.INDUSTRIAL}
    )


@need_staff
@require_http_methods(["GET", "POST"])
def parcels(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    form = entering(actor, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form is not None and form.is_valid():
        data = form.cleaned_data
        said = {name: data[name] for name in ("number", "name", "place", "area", "land_use")}
        zone = data["zone"]
        made = attempt(
            form,
            lambda: enter_parcel(
                actor=actor, zone_id=zone.pk if zone else None, idempotency_key=data["key"], at=timezone.now(), **said
            ),
        )
        if made is not None:
            messages.success(request, f"已登记地块 {made.number}，接着登记权属、基本条件和控制性指标。")
            return redirect("staff:parcel", made.pk)
    status, search = request.GET.get("status", ""), request.GET.get("q", "").strip()
    rows = list(queries.parcels(hall_id=actor.hall_id, status=status, search=search)[:SHOWN])
    context = {
        "rows": rows,
        "form": form or forms.Form(),
        "may_enter": form is not None,
        "statuses": ParcelStatus.choices,
        "status": status,
        "search": search,
    }
    return render(request, "staff/parcels.html", context, status=422 if form is not None and form.is_bound else 200)
