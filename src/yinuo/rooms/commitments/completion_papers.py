"""竣工验收意见书: the outcome, what follows, and every requirement as it was last looked at."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from yinuo.core.calendar import TZ
from yinuo.engine.documents.actions import issue
from yinuo.engine.documents.models import Document
from yinuo.engine.documents.wording import cited, iso
from yinuo.engine.rules import pack
from yinuo.rooms.commitments.inspection import Point
from yinuo.rooms.commitments.models import CompletionState, CompletionVerification, Fulfilment
from yinuo.rooms.commitments.room import CommitmentsPaper
from yinuo.rooms.projects.papers import lines, remedies, short_code


def issue_opinion(completion: CompletionVerification, points: Sequence[Point], why: str, at: datetime) -> Document:
    """The paper of a completion that has just passed or failed."""
    project, data = completion.project, opinion(completion, points, why, at)
    return issue(
        kind=CommitmentsPaper.COMPLETION,
        subject=project,
        data=data,
        at=at,
        number=data["number"],
        project_code=project.code or "",
        unit_id=project.unit_id,
    )


def opinion(completion: CompletionVerification, points: Sequence[Point], why: str, at: datetime) -> dict[str, Any]:
    """shapes.CompletionOpinionData (正文·三(八)). A failed one tells where it can be challenged."""
    project, rules = completion.project, pack()
    passed = completion.state == CompletionState.PASSED
    promised = {point.commitment.pk: point.commitment for point in points if point.commitment is not None}
    place = rules.parameter("place.name", project.rules_on).value
    return {
        **lines(project),
        # A completion may fail, be mended and be judged again: each round has its own paper.
        "number": f"{place}验〔{at.astimezone(TZ).year}〕{short_code(project)}（{completion.round}）号",
        "hall": project.hall.name,
        "outcome": "passed" if passed else "failed",
        "applied_on": iso(completion.applied_at),
        "concluded_on": iso(at),
        "rounds": completion.round,
        "promised": len(promised),
        "kept": sum(commitment.fulfilment == Fulfilment.KEPT for commitment in promised.values()),
        "points": [_point(point) for point in points],
        "why": "" if passed else why,
        "basis": cited(rules.parameter("verification.limit", project.rules_on).cites),
        "remedies": None if passed else remedies(project.rules_on),
        "watermark": None,
    }


def _point(point: Point) -> dict[str, Any]:
    last = point.findings[-1] if point.findings else None
    number = point.item.present.document_number if point.commitment is None and point.granted else ""
    found_at = last.at if last else point.item.ended_at
    return {
        "matter": point.item.name,
        "department": point.department.name,
        "requirement": point.text,
        "met": point.met is True,
        "note": "；".join(
            filter(None, [_measured(point), last.note if last else "", f"文号：{number}" if number else ""])
        ),
        "found_on": iso(found_at) if found_at else None,
    }


def _measured(point: Point) -> str:
    """实测 175 万元/亩: the figure last found, beside the requirement that names the promised one."""
    if point.indicator is None or not point.findings:
        return ""
    return f"实测 {point.findings[-1].measured} {point.indicator['unit']}".strip()
