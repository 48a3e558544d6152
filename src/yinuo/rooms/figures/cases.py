"""The cases behind the figures: one SELECT a kind of case. A figure is a sum over one of them, its list is the same
SELECT.

Each yields the columns of COLUMNS. Spans are [begin, end); `now` is when the clocks are read. What a kind counts and
leaves out is said in `definitions`, and for people in docs/figures.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from yinuo.core.calendar import TZ
from yinuo.engine.rules import pack, roles
from yinuo.engine.work.lights import due_sql, light_sql, paused_sql
from yinuo.rooms.figures.industries import SECTIONS, UNSAID
from yinuo.rooms.figures.scope import Scope
from yinuo.rooms.halls.sources import TURNED, TURNS
from yinuo.rooms.onemap.room import MapWork
from yinuo.rooms.onemap.standing import CLOCKS
from yinuo.rooms.projects.room import ProjectsWork

# `place` is one for each case of a kind, `at` the instant it is listed by; `part` and `mark` say how it counts, `days`
# and `worth` how much;
# `subject` is the row its page shows.
COLUMNS = (
    *("place", "at", "hall_id", "kind", "project_id", "office_id", "handler_id", "matter_id", "what"),
    *("part", "mark", "days", "worth", "subject"),
)
# A matter's clock that ends with a decision; the review of what was received has one of its own.
DECIDING = (MapWork.LIMIT, MapWork.DECISION, MapWork.MOCK_CONVERSION)
WAITING = (ProjectsWork.REVIEW, ProjectsWork.MANUAL_FILING, MapWork.GUIDANCE)
BANDS, BAND_DAYS = 10, 10

# Matters off the negative list that were granted, offered or not; as commitments.queries.commitment_share counts them.
PROMISES = """
    SELECT i.id AS place, a.ended_at AS at, p.hall_id, p.kind, p.id AS project_id, a.department_id AS office_id,
        i.handler_id, i.matter_id, i.name AS what,
        CASE WHEN i.route = 'commitment' THEN 'promised' WHEN i.promisable THEN 'regular' ELSE 'barred' END AS part,
        '' AS mark, NULL::numeric AS days, NULL::numeric AS worth, i.id AS subject
    FROM onemap_mapitem i JOIN onemap_application a ON a.id = i.application_id
    JOIN projects_project p ON p.id = i.project_id
    WHERE i.state = 'granted' AND a.ended_at >= %(begin)s::timestamptz AND a.ended_at < %(end)s::timestamptz
        AND i.promisable_why #> '{outcome,listed}' = 'false'::jsonb AND i.matter_id <> ALL(%(opening)s::text[])
        AND p.hall_id = ANY(%(halls)s::bigint[]) AND p.kind = ANY(%(reached)s::text[])
"""

_NOW = "%(now)s::timestamptz"

# New filings and whether their map stands; where it does not, whether review and guidance are still within their terms.
COVERAGE = f"""
    SELECT p.id AS place, p.filed_at AS at, p.hall_id, p.kind, p.id AS project_id, NULL::bigint AS office_id,
        NULL::bigint AS handler_id, '' AS matter_id, p.name AS what,
        CASE WHEN g.id IS NOT NULL THEN 'covered' WHEN w.waiting THEN 'in_time' ELSE 'missing' END AS part, '' AS mark,
        NULL::numeric AS days, NULL::numeric AS worth, p.id AS subject
    FROM projects_project p
    LEFT JOIN onemap_guidance g ON g.project_id = p.id AND g.kind = 'pre_start' AND g.merged_at IS NOT NULL
    LEFT JOIN LATERAL (
        SELECT bool_and({light_sql("w", _NOW)} <> 'red') AS waiting FROM work_workitem w
        WHERE g.id IS NULL AND w.project_id = p.id AND w.kind = ANY(%(waiting)s::text[])
            AND w.state IN ('running', 'paused')
    ) w ON true
    WHERE p.kind = 'filing' AND p.filed_at >= %(begin)s::timestamptz AND p.filed_at < %(end)s::timestamptz
        AND p.hall_id = ANY(%(halls)s::bigint[])
        AND (g.id IS NOT NULL OR p.state IN ('filed', 'confirmed', 'completed'))
