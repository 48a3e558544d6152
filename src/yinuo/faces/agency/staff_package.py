"""套餐申报: several matters handed in together for the unit, under the agreement's hat, in the order of their
prerequisites.
"""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from yinuo.engine.base import Actor, forbid
from yinuo.engine.people.queries import stand_ins_of
from yinuo.faces.projects.heading import head_of
from yinuo.rooms.agency import access, queries
from yinuo.rooms.agency.actions import submit_package
from yinuo.rooms.agency.models import Agreement, Package
from yinuo.rooms.onemap.actions.common import waiting_for
from yinuo.rooms.onemap.models import MapItem
from yinuo.ui.acting import behind, need_behind
from yinuo.ui.components.shapes import NavItem
from yinuo.ui.handling import attempt
from yinuo.ui.uploads import ManyFilesField, keep, mebibytes


class PackageForm(forms.Form):
    """For each matter that may begin: whether it goes in, and the files of its material."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=80)

    def __init__(self, *args: Any, items: list[MapItem], **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.items = items
        for item in items:
            self.fields[f"i{item.pk}"] = forms.BooleanField(label=f"申报“{item.name}”", required=False)
            for number, material in enumerate(item.materials):
                label = material["name"] if material["main"] else f"{material['name']}（次要）"
                self.fields[f"i{item.pk}m{number}"] = ManyFilesField(label=label, required=False)

    def groups(self) -> list[dict[str, Any]]:
        """Each matter with its fields, as the page shows them."""
        return [
            {
                "item": item,
                "pick": self[f"i{item.pk}"],
                "materials": [self[f"i{item.pk}m{number}"] for number in range(len(item.materials))],
            }
            for item in self.items
        ]

    def parts(self, hat: Actor) -> list[dict[str, Any]]:
        """The chosen matters with their material; files are kept in the unit's library as the agent's uploads."""
        made = []
        for item in self.items:
            if not self.cleaned_data[f"i{item.pk}"]:
                continue
            rows = []
            for number, material in enumerate(item.materials):
                name = f"i{item.pk}m{number}"
                files = keep(self, name, self.cleaned_data[name], actor=hat, at=timezone.now())
                rows += [{"id": material["id"], "file": file.pk} for file in files]
            made.append({"item": item.pk, "materials": rows})
        return made


def ready(agreement: Agreement) -> list[MapItem]:
    """The matters under the agreement that may be handed in now."""
    return [
        item for item in queries.in_order(queries.items_of(agreement)) if item.state == "open" and not waiting_for(item)
    ]


@need_behind("agent")
@never_cache
@require_http_methods(["GET", "POST"])
def package(request: HttpRequest, agreement_id: int) -> HttpResponse:
    actor, now = behind(request), timezone.now()
    found = queries.one(agreement_id)
    hat = next((one.actor for one in stand_ins_of(actor, now) if one.actor.via == access.via_of(found)), None)
    if hat is None:
        raise forbid("这项代办服务没有委托您代为申报，或者已经结束")
    items = ready(found)
    data = (request.POST, request.FILES) if request.method == "POST" else ()
    form = PackageForm(*data, items=items, initial={"key": f"agency.package:{uuid.uuid4()}"})
    if request.method == "POST" and form.is_valid():
        made = _send(form, hat, found)
        if made is not None:
            messages.success(request, f"已代为申报 {len(made.submissions)} 个事项。")
            return redirect("staff:agency_service", found.pk)
    context = {
        **head_of(found.project, NavItem("代办", reverse("staff:agency")), NavItem("套餐申报")),
        "agreement": found,
        "form": form,
        "groups": form.groups(),
        "limit": mebibytes(),
    }
    return render(request, "staff/agency_package.html", context, status=422 if request.method == "POST" else 200)


def _send(form: PackageForm, hat: Actor, found: Agreement) -> Package | None:
    parts = form.parts(hat)
    if form.errors:
        return None
    return attempt(
        form,
        lambda: submit_package(
            actor=hat, agreement_id=found.pk, parts=parts, at=timezone.now(), idempotency_key=form.cleaned_data["key"]
        ),
    )
