"""Supervision by machine: warnings read, answered and handled, records of a project's life read and entered."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from django.db import DataError
from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema, Status

from yinuo.engine.base import Actor, Refused, forbid
from yinuo.engine.documents.attachments import load_files
from yinuo.engine.feeds.queries import read_on
from yinuo.faces.projects.api import readable
from yinuo.rooms.credit.models import ProposalState
from yinuo.rooms.oversight import access, actions, queries
from yinuo.rooms.oversight.models import (
    AnomalyWarning,
    LifeRecord,
    RecordKind,
    SharedKind,
    StepKind,
    WarningKind,
    WarningOutcome,
    WarningSource,
    WarningState,
)
from yinuo.ui.api import VersionIn, actor_of, key_if_any, key_of, system_of
from yinuo.ui.api_shapes import AttachmentOut, Shape, maybe_absent

router = Router(tags=["监管与预警"])


class ExplainIn(VersionIn):
    """`evidence`: ids of files stored before."""

    text: str
    evidence: list[int] = []


class WarningHandoverIn(VersionIn):
    department: str
    why: str


class OrderIn(VersionIn):
    """`days`: working days."""

    text: str
    days: int


class WarningCloseIn(VersionIn):
    """`outcome`: corrected, punished (with the id of the penalty's record) or unfounded."""

    outcome: str
    text: str
    evidence: list[int] = []
    penalty: int | None = None


class WarningPointsIn(Schema):
    basis: str
    evidence: list[int] = []


class RecordIn(Schema):
    """`kind`: bidding, plan, dispatch, inspection, penalty, sighting; `data`: the fields of the kind.

    `inspection_id`: of a penalty, the random inspection that handed the case over.
    """

    kind: str
    step: str = ""
    number: str = ""
    on: date
    data: dict[str, Any]
    evidence: list[int] = []
    inspection_id: int | None = None


class RecordCorrectionIn(Schema):
    number: str = ""
    on: date
    data: dict[str, Any]
    why: str
    evidence: list[int] = []


class WarningOut(Shape):
    """`matters`: what had to be decided before the start, by name; `former`: the closed warning of its kind before."""

    id: int
    kind: WarningKind
    state: WarningState
    source: WarningSource
    why: str
    matters: list[str]
    cites: list[str]
    found_at: datetime
    rectify_days: int | None
    outcome: WarningOutcome | Literal[""]
    closed_at: datetime | None
    version: int
    words: str
    project: int
    project_code: str | None
    department: str | None
    record: int | None
    penalty: int | None
    former: int | None


class WarningsOut(Shape):
    warnings: list[WarningOut]
    after: int | None


class WarningStepOut(Shape):
    kind: StepKind
    words: str
    text: str
    role: str
    evidence: list[AttachmentOut]
    at: datetime


class WarningAndStepsOut(WarningOut):
    steps: list[WarningStepOut]


class WarningPointsOut(Shape):
    """`expected_points`: a decimal string."""

    proposal: int
    state: ProposalState
    expected_points: str


class LifeRecordOut(Shape):
    """`data`: the fields of the kind; `system` and `record_id`: where another system reported it."""

    id: int
    kind: RecordKind
    step: str
    number: str
    on: date
    data: dict[str, Any]
    public: bool
    system: str
    record_id: str
    round: int
    why: str
    at: datetime
    words: str
    replaces: int | None


class TakenRecordOut(Shape):
    """What became of one row; `row` counts from 0. Of a refused one: `code`, `errors` by field and `remedy`."""

    row: int
    record_id: Any
    outcome: Literal["created", "changed", "same", "refused"]
    id: int = maybe_absent()
    round: int = maybe_absent()
    code: str = maybe_absent()
    errors: dict[str, str] = maybe_absent()
    remedy: str = maybe_absent()


class TakenRecordsOut(Shape):
    created: int
    changed: int
    same: int
    refused: int
    system: str
    rows: list[TakenRecordOut]


class SharedOut(Shape):
    """A decision, an inspection or a penalty; `data`: what the kind tells."""

    place: int
    kind: SharedKind
    number: str
    on: date
    at: datetime
    data: dict[str, Any]


class SharedFeedOut(Shape):
    items: list[SharedOut]
    next: int


def warning_out(row: AnomalyWarning) -> dict[str, Any]:
    same = (
        "id",
        "kind",
        "state",
        "source",
        "why",
        "matters",
        "cites",
        "found_at",
        "rectify_days",
        "outcome",
        "closed_at",
        "version",
    )
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


@router.get("/warnings", response=WarningsOut, summary="异常预警（view：open、closed、all）")
def warnings(request: HttpRequest, view: str = "open", kind: str = "", after: int = 0) -> dict[str, Any]:
    page = queries.warnings(actor_of(request), view=view, kind=kind, after=after)
    return {"warnings": [warning_out(row) for row in page.warnings], "after": page.after or None}


@router.get("/warnings/{warning_id}", response=WarningAndStepsOut, summary="一条预警和它的处置经过")
def warning(request: HttpRequest, warning_id: int) -> dict[str, Any]:
    row = queries.warning(warning_id)
    if not access.can_see_warning(actor_of(request), row):
        raise forbid("只能查看本单位或本大厅项目的预警")
    done = list(row.steps.order_by("id"))
    load_files(done)
    steps = [
        {
            "kind": step.kind,
            "words": step.get_kind_display(),
            "text": step.text,
            "role": step.role,
            "evidence": [one.to_json() for one in step.evidence],
            "at": step.at,
        }
        for step in done
    ]
    return {**warning_out(row), "steps": steps}


def _told(made: AnomalyWarning) -> dict[str, Any]:
    return warning_out(queries.warning(made.pk))


@router.post("/warnings/{warning_id}/explain", response=WarningOut, summary="项目单位说明情况")
def explain(request: HttpRequest, warning_id: int, body: ExplainIn) -> dict[str, Any]:
    return _told(
        actions.explain_warning(
            actor=actor_of(request),
            warning_id=warning_id,
            idempotency_key=key_of(request),
            at=timezone.now(),
            **body.dict(),
        )
    )


@router.post("/warnings/{warning_id}/rectified", response=WarningOut, summary="项目单位报告改正情况")
def rectified(request: HttpRequest, warning_id: int, body: ExplainIn) -> dict[str, Any]:
    return _told(
        actions.report_rectified(actor=actor_of(request), warning_id=warning_id, at=timezone.now(), **body.dict())
    )


@router.post("/warnings/{warning_id}/hand", response=WarningOut, summary="转交其他部门处置")
def hand(request: HttpRequest, warning_id: int, body: WarningHandoverIn) -> dict[str, Any]:
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


@router.post("/warnings/{warning_id}/order", response=WarningOut, summary="责令限期改正")
def order(request: HttpRequest, warning_id: int, body: OrderIn) -> dict[str, Any]:
    return _told(
        actions.order_rectification(actor=actor_of(request), warning_id=warning_id, at=timezone.now(), **body.dict())
    )


@router.post("/warnings/{warning_id}/close", response=WarningOut, summary="办结预警")
def close(request: HttpRequest, warning_id: int, body: WarningCloseIn) -> dict[str, Any]:
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


@router.post("/warnings/{warning_id}/points", response={201: WarningPointsOut}, summary="因预警提出信用扣分")
def points(request: HttpRequest, warning_id: int, body: WarningPointsIn) -> Status[dict[str, Any]]:
    made = actions.propose_for_warning(
        actor=actor_of(request), warning_id=warning_id, basis=body.basis, evidence=body.evidence, at=timezone.now()
    )
    return Status(201, {"proposal": made.pk, "state": made.state, "expected_points": str(made.expected_points)})


@router.get("/projects/{project_id}/records", response=list[LifeRecordOut], summary="项目的监管记录")
def records(request: HttpRequest, project_id: int) -> list[dict[str, Any]]:
    """The latest version of each; a unit reads its own but for sightings that are being looked into."""
    project, actor = readable(request, project_id), actor_of(request)
    rows = queries.records(project.pk)
    return [record_out(row) for row in rows if actor.role != "unit" or row.kind != "sighting"]


@router.post("/projects/{project_id}/records", response={201: LifeRecordOut}, summary="登记监管记录")
def record_life(request: HttpRequest, project_id: int, body: RecordIn) -> Status[dict[str, Any]]:
    made = actions.record_life(
        actor=actor_of(request),
        project_id=project_id,
        idempotency_key=key_if_any(request),
        at=timezone.now(),
        **body.dict(),
    )
    return Status(201, record_out(made))


@router.post("/records/{record_id}/correct", response={201: LifeRecordOut}, summary="更正监管记录，写成新的一版")
def correct(request: HttpRequest, record_id: int, body: RecordCorrectionIn) -> Status[dict[str, Any]]:
    return Status(
        201,
        record_out(
            actions.correct_record(actor=actor_of(request), record_id=record_id, at=timezone.now(), **body.dict())
        ),
    )


class DispatchOutcomeIn(Schema):
    outcome: str
    evidence: list[int] = []


class IntakeIn(Schema):
    """Each of `rows` has `record_id`, `project_code`, `kind`, `on`, `data`, and `step`, `number` where the kind has
    them. The same row again changes nothing; one that says something else is a new version. Records are kept under the
    name of the key they come with, so that no system replaces another's; `system`, what the sender calls itself, is not
    relied on.
    """

    system: str = ""
    rows: list[dict[str, Any]]


ROWS_MOST = 500
ROW_FIELDS = ("record_id", "project_code", "kind", "step", "number", "on", "data")


@router.post("/records/{record_id}/outcome", response={201: LifeRecordOut}, summary="办结督查调度")
def outcome(request: HttpRequest, record_id: int, body: DispatchOutcomeIn) -> Status[dict[str, Any]]:
    return Status(
        201,
        record_out(
            actions.answer_dispatch(actor=actor_of(request), record_id=record_id, at=timezone.now(), **body.dict())
        ),
    )


@router.post("/intake/records", response=TakenRecordsOut, summary="接收其他系统的监管记录，逐条回报")
def intake(request: HttpRequest, body: IntakeIn) -> dict[str, Any]:
    """Every row by itself: one that is wrong names its field and what to do, and holds up no other."""
    actor = actor_of(request)
    if not access.can_take_in(actor):
        raise forbid("只有对接的监管系统可以报送监管记录")
    if len(body.rows) > ROWS_MOST:
        raise Refused("oversight.rows", f"一次最多报送 {ROWS_MOST} 条", field="rows", remedy="请分几次报送")
    system = system_of(request)
    report = [_taken(actor, system, number, row) for number, row in enumerate(body.rows)]
    counts = {
        word: sum(line["outcome"] == word for line in report) for word in ("created", "changed", "same", "refused")
    }
    return {**counts, "system": system, "rows": report}


def _taken(actor: Actor, system: str, number: int, row: dict[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {"row": number, "record_id": row.get("record_id")}
    try:
        taken = actions.take_in_record(actor=actor, system=system, at=timezone.now(), **_row(row))
    except Refused as refusal:
        errors = refusal.errors or {refusal.field: refusal.message}
        return {
            **told,
            "outcome": "refused",
            "code": refusal.code,
            "errors": errors,
            "remedy": refusal.remedy or "请按提示改正后重新报送",
        }
    except DataError:
        return {
            **told,
            "outcome": "refused",
            "code": "api.unfit",
            "errors": {"": "内容里有无法保存的数字或文字"},
            "remedy": "请检查后重新报送",
        }
    return {**told, "outcome": taken.outcome, "id": taken.record.pk, "round": taken.record.round}


def _row(row: dict[str, Any]) -> dict[str, Any]:
    """The row's fields, each of the type the action takes. Raises Refused naming what is not."""
    errors = {name: f"没有这一项，可以填的有 {'、'.join(ROW_FIELDS)}" for name in row if name not in ROW_FIELDS}
    kept: dict[str, Any] = {}
    for name in ("record_id", "project_code", "kind", "step", "number"):
        value = row.get(name, "" if name in ("step", "number") else None)
        if isinstance(value, str | int) and not isinstance(value, bool):
            kept[name] = str(value)
        else:
            errors[name] = "请填写文字"
    try:
        kept["on"] = date.fromisoformat(str(row.get("on", "")))
    except ValueError:
        errors["on"] = "日期请写成 2026-11-30"
    data = row.get("data", {})
    if isinstance(data, dict):
        kept["data"] = data
    else:
        errors["data"] = "请填写对象，列出这一类记录的各项"
    if errors:
        raise Refused("oversight.row", next(iter(errors.values())), field=next(iter(errors)), errors=errors)
    return kept


@router.get("/shared", response=SharedFeedOut, summary="共享的决定、检查和处罚（since：上次读到的序号）")
def shared(request: HttpRequest, since: int = 0, size: int = 100, kind: str = "") -> dict[str, Any]:
    """In the order of their places; ask again from `next`. What came later never stands before what was read."""
    actor = actor_of(request)
    if not access.can_read_shared(actor):
        raise forbid("只有对接的系统和管理人员可以读取共享信息")
    feed = read_on(queries.shared(actor, kind), max(since, 0), min(max(size, 1), 500))
    items = [
        {
            "place": row.number,
            "kind": row.entry.kind,
            "number": queries.number_of(row.entry),
            "on": timezone.localdate(row.entry.at),
            "at": row.entry.at,
            "data": row.entry.data,
        }
        for row in feed.entries
    ]
    return {"items": items, "next": feed.next}