"""  # noqa: S608  no text from outside

# Projects that landed: calendar days from filing to the last approval before the start, as the halls' score counts
# them.
LANDINGS = """
    SELECT p.id AS place, p.landed_at AS at, p.hall_id, p.kind, p.id AS project_id, NULL::bigint AS office_id,
        NULL::bigint AS handler_id, '' AS matter_id, p.name AS what,
        CASE WHEN c.project_id IS NULL THEN 'regular' ELSE 'commitment' END AS part,
        CASE WHEN %(split)s::date IS NULL THEN ''
            WHEN (p.filed_at AT TIME ZONE %(tz)s::interval)::date < %(split)s::date THEN 'before'
            ELSE 'after' END AS mark,
        ((p.landed_at AT TIME ZONE %(tz)s::interval)::date
            - (p.filed_at AT TIME ZONE %(tz)s::interval)::date)::numeric AS days,
        NULL::numeric AS worth, p.id AS subject
    FROM projects_project p
    LEFT JOIN (
        SELECT DISTINCT project_id FROM onemap_mapitem WHERE pre_start AND route = 'commitment' AND state = 'granted'
    ) c ON c.project_id = p.id
    WHERE p.landed_at >= %(begin)s::timestamptz AND p.landed_at < %(end)s::timestamptz
        AND p.hall_id = ANY(%(halls)s::bigint[])
"""

# Applications that were decided, each of a matter by itself; the clock is the one that the decision ended.
DECISIONS = """
    SELECT a.id AS place, a.ended_at AS at, p.hall_id, p.kind, p.id AS project_id,
        a.department_id AS office_id, i.handler_id, i.matter_id, i.name AS what,
        CASE WHEN w.due_at IS NULL THEN 'untimed' WHEN w.closed_at <= w.due_at THEN 'on_time' ELSE 'late' END AS part,
        CASE WHEN w.statutory_due_at IS NULL THEN 'untimed' WHEN w.closed_at <= w.statutory_due_at THEN 'on_time'
            ELSE 'late' END AS mark,
        round(extract(epoch FROM a.ended_at - a.received_at) / 86400, 1) AS days, NULL::numeric AS worth,
        i.id AS subject
    FROM onemap_application a
    JOIN onemap_mapitem i ON i.id = a.item_id
    JOIN projects_project p ON p.id = i.project_id AND p.hall_id = ANY(%(halls)s::bigint[])
    LEFT JOIN (
        SELECT DISTINCT ON (subject_id, closed_at) subject_id, closed_at, due_at, statutory_due_at FROM work_workitem
        WHERE subject_kind = 'onemap.mapitem' AND kind = ANY(%(deciding)s::text[]) AND waits_for = 'staff'
            AND state = 'done'
            AND closed_at >= %(begin)s::timestamptz AND closed_at < %(end)s::timestamptz
        ORDER BY subject_id, closed_at, id DESC
    ) w ON w.subject_id = a.item_id AND w.closed_at = a.ended_at
    WHERE a.ended_at >= %(begin)s::timestamptz AND a.ended_at < %(end)s::timestamptz AND a.received_at IS NOT NULL
        AND a.outcome IN ('granted', 'refused', 'not_accepted', 'not_needed')
"""

# Matters' clocks that ran in the span, with the days of it in which they were open; and the stretches in which one
# stood still.
_RUNS = """
    FROM work_workitem w
    JOIN onemap_mapitem i ON i.id = w.subject_id
    JOIN projects_project p ON p.id = i.project_id AND p.hall_id = ANY(%(halls)s::bigint[])
    CROSS JOIN LATERAL (
        SELECT greatest(w.started_at, %(begin)s::timestamptz) AS since,
            least(w.closed_at, %(end)s::timestamptz, %(now)s::timestamptz) AS until
    ) run
"""
_RUNNING = """w.subject_kind = 'onemap.mapitem' AND w.kind = ANY(%(deciding)s::text[]) AND w.waits_for = 'staff'
        AND w.started_at < %(end)s::timestamptz AND (w.closed_at IS NULL OR w.closed_at > %(begin)s::timestamptz)
        AND run.since < run.until"""
RUNS = f"""
    SELECT w.id AS place, w.started_at AS at, p.hall_id, p.kind, p.id AS project_id, w.department_id AS office_id,
        coalesce(w.assignee_id, i.handler_id) AS handler_id, i.matter_id, i.name AS what, w.state AS part, '' AS mark,
        round(extract(epoch FROM run.until - run.since) / 86400, 2) AS days, NULL::numeric AS worth, i.id AS subject
    {_RUNS}
    WHERE {_RUNNING}
