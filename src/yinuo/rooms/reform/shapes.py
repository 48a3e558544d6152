"""What each template of this room needs: the keys of its data, as engine/documents/shapes.py describes them."""

from __future__ import annotations

from typing import TypedDict


class ReformFigure(TypedDict):
    """One figure of the whole beside its goal."""

    label: str
    value: str
    goal: str


class ReformRow(TypedDict):
    """A hall's or a department's figures, one for each column."""

    name: str
    values: list[str]


class ReformProblem(TypedDict):
    subject: str
    text: str


class ReformHonour(TypedDict):
    name: str
    title: str
    grounds: str


class ReformEvaluation(TypedDict):
    """A year's score with its parts, the department's own word and the evaluators' comment."""

    name: str
    score: str | None
    parts: list[str]
    self_report: str
    comment: str


class ReformCorrection(TypedDict):
    """A figure of the report before, and what it is now."""

    report: str
    subject: str
    measure: str
    told: str
    now: str


class ReformReportData(TypedDict):
    """信用承诺制改革推进情况：季度通报，或者年度评价（year）。"""

    issuer: str
    number: str
    region: str
    title: str
    year: bool
    span: str
    opening: str
    whole: list[ReformFigure]
    hall_columns: list[str]
    halls: list[ReformRow]
    office_columns: list[str]
    offices: list[ReformRow]
    problems: list[ReformProblem]
    problems_said: str
    honours: list[ReformHonour]
    evaluations: list[ReformEvaluation]
    next_steps: str
    corrections: list[ReformCorrection]
    sha256: str
    basis: list[str]
    issued_on: str
    watermark: str | None
