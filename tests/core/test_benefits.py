"""不来即享: a benefit holds, does not, or waits for a fact; by class and by day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tests.core.probe import a_pack
from yinuo.core.benefits import benefits
from yinuo.core.dated import Span
from yinuo.core.facts import as_number, fact
from yinuo.core.grades import UNRATED, ScoreError
from yinuo.core.pack.types import Benefit, Pack

DAY = date(2026, 11, 2)


def a_benefit(**changes: Any) -> Benefit:
    made = Benefit(
        "benefit.x",
        "某事",
        "office",
        "",
        "always",
        (),
        "减免",
        "自动",
        "source",
        Span(date(2023, 2, 20)),
        ("doc#第一条",),
        "b:1",
    )
    return replace(made, **changes)


def pack_with(*found: Benefit) -> Pack:
    base = a_pack()
    return replace(base, benefits=found, predicates={**base.predicates, "in_zone": fact("site.zone_id").given()})


def holds(benefit: Benefit, facts: dict[str, Any] | None = None, grade: str = "A", day: date = DAY) -> bool | None:
    (answer,) = benefits(facts or {}, pack_with(benefit), day, grade)
    return answer.holds


def test_a_benefit_for_everybody_holds_for_every_grade() -> None:
    assert [holds(a_benefit(), grade=grade) for grade in ("A", "B-", "D", UNRATED)] == [True] * 4


def test_a_class_that_is_not_named_does_not_get_it_and_hears_why() -> None:
    benefit = a_benefit(classes=("A",))
    assert (holds(benefit, grade="A-"), holds(benefit, grade="B"), holds(benefit, grade=UNRATED)) == (
        True,
        False,
        False,
    )
    (answer,) = benefits({}, pack_with(benefit), DAY, "B")
    assert "限信用等次为 A 的企业" in answer.why


def test_an_unrated_company_gets_what_its_class_gets() -> None:
    assert holds(a_benefit(classes=("B",)), grade=UNRATED) is True


def test_a_missing_fact_leaves_it_open_and_is_named() -> None:
    benefit = a_benefit(when="in_zone")
    (answer,) = benefits({}, pack_with(benefit), DAY, "A")
    assert (answer.holds, answer.missing) == (None, ("site.zone_id",))
    assert "所在园区" in answer.why
    assert holds(benefit, {"site": {"zone_id": "一号"}}) is True


def test_the_class_is_asked_before_the_facts() -> None:
    assert holds(a_benefit(when="in_zone", classes=("A",)), grade="D") is False


def test_a_benefit_begins_and_ends_on_its_days() -> None:
    benefit = a_benefit(span=Span(date(2026, 11, 1), date(2026, 12, 1)))
    days = [date(2026, 10, 31), date(2026, 11, 1), date(2026, 11, 30), date(2026, 12, 1)]
    assert [len(benefits({}, pack_with(benefit), day, "A")) for day in days] == [0, 1, 1, 0]


def test_a_grade_nobody_knows_is_an_error_and_not_a_no() -> None:
    with pytest.raises(ScoreError):
        benefits({}, pack_with(a_benefit()), DAY, "E")


@pytest.mark.parametrize("text", ["1_0", "1_000.5", "_1", "1__0"])
def test_a_number_with_an_underscore_is_no_number(text: str) -> None:
    """Python reads 1_0 as 10; a clerk who types it has slipped."""
    with pytest.raises(ValueError, match="应为数字"):
        as_number(text)
    assert as_number("10") == 10
