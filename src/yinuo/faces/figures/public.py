"""改革成效: the few figures of the reform that everybody may read, a year of each region, with what each of them counts
(正文·一(三)).
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from yinuo.engine.base import Actor
from yinuo.engine.rules import pack
from yinuo.faces.figures.shapes import Block, Dash
from yinuo.faces.figures.summary import Summary, summary
from yinuo.rooms.figures.definitions import DEFINITIONS, Definition
from yinuo.rooms.figures.scope import REGION, Asked, Scope
from yinuo.rooms.halls import queries as halls
from yinuo.ui import words
from yinuo.ui.components.shapes import NavItem

FRESH_SECONDS = 60
TOLD = ("promises", "coverage", "landings", "decisions")
TARGETS = ("kpi.commitment_share", "kpi.coverage_share")


@dataclass(frozen=True, slots=True)
class Year:
    """A region's year: sums alone, no case and nobody's name."""

    name: str
    summary: Summary
    rates: Block


_kept: dict[int, tuple[float, datetime, Sequence[Year]]] = {}


def forget() -> None:
    """Between tests."""
    _kept.clear()


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """`?year=2025`, the present one otherwise."""
    now = timezone.now()
    this = halls.today(now).year
    first = pack().valid_from.year
    text = request.GET.get("year", "") or str(this)
    if not (text.isascii() and text.isdecimal() and first <= int(text[:5]) <= this):
        raise Http404
    year = int(text)
    at, found = years(year, now)
    here, day = reverse("public:figures"), max(min(date(year, 12, 31), halls.today(now)), pack().valid_from)
    told: list[Definition] = [DEFINITIONS[name] for name in TOLD]
    context = {
        "years": [NavItem(f"{one}年", f"{here}?year={one}", current=one == year) for one in range(this, first - 1, -1)],
        "year": year,
        "regions": found,
        "told": told,
        "at": at,
        "cites": words.cite_links(
            dict.fromkeys(cite for name in TARGETS for cite in pack().parameter(name, day).cites)
        ),
        "breadcrumbs": [NavItem("改革成效")],
    }
    return render(request, "public/figures.html", context)


def years(year: int, now: datetime) -> tuple[datetime, Sequence[Year]]:
    """Counted at most once a minute per process: the page is open to everybody."""
    kept = _kept.get(year)
    if kept is None or time.monotonic() - kept[0] > FRESH_SECONDS or halls.today(kept[1]) != halls.today(now):
        _kept[year] = kept = (time.monotonic(), now, [_year(area, year, now) for area in halls.areas()])
    return kept[1], kept[2]


def _year(area: halls.Area, year: int, now: datetime) -> Year:
    scope = Scope(tuple(hall.pk for hall in area.halls), date(year, 1, 1), date(year + 1, 1, 1))
    name = area.region.name
    dash = Dash(Actor.public(), Asked(scope, "year", REGION, [(REGION, name)], [], {}), now)
    found = summary(dash)
    return Year(name, found, found.blocks[0])
