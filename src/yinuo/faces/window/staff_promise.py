"""A promise on paper at the window: the letter to print, and the form that takes it in, signed and sealed."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from yinuo.engine.base import Actor, Refused, Stale, forbid
from yinuo.engine.rules import pack
from yinuo.faces.window.forms import PromiseForm
from yinuo.faces.window.shared import visit_of
from yinuo.rooms.commitments.actions.promise import may_be_promised
from yinuo.rooms.commitments.models import Commitment
from yinuo.rooms.onemap import queries as onemap
from yinuo.rooms.onemap.models import ItemState, MapItem
from yinuo.rooms.window import access, actions, queries
from yinuo.rooms.window.models import Visit
from yinuo.ui.acting import behind, need_behind
from yinuo.ui.components.shapes import NavItem
from yinuo.ui.files import PRIVATE, named
from yinuo.ui.forms import typed_data
from yinuo.ui.handling import attempt, text_of


def matter_of(request: HttpRequest, visit_id: int, item_id: int) -> tuple[Visit, MapItem]:
    """The clerk's own visit and a matter of its unit in the hall. Raises DoesNotExist, Forbidden."""
    found, item = visit_of(request, visit_id), onemap.item_of(item_id)
    if not access.can_act_in(behind(request), found):
        raise forbid("只能在自己接待的来访里收承诺书")
    if (found.unit_id, found.hall_id) != (item.project.unit_id, item.project.hall_id):
        raise forbid("这个事项不是来访单位在本大厅的")
    return found, item


@need_behind("window")
@never_cache
@require_http_methods(["GET", "POST"])
def promise(request: HttpRequest, visit_id: int, item_id: int) -> HttpResponse:
    """Print, have it signed and sealed, take it in; from then on it is in notice like any other."""
    found, item = matter_of(request, visit_id, item_id)
    now = timezone.now()
    initial = {"version": item.version, "key": f"paper:{uuid.uuid4()}"}
    known = found.unit.legal_representative
    if request.method == "GET":
        form = PromiseForm(initial=initial, legal_representative=known)
    else:
        form = PromiseForm(request.POST, request.FILES, legal_representative=known)
        form.is_valid()
        if form.take(request, queries.acting_in(found), now):
            made = attempt(form, lambda: _take(form, behind(request), found, item))
            if made is not None:
                messages.success(request, f"“{item.name}”的承诺书已收下，正在公示，已告知{found.unit.name}。")
                return redirect("staff:window_visit", found.pk)
            if isinstance(getattr(form, "refusal", None), Stale):
                data = typed_data(form)
                data.update({"version": str(onemap.item_of(item_id).version), "key": str(initial["key"])})
                form.data = data
    context = {
        "visit": found,
        "item": item,
        "form": form,
        "refusal": _refusal(found, item, now),
        "notice_days": pack().integer("notice.period", item.project.rules_on),
        "breadcrumbs": [
            NavItem("综合窗口", reverse("staff:window")),
            NavItem(found.unit.name, reverse("staff:window_visit", args=[found.pk])),
            NavItem("收纸质承诺书"),
        ],
    }
    return render(request, "staff/window_promise.html", context, status=422 if form.errors else 200)


def _take(form: PromiseForm, actor: Actor, found: Visit, item: MapItem) -> Commitment:
    values = form.cleaned_data
    return actions.take_promise(
        actor=actor,
        visit_id=found.pk,
        item_id=item.pk,
        code=values["code"],
        scan_id=form.kept[0].pk,
        signer=values["signer"],
        capacity=values["capacity"],
        authority=values["authority"],
        signed_on=values["signed_on"],
        agreed=values["agreed"],
        version=values["version"],
        idempotency_key=values["key"],
        at=timezone.now(),
    )


def _refusal(found: Visit, item: MapItem, now: datetime) -> str:
    """Why no letter is taken for the matter now; nothing = it is."""
    if not queries.is_open(found, now):
        return "来访已经结束。要再办理，请重新登记来访。"
    if item.state != ItemState.OPEN:
        return f"事项已经是“{item.get_state_display()}”，不能再选择承诺。"
    try:
        may_be_promised(item, now)
    except Refused as refusal:
        return text_of(refusal)
    return ""


@need_behind("window")
@never_cache
@require_GET
def letter(request: HttpRequest, visit_id: int, item_id: int) -> HttpResponse:
    """The letter to print and sign; nothing is kept of it."""
    pdf = actions.print_letter(actor=behind(request), visit_id=visit_id, item_id=item_id, at=timezone.now())
    return named(HttpResponse(pdf, content_type="application/pdf"), "信用承诺书（供签字盖章）.pdf", cache=PRIVATE)
