"""统计看板: the figures of a span for those who lead and watch over a hall, each to be opened down to its cases, on
pages and on a wall.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from yinuo.engine.base import Actor, Forbidden, Refused
from yinuo.faces.figures.blocks import BLOCKS, PARTS
from yinuo.faces.figures.shapes import Dash
from yinuo.faces.figures.summary import summary
from yinuo.rooms.figures import access
from yinuo.rooms.figures.scope import PERIODS, Asked, read, span_of
from yinuo.rooms.projects.models import ProjectKind
from yinuo.ui.acting import actor_of, need_role
from yinuo.ui.components.shapes import NavItem
from yinuo.ui.components.text import zh_date
from yinuo.ui.exporting import Field, Listing
from yinuo.ui.reading import today

FIELDS = ("period", "on", "from", "to", "area", "kind", "office", "split")


@need_role(*access.READERS)
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """The few figures that matter, each the way to its page."""
    dash, refusal = looked(request, actor_of(request))
    blocks = [BLOCKS["halls"](dash)] if len(dash.scope.hall_ids) > 1 else []
    found = summary(dash)
    context = {**frame(request, dash, "", refusal), "summary": found, "blocks": [*found.blocks, *blocks]}
    return render(request, "staff/dashboard.html", context, status=422 if refusal else 200)


@need_role(*access.READERS)
@require_safe
def part(request: HttpRequest, name: str) -> HttpResponse:
    if name not in PARTS:
        raise Http404
    dash, refusal = looked(request, actor_of(request))
    context = {**frame(request, dash, name, refusal), "blocks": [BLOCKS[one](dash) for one in PARTS[name][1]]}
    return render(request, "staff/dashboard.html", context, status=422 if refusal else 200)


def looked(request: HttpRequest, actor: Actor) -> tuple[Dash, Refused | None]:
    """What is asked for; where the address asks for what is not, the present year and the reason beside it."""
    now = timezone.now()
    try:
        return Dash.of(actor, read(actor, request.GET.dict(), today(now)), now), None
    except Forbidden:
        raise
    except Refused as refusal:
        return Dash.of(actor, read(actor, {}, today(now)), now), refusal


def frame(request: HttpRequest, dash: Dash, name: str, refusal: Refused | None) -> dict[str, Any]:
    """What stands around the blocks of every page."""
    asked, query = dash.asked, urlencode(dash.asked.query)
    here = _url(name)
    tabs = [NavItem("总览", f"{_url('')}?{query}", current=not name)]
    tabs += [NavItem(label, f"{_url(key)}?{query}", current=key == name) for key, (label, _) in PARTS.items()]
    # What was typed stays where it cannot be read.
    typed = (
        {key: request.GET.get(key, "") for key in FIELDS}
        if refusal
        else {key: asked.query.get(key, "") for key in FIELDS}
    )
    return {
        "tabs": tabs,
        "title": PARTS[name][0] if name else "统计看板",
        "name": name,
        "here": here,
        "asked": asked,
        "typed": {**typed, "start": typed["from"] or typed["on"]},
        "periods": list(PERIODS.items()),
        "kinds": ProjectKind.choices,
        "told": told(asked, dash.actor),
        "refusal": refusal,
        "wall_url": f"{reverse('staff:dashboard_wall')}?{query}",
        "beside": _beside(asked, here),
        "opens": dash.opens,
        "now": dash.now,
    }


def _url(name: str) -> str:
    return reverse("staff:dashboard_part", args=[name]) if name else reverse("staff:dashboard")


def told(asked: Asked, actor: Actor) -> str:
    """The scope in words: what is counted on this page."""
    scope = asked.scope
    parts = [asked.area_name, span_words(asked)]
    parts.append(f"{ProjectKind(scope.kind).label}类项目" if scope.kind else "各类项目")
    if scope.office_id is not None:
        parts.append("本部门" if actor.role == "principal" else dict(asked.offices)[str(scope.office_id)])
    return " · ".join(parts)


def span_words(asked: Asked) -> str:
    since, last = asked.scope.since, asked.scope.last
    match asked.period:
        case "month":
            return f"{since.year}年{since.month}月"
        case "quarter":
            return f"{since.year}年第{'一二三四'[(since.month - 1) // 3]}季度"
        case "year":
            return f"{since.year}年"
        case _:
            return f"{zh_date(since)}至{zh_date(last)}"


def _beside(asked: Asked, here: str) -> list[NavItem]:
    """The span before and the one after, of the same length."""
    if asked.period == "free":
        return []
    rest = {key: value for key, value in asked.query.items() if key != "on"}
    before, _ = span_of(asked.period, asked.scope.since - timedelta(days=1))
    named = {"month": "月", "quarter": "季度", "year": "年"}[asked.period]
    pairs = ((f"上一{named}", before), (f"下一{named}", asked.scope.until))
    return [
        NavItem(label, f"{here}?{urlencode({**rest, 'on': day.isoformat()})}")
        for label, day in pairs
        if 2000 <= day.year < 2100
    ]


def listing(actor: Actor, data: Mapping[str, str], now: datetime) -> Listing:
    """A table of a dashboard as a file: `table` is its name, the rest the page's address."""
    block, _, _ = data.get("table", "").partition(".")
    if block not in BLOCKS:
        raise Http404
    dash = Dash.of(actor, read(actor, data, today(now)), now)
    table = next((one for one in BLOCKS[block](dash).tables if one.name == data["table"]), None)
    if table is None:
        raise Http404
    fields = [
        Field(head.label, 30 if head.kind == "text" else 16, "text" if head.kind == "text" else "number")
        for head in table.heads
    ]
    title = f"{table.caption} {dash.asked.area_name} {span_words(dash.asked)}"

    def lines(rows: Any) -> Any:
        return [[cell.raw for cell in row] for row in rows]

    return Listing(title, fields, table.rows, lines)
