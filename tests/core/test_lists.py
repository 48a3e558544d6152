"""The gate: what the lists of a pack say, what is left to a reviewer, and which answers cannot stand together."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from yinuo import packs
from yinuo.core.industries import code_fault, name_of
from yinuo.core.lists import asked_by_lists, check_findings, list_findings
from yinuo.core.pack import list_records
from yinuo.core.pack.load import load, parse
from yinuo.core.pack.table import Book, Table
from yinuo.core.pack.types import Pack
from yinuo.core.schema import validate
from yinuo.core.screen import promisable, screen

DAY = date(2026, 3, 2)
PACK = load(Path(packs.__file__).parent / "jishishan")
GOOD: dict[str, Any] = {
    "name": "花椒加工", "kind": "filing", "project_class": "private", "region": "622927", "industry": "1371",
    "total_investment": "3200", "unit": {"type": "enterprise", "credit_code": "91622927MA7E1Q2R2J", "grade": "B"},
    "site": {"address": "大河家镇", "heritage": "none"},
    "declarations": {
        "secret": False, "national_security_or_major_layout": False, "catalogue_class": "allowed",
        "foreign_restricted": False, "verification_catalogue": False, "two_high_or_overcapacity": False,
        "public_body_building": False,
    },
}  # fmt: skip
REGISTER = {"state_owned": False, "foreign_invested": False}


def project(**changes: Any) -> dict[str, Any]:
    """The good project, its unit's register known, with changes; groups are merged."""
    made = {**GOOD, "unit": {**GOOD["unit"], **REGISTER}}
    for key, value in changes.items():
        made[key] = {**made.get(key, {}), **value} if isinstance(value, dict) else value
    return made


LISTS = """
[[list]]
id = "whole"
name = "甲目录"
row = "negative.project.2"
from = 2024-01-01
to = 2030-01-01
cite = ["jzb-2023-16#附件1·一·2"]
provenance = "tested"
complete = true
declared = "declarations.catalogue_class"
says = ["restricted", "eliminated"]

[[list.entry]]
id = "lime"
name = "石灰"
industries = ["3012"]
provenance = "tested"

[[list.entry]]
id = "blocks"
name = "年产不满3万立方米的砌块"
industries = ["302"]
asks = "砌块年产能"
unit = "万立方米/年"
below = 3
provenance = "tested"

[[list.entry]]
id = "kiln"
name = "轮窑"
industries = ["3031"]
asks = "是否用轮窑"
words = ["轮窑"]
decided_by = "province"
provenance = "tested"

[[list]]
id = "part"
name = "乙目录"
row = "negative.project.4"
from = 2020-01-01
cite = ["jzb-2023-16#附件1·一·4"]
provenance = "unverified"
complete = false
partial = ["2625"]
unread = "《省里的乙目录》"

[[list.entry]]
id = "plant"
name = "电站"
industries = ["4411"]
decided_by = "state"
words = ["火力发电"]
provenance = "unverified"

[[list]]
id = "foreign"
name = "外资清单"
row = "negative.project.3"
when = "foreign_invested_unit"
from = 2020-01-01
cite = ["jzb-2023-16#附件1·一·3"]
provenance = "tested"
complete = true

[[list.entry]]
id = "herbs"
name = "中药饮片"
industries = ["2730"]
provenance = "tested"
"""


def read(text: str, pack: Pack = PACK) -> tuple[Pack, list[str]]:
    """The pack with these lists in place of its own, and the faults of reading them."""
    data, lines = parse(text)
    book, reader = Book(), list_records.ListReader()
    lists = []
    for row in Table(book, "lists/x.toml", lines, (), data).tables("list"):
        lists.append(reader.legal_list(row))
        row.finish()
    own = {path: spec for path, spec in pack.facts.items() if not path.startswith("entries.")}
    facts = list_records.with_lists(type(pack.facts)(own, pack.facts.groups), reader.specs)
    return replace(pack, lists=tuple(lists), facts=facts), [fault.message for fault in book.faults]


HAS, FAULTS = read(LISTS)


def found(**changes: Any) -> dict[str, bool | None]:
    return {finding.rule: finding.ok for finding in list_findings(project(**changes), HAS, DAY)}


def test_the_lists_of_these_tests_are_well_written() -> None:
    assert FAULTS == []


# -- industry, question, number


def test_an_entry_without_a_question_applies_by_the_industry_alone() -> None:
    assert found(industry="3012")["list.whole.lime"] is False
    assert found(industry="C3012")["list.whole.lime"] is False, "with its section letter"
    assert found(industry="3011")["list.whole"] is True


