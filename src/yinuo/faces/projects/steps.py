"""The filing form: which facts are asked on which page, and whether the rules still need them.

Labels, units, helps and choices come from core's table of facts; a fact no rule could still turn on is not asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from yinuo.core.dated import all_at
from yinuo.core.facts import UNKNOWN, look_up
from yinuo.core.pack.types import Pack
from yinuo.core.regional import ZONE
from yinuo.core.schema import FACTS
from yinuo.engine.rules import pack


@dataclass(frozen=True, slots=True)
class Bundle:
    """Questions most projects answer with no: folded under one title that says what they are about."""

    title: str
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One topic on one page. `required` facts are asked until answered; the others may stay unknown."""

    slug: str
    title: str
    lead: str
    paths: tuple[str, ...]
    required: frozenset[str] = frozenset()


def _all_of(group: str, *but: str) -> tuple[str, ...]:
    return tuple(path for path in FACTS if path.startswith(f"{group}.") and path not in but)


SITE_ELSEWHERE = ("site.address", "site.zone_id", "site.parcel")
UTILITIES = tuple(path for path in FACTS if path.startswith("operation.needs_"))
DECLARED = _all_of("declarations", "declarations.secret", "declarations.truthful", "declarations.industrial_policy")


def _in(group: str, *names: str) -> tuple[str, ...]:
    return tuple(f"{group}.{name}" for name in names)


BUNDLES = (
    Bundle("用林地、草原", _in("site", "forest_land", "forest_land_temporary", "grassland", "grassland_temporary")),
    Bundle(
        "靠近河道、水源或者灌溉设施",
        _in("site", "river_area", "flood_area", "irrigation_works", "drinking_water_source"),
    ),
    Bundle(
        "在保护区、灾害易发区内，或者压覆矿产、靠近公路和观测设施",
        _in(
            "site",
            *("ecological_redline", "nature_reserve", "mineral_deposit", "near_highway"),
            *("meteorological_protection", "geological_hazard", "seismic_observation"),
        ),
    ),
    Bundle(
        "取水、排水和涉水工程",
        (*_in("construction", "water_works", "drainage_facilities", "drains_to_sewer", "river_outlet"), "water_intake"),
    ),
    Bundle(
        "动用城市道路、绿地",
        _in(
            "construction",
            "road_excavation",
            "green_space",
            "restores_green_standard",
            "no_traffic_impact",
            "simple_technique",
        ),
    ),
    Bundle(
        "消防、人防、防雷、抗震有特殊要求",
        _in(
            "construction",
            *("special_fire_project", "highrise_beyond_code", "basement_civil_defence", "separate_civil_defence"),
            *("lightning_hazard", "major_seismic", "large_infrastructure"),
        ),
    ),
    Bundle(
        "矿山、危险物品和放射",
        (
            *_in("operation", "mine_or_smelter", "dangerous_goods", "safety_permit"),
            "hazardous_chemicals",
            "uses_radiation",
        ),
    ),
    Bundle(
        "废物和清洁生产",
        _in(
            "operation",
            *("medical_waste", "hazardous_waste", "hazardous_waste_over_year", "solid_waste", "waste_electronics"),
            "cleaner_production_audit",
        ),
    ),
)
# A title over one or two questions would say more than they do.
FOLDED_FROM = 3

# Asked once what it depends on is the case: whether a road is a national key one, where there is a road.
FOLLOWS = {
    "construction.national_key_highway": "construction.highway",
    "construction.national_key_waterway": "construction.waterway",
}

STEPS = (
    Step(
        "project",
        "项目基本情况",
        "",
        ("name", "kind", "project_class", "nature", "content"),
        frozenset({"name", "kind", "project_class", "content"}),
    ),
    Step("industry", "行业和投资", "", ("industry", "total_investment"), frozenset({"industry", "total_investment"})),
    Step(
        "place",
        "建在哪里",
        "",
        ("region", "site.address", "site.zone_id", "site.parcel", "land_area", "floor_area"),
        frozenset({"region", "site.address"}),
    ),
    Step(
        "site",
        "选址情况",
        "拿不准的选“不清楚”，前期辅导时由主管部门核实。",
        _all_of("site", *SITE_ELSEWHERE),
        frozenset({"site.heritage"}),
    ),
    Step("construction", "建什么工程", "只问会影响审批事项的内容。拿不准的选“不清楚”。", _all_of("construction")),
    Step(
        "environment",
        "环境影响",
        "",
        (
            "eia",
            "eia_category",
            "eia_level",
            "discharges",
            "discharge_permit",
            "water_intake",
            "uses_radiation",
            "radiation_eia",
            "hazardous_chemicals",
        ),
    ),
    Step(
        "operation",
        "用能和生产运营",
        "",
        ("annual_energy", "annual_electricity", "energy_review_level", *_all_of("operation")),
    ),
    Step(
        "declarations",
        "产业政策声明",
        "这几项决定项目能不能即时备案、能不能实行信用承诺（负面清单第一部分）。请如实声明，声明不实会扣减信用分。",
        DECLARED,
        frozenset(DECLARED),
    ),
    Step("schedule", "建设计划", "", ("planned_start_on", "planned_finish_on")),
)
BY_SLUG = {step.slug: step for step in STEPS}
STEP_OF = {path: step for step in STEPS for path in step.paths}


