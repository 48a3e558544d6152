"""How a case is compared with the code's answer: part of it, in order where order means something."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from yinuo.core.pack.cases import differences, must_be_exercised, run_case
from yinuo.core.pack.load import load
from yinuo.core.pack.types import Case, Pack

TEMPLATE = Path(__file__).resolve().parents[3] / "src/yinuo/packs/_template"


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load(TEMPLATE)


def case(ask: str, facts: Mapping[str, Any], expect: Mapping[str, Any] | None = None) -> Case:
    return Case("c", ask, date(2026, 3, 2), facts, expect or {}, (), (), "source", "cases/x.toml:1")


@pytest.mark.parametrize(
    ("expect", "answer", "count"),
    [
        ({"a": 1}, {"a": 1, "b": 2}, 0),
        ({"a": "1.0"}, {"a": "1"}, 0),
        ({"a": 1}, {"a": "1"}, 0),
        ({"a": True}, {"a": 1}, 1),
        ({"a": "x"}, {"a": "y"}, 1),
        ({"b": 1}, {"a": 1}, 1),
        ({"a": "unknown"}, {"a": None}, 0),
        ({"a": False}, {"a": None}, 1),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 2, "c": 3}}, 2),
        ({"a": []}, {"a": ["x"]}, 1),
        ({"a": ["y"]}, {"a": ["x", "y"]}, 0),
        ({"a": ["z"]}, {"a": ["x", "y"]}, 1),
        ({"a": [{"id": "y", "v": 1}]}, {"a": [{"id": "x", "v": 1}, {"id": "y", "v": 1, "w": 2}]}, 0),
        ({"a": {"y": {"v": 1}}}, {"a": [{"id": "x", "v": 1}, {"id": "y", "v": 2}]}, 1),
        ({"a": {"z": {"v": 1}}}, {"a": [{"id": "x", "v": 1}]}, 1),
    ],
)
def test_an_expectation_is_part_of_the_answer(expect: dict[str, Any], answer: dict[str, Any], count: int) -> None:
    assert len(differences(case("screen", {}, expect), answer)) == count


def test_lists_of_events_are_compared_in_order_and_whole() -> None:
    answer = {"events": [{"points": "1"}, {"points": "2"}]}
    assert not differences(case("points", {}, {"events": [{"points": 1}, {"points": 2}]}), answer)
    assert differences(case("points", {}, {"events": [{"points": 2}, {"points": 1}]}), answer)
    assert differences(case("points", {}, {"events": [{"points": 1}]}), answer)


def test_a_plan_is_asked_with_its_items(pack: Pack) -> None:
    items = [
        {"id": "a", "routes": {"regular": 2}},
        {"id": "b", "routes": {"regular": 3, "commitment": 1}, "after": ["a"]},
    ]
    answer = run_case(case("plan", {"items": items, "from": date(2026, 3, 2)}), pack)
    assert answer["critical"] == ["a", "b"]
    assert answer["working_days"] == 5
    assert answer["faster"] == [{"id": "b", "route": "commitment", "saves_working_days": 2}]


def test_a_due_date_moves_with_pauses_and_extensions(pack: Pack) -> None:
    plain = {"accepted": "2026-03-02T10:00", "days": 2}
    paused = {**plain, "pauses": [["2026-03-03T09:00", "2026-03-04T09:00"]]}
    assert run_case(case("due", plain), pack)["due_at"] == "2026-03-04T17:30:00+08:00"
    assert run_case(case("due", paused), pack)["due_at"] == "2026-03-05T17:30:00+08:00"
    assert run_case(case("due", {**plain, "extend": 1}), pack)["due_at"] == "2026-03-05T17:30:00+08:00"


def test_what_binds_a_matter_is_answered_by_row(pack: Pack) -> None:
    short = {"construction": {"pipeline_kind": "water", "pipelines_length_m": 100}}
    answer = run_case(case("listed", {"matter": "road_occupation", "project": short}), pack)
    assert answer["listed"] is False
    assert answer["rules"] == ["negative.matter.1", "negative.matter.1.short_pipeline", "threshold.pipeline_length"]
    assert run_case(case("listed", {"matter": "road_occupation"}), pack)["listed"] is None


def test_every_rule_of_the_template_needs_a_case(pack: Pack) -> None:
    rules = must_be_exercised(pack)
    assert {
        "negative.project.1",
        "negative.matter.1.short_pipeline",
        "band.A",
        "measure.5.refused",
        "credit.5.act",
        "hall.6.light",
    } <= set(rules)
    assert set(rules) <= {name for known in pack.cases for name in known.exercises}
