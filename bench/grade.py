"""From score to grade, and a company's whole credit history folded anew; beside each the same walk without rules as the
floor.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from yinuo.core.credit import CreditFact, fold
from yinuo.core.grades import grade_of
from yinuo.deploy.cli.asking import DEFAULT_PACK, the_pack

DAY = date(2026, 11, 24)
FIRST = date(2023, 3, 1)
ROUNDS = 20_000
EVENTS = 2_000


def run() -> dict[str, Any]:
    pack = the_pack(DEFAULT_PACK)
    scores = [Decimal(n) / 100 for n in range(0, 10_001, 7)]
    bands = [(Decimal(low), Decimal(low + 11)) for low in range(0, 100, 11)]

    def graded() -> None:
        for n in range(ROUNDS):
            grade_of(scores[n % len(scores)], pack, DAY)

    def compared() -> None:
        for n in range(ROUNDS):
            next((band for band in bands if band[0] < scores[n % len(scores)] <= band[1]), None)

    events = [_event(n) for n in range(EVENTS)]

    def folded() -> None:
        fold(Decimal(80), events, pack)

    def summed() -> None:
        score = Decimal(80)
        for n in range(EVENTS):
            score = min(Decimal(100), max(Decimal(0), score + (2 if n % 2 else -2)))

    grades, floor = ROUNDS / _best(graded), ROUNDS / _best(compared)
    whole, sums = EVENTS / _best(folded), EVENTS / _best(summed)
    return {
        "per_second": round(grades),
        "floor_per_second": round(floor),
        "ratio": round(grades / floor, 3),
        "folded_events_per_second": round(whole),
        "folding_floor_per_second": round(sums),
        "folding_ratio": round(whole / sums, 4),
    }


def _event(n: int) -> CreditFact:
    """Cycles kept and promises broken by turns, two a day."""
    on = FIRST + timedelta(days=n // 2)
    if n % 2:
        return CreditFact(on, "commitment_broken", f"p{n}", {"field": "ecology"} if n % 3 else {})
    return CreditFact(on, "cycle_completed", f"p{n}", {"all_kept": True, "commitments": 3, "project_class": "private"})


def _best(act: Callable[[], None], rounds: int = 3) -> float:
    """Seconds of the quickest of some rounds: what else runs on the machine only ever adds."""
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        act()
        times.append(time.perf_counter() - began)
    return min(times)
