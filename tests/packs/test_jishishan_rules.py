"""The county's rules against the printed text and naive oracles: list, grades, calendar, conditions and readings."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yinuo.core.calendar import WorkCalendar
from yinuo.core.dated import Span
from yinuo.core.facts import UNKNOWN, as_number, look_up
from yinuo.core.findings import row_finding
from yinuo.core.grades import allows, grade_of
from yinuo.core.pack.cases import differences, run_case
from yinuo.core.pack.load import load
from yinuo.core.pack.types import NegativeRow, Pack
from yinuo.core.screen import promisable, screen

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "src/yinuo/packs/jishishan"
TODAY = date(2026, 3, 2)


@lru_cache(maxsize=1)
def county() -> Pack:
    return load(FOLDER)


def row(name: str) -> NegativeRow:
    return next(row for row in county().negative if row.id == name)


def listed(name: str, facts: dict[str, object]) -> bool | None:
    ok = row_finding(row(name), facts, county(), TODAY).ok
    return None if ok is None else not ok


@pytest.mark.parametrize("case", county().cases, ids=lambda case: case.id)
def test_a_worked_case_is_answered_as_it_expects(case):
    assert differences(case, run_case(case, county())) == []


# -- the negative list as printed


def test_the_list_has_seven_projects_sixty_three_matters_and_four_regional_matters_in_order():
    numbers = {part: [r.row for r in county().negative if r.part == part] for part in ("project", "matter", "regional")}
    assert numbers == {"project": list(range(1, 8)), "matter": list(range(1, 64)), "regional": [1, 2, 3, 4]}


def test_every_matter_row_names_one_matter_and_no_two_rows_of_a_part_share_one():
    for part in ("matter", "regional"):
        named = [r.matters for r in county().negative if r.part == part]
        assert all(len(matters) == 1 for matters in named)
        assert len({matters[0] for matters in named}) == len(named)


def test_the_printed_department_is_one_of_the_spellings_of_the_department_it_leads_to():
    for r in county().negative:
        if r.part != "project":
            assert r.department_id and r.department in county().departments[r.department_id].names, r.id


def test_only_the_conditional_rows_have_conditions_or_exceptions():
    conditional = {r.id for r in county().negative if r.part != "project" and (r.when != "always" or r.exceptions)}
    assert conditional == {
        "negative.matter.3",
        "negative.matter.4",
        "negative.matter.18",
        "negative.matter.29",
        "negative.regional.4",
    }


def test_every_row_has_a_case_that_shows_it_binding():
    binding = {name for case in county().cases if _binds(case.expect) for name in case.exercises}
    assert {r.id for r in county().negative} <= binding


def _binds(expect) -> bool:
    return expect.get("listed") is True or bool(expect.get("stops"))


def test_every_exception_label_is_taken_from_the_printed_row():
    for r in county().negative:
        for exception in r.exceptions:
            for words in re.split(r"业中“|“|”|；|;|，|业(?=“)", exception.label):
                assert words in r.sub_matter, f"{exception.id}: {words}"


# -- row 29: the industries printed in the row decide, not a list of our own


def test_every_industry_code_answers_as_the_printed_row_says():
    printed = re.findall(
        r"(?<!\d)(\d{3,4})(?!\d|号|〕)(\*?)", row("negative.matter.29").sub_matter.split("文件规定的")[1]
    )
    plain = {code for code, star in printed if not star} - {"4416", "4419"} | {"03", "04", "07"}
    asked = {code for code, star in printed if star} | {"4416", "4419"}
    assert (len(plain), len(asked)) == (26 + 3, 8 + 2)
    by_category = ("01", "02", "05", "11", "46", "48", "74", "76", "77", "80", "82")
    for code in (f"{number:04}" for number in range(10_000)):
        expected = True
        if code.startswith(tuple(plain)):
            expected = False
        elif code.startswith((*asked, *by_category)):
            expected = None
        assert listed("negative.matter.29", {"industry": code}) is expected, code


@pytest.mark.parametrize("industry", ["2625", "C2625"])
def test_the_section_letter_of_an_industry_code_changes_nothing(industry):
    assert listed("negative.matter.29", {"industry": industry}) is False


@pytest.mark.parametrize("code", ["142", "143", "145", "151", "194", "195", "273", "274"])
def test_a_starred_industry_waits_for_the_clerks_word(code):
    facts = {"industry": f"{code}0"}
    finding = row_finding(row("negative.matter.29"), facts, county(), TODAY)
    assert finding.ok is None and finding.missing == {f"confirmations.eia_{code}"}
    assert listed("negative.matter.29", {**facts, "confirmations": {f"eia_{code}": True}}) is False
    assert listed("negative.matter.29", {**facts, "confirmations": {f"eia_{code}": False}}) is True


# -- conditions: an answer once given stands when more becomes known


def _value(path: str) -> st.SearchStrategy[object]:
    spec = county().facts[path]
    if path == "industry":
        return st.from_regex(r"\A[0-9]{4}\Z")
    if spec.type == "flag":
        return st.booleans()
    if spec.type in ("choice", "text") and spec.choices:
        return st.sampled_from(sorted(spec.choices))
    if spec.type in ("decimal", "quantity", "integer"):
        return st.integers(0, 10_000)
    return st.text(min_size=1, max_size=4)


@given(st.data())
def test_more_facts_never_turn_an_answer_round(data):
    name = data.draw(
        st.sampled_from(sorted(name for name, predicate in county().predicates.items() if predicate.facts))
    )
    predicate = county().condition(name, TODAY)
    paths = sorted(predicate.facts)
    chosen = data.draw(st.lists(st.sampled_from(paths), unique=True, max_size=6))
    values = {path: data.draw(_value(path)) for path in chosen}
    known = data.draw(st.lists(st.sampled_from(chosen), unique=True)) if chosen else []
    few, many = predicate(_facts({path: values[path] for path in known})), predicate(_facts(values))
    assert few.value is None or few.value is many.value
    if few.value is None:
        assert few.missing
        assert not few.missing & set(known)


def _facts(values: dict[str, object]) -> dict[str, object]:
    facts: dict[str, object] = {}
    for path, value in values.items():
        *groups, last = path.split(".")
        place = facts
        for group in groups:
            place = place.setdefault(group, {})
        place[last] = value
    return facts


def test_one_hundred_metres_of_pipe_may_be_promised_and_a_centimetre_more_may_not():
    pipe = {"pipeline_kind": "gas", "simple_technique": False}
    assert listed("negative.matter.3", {"construction": {**pipe, "pipelines_length_m": "100"}}) is False
    assert listed("negative.matter.3", {"construction": {**pipe, "pipelines_length_m": "100.01"}}) is True


def test_the_promise_about_traffic_helps_a_simple_work_only():
    work = {"pipeline_kind": "heat", "pipelines_length_m": "300", "no_traffic_impact": True}
    assert listed("negative.matter.3", {"construction": {**work, "simple_technique": True}}) is False
    assert listed("negative.matter.3", {"construction": {**work, "simple_technique": False}}) is True


def test_a_filing_projects_energy_review_is_never_listed_whatever_its_level():
    for level in ("county", "prefecture", "province", "state"):
        assert listed("negative.matter.18", {"kind": "filing", "energy_review_level": level}) is False


# -- thresholds


def _thresholds() -> list[tuple[str, str]]:
    return sorted({bound for predicate in county().predicates.values() for bound in predicate.bounds})


@pytest.mark.parametrize(("path", "name"), _thresholds())
def test_every_threshold_has_a_pair_of_cases_on_and_off_the_bound_with_opposite_answers(path, name):
    ends = county().parameters[name].ends
    bound = county().decimal(name, ends - timedelta(days=1) if ends else TODAY)
    answers: dict[Decimal, str] = {}
    for case in county().cases:
        value = look_up(case.facts.get("project", case.facts), path)
        if name in case.exercises and value is not UNKNOWN:
            answers[as_number(value) - bound] = json.dumps(case.expect, sort_keys=True)
    step = Decimal(1) if county().parameters[name].unit == "count" else Decimal("0.01")
    beside = answers.get(step) or answers.get(-step)
    assert beside and answers[Decimal(0)] != beside, (path, name, answers)


def test_a_threshold_that_changes_decides_from_its_day_on_without_a_word_of_code():
    name = "threshold.energy_review_energy"
    *before, old = county().parameters[name].values
    turn = date(2027, 1, 1)
    values = (*before, replace(old, span=Span(old.span.from_on, turn)), replace(old, span=Span(turn), value=2000))
    pack = replace(
        county(), parameters={**county().parameters, name: replace(county().parameters[name], values=values)}
    )
    facts = {"kind": "filing", "industry": "2625", "annual_energy": "1999.99", "annual_coal": 0}
    answers = {}
    for day in (turn - timedelta(days=1), turn):
        (answers[day],) = (matter for matter in screen(facts, pack, day).matters if matter.id == "energy_review")
    earlier, later = answers.values()
    assert (earlier.needed, later.needed) == ("yes", "no")
    assert "年综合能源消费量达到 1000 吨标准煤" in earlier.why[0]
    assert "年综合能源消费量达到 2000 吨标准煤" in later.why[0]
    assert "ndrc-31-2025#第八条" in earlier.cites


def test_no_threshold_stands_on_a_law_not_in_force():
    for name in {name for _, name in _thresholds()}:
        for value in county().parameters[name].values:
            for source in (county().sources[cite.partition("#")[0]] for cite in value.cites):
                assert source.effective_on is not None and source.effective_on <= value.span.from_on, (name, source.id)
                assert source.repealed_on is None or (value.span.to_on or date.max) <= source.repealed_on, (
                    name,
                    source.id,
                )


def test_the_decision_on_a_pipeline_records_the_length_it_was_compared_with():
    project = {"kind": "filing", "construction": {"pipeline_kind": "gas", "pipelines_length_m": 100}}
    decision = promisable("municipal_facility_works", project, county(), TODAY, "B")
    (read,) = (read for read in decision.parameters if read.id == "threshold.supply_pipeline_length")
    assert (read.value, read.unit) == (100, "metres")
    assert "jzb-2023-16#附件1·二·3" in read.cites
    other = promisable(
        "municipal_facility_works", {"kind": "filing", "construction": {"pipeline_kind": "none"}}, county(), TODAY, "B"
    )
    assert "threshold.supply_pipeline_length" not in {read.id for read in other.parameters}


# -- grades and measures


def _naive_grade(score: Decimal) -> str:
    for bound, grade in ((90, "A"), (80, "A-"), (75, "B"), (70, "B-"), (65, "C+"), (60, "C"), (55, "C-"), (40, "D")):
        if score > bound:
            return grade
    return "D-"


def test_every_hundredth_of_a_point_has_the_grade_of_the_printed_table():
    for hundredths in range(10_001):
        score = Decimal(hundredths) / 100
        assert grade_of(score, county(), TODAY).grade == _naive_grade(score)


@pytest.mark.parametrize(
    "effect", ["instant_filing", "commitment", "agency", "mock", "deficient", "regional", "standard_land", "land_list"]
)
def test_a_red_company_is_refused_every_reform_measure_and_no_other_company_is_refused_one(effect):
    for grade in ("A", "A-", "B", "B-", "C+", "C", "C-", "unrated"):
        measure = allows(effect, grade, county(), TODAY)
        assert measure is not None and measure.value != "refused"
    for grade in ("D", "D-"):
        measure = allows(effect, grade, county(), TODAY)
        assert measure is not None and measure.value == "refused"


# -- calendar


def test_every_day_of_the_published_years_is_what_the_holiday_notices_say():
    calendar = WorkCalendar.from_data(county().calendar)
    day = date(2023, 1, 1)
    while day.year < 2027:
        assert calendar.is_working(day) is chinese_calendar.is_workday(day), day
        assert not calendar.day(day).provisional
        day += timedelta(days=1)


def test_the_make_up_days_of_2026_are_six_weekends_worked():
    days = sorted(day for day, notice in county().calendar.days.items() if day.year == 2026 and notice.working)
    assert days == [
        date(2026, 1, 4),
        date(2026, 2, 14),
        date(2026, 2, 28),
        date(2026, 5, 9),
        date(2026, 9, 20),
        date(2026, 10, 10),
    ]


def test_beyond_the_notices_only_statutory_days_are_off_and_every_day_is_provisional():
    calendar = WorkCalendar.from_data(county().calendar)
    for day in (date(2027, 2, 5), date(2027, 6, 9), date(2028, 1, 25), date(2028, 4, 4)):
        assert not calendar.is_working(day) and calendar.day(day).provisional
    assert calendar.is_working(date(2027, 2, 9)) and calendar.day(date(2027, 2, 9)).provisional


def test_a_working_day_has_seven_hours():
    calendar = WorkCalendar.from_data(county().calendar)
    assert calendar.working_time(calendar.opening(TODAY), calendar.closing(TODAY)) == timedelta(hours=7)


# -- citations and readings


def test_a_pause_stops_the_statutory_clock_exactly_where_the_licensing_law_names_it():
    for pause in county().pauses:
        assert pause.stops_statutory is ("admin-licensing-law#第四十五条" in pause.cites), pause.id


def test_every_value_that_rests_on_a_reading_is_explained_in_the_list_of_readings():
    text = (ROOT / "docs/readings.md").read_text(encoding="utf-8")
    read = [
        parameter.id for parameter in county().parameters.values() if any(value.reading for value in parameter.values)
    ]
    assert len(read) > 20
    assert [name for name in read if f"`{name}`" not in text] == []


def test_the_list_of_readings_names_nothing_the_pack_does_not_have():
    pack = county()
    words = {"pre_start", "after", "stops_statutory", "reduced", "*"}
    known = {
        *pack.parameters,
        *pack.predicates,
        *pack.matters,
        *pack.facts,
        *(p.id for p in pack.pauses),
        *pack.reasons,
        *words,
    }
    for records in (pack.negative, pack.measures, pack.point_rules, pack.hall_rules):
        known |= {record.id for record in records}
    known |= {exception.id for r in pack.negative for exception in r.exceptions}
    named = re.findall(r"`([^`]+)`", (ROOT / "docs/readings.md").read_text(encoding="utf-8"))
    assert len(named) > 50
    for name in named:
        if name.endswith("*") and name != "*":
            assert any(other.startswith(name[:-1]) for other in known), name
        elif "/" in name or name.endswith((".toml", ".py")):
            assert (FOLDER / name).exists() or (FOLDER / "sources" / name).exists(), name
        else:
            assert name in known, name


def test_every_rule_of_the_county_cites_the_countys_document():
    rules = [*county().measures, *county().point_rules, *county().hall_rules, *county().negative]
    assert all(any(cite.startswith("jzb-2023-16#") for cite in rule.cites) for rule in rules)
