"""What a report counts: every case of a span with whose it is and whether it went well; each figure is a tally of these
rows.

One SELECT a measure, for all halls at once; nothing is kept, everything derived. A figure is the number of the cases
that are listed for it, for both are read from the same rows. A span is [since, until) in days of the county; `now` is
when the clocks are read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db import connection

from yinuo.engine.rules import pack
from yinuo.rooms.figures import cases as figures
from yinuo.rooms.figures.scope import Scope

COLUMNS = ("hall_id", "department_id", "measure", "good", "number", "source", "source_id", "what", "day")


@dataclass(frozen=True, slots=True)
class Measure:
    """What is counted and when a case of it is a good one; `shared` False: there is nothing to divide, the number alone
    says it.
    """

    key: str
    label: str
    counted: str
    good: str
    day: str
    shared: bool = True


MEASURES = {
    row.key: row
    for row in (
        Measure("promised", "承诺办理率", "负面清单以外、准予的事项", "按承诺办理", "准予的日期"),
        Measure("mapped", "“一张图”覆盖率", "新备案的项目，还在复核、辅导期限以内的除外", "已有“一张图”", "备案的日期"),
        Measure("on_time", "按期办结率", "作出决定的申请，没有期限的除外", "在承诺时限内决定", "决定的日期"),
        Measure("landed", "按时落地率", "落地的项目", "备案类 40 天内、其他 90 天内落地", "落地的日期"),
        Measure("yellow", "亮黄灯", "第一次亮黄灯的事项", "", "亮灯的日期", shared=False),
        Measure("red", "亮红灯", "第一次亮红灯的事项", "", "亮灯的日期", shared=False),
        Measure("reviews", "好评率", "收到的评价", "满意或者非常满意", "评价的日期"),
        Measure("bad_reviews", "差评办结率", "收到的差评，申诉成立的除外", "整改、回访后办结", "评价的日期"),
        Measure("warnings", "预警办结率", "发现的异常预警", "期内已经纠正、处罚或者查明不成立", "发现的日期"),
        Measure("commitment_reviews", "承诺按期复核率", "到期的承诺复核", "在期限内完成", "期限届满的日期"),
        Measure("kept", "承诺履行良好率", "复核过的履行中承诺", "按承诺履行", "复核的日期"),
        Measure("points", "信用加减分", "已执行的加减分", "加分", "执行的日期", shared=False),
    )
}

# The dashboards' own cases, so that a notice and a dashboard say the same of the same days.
FIGURES = f"""
    SELECT c.hall_id, c.office_id, 'promised', c.part = 'promised', NULL::numeric, 'item', c.subject, c.what, {{day}}
    FROM ({figures.PROMISES}) c
    UNION ALL
    SELECT c.hall_id, NULL, 'mapped', c.part = 'covered', NULL, 'project', c.subject, c.what, {{day}}
    FROM ({figures.COVERAGE}) c WHERE c.part <> 'in_time'
    UNION ALL
    SELECT c.hall_id, c.office_id, 'on_time', c.part = 'on_time', c.days, 'item', c.subject, c.what, {{day}}
    FROM ({figures.DECISIONS}) c WHERE c.part <> 'untimed'
    UNION ALL
    SELECT c.hall_id, NULL, 'landed', c.days <= (%(landing)s::jsonb ->> c.kind)::int, c.days, 'project', c.subject,
        c.what, {{day}}
    FROM ({figures.LANDINGS}) c
    UNION ALL
    SELECT c.hall_id, c.office_id, c.part, false, NULL, 'item', c.subject, c.what, {{day}}
    FROM ({figures.LIGHTS}) c WHERE c.part IN ('yellow', 'red')
    UNION ALL
    SELECT c.hall_id, c.office_id, m.measure,
        CASE m.measure WHEN 'reviews' THEN c.part = 'good' ELSE c.mark = 'closed' END, c.worth,
        'review', c.subject, c.what, {{day}}
    FROM ({figures.REVIEWS}) c
    JOIN (VALUES ('reviews'), ('bad_reviews')) m(measure) ON m.measure = 'reviews' OR c.part = 'bad'
