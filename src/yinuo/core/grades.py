"""From score to grade, class and what the class gets:
half-open bands (low, high], only the lowest holds its low end.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from yinuo.core.dated import Conflict, Gap, all_at, the_one_at
from yinuo.core.decision import plain
from yinuo.core.pack.types import Band, GradeScale, Measure, Pack

UNRATED = "unrated"
# The colours a pack may give to a class, as a certificate's ground is called.
COLOUR_WORDS = {"green": "绿色", "blue": "蓝色", "yellow": "黄色", "red": "红色"}


class ScoreError(ValueError):
    """The score lies outside the range the rules know, or the grade is none of theirs."""


@dataclass(frozen=True, slots=True)
class GradeAnswer:
    """A grade with its class (等次), the certificate's colour and the articles behind it."""

    grade: str
    class_: str
    colour: str
    class_name: str
    cites: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "grade": self.grade,
            "class": self.class_,
            "colour": self.colour,
            "class_name": self.class_name,
            "cites": list(self.cites),
        }


def scale_at(pack: Pack, day: date) -> GradeScale:
    return the_one_at(pack.scales, day, "信用等级表")


def _holds(band: Band, score: Decimal) -> bool:
    return band.low < score <= band.high or (band.lowest and score == band.low)


def _answer(scale: GradeScale, band: Band) -> GradeAnswer:
    look = scale.classes[band.class_]
    return GradeAnswer(band.grade, band.class_, look["colour"], look["name"], scale.cites)


def grade_of(score: Decimal, pack: Pack, day: date) -> GradeAnswer:
    """The grade of `score` on `day`.

    Raises: ScoreError outside `credit.score_min`…`credit.score_max`; Gap or Conflict when the bands leave a hole or
    overlap.
    """
    low, high = pack.decimal("credit.score_min", day), pack.decimal("credit.score_max", day)
    if not low <= score <= high:
        raise ScoreError(f"信用分值应在 {plain(low)} 至 {plain(high)} 之间：{plain(score)}")
    scale = scale_at(pack, day)
    hits = [band for band in scale.bands if _holds(band, score)]
    if not hits:
        raise Gap(f"{scale.where}：分值 {plain(score)} 没有等级")
    if len(hits) > 1:
        raise Conflict(f"{scale.where}：分值 {plain(score)} 有 {len(hits)} 个等级")
    return _answer(scale, hits[0])


def named_grade(grade: str, pack: Pack, day: date) -> GradeAnswer | None:
    """The grade called `grade`; None for 未评级, which has no band.

    Raises ScoreError for a name the scale does not know.
    """
    if grade == UNRATED:
        return None
    scale = scale_at(pack, day)
    for band in scale.bands:
        if band.grade == grade:
            return _answer(scale, band)
    known = "、".join(band.grade for band in scale.bands)
    raise ScoreError(f"没有信用等级 {grade}，应为 {known} 或 {UNRATED}（未评级）")


def class_of(grade: str, pack: Pack, day: date) -> tuple[str, tuple[str, ...]]:
    """The class whose measures hold for the grade, and why: an unrated company has those of `credit.unrated_class`."""
    answer = named_grade(grade, pack, day)
    if answer is not None:
        return answer.class_, answer.cites
    rule = pack.parameter("credit.unrated_class", day)
    return str(rule.value), rule.cites


def measures_of(grade: str, pack: Pack, day: date) -> list[Measure]:
    """Everything the grade's class gets, is limited in or is refused on `day`, in the order written."""
    class_, _ = class_of(grade, pack, day)
    return [measure for measure in all_at(pack.measures, day) if measure.class_ == class_]


def allows(effect: str, grade: str, pack: Pack, day: date) -> Measure | None:
    """What the grade's class is told about `effect`; None where the rules say nothing of it.

    Raises Conflict for differing answers.
    """
    hits = [measure for measure in measures_of(grade, pack, day) if measure.effect == effect]
    if len({hit.value for hit in hits}) > 1:
        raise Conflict(f"等级 {grade} 的措施 {effect} 规定不一：{'、'.join(hit.id for hit in hits)}")
    return hits[0] if hits else None
