"""一张图 for the hall's people: the same map as the company's, each card leading to the item's desk."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from yinuo.apps.base import forbid
from yinuo.apps.onemap import queries
from yinuo.apps.projects import access
from yinuo.web import onemap
from yinuo.web.acting import actor_of, need_staff
from yinuo.web.components.shapes import NavItem
from yinuo.web.staff.projects import head_of


@need_staff
@require_safe
def show(request: HttpRequest, project_id: int) -> HttpResponse:
    view = queries.map_of(project_id, timezone.now())
    if not access.can_see(actor_of(request), view.project):
        raise forbid("只能查看本大厅的项目")
    listed = request.GET.get("view") == "list"
    focus = request.GET.get("focus", "")
    here = reverse("staff:map", args=[project_id])
    best = view.plan.faster[0].id if view.plan and view.plan.faster else ""
    faster = next((onemap.staff_url(card.item) for card in view.cards if card.item.matter_id == best), "")
    number = int(focus) if focus.isascii() and focus.isdigit() and len(focus) < 16 else 0
    board = onemap.board(view, onemap.STAFF, focus=number, compare_url=faster)
    context = {
        **head_of(view.project, NavItem("一张图")),
        "view": view,
        "board": board,
        "listed": listed,
        "badge": onemap.badge(view, view.now),
        "columns": onemap.COLUMNS,
        "views": [NavItem("一张图", here, current=not listed), NavItem("列表", f"{here}?view=list", current=listed)],
    }
    return render(request, "staff/map.html", context)