"""  # noqa: S608  no text from outside
PAUSES = f"""
    SELECT c.id AS place, c.at, p.hall_id, p.kind, p.id AS project_id, w.department_id AS office_id,
        c.by_id AS handler_id, i.matter_id, i.name AS what, c.reason AS part, '' AS mark,
        round(extract(epoch FROM still.until - still.since) / 86400, 2) AS days, NULL::numeric AS worth, i.id AS subject
    {_RUNS}
    JOIN (
        SELECT id, item_id, kind, at, by_id, reason, ends_by, lead(at) OVER (PARTITION BY item_id ORDER BY id) AS until
        FROM work_clockevent WHERE kind IN ('pause', 'resume')
    ) c ON c.item_id = w.id AND c.kind = 'pause'
    CROSS JOIN LATERAL (SELECT greatest(c.at, run.since) AS since, least(c.ends_by, c.until, run.until) AS until) still
    WHERE {_RUNNING} AND still.since < still.until
"""  # noqa: S608  no text from outside

# What waits for somebody now, by the light it shows, and what no office works on.
OPEN = f"""
    SELECT w.id AS place, coalesce({due_sql("w", _NOW)}, w.started_at) AS at, w.hall_id, coalesce(p.kind, '') AS kind,
        w.project_id, w.department_id AS office_id, w.assignee_id AS handler_id, w.matter_id, w.title AS what,
        CASE WHEN w.waits_for = 'unit' THEN 'unit' WHEN {paused_sql("w", _NOW)} THEN 'paused'
            ELSE {light_sql("w", _NOW)} END AS part,
        w.kind AS mark, NULL::numeric AS days, NULL::numeric AS worth, w.id AS subject
    FROM work_workitem w
    LEFT JOIN projects_project p ON p.id = w.project_id
    WHERE w.state IN ('running', 'paused') AND w.hall_id = ANY(%(halls)s::bigint[])
"""  # noqa: S608  no text from outside

# Matters that turned yellow or red in the span, as the halls' score counts it, and those with a term that never had by
# its end.
LIGHTS = f"""
    WITH turn AS MATERIALIZED ({TURNS})
    SELECT t.item_id * 4 + CASE t.light WHEN 'yellow' THEN 1 ELSE 2 END AS place, t.moment AS at, t.hall_id, p.kind,
        p.id AS project_id, t.department_id AS office_id, t.handler_id, i.matter_id, t.name AS what, t.light AS part,
        '' AS mark, NULL::numeric AS days, NULL::numeric AS worth, t.item_id AS subject
    FROM ({TURNED.format(turns="turn")}) t
    JOIN onemap_mapitem i ON i.id = t.item_id
    JOIN projects_project p ON p.id = i.project_id
    UNION ALL
    SELECT i.id * 4, max(w.started_at), p.hall_id, p.kind, p.id, i.department_id, i.handler_id, i.matter_id, i.name,
        'green', '', NULL, NULL, i.id
    FROM work_workitem w
    JOIN onemap_mapitem i ON i.id = w.subject_id
    JOIN projects_project p ON p.id = i.project_id AND p.hall_id = ANY(%(halls)s::bigint[])
    WHERE w.subject_kind = 'onemap.mapitem' AND w.kind = ANY(%(clocks)s::text[]) AND w.waits_for = 'staff'
        AND w.due_at IS NOT NULL
        AND w.started_at < least(%(end)s::timestamptz, %(now)s::timestamptz)
        AND (w.closed_at IS NULL OR w.closed_at >= %(begin)s::timestamptz)
        AND NOT EXISTS (SELECT FROM turn WHERE turn.item_id = i.id AND turn.moment < %(end)s::timestamptz)
    GROUP BY i.id, p.id
"""  # noqa: S608  no text from outside

# One set aside on appeal was given all the same, and is no bad one.
REVIEWS = """
    SELECT r.id AS place, r.at, r.hall_id, p.kind, p.id AS project_id, r.department_id AS office_id, r.handler_id,
        coalesce(i.matter_id, '') AS matter_id, coalesce(i.name, s.name) AS what,
        CASE WHEN r.level = ANY(%(good)s::int[]) THEN 'good' WHEN r.level <> ALL(%(bad)s::int[]) THEN 'fair'
            WHEN x.state = 'set_aside' THEN 'set_aside' ELSE 'bad' END AS part,
        CASE WHEN x.id IS NULL THEN '' WHEN x.state IN ('closed', 'set_aside') THEN 'closed' ELSE 'open' END AS mark,
        NULL::numeric AS days, r.level::numeric AS worth, r.id AS subject
    FROM reviews_servicereview r
    LEFT JOIN onemap_application a ON a.id = r.application_id
    LEFT JOIN onemap_mapitem i ON i.id = a.item_id
    LEFT JOIN reviews_trackservice s ON s.id = r.service_id
    LEFT JOIN reviews_rectification x ON x.review_id = r.id
    JOIN projects_project p ON p.id = coalesce(i.project_id, s.project_id)
    WHERE r.at >= %(begin)s::timestamptz AND r.at < %(end)s::timestamptz AND r.hall_id = ANY(%(halls)s::bigint[])
