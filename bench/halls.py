"""Scores of the halls: a quarter of a prefecture through core's fold and through the database, and a country's through
the database.

The floor is the same events summed without rules.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from bench.instance import fresh
from yinuo.core.hall import HallFact, fold
from yinuo.deploy.cli.asking import DEFAULT_PACK, the_pack

HALLS = [f"hall{n}" for n in range(8)]
EVENTS = 20_000
FIRST = date(2026, 7, 1)
DAYS = 92
COUNTRY_HALLS = 3_000
COUNTRY_EVENTS = int(os.environ.get("YINUO_BENCH_EVENTS", "10000000"))

# Reviews, lights and landings by turns, over one quarter; one in fifty tells of a matter its hall has told of before.
MADE = """
    SELECT n % {halls} AS hall, date '2026-07-01' + (n % 92)::int AS day,
        (ARRAY['review', 'review', 'light', 'landed'])[n % 4 + 1] AS type,
        'm' || (CASE WHEN n / (4 * {halls}) % 50 = 49 THEN n - 4 * {halls} ELSE n END) AS subject,
        CASE WHEN n % 4 = 2 THEN CASE WHEN n % 3 = 0 THEN 'red' ELSE 'yellow' END ELSE '' END AS mark,
        CASE WHEN n % 4 = 3 THEN 'filing' ELSE '' END AS kind, CASE WHEN n % 4 < 2 THEN (n % 5 + 1)::int END AS level,
        CASE WHEN n % 4 = 3 THEN (n % 120)::int END AS days, CASE WHEN n % 4 = 3 THEN (n % 100)::int END AS approval_days, n
    FROM generate_series(0::bigint, {events} - 1) AS n
"""
TABLE = f"""
    CREATE UNLOGGED TABLE bench_event AS SELECT hall AS hall_id, day, type, subject, mark, kind, level, days, approval_days,
        NULL::numeric AS points, n AS place FROM ({MADE.format(halls=COUNTRY_HALLS, events=COUNTRY_EVENTS)}) made
"""
FLOOR = "SELECT hall_id, extract(month FROM day), count(*) FROM bench_event GROUP BY 1, 2"


def run() -> dict[str, Any]:
    figures = _core()
    with fresh():
        figures |= _prefecture()
        figures |= _country()
    return figures


def _core() -> dict[str, Any]:
    pack = the_pack(DEFAULT_PACK)
    events = [_event(n) for n in range(EVENTS)]

    def summed() -> None:
        sums = dict.fromkeys(HALLS, Decimal(100))
        for event in events:
            sums[event.hall] += 1

    whole, floor = EVENTS / _best(lambda: fold(HALLS, events, pack)), EVENTS / _best(summed)
    return {
        "events": EVENTS,
        "halls": len(HALLS),
        "per_second": round(whole),
        "floor_per_second": round(floor),
        "ratio": round(whole / floor, 4),
    }


def _prefecture() -> dict[str, Any]:
    """The live ranking of eight halls from the rooms' own tables, all events of the quarter among them."""
    from django.db import connection
    from django.utils import timezone

    from yinuo.engine.bootstrap import sync_pack
    from yinuo.engine.people.models import Hall, Person
    from yinuo.rooms.halls import queries

    region = sync_pack(FIRST).region
    while Hall.objects.count() < len(HALLS):
        Hall.objects.create(region=region, name=f"大厅{Hall.objects.count()}")
    halls = list(Hall.objects.order_by("id").values_list("pk", flat=True))
    person = Person.objects.create(username="bench", name="报送人")
    # With parameters beside it a percent sign is written twice.
    made = MADE.format(halls=len(HALLS), events=EVENTS).replace("%", "%%")
    with connection.cursor() as cursor:
        cursor.execute(
            'INSERT INTO halls_reportedevent (hall_id, reference, "on", type, subject, mark, kind, level, days, '
            "approval_days, what,"
            " handler, evidence, by_id, at) SELECT (%s::bigint[])[hall + 1], n::text, day, type, subject, mark, "
            "kind, level, days,"
            f" approval_days, '事项', '', '月报', %s, now() FROM ({made}) made",
            [halls, person.pk],
        )
        cursor.execute("ANALYZE halls_reportedevent")
    (area,) = queries.areas()
    last = FIRST + timedelta(days=DAYS - 1)
    return {"prefecture_ranking_ms": round(_best(lambda: queries.ranking(area, last, timezone.now())) * 1000, 1)}


def _country() -> dict[str, Any]:
    """The application makes no tables: the owner does."""
    from django.db import connection, connections

    from yinuo.engine.rules import pack
    from yinuo.rooms.halls import folding

    def floor() -> None:
        with connection.cursor() as cursor:
            cursor.execute(FLOOR)
            cursor.fetchall()

    with connections["owner"].cursor() as cursor:
        cursor.execute(TABLE)
        cursor.execute("ANALYZE bench_event")
    connections["owner"].close()
    rounds = 1 if COUNTRY_EVENTS > 1_000_000 else 3
    whole = _best(lambda: folding.sums_of("SELECT * FROM bench_event", {}, pack()), rounds)
    least = _best(floor, rounds)
    return {
        "country_events": COUNTRY_EVENTS,
        "country_halls": COUNTRY_HALLS,
        "country_seconds": round(whole, 1),
        "country_per_second": round(COUNTRY_EVENTS / whole),
        "country_floor_seconds": round(least, 1),
        "country_ratio": round(least / whole, 4),
    }


def _event(n: int) -> HallFact:
    """Reviews, lights and landings by turns, over one quarter."""
    hall, on = HALLS[n % len(HALLS)], FIRST + timedelta(days=n % DAYS)
    match n % 4:
        case 0 | 1:
            return HallFact(hall, on, "review", {"matter": f"m{n}", "level": n % 5 + 1})
        case 2:
            return HallFact(hall, on, "light", {"matter": f"m{n}", "light": "yellow" if n % 3 else "red"})
        case _:
            return HallFact(
                hall, on, "landed", {"project": f"p{n}", "kind": "filing", "days": n % 120, "approval_days": n % 100}
            )


def _best(act: Callable[[], Any], rounds: int = 3) -> float:
    """Seconds of the quickest of some rounds: what else runs on the machine only ever adds."""
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        act()
        times.append(time.perf_counter() - began)
    return min(times)
