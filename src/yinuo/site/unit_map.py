"""一张图 for the company: every view of it, the landing with its proof, a matter's routes compared, a due date day by
day.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from yinuo.faces.onemap.map import coordinated, head, proving, serving
from yinuo.faces.onemap.map import pdf as printing
from yinuo.faces.onemap.map.faces import UNIT
from yinuo.faces.oversight import panels as warned
from yinuo.faces.projects.own import OTHERS, crumbs
from yinuo.rooms.onemap.queries import MapView
from yinuo.rooms.projects.models import Project
from yinuo.ui.acting import actor_of, need_unit

FRAME = "base.html"


@need_unit
@require_safe
def show(request: HttpRequest, project_id: int) -> HttpResponse:
    return serving.page(serving.look(request, project_id, UNIT, OTHERS), "unit/map.html", _around(request))


def _around(request: HttpRequest) -> Callable[[MapView], dict[str, Any]]:
    """Who stands in for the unit sees that there is a warning; answering it is the unit's own."""
    own = not actor_of(request).via

    def around(view: MapView) -> dict[str, Any]:
        return {
            "frame": FRAME,
            "grade": head.badge(view, view.now),
            "breadcrumbs": crumbs(view.project, "一张图"),
            "coordinated": coordinated.shown(view),
            "warned": warned.shown(view.project, "unit", linked=own),
        }

    return around


@never_cache
@require_safe
def fresh(request: HttpRequest, project_id: int) -> HttpResponse:
    if not request.user.is_authenticated:
        return serving.stop_asking()
    return serving.fresh(serving.look(request, project_id, UNIT, OTHERS))


@need_unit
@require_safe
def pdf(request: HttpRequest, project_id: int) -> HttpResponse:
    return printing.printed(serving.look(request, project_id, UNIT, OTHERS))


@need_unit
@never_cache
@require_safe
def landing(request: HttpRequest, project_id: int) -> HttpResponse:
    return proving.landing_page(serving.look(request, project_id, UNIT, OTHERS), _below("落地日期怎么算的"))


@need_unit
@never_cache
@require_safe
def routes(request: HttpRequest, project_id: int, item_id: int) -> HttpResponse:
    return proving.routes_page(serving.look(request, project_id, UNIT, OTHERS), item_id, _below("走哪条路"))


@need_unit
@never_cache
@require_safe
def due(request: HttpRequest, project_id: int, item_id: int) -> HttpResponse:
    return proving.due_page(serving.look(request, project_id, UNIT, OTHERS), item_id, _below("期限怎么算的"))


def _below(title: str) -> proving.Around:
    """The frame and the way back of a page under the map."""

    def around(project: Project) -> dict[str, Any]:
        return {
            "frame": FRAME,
            "breadcrumbs": crumbs(project, ("一张图", reverse("unit:map", args=[project.pk])), title),
        }

    return around
