"""Where a hall's events come from: one SELECT a source, for all halls of a span at once; nothing is kept, everything
derived.

Each yields the columns of COLUMNS. A span is [since, until) in days of the county; `now` is when the clocks are read.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from yinuo.core.calendar import TZ
from yinuo.engine.register import approval
from yinuo.engine.rules import pack
from yinuo.rooms.onemap.standing import CLOCKS

COLUMNS = (
    *("hall_id", "day", "type", "subject", "mark", "kind", "level", "days", "approval_days", "points"),
    *("source", "source_id", "what", "office", "handler_id", "handler"),
)

# A review whose appeal was upheld counts no points; one still under appeal counts.
REVIEWS = """
    SELECT r.hall_id, (r.at AT TIME ZONE %(tz)s::interval)::date AS day, 'review'::text AS type,
        a.item_id || '.' || a.number AS subject, ''::text AS mark, ''::text AS kind, r.level::int AS level,
        NULL::int AS days, NULL::int AS approval_days, NULL::numeric AS points, 'review'::text AS source,
        r.id AS source_id, i.name::text AS what, d.short_name::text AS office, r.handler_id,
        coalesce(h.name, '')::text AS handler
    FROM reviews_servicereview r
    JOIN onemap_application a ON a.id = r.application_id
    JOIN onemap_mapitem i ON i.id = a.item_id
    JOIN people_department d ON d.id = r.department_id
    LEFT JOIN people_person h ON h.id = r.handler_id
    LEFT JOIN reviews_rectification x ON x.review_id = r.id
    WHERE r.hall_id = ANY(%(halls)s::bigint[]) AND r.at >= %(begin)s::timestamptz AND r.at < %(end)s::timestamptz
        AND x.state IS DISTINCT FROM 'set_aside'
"""

# Of a matter's clocks every turning that came, told or not: from when its light is yellow and from when red, and, where
# it was
# extended afterwards, what was told before. Once per matter and light, the first time; so all clocks of the matters in
# question are read.
TURNS = """
    SELECT DISTINCT ON (i.id, turned.light) p.hall_id, i.id AS item_id, i.name, w.department_id, turned.light,
        turned.moment, w.id AS work_id, coalesce(w.assignee_id, i.handler_id) AS present_id
    FROM (
        SELECT DISTINCT subject_id FROM work_workitem
        WHERE subject_kind = 'onemap.mapitem' AND kind = ANY(%(clocks)s::text[]) AND waits_for = 'staff'
            AND started_at < %(end)s::timestamptz AND (closed_at IS NULL OR closed_at >= %(begin)s::timestamptz)
    ) alive
    JOIN onemap_mapitem i ON i.id = alive.subject_id
    JOIN projects_project p ON p.id = i.project_id AND p.hall_id = ANY(%(halls)s::bigint[])
    JOIN work_workitem w ON w.subject_kind = 'onemap.mapitem' AND w.subject_id = i.id
        AND w.kind = ANY(%(clocks)s::text[]) AND w.waits_for = 'staff'
    LEFT JOIN (
        SELECT x.item_id, min((e.data ->> 'turned_at')::timestamptz) FILTER (WHERE e.verb = 'work.yellow') AS yellow_at,
            min((e.data ->> 'turned_at')::timestamptz) FILTER (WHERE e.verb = 'work.red') AS red_at
        FROM (SELECT DISTINCT item_id FROM work_clockevent WHERE kind = 'extend') x
        JOIN trail_entry e ON e.subject_kind = 'work.workitem' AND e.subject_id = x.item_id::text
            AND e.verb IN ('work.yellow', 'work.red')
        GROUP BY x.item_id
    ) told ON told.item_id = w.id
    CROSS JOIN LATERAL (
        VALUES ('yellow' COLLATE "C", least(w.yellow_from, told.yellow_at)), ('red', least(w.red_from, told.red_at))
    ) turned(light, moment)
    WHERE turned.moment <= %(now)s::timestamptz AND (turned.light = 'yellow' OR turned.moment < %(now)s::timestamptz)
    ORDER BY i.id, turned.light, turned.moment, w.id
"""

# Those of the span. A turning is with whoever had the matter when it turned, not with whom it was given to since.
TURNED = """
    SELECT f.*, CASE WHEN given.id IS NULL THEN f.present_id ELSE given.who END AS handler_id
    FROM {turns} f
    LEFT JOIN LATERAL (
        SELECT e.id, (e.data ->> 'from')::bigint AS who FROM trail_entry e
        WHERE e.subject_kind = 'work.workitem' AND e.subject_id = f.work_id::text AND e.verb = 'work.reassign'
            AND e.at > f.moment
        ORDER BY e.id LIMIT 1
    ) given ON true
    WHERE f.moment >= %(begin)s::timestamptz AND f.moment < %(end)s::timestamptz
"""
LIGHTS = f"""
    SELECT t.hall_id, (t.moment AT TIME ZONE %(tz)s::interval)::date, 'light', t.item_id::text, t.light, '', NULL, NULL,
        NULL, NULL, 'light', t.item_id, t.name, d.short_name, t.handler_id, coalesce(h.name, '')
    FROM ({TURNED.format(turns=f"({TURNS})")}) t
    JOIN people_department d ON d.id = t.department_id
    LEFT JOIN people_person h ON h.id = t.handler_id
