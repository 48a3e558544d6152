"""A stored decision must come back as it was, and no float may slip into it."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yinuo.core.decision import Decision, ParameterRead, ReasonStep, jsonable, plain

STEP = ReasonStep(
    "negative.matter.3",
    True,
    "列入负面清单",
    ("doc#附件1·二·3",),
    {"construction.pipelines_length_m": Decimal("99.50")},
)


def a_decision() -> Decision:
    return Decision(
        question="promisable",
        outcome={"points": Decimal("-2.0"), "on": date(2026, 1, 2), "share": Fraction(1, 5)},
        complete=False,
        missing=("unit.score",),
        as_of=date(2026, 1, 1),
        pack="probe",
        pack_hash="ab" * 32,
        trace=(STEP,),
        overridden=(ReasonStep("negative.matter.3.short", None, "例外"),),
        parameters=(ParameterRead("commitment.kinds", ["filing"], "text", ("doc#正文·一(三)",)),),
    )


def test_a_decision_survives_being_stored_as_json_text() -> None:
    stored = json.dumps(a_decision().to_json(), ensure_ascii=False)
    again = Decision.from_json(json.loads(stored))
    assert again.to_json() == a_decision().to_json()
    assert again.as_of == date(2026, 1, 1)
    assert again.trace[0].facts == {"construction.pipelines_length_m": "99.5"}


def test_decimals_become_strings_and_dates_iso() -> None:
    assert a_decision().to_json()["outcome"] == {"points": "-2", "on": "2026-01-02", "share": "1/5"}
    assert jsonable(datetime(2026, 1, 2, 8, 30, tzinfo=UTC)) == "2026-01-02T08:30:00+00:00"
    assert jsonable(frozenset({"b", "a"})) == ["a", "b"]


def test_a_float_in_an_outcome_is_an_error() -> None:
    with pytest.raises(TypeError):
        jsonable({"points": 0.1})


def test_a_float_among_the_facts_is_kept_as_the_decimal_written() -> None:
    assert ReasonStep("r", True, "t", (), {"land_area": 0.1}).to_json()["facts"] == {"land_area": "0.1"}


def test_a_stored_decision_without_a_field_is_refused() -> None:
    data = a_decision().to_json()
    del data["pack_hash"]
    with pytest.raises(KeyError):
        Decision.from_json(data)


def test_cites_name_each_article_once_in_order() -> None:
    twice = Decision(
        "q", True, True, (), date(2026, 1, 1), "p", "h", (STEP, ReasonStep("x", True, "t", ("b", *STEP.cites)))
    )
    assert twice.cites == ("doc#附件1·二·3", "b")


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**6), max_value=10**6))
def test_plain_decimals_mean_the_same_and_have_no_exponent_or_trailing_zero(number: Decimal) -> None:
    text = plain(number)
    assert Decimal(text) == number
    assert "E" not in text
    assert text != "-0"
    assert "." not in text or text[-1] not in "0."
