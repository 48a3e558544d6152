"""The company's land: parcels it has bought with their lists,
and which project builds on which (正文·二(二), 二(七)).
"""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from yinuo.engine.base import forbid
from yinuo.faces.land.staff import rows_of
from yinuo.faces.projects.own import crumbs, project_of
from yinuo.rooms.land import queries, rules
from yinuo.rooms.land.actions import settle_project
from yinuo.rooms.land.models import Parcel
from yinuo.rooms.land.room import LAND_LIST, STANDARD_LAND
from yinuo.rooms.onemap.queries import has_map
from yinuo.rooms.reviews.queries import services_of
from yinuo.ui.acting import actor_of, need_unit
from yinuo.ui.components.shapes import NavItem
from yinuo.ui.forms import set_choices
from yinuo.ui.handling import attempt, posted


class SettleForm(forms.Form):
    key = forms.CharField(widget=forms.HiddenInput(), max_length=80)
    parcel = forms.ChoiceField(
        label="项目用哪个地块", widget=forms.RadioSelect(), error_messages={"required": "选择地块"}
    )
    agreed = forms.BooleanField(
        label="已阅读所选地块的控制性指标，代表本单位承诺全部达到",
        required=False,
    )

    def __init__(self, *args: Any, parcels: list[Parcel], **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.parcels = {str(row.pk): row for row in parcels}
        rows = [
            (str(row.pk), f"{row.number} {row.name}（{row.mu} 亩{'，“标准地”' if row.standard_id else ''}）")
            for row in parcels
        ]
        set_choices(self, "parcel", rows)

    def clean(self) -> dict[str, object]:
        data = super().clean() or {}
        chosen = self.parcels.get(str(data.get("parcel") or ""))
        if chosen is not None and chosen.standard_id is not None and not data.get("agreed"):
            self.add_error("agreed", "“标准地”带着控制性指标，承诺以后才能确认用地")
        return data


@need_unit
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Every parcel the unit has bought."""
    actor = actor_of(request)
    rows = list(queries.parcels_of_unit(actor.unit_id or 0))
    context = {"rows": rows, "breadcrumbs": [NavItem("我的项目", reverse("unit:projects")), NavItem("我的地块")]}
    return render(request, "unit/land.html", context)


@need_unit
@require_safe
def parcel(request: HttpRequest, parcel_id: int) -> HttpResponse:
    """One parcel of the unit's: the contract, the indicators, and the list in all its versions."""
    actor, found = actor_of(request), queries.one(parcel_id)
    if found.unit_id is None or found.unit_id != actor.unit_id:
        raise forbid("只能查看本单位受让的地块")
    lists = [row for row in queries.lists_of(found.pk) if row.document_id]
    day = timezone.localdate()
    context = {
        "parcel": found,
        "rows": rows_of(found),
        "basics": [row for row in rules.basics_of(found).values() if row.ready],
        "assessed": list(rules.assessed(found, day).values()),
        "controls": rules.promised(found),
        "lists": lists,
        "newest": lists[0] if lists else None,
        "use": found.uses.filter(ended_at__isnull=True).select_related("project").first(),
        "breadcrumbs": [
            NavItem("我的项目", reverse("unit:projects")),
            NavItem("我的地块", reverse("unit:land")),
            NavItem(found.number),
        ],
    }
    return render(request, "unit/land_parcel.html", context)


@need_unit
@require_http_methods(["GET", "POST"])
def settle(request: HttpRequest, project_id: int) -> HttpResponse:
    """The project says which parcel it builds on; on a 标准地 the signer signs its indicators with it."""
    project, actor = project_of(request, project_id), actor_of(request)
    use = queries.use_of(project.pk)
    parcels = list(queries.free_parcels(project.unit_id)) if use is None else []
    named = queries.named(str((project.facts.get("site") or {}).get("parcel") or ""))
    start = {"key": uuid4().hex, "parcel": str(named.pk) if named else str(parcels[0].pk) if len(parcels) == 1 else ""}
    form = SettleForm(posted(request), parcels=parcels, initial=start)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        made = attempt(
            form,
            lambda: settle_project(
                actor=actor,
                project_id=project.pk,
                parcel_id=int(data["parcel"]),
                idempotency_key=data["key"],
                at=timezone.now(),
            ),
        )
        if made is not None:
            messages.success(
                request, "已确认用地。控制性指标已列入项目的承诺。" if made.commitment_id else "已确认用地。"
            )
            return redirect("unit:project_land", project.pk)
    context = {
        "project": project,
        "use": use,
        "parcel": use.parcel if use else None,
        "rows": rows_of(use.parcel) if use else [],
        "controls": rules.promised(use.parcel) if use else [],
        "services": [one for one in services_of(project.pk) if one.track in (LAND_LIST, STANDARD_LAND)],
        "lists": [row for row in queries.lists_of(use.parcel_id) if row.document_id] if use else [],
        "choices": [(row, rules.promised(row)) for row in parcels],
        "mapped": has_map(project.pk),
        "form": form,
        "breadcrumbs": crumbs(project, "用地"),
    }
    return render(request, "unit/project_land.html", context, status=422 if form.is_bound else 200)
