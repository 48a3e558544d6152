"""The pages under the map: how the landing comes about, a matter's routes side by side, a due date day by day."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from yinuo.faces.onemap.map import due, landing
from yinuo.faces.onemap.map.serving import Looked
from yinuo.rooms.onemap import queries
from yinuo.rooms.onemap.queries import Card, MapView
from yinuo.rooms.projects.models import Project

Around = Callable[[Project], dict[str, Any]]


def landing_page(looked: Looked, around: Around) -> HttpResponse:
    """Where nothing is planned any more, or not yet, the map itself says so."""
    view = _view(looked)
    if view.plan is None or view.landed_at is not None:
        return HttpResponseRedirect(looked.root)
    context = {"view": view, "project": view.project, "proof": landing.proof(view, looked.standing, looked.face)}
    return render(looked.request, "onemap/landing.html", {**context, **around(view.project)})


def routes_page(looked: Looked, item_id: int, around: Around) -> HttpResponse:
    """Raises Http404 for a matter that is not on this map."""
    view = _view(looked)
    seen = _card(view, item_id)
    context = {
        "view": view,
        "project": view.project,
        "item": seen.item,
        "item_url": looked.face.item(seen.item),
        "seen": seen,
        "ways": landing.ways(view, looked.standing, seen, looked.face) if view.landed_at is None else (),
    }
    return render(looked.request, "onemap/routes.html", {**context, **around(view.project)})


def due_page(looked: Looked, item_id: int, around: Around) -> HttpResponse:
    """Raises Http404 for a matter that is not on this map."""
    seen = _card(_view(looked), item_id)
    context = {
        "project": looked.project,
        "item": seen.item,
        "item_url": looked.face.item(seen.item),
        "clocks": due.proofs(seen.item, looked.now),
    }
    return render(looked.request, "onemap/due.html", {**context, **around(looked.project)})


def _view(looked: Looked) -> MapView:
    return queries.map_of(looked.project.pk, looked.now, looked.standing)


def _card(view: MapView, item_id: int) -> Card:
    found = next((card for card in view.cards if card.item.pk == item_id), None)
    if found is None:
        raise Http404
    return found
