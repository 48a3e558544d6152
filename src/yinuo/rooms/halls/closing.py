"""A month's end: what the bulletin says, what has changed since earlier ones, and at a quarter's end who is honoured
(附件7·第十九条、第二十二条).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Min

from yinuo.core.decision import plain
from yinuo.engine.people.models import Region, StaffRole
from yinuo.engine.people.queries import holders
from yinuo.engine.rules import pack
from yinuo.rooms.halls import queries, sources
from yinuo.rooms.halls.models import Bulletin, HonourKind, ManualPoint, ReportedEvent
from yinuo.rooms.halls.queries import PLACED, Area, Line, Ranking

# A subject counts once for its kind and mark, the first time, as in the fold (core.hall); points by hand each by
# themselves.
ONCE = f"""
    SELECT DISTINCT ON (hall_id, type COLLATE "C", subject COLLATE "C", mark COLLATE "C",
        CASE WHEN type = 'manual' THEN source || source_id::text END) *
    FROM ({PLACED}) p
    ORDER BY hall_id, type COLLATE "C", subject COLLATE "C", mark COLLATE "C",
        CASE WHEN type = 'manual' THEN source || source_id::text END, day, place
"""  # noqa: S608  no text from outside

COUNTS = f"""
    SELECT hall_id, count(*) FILTER (WHERE type = 'review' AND level = ANY(%(good)s::int[])),
        count(*) FILTER (WHERE type = 'review' AND level = ANY(%(bad)s::int[])),
        count(*) FILTER (WHERE type = 'light' AND mark = 'yellow'),
        count(*) FILTER (WHERE type = 'light' AND mark = 'red'),
        count(*) FILTER (WHERE type = 'landed'), count(*) FILTER (WHERE type = 'track_praised'),
        count(*) FILTER (WHERE type = 'manual')
    FROM ({ONCE}) e GROUP BY hall_id
"""  # noqa: S608  no text from outside
COUNTED = ("good", "bad", "yellow", "red", "landed", "tracks", "manual")

HANDLERS = f"""
    SELECT hall_id, handler_id, handler,
        count(*) FILTER (WHERE type = 'review' AND level = ANY(%(good)s::int[])) AS good,
        count(*) FILTER (WHERE type = 'review' AND level = ANY(%(bad)s::int[])) AS bad,
        count(*) FILTER (WHERE type = 'light' AND mark = 'yellow') AS yellow,
        count(*) FILTER (WHERE type = 'light' AND mark = 'red') AS red
    FROM ({ONCE}) e WHERE handler <> '' GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""  # noqa: S608

DIGEST = f"""
    SELECT encode(sha256(convert_to(coalesce(string_agg(row_to_json(e)::text, E'\\n'
        ORDER BY e.day, e.hall_id, e.source, e.source_id, e.mark), ''), 'UTF8')), 'hex')
    FROM (SELECT {", ".join(sources.COLUMNS[:12])} FROM ({PLACED}) f) e
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Handled:
    """What of a handler's work counted in a span: how many good and bad reviews, yellow and red lights."""

    hall_id: int
    person_id: int | None
    name: str
    good: int
    bad: int
    yellow: int
    red: int

    @property
    def blemishes(self) -> int:
        return self.bad + self.yellow + self.red


def _asked(halls: Sequence[int], since: date, until: date, now: datetime) -> dict[str, Any]:
    bad = list(pack().parameter("hall.review_bad", until - timedelta(days=1)).value)
    return {**sources.asked(halls, since, until, now), "bad": bad}


