"""The live score of every hall: derived from what the rooms hold each time it is asked for, never accumulated
(附件7·第四章).
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from yinuo.core.calendar import TZ
from yinuo.core.hall import HallFact, HallPoint, Month, Scores, fold, from_sums
from yinuo.engine.people.models import Hall, Region
from yinuo.engine.rules import pack
from yinuo.rooms.halls import folding, sources
from yinuo.rooms.halls.models import Bulletin, Honour, ManualPoint, ReportedEvent

FRESH_SECONDS = 30
PLACED = f"SELECT e.*, e.source_id AS place FROM ({sources.EVENTS}) e"  # noqa: S608  no text from outside


def month_of(day: date) -> date:
    return day.replace(day=1)


def next_month(month: date) -> date:
    return (month.replace(day=1) + timedelta(days=31)).replace(day=1)


def quarter_of(day: date) -> date:
    """The quarter's first day."""
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


def name_of(month: date) -> str:
    """As core.hall names it: 2026-11."""
    return f"{month:%Y-%m}"


# -- what is written down


def bulletins() -> QuerySet[Bulletin]:
    """The latest month first, with their regions."""
    return Bulletin.objects.select_related("region").order_by("-month", "region__code")


def bulletin(bulletin_id: int) -> Bulletin:
    """Raises Bulletin.DoesNotExist."""
    return bulletins().get(pk=bulletin_id)


def honours() -> QuerySet[Honour]:
    """The titles awarded, the latest quarter first, by region; each with its hall and bulletin."""
    rows = Honour.objects.select_related("hall", "bulletin__region")
    return rows.order_by("-bulletin__month", "bulletin__region_id", "id")


def manual_points(hall_id: int) -> QuerySet[ManualPoint]:
    """A hall's points by hand, newest first, with what took them back."""
    return ManualPoint.objects.filter(hall_id=hall_id).select_related("by", "corrected_by").order_by("-id")


def manual_point(manual_id: int) -> ManualPoint:
    """With what it takes back and what took it back. Raises ManualPoint.DoesNotExist."""
    return ManualPoint.objects.select_related("hall", "by", "corrects", "corrected_by__by").get(pk=manual_id)


def reported_events(hall_id: int) -> QuerySet[ReportedEvent]:
    """The events of another system taken in for a hall, newest first."""
    return ReportedEvent.objects.filter(hall_id=hall_id).select_related("by", "withdraws").order_by("-id")


# -- events


@dataclass(frozen=True, slots=True)
class HallEvent:
    """One event with what it rests on: `source` and `source_id` name the case, `what` its matter or project.

    `project`: `what` is a company's own words and may hold more than the public should read. `handler`: the official
    who handled it.
    """

    fact: HallFact
    source: str
    source_id: int
    what: str
    office: str
    handler_id: int | None
    handler: str

    @property
    def project(self) -> bool:
        return self.source == "project" or (self.source == "reported" and self.fact.type in ("landed", "track_praised"))


DETAIL: Mapping[str, Sequence[tuple[str, str]]] = {
    "review": (("matter", "subject"), ("level", "level")),
    "light": (("matter", "subject"), ("light", "mark")),
    "landed": (("project", "subject"), ("kind", "kind"), ("days", "days"), ("approval_days", "approval_days")),
    "track_praised": (("project", "subject"), ("track", "mark")),
    "manual": (("points", "points"), ("basis", "what")),
}


def events_of(hall_ids: Sequence[int], since: date, until: date, now: datetime) -> list[HallEvent]:
    """Every event of the halls in [since, until), by day, each with its case; what has counted before `since` is not
    among them.
    """
    query = f"SELECT {', '.join(sources.COLUMNS)} FROM ({PLACED}) e ORDER BY day, source, place, mark"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(query, sources.asked(hall_ids, since, until, now))
        rows = cursor.fetchall()
    return [_event(dict(zip(sources.COLUMNS, row, strict=True))) for row in rows]


def _event(row: Mapping[str, Any]) -> HallEvent:
    detail = {name: row[column] for name, column in DETAIL[row["type"]]}
    fact = HallFact(str(row["hall_id"]), row["day"], row["type"], detail)
    return HallEvent(
        fact, row["source"], row["source_id"], row["what"], row["office"], row["handler_id"], row["handler"]
    )


# -- scores


@dataclass(frozen=True, slots=True)
class Counted:
    """The scores of several halls over some months, and their mean."""

    halls: Mapping[int, Scores]
    region: Scores
    months: Sequence[date]


def scores_of(hall_ids: Sequence[int], since: date, day: date, now: datetime) -> Counted:
    """By month from the quarter `since` lies in to the month of `day`: each month's running score at its end, or as it
    stands on `day`.
    """
    begin, until = quarter_of(since), day + timedelta(days=1)
    months = list(_months(begin, day))
    rules = pack()
    sums = folding.sums_of(PLACED, sources.asked(hall_ids, begin, until, now), rules)
    named: dict[tuple[str, Month], Decimal] = {
        (str(hall_id), month): points for (hall_id, month), points in sums.items()
    }
    scores, region = from_sums(
        [str(one) for one in hall_ids], [(month.year, month.month) for month in months], named, rules
    )
    return Counted({int(name): found for name, found in scores.items()}, region, months)


def _months(begin: date, day: date) -> Iterable[date]:
    month = month_of(begin)
    while month <= day:
        yield month
        month = next_month(month)


# -- regions


@dataclass(frozen=True, slots=True)
class Area:
    """A region that stands below no other here, and every hall in it:
    what is ranked together and told in one bulletin.
    """

    region: Region
    halls: Sequence[Hall]