"""  # noqa: S608  no text from outside

# Calendar days from filing to landing. What is neither an office's running clock nor a notice is the company's own time
# or a pause;
# every full day of it is taken off the approval's days.
LANDED = """
    SELECT p.hall_id, (p.landed_at AT TIME ZONE %(tz)s::interval)::date, 'landed', p.id::text, '', p.kind, NULL,
        span.days,
        span.days
            - floor(extract(epoch FROM p.landed_at - p.filed_at - coalesce(approval.took, interval '0')) / 86400)::int,
        NULL, 'project', p.id, p.name, '', NULL::bigint, ''
    FROM projects_project p
    CROSS JOIN LATERAL (
        SELECT (p.landed_at AT TIME ZONE %(tz)s::interval)::date
            - (p.filed_at AT TIME ZONE %(tz)s::interval)::date AS days
    ) span
    LEFT JOIN LATERAL (
        SELECT sum(upper(part) - lower(part)) AS took
        FROM (SELECT unnest(range_agg(run)) AS part FROM (
            SELECT unnest(tstzmultirange(tstzrange(w.started_at, least(w.closed_at, p.landed_at)))
                - coalesce(stood.still, '{}'::tstzmultirange)) AS run
            FROM work_workitem w
            LEFT JOIN onemap_mapitem i ON w.subject_kind = 'onemap.mapitem' AND i.id = w.subject_id
            LEFT JOIN LATERAL (
                SELECT range_agg(tstzrange(c.at, greatest(c.at, least(c.ends_by, c.until, p.landed_at)))) AS still
                FROM (
                    SELECT kind, at, ends_by, lead(at) OVER (ORDER BY id) AS until
                    FROM work_clockevent WHERE item_id = w.id AND kind IN ('pause', 'resume')
                ) c
                WHERE c.kind = 'pause'
            ) stood ON true
            WHERE w.project_id = p.id AND w.kind = ANY(%(approval)s::text[]) AND w.waits_for = 'staff'
                AND w.started_at < least(w.closed_at, p.landed_at) AND i.pre_start IS DISTINCT FROM false
            UNION ALL
            SELECT tstzrange(n.notice_from, least(n.notice_until, p.landed_at))
            FROM commitments_commitment n JOIN onemap_mapitem i ON i.id = n.item_id AND i.pre_start
            WHERE n.project_id = p.id AND n.notice_from < least(n.notice_until, p.landed_at)
        ) runs) parts
    ) approval ON true
    WHERE p.hall_id = ANY(%(halls)s::bigint[])
        AND p.landed_at >= %(begin)s::timestamptz AND p.landed_at < %(end)s::timestamptz
"""

MANUAL = """
    SELECT m.hall_id, m."on", 'manual', '', '', '', NULL, NULL, NULL, m.points, 'manual', m.id, m.basis, '',
        NULL::bigint, ''
    FROM halls_manualpoint m
    WHERE m.hall_id = ANY(%(halls)s::bigint[]) AND m."on" >= %(since)s::date AND m."on" < %(until)s::date
"""

# Taken back later, it has never counted. A subject's earlier report of the same kind before the span has counted there.
REPORTED = """
    SELECT e.hall_id, e."on", e.type, 'r.' || e.subject, e.mark, e.kind, e.level, e.days, e.approval_days, e.points,
        'reported', e.id, e.what, '', NULL::bigint, e.handler
    FROM halls_reportedevent e
    WHERE e.hall_id = ANY(%(halls)s::bigint[]) AND e."on" >= %(since)s::date AND e."on" < %(until)s::date
        AND e.withdraws_id IS NULL
        AND NOT EXISTS (SELECT 1 FROM halls_reportedevent x WHERE x.withdraws_id = e.id)
        AND (e.type = 'manual' OR NOT EXISTS (
            SELECT 1 FROM halls_reportedevent b
            WHERE b.hall_id = e.hall_id AND b.type = e.type AND b.subject = e.subject AND b.mark = e.mark
                AND b."on" < %(since)s::date AND b.withdraws_id IS NULL
                AND NOT EXISTS (SELECT 1 FROM halls_reportedevent x WHERE x.withdraws_id = b.id)))
"""

# A project's first good review of its service under a track; it stands beside those of its matters. A bad one is no
# matter's.
TRACKS = """
    SELECT t.hall_id, (t.at AT TIME ZONE %(tz)s::interval)::date, 'track_praised', t.project_id::text, t.track, '',
        NULL, NULL, NULL, NULL, 'review', t.id, t.name, coalesce(d.short_name, ''), NULL::bigint, ''
    FROM (
        SELECT DISTINCT ON (s.project_id, s.track) r.id, r.hall_id, r.at, r.department_id, s.project_id, s.track, s.name
        FROM reviews_trackservice s
        JOIN reviews_servicereview r ON r.service_id = s.id AND r.hall_id = ANY(%(halls)s::bigint[])
            AND r.level = ANY(%(good)s::int[])
        LEFT JOIN reviews_rectification x ON x.review_id = r.id
        WHERE x.state IS DISTINCT FROM 'set_aside'
        ORDER BY s.project_id, s.track, r.at, r.id
    ) t
    LEFT JOIN people_department d ON d.id = t.department_id
    WHERE t.at >= %(begin)s::timestamptz AND t.at < %(end)s::timestamptz
"""

EVENTS = " UNION ALL ".join((REVIEWS, LIGHTS, LANDED, TRACKS, MANUAL, REPORTED))


def asked(halls: Sequence[int], since: date, until: date, now: datetime) -> dict[str, Any]:
    """The parameters every SELECT here takes."""
    return {
        "halls": list(halls),
        "since": since,
        "until": until,
        "begin": datetime.combine(since, time(), TZ),
        "end": datetime.combine(until, time(), TZ),
        "now": now,
        "tz": TZ.utcoffset(None),
        "clocks": [str(kind) for kind in CLOCKS],
        # The approval side's own time before landing: while one of these waits for an office.
        "approval": sorted(approval()),
        "good": list(pack().parameter("hall.review_good", until - timedelta(days=1)).value),
    }
