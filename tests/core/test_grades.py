"""附件2·第十五条: every bound belongs to the lower grade, 0 to the lowest, and nothing lies outside."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.probe import BANDS, DAY, EVER, LOOKS, a_pack
from yinuo.core.dated import Conflict, Gap
from yinuo.core.grades import ScoreError, allows, class_of, grade_of, measures_of, named_grade
from yinuo.core.pack.types import Measure, Pack

PACK = a_pack()
HAIR = Decimal("0.0001")


@pytest.mark.parametrize(("grade", "class_", "low", "high"), BANDS)
def test_a_band_holds_its_high_end_and_not_its_low_one(
    pack: Pack, grade: str, class_: str, low: int, high: int
) -> None:
    top = grade_of(Decimal(high), pack, DAY)
    assert (top.grade, top.class_, (top.colour, top.class_name)) == (grade, class_, LOOKS[class_])
    assert grade_of(low + HAIR, pack, DAY).grade == grade
    assert (grade_of(Decimal(low), pack, DAY).grade == grade) is (low == 0)
    if high < 100:
        assert grade_of(high + HAIR, pack, DAY).grade != grade


def test_zero_is_the_lowest_grade(pack: Pack) -> None:
    assert grade_of(Decimal(0), pack, DAY).grade == "D-"


@pytest.mark.parametrize("score", ["-0.0001", "100.0001", "-1", "1000"])
def test_a_score_outside_the_range_is_an_error(pack: Pack, score: str) -> None:
    with pytest.raises(ScoreError):
        grade_of(Decimal(score), pack, DAY)


def naive(score: Decimal) -> str:
    for bound, grade in [(90, "A"), (80, "A-"), (75, "B"), (70, "B-"), (65, "C+"), (60, "C"), (55, "C-"), (40, "D")]:
        if score > bound:
            return grade
    return "D-"


@given(st.decimals(min_value=0, max_value=100, places=3))
def test_every_score_has_the_grade_a_chain_of_comparisons_gives(score: Decimal) -> None:
    assert grade_of(score, PACK, DAY).grade == naive(score)


def test_the_answer_in_json_has_the_keys_of_the_command(pack: Pack) -> None:
    assert grade_of(Decimal("80.5"), pack, DAY).to_json() == {
        "grade": "A-", "class": "A", "colour": "green", "class_name": "优", "cites": ["doc#第十五条"],
    }  # fmt: skip


def test_a_hole_between_bands_is_an_error_and_so_is_an_overlap(pack: Pack) -> None:
    scale = pack.scales[0]
    with pytest.raises(Gap, match="85"):
        grade_of(Decimal(85), replace(pack, scales=(replace(scale, bands=(scale.bands[0], *scale.bands[2:])),)), DAY)
    with pytest.raises(Conflict, match="85"):
        grade_of(Decimal(85), replace(pack, scales=(replace(scale, bands=(*scale.bands, scale.bands[1])),)), DAY)


def test_a_day_before_the_scale_is_an_error(pack: Pack) -> None:
    with pytest.raises(Gap):
        grade_of(Decimal(85), pack, date(2023, 2, 19))


def test_an_unrated_company_has_the_measures_of_the_class_the_pack_says(pack: Pack) -> None:
    assert named_grade("unrated", pack, DAY) is None
    assert class_of("unrated", pack, DAY) == ("B", ("doc#第一条",))
    assert [m.id for m in measures_of("unrated", pack, DAY)] == ["commitment.B"]


def test_measures_are_those_of_the_grades_class_only(pack: Pack) -> None:
    assert [m.id for m in measures_of("D-", pack, DAY)] == ["commitment.D", "agency.D"]
    agency = allows("agency", "D", pack, DAY)
    assert agency is not None
    assert agency.value == "refused"
    assert allows("agency", "A", pack, DAY) is None


def test_two_differing_measures_for_one_effect_are_a_conflict(pack: Pack) -> None:
    other = Measure("agency.other", "D", "agency", "allowed", "t", EVER, (), "e:9")
    with pytest.raises(Conflict, match=r"agency\.D、agency\.other"):
        allows("agency", "D", replace(pack, measures=(*pack.measures, other)), DAY)


def test_an_unknown_grade_is_named_in_the_error(pack: Pack) -> None:
    with pytest.raises(ScoreError, match=r"A\+"):
        measures_of("A+", pack, DAY)