""".replace("{day}", "(c.at AT TIME ZONE %(tz)s::interval)::date")  # noqa: S608  no text from outside

WARNINGS = """
    SELECT p.hall_id, n.department_id, 'warnings', (n.closed_at < %(end)s::timestamptz) IS TRUE, NULL, 'warning', n.id,
        p.name, (n.found_at AT TIME ZONE %(tz)s::interval)::date
    FROM oversight_anomalywarning n JOIN projects_project p ON p.id = n.project_id
    WHERE p.hall_id = ANY(%(halls)s::bigint[])
        AND n.found_at >= %(begin)s::timestamptz AND n.found_at < %(end)s::timestamptz
"""

# One that was taken back before its term ended, for there was nothing to review any more, never fell due.
COMMITMENT_REVIEWS = """
    SELECT w.hall_id, w.department_id, 'commitment_reviews', w.state = 'done' AND w.closed_at <= w.due_at, NULL,
        'commitment', w.subject_id, i.name, (w.due_at AT TIME ZONE %(tz)s::interval)::date
    FROM work_workitem w JOIN commitments_commitment c ON c.id = w.subject_id JOIN onemap_mapitem i ON i.id = c.item_id
    WHERE w.hall_id = ANY(%(halls)s::bigint[]) AND w.kind = 'commitment_review'
        AND w.due_at >= %(begin)s::timestamptz AND w.due_at < %(end)s::timestamptz
        AND (w.state <> 'cancelled' OR w.closed_at > w.due_at)
"""

KEPT = """
    SELECT p.hall_id, c.department_id, 'kept', v.outcome = 'kept', NULL, 'commitment', c.id, i.name,
        (v.at AT TIME ZONE %(tz)s::interval)::date
    FROM commitments_commitmentreview v JOIN commitments_commitment c ON c.id = v.commitment_id
    JOIN onemap_mapitem i ON i.id = c.item_id JOIN projects_project p ON p.id = c.project_id
    WHERE p.hall_id = ANY(%(halls)s::bigint[]) AND v.at >= %(begin)s::timestamptz AND v.at < %(end)s::timestamptz
"""

POINTS = """
    SELECT p.hall_id, NULL, 'points', e.points > 0, e.points, 'credit', e.id, u.name,
        (e.at AT TIME ZONE %(tz)s::interval)::date
    FROM credit_creditevent e JOIN projects_project p ON p.code = e.project_code
    JOIN people_projectunit u ON u.id = e.unit_id
    WHERE e.project_code <> '' AND e.applied AND e.points <> 0 AND e.type <> 'rebase'
        AND p.hall_id = ANY(%(halls)s::bigint[])
        AND e.at >= %(begin)s::timestamptz AND e.at < %(end)s::timestamptz
"""

ALL = (FIGURES, WARNINGS, COMMITMENT_REVIEWS, KEPT, POINTS)
CASES = f"SELECT * FROM ({' UNION ALL '.join(ALL)}) c({', '.join(COLUMNS)})"  # noqa: S608  no text from outside

TALLIES = f"""
    SELECT hall_id, department_id, measure, count(*), count(*) FILTER (WHERE good), sum(number),
        percentile_disc(0.5) WITHIN GROUP (ORDER BY number), grouping(hall_id), grouping(department_id)
    FROM ({CASES}) c GROUP BY GROUPING SETS ((measure), (measure, hall_id), (measure, hall_id, department_id))
"""  # noqa: S608

DIGEST = f"""
    SELECT encode(sha256(convert_to(coalesce(string_agg(row_to_json(e)::text, E'\\n'
        ORDER BY e.measure COLLATE "C", e.day, e.source, e.source_id), ''), 'UTF8')), 'hex')
    FROM (SELECT hall_id, department_id, measure, good, number, source, source_id, day FROM ({CASES}) c) e
