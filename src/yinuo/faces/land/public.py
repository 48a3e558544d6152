"""Land for everybody: what is offered, what is a 标准地 and what it brings, and what buyers have promised
(正文·二(二)).
"""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from yinuo.engine.rules import pack
from yinuo.faces.land.staff import rows_of
from yinuo.rooms.land import access, queries, rules
from yinuo.rooms.land.actions import register_interest
from yinuo.rooms.land.models import Parcel
from yinuo.ui.acting import actor_of
from yinuo.ui.components.shapes import NavItem
from yinuo.ui.handling import attempt

SHOWN = 100
VIEWS = {"": "全部", "standard": "“标准地”", "offered": "正在出让", "sold": "已出让"}


class InterestForm(forms.Form):
    key = forms.CharField(widget=forms.HiddenInput(), max_length=80)
    note = forms.CharField(
        label="用地意向",
        required=False,
        max_length=400,
        widget=forms.Textarea({"rows": 3}),
        help_text="拟建项目、投资、建设时间。",
    )


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    view, search = request.GET.get("view", ""), request.GET.get("q", "").strip()
    view = view if view in VIEWS else ""
    rows = queries.public_parcels(
        status=view if view in ("offered", "sold") else "", search=search, standard=view == "standard"
    )
    base = reverse("public:parcels")
    context = {
        "rows": list(rows[:SHOWN]),
        "views": [
            NavItem(label, f"{base}?{urlencode({'view': name} if name else {})}".rstrip("?"), current=name == view)
            for name, label in VIEWS.items()
        ],
        "view": view,
        "search": search,
    }
    return render(request, "public/parcels.html", context)


def _found(parcel_id: int) -> Parcel:
    row = queries.public_parcels().filter(pk=parcel_id).select_related("department", "zone", "unit").first()
    if row is None:
        raise Http404("没有这个地块，或者它还没有公开")
    return row


@require_http_methods(["GET", "HEAD", "POST"])
def parcel(request: HttpRequest, parcel_id: int) -> HttpResponse:
    """POST: a unit says that it wants the parcel."""
    found, actor, day = _found(parcel_id), actor_of(request), timezone.localdate()
    wanted = _interest(request, found)
    if request.method == "POST":
        if wanted is None:
            return redirect(f"{reverse('account_login')}?next={request.path}")
        if wanted.is_valid():
            data = wanted.cleaned_data
            made = attempt(
                wanted,
                lambda: register_interest(
                    actor=actor, parcel_id=found.pk, note=data["note"], idempotency_key=data["key"], at=timezone.now()
                ),
            )
            if made is not None:
                messages.success(request, "已登记意向，自然资源部门会与贵单位联系。")
                return redirect("public:parcel", found.pk)
    clause = pack().parameter("standard_land.decide_at_once", day)
    context = {
        "parcel": found,
        "rows": rows_of(found),
        "basics": [row for row in rules.basics_of(found).values() if row.ready],
        "assessed": list(rules.assessed(found, day).values()),
        "controls": rules.promised(found),
        "lists": [row for row in queries.lists_of(found.pk) if row.state in ("ready", "superseded")],
        "open_list": found.lists.filter(state__in=["indicators", "design", "assembly"]).exists(),
        "interested": found.interests.count(),
        "own_interest": actor.unit_id is not None and found.interests.filter(unit_id=actor.unit_id).exists(),
        "form": wanted,
        "check_url": f"{reverse('public:check')}?{_facts(found)}",
        "cites": pack().cite_texts(clause.cites),
        "breadcrumbs": [NavItem("地块和“标准地”", reverse("public:parcels")), NavItem(found.number)],
    }
    return render(request, "public/parcel.html", context, status=422 if wanted is not None and wanted.is_bound else 200)


def _interest(request: HttpRequest, found: Parcel) -> InterestForm | None:
    if not access.can_be_interested(actor_of(request)) or found.status != "offered":
        return None
    data = request.POST if request.method == "POST" else None
    return InterestForm(data, initial={"key": uuid4().hex}, label_suffix="")


def _facts(found: Parcel) -> str:
    """What a self-check may begin with: the parcel's area and zone, and that the land is already supplied."""
    facts = {
        "land_area": f"{found.area.normalize():f}",
        "n": "state_land_supply.new_construction_land.agricultural_land",
    }
    if found.zone is not None:
        facts["zone_id"] = found.zone.key
    return urlencode(facts)
