"""The county's catalogue against the printed list, the usual life of a project, and the law's own order."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import chinese_calendar
import pytest

from yinuo.core.calendar import WorkCalendar
from yinuo.core.pack.cases import differences, run_case
from yinuo.core.pack.check import check, errors
from yinuo.core.pack.load import load
from yinuo.core.pack.types import Case, Matter, NegativeRow, Pack, StageScheme
from yinuo.core.planner import PlanItem, plan
from yinuo.core.screen import promisable, screen

FOLDER = Path(__file__).parents[2] / "src/yinuo/packs/jishishan"
TODAY = date(2026, 3, 2)
STAGES = ("initiation", "land_planning", "construction_permit", "completion")
OWN_CASES = ("cases/matters.toml", "cases/plan.toml")
# Typical matters of a project's life: what they are called, where they stand, who handles them.
TYPICAL = [
    ("enterprise_filing", "initiation", "development_reform"),
    ("enterprise_verification", "initiation", "development_reform"),
    ("verification_change", "initiation", "development_reform"),
    ("project_proposal", "initiation", "development_reform"),
    ("feasibility_report", "initiation", "development_reform"),
    ("preliminary_design", "initiation", "development_reform"),
    ("energy_review", "construction_permit", "development_reform"),
    ("land_pre_review", "initiation", "natural_resources"),
    ("land_use_planning_permit", "land_planning", "natural_resources"),
    ("land_supply", "initiation", "natural_resources"),
    ("farmland_conversion", "initiation", "natural_resources"),
    ("mineral_overlay", "initiation", "natural_resources"),
    ("forest_land_use", "initiation", "forestry"),
    ("forest_land_temporary", "construction_permit", "forestry"),
    ("grassland_use", "initiation", "forestry"),
    ("grassland_temporary", "construction_permit", "forestry"),
    ("nature_reserve_facilities", "initiation", "forestry"),
    ("cultural_relics_permit", "initiation", "culture_tourism"),
    ("eia_report", "land_planning", "ecology"),
    ("eia_table", "land_planning", "ecology"),
    ("eia_register", "land_planning", "ecology"),
    ("soil_conservation_plan", "land_planning", "soil_conservation"),
    ("water_intake", "land_planning", "water"),
    ("river_works_plan", "land_planning", "water"),
    ("flood_impact_report", "land_planning", "water"),
    ("water_works_planning_consent", "initiation", "water"),
    ("irrigation_occupation", "land_planning", "water"),
    ("water_works_preliminary_design", "land_planning", "water"),
    ("sewage_outlet_review", "land_planning", "ecology"),
    ("discharge_permit_simplified", "completion", "ecology"),
    ("discharge_permit_key", "completion", "ecology"),
    ("discharge_permit_simplified_renewal", "completion", "ecology"),
    ("discharge_permit_key_renewal", "completion", "ecology"),
    ("radiation_licence", "completion", "ecology"),
    ("design_scheme_review", "land_planning", "natural_resources"),
    ("engineering_planning_permit", "land_planning", "natural_resources"),
    ("drawing_review", "construction_permit", "drawing_review"),
    ("fire_design_review", "construction_permit", "housing"),
    ("highrise_seismic_review", "construction_permit", "housing"),
    ("civil_defence_basement", "construction_permit", "housing"),
    ("civil_defence_feasibility", "initiation", "housing"),
    ("civil_defence_preliminary_design", "land_planning", "housing"),
    ("construction_permit", "construction_permit", "housing"),
    ("quality_safety_supervision", "construction_permit", "housing"),
    ("municipal_facility_works", "construction_permit", "housing"),
    ("green_space_occupation", "construction_permit", "housing"),
    ("drainage_facility_change", "construction_permit", "housing"),
    ("drainage_permit", "completion", "housing"),
    ("road_related_works", "construction_permit", "transport"),
    ("highway_construction_permit", "construction_permit", "transport"),
    ("lightning_design_review", "construction_permit", "meteorology"),
    ("meteorological_environment", "land_planning", "meteorology"),
    ("seismic_requirement_review", "land_planning", "earthquake"),
    ("hazardous_chemicals_safety_conditions", "initiation", "emergency"),
    ("safety_facility_design", "construction_permit", "emergency"),
    ("medical_radiation_pre_evaluation", "land_planning", "health"),
    ("water_connection", "construction_permit", "water_supply"),
    ("power_connection", "construction_permit", "power_supply"),
    ("gas_connection", "construction_permit", "gas_supply"),
    ("heat_connection", "construction_permit", "heat_supply"),
    ("telecom_connection", "construction_permit", "telecom"),
    ("planning_verification", "completion", "natural_resources"),
    ("fire_acceptance", "completion", "housing"),
    ("fire_acceptance_filing", "completion", "housing"),
    ("lightning_acceptance", "completion", "meteorology"),
    ("civil_defence_completion_filing", "completion", "housing"),
    ("archive_acceptance", "completion", "housing"),
    ("soil_conservation_acceptance", "completion", "soil_conservation"),
    ("joint_acceptance", "completion", "housing"),
    ("completion_filing", "completion", "housing"),
    ("real_estate_registration", "completion", "natural_resources"),
]


@lru_cache(maxsize=1)
def county() -> Pack:
    return load(FOLDER)


def matter(name: str) -> Matter:
    return county().matters[name]


def matters() -> list[Matter]:
    return list(county().matters.values())


def rows_of_matters() -> list[NegativeRow]:
    return [row for row in county().negative if row.part == "matter"]


def own_cases() -> list[Case]:
    return [case for case in county().cases if case.where.startswith(OWN_CASES)]


def a_case(name: str) -> Case:
    return next(case for case in county().cases if case.id == name)


def needed_in(facts: Any, day: date = TODAY) -> dict[str, str]:
    return {answer.id: answer.needed for answer in screen(facts, county(), day).matters}


def same_words(text: str) -> str:
    return re.sub(r"[（(].*", "", text).replace("/", "")


# -- the list


def test_the_pack_has_no_fault() -> None:
    assert errors(check(FOLDER)) == []


@pytest.mark.parametrize("row", rows_of_matters(), ids=lambda row: row.id)
def test_a_row_of_the_negative_list_leads_to_a_matter_that_leads_back(row: NegativeRow) -> None:
    found = [matter(name) for name in row.matters]
    assert found
    for one in found:
        assert row.row in one.negative_rows
        assert row.cites[0] in one.basis
        assert one.department == row.department_id
        assert one.kind == row.kind
        assert same_words(one.name) == same_words(row.matter)


def test_a_matter_names_no_row_that_does_not_name_it() -> None:
    named = {(name, row.row) for row in rows_of_matters() for name in row.matters}
    assert {(one.id, number) for one in matters() for number in one.negative_rows} == named


def test_the_matters_kept_out_of_regional_assessment_are_never_wholly_regional() -> None:
    for row in county().negative:
        if row.part == "regional" and row.when == "always":
            assert not any(matter(name).regional for name in row.matters)


@pytest.mark.parametrize(("name", "stage", "department"), TYPICAL)
def test_a_typical_matter_stands_in_its_stage_with_its_department(name: str, stage: str, department: str) -> None:
    assert (matter(name).stage, matter(name).department) == (stage, department)


# -- what a guide needs


@pytest.mark.parametrize("one", matters(), ids=lambda one: one.id)
def test_a_guide_is_complete(one: Matter) -> None:
    assert one.basis and one.content and one.conditions and one.process and one.fee and one.supervision and one.result
    assert 3 <= len(one.materials) <= 8
    assert any(material.main for material in one.materials)
    assert len({material.name for material in one.materials}) == len(one.materials)


def test_a_material_means_the_same_in_every_guide() -> None:
    names: dict[str, set[tuple[str, str]]] = {}
    for one in matters():
        for material in one.materials:
            names.setdefault(material.id, set()).add((material.name, material.issued_by))
    assert {key: value for key, value in names.items() if len(value) > 1} == {}


def test_promised_limits_of_the_demonstration_county_are_marked_unverified_except_the_filing() -> None:
    marked = {one.id: {limit.provenance for limit in one.promised} for one in matters()}
    assert marked.pop("enterprise_filing") == {"source"}
    assert set().union(*marked.values()) == {"unverified"}


def test_nothing_waits_for_a_matter_that_is_done_at_once() -> None:
    for one in matters():
        if one.handling == "instant":
            assert [limit.value for limit in (*one.statutory, *one.promised)] == [0] * (
                len(one.statutory) + len(one.promised)
            ), one.id


def test_every_matter_has_a_promised_limit_on_every_day_it_stands() -> None:
    for one in matters():
        assert one.promised_at(county().valid_from) is not None, one.id
        assert one.promised_at(TODAY) is not None, one.id


@pytest.mark.parametrize(
    ("name", "last_day_of_the_old", "old", "new"),
    [
        ("cultural_relics_permit", date(2025, 2, 28), "cultural-relics-law-2017", "cultural-relics-law"),
        ("mineral_overlay", date(2025, 6, 30), "mineral-resources-law-1996", "mineral-resources-law"),
    ],
)
def test_a_limit_stands_on_the_law_in_force(name: str, last_day_of_the_old: date, old: str, new: str) -> None:
    first_day_of_the_new = date.fromordinal(last_day_of_the_old.toordinal() + 1)
    for day, law in ((last_day_of_the_old, old), (first_day_of_the_new, new)):
        limit = matter(name).statutory_at(day)
        assert limit is not None
        assert limit.cites[0].startswith(f"{law}#")
        source = county().sources[law]
        assert source.repealed_on is None or day < source.repealed_on


def test_no_limit_stands_on_a_law_not_in_force() -> None:
    for one in matters():
        for limit in one.statutory:
            for cite in limit.cites:
                source = county().sources[cite.partition("#")[0]]
                assert source.effective_on is None or source.effective_on <= limit.span.from_on, (one.id, cite)
                assert source.repealed_on is None or limit.span.to_on is not None, (one.id, cite)


# -- the order


@pytest.mark.parametrize("scheme", county().schemes, ids=lambda scheme: scheme.id)
def test_no_prerequisite_stands_in_a_later_stage(scheme: StageScheme) -> None:
    order = [stage.id for stage in scheme.stages]

    def place(one: Matter) -> int:
        return order.index(scheme.moves.get(one.id, one.stage))

    for one in matters():
        for name in one.after:
            assert place(matter(name)) <= place(one), (one.id, name)


def test_what_comes_before_the_start_of_work_never_waits_for_what_comes_after() -> None:
    for one in matters():
        if one.pre_start:
            assert all(matter(name).pre_start for name in one.after), one.id


def test_completion_matters_are_never_before_the_start_of_work() -> None:
    for one in matters():
        assert not (one.completion and one.pre_start), one.id
        assert not (one.stage == "completion" and one.pre_start), one.id
        assert not one.completion or one.stage == "completion", one.id


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("land_use_planning_permit", "enterprise_filing"),
        ("land_use_planning_permit", "land_supply"),
        ("engineering_planning_permit", "land_use_planning_permit"),
        ("fire_design_review", "engineering_planning_permit"),
        ("civil_defence_basement", "engineering_planning_permit"),
        ("drawing_review", "engineering_planning_permit"),
        ("construction_permit", "engineering_planning_permit"),
        ("construction_permit", "fire_design_review"),
        ("construction_permit", "civil_defence_basement"),
        ("construction_permit", "drawing_review"),
        ("joint_acceptance", "construction_permit"),
        ("completion_filing", "joint_acceptance"),
        ("discharge_permit_key", "eia_report"),
    ],
)
def test_the_law_wants_one_before_the_other(name: str, first: str) -> None:
    assert first in matter(name).after


@pytest.mark.parametrize(
    ("name", "before"),
    [
        ("construction_permit", True),
        ("eia_table", True),
        ("eia_report", True),
        ("soil_conservation_plan", True),
        ("energy_review", True),
        ("safety_facility_design", True),
        ("discharge_permit_key", False),
        ("water_connection", False),
        ("drainage_permit", False),
        ("real_estate_registration", False),
        ("joint_acceptance", False),
    ],
)
def test_whether_a_matter_must_be_concluded_before_work_starts(name: str, before: bool) -> None:
    assert matter(name).pre_start is before


@pytest.mark.parametrize("name", ["eia_report", "eia_table", "eia_register", "soil_conservation_plan", "energy_review"])
def test_the_construction_permit_waits_for_no_matter_that_the_construction_law_does_not_name(name: str) -> None:
    before, reached = ["construction_permit"], set[str]()
    while before:
        one = before.pop()
        reached.add(one)
        before += [other for other in matter(one).after if other not in reached]
    assert name not in reached


@pytest.mark.parametrize(
    ("name", "facts", "answer"),
    [
        (
            "design_scheme_review",
            {"floor_area": "3000", "industry": "C2625", "construction": {"municipal": False}},
            "no",
        ),
        (
            "design_scheme_review",
            {"floor_area": "3000", "industry": "H6110", "construction": {"municipal": False}},
            "yes",
        ),
        ("design_scheme_review", {"industry": "C2625", "construction": {"municipal": True}}, "yes"),
        ("quality_safety_supervision", {"floor_area": "3000", "total_investment": "800"}, "no"),
        ("archive_acceptance", {"floor_area": "3000", "site": {"inside_built_up_boundary": True}}, "yes"),
        ("archive_acceptance", {"floor_area": "3000", "site": {"inside_built_up_boundary": False}}, "no"),
        ("land_pre_review", {"site": {"new_construction_land": True}}, "yes"),
        ("land_pre_review", {"site": {"new_construction_land": False, "state_land_supply": True}}, "no"),
    ],
)
def test_the_readings_on_which_projects_need_what(name: str, facts: dict[str, Any], answer: str) -> None:
    assert needed_in({"kind": "filing", **facts})[name] == answer


# -- what is offered for commitment


def offered() -> list[Matter]:
    return [one for one in matters() if one.offers]


def test_an_offer_stands_with_a_standard_that_can_be_verified_one_by_one() -> None:
    assert len(offered()) >= 10
    for one in offered():
        for offer in one.offers:
            standard = one.standard_at(offer.span.from_on)
            assert standard is not None, one.id
            assert standard.provenance == "unverified"
            assert len(standard.requirements) >= 3
            assert len(standard.promises) >= 2
            assert len(set(standard.requirements)) == len(standard.requirements)


def test_only_matters_that_a_county_decides_in_its_own_time_are_offered() -> None:
    assert {(one.handling, one.level) for one in offered()} == {("promised", "county")}


def test_without_a_published_choice_there_is_no_standard_to_promise() -> None:
    assert [one.id for one in matters() if one.standards and not one.offers] == []


def test_every_offered_matter_can_be_promised_by_somebody() -> None:
    """An offer that the negative list swallows whole would be an empty word."""
    base = a_case("map.fertiliser").facts
    pipes = {"pipeline_kind": "heat", "pipelines_length_m": "80", "restores_green_standard": True}
    facts = {**base, "construction": {**base["construction"], **pipes}}
    for one in offered():
        assert promisable(one.id, facts, county(), TODAY, "B").outcome["promisable"] is True, one.id


# -- conditions and cases


@pytest.mark.parametrize("case", own_cases(), ids=lambda case: case.id)
def test_a_worked_example_answers_as_written(case: Case) -> None:
    assert differences(case, run_case(case, county())) == []


def test_every_condition_is_shown_holding_failing_and_open() -> None:
    shown: dict[str, set[str]] = {}
    for case in own_cases():
        if case.ask == "screen":
            for name, wanted in case.expect["matters"].items():
                shown.setdefault(matter(name).needed, set()).add(wanted["needed"])
    conditions = {one.needed for one in matters()} - {"always", "never", "on_request"}
    assert {name: shown.get(name) for name in conditions if shown.get(name) != {"yes", "no", "unknown"}} == {}


def test_conditions_read_only_facts_that_a_form_can_ask_for() -> None:
    for one in matters():
        if one.needed != "on_request":
            assert county().predicates[one.needed].facts <= county().facts.keys(), one.id


def test_without_any_fact_nothing_with_a_condition_is_decided() -> None:
    for name, answer in needed_in({}).items():
        wanted = {"always": "yes", "on_request": "no"}.get(matter(name).needed, "unknown")
        if wanted == "yes" and not {"filing", "verification", "approval"} <= set(matter(name).kinds):
            wanted = "unknown"
        assert answer == wanted, name


def test_a_project_of_one_kind_gets_no_matter_of_another() -> None:
    initial = {"filing": "enterprise_filing", "verification": "enterprise_verification", "approval": "project_proposal"}
    for kind, own in initial.items():
        found = needed_in({"kind": kind})
        assert found[own] == "yes"
        assert not found.keys() & (set(initial.values()) - {own})


# -- three maps


@pytest.mark.parametrize(
    ("name", "least", "most"), [("map.fertiliser", 12, 16), ("map.heating", 18, 24), ("map.rooftop_solar", 4, 7)]
)
def test_a_map_has_a_realistic_number_of_matters_and_no_open_question(name: str, least: int, most: int) -> None:
    found = needed_in(a_case(name).facts)
    assert least <= list(found.values()).count("yes") <= most
    assert "unknown" not in found.values()


def test_an_ordinary_works_passes_all_four_stages_and_begins_with_its_filing_at_once() -> None:
    found = needed_in(a_case("map.fertiliser").facts)
    needed = [matter(name) for name, answer in found.items() if answer == "yes"]
    assert {one.stage for one in needed} == set(STAGES)
    filing = matter("enterprise_filing")
    assert filing in needed
    assert (filing.handling, filing.after, filing.pre_start) == ("instant", (), True)


@pytest.mark.parametrize("name", ["fertiliser", "heating", "rooftop_solar"])
def test_the_written_plan_is_the_plan_of_the_catalogue(name: str) -> None:
    found = {key for key, answer in needed_in(a_case(f"map.{name}").facts).items() if answer == "yes"}
    written = a_case(f"plan.{name}.regular")
    items = {item["id"]: item for item in written.facts["items"]}
    assert items.keys() == found
    for key, item in items.items():
        one = matter(key)
        promised = one.promised_at(TODAY)
        assert promised is not None
        assert item["routes"]["regular"] == promised.value
        assert set(item["after"]) == set(one.after) & found
        assert item["pre_start"] is one.pre_start
        allowed = promisable(key, a_case(f"map.{name}").facts, county(), TODAY).outcome["promisable"]
        assert ("commitment" in item["routes"]) is (allowed is True)
        if allowed:
            days = [county().integer(name, TODAY) for name in ("notice.period", "notice.decision_days")]
            assert item["routes"]["commitment"] == sum(days)


@pytest.mark.parametrize("name", ["plan.fertiliser.regular", "plan.fertiliser.commitment", "plan.heating.regular"])
def test_a_landing_date_is_its_working_days_counted_one_by_one(name: str) -> None:
    expected = a_case(name).expect
    landing = date.fromisoformat(expected["landing_on"])
    days = [date.fromordinal(n) for n in range(TODAY.toordinal() + 1, landing.toordinal() + 1)]
    assert sum(chinese_calendar.is_workday(day) for day in days) == expected["working_days"]
    assert chinese_calendar.is_workday(landing)


def test_promising_brings_the_landing_of_the_fertiliser_works_nearer() -> None:
    facts = a_case("plan.fertiliser.regular").facts
    calendar = WorkCalendar.from_data(county().calendar)

    def landing(route: str) -> date:
        items = [
            PlanItem(
                item["id"], item["id"], "", item["pre_start"], tuple(item["after"]), item["routes"],
                route if route in item["routes"] else "regular",
            )
            for item in facts["items"]
        ]  # fmt: skip
        return plan(items, TODAY, calendar).landing_on

    assert landing("commitment") < landing("regular")


def test_an_unknown_kind_leaves_open_what_only_some_kinds_need() -> None:
    day = date(2026, 11, 24)
    answers = {answer.id: answer for answer in screen({}, county(), day).matters}
    assert answers["project_proposal"].needed == "unknown"
    assert answers["project_proposal"].missing == ("kind",)
    told = {answer.id: answer for answer in screen({"kind": "approval"}, county(), day).matters}
    assert told["project_proposal"].needed == "yes"