"""  # noqa: S608

LIST = f"""
    SELECT {", ".join(COLUMNS)} FROM ({CASES}) c
    WHERE measure = %(measure)s AND (%(hall)s::bigint IS NULL OR hall_id = %(hall)s::bigint)
        AND (%(department)s::bigint IS NULL OR department_id = %(department)s::bigint)
        AND (%(only)s::boolean IS NULL OR good IS NOT DISTINCT FROM %(only)s::boolean)
    ORDER BY day DESC, source_id DESC OFFSET %(offset)s LIMIT %(limit)s
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Tally:
    """`count` cases, `good` of them good; `sum` and `median` of their numbers, None where they have none."""

    count: int = 0
    good: int = 0
    sum: Decimal | None = None
    median: Decimal | None = None

    @property
    def share(self) -> Fraction | None:
        return Fraction(self.good, self.count) if self.count else None


@dataclass(frozen=True, slots=True)
class Tallies:
    """By measure: the whole, by hall, and by (hall, department); a measure without a case is not there."""

    whole: Mapping[str, Tally]
    halls: Mapping[int, Mapping[str, Tally]]
    departments: Mapping[tuple[int, int], Mapping[str, Tally]]


@dataclass(frozen=True, slots=True)
class Case:
    hall_id: int
    department_id: int | None
    measure: str
    good: bool
    number: Decimal | None
    source: str
    source_id: int
    what: str
    day: date


def _asked(halls: Sequence[int], since: date, until: date, now: datetime) -> dict[str, Any]:
    day = max(until - timedelta(days=1), pack().valid_from)
    scope = Scope(hall_ids=tuple(halls), since=since, until=until)
    return {**figures.asked(scope, now), "landing": json.dumps(dict(_landing(day)))}


def _landing(day: date) -> list[tuple[str, int]]:
    """How many days to landing earn points, by kind of project: of the halls' rules in force on the day
    (附件7·第二十条).
    """
    found = []
    for rule in pack().hall_rules:
        if rule.type == "landed" and rule.days_at_most is not None and day in rule.span:
            kinds = rule.match["kind"]
            found += [(kind, rule.days_at_most) for kind in ([kinds] if isinstance(kinds, str) else kinds)]
    return found


def tallies(halls: Sequence[int], since: date, until: date, now: datetime) -> Tallies:
    """Of the cases in [since, until), in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(TALLIES, _asked(halls, since, until, now))
        rows = cursor.fetchall()
    whole: dict[str, Tally] = {}
    by_hall: dict[int, dict[str, Tally]] = {}
    by_office: dict[tuple[int, int], dict[str, Tally]] = {}
    for hall_id, department_id, measure, count, good, total, median, no_hall, no_office in rows:
        made = Tally(count, good, total, median)
        if no_hall:
            whole[measure] = made
        elif no_office:
            by_hall.setdefault(hall_id, {})[measure] = made
        elif department_id is not None:
            by_office.setdefault((hall_id, department_id), {})[measure] = made
    return Tallies(whole, by_hall, by_office)


def digest_of(halls: Sequence[int], since: date, until: date, now: datetime) -> str:
    """SHA-256 of every case counted."""
    with connection.cursor() as cursor:
        cursor.execute(DIGEST, _asked(halls, since, until, now))
        return str(cursor.fetchone()[0])


def cases(
    halls: Sequence[int], since: date, until: date, now: datetime, *, measure: str, hall_id: int | None = None,
    department_id: int | None = None, good: bool | None = None, offset: int = 0, limit: int = 40,
) -> list[Case]:  # fmt: skip
    """The cases behind one figure, the latest first; as the records have them now."""
    narrowed = {
        "measure": measure,
        "hall": hall_id,
        "department": department_id,
        "only": good,
        "offset": offset,
        "limit": limit,
    }
    with connection.cursor() as cursor:
        cursor.execute(LIST, {**_asked(halls, since, until, now), **narrowed})
        return [Case(*row) for row in cursor.fetchall()]
