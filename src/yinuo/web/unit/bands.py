"""From a score to the band above it: how many points a company is short of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from yinuo.apps.rules import pack
from yinuo.core.grades import scale_at


@dataclass(frozen=True, slots=True)
class NextBand:
    """The grade above; bands hold their upper end, so one has to be beyond `above`."""

    grade: str
    above: Decimal
    short: Decimal

    @property
    def words(self) -> str:
        return f"高于 {self.above.normalize():f} 分为 {self.grade}，还差 {self.short.normalize():f} 分以上"


def next_band(score: Decimal | None, day: date) -> NextBand | None:
    """None at the top, and for a company that has no score."""
    if score is None:
        return None
    higher = [band for band in scale_at(pack(), day).bands if band.low >= score]
    if not higher:
        return None
    band = min(higher, key=lambda one: one.low)
    return NextBand(band.grade, band.low, band.low - score)
