"""One map for company and staff: every view of it, sent again only when something on it has changed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone

from yinuo.engine.base import forbid
from yinuo.engine.work.models import WorkItem
from yinuo.faces.onemap.map import gantt, head, listing, paper
from yinuo.faces.onemap.map.board import board
from yinuo.faces.onemap.map.cards import Ties
from yinuo.faces.onemap.map.changes import Change, changes_since, last_entry
from yinuo.faces.onemap.map.faces import Face
from yinuo.faces.onemap.map.visits import Visit, remember, visit_of
from yinuo.rooms.onemap import queries
from yinuo.rooms.onemap.queries import MapView
from yinuo.rooms.onemap.standing import Standing, histories, standing_of
from yinuo.rooms.projects import access
from yinuo.rooms.projects.models import Project
from yinuo.ui.acting import actor_of, hat_of
from yinuo.ui.components.shapes import NavItem
from yinuo.ui.timing import time_left_and_due

STOP_POLLING = 286
VIEWS = {"board": "一张图", "list": "列表", "timeline": "时间轴", "print": "打印"}
ASKED = ("view", "sort", "down", "focus")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for; anything unknown is the board as it is."""

    view: str
    sort: str
    down: bool
    focus: int

    @classmethod
    def of(cls, request: HttpRequest) -> Asked:
        view, focus = request.GET.get("view", ""), request.GET.get("focus", "")
        return cls(
            view=view if view in VIEWS else "board",
            sort=request.GET.get("sort", ""),
            down=request.GET.get("down") == "1",
            focus=int(focus) if focus.isascii() and focus.isdecimal() and len(focus) < 16 else 0,
        )


@dataclass(frozen=True, slots=True)
class Looked:
    """One look at a map: who looks, at what, when, and since when they have not."""

    request: HttpRequest
    face: Face
    asked: Asked
    standing: Standing
    visit: Visit
    now: datetime

    @property
    def project(self) -> Project:
        return self.standing.project

    @property
    def root(self) -> str:
        return self.face.map(self.project.pk)

    def etag(self) -> str:
        """Changes exactly when something shown changes: also the time left, to the word."""
        request, hat = self.request, hat_of(self.request)
        left = [(pk, _left(work, self.now)) for pk, work in sorted(self.standing.clocks.items())]
        news = (last_entry(self.project), self.visit.since) if self.visit.since else None
        seen = (self.standing.mark, left, news, request.get_full_path(), hat.key if hat else "", settings.YINUO_DEMO)
        return f'"{hashlib.sha256(repr(seen).encode()).hexdigest()[:32]}"'


def _left(work: WorkItem, now: datetime) -> str:
    """The words a card shows."""
    due = work.due_shown(now)
    return time_left_and_due(due, now, work.limit_unit) if due else ""


def look(request: HttpRequest, project_id: int, face: Face, others: str) -> Looked:
    """Raises Project.DoesNotExist, Forbidden."""
    now = timezone.now()
    standing = standing_of(project_id, now)
    if not access.can_see(actor_of(request), standing.project):
        raise forbid(others)
    return Looked(request, face, Asked.of(request), standing, visit_of(request, now), now)


More = Callable[[MapView], dict[str, Any]]


def page(looked: Looked, template: str, more: More) -> HttpResponse:
    """The whole page, or 304; `more` adds what stands around the map."""
    request = looked.request
    if request.GET.get("read") == "1":
        return _all_read(looked)
    told, etag = len(get_messages(request)), looked.etag()
    if request.headers.get("If-None-Match") == etag and not told:
        answer: HttpResponse = HttpResponseNotModified()
    else:
        context = live(looked)
        printed = looked.asked.view == "print" and context["view"].plan is not None
        answer = render(request, "onemap/print.html" if printed else template, {**context, **more(context["view"])})
    if not told:
        answer["ETag"] = etag
    answer["Cache-Control"] = "private, no-cache"
    remember(request, answer, looked.visit, looked.root)
    return answer


def _all_read(looked: Looked) -> HttpResponse:
    """The marks go; only the reader's own browser remembers that."""
    query = urlencode({name: value for name, value in looked.request.GET.items() if name in ASKED})
    answer = HttpResponseRedirect(f"{looked.root}{'?' + query if query else ''}")
    remember(looked.request, answer, Visit(looked.now, looked.now), looked.root)
    return answer


def fresh(looked: Looked) -> HttpResponse:
    """What the open page asks once a minute: 204 as long as nothing has changed, else the map anew.

    Asking is not being there: the session ends as if nobody had asked, and the visit is not prolonged.
    """
    looked.request.session.accessed = False
    if looked.request.GET.get("mark") == looked.standing.mark:
        return HttpResponse(status=204)
    return render(looked.request, "onemap/live.html", live(looked))


def live(looked: Looked) -> dict[str, Any]:
    """Everything that is swapped in: the same whether the page is loaded or refreshes itself."""
    asked, face = looked.asked, looked.face
    view = queries.map_of(looked.project.pk, looked.now, looked.standing)
    changes = (
        changes_since(actor_of(looked.request), view, looked.visit.since) if looked.visit.since and view.plan else []
    )
    kept = urlencode([(name, value) for name, value in looked.request.GET.items() if name in ASKED])
    context = {
        "view": view,
        "project": view.project,
        "asked": asked.view,
        "facts": head.facts(view, face),
        "views": [
            NavItem(label, looked.root if name == "board" else f"{looked.root}?view={name}", current=name == asked.view)
            for name, label in VIEWS.items()
        ],
        "mock_url": f"{face.root}projects/{view.project.pk}/mock/"
        if any(card.item.mock for card in view.cards)
        else "",
        "provisional": any(card.work is not None and card.work.provisional for card in view.cards),
        "changes": named(view, changes, face),
        "since": looked.visit.since,
        "read_url": f"{looked.root}?{kept + '&' if kept else ''}read=1",
        "here_url": f"{looked.root}{'?' + kept if kept else ''}",
        "fresh_url": f"{looked.root}fresh/?{kept + '&' if kept else ''}mark={looked.standing.mark}",
    }
    return {**context, **(_body(looked, view, {change.item_id: change for change in changes}) if view.plan else {})}


def _body(looked: Looked, view: MapView, changes: dict[int, Change]) -> dict[str, Any]:
    asked, face = looked.asked, looked.face
    if asked.view == "list":
        return {
            "headings": listing.headings(looked.root, asked.sort, asked.down),
            "lines": listing.lines(view, face, asked.sort, asked.down, changes),
        }
    if asked.view == "timeline":
        return {"chart": gantt.chart(view, histories(view.project.pk), face)}
    if asked.view == "print":
        return {"sheet": paper.sheet(view, Ties(view), face), "pdf_url": f"{looked.root}pdf/"}
    return {"board": board(view, face, focus=asked.focus, changes=changes)}


def named(view: MapView, changes: list[Change], face: Face) -> list[dict[str, Any]]:
    """The changes with the names of their matters."""
    items = {card.item.pk: card.item for card in view.cards}
    return [
        {"item": items[change.item_id], "change": change, "url": face.item(items[change.item_id])} for change in changes
    ]


def stop_asking() -> HttpResponse:
    """For somebody signed out meanwhile: htmx asks no more, and leaves what stands on the page."""
    answer = HttpResponse(status=STOP_POLLING)
    answer["HX-Reswap"] = "none"
    return answer
