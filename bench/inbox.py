"""A page of 100 among 1 000 000 open items: the approver's, the department's and the convener's; the floor is the bare
keyset query.
"""

from __future__ import annotations

import statistics
import time
from typing import Any

from bench.instance import companies, fresh
from bench.populate import analyse, work_items

ITEMS = 1_000_000
PAGES = 60
SIZE = 100


def run() -> dict[str, Any]:
    with fresh():
        from django.utils import timezone

        from yinuo.engine.base import Actor
        from yinuo.engine.people.models import Department, Person
        from yinuo.engine.work import queries

        companies(40)
        now = timezone.now()
        work_items(ITEMS, now)
        analyse()
        department = Department.objects.order_by("id").first()
        person = Person.objects.order_by("id").first()
        assert department is not None
        assert person is not None
        approver = Actor(person.pk, "approver", department_id=department.pk, hall_id=department.hall_id)
        convener = Actor(person.pk, "general_convener", department_id=department.pk, hall_id=department.hall_id)
        figures: dict[str, Any] = {"items": ITEMS, "page": SIZE}
        for name, actor, box in (
            ("mine", approver, "mine"),
            ("department", approver, "department"),
            ("hall", convener, "department"),
        ):
            figures[name] = _walk(lambda after, actor=actor, box=box: queries.page(actor, box, now, after, SIZE))
        figures["counts_ms"] = _times(lambda: queries.counts(approver, now), 20)
        figures["floor_ms"] = _times(lambda: _floor(department.pk), 40)
        return figures


def _walk(page: Any) -> dict[str, float]:
    """Pages one after another, as somebody scrolling would."""
    times, after = [], ""
    for _ in range(PAGES):
        began = time.perf_counter()
        found = page(after)
        times.append((time.perf_counter() - began) * 1000)
        after = found.after
        if not after:
            break
    return {
        "p50_ms": round(statistics.median(times), 1),
        "p95_ms": round(sorted(times)[int(len(times) * 0.95) - 1], 1),
        "pages": len(times),
    }


def _times(act: Any, rounds: int) -> float:
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        act()
        times.append((time.perf_counter() - began) * 1000)
    return round(statistics.median(times), 2)


def _floor(department_id: int) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            (
                "SELECT * FROM work_workitem WHERE department_id = %s AND state IN ('running', 'paused') ORDER BY "
                "due_at, id LIMIT 101"
            ),
            [department_id],
        )
        cursor.fetchall()
