"""A special track is open, closed, or waits for a fact: by class, by condition, with the basis of each."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from yinuo.core.pack.load import load
from yinuo.core.tracks import eligible

PACK = Path(__file__).parents[2] / "src/yinuo/packs/jishishan"
DAY = date(2026, 11, 3)
FIT: dict[str, Any] = {
    "site": {"permanent_farmland": False, "cultivated_share": "0.5"},
    "mock": {
        "plan_conforms": True,
        "inside_construction_land": True,
        "stability_risk": "low",
        "land_formalities_done": False,
        "subject": "registered",
        "contacts": 2,
        "cost_acknowledged": True,
    },
}


def changed(path: str, value: Any) -> dict[str, Any]:
    group, key = path.split(".")
    return {**FIT, group: {**FIT[group], key: value}}


def test_a_project_that_meets_every_condition_may_be_approved_in_mock() -> None:
    decision = eligible("mock", FIT, load(PACK), DAY, "B")
    assert decision.outcome == {"eligible": True, "support": "favoured"}
    assert decision.complete and decision.missing == ()


@pytest.mark.parametrize(
    ("path", "value", "rule"),
    [
        ("mock.plan_conforms", False, "mock_plan_conforms"),
        ("mock.inside_construction_land", False, "mock_inside_construction_land"),
        ("site.permanent_farmland", True, "mock_no_permanent_farmland"),
        ("site.cultivated_share", "0.51", "mock_little_cultivated_land"),
        ("mock.stability_risk", "medium", "mock_low_stability_risk"),
        ("mock.stability_risk", "none", "mock_low_stability_risk"),
        ("mock.land_formalities_done", True, "mock_land_formalities_not_done"),
        ("mock.subject", "none", "mock_subject_definite"),
        ("mock.contacts", 1, "mock_two_contacts"),
        ("mock.cost_acknowledged", False, "mock_cost_acknowledged"),
    ],
)
def test_each_condition_alone_closes_the_track_and_cites_its_clause(path: str, value: Any, rule: str) -> None:
    decision = eligible("mock", changed(path, value), load(PACK), DAY, "B")
    assert decision.outcome["eligible"] is False
    (step,) = [step for step in decision.trace if step.outcome is False]
    assert step.rule == rule
    assert step.cites[0].startswith("jzb-2023-16#附件4·")
    assert step.facts == {path: value}


@pytest.mark.parametrize(
    "path", ["mock.plan_conforms", "site.permanent_farmland", "site.cultivated_share", "mock.stability_risk"]
)
def test_a_fact_nobody_has_told_is_asked_for_and_never_assumed(path: str) -> None:
    decision = eligible("mock", changed(path, None), load(PACK), DAY, "B")
    assert decision.outcome["eligible"] is None
    assert decision.missing == (path,)


def test_a_company_of_class_d_is_refused_by_its_measure() -> None:
    decision = eligible("mock", FIT, load(PACK), DAY, "D")
    assert decision.outcome == {"eligible": False, "support": "refused"}
    assert [step.rule for step in decision.trace if step.outcome is False] == ["measure.23.mock"]
