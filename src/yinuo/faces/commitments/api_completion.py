"""竣工验收: applied for, verified requirement by requirement, repeated, failed, settled."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema, Status

from yinuo.engine.base import Refused
from yinuo.faces.projects.api import readable
from yinuo.rooms.commitments import actions, queries
from yinuo.rooms.commitments.inspection import Point
from yinuo.rooms.commitments.models import (
    AuditConclusion,
    AuditReport,
    AuditState,
    CompletionState,
    CompletionVerification,
)
from yinuo.ui.api import VersionIn, actor_of, key_of
from yinuo.ui.api_shapes import AttachmentOut, Shape

router = Router(tags=["竣工验收"])


class CompletionIn(Schema):
    why: str = ""


class FindingIn(Schema):
    """One point: requirement `requirement` (from 0) of `commitment_id`, or the verification `item_id`."""

    commitment_id: int | None = None
    requirement: int | None = None
    item_id: int | None = None
    met: bool
    note: str = ""
    evidence: list[int] = []
    document_number: str = ""
    measured: str = ""


class AgainIn(Schema):
    text: str


class FailIn(VersionIn):
    reason: str


class AuditIn(Schema):
    """`conclusion`: clean or adverse; `evidence`: the report's files, stored before."""

    auditor: str
    number: str
    on: date
    conclusion: str
    evidence: list[int] = []


class AuditCheckIn(VersionIn):
    accept: bool
    conclusion: str = ""
    note: str = ""


class CompletionOut(Shape):
    id: int
    state: CompletionState
    round: int
    applied_at: datetime
    rectify_until: datetime | None
    concluded_at: datetime | None
    version: int
    project: int


class CompletionPointOut(Shape):
    """One thing to verify. `met`: the last word, null = nobody has looked yet; `pending`: to be looked at in this
    round.
    """

    commitment: int | None
    requirement: int | None
    item: int
    matter_id: str
    text: str
    department: str
    met: bool | None
    pending: bool


class CompletionAndPointsOut(CompletionOut):
    waiting_departments: list[str]
    points: list[CompletionPointOut]


class FindingOut(Shape):
    id: int
    met: bool
    round: int
    completion: CompletionOut


class ProposedCycleOut(Shape):
    """`proposed` false = the rules give no points."""

    proposed: bool


class AuditReportOut(Shape):
    id: int
    auditor: str
    number: str
    on: date
    conclusion: AuditConclusion
    state: AuditState
    handed_at: datetime
    checked_at: datetime | None
    note: str
    version: int
    project: int
    evidence: list[AttachmentOut]


def out(completion: CompletionVerification) -> dict[str, Any]:
    same = ("id", "state", "round", "applied_at", "rectify_until", "concluded_at", "version")
    return {**{name: getattr(completion, name) for name in same}, "project": completion.project_id}


def point(shown: Point, round_number: int) -> dict[str, Any]:
    return {
        "commitment": shown.commitment.pk if shown.commitment else None,
        "requirement": shown.requirement,
        "item": shown.item.pk,
        "matter_id": shown.item.matter_id,
        "text": shown.text,
        "department": shown.department.key,
        "met": shown.met,
        "pending": shown.pending(round_number),
    }


@router.post("/projects/{project_id}/completion", response={201: CompletionOut}, summary="申请竣工验收")
def apply(request: HttpRequest, project_id: int, body: CompletionIn) -> Status[dict[str, Any]]:
    return Status(
        201,
        out(actions.apply_completion(actor=actor_of(request), project_id=project_id, why=body.why, at=timezone.now())),
    )


@router.get("/projects/{project_id}/completion", response=CompletionAndPointsOut, summary="竣工验收逐项进展")
def show(request: HttpRequest, project_id: int) -> dict[str, Any]:
    readable(request, project_id)
    view = queries.completion_of(project_id)
    if view is None:
        raise CompletionVerification.DoesNotExist
    completion = view.completion
    return {
        **out(completion),
        "waiting_departments": view.waiting_departments,
        "points": [point(shown, completion.round) for shown in view.points],
    }


@router.post("/completions/{completion_id}/findings", response={201: FindingOut}, summary="记录一项核验结果")
def record_finding(request: HttpRequest, completion_id: int, body: FindingIn) -> Status[dict[str, Any]]:
    if (body.commitment_id is None) == (body.item_id is None):
        raise Refused("api.point", "请指明承诺的一项要求，或者一个验收事项", field="commitment_id")
    made = actions.record_finding(
        actor=actor_of(request), completion_id=completion_id, at=timezone.now(), **body.dict()
    )
    now = queries.completion(completion_id)
    return Status(201, {"id": made.pk, "met": made.met, "round": made.round, "completion": out(now)})


@router.post("/completions/{completion_id}/apply-again", response=CompletionOut, summary="整改后再次申请")
def apply_again(request: HttpRequest, completion_id: int, body: AgainIn) -> dict[str, Any]:
    return out(
        actions.apply_again(actor=actor_of(request), completion_id=completion_id, text=body.text, at=timezone.now())
    )


@router.post("/completions/{completion_id}/fail", response=CompletionOut, summary="情节严重，认定未通过")
def fail(request: HttpRequest, completion_id: int, body: FailIn) -> dict[str, Any]:
    return out(
        actions.fail_completion(actor=actor_of(request), completion_id=completion_id, at=timezone.now(), **body.dict())
    )


@router.post("/completions/{completion_id}/propose-cycle", response=ProposedCycleOut, summary="重新提出完整周期加分")
def propose_cycle(request: HttpRequest, completion_id: int) -> dict[str, Any]:
    return {"proposed": actions.propose_cycle(actor=actor_of(request), completion_id=completion_id, at=timezone.now())}


def audit_out(report: AuditReport) -> dict[str, Any]:
    same = ("id", "auditor", "number", "on", "conclusion", "state", "handed_at", "checked_at", "note", "version")
    return {
        **{name: getattr(report, name) for name in same},
        "project": report.project_id,
        "evidence": [one.to_json() for one in report.evidence],
    }


@router.get("/projects/{project_id}/audit-reports", response=list[AuditReportOut], summary="项目的审计报告")
def audits(request: HttpRequest, project_id: int) -> list[dict[str, Any]]:
    standing = queries.audit_of(readable(request, project_id))
    return [audit_out(report) for report in standing.reports] if standing else []


@router.post("/projects/{project_id}/audit-reports", response={201: AuditReportOut}, summary="提交审计报告")
def hand_in_audit(request: HttpRequest, project_id: int, body: AuditIn) -> Status[dict[str, Any]]:
    made = actions.hand_in_audit(
        actor=actor_of(request),
        project_id=project_id,
        idempotency_key=key_of(request),
        at=timezone.now(),
        **body.dict(),
    )
    return Status(201, audit_out(made))


@router.post("/audit-reports/{audit_id}/check", response=AuditReportOut, summary="核对审计报告")
def check_audit(request: HttpRequest, audit_id: int, body: AuditCheckIn) -> dict[str, Any]:
    return audit_out(actions.check_audit(actor=actor_of(request), audit_id=audit_id, at=timezone.now(), **body.dict()))
