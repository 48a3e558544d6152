"""What a project and its company get without applying (不来即享), and, where it cannot be said yet, what would tell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from yinuo.core.dated import all_at
from yinuo.core.facts import Facts
from yinuo.core.findings import condition, labels
from yinuo.core.grades import class_of
from yinuo.core.pack.types import Benefit, Pack
from yinuo.core.wording import in_words


@dataclass(frozen=True, slots=True)
class BenefitAnswer:
    """One benefit's answer: `holds` None = not decidable, `missing` would decide it."""

    benefit: Benefit
    holds: bool | None
    why: str
    missing: tuple[str, ...] = ()


def benefits(facts: Facts, pack: Pack, day: date, grade: str) -> tuple[BenefitAnswer, ...]:
    """Every benefit in force on `day`, in the order written, for a company of `grade`.

    Raises: ScoreError for an unknown grade.
    """
    class_, _ = class_of(grade, pack, day)
    return tuple(_answer(benefit, facts, pack, day, class_) for benefit in all_at(pack.benefits, day))


def _answer(benefit: Benefit, facts: Facts, pack: Pack, day: date, class_: str) -> BenefitAnswer:
    if benefit.classes and class_ not in benefit.classes:
        return BenefitAnswer(
            benefit, False, f"限信用等次为 {'、'.join(benefit.classes)} 的企业，贵单位适用 {class_} 等次的措施"
        )
    asked = condition(benefit.when, pack, day)
    verdict = asked(facts)
    if verdict.value is None:
        missing = tuple(sorted(verdict.missing))
        return BenefitAnswer(benefit, None, f"是否符合，取决于：{labels(missing, pack.facts)}", missing)
    words = "" if benefit.when == "always" else in_words(asked, pack.facts)
    if verdict.value:
        return BenefitAnswer(benefit, True, f"符合条件：{words}" if words else "各类企业投资建设项目都可以享受")
    return BenefitAnswer(benefit, False, f"不符合条件：{words}")
