"""Project facts: what is refused, in which words, and the JSON Schema that says the same."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import jsonschema_rs
import pytest

from tests.core.probe import county_facts
from yinuo.core.facts import fact
from yinuo.core.schema import FactError, project_schema
from yinuo.core.schema import validate as validate_by

FACTS = county_facts()
GROUPS = FACTS.groups

GOOD: dict[str, Any] = {
    "name": "示例项目",
    "kind": "filing",
    "industry": "C3021",
    "total_investment": "3200.5",
    "land_area": 21783.29,
    "water_intake": False,
    "unit": {"type": "enterprise", "credit_code": "91620000710375659T", "score": 78, "grade": None},
    "site": {"heritage": "none", "cultivated_share": Decimal("0.3")},
    "planned_start_on": "2026-03-01",
}


def validate(facts: Any) -> list[FactError]:
    return validate_by(facts, FACTS)


def nested(path: str, value: Any) -> dict[str, Any]:
    for part in reversed(path.split(".")):
        value = {part: value}
    return value


def test_good_facts_have_no_fault() -> None:
    assert validate(GOOD) == []
    assert validate({}) == []


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        ("total_investment", -1, "不小于 0 的数字，单位为万元"),
        ("total_investment", "-1", "不小于 0"),
        ("total_investment", "1e3", "不小于 0"),
        ("total_investment", True, "不小于 0"),
        ("total_investment", float("nan"), "不小于 0"),
        ("total_investment", "许多", "不小于 0"),
        ("water_intake", "none", "不小于 0"),
        ("unit.score", "100.01", "不能大于 100"),
        ("site.cultivated_share", 30, "不能大于 1"),
        ("uses_radiation", "是", "true 或 false"),
        ("uses_radiation", 1, "true 或 false"),
        ("kind", "备案", "filing（备案）"),
        ("unit.grade", "E", "unrated（未评级）"),
        ("industry", "制造业", "GB/T 4754"),
        ("unit.credit_code", "9162000071037565", "18 位"),
        ("planned_start_on", "2026-02-30", "2026-03-01"),
        ("planned_start_on", "20260301", "2026-03-01"),
        ("name", "  ", "不能为空"),
        ("name", 7, "应为文字"),
        ("nature", ["new"], "应为文字"),
    ],
)
def test_a_wrong_value_is_refused_with_the_remedy(path: str, value: Any, says: str) -> None:
    (fault,) = validate(nested(path, value))
    assert fault.path == path
    assert fault.message.startswith(FACTS[path].label)
    assert says in fault.message


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("total_invest", "total_investment"),
        ("site.adress", "site.address"),
        ("declaration", "declarations"),
        ("unit.grades", "unit.grade"),
    ],
)
def test_an_unknown_field_is_refused_with_the_nearest_known_one(path: str, hint: str) -> None:
    (fault,) = validate(nested(path, "x"))
    assert fault.path == path
    assert f"是否指 {hint}？" in fault.message


def test_a_group_must_be_an_object_and_the_whole_too() -> None:
    assert [fault.path for fault in validate({"site": "大河家镇"})] == ["site"]
    assert [fault.path for fault in validate([])] == [""]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("start", "finish", "faults"),
    [
        ("2027-03-01", "2027-02-28", ["planned_finish_on"]),
        ("2027-03-01", "2027-03-01", []),
        ("2027-03-01", None, []),
        (None, "2027-02-28", []),
        ("2027-3-1", "2027-02-28", ["planned_start_on"]),
    ],
)
def test_nothing_is_finished_before_it_is_begun(start: str | None, finish: str | None, faults: list[str]) -> None:
    assert [fault.path for fault in validate({"planned_start_on": start, "planned_finish_on": finish})] == faults


def test_every_fault_is_told_at_once() -> None:
    assert [fault.path for fault in validate({"kind": 1, "nme": 1, "unit": {"type": "x"}})] == [
        "kind",
        "nme",
        "unit.type",
    ]


@pytest.mark.parametrize("value", [True, False, 0, "12.5", 3])
def test_a_quantity_may_be_an_amount_or_yes_or_no(value: Any) -> None:
    assert validate({"discharges": value}) == []


@pytest.mark.parametrize(("value", "verdict"), [(True, True), (False, False), (0, False), ("0.01", True), (None, None)])
def test_a_quantity_is_present_when_it_is_yes_or_more_than_nothing(value: Any, verdict: bool | None) -> None:
    assert fact("discharges").present()({"discharges": value}).value is verdict


def test_every_fact_has_a_label_and_a_known_group() -> None:
    for path, spec in FACTS.items():
        assert spec.label
        assert path == spec.path
        assert path.count(".") <= 1
        assert path.partition(".")[0] in GROUPS or "." not in path
        assert bool(spec.choices) >= (spec.type == "choice")


def test_the_schema_names_every_fact_once_and_is_plain_json() -> None:
    schema = json.loads(json.dumps(project_schema(FACTS)))
    paths = set()
    for name, shape in schema["properties"].items():
        paths |= {f"{name}.{inner}" for inner in shape["properties"]} if "properties" in shape else {name}
    assert paths == set(FACTS)
    assert schema["additionalProperties"] is False


def test_the_schema_accepts_and_refuses_what_the_validator_does() -> None:
    checker = jsonschema_rs.Draft202012Validator(project_schema(FACTS))
    assert checker.is_valid(json.loads(json.dumps(GOOD, default=float)))
    bad = [
        nested("total_investment", -1),
        nested("unit.grade", "E"),
        nested("unit.score", 101),
        nested("uses_radiation", "是"),
        nested("industry", "制造业"),
        nested("site.adress", "x"),
        {"site": "x"},
    ]
    for facts in bad:
        assert validate(facts)
        assert not checker.is_valid(facts), facts
