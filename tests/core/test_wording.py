"""Conditions are told in sentences: no formula signs, no codes, no brackets in brackets."""

from __future__ import annotations

import pytest

from tests.core.probe import county_facts
from yinuo.core.facts import ALWAYS, Predicate, all_of, any_of, fact, not_
from yinuo.core.wording import in_words

BUILDING = any_of(fact("construction.building").is_true(), fact("floor_area").gt(0))
WORKS = any_of(BUILDING, fact("construction.municipal").is_true())
FOREST = fact("site.forest_land").is_true()


@pytest.mark.parametrize(
    ("predicate", "words"),
    [
        (WORKS, "属于房屋建筑工程，或者有建筑面积，或者属于市政基础设施工程"),
        (all_of(WORKS, FOREST), "属于房屋建筑工程、有建筑面积或者属于市政基础设施工程，并且占用林地"),
        (
            any_of(FOREST, all_of(WORKS, fact("land_area").ge(5000))),
            "占用林地；或者属于房屋建筑工程、有建筑面积或者属于市政基础设施工程，并且用地面积达到 5000 平方米",
        ),
        (
            all_of(fact("construction.highway").is_true(), fact("construction.national_key_highway").is_false()),
            "属于公路建设工程，并且不属于国家重点公路工程",
        ),
        (not_(FOREST), "没有“占用林地”的情形"),
        (not_(not_(FOREST)), "不属于“没有“占用林地”的情形”的情形"),
        (
            fact("site.heritage").one_of("protected", "possible"),
            "在文物保护单位保护范围或者建设控制地带内，或者在可能埋藏文物的区域",
        ),
        (not_(fact("eia").equals("report")), "环境影响评价类别不是报告书"),
        (fact("industry").starts_with("061", "062", "069"), "国标行业代码以 061、062、069 开头"),
        (not_(fact("industry").starts_with("13", "14", "15", "16")), "国标行业代码不以 13 至 16 开头"),
        (fact("hazardous_chemicals").present(), "生产、储存危险化学品"),
        (not_(fact("floor_area").gt(300)), "建筑面积不超过 300 平方米"),
        (fact("site.zone_id").given(), "填写了所在园区"),
        (ALWAYS, "任何情形"),
    ],
)
def test_a_condition_is_a_clause_a_clerk_would_say(predicate: Predicate, words: str) -> None:
    assert in_words(predicate, county_facts()) == words
