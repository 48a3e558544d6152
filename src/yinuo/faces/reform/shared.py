"""A report on the reform as pages show it: its figures as tables, whoever reads them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from yinuo.rooms.reform.figures import percent, said
from yinuo.rooms.reform.measures import MEASURES
from yinuo.rooms.reform.papers import OF_HALLS, OF_OFFICES, value_of

# Address of the cases behind a figure: measure, hall, department. Without one, figures stand as they are.
Cases = Callable[[str, int | None, int | None], str]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with where its cases are listed, "" = nowhere; `short` False says it is below its goal."""

    label: str
    text: str
    url: str = ""
    goal: str = ""
    short: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    name: str
    figures: Sequence[Figure]


@dataclass(frozen=True, slots=True)
class Part:
    """One indicator of a score: the value, what it weighs and what it earned."""

    label: str
    value: str
    url: str
    weight: str
    bounds: str
    earned: str


@dataclass(frozen=True, slots=True)
class Evaluation:
    key: str
    name: str
    score: str
    parts: Sequence[Part]
    self_report: str
    comment: str


def _nowhere(measure: str, hall: int | None, department: int | None) -> str:
    return ""


def shown(body: Mapping[str, Any], cases: Cases = _nowhere) -> dict[str, Any]:
    """What the templates need of a report's body, published or not."""
    return {
        "whole": [_whole(key, body, cases) for key in MEASURES if key in body["whole"]],
        "hall_labels": [MEASURES[key].label for key in OF_HALLS],
        "halls": [
            Line(row["hall"], [_figure(key, row, cases, row["hall_id"], None) for key in OF_HALLS])
            for row in body["halls"]
        ],
        "office_labels": [MEASURES[key].label for key in OF_OFFICES],
        "offices": [
            Line(
                row["department"],
                [_figure(key, row, cases, row["hall_id"], row["department_id"]) for key in OF_OFFICES],
            )
            for row in body["departments"]
        ],
        "problems": body["problems"],
        "honours": body["honours"],
        "corrections": [{**one, "label": MEASURES[one["measure"]].label} for one in body["corrections"]],
        "evaluations": _evaluations(body, cases),
        "definitions": [MEASURES[key] for key in MEASURES if key in body["whole"]],
    }


def _whole(key: str, body: Mapping[str, Any], cases: Cases) -> Figure:
    tally, goal = body["whole"][key], body["targets"].get(key)
    short = bool(goal) and bool(tally["count"]) and Fraction(tally["good"], tally["count"]) < Fraction(goal)
    return Figure(
        MEASURES[key].label, _text(key, tally), cases(key, None, None), percent(Fraction(goal)) if goal else "", short
    )


def _text(key: str, tally: Mapping[str, Any]) -> str:
    """With the median of what is measured in days, and the sum of points."""
    words = said(key, tally)
    if key == "landed" and tally["median"] is not None:
        words += f"，中位数 {tally['median']} 天"
    if key == "points" and tally["sum"] is not None:
        words = f"{tally['count']} 次，合计 {tally['sum']} 分"
    return words


def _figure(key: str, row: Mapping[str, Any], cases: Cases, hall: int, department: int | None) -> Figure:
    tally = row["measures"].get(key)
    if tally is None:
        return Figure(MEASURES[key].label, "—")
    return Figure(MEASURES[key].label, said(key, tally), cases(key, hall, department))


def _evaluations(body: Mapping[str, Any], cases: Cases) -> list[Evaluation]:
    """Halls, then departments, the best of each first."""
    halls = [
        _evaluation(f"h{row['hall_id']}", row["hall"], row, body, cases, None)
        for row in body["halls"]
        if "evaluation" in row
    ]
    offices = [
        _evaluation(f"d{row['department_id']}", row["department"], row, body, cases, row["department_id"])
        for row in body["departments"]
        if "evaluation" in row
    ]
    return [one for group in (halls, offices) for one in sorted(group, key=lambda one: -Decimal(one.score or -1))]


def _evaluation(
    key: str, name: str, row: Mapping[str, Any], body: Mapping[str, Any], cases: Cases, department: int | None
) -> Evaluation:
    found = row["evaluation"]
    parts = [
        Part(
            part["label"],
            value_of(part),
            cases(part["key"], row["hall_id"], department) if part["key"] in MEASURES and part["count"] else "",
            part["weight"],
            _bounds(part),
            "不计" if part["earned"] is None else part["earned"],
        )
        for part in found["parts"]
    ]
    comments, own = body.get("comments", {}), body.get("self_reports", {})
    return Evaluation(key, name, found["score"] or "", parts, own.get(key, ""), comments.get(key, ""))


def _bounds(part: Mapping[str, Any]) -> str:
    """从 80% 到 100%: where it earns nothing, and where all."""
    words = percent if part["way"] == "share" else str
    return f"{words(Fraction(part['nothing']))} 不得分，{words(Fraction(part['full']))} 满分"