def areas() -> list[Area]:
    """Every region at the top that has halls, by its code; its halls by their names' order of entry."""
    regions = {region.pk: region for region in Region.objects.all()}
    found: dict[int, list[Hall]] = {}
    for hall in Hall.objects.select_related("region").order_by("id"):
        found.setdefault(_top(hall.region_id, regions), []).append(hall)
    return sorted((Area(regions[top], halls) for top, halls in found.items()), key=lambda area: area.region.code)


def _top(region_id: int, regions: Mapping[int, Region]) -> int:
    seen: set[int] = set()
    while (parent := regions[region_id].parent_id) is not None and parent not in seen:
        seen.add(region_id)
        region_id = parent
    return region_id


def area_of(hall_id: int) -> Area:
    return next(area for area in areas() if any(hall.pk == hall_id for hall in area.halls))


def told_quarters(hall_id: int) -> set[date]:
    """The first days of the quarters whose last month has been told: their honours have been awarded."""
    months = Bulletin.objects.filter(region=area_of(hall_id).region, month__month__in=(3, 6, 9, 12)).values_list(
        "month", flat=True
    )
    return {quarter_of(month) for month in months}


# -- the ranking


@dataclass(frozen=True, slots=True)
class Line:
    """A hall in the ranking.

    `before` its rank at the end of the month before, None at the first; `course` its score by month.
    """

    hall: Hall
    score: Decimal
    rank: int
    before: int | None
    change: Decimal
    course: Sequence[Decimal]

    @property
    def climbed(self) -> int:
        """How many places up (+) or down (−) since last month."""
        return 0 if self.before is None else self.before - self.rank


@dataclass(frozen=True, slots=True)
class Ranking:
    """The halls of an area by score as of `day`, equal scores on equal ranks; `mean` the region's, `course` that by
    month.
    """

    area: Area
    day: date
    lines: Sequence[Line]
    mean: Decimal
    months: Sequence[date]
    course: Sequence[Decimal]


def ranking(area: Area, day: date, now: datetime) -> Ranking:
    """With the course of this quarter and the one before.

    `day` in the past: as the records now have it for that day.
    """
    since = max(quarter_of(quarter_of(day) - timedelta(days=1)), quarter_of(pack().valid_from))
    counted = scores_of([hall.pk for hall in area.halls], since, day, now)
    names = [name_of(month) for month in counted.months]
    latest = ranks({hall.pk: counted.halls[hall.pk].months[names[-1]] for hall in area.halls})
    before = ranks({hall.pk: counted.halls[hall.pk].months[names[-2]] for hall in area.halls}) if len(names) > 1 else {}
    lines = [_line(hall, counted.halls[hall.pk], names, latest, before, day) for hall in area.halls]
    mean = counted.region.months
    return Ranking(
        area,
        day,
        sorted(lines, key=lambda line: (line.rank, line.hall.pk)),
        mean[names[-1]],
        counted.months,
        [mean[name] for name in names],
    )


def _line(
    hall: Hall, scores: Scores, names: Sequence[str], latest: Mapping[int, int], before: Mapping[int, int], day: date
) -> Line:
    score = scores.months[names[-1]]
    begun = day.month % 3 == 1
    start = pack().decimal("hall.start", max(quarter_of(day), pack().valid_from))
    change = score - (start if begun or len(names) < 2 else scores.months[names[-2]])
    return Line(hall, score, latest[hall.pk], before.get(hall.pk), change, [scores.months[name] for name in names])


def ranks(scores: Mapping[int, Decimal]) -> dict[int, int]:
    """1, 2, 2, 4: as many places below as there are better ones above."""
    order = sorted(scores.values(), reverse=True)
    return {key: order.index(score) + 1 for key, score in scores.items()}


_kept: tuple[float, datetime, Sequence[Ranking]] | None = None


def forget() -> None:
    """Between tests."""
    global _kept
    _kept = None


def rankings(now: datetime) -> tuple[datetime, Sequence[Ranking]]:
    """Every region's, and as of when: derived at most twice a minute per process, as they are open to everybody and the
    halls may be many.
    """
    global _kept
    day = today(now)
    if _kept is None or time.monotonic() - _kept[0] > FRESH_SECONDS or today(_kept[1]) != day:
        _kept = (time.monotonic(), now, [ranking(area, day, now) for area in areas()])
    return _kept[1], _kept[2]


# -- a hall's month


@dataclass(frozen=True, slots=True)
class Told:
    """An event with what it counted and why."""

    event: HallEvent
    point: HallPoint
    score: Decimal


@dataclass(frozen=True, slots=True)
class HallMonth:
    """A hall's month opened down to its cases: `before` the score it began with,
    `score` the one at its end (or now).
    """

    hall: Hall
    month: date
    before: Decimal
    score: Decimal
    told: Sequence[Told]


def hall_month(hall: Hall, month: date, day: date, now: datetime) -> HallMonth:
    """Through core's own fold from the quarter's first day on, so that every figure is explained by what counted it."""
    begin, until = quarter_of(month), min(next_month(month), day + timedelta(days=1))
    events = events_of([hall.pk], begin, until, now)
    rules = pack()
    score = before = rules.decimal("hall.start", max(begin, rules.valid_from))
    told: list[Told] = []
    points = fold([str(hall.pk)], [event.fact for event in events], rules).points
    for event, point in zip(events, points, strict=True):
        score += point.points
        if event.fact.on < month:
            before = score
        else:
            told.append(Told(event, point, score))
    return HallMonth(hall, month, before, score, told)


def today(now: datetime) -> date:
    return now.astimezone(TZ).date()
