"""一公开: what was announced before a draw, the draw with its check, and the results – for everybody (正文·一(二))."""

from __future__ import annotations

import json

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from yinuo.engine.base import Refused
from yinuo.engine.infochain import queries as infochain
from yinuo.engine.infochain.words import TYPES
from yinuo.engine.people.queries import departments_by_key
from yinuo.engine.rules import pack
from yinuo.rooms.inspections import pools, queries
from yinuo.rooms.inspections.actions.plans import draw_by, label_of, overdue
from yinuo.rooms.inspections.models import DirectedReason, InspectionPlan
from yinuo.rooms.projects.queries import by_codes
from yinuo.ui import words
from yinuo.ui.components.shapes import NavItem
from yinuo.ui.files import named

CRUMB = "双随机、一公开"
# The leaves a plan may have, and how their proofs are called in an address.
LEAVES = {"announced": "inspection.announced", "drawn": "inspection.drawn", "void": "inspection.void"}


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    after = words.number(request.GET.get("after", ""))
    page = queries.public_plans(after)
    here, day = reverse("public:inspections"), timezone.localdate()
    context = {
        "rows": page.rows,
        "next_url": f"{here}?after={page.after}" if page.after else "",
        "first_url": here if after else "",
        "rates": [
            (label, pools.percent(str(pack().parameter(f"inspection.rate_{name}", day).value)))
            for name, label in pools.RATES.items()
        ],
        "cites": pack().cite_texts(pack().parameter("inspection.rate_normal", day).cites),
        "breadcrumbs": [NavItem(CRUMB)],
    }
    return render(request, "public/inspections.html", context)


def _found(plan_id: int) -> InspectionPlan:
    plan = queries.public_plan(plan_id)
    if plan is None:
        raise Http404("没有这个计划，或者它还没有公布")
    return plan


@require_safe
def plan(request: HttpRequest, plan_id: int) -> HttpResponse:
    found = _found(plan_id)
    told = found.announcement or {}
    names = {key: row.short_name for key, row in departments_by_key(found.hall_id, told["departments"]).items()}
    projects = by_codes([row["project"] for row in (*told["projects"], *told["directed"])])
    logged = queries.logged(found)
    context = {
        "plan": found,
        "told": told,
        "departments": [names.get(key, key) for key in told["departments"]],
        "rates": [
            (label, sum(row["rate"] == name for row in told["projects"]), pools.percent(told["rates"][name]))
            for name, label in pools.RATES.items()
            if name in told["rates"]
        ],
        "people": [
            (names.get(key, key), sum(row["department"] == key for row in told["inspectors"]))
            for key in told["departments"]
        ],
        "projects": [
            (row["project"], projects.get(row["project"]), pools.RATES.get(row["rate"], row["rate"]))
            for row in told["projects"]
        ],
        "directed": [
            (row["project"], projects.get(row["project"]), DirectedReason(row["reason"]).label)
            for row in told["directed"]
        ],
        "inspectors": [(row["number"], names.get(row["department"], row["department"])) for row in told["inspectors"]],
        "draw_by": draw_by(found),
        "overdue": overdue(found, timezone.now()),
        "checks": queries.checked(found) if found.state == "drawn" else [],
        "rows": queries.of_plan(found) if found.state == "drawn" else [],
        "logged": [(name, TYPES[type], at) for name, wanted in LEAVES.items() for type, at in logged if type == wanted],
        "breadcrumbs": [NavItem(CRUMB, reverse("public:inspections")), NavItem(found.title)],
    }
    return render(request, "public/inspection_plan.html", context)


@require_safe
def draw_file(request: HttpRequest, plan_id: int) -> HttpResponse:
    """What `yinuo policy draw` and the page's own script repeat the draw from."""
    found = _found(plan_id)
    text = json.dumps(queries.draw_file(found), ensure_ascii=False, indent=1, sort_keys=True)
    answer = HttpResponse(text, content_type="application/json; charset=utf-8")
    return named(answer, f"draw-{found.pk}.json", attached=True, cache="no-cache")


@require_safe
def proof(request: HttpRequest, plan_id: int, leaf: str) -> HttpResponse:
    """That the announcement (or the draw, or the end) was in the log by then; everything in it is public."""
    found = _found(plan_id)
    record = next((one for one in infochain.leaves_of(label_of(found)) if one.type == LEAVES.get(leaf)), None)
    if record is None:
        raise Http404("信息链上没有这一条")
    try:
        proven = infochain.prove(record, infochain.policy(), oldest=True)
    except infochain.NotYet as error:
        raise Refused("infochain.not_yet", str(error), remedy="一般只要几秒钟") from None
    answer = HttpResponse(bytes(proven.proof), content_type="text/plain; charset=utf-8")
    return named(answer, f"draw-{found.pk}-{leaf}.tlog-proof", attached=True, cache="no-cache")
