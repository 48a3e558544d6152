"""From a score to the bands above and below it: how many points lie between."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from yinuo.core.grades import scale_at
from yinuo.engine.rules import pack


@dataclass(frozen=True, slots=True)
class NextBand:
    """The grade above; bands hold their upper end, so one has to be beyond `above`."""

    grade: str
    above: Decimal
    short: Decimal

    @property
    def words(self) -> str:
        lacking = f"，还差 {self.short.normalize():f} 分以上" if self.short else "，只差一点"
        return f"超过 {self.above.normalize():f} 分升为 {self.grade}{lacking}"


def next_band(score: Decimal | None, day: date) -> NextBand | None:
    """None at the top, and for a company that has no score."""
    if score is None:
        return None
    # The lowest band alone holds its lower end.
    higher = [
        band for band in scale_at(pack(), day).bands if band.low >= score and not (band.lowest and band.low == score)
    ]
    if not higher:
        return None
    band = min(higher, key=lambda one: one.low)
    return NextBand(band.grade, band.low, band.low - score)


@dataclass(frozen=True, slots=True)
class LowerBand:
    """The grade below, reached at `at` already: a band does not hold its lower end."""

    grade: str
    at: Decimal
    room: Decimal

    @property
    def words(self) -> str:
        return f"再扣 {self.room.normalize():f} 分降为 {self.grade}"


def lower_band(score: Decimal | None, day: date) -> LowerBand | None:
    """None at the bottom, and for a company that has no score."""
    if score is None:
        return None
    lower = [band for band in scale_at(pack(), day).bands if band.high < score]
    if not lower:
        return None
    band = max(lower, key=lambda one: one.high)
    return LowerBand(band.grade, band.high, score - band.high)
