"""A report as a paper: the same content as the row it is issued for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from yinuo.core.decision import plain
from yinuo.core.wording import day_words
from yinuo.engine.documents.wording import cited, iso
from yinuo.engine.rules import pack, roles
from yinuo.rooms.reform.figures import percent, rules_day, said
from yinuo.rooms.reform.measures import MEASURES
from yinuo.rooms.reform.models import Publication, ReformReport, ReportKind
from yinuo.rooms.reform.scoring import rounded

# What a paper has room for in a row: the others stand in the public page and its data.
OF_OFFICES = ("promised", "on_time", "red", "reviews", "warnings", "commitment_reviews")
OF_HALLS = ("promised", "mapped", "on_time", "landed", "reviews")


def number_of(report: ReformReport) -> str:
    what = "信用承诺制改革推进情况通报" if report.kind == ReportKind.QUARTER else "信用承诺制改革推进情况评价"
    turn = (report.begins.month - 1) // 3 + 1 if report.kind == ReportKind.QUARTER else 1
    return f"{report.region.name}{what}〔{report.begins.year}〕{turn}号"


def basis_of(begins: date) -> list[str]:
    names = ("reform.indicators", "kpi.commitment_share")
    return list(dict.fromkeys(cite for name in names for cite in pack().parameter(name, rules_day(begins)).cites))


def report(row: Publication) -> dict[str, Any]:
    """shapes.ReformReportData."""
    body, made = row.body, row.report
    year = made.kind == ReportKind.YEAR
    return {
        "issuer": pack().departments[roles().filing_department].name,
        "number": row.number,
        "region": body["region"],
        "title": made.title,
        "year": year,
        "span": f"{day_words(made.begins)}至{day_words(date.fromisoformat(body['through']))}",
        "opening": body["opening"],
        "whole": [_whole(key, body) for key in MEASURES if key in body["whole"]],
        "hall_columns": [MEASURES[key].label for key in OF_HALLS],
        "halls": [_row(one["hall"], one, OF_HALLS) for one in body["halls"]],
        "office_columns": [MEASURES[key].label for key in OF_OFFICES],
        "offices": [_row(one["department"], one, OF_OFFICES) for one in body["departments"]],
        "problems": [{"subject": one["subject"], "text": one["text"]} for one in body["problems"]],
        "problems_said": body["problems_said"],
        "honours": [{"name": one["name"], "title": one["title"], "grounds": one["grounds"]} for one in body["honours"]],
        "evaluations": _evaluations(body) if year else [],
        "next_steps": body["next_steps"],
        "corrections": [
            {
                "report": one["report"],
                "subject": one["subject"],
                "measure": MEASURES[one["measure"]].label,
                "told": one["told"],
                "now": one["now"],
            }
            for one in body["corrections"]
        ],
        "sha256": row.sha256,
        "basis": cited(basis_of(made.begins)),
        "issued_on": iso(row.at),
        "watermark": None,
    }


def _whole(key: str, body: Mapping[str, Any]) -> dict[str, str]:
    goal = body["targets"].get(key)
    return {
        "label": MEASURES[key].label,
        "value": said(key, body["whole"][key]),
        "goal": percent(Fraction(goal)) if goal else "—",
    }


def _row(name: str, one: Mapping[str, Any], keys: Sequence[str]) -> dict[str, Any]:
    measures = one["measures"]
    return {"name": name, "values": [_short(key, measures[key]) if key in measures else "—" for key in keys]}


def _short(key: str, tally: Mapping[str, Any]) -> str:
    if not MEASURES[key].shared or not tally["count"]:
        return str(tally["count"])
    return percent(Fraction(tally["good"], tally["count"]))


def _evaluations(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Halls first, then departments, the best of each first; what could not be scored stands last."""
    rows = [_evaluation(f"h{one['hall_id']}", one["hall"], one, body) for one in body["halls"]]
    offices = [_evaluation(f"d{one['department_id']}", one["department"], one, body) for one in body["departments"]]
    return [row for group in (rows, offices) for row in sorted(group, key=lambda row: -Decimal(row["score"] or -1))]


def _evaluation(key: str, name: str, one: Mapping[str, Any], body: Mapping[str, Any]) -> dict[str, Any]:
    found = one["evaluation"]
    parts = [
        f"{part['label']} {value_of(part)}，得 {part['earned']}／{part['weight']}"
        for part in found["parts"]
        if part["earned"] is not None
    ]
    return {
        "name": name,
        "score": found["score"],
        "parts": parts,
        "self_report": body.get("self_reports", {}).get(key, ""),
        "comment": body["comments"].get(key, ""),
    }


def value_of(part: Mapping[str, Any]) -> str:
    """The figure a part rests on, in words."""
    if part["value"] is None:
        return "没有发生"
    value = Fraction(part["value"])
    if part["way"] == "share":
        return f"{part['good']}／{part['count']}（{percent(value)}）"
    if part["way"] == "count":
        return f"{part['count']} 件"
    return f"{plain(rounded(value))} 分"
