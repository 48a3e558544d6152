"""一张图 for the company. The page is only sent again when something on it has changed."""

from __future__ import annotations

from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from yinuo.apps.base import forbid
from yinuo.apps.onemap import queries
from yinuo.apps.onemap.queries import MapView
from yinuo.apps.projects import access
from yinuo.web import onemap
from yinuo.web.acting import actor_of, hat_of, need_unit
from yinuo.web.components.shapes import NavItem
from yinuo.web.unit.own import OTHERS, crumbs

STOP_POLLING = 286


def seen(request: HttpRequest, project_id: int) -> tuple[MapView, onemap.Board, str]:
    """The map, what is shown of it, and the mark that changes with what is shown."""
    view = queries.map_of(project_id, timezone.now())
    if not access.can_see(actor_of(request), view.project):
        raise forbid(OTHERS)
    focus = request.GET.get("focus", "")
    board = onemap.board(view, onemap.UNIT, focus=int(focus) if focus.isdigit() and len(focus) < 16 else 0)
    hat = hat_of(request)
    project = view.project
    mark = board.mark(request.get_full_path(), hat.key if hat else "", project.name, project.state, str(onemap.badge(view, view.now)))
    return view, board, mark


@need_unit
@require_GET
def show(request: HttpRequest, project_id: int) -> HttpResponse:
    view, board, mark = seen(request, project_id)
    etag = f'"{mark}"'
    told = len(get_messages(request))
    if request.headers.get("If-None-Match") == etag and not told:
        answer: HttpResponse = HttpResponseNotModified()
    else:
        answer = render(request, "unit/map.html", context(request, view, board))
    if not told:
        answer["ETag"] = etag
    answer["Cache-Control"] = "private, no-cache"
    return answer


def context(request: HttpRequest, view: MapView, board: onemap.Board) -> dict[str, object]:
    listed = request.GET.get("view") == "list"
    here = reverse("unit:map", args=[view.project.pk])
    return {
        "view": view,
        "project": view.project,
        "board": board,
        "listed": listed,
        "grade": onemap.badge(view, view.now),
        "columns": onemap.COLUMNS,
        "views": [NavItem("一张图", here, current=not listed), NavItem("列表", f"{here}?view=list", current=listed)],
        "fresh_url": f"{reverse('unit:map_fresh', args=[view.project.pk])}?since={onemap.standing(view)}",
        "breadcrumbs": crumbs(view.project, "一张图"),
    }


@never_cache
@require_GET
def fresh(request: HttpRequest, project_id: int) -> HttpResponse:
    """Asked once in a while by the open page: 204 as long as nothing has changed, else a line that offers to reload.

    Somebody signed out meanwhile is asked no more (286 ends htmx's polling); and asking is not being there: the session ends as if unasked.
    """
    if not request.user.is_authenticated:
        return HttpResponse(status=STOP_POLLING)
    view = queries.map_of(project_id, timezone.now())
    if not access.can_see(actor_of(request), view.project):
        raise forbid(OTHERS)
    request.session.accessed = False
    if request.GET.get("since") == onemap.standing(view):
        return HttpResponse(status=204)
    return render(request, "onemap/fresh.html")
