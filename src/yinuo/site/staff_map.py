"""一张图 for the hall's people: the same map as the company's, each card leading to the item's desk."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from yinuo.engine.trail.actions import seen
from yinuo.faces.onemap.map import coordinated, head, proving, serving
from yinuo.faces.onemap.map import pdf as printing
from yinuo.faces.onemap.map.faces import staff
from yinuo.faces.oversight import panels as warned
from yinuo.faces.projects.heading import head_of
from yinuo.rooms.onemap.queries import MapView
from yinuo.rooms.projects.models import Project
from yinuo.ui.acting import actor_of, need_staff
from yinuo.ui.components.shapes import NavItem

FRAME, OTHERS = "staff/base.html", "只能查看本大厅的项目"


def _look(request: HttpRequest, project_id: int) -> serving.Looked:
    return serving.look(request, project_id, staff(actor_of(request)), OTHERS)


@need_staff
@require_safe
def show(request: HttpRequest, project_id: int) -> HttpResponse:
    looked, actor = _look(request, project_id), actor_of(request)
    seen(actor, "map", at=looked.now, project_code=looked.project.code or "", unit_id=looked.project.unit_id)
    return serving.page(looked, "staff/map.html", _around)


def _around(view: MapView) -> dict[str, Any]:
    return {
        "frame": FRAME,
        **head_of(view.project, NavItem("一张图")),
        "badge": head.badge(view, view.now),
        "coordinated": coordinated.shown(view),
        "warned": warned.shown(view.project, "staff"),
    }


@never_cache
@require_safe
def fresh(request: HttpRequest, project_id: int) -> HttpResponse:
    if not request.user.is_authenticated:
        return serving.stop_asking()
    return serving.fresh(_look(request, project_id))


@need_staff
@require_safe
def pdf(request: HttpRequest, project_id: int) -> HttpResponse:
    return printing.printed(_look(request, project_id))


@need_staff
@never_cache
@require_safe
def landing(request: HttpRequest, project_id: int) -> HttpResponse:
    return proving.landing_page(_look(request, project_id), _below("落地日期怎么算的"))


@need_staff
@never_cache
@require_safe
def routes(request: HttpRequest, project_id: int, item_id: int) -> HttpResponse:
    return proving.routes_page(_look(request, project_id), item_id, _below("走哪条路"))


@need_staff
@never_cache
@require_safe
def due(request: HttpRequest, project_id: int, item_id: int) -> HttpResponse:
    return proving.due_page(_look(request, project_id), item_id, _below("期限怎么算的"))


def _below(title: str) -> proving.Around:
    def around(project: Project) -> dict[str, Any]:
        return {
            "frame": FRAME,
            **head_of(project, NavItem("一张图", reverse("staff:map", args=[project.pk])), NavItem(title)),
        }

    return around
