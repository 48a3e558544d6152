"""One matter of one project, for the company: where it stands, what to do next, handing in and taking back."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from yinuo.engine.documents.queries import of_subject
from yinuo.faces.deficient import panels as deficient
from yinuo.faces.onemap.materials import Handing
from yinuo.faces.onemap.unit_item import (
    TOLD,
    clock_of,
    current_state,
    guide,
    guide_url,
    may_switch,
    next_step,
    option,
    refusals,
)
from yinuo.faces.onemap.versions import versions_of
from yinuo.faces.projects.own import crumbs, item_of
from yinuo.faces.regional.panels import fee_of, panel_of
from yinuo.rooms.onemap import coordinating, history, queries
from yinuo.rooms.onemap.actions import submit_materials, withdraw_application
from yinuo.rooms.onemap.actions.coordination import UNDER_WAY
from yinuo.rooms.onemap.models import ItemState, MapItem, SendBack
from yinuo.ui import uploads
from yinuo.ui.acting import actor_of, need_unit
from yinuo.ui.handling import attempt, posted

# What the faces show on this page, in this order.
PANELS = (deficient,)


@need_unit
@require_GET
def show(request: HttpRequest, item_id: int) -> HttpResponse:
    item, now = item_of(request, item_id), timezone.now()
    told = [clock_of(work, now) for work in queries.clocks_of(item) if work.kind in TOLD]
    waiting = queries.waiting_for(item) if item.state == ItemState.OPEN else []
    may, opens = queries.applicable(actor_of(request), item), queries.opens(item)
    past, later = history.past_of(item), history.later_of(item)
    context = {
        "item": item,
        "project": item.project,
        "state": "wait" if waiting else current_state(item, told),
        "step": next_step(item, may, waiting, told, opens, later),
        "guide": guide(item),
        "guide_url": guide_url(item),
        "may_withdraw": may["withdraw"],
        "may_switch": may_switch(item),
        "waiting": waiting,
        "panels": [face.unit_item(item, may_apply=not waiting) for face in PANELS],
        "opens": opens,
        "running": [clock for clock in told if clock.running],
        "ended": [clock for clock in told if not clock.running],
        "versions": versions_of(item),
        "send_backs": [row for row in history.send_backs_of(item) if row.application_id == item.application_id],
        "documents": list(of_subject(item).filter(unit_id=item.project.unit_id).defer("data")),
        "option": option(item),
        "panel": panel_of(item, now),
        "fee": fee_of(item, now),
        "problems": [row for row in item.problems.all() if row.handled_at is None],
        "past": past,
        "number": history.number_of(item, past),
        "refusals": refusals(item, past),
        "later": later,
        "remedies": history.remedies_of(item),
        "coordinations": coordinating.of_item(item) if item.state in UNDER_WAY else [],
        "decided": item.decided or bool(past),
        "breadcrumbs": crumbs(item.project, ("一张图", reverse("unit:map", args=[item.project_id])), item.name),
    }
    return render(request, "unit/item.html", context)


@need_unit
@never_cache
@require_http_methods(["GET", "POST"])
def submit(request: HttpRequest, item_id: int) -> HttpResponse:
    """The full material, once. Whatever was uploaded stays chosen, also where something is still missing."""
    item = item_of(request, item_id)
    last = next(reversed(history.submissions_of(item)), None)
    send_back = _answering(item)
    handing = Handing(request, item, last, what="submit", send_back=send_back)
    if request.method == "POST":
        made = handing.run(
            lambda rows: submit_materials(
                actor=actor_of(request),
                item_id=item.pk,
                materials=rows,
                note=handing.form.cleaned_data["note"],
                version=handing.form.cleaned_data["version"],
                idempotency_key=handing.form.cleaned_data["key"],
                at=timezone.now(),
            )
        )
        if made is not None:
            messages.success(request, f"已收到材料，回执编号 {made.receipt_no}。")
            return redirect("unit:item", item.pk)
        if handing.repeated:
            messages.info(request, "这份申报已经提交过了。")
            return redirect("unit:item", item.pk)
    context = {
        "item": item,
        "form": handing.form,
        "groups": handing.form.groups(),
        "limit": uploads.mebibytes(),
        "waiting": queries.waiting_for(item),
        "send_back": send_back,
        "breadcrumbs": crumbs(item.project, (item.name, reverse("unit:item", args=[item.pk])), "申报"),
    }
    return render(request, "unit/item_submit.html", context)


def _answering(item: MapItem) -> SendBack | None:
    """The send-back the company is answering now."""
    if item.state not in (ItemState.INCOMPLETE, ItemState.INCORRECT):
        return None
    return next((row for row in history.send_backs_of(item) if row.kind == item.state), None)


class WhyForm(forms.Form):
    why = forms.CharField(
        label="为什么撤回",
        widget=forms.Textarea({"rows": 3}),
        max_length=1000,
        error_messages={"required": "写明撤回的原因"},
    )
    version = forms.IntegerField(widget=forms.HiddenInput)


@need_unit
@never_cache
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, item_id: int) -> HttpResponse:
    item = item_of(request, item_id)
    form = WhyForm(posted(request), initial={"version": item.version})
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        done = attempt(
            form,
            lambda: withdraw_application(
                actor=actor_of(request),
                item_id=item.pk,
                why=values["why"],
                version=values["version"],
                at=timezone.now(),
            ),
        )
        if done is not None:
            messages.success(request, "申报已撤回，可以随时重新申报。")
            return redirect("unit:item", item.pk)
    context = {
        "item": item,
        "form": form,
        "breadcrumbs": crumbs(item.project, (item.name, reverse("unit:item", args=[item.pk])), "撤回申报"),
    }
    return render(request, "unit/item_withdraw.html", context)
