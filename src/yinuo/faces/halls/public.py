"""Scores of the halls for everybody: the live ranking, and every hall's month opened down to its cases
(附件7·第十九条).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from yinuo.core.decision import plain
from yinuo.engine.people import queries as people
from yinuo.engine.people.models import Hall
from yinuo.engine.rules import pack
from yinuo.faces.halls.shared import by_rule, line_of, signed, spark
from yinuo.rooms.halls import queries
from yinuo.rooms.halls.queries import Line, Ranking
from yinuo.ui import words
from yinuo.ui.acting import actor_of
from yinuo.ui.components.shapes import Column, NavItem

# More lines than these nobody can tell apart on a phone.
CHARTED = 5
SHOWN = 100


@dataclass(frozen=True, slots=True)
class Row:
    """A hall's line: `climbed` in words, `line` the sparkline's points."""

    hall: Hall
    rank: int
    score: str
    change: str
    climbed: str
    line: str


@dataclass(frozen=True, slots=True)
class Table:
    """An area's ranking as the page shows it; `points` is what the region's mean is worth (附件7·第十九条)."""

    name: str
    rows: Sequence[Row]
    mean: str
    columns: Sequence[Column]
    months: Sequence[Sequence[str]]
    low: int
    high: int


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    as_of, rankings = queries.rankings(timezone.now())
    day = queries.today(as_of)
    worth = pack().parameter("hall.assessment_points", max(day, pack().valid_from))
    context = {
        "tables": [_table(one) for one in rankings],
        "at": as_of,
        "start": plain(pack().decimal("hall.start", max(queries.quarter_of(day), pack().valid_from))),
        "worth": plain(Decimal(str(worth.value))),
        "worth_cites": words.cite_links(worth.cites),
        "breadcrumbs": [NavItem("政务大厅评分")],
    }
    return render(request, "public/halls.html", context)


def _table(ranking: Ranking) -> Table:
    scores = [score for line in ranking.lines for score in line.course]
    low, high = min(scores), max(scores)
    charted = ranking.lines[:CHARTED]
    return Table(
        name=ranking.area.region.name,
        rows=[_row(line, low, high) for line in ranking.lines],
        mean=plain(ranking.mean),
        columns=[Column("月份"), *(Column(line.hall.name, "number") for line in charted), Column("地区平均", "number")],
        months=[
            [f"{month:%Y-%m}", *(plain(line.course[place]) for line in charted), plain(ranking.course[place])]
            for place, month in enumerate(ranking.months)
        ],
        # Even numbers, between which the axis has room for its own.
        low=(int(low) - 1) // 2 * 2,
        high=-(-(int(high) + 1) // 2) * 2,
    )


def _row(line: Line, low: Decimal, high: Decimal) -> Row:
    climbed = f"升 {line.climbed} 名" if line.climbed > 0 else f"降 {-line.climbed} 名" if line.climbed < 0 else "持平"
    return Row(line.hall, line.rank, plain(line.score), signed(line.change), climbed, spark(line.course, low, high))


@require_safe
def hall(request: HttpRequest, hall_id: int) -> HttpResponse:
    """`?month=2026-11`, the present one otherwise; `?page=`."""
    now, actor = timezone.now(), actor_of(request)
    day = queries.today(now)
    found = people.hall(hall_id)
    months = _months(day)
    month = _asked(request.GET.get("month", ""), day)
    seen = queries.hall_month(found, month, day, now)
    # The latest first, as one asks what has just happened.
    page = Paginator(seen.told[::-1], SHOWN).get_page(request.GET.get("page"))
    here = reverse("public:hall", args=[found.pk])
    gained = sum((one.point.points for one in seen.told if one.point.points > 0), Decimal(0))
    lost = sum((one.point.points for one in seen.told if one.point.points < 0), Decimal(0))
    context = {
        "hall": found,
        "month": month,
        "current": month == queries.month_of(day),
        "views": [
            NavItem(
                f"{one.month}月" if one.year == day.year else f"{one.year}年{one.month}月",
                f"{here}?month={one:%Y-%m}",
                current=one == month,
            )
            for one in months
        ],
        "before": plain(seen.before),
        "gained": signed(gained),
        "lost": signed(lost),
        "score": plain(seen.score),
        "rules": by_rule(seen.told, {rule.id: rule.text for rule in pack().hall_rules}),
        "lines": [line_of(told, actor) for told in page],
        "page": page,
        "total": len(seen.told),
        "next_url": f"{here}?month={month:%Y-%m}&page={page.next_page_number()}" if page.has_next() else "",
        "first_url": f"{here}?month={month:%Y-%m}" if page.number > 1 else "",
        "breadcrumbs": [NavItem("政务大厅评分", reverse("public:halls")), NavItem(found.name)],
    }
    return render(request, "public/hall.html", context)


def _months(day: date) -> list[date]:
    """This quarter's months so far and the last quarter's, the latest first."""
    first = max(queries.quarter_of(queries.quarter_of(day) - timedelta(days=1)), _first())
    made = [queries.month_of(day)]
    while made[-1] > first:
        made.append(queries.month_of(made[-1] - timedelta(days=1)))
    return made


def _first() -> date:
    return queries.month_of(pack().valid_from)


def _asked(text: str, day: date) -> date:
    """Raises Http404 for a month that has not begun, or was before the rules."""
    if not text:
        return queries.month_of(day)
    try:
        month = date.fromisoformat(f"{text}-01")
    except ValueError:
        raise Http404("月份应写作 2026-11") from None
    if not _first() <= month <= day:
        raise Http404("这个月没有评分")
    return month
