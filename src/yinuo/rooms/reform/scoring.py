"""The year's indicators (正文·五(二)): which figure, how much it weighs, where it earns nothing and where all; every
score opened to its parts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from yinuo.engine.rules import pack
from yinuo.rooms.reform.measures import Tally

SUBJECTS = ("department", "hall")
WAYS = ("share", "count", "mean")
PLACES = Decimal("0.01")
MEAN_SCORE = "score"


@dataclass(frozen=True, slots=True)
class Indicator:
    """`way`: share = of the good cases, count = how many cases, mean = of the hall's monthly scores.

    Between `nothing` and `full` the points grow evenly; either may be the greater.
    """

    key: str
    subject: str
    label: str
    way: str
    weight: Decimal
    nothing: Decimal
    full: Decimal


def indicators(day: date) -> list[Indicator]:
    """Of the pack, as of the day. Raises ValueError for a line it cannot read, and for weights that make no hundred."""
    found = [_read(line) for line in pack().parameter("reform.indicators", day).value]
    for subject in SUBJECTS:
        total = sum(one.weight for one in found if one.subject == subject)
        if total != 100:
            raise ValueError(f"reform.indicators：{subject} 各项权重合计应为 100，现为 {total}")
    return found


def _read(line: str) -> Indicator:
    """promised｜department｜承诺办理率｜share｜30｜0｜0.6."""
    parts = [part.strip() for part in line.split("｜")]
    if len(parts) != 7 or parts[1] not in SUBJECTS or parts[3] not in WAYS:
        raise ValueError(f"reform.indicators：写作 指标｜对象｜名称｜算法｜权重｜不得分的值｜得满分的值，现为 {line}")
    made = Indicator(parts[0], parts[1], parts[2], parts[3], *(Decimal(part) for part in parts[4:]))
    if made.nothing == made.full or made.weight <= 0:
        raise ValueError(f"reform.indicators：权重应大于 0，不得分与得满分的值不能相同，现为 {line}")
    return made


def rounded(value: Fraction | Decimal) -> Decimal:
    """Half up, to two places."""
    exact = Fraction(value)
    return (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(PLACES, ROUND_HALF_UP)


def reach(one: Indicator, value: Fraction) -> Fraction:
    """How much of the weight a value earns, 0 to 1."""
    return min(
        max((value - Fraction(one.nothing)) / (Fraction(one.full) - Fraction(one.nothing)), Fraction(0)), Fraction(1)
    )


def scored(
    subject: str, figures: Mapping[str, Tally], day: date, months: Mapping[str, Decimal] | None = None
) -> dict[str, Any]:
    """{score, parts}: what there is no case of is left out, and the others make up the hundred.

    `months`: a hall's monthly scores.
    """
    worked = any(tally.count for tally in figures.values())
    parts = [
        _part(one, figures.get(one.key, Tally()), months or {}, worked)
        for one in indicators(day)
        if one.subject == subject
    ]
    weighed = sum((Fraction(part["weight"]) for part in parts if part["earned"] is not None), Fraction(0))
    earned = sum((Fraction(part["earned"]) for part in parts if part["earned"] is not None), Fraction(0))
    return {"score": str(rounded(earned * 100 / weighed)) if weighed else None, "parts": parts}


def _part(one: Indicator, tally: Tally, months: Mapping[str, Decimal], worked: bool) -> dict[str, Any]:
    """What the value is made of; `earned` None = there was nothing to count.

    None of many is a count, none of nothing is not.
    """
    value: Fraction | None
    if one.way == "mean":
        value = Fraction(sum(months.values(), Decimal(0))) / len(months) if months else None
    else:
        value = tally.share if one.way == "share" else Fraction(tally.count) if worked else None
    earned = None if value is None else reach(one, value) * Fraction(one.weight)
    return {
        "key": one.key,
        "label": one.label,
        "way": one.way,
        "weight": str(one.weight),
        "nothing": str(one.nothing),
        "full": str(one.full),
        "count": len(months) if one.way == "mean" else tally.count,
        "good": tally.good,
        "value": None if value is None else str(value),
        "earned": None if earned is None else str(rounded(earned)),
        "months": {name: str(score) for name, score in months.items()} if one.way == "mean" else {},
    }