def _rows(query: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def handled(halls: Sequence[int], since: date, until: date, now: datetime) -> list[Handled]:
    """By handler, of [since, until)."""
    return [Handled(*row) for row in _rows(HANDLERS, _asked(halls, since, until, now))]


def offenders(halls: Sequence[int], day: date, now: datetime) -> list[Handled]:
    """对于差评、红黄灯次数较多的: the handlers of this quarter who have come to the pack's number of them, the most
    first.
    """
    begin = queries.quarter_of(day)
    least = pack().integer("hall.repeat_count", max(begin, pack().valid_from))
    found = [one for one in handled(halls, begin, day + timedelta(days=1), now) if one.blemishes >= least]
    return sorted(found, key=lambda one: (-one.blemishes, one.hall_id, one.name))


# -- the bulletin


def month_due(region: Region, day: date) -> date:
    """The month whose bulletin comes next: the one after the last told, at first the month before this one."""
    told = Bulletin.objects.filter(region=region).order_by("-month").values_list("month", flat=True).first()
    if told is not None:
        return queries.next_month(told)
    return max(queries.month_of(queries.month_of(day) - timedelta(days=1)), queries.month_of(pack().valid_from))


def quarter_words(month: date) -> str:
    return f"{month.year}年第{'一二三四'[(month.month - 1) // 3]}季度"


def number_of(area: Area, month: date) -> str:
    return f"{area.region.name}政务大厅评分通报〔{month.year}〕{month.month}号"


def body_of(area: Area, month: date, at: datetime) -> dict[str, Any]:
    """What the bulletin of a month that is over says; JSON, decimals as strings."""
    last = queries.next_month(month) - timedelta(days=1)
    ids = [hall.pk for hall in area.halls]
    ranking = queries.ranking(area, last, at)
    counts = {
        row[0]: dict(zip(COUNTED, row[1:], strict=True))
        for row in _rows(COUNTS, _asked(ids, month, queries.next_month(month), at))
    }
    quarter_ends = month.month % 3 == 0
    return {
        "region": area.region.name,
        "month": queries.name_of(month),
        "through": last.isoformat(),
        "mean": plain(ranking.mean),
        "lines": [_line(line, counts.get(line.hall.pk, dict.fromkeys(COUNTED, 0))) for line in ranking.lines],
        "bottom": bottom(ranking, month),
        "corrections": corrections(area, month, at),
        "quarter": quarter_words(month) if quarter_ends else "",
        "honours": honours(ranking, month, at) if quarter_ends else [],
    }


def _line(line: Line, counts: Mapping[str, int]) -> dict[str, Any]:
    return {
        "hall_id": line.hall.pk,
        "hall": line.hall.name,
        "rank": line.rank,
        "score": plain(line.score),
        "change": plain(line.change),
        "climbed": line.climbed,
        **counts,
    }


def digest_of(area: Area, month: date, at: datetime) -> str:
    """SHA-256 of every event the month's scores rest on: the quarter's, up to the month's end."""
    ids = [hall.pk for hall in area.halls]
    ((digest,),) = _rows(DIGEST, sources.asked(ids, queries.quarter_of(month), queries.next_month(month), at))
    return str(digest)


def sha256_of(body: Mapping[str, Any]) -> str:
    return hashlib.sha256(
        json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    ).hexdigest()


def bottom(ranking: Ranking, month: date) -> list[str]:
    """按月评分排名倒数的: the pack's number of halls from below, with all who stand as low; nobody where all stand
    alike.
    """
    wanted = pack().integer("hall.bottom", max(month, pack().valid_from))
    lines = ranking.lines
    if not wanted or len(lines) <= wanted or lines[0].score == lines[-1].score:
        return []
    limit = lines[-wanted].score
    return [line.hall.name for line in lines if line.score <= limit and line.rank > 1]


def corrections(area: Area, month: date, at: datetime) -> list[dict[str, str]]:
    """Scores told in earlier bulletins that the records now have otherwise, unless a bulletin since has told it."""
    before = list(Bulletin.objects.filter(region=area.region, month__lt=month).order_by("month"))
    if not before:
        return []
    told: dict[tuple[str, int], str] = {}
    for earlier in before:
        told |= {(earlier.body["month"], line["hall_id"]): line["score"] for line in earlier.body["lines"]}
        told |= {(one["month"], one["hall_id"]): one["now"] for one in earlier.body["corrections"]}
    ids = [hall.pk for hall in area.halls]
    changed = min([month, *_changed(ids, before[-1].at - timedelta(days=1))])
    since = max(
        queries.quarter_of(min(changed, queries.quarter_of(month) - timedelta(days=1))),
        queries.quarter_of(before[0].month),
    )
    counted = queries.scores_of(ids, since, month - timedelta(days=1), at)
    found: list[dict[str, Any]] = []
    for hall in area.halls:
        for name, score in counted.halls[hall.pk].months.items():
            known = told.get((name, hall.pk))
            if known is not None and Decimal(known) != score:
                found.append({"month": name, "hall_id": hall.pk, "hall": hall.name, "told": known, "now": plain(score)})
    return sorted(found, key=lambda one: (one["month"], one["hall_id"]))


def _changed(halls: Sequence[int], since: datetime) -> list[date]:
    """The earliest days of what was given, reported or taken back by hand since an instant; the last quarter may change
    by itself.
    """
    models: tuple[type[ManualPoint | ReportedEvent], ...] = (ManualPoint, ReportedEvent)
    days = [model.objects.filter(hall__in=halls, at__gte=since).aggregate(day=Min("on"))["day"] for model in models]
    return [day for day in days if day is not None]


# -- honours


def honours(ranking: Ranking, month: date, at: datetime) -> list[dict[str, Any]]:
    """The quarter's: the first halls and their general conveners, and who was praised most and never otherwise
    (附件7·第二十二条).

    Where only one hall is ranked there is no first among them.
    """
    day = max(month, pack().valid_from)
    first = (
        [line for line in ranking.lines if line.rank <= pack().integer("hall.honoured", day)]
        if len(ranking.lines) > 1
        else []
    )
    hall_title, person_title = (
        str(pack().parameter(name, day).value) for name in ("hall.title_hall", "hall.title_person")
    )
    quarter = quarter_words(month)
    made = [
        _honour(
            HonourKind.HALL,
            line.hall.pk,
            None,
            line.hall.name,
            hall_title,
            True,
            line.rank,
            f"{quarter}评分第 {line.rank} 名",
        )
        for line in first
    ]
    last = queries.next_month(month) - timedelta(days=1)
    for line in first:
        for person in holders(StaffRole.GENERAL_CONVENER, last, hall_id=line.hall.pk):
            grounds = f"{line.hall.name}{quarter}评分第 {line.rank} 名"
            made.append(
                _honour(
                    HonourKind.CONVENER, line.hall.pk, person.pk, person.name, person_title, False, line.rank, grounds
                )
            )
    rows = handled([hall.pk for hall in ranking.area.halls], queries.quarter_of(month), queries.next_month(month), at)
    for one in most_praised(rows):
        grounds = f"{quarter}好评 {one.good} 件，没有差评和红黄灯"
        made.append(_honour(HonourKind.HANDLER, one.hall_id, one.person_id, one.name, person_title, True, 1, grounds))
    return _numbered(made)


def _numbered(made: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Of several of one name in a hall every one tells which: 马建国（1）, 马建国（2）."""
    cases = [(one["kind"], one["hall_id"], one["name"]) for one in made]
    return [
        {**one, "name": f"{one['name']}（{cases[: place + 1].count(case)}）"} if cases.count(case) > 1 else one
        for place, (one, case) in enumerate(zip(made, cases, strict=True))
    ]


def most_praised(rows: Iterable[Handled]) -> list[Handled]:
    """Most good reviews among those without a bad one or a light; all who share the first place."""
    clean = [one for one in rows if one.good and not one.blemishes]
    most = max((one.good for one in clean), default=0)
    return [one for one in clean if one.good == most]


def _honour(
    kind: HonourKind, hall_id: int, person_id: int | None, name: str, title: str, flag: bool, rank: int, grounds: str
) -> dict[str, Any]:
    return {
        "kind": kind.value,
        "hall_id": hall_id,
        "person_id": person_id,
        "name": name,
        "title": title,
        "flag": flag,
        "rank": rank,
        "grounds": grounds,
    }
