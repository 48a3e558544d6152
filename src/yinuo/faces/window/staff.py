"""The window desk (一窗受理): who is being served, who was today, and one search that finds a company, a project or a
receipt.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from yinuo.engine.base import Actor
from yinuo.engine.people.actions import register_reserved_unit, register_unit
from yinuo.engine.people.models import ProjectUnit
from yinuo.engine.people.queries import persons_of
from yinuo.engine.people.queries import unit as unit_of
from yinuo.faces.window.forms import UnitForm, VisitForm
from yinuo.rooms.accounts.queries import admissions_to_compare
from yinuo.rooms.onemap.models import Submission
from yinuo.rooms.window import actions, queries
from yinuo.rooms.window.access import WATCHING
from yinuo.rooms.window.models import Visit
from yinuo.ui.acting import behind, need_behind, put_on
from yinuo.ui.components.shapes import NavItem
from yinuo.ui.handling import attempt

LONGEST = 80
FOUND_MOST = 12


@dataclass(frozen=True, slots=True)
class Found:
    """A unit the search found; `awaited` counts the decisions that wait to be taken."""

    unit: ProjectUnit
    awaited: int


@need_behind("window", *WATCHING)
@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """A visit's own receipt leads to the visit; everything else the search finds leads to a unit."""
    actor, now = behind(request), timezone.now()
    search = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST]
    if re.fullmatch(r"[Ww]\d{6}[0-9A-Fa-f]{10}", search):
        visit = queries.by_receipt(search.upper())
        if visit is not None and visit.hall_id == actor.hall_id:
            return redirect("staff:window_visit", visit.pk)
    submission = queries.submission_of(search) if re.fullmatch(r"[Ss]\d{6}[0-9A-Fa-f]{10}", search) else None
    context = {
        "search": search,
        "open": queries.open_of(actor.person_id, actor.hall_id, now),
        "serves": actor.role == "window",
        "admissions": len(admissions_to_compare(actor.hall_id)) if actor.role == "window" else 0,
        "found": _found(search, submission, actor),
        "submission": submission,
        "visits": [(visit, queries.is_open(visit, now)) for visit in queries.of_day(actor.hall_id, now)],
        "new_url": f"{reverse('staff:window_unit')}?code={search.upper()}"
        if re.fullmatch(r"[0-9A-Za-z]{18}", search)
        else reverse("staff:window_unit"),
    }
    return render(request, "staff/window.html", context)


def _found(search: str, submission: Submission | None, actor: Actor) -> list[Found]:
    units = [submission.item.project.unit] if submission else list(queries.units(search)[:FOUND_MOST])
    return [Found(unit, queries.owed_to(unit.pk, actor.hall_id).count()) for unit in units]


@need_behind("window")
@require_http_methods(["GET", "POST"])
def unit(request: HttpRequest) -> HttpResponse:
    """Enters a unit the platform has not met; then its visitor is noted."""
    actor, now = behind(request), timezone.now()
    form = UnitForm(
        request.POST or None, initial={"type": "enterprise", "credit_code": request.GET.get("code", "")[:18]}
    )
    if request.method == "POST" and form.is_valid():
        made = attempt(form, lambda: _register(actor, form.cleaned_data, now))
        if made is not None:
            return redirect("staff:window_open", made.pk)
    context = {"form": form, "breadcrumbs": _crumbs("登记单位")}
    return render(request, "staff/window_unit.html", context, status=422 if form.is_bound else 200)


def _register(actor: Actor, said: dict[str, Any], at: datetime) -> ProjectUnit:
    if said["credit_code"]:
        rest = {name: said[name] for name in ("credit_code", "name", "type", "legal_representative", "address")}
        return register_unit(actor=actor, at=at, **rest)
    return register_reserved_unit(
        actor=actor, name=said["name"], type=said["type"], reservation_no=said["reservation_no"], at=at
    )


@need_behind("window")
@never_cache
@require_http_methods(["GET", "POST"])
def open_one(request: HttpRequest, unit_id: int) -> HttpResponse:
    """Notes who came for the unit; from then on the clerk acts for it."""
    actor, now = behind(request), timezone.now()
    found = unit_of(unit_id)
    bound = [
        row
        for row in persons_of(found.pk, timezone.localdate())
        if row.confirmed_at and row.from_on <= timezone.localdate()
    ]
    initial = {"identity_kind": "resident", "key": f"visit:{uuid.uuid4()}"}
    form = VisitForm(request.POST, bound=bound) if request.method == "POST" else VisitForm(initial=initial, bound=bound)
    if request.method == "POST" and form.is_valid():
        said = form.said()
        visit = attempt(form, lambda: actions.open_visit(actor=actor, unit_id=found.pk, at=now, **said))
        if visit is not None:
            if queries.is_open(visit, now):
                put_on(request, visit.via)
            messages.success(request, f"已登记，现在为{found.name}办理，每一步都会记明是窗口代申报。")
            return redirect("staff:window_visit", visit.pk)
    busy: Visit | None = queries.open_of(actor.person_id, actor.hall_id, now)
    context = {"form": form, "unit": found, "busy": busy, "breadcrumbs": _crumbs("登记来访")}
    return render(request, "staff/window_open.html", context, status=422 if form.is_bound else 200)


def _crumbs(*more: str) -> list[NavItem]:
    return [NavItem("综合窗口", reverse("staff:window")), *(NavItem(label) for label in more)]
