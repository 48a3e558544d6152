"""A quarter of hall events folded anew for every hall of a prefecture; as floor the same sums without rules."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from yinuo.config.cli.asking import DEFAULT_PACK, the_pack
from yinuo.core.hall import HallFact, fold

HALLS = [f"hall{n}" for n in range(8)]
EVENTS = 20_000
FIRST = date(2026, 7, 1)


def run() -> dict[str, Any]:
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


def _event(n: int) -> HallFact:
    """Reviews, lights and landings by turns, over one quarter."""
    hall, on = HALLS[n % len(HALLS)], FIRST + timedelta(days=n % 92)
    match n % 4:
        case 0 | 1:
            return HallFact(hall, on, "review", {"matter": f"m{n}", "level": n % 5 + 1})
        case 2:
            return HallFact(hall, on, "light", {"matter": f"m{n}", "light": "yellow" if n % 3 else "red"})
        case _:
            return HallFact(hall, on, "landed", {"project": f"p{n}", "kind": "filing", "days": n % 120, "approval_days": n % 100})


def _best(act: Callable[[], Any], rounds: int = 3) -> float:
    """Seconds of the quickest of some rounds: what else runs on the machine only ever adds."""
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        act()
        times.append(time.perf_counter() - began)
    return min(times)
