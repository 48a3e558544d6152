"""附件3: a region's assessment in place of a project's own;
every misfit says why, and what is not known is asked for.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from yinuo.core.dated import Span
from yinuo.core.pack.load import load
from yinuo.core.regional import ConditionError, Conditions, Result, assessable, fit, still_fits

PACK = load(Path(__file__).parents[2] / "src/yinuo/packs/jishishan")
DAY = date(2026, 11, 9)
CONDITIONS = Conditions.from_json(
    {
        "industries": ["13", "262"],
        "most": {"land_area": 50000},
        "one_of": {"eia": ["table", "register"]},
        "excluded": [{"predicate": "takes_water", "why": "直接取用水资源的项目", "law": "《水法》第四十八条"}],
    },
    PACK.facts,
)
RESULT = Result(
    7,
    "soil_conservation_plan",
    "chuimatan",
    "吹麻滩工业园区",
    "积水保〔2026〕9号",
    Span(date(2026, 1, 1), date(2029, 1, 1)),
    CONDITIONS,
)
FACTS: dict[str, Any] = {
    "industry": "2625", "land_area": "26000", "eia": "table", "water_intake": "0", "site": {"zone_id": "chuimatan"},
}  # fmt: skip


def answer(
    result: Result = RESULT, grade: str = "A", day: date = DAY, **changes: Any
) -> tuple[bool | None, list[str], tuple[str, ...]]:
    decision = fit(result, {**FACTS, **changes}, PACK, day, grade)
    return decision.outcome["fits"], [step.rule for step in decision.trace], decision.missing


def test_a_project_of_the_zone_that_meets_every_condition_shares_the_result_with_every_reason_named() -> None:
    decision = fit(RESULT, FACTS, PACK, DAY, "A")
    assert decision.outcome == {"fits": True, "result": 7, "number": "积水保〔2026〕9号"}
    assert {step.rule for step in decision.trace} == {
        "regional.place", "regional.validity", "regional.industry", "regional.most.land_area", "regional.one_of.eia",
        "regional.excluded.takes_water", "measure.20.regional",
    }  # fmt: skip
    assert all(step.cites for step in decision.trace)


@pytest.mark.parametrize(
    ("changes", "rule", "words"),
    [
        ({"site": {"zone_id": "liuji"}}, "regional.place", "项目不在吹麻滩工业园区内"),
        ({"industry": "C3021"}, "regional.industry", "不符合“国标行业代码以 13、262 开头”"),
        ({"land_area": "50000.01"}, "regional.most.land_area", "不符合“用地面积不超过 50000 平方米”"),
        ({"eia": "report"}, "regional.one_of.eia", "不符合“环境影响评价类别为报告表或者登记表”"),
        ({"water_intake": "3"}, "regional.excluded.takes_water", "《水法》第四十八条要求单独评估评审"),
    ],
)
def test_one_fact_that_does_not_fit_is_enough_and_is_told(changes: dict[str, Any], rule: str, words: str) -> None:
    decision = fit(RESULT, {**FACTS, **changes}, PACK, DAY, "A")
    assert decision.outcome["fits"] is False
    (step,) = decision.trace
    assert (step.rule, words in step.text) == (rule, True), step.text


def test_the_bound_itself_still_fits() -> None:
    assert answer(land_area="50000")[0] is True


@pytest.mark.parametrize(("path", "without"), [("land_area", {"land_area": None}), ("site.zone_id", {"site": {}})])
def test_an_unknown_fact_is_asked_for_and_not_assumed(path: str, without: dict[str, Any]) -> None:
    fits, _, missing = answer(**without)
    assert (fits, missing) == (None, (path,))


def test_the_result_holds_from_its_first_day_until_before_its_last() -> None:
    days = [date(2025, 12, 31), date(2026, 1, 1), date(2028, 12, 31), date(2029, 1, 1)]
    assert [answer(day=day)[0] for day in days] == [False, True, True, False]


def test_a_withdrawn_result_is_shared_no_longer_and_its_reason_is_told() -> None:
    decision = fit(replace(RESULT, ended="已撤回：基础数据失实"), FACTS, PACK, DAY, "A")
    assert decision.outcome["fits"] is False
    assert "基础数据失实" in decision.trace[0].text


def test_what_was_shared_is_asked_about_place_and_conditions_only() -> None:
    ended = replace(RESULT, ended="已撤回：基础数据失实", span=Span(date(2020, 1, 1), date(2021, 1, 1)))
    assert still_fits(ended, FACTS, PACK, DAY).outcome["fits"] is True
    assert still_fits(ended, {**FACTS, "industry": "3021"}, PACK, DAY).outcome["fits"] is False


@pytest.mark.parametrize(
    ("grade", "fits"), [("A", True), ("B", True), ("unrated", True), ("C", True), ("D", False), ("D-", False)]
)
def test_the_grade_decides_by_the_measures_of_its_class(grade: str, fits: bool) -> None:
    assert answer(grade=grade)[0] is fits


def test_a_project_reviewed_above_the_county_shares_no_energy_review() -> None:
    energy = replace(RESULT, matter="energy_review", conditions=Conditions())
    at_county = fit(energy, {**FACTS, "kind": "approval", "energy_review_level": "county"}, PACK, DAY, "A")
    above = fit(energy, {**FACTS, "kind": "approval", "energy_review_level": "province"}, PACK, DAY, "A")
    assert (at_county.outcome["fits"], above.outcome["fits"]) == (True, False)
    assert "jzb-2023-16#附件1·三·4" in above.cites


@pytest.mark.parametrize(
    ("matter", "row"),
    [
        ("mineral_overlay", "附件1·三·1"),
        ("cultural_relics_permit", "附件1·三·2"),
        ("nature_reserve_facilities", "附件1·三·3"),
    ],
)
def test_what_part_three_lists_is_assessed_for_no_region(matter: str, row: str) -> None:
    decision = assessable(matter, PACK, DAY)
    assert decision.outcome == {"assessable": False}
    assert decision.cites == (f"jzb-2023-16#{row}",)


def test_the_fourth_row_binds_some_projects_only_so_the_matter_may_be_assessed() -> None:
    assert assessable("energy_review", PACK, DAY).outcome == {"assessable": True}


def test_a_matter_the_catalogue_does_not_take_in_is_not_assessed() -> None:
    decision = assessable("construction_permit", PACK, DAY)
    assert decision.outcome == {"assessable": False}
    assert "没有把这个事项纳入" in decision.trace[0].text


@pytest.mark.parametrize(
    "wrong",
    [
        {"colour": "red"},
        {"industries": ["26A"]},
        {"industries": "26"},
        {"most": {"land_area": -1}},
        {"most": {"land_area": True}},
        {"most": {"eia": 3}},
        {"most": {"nowhere": 3}},
        {"one_of": {"eia": ["perhaps"]}},
        {"one_of": {"eia": []}},
        {"one_of": {"land_area": ["1"]}},
        {"excluded": [{"predicate": "takes_water"}]},
        {"excluded": ["takes_water"]},
    ],
)
def test_conditions_no_project_could_be_held_to_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ConditionError):
        Conditions.from_json(wrong, PACK.facts)


def test_conditions_survive_being_written_down_and_read_out() -> None:
    assert Conditions.from_json(CONDITIONS.to_json(), PACK.facts) == CONDITIONS
    assert CONDITIONS.in_words(PACK.facts) == (
        "国标行业代码以 13、262 开头",
        "用地面积不超过 50000 平方米",
        "环境影响评价类别为报告表或者登记表",
        "不适用于：直接取用水资源的项目（《水法》第四十八条，须单独评估评审）",
    )
