"""Supervision by machine: warnings read, answered and handled, records of a project's life read and entered."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema, Status

from yinuo.api.app import actor_of, key_if_any, key_of
from yinuo.api.projects import VersionIn, readable
from yinuo.apps.base import forbid
from yinuo.apps.oversight import access, actions, queries
from yinuo.apps.oversight.models import LifeRecord, Warning

router = Router(tags=["监管与预警"])


class ExplainIn(VersionIn):
    """`evidence`: ids of files stored before."""

    text: str
    evidence: list[int] = []


class HandIn(VersionIn):
    department: str
    why: str


class OrderIn(VersionIn):
    """`days`: working days."""

    text: str
    days: int


class CloseIn(VersionIn):
    """`outcome`: corrected, punished (with the id of the penalty's record) or unfounded."""

    outcome: str
    text: str
    evidence: list[int] = []
    penalty: int | None = None


class PointsIn(Schema):
    basis: str
    evidence: list[int] = []


class RecordIn(Schema):
    """`kind`: bidding, plan, dispatch, inspection, penalty, sighting; `data`: the fields of the kind."""

    kind: str
    step: str = ""
    number: str = ""
    on: date
    data: dict[str, Any]
    evidence: list[int] = []


class CorrectIn(Schema):
    number: str = ""
    on: date
    data: dict[str, Any]
    why: str
    evidence: list[int] = []


def warning_out(row: Warning) -> dict[str, Any]:
    same = ("id", "kind", "state", "source", "why", "matters", "cites", "found_at", "rectify_days", "outcome", "closed_at", "version")
    return {
        **{name: getattr(row, name) for name in same},
        "words": row.get_kind_display(),
        "project": row.project_id,
        "project_code": row.project.code,
        "department": row.department.key if row.department else None,
        "record": row.record_id,
        "penalty": row.penalty_id,
        "former": row.former_id,
    }


def record_out(row: LifeRecord) -> dict[str, Any]:
    same = ("id", "kind", "step", "number", "on", "data", "public", "system", "record_id", "round", "why", "at")
    return {**{name: getattr(row, name) for name in same}, "words": row.get_kind_display(), "replaces": row.replaces_id}


@router.get("/warnings", response=dict[str, Any], summary="异常预警（view：open、closed、all）")
def warnings(request: HttpRequest, view: str = "open", kind: str = "", after: int = 0) -> dict[str, Any]:
    page = queries.warnings(actor_of(request), view=view, kind=kind, after=after)
    return {"warnings": [warning_out(row) for row in page.warnings], "after": page.after or None}


@router.get("/warnings/{warning_id}", response=dict[str, Any], summary="一条预警和它的处置经过")
def warning(request: HttpRequest, warning_id: int) -> dict[str, Any]:
    row = queries.warning(warning_id)
    if not access.can_see_warning(actor_of(request), row):
        raise forbid("只能查看本单位或本大厅项目的预警")
    steps = [
        {
            "kind": step.kind,
            "words": step.get_kind_display(),
            "text": step.text,
            "role": step.role,
            "evidence": step.evidence,
            "at": step.at,
        }
        for step in row.steps.order_by("id")
    ]
    return {**warning_out(row), "steps": steps}


def _told(made: Warning) -> dict[str, Any]:
    return warning_out(queries.warning(made.pk))


@router.post("/warnings/{warning_id}/explain", response=dict[str, Any], summary="项目单位说明情况")
def explain(request: HttpRequest, warning_id: int, body: ExplainIn) -> dict[str, Any]:
    return _told(
        actions.explain_warning(
            actor=actor_of(request), warning_id=warning_id, idempotency_key=key_of(request), at=timezone.now(), **body.dict()
        )
    )


@router.post("/warnings/{warning_id}/rectified", response=dict[str, Any], summary="项目单位报告改正情况")
def rectified(request: HttpRequest, warning_id: int, body: ExplainIn) -> dict[str, Any]:
    return _told(actions.report_rectified(actor=actor_of(request), warning_id=warning_id, at=timezone.now(), **body.dict()))


@router.post("/warnings/{warning_id}/hand", response=dict[str, Any], summary="转交其他部门处置")
def hand(request: HttpRequest, warning_id: int, body: HandIn) -> dict[str, Any]:
    return _told(
        actions.hand_warning(
            actor=actor_of(request),
            warning_id=warning_id,
            department_key=body.department,
            why=body.why,
            version=body.version,
            at=timezone.now(),
        )
    )


@router.post("/warnings/{warning_id}/order", response=dict[str, Any], summary="责令限期改正")
def order(request: HttpRequest, warning_id: int, body: OrderIn) -> dict[str, Any]:
    return _told(actions.order_rectification(actor=actor_of(request), warning_id=warning_id, at=timezone.now(), **body.dict()))


@router.post("/warnings/{warning_id}/close", response=dict[str, Any], summary="办结预警")
def close(request: HttpRequest, warning_id: int, body: CloseIn) -> dict[str, Any]:
    return _told(
        actions.close_warning(
            actor=actor_of(request),
            warning_id=warning_id,
            outcome=body.outcome,
            text=body.text,
            evidence=body.evidence,
            penalty_id=body.penalty,
            version=body.version,
            at=timezone.now(),
        )
    )


@router.post("/warnings/{warning_id}/points", response={201: dict[str, Any]}, summary="因预警提出信用扣分")
def points(request: HttpRequest, warning_id: int, body: PointsIn) -> Status[dict[str, Any]]:
    made = actions.propose_for_warning(
        actor=actor_of(request), warning_id=warning_id, basis=body.basis, evidence=body.evidence, at=timezone.now()
    )
    return Status(201, {"proposal": made.pk, "state": made.state, "expected_points": str(made.expected_points)})


@router.get("/projects/{project_id}/records", response=list[dict[str, Any]], summary="项目的监管记录")
def records(request: HttpRequest, project_id: int) -> list[dict[str, Any]]:
    """The latest version of each; a unit reads its own but for sightings that are being looked into."""
    project, actor = readable(request, project_id), actor_of(request)
    rows = queries.records(project.pk)
    return [record_out(row) for row in rows if actor.role != "unit" or row.kind != "sighting"]


@router.post("/projects/{project_id}/records", response={201: dict[str, Any]}, summary="登记监管记录")
def record_life(request: HttpRequest, project_id: int, body: RecordIn) -> Status[dict[str, Any]]:
    made = actions.record_life(
        actor=actor_of(request), project_id=project_id, idempotency_key=key_if_any(request), at=timezone.now(), **body.dict()
    )
    return Status(201, record_out(made))


@router.post("/records/{record_id}/correct", response={201: dict[str, Any]}, summary="更正监管记录，写成新的一版")
def correct(request: HttpRequest, record_id: int, body: CorrectIn) -> Status[dict[str, Any]]:
    return Status(201, record_out(actions.correct_record(actor=actor_of(request), record_id=record_id, at=timezone.now(), **body.dict())))
