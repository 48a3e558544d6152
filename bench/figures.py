"""The figures of a year of 50 000 matters: each figure's one statement, and a page of its cases.

The floor reads the same matters once.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from bench.instance import fresh
from yinuo.core.calendar import TZ

PROJECTS, MATTERS = 5_000, 10
NOW = datetime(2026, 11, 28, 10, tzinfo=TZ)
FLOOR = "SELECT count(*), max(ended_at - received_at) FROM onemap_application WHERE ended_at >= '2026-01-01'"

# Filed over eleven months; nine of ten matters are decided, each with the clock of its receipt and of its limit.
MADE = (
    """
    INSERT INTO projects_project (version, code, name, kind, project_class, unit_id, hall_id, state, facts, total_investment,
        rules_on, pack_hash, filed_by_id, filed_at, filed_via, instant, confirmed_at, landed_at, problem)
    SELECT 1, 'bench-' || n, '项目' || n, (ARRAY['filing', 'filing', 'filing', 'approval'])[n %% 4 + 1], 'private', %(unit)s, %(hall)s,
        'confirmed', jsonb_build_object('industry', lpad((n %% 97 + 1)::text, 2, '0') || '10'), 100 + n, '2026-01-01', 'x', %(person)s,
        timestamptz '2026-01-01 09:00+08' + n * interval '93 minutes', '', true, timestamptz '2026-01-01 15:00+08' + n * interval '93 minutes',
        CASE WHEN n %% 3 > 0 AND n < {projects} * 4 / 5 THEN timestamptz '2026-01-20 15:00+08' + n * interval '93 minutes'
            + n %% 50 * interval '1 day' END, ''
    FROM generate_series(1, {projects}) n
    """,
    """
    INSERT INTO onemap_guidance (project_id, kind, opened_at, merged_at)
    SELECT id, 'pre_start', confirmed_at, confirmed_at + interval '2 days' FROM projects_project
    """,
    """
    WITH made AS MATERIALIZED (
        SELECT nextval(pg_get_serial_sequence('onemap_mapitem', 'id')) AS item_id,
            nextval(pg_get_serial_sequence('onemap_application', 'id')) AS application_id,
            p.id AS project_id, m, d.ids[1 + (p.id + m) %% array_length(d.ids, 1)] AS department_id,
            h.ids[1 + (p.id + m) %% array_length(h.ids, 1)] AS handler_id, (p.id * {matters} + m) %% 10 > 0 AS granted,
            p.confirmed_at + m * interval '1 day' AS received_at, (p.id %% 9 + 1) * interval '21 hours' AS took
        FROM projects_project p, generate_series(1, {matters}) m, (SELECT array_agg(id ORDER BY id) ids FROM people_department) d,
            (SELECT array_agg(id ORDER BY id) ids FROM people_person) h
    ), items AS (
        INSERT INTO onemap_mapitem (id, version, project_id, matter_id, name, department_id, stage, position, pre_start, completion, state,
            route, promisable, promisable_why, level, after, materials, guidance_note, limit_unit, statutory_unit, handler_id, mock,
            share_ended, application_id)
        SELECT item_id, 1, project_id, 'matter_' || m, '事项' || m, department_id, 's', m, true, false,
            CASE WHEN granted THEN 'granted' ELSE 'accepted' END,
            CASE WHEN (project_id + m) %% 3 = 0 THEN 'commitment' ELSE 'regular' END, (project_id + m) %% 4 > 0,
            '{{"outcome": {{"listed": false}}}}', 'county', '[]', '[]', '', 'working', 'working', handler_id, false, '', application_id
        FROM made
    )
    INSERT INTO onemap_application (id, item_id, number, department_id, received_at, accepted_at, deemed_accepted, deficient, outcome,
        ended_at, document_number, result_text, again_why)
    SELECT application_id, item_id, 1, department_id, received_at, received_at, false, false, CASE WHEN granted THEN 'granted' ELSE '' END,
        CASE WHEN granted THEN received_at + took END, CASE WHEN granted THEN '文' || project_id || m ELSE '' END, '', ''
    FROM made
    """,
    """
    INSERT INTO work_workitem (kind, state, subject_kind, subject_id, project_id, project_code, title, subtitle, page, page_args,
        unit_page, unit_page_args, stage, tags, role, waits_for, department_id, hall_id, assignee_id, started_at, limit_value, limit_unit, statutory_unit, rules_on, closed_at,
        outcome, due_at, yellow_from, red_from, statutory_due_at, provisional, announced)
    SELECT k.kind, CASE WHEN ended.at IS NULL THEN 'running' ELSE 'done' END, 'onemap.mapitem', i.id, i.project_id, '', i.name, '',
        'staff:item', jsonb_build_object('item_id', i.id), '', '{{}}', 's', '[]', 'approver', 'staff', i.department_id, p.hall_id,
        i.handler_id, a.received_at, 5, 'working', 'working', '2026-01-01', ended.at, '', a.received_at + interval '6 days',
        CASE WHEN a.received_at + interval '5 days' <= coalesce(ended.at, 'infinity') THEN a.received_at + interval '5 days' END,
        CASE WHEN a.received_at + interval '6 days' < coalesce(ended.at, 'infinity') THEN a.received_at + interval '6 days' END,
        a.received_at + interval '20 days', false, 'green'
    FROM onemap_mapitem i JOIN onemap_application a ON a.id = i.application_id JOIN projects_project p ON p.id = i.project_id,
        (VALUES ('receipt'), ('limit')) k(kind),
        LATERAL (SELECT CASE k.kind WHEN 'receipt' THEN a.received_at + interval '5 hours' ELSE a.ended_at END AS at) ended
    """,
    """
    INSERT INTO work_clockevent (item_id, kind, at, reason, note, ends_by, stops_statutory)
    SELECT w.id, e.kind, w.started_at + e.hours * interval '1 hour', 'expert_review', '', w.started_at + interval '30 days', true
    FROM work_workitem w, (VALUES ('pause', 6), ('resume', 30)) e(kind, hours) WHERE w.kind = 'limit' AND w.id %% 10 < 2 ORDER BY w.id, e.hours
    """,
    """
    INSERT INTO reviews_servicereview (application_id, hall_id, department_id, handler_id, level, indicators, text, channel, at)
    SELECT a.id, p.hall_id, i.department_id, i.handler_id, i.id %% 5 + 1, '[]', '', 'map', a.ended_at + interval '1 day'
    FROM onemap_mapitem i JOIN onemap_application a ON a.id = i.application_id JOIN projects_project p ON p.id = i.project_id WHERE i.state = 'granted' AND i.id %% 2 = 0
    """,
    """
    INSERT INTO oversight_anomalywarning (version, project_id, kind, state, source, why, matters, cites, department_id, found_at, outcome)
    SELECT 1, p.id, 'idle', 'open', 'clock', '期限届满', '[]', '[]', NULL, p.filed_at + interval '90 days', '' FROM projects_project p
    WHERE p.id %% 20 = 0
    """,
    """
    INSERT INTO trail_entry (at, verb, role, entrance, via, subject_kind, subject_id, project_code, why, data)
    SELECT w.started_at, v.verb, 'approver', 'web', '', 'work.workitem', w.id::text, '', '', '{{}}'
    FROM work_workitem w, (VALUES ('work.open'), ('work.close')) v(verb)
    """,
)
READ = (
    "projects_project",
    "onemap_guidance",
    "onemap_mapitem",
    "onemap_application",
    "work_workitem",
    "work_clockevent",
    "reviews_servicereview",
    "trail_entry",
)


def run() -> dict[str, Any]:
    with fresh():
        hall_id = _populate()
        _analyse()
        return _measured(hall_id)


def _populate() -> int:
    from django.db import connection

    from yinuo.engine.bootstrap import sync_pack
    from yinuo.engine.people.models import Person, ProjectUnit

    hall = sync_pack(date(2023, 2, 20))
    unit = ProjectUnit.objects.create(reservation_no="bench", name="单位", type="enterprise")
    people = [Person.objects.create(username=f"bench{n}", name=f"办理人{n}") for n in range(40)]
    with connection.cursor() as cursor:
        for statement in MADE:
            made = statement.format(projects=PROJECTS, matters=MATTERS)
            cursor.execute(
                made, {"unit": unit.pk, "hall": hall.pk, "person": people[0].pk} if "%(" in made else {"none": None}
            )
    return hall.pk


def _analyse() -> None:
    """Fresh statistics, as autovacuum would have them; needs the owner."""
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        for table in READ:
            cursor.execute(f"ANALYZE {table}")


def _measured(hall_id: int) -> dict[str, Any]:
    from django.db import connection

    from yinuo.rooms.figures import cases, queries
    from yinuo.rooms.figures.queries import Pick
    from yinuo.rooms.figures.scope import Scope

    year = Scope((hall_id,), date(2026, 1, 1), date(2027, 1, 1))
    found: dict[str, Any] = {"matters": PROJECTS * MATTERS}
    for source in cases.SOURCES:
        found[f"{source}_ms"] = _best(
            lambda source=source: queries.gather(source, year, NOW, ("month",), ("office", "part"), ("matter",))
        )  # type: ignore[misc]
        found[f"{source}_page_ms"] = _best(lambda source=source: queries.page(source, year, NOW, Pick()))  # type: ignore[misc]

    def floor() -> None:
        with connection.cursor() as cursor:
            cursor.execute(FLOOR)
            cursor.fetchall()

    found["all_ms"] = round(sum(found[f"{source}_ms"] for source in cases.SOURCES), 1)
    found["floor_ms"] = _best(floor)
    return found


def _best(act: Callable[[], Any], rounds: int = 3) -> float:
    """Milliseconds of the quickest of some rounds: what else runs on the machine only ever adds."""
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        act()
        times.append(time.perf_counter() - began)
    return round(min(times) * 1000, 1)
