"""Many open work items by plain SQL, spread over departments, assignees and due moments as in a prefecture."""

from __future__ import annotations

from datetime import datetime


def work_items(count: int, now: datetime, first: int = 1) -> None:
    """`count` running items, none due before `now` + 1 hour, their lights green."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO work_workitem (kind, state, subject_kind, subject_id, project_code, title, subtitle, page,
                page_args, unit_page, unit_page_args, stage, tags, role, waits_for, department_id, hall_id,
                assignee_id, started_at, limit_value, limit_unit, statutory_unit, rules_on,
                outcome, due_at, yellow_from, red_from, provisional, announced, next_transition_at)
            SELECT 'limit', 'running', 'bench.item', n, '', '建设工程规划许可证',
                '年产5万吨有机肥加工项目　积石山绿源有机肥有限公司', 'staff:item', '{"item_id": 1}', '', '{}',
                'land_planning', '[]', 'approver', 'staff',
                d.ids[1 + n %% array_length(d.ids, 1)], (SELECT min(id) FROM people_hall),
                p.ids[1 + n %% array_length(p.ids, 1)], %(now)s, 5, 'working', 'working', %(day)s, '',
                %(now)s + interval '2 hours' + n * interval '1 second',
                %(now)s + interval '1 hour' + n * interval '1 second',
                %(now)s + interval '2 hours' + n * interval '1 second',
                false, 'green', %(now)s + interval '1 hour' + n * interval '1 second'
            FROM generate_series(%(first)s::bigint, %(last)s::bigint) n,
                (SELECT array_agg(id ORDER BY id) ids FROM people_department) d,
                (SELECT array_agg(id ORDER BY id) ids FROM people_person) p
            """,
            {"now": now, "day": now.date(), "first": first, "last": first + count - 1},
        )


def analyse() -> None:
    """Fresh statistics, as autovacuum would have them; needs the owner."""
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        cursor.execute("ANALYZE work_workitem")


def make_due(count: int, now: datetime) -> None:
    """`count` items turn yellow a minute before `now`."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE work_workitem
            SET yellow_from = %(past)s, next_transition_at = %(past)s, announced = 'green', due_at = %(due)s,
                red_from = %(due)s
            WHERE id IN (SELECT id FROM work_workitem WHERE announced = 'green' ORDER BY id LIMIT %(count)s)
            """,
            {
                "past": now.replace(microsecond=0),
                "due": now.replace(microsecond=0).replace(year=now.year + 1),
                "count": count,
            },
        )
