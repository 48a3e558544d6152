"""What a tick costs: 100 due items among 10 000 and among 1 000 000 open ones.

The floor is the same 100 updates by plain SQL.
"""

from __future__ import annotations

import time
from typing import Any

from bench.instance import companies, fresh
from bench.populate import analyse, make_due, work_items

DUE = 100
ROUNDS = 5


def run() -> dict[str, Any]:
    with fresh():
        from django.utils import timezone

        companies(8)
        from yinuo.engine.work.actions import tick

        now = timezone.now()
        figures: dict[str, Any] = {}
        have = 0
        for size in (10_000, 1_000_000):
            work_items(size - have, now, first=have + 1)
            have = size
            analyse()
            figures[f"idle_ms_{size}"] = _best(lambda: tick(now))
            times = []
            for _ in range(ROUNDS):
                make_due(DUE, now)
                began = time.perf_counter()
                turned = tick(now)
                times.append((time.perf_counter() - began) * 1000)
                if turned != DUE:
                    raise AssertionError(f"{turned} of {DUE} turned")
            figures[f"due_{DUE}_ms_{size}"] = round(min(times), 1)
        figures["ratio_million_to_ten_thousand"] = round(
            figures[f"due_{DUE}_ms_1000000"] / figures[f"due_{DUE}_ms_10000"], 2
        )
        figures["floor_ms"] = _floor(now)
        return figures


def _best(act: Any) -> float:
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        act()
        times.append((time.perf_counter() - began) * 1000)
    return round(min(times), 2)


def _floor(now: Any) -> float:
    """100 transactions of one UPDATE by key, with the reminder and trail rows a turned light leaves."""
    from django.db import connection, transaction

    ids = _ids()

    def act() -> None:
        for item_id in ids:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("UPDATE work_workitem SET announced = 'yellow' WHERE id = %s", [item_id])
                cursor.execute(
                    "INSERT INTO trail_entry (at, verb, role, entrance, via, subject_kind, subject_id, "
                    "project_code, why, data)"
                    " VALUES (%s, 'floor', 'system', 'system', '', 'work.workitem', %s, '', '', '{}')",
                    [now, str(item_id)],
                )

    return _best(act)


def _ids() -> list[int]:
    from yinuo.engine.work.models import WorkItem

    return list(WorkItem.objects.order_by("-id").values_list("id", flat=True)[:DUE])