@pytest.mark.parametrize(("capacity", "rule", "ok"), [("2.99", "list.whole.blocks", False), ("3", "list.whole", True)])
def test_a_number_decides_below_its_bound_and_not_at_it(capacity: str, rule: str, ok: bool) -> None:
    assert found(industry="3022", entries={"whole_blocks": capacity})[rule] is ok


def test_what_is_not_answered_is_asked_and_never_taken_for_no() -> None:
    answer = screen(project(industry="3022"), HAS, DAY)
    assert (answer.instant, answer.missing) == (None, ("entries.whole_blocks",))
    answer = screen(project(industry="3031", entries={"whole_kiln": True}), HAS, DAY)
    (stop,) = answer.stops
    assert (answer.instant, stop.rule, answer.decided_by) == (False, "list.whole.kiln", "province")
    assert "附件1·一·2" in stop.cites[0] and "轮窑" in stop.why
    assert screen(project(industry="3031", entries={"whole_kiln": False}), HAS, DAY).instant is True


def test_a_question_is_asked_only_where_the_industry_has_the_entry() -> None:
    assert asked_by_lists(project(industry="3022"), HAS, DAY) == {"industry", "entries.whole_blocks"}
    assert asked_by_lists(project(industry="1371"), HAS, DAY) == {"industry"}


@pytest.mark.parametrize("code", ["30", "301"])
def test_a_shorter_code_is_asked_for_where_its_next_digits_decide(code: str) -> None:
    answer = screen(project(industry=code), HAS, DAY)
    assert answer.instant is None and "industry" in answer.missing


def test_a_list_binds_from_its_first_day_to_its_last() -> None:
    facts = project(industry="3012")
    assert [f.rule for f in list_findings(facts, HAS, date(2023, 12, 31)) if f.ok is False] == []
    assert [f.rule for f in list_findings(facts, HAS, date(2024, 1, 1)) if f.ok is False] == ["list.whole.lime"]
    assert [f.rule for f in list_findings(facts, HAS, date(2030, 1, 1)) if f.ok is False] == []


# -- whom it concerns


def test_the_foreign_list_reads_the_register_of_the_unit() -> None:
    assert screen(project(industry="2730"), HAS, DAY).instant is True
    assert screen(project(industry="2730", unit={"foreign_invested": True}), HAS, DAY).instant is False


def test_whether_the_list_concerns_the_unit_is_asked_only_where_it_matters() -> None:
    herbs, grain = ({**project(industry=code), "unit": GOOD["unit"]} for code in ("2730", "1311"))
    assert "unit.foreign_invested" in screen(herbs, HAS, DAY).missing
    assert "unit.foreign_invested" not in screen(grain, HAS, DAY).missing


# -- known in part, pointed to by words: a reviewer looks


def test_an_industry_known_in_part_goes_to_hand_review_with_the_text_nobody_read() -> None:
    answer = screen(project(industry="2625"), HAS, DAY)
    (stop,) = answer.stops
    assert (answer.instant, answer.missing, stop.rule) == (False, (), "list.part")
    assert "《省里的乙目录》" in stop.why and "有机肥料及微生物肥料制造（2625）" in stop.why


@pytest.mark.parametrize(("said", "instant"), [(True, False), (False, True)])
def test_what_the_reviewer_confirms_decides(said: bool, instant: bool) -> None:
    assert screen(project(industry="2625", confirmations={"part": said}), HAS, DAY).instant is instant


@pytest.mark.parametrize("path", ["name", "content"])
def test_words_that_point_elsewhere_are_a_contradiction_with_the_industry(path: str) -> None:
    answer = screen(project(industry="2730", **{path: "2×350兆瓦火力发电"}), HAS, DAY)
    assert answer.instant is False
    (told,) = answer.contradictions
    assert told.facts == (path, "industry") and "“火力发电”" in told.why and told.clause
    cleared = screen(project(industry="2730", confirmations={"part": False}, **{path: "火力发电"}), HAS, DAY)
    assert cleared.instant is True and cleared.contradictions == ()


def test_a_no_against_ones_own_words_is_looked_at() -> None:
    answer = screen(project(industry="3031", content="改建轮窑", entries={"whole_kiln": False}), HAS, DAY)
    assert answer.instant is False and answer.contradictions[0].facts == ("content", "industry")


def test_a_word_of_an_entry_that_applies_anyway_adds_nothing() -> None:
    answer = screen(project(industry="4411", content="火力发电"), HAS, DAY)
    assert [stop.rule for stop in answer.stops] == ["list.part.plant"] and answer.decided_by == "state"


