"""容缺受理 for the company: what may come later and where to apply; the form 5—1 at the window; the gap filled, online
or there.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from yinuo.faces.onemap.materials import Handing
from yinuo.faces.projects.own import crumbs, item_of
from yinuo.rooms.deficient import access, queries
from yinuo.rooms.deficient.actions import apply_deficient, supply_gap
from yinuo.rooms.deficient.models import DeficientAcceptance
from yinuo.rooms.deficient.room import SERVICE
from yinuo.rooms.deficient.rules import standing_of
from yinuo.rooms.onemap.models import ItemState, MapItem
from yinuo.rooms.onemap.queries import waiting_for
from yinuo.rooms.reviews.queries import service_of
from yinuo.ui import uploads
from yinuo.ui.acting import actor_of, need_unit


class ContactForm(forms.Form):
    """What form 5—1 asks beside the material."""

    contact_name = forms.CharField(label="联系人", max_length=60, error_messages={"required": "填写联系人"})
    contact_phone = forms.CharField(label="联系电话", max_length=40, error_messages={"required": "填写联系电话"})
    no_secret = forms.BooleanField(
        label="所交材料不涉及国家秘密", error_messages={"required": "请确认所交材料不涉及国家秘密"}
    )


@need_unit
@never_cache
@require_http_methods(["GET", "POST"])
def show(request: HttpRequest, item_id: int) -> HttpResponse:
    """At the window the form; to everybody else of the unit, what may come later and where to go.

    What was lacking is what was not handed in.
    """
    item, actor, now = item_of(request, item_id), actor_of(request), timezone.now()
    standing, at_window = standing_of(item, timezone.localdate(now)), access.is_window(actor, item)
    found = queries.of_item(item)
    waiting = waiting_for(item) if item.state == ItemState.OPEN else []
    pending = bool(found) and found[0].is_open
    opens = at_window and standing.against is None and item.state == ItemState.OPEN and not waiting and not pending
    handing = contact = None
    if opens or (request.method == "POST" and at_window):
        handing = Handing(request, item, None, what="deficient")
        note = handing.form.fields["note"]
        note.label, note.required = "项目基本概况及进展情况", True
        note.error_messages["required"] = "填写项目基本概况及进展情况"
        posted = request.POST if request.method == "POST" else None
        contact = ContactForm(posted, initial={"contact_name": item.project.unit.legal_representative})
    if request.method == "POST" and handing is not None and contact is not None:
        ok = contact.is_valid()
        row = handing.run(lambda rows: _apply(request, item, handing, contact, rows)) if ok else None
        if row is not None:
            messages.success(request, f"容缺受理申请已提交，申报号 {row.number}，由承办部门审核。")
            return redirect("unit:deficient", item.pk)
        if handing.repeated:
            return redirect("unit:deficient", item.pk)
    context = {
        "item": item,
        "standing": standing,
        "against": standing.against,
        "tolerated": standing.materials(item),
        "at_window": at_window,
        "waiting": waiting,
        "found": found,
        "services": [one for one in (service_of(SERVICE, row) for row in found if row.commitment_id) if one],
        "form": handing.form if handing else forms.Form(),
        "groups": _groups(handing, standing.materials(item)) if handing else [],
        "contact": contact,
        "limit": uploads.mebibytes(),
        "breadcrumbs": crumbs(item.project, (item.name, reverse("unit:item", args=[item.pk])), "容缺受理"),
    }
    failed = request.method == "POST"
    return render(request, "unit/deficient.html", context, status=422 if failed else 200)


def _groups(handing: Handing, tolerated: list[dict[str, Any]]) -> list[dict[str, Any]]:
    later = {row["id"] for row in tolerated}
    return [{**group, "later": group["material"]["id"] in later} for group in handing.form.groups()]


def _apply(
    request: HttpRequest, item: MapItem, handing: Handing, contact: ContactForm, rows: list[dict[str, Any]]
) -> DeficientAcceptance:
    handed, data = {row["id"] for row in rows}, handing.form.cleaned_data
    return apply_deficient(
        actor=actor_of(request),
        item_id=item.pk,
        materials=rows,
        missing=[row["id"] for row in item.materials if row["id"] not in handed],
        situation=data["note"],
        contact_name=contact.cleaned_data["contact_name"],
        contact_phone=contact.cleaned_data["contact_phone"],
        no_secret=contact.cleaned_data["no_secret"],
        version=data["version"],
        idempotency_key=data["key"],
        at=timezone.now(),
    )


@need_unit
@never_cache
@require_http_methods(["GET", "POST"])
def supply(request: HttpRequest, item_id: int) -> HttpResponse:
    """All that was missing, at once."""
    item = item_of(request, item_id)
    row = next((one for one in queries.of_item(item) if one.state == "waiting"), None)
    if row is None:
        messages.info(request, "这个事项没有待补的容缺材料。")
        return redirect("unit:item", item.pk)
    wanted = {one["id"] for one in row.missing}
    lacking = MapItem(pk=item.pk, project=item.project, name=item.name, version=row.version)
    lacking.materials = [{**one, "main": True} for one in item.materials if one["id"] in wanted]
    handing = Handing(request, lacking, None, what="gap")
    handing.form.fields["note"].label = "说明"
    if request.method == "POST":
        made = handing.run(
            lambda rows: supply_gap(
                actor=actor_of(request),
                deficient_id=row.pk,
                materials=rows,
                note=handing.form.cleaned_data["note"],
                idempotency_key=handing.form.cleaned_data["key"],
                at=timezone.now(),
            )
        )
        if made is not None or handing.repeated:
            messages.success(request, "容缺材料已补齐，部门继续办理。")
            return redirect("unit:item", item.pk)
    context = {
        "item": item,
        "row": row,
        "form": handing.form,
        "groups": handing.form.groups(),
        "limit": uploads.mebibytes(),
        "breadcrumbs": crumbs(item.project, (item.name, reverse("unit:item", args=[item.pk])), "补齐容缺材料"),
    }
    return render(request, "unit/deficient_supply.html", context, status=422 if request.method == "POST" else 200)
