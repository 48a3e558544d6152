"""The fold of core.hall in PostgreSQL: one statement for every hall of a span, however many events there are.

What core counts event by event is here a join of the events with the rules; what may count once is taken once, the
first time.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from yinuo.core.dated import Gap, Span
from yinuo.core.hall import LEVELS, Month
from yinuo.core.pack.types import HallRule, Pack
from yinuo.core.wording import day_words

FIELDS = ("light", "track", "kind", "level", "rating")
RATED = ("hall.review_good", "hall.review_bad")

# %(rules)s: rows of `table_of`. The events' SELECT is put in the middle, read once and kept, for the rooms' own take
# long to read. All
# events are counted by what the rules can tell apart (`turns`, `days`, `approval_days`: where they turn), and those
# whose subject has
# counted before are taken off again; what is given by hand counts each time. Only a subject whose hash occurs twice may
# have counted
# before: hashes are sorted alone, as numbers, since a table of them does not fit in memory, and are looked up in a
# table, which an IN
# that may be joined is not where PostgreSQL expects few events. An outer join, for it takes an inner one on so many
# conditions to leave
# nothing.
SUMS = """
    WITH event AS MATERIALIZED (
        SELECT hall_id, day, type, subject, mark, kind, level, days, approval_days, points, place,
            hashtextextended(subject, hall_id) AS hash
        FROM ({events}) e
    ),
    rule AS (
        SELECT * FROM jsonb_to_recordset(%(rules)s::jsonb) AS r(type text, "from" date, "to" date, marks text[],
            kinds text[], levels int[], points numeric, days_at_most int, approval_days_more_than int)
    ),
    twice AS MATERIALIZED (
        SELECT hash FROM (SELECT hash FROM event WHERE type <> 'manual' ORDER BY hash OFFSET 0) e GROUP BY hash
        HAVING count(*) > 1
    ),
    told AS (
        SELECT e.*, row_number() OVER (
            PARTITION BY hall_id, type COLLATE "C", subject COLLATE "C", mark COLLATE "C" ORDER BY day, place
        ) AS time
        FROM event e WHERE type <> 'manual' AND (hash IN (SELECT hash FROM twice)) IS TRUE
    ),
    tally AS (
        SELECT hall_id, min(day) AS day, type, mark, kind, level, min(days) AS days,
            min(approval_days) AS approval_days, sum(points) AS points, count(*) AS times
        FROM event
        GROUP BY hall_id, type, mark, kind, level, date_trunc('month', day::timestamp),
            width_bucket(day, %(turns)s::date[]),
            width_bucket(days, %(days)s::int[]), width_bucket(approval_days, %(approval_days)s::int[])
        UNION ALL
        SELECT hall_id, day, type, mark, kind, level, days, approval_days, points, -1 FROM told WHERE time > 1
    )
    SELECT t.hall_id, extract(year FROM t.day)::int, extract(month FROM t.day)::int,
        sum(coalesce(t.points, t.times * r.points)), NULL::text, NULL::date
    FROM tally t LEFT JOIN rule r
        ON r.type = t.type AND t.day >= r."from" AND (r."to" IS NULL OR t.day < r."to")
        AND (r.marks IS NULL OR t.mark = ANY(r.marks)) AND (r.kinds IS NULL OR t.kind = ANY(r.kinds))
        AND (r.levels IS NULL OR t.level = ANY(r.levels)) AND (r.days_at_most IS NULL OR t.days <= r.days_at_most)
        AND (r.approval_days_more_than IS NULL OR t.approval_days > r.approval_days_more_than)
    GROUP BY 1, 2, 3 HAVING count(coalesce(t.points, r.points)) > 0
    UNION ALL (
        SELECT NULL, NULL, NULL, NULL, type, day FROM tally t
        WHERE type <> 'manual'
            AND NOT EXISTS (
                SELECT 1 FROM rule r WHERE r.type = t.type AND t.day >= r."from" AND (r."to" IS NULL OR t.day < r."to")
            )
        ORDER BY day, type LIMIT 1
    )
"""


def table_of(pack: Pack) -> list[dict[str, Any]]:
    """The pack's hall rules as rows: each rule once for every stretch in which what is good and bad stays the same.

    Raises: ValueError for a rule that asks something the table has no column for.
    """
    return [_row(rule, part, pack) for rule in pack.hall_rules for part in _parts(rule, pack)]


def _parts(rule: HallRule, pack: Pack) -> list[Span]:
    turns = (
        {value.span.from_on for name in RATED for value in pack.parameters[name].values}
        if "rating" in rule.match
        else set()
    )
    begins = [rule.span.from_on, *sorted(day for day in turns if day in rule.span and day > rule.span.from_on)]
    return [Span(begin, end) for begin, end in zip(begins, [*begins[1:], rule.span.to_on], strict=True)]


def _row(rule: HallRule, part: Span, pack: Pack) -> dict[str, Any]:
    match = rule.match
    if strange := [name for name in match if name not in FIELDS]:
        raise ValueError(f"{rule.where}：大厅评分规则 {rule.id} 不能按 {'、'.join(strange)} 区分")
    marks = match.get("light", match.get("track"))
    return {
        "type": rule.type,
        "from": part.from_on.isoformat(),
        "to": part.to_on.isoformat() if part.to_on else None,
        "marks": _listed(marks),
        "kinds": _listed(match.get("kind")),
        "levels": _levels(match, part.from_on, pack),
        "points": str(rule.points),
        "days_at_most": rule.days_at_most,
        "approval_days_more_than": rule.approval_days_more_than,
    }


def _listed(wanted: Any) -> list[Any] | None:
    return None if wanted is None else list(wanted) if isinstance(wanted, (list, tuple)) else [wanted]


def _levels(match: Mapping[str, Any], day: date, pack: Pack) -> list[int] | None:
    levels = _listed(match.get("level"))
    ratings = _listed(match.get("rating"))
    if ratings is not None:
        good, bad = (set(pack.parameter(name, day).value) for name in RATED)
        rated = [one for one in LEVELS if ("good" if one in good else "bad" if one in bad else "neutral") in ratings]
        levels = [one for one in rated if levels is None or one in levels]
    return levels


def sums_of(events: str, parameters: Mapping[str, Any], pack: Pack) -> dict[tuple[int, Month], Decimal]:
    """What the events of a SELECT count by hall and month. The SELECT yields the sources' columns and `place`, their
    order in a day.

    Raises: Gap where no rule of an event's type is in force on its day.
    """
    table = table_of(pack)
    turns = {
        "turns": sorted({day for row in table for day in (row["from"], row["to"]) if day}),
        "days": sorted({row["days_at_most"] + 1 for row in table if row["days_at_most"] is not None}),
        "approval_days": sorted(
            {row["approval_days_more_than"] + 1 for row in table if row["approval_days_more_than"] is not None}
        ),
    }
    with connection.cursor() as cursor:
        cursor.execute(SUMS.format(events=events), {**parameters, **turns, "rules": json.dumps(table)})
        rows: Sequence[tuple[Any, ...]] = cursor.fetchall()
    found: dict[tuple[int, Month], Decimal] = {}
    for hall_id, year, month, points, unruled, day in rows:
        if unruled is not None:
            raise Gap(f"大厅评分 {unruled}：在{day_words(day)}没有生效的规定")
        found[hall_id, (year, month)] = points
    return found
