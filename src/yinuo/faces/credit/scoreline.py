"""The score as a line, drawn on the server: a step at every event, on the bands of the grades.

**Units** every coordinate is a percentage of the drawing, so that it is as wide as its place while its words keep their
size.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_FLOOR, Decimal

from yinuo.core.calendar import TZ
from yinuo.core.grades import scale_at
from yinuo.engine.rules import pack
from yinuo.rooms.credit.queries import Point, Standing
from yinuo.ui.components.marks import grade_colour
from yinuo.ui.components.text import zh_date

LEFT, RIGHT, TOP, BOTTOM = Decimal(9), Decimal(97), Decimal(7), Decimal(86)
BACK = timedelta(days=3 * 365)
MARGIN, STEP = Decimal(3), Decimal(5)
LABELLED = 8


@dataclass(frozen=True, slots=True)
class Stripe:
    """A grade's band as far as it is in the picture."""

    grade: str
    colour: str
    y: str
    height: str
    middle: str


@dataclass(frozen=True, slots=True)
class Segment:
    x1: str
    y1: str
    x2: str
    y2: str


@dataclass(frozen=True, slots=True)
class Dot:
    x: str
    y: str
    above: str
    label: str
    words: str
    fell: bool


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """Everything the picture needs; `words` says the same to who cannot see it."""

    stripes: Sequence[Stripe]
    segments: Sequence[Segment]
    dots: Sequence[Dot]
    first: str
    last: str
    words: str


def score_line(points: Sequence[Point], today: date) -> ScoreLine | None:
    """None where there is no score yet. Only the last three years are drawn; the table below tells everything."""
    if not points:
        return None
    begin = max(_day(points[0].at), today - BACK)
    earlier = [point for point in points if _day(point.at) < begin]
    shown = [*earlier[-1:], *(point for point in points if _day(point.at) >= begin)]
    low = _floor(min(point.score for point in shown))
    days = max((today - begin).days, 1)

    def x(day: date) -> Decimal:
        return LEFT + (RIGHT - LEFT) * Decimal((max(day, begin) - begin).days) / Decimal(days)

    def y(score: Decimal) -> Decimal:
        return TOP + (BOTTOM - TOP) * (100 - score) / (100 - low)

    segments: list[Segment] = []
    dots: list[Dot] = []
    for place, point in enumerate(shown):
        here, level = x(_day(point.at)), y(point.score)
        after = x(_day(shown[place + 1].at)) if place + 1 < len(shown) else RIGHT
        segments.append(_segment(here, level, after, level))
        if place + 1 < len(shown):
            segments.append(_segment(after, level, after, y(shown[place + 1].score)))
        dots.append(_dot(point, here, level, labelled=len(shown) <= LABELLED))
    return ScoreLine(_stripes(low, y, today), segments, dots, zh_date(begin), zh_date(today), _words(shown))


def _day(moment: datetime) -> date:
    return moment.astimezone(TZ).date()


def _floor(least: Decimal) -> Decimal:
    """Where the picture ends below: a little under the least score, on a round figure."""
    return max(Decimal(0), ((least - MARGIN) / STEP).to_integral_value(ROUND_FLOOR) * STEP)


def _segment(x1: Decimal, y1: Decimal, x2: Decimal, y2: Decimal) -> Segment:
    return Segment(_percent(x1), _percent(y1), _percent(x2), _percent(y2))


def _dot(point: Point, x: Decimal, y: Decimal, *, labelled: bool) -> Dot:
    moved = signed(point.points) if point.name != "公共信用综合评价" else plain(point.score)
    words = f"{zh_date(_day(point.at))} {point.name}，{plain(point.score)} 分（{point.grade}）"
    return Dot(_percent(x), _percent(y), _percent(y - 4), moved if labelled else "", words, point.points < 0)


def _stripes(low: Decimal, y: Callable[[Decimal], Decimal], today: date) -> list[Stripe]:
    made = []
    for band in scale_at(pack(), today).bands:
        bottom, top = max(band.low, low), band.high
        if top <= low:
            continue
        upper, lower = y(top), y(bottom)
        middle = (upper + lower) / 2
        made.append(
            Stripe(band.grade, grade_colour(band.grade), _percent(upper), _percent(lower - upper), _percent(middle))
        )
    return made


def _words(points: Sequence[Point]) -> str:
    course = "；".join(
        f"{zh_date(_day(point.at))} {plain(point.score)} 分（{point.grade}）" for point in points[-LABELLED:]
    )
    return f"信用分的变化：{course}"


def _percent(value: Decimal) -> str:
    return f"{value:.2f}%"


def plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


def signed(value: Decimal) -> str:
    """+2, −2: with a real minus sign."""
    return f"+{plain(value)}" if value > 0 else f"−{plain(-value)}" if value < 0 else "0"


def score_words(now: Standing) -> str:
    return "" if now.score is None else f"{now.score.normalize():f}"