"""

WARNINGS = """
    SELECT w.id AS place, w.found_at AS at, p.hall_id, p.kind, p.id AS project_id, w.department_id AS office_id,
        NULL::bigint AS handler_id, '' AS matter_id, p.name AS what, w.kind AS part, w.state AS mark,
        round(extract(epoch FROM w.closed_at - w.found_at) / 86400, 1) AS days, NULL::numeric AS worth, w.id AS subject
    FROM oversight_anomalywarning w JOIN projects_project p ON p.id = w.project_id
    WHERE w.found_at >= %(begin)s::timestamptz AND w.found_at < %(end)s::timestamptz
        AND p.hall_id = ANY(%(halls)s::bigint[])
"""

_SECTION = " ".join(f"WHEN d.n BETWEEN {first} AND {last} THEN '{letter}'" for letter, _, first, last in SECTIONS)
# Projects filed in the span that go on or are finished: how far they are, and their industry's section.
PROJECTS = f"""
    SELECT p.id AS place, p.filed_at AS at, p.hall_id, p.kind, p.id AS project_id, NULL::bigint AS office_id,
        NULL::bigint AS handler_id, '' AS matter_id, p.name AS what,
        CASE WHEN p.completed_at IS NOT NULL THEN 'completed' WHEN p.started_on IS NOT NULL THEN 'building'
            WHEN p.landed_at IS NOT NULL THEN 'landed' ELSE 'preparing' END AS part,
        CASE {_SECTION} ELSE '{UNSAID}' END AS mark, NULL::numeric AS days, p.total_investment AS worth, p.id AS subject
    FROM projects_project p
    CROSS JOIN LATERAL (SELECT substring(p.facts->>'industry' from '^[A-T]?([0-9][0-9])')::int AS n) d
    WHERE p.state IN ('filed', 'confirmed', 'completed')
        AND p.filed_at >= %(begin)s::timestamptz AND p.filed_at < %(end)s::timestamptz
        AND p.hall_id = ANY(%(halls)s::bigint[])
"""  # noqa: S608  no text from outside

SOURCES: Mapping[str, str] = {
    "promises": PROMISES,
    "coverage": COVERAGE,
    "landings": LANDINGS,
    "decisions": DECISIONS,
    "runs": RUNS,
    "pauses": PAUSES,
    "open": OPEN,
    "lights": LIGHTS,
    "reviews": REVIEWS,
    "warnings": WARNINGS,
    "projects": PROJECTS,
}
# Their cases lie with no office: an office narrows them not.
OF_PROJECTS = ("coverage", "landings", "projects")


def asked(scope: Scope, now: datetime) -> dict[str, Any]:
    """The parameters that the SELECTs here take."""
    rules, day = pack(), scope.rules_day
    return {
        "halls": list(scope.hall_ids),
        "begin": datetime.combine(scope.since, time(), TZ),
        "end": datetime.combine(scope.until, time(), TZ),
        "now": now,
        "tz": TZ.utcoffset(None),
        "kind": scope.kind,
        "office": scope.office_id,
        "split": scope.split,
        "clocks": [str(kind) for kind in CLOCKS],
        "deciding": [str(kind) for kind in DECIDING],
        "waiting": [str(kind) for kind in WAITING],
        "opening": [roles().filing_matter],
        "reached": list(rules.parameter("commitment.kinds", max(scope.since, rules.valid_from)).value),
        "good": list(rules.parameter("hall.review_good", day).value),
        "bad": list(rules.parameter("hall.review_bad", day).value),
    }


def narrowed(source: str, scope: Scope) -> str:
    """The SELECT of a kind of case with what the scope narrows beyond halls and days."""
    wanted = ["c.kind = %(kind)s::text"] if scope.kind else []
    if scope.office_id is not None and source not in OF_PROJECTS:
        wanted.append("c.office_id = %(office)s::bigint")
    where = f" WHERE {' AND '.join(wanted)}" if wanted else ""
    return f"SELECT c.* FROM ({SOURCES[source]}) c{where}"  # noqa: S608  no text from outside