def after(step: Step) -> Step | None:
    place = STEPS.index(step)
    return STEPS[place + 1] if place + 1 < len(STEPS) else None


def before(step: Step) -> Step | None:
    place = STEPS.index(step)
    return STEPS[place - 1] if place else None


def asked(step: Step, facts: Mapping[str, Any], day: date) -> list[str]:
    """The step's facts that are worth asking now: those no rule reads at all, and those some rule's answer turns on."""
    return _worth(step, facts, turning(facts, day), _read(pack()))


def asked_all(facts: Mapping[str, Any], day: date) -> dict[str, list[str]]:
    """What every step asks now, by its slug: the rules are gone through once."""
    turns, read = turning(facts, day), _read(pack())
    return {step.slug: _worth(step, facts, turns, read) for step in STEPS}


def follow_ups(step: Step, facts: Mapping[str, Any], day: date) -> list[str]:
    """What the answers of the step's own page have made worth asking on it."""
    return unanswered((path for path in asked(step, facts, day) if path in FOLLOWS), facts)


def _worth(step: Step, facts: Mapping[str, Any], turns: frozenset[str], read: frozenset[str]) -> list[str]:
    paths = [path for path in step.paths if path not in FOLLOWS or look_up(facts, FOLLOWS[path]) is True]
    return [path for path in paths if path in step.required or path not in read or path in turns]


def bundled(paths: Iterable[str]) -> list[tuple[str, list[str]]]:
    """The questions as a page shows them: first each by itself (title ""), then what is folded, under its title."""
    asked = list(paths)
    folds = [(bundle.title, [path for path in asked if path in bundle.paths]) for bundle in BUNDLES]
    folds = [(title, inside) for title, inside in folds if len(inside) >= FOLDED_FROM]
    folded = {path for _title, inside in folds for path in inside}
    return [*(("", [path]) for path in asked if path not in folded), *folds]


def turning(facts: Mapping[str, Any], day: date) -> frozenset[str]:
    """Every fact that determines, or would decide, whether a row of the list binds or a matter of the kind is needed."""
    rules = pack()
    kind = look_up(facts, "kind")
    names: set[str] = set()
    for row in all_at(rules.negative, day):
        names.update((row.when, *(exception.when for exception in row.exceptions)))
    names.update(
        matter.needed for matter in rules.matters_at(day) if kind is UNKNOWN or not matter.kinds or kind in matter.kinds
    )
    names.update(scheme.when for scheme in all_at(rules.schemes, day) if scheme.when)
    found: set[str] = set()
    for name in names & rules.predicates.keys():
        verdict = rules.condition(name, day)(facts)
        found |= verdict.used | verdict.missing
    return frozenset(found)


def _read(rules: Pack) -> frozenset[str]:
    # What a zone has to share turns on the zone, whatever the rules read of it.
    return frozenset().union(*(predicate.facts for predicate in rules.predicates.values())) - {ZONE}


def nested(values: Mapping[str, Any]) -> dict[str, Any]:
    """Paths to groups: {"site.address": …} → {"site": {"address": …}}."""
    made: dict[str, Any] = {}
    for path, value in values.items():
        group, _, name = path.rpartition(".")
        (made.setdefault(group, {}) if group else made)[name] = value
    return made


def flat(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Groups to paths, the other way round; only what is known."""
    return {path: value for path in FACTS if (value := look_up(facts, path)) is not UNKNOWN}


def unanswered(paths: Iterable[str], facts: Mapping[str, Any]) -> list[str]:
    return [path for path in paths if look_up(facts, path) is UNKNOWN]