# -- the company's own word on the list


def test_a_class_declared_otherwise_than_the_list_has_it_is_a_contradiction() -> None:
    answer = screen(project(industry="3012"), HAS, DAY)
    (told,) = answer.contradictions
    assert told.facts == ("declarations.catalogue_class", "industry")
    assert "填的是允许类" in told.why
    admitted = project(industry="3012", declarations={**project()["declarations"], "catalogue_class": "restricted"})
    assert screen(admitted, HAS, DAY).contradictions == ()


# -- promises


def test_what_is_listed_is_promised_nothing_and_what_is_open_is_open() -> None:
    def may(filed: bool = False, **changes: Any) -> Any:
        return promisable("eia_table", project(**changes), HAS, DAY, filed=filed).outcome["promisable"]

    assert may(industry="2625", confirmations={"part": True}) is False
    assert may(industry="2625") is None
    assert may(industry="2625", filed=True) is True, "the filing has passed the gate"


# -- classes and checks of the county's pack


def contradicted(**changes: Any) -> list[str]:
    return [finding.rule for finding in check_findings(project(**changes), PACK, DAY)]


def test_a_class_below_the_lowest_of_the_industry_contradicts_it() -> None:
    assert contradicted(industry="3011", eia="none") != []
    assert contradicted(industry="3110", eia="table", operation={"mine_or_smelter": True}) != []
    assert contradicted(industry="3110", eia="report", operation={"mine_or_smelter": True}) == []
    assert contradicted(industry="2625") == [], "not answered is no contradiction"


@pytest.mark.parametrize(
    ("rule", "changes"),
    [
        ("government_capital_filed", {"project_class": "government_funds", "government_funding": "capital"}),
        ("permanent_farmland", {"site": {"permanent_farmland": True}}),
        ("ecological_redline", {"site": {"ecological_redline": True}}),
        ("drinking_water_source", {"site": {"drinking_water_source": True}}),
        ("new_land_without_area", {"site": {"new_construction_land": True}, "land_area": "0"}),
        ("floor_area_without_building", {"floor_area": "10", "construction": {"building": False}}),
        ("mine_not_declared", {"industry": "0911", "operation": {"mine_or_smelter": False}}),
        ("smelter_not_declared", {"industry": "3211", "operation": {"mine_or_smelter": False}}),
        (
            "dangerous_store_not_declared",
            {"industry": "5941", "hazardous_chemicals": False, "operation": {"dangerous_goods": False}},
        ),
        ("discharge_permit_without_discharge", {"discharge_permit": "key", "discharges": "0"}),
        ("energy_level_below_province", {"annual_energy": "10000", "energy_review_level": "prefecture"}),
    ],
)
def test_answers_that_cannot_stand_together_stop_the_filing(rule: str, changes: dict[str, Any]) -> None:
    assert f"check.{rule}" in contradicted(**changes)
    assert contradicted(industry="2625") == []


def test_a_subsidy_is_no_capital() -> None:
    assert contradicted(project_class="government_funds", government_funding="subsidy") == []


# -- the codes


@pytest.mark.parametrize("code", ["2625", "C2625", "262", "26", "0111", "A01", "3741"])
def test_codes_of_the_standard_are_known(code: str) -> None:
    assert code_fault(code) == "" and name_of(code)


@pytest.mark.parametrize(
    ("code", "hint"), [("9999", "没有代码 9999"), ("A2625", "属于门类 C"), ("2699", "26 是化学原料和化学制品制造业")]
)
def test_a_code_the_standard_does_not_have_is_a_fault_with_a_hint(code: str, hint: str) -> None:
    (fault,) = validate({"industry": code}, PACK.facts)
    assert fault.path == "industry" and hint in fault.message


# -- faults of the files


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('industries = ["3012"]', 'industries = ["3099", "9999"]', "没有代码 9999"),
        ("below = 3\n", "", "unit 和一个界限"),
        ("complete = true\ndeclared", 'complete = true\nunread = "某文"\ndeclared', "不能有 partial 和 unread"),
        ('unread = "《省里的乙目录》"\n', "", "要写明 partial"),
        ('asks = "是否用轮窑"', 'unit = "吨"', "就要写 asks"),
        ('provenance = "unverified"\ncomplete = false', "complete = false", "provenance"),
    ],
)
def test_a_list_that_is_wrong_says_where(old: str, new: str, said: str) -> None:
    assert LISTS.count(old) >= 1
    _pack, faults = read(LISTS.replace(old, new, 1))
    assert any(said in fault for fault in faults), faults
