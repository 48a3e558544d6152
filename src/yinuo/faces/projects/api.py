"""Filing and the life of a project."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Field, Router, Schema, Status

from yinuo.core.codes import CodeError, check_credit_code
from yinuo.engine.base import Refused, forbid
from yinuo.engine.people.queries import unit_id_of
from yinuo.engine.trail.actions import seen
from yinuo.faces.projects.changing import preview
from yinuo.rooms.onemap.actions import confirm_review
from yinuo.rooms.projects import access, actions, queries
from yinuo.rooms.projects.models import (
    AmendmentKind,
    ChangeRequest,
    ChangeState,
    ParticipantRole,
    Project,
    ProjectKind,
    ProjectState,
    ReportKind,
)
from yinuo.ui.api import VersionIn, WhyIn, actor_of, api, key_if_any, key_of
from yinuo.ui.api_shapes import DecisionOut, Shape

router = Router(tags=["项目"])


class FilingIn(Schema):
    """A filing: the form's fields as facts (yinuo pack schema says which), and the pledge."""

    facts: dict[str, Any]
    pledged: bool
    unit: str = Field("", description="统一社会信用代码；密钥只绑定一个单位时可不填")
    allow_duplicate: bool = False


class ProjectOut(Shape):
    id: int
    code: str | None
    name: str
    kind: ProjectKind
    state: ProjectState
    instant: bool
    certificate: str | None
    filed_at: datetime
    confirmed_at: datetime | None
    landed_at: datetime | None
    completed_at: datetime | None
    problem: str
    version: int


class ChangeOut(Shape):
    """A change that waits, or waited, for the filing office; `stops`: the rules in its way."""

    id: int
    kind: AmendmentKind
    state: ChangeState
    changes: dict[str, Any]
    reason: str
    stops: list[dict[str, Any]]
    asked_at: datetime
    decided_at: datetime | None
    why: str
    version: int


class AmendedOut(ProjectOut):
    change: ChangeOut | None


class ProjectsOut(Shape):
    items: list[ProjectOut]
    after: int


class FiledOut(Shape):
    project: ProjectOut
    decision: DecisionOut
    repeated: bool


class FilingDecisionIn(WhyIn):
    approve: bool


class AmendIn(VersionIn):
    changes: dict[str, Any]
    reason: str


class ChangePreviewIn(Schema):
    changes: dict[str, Any]


class MapChangeOut(Shape):
    """kind: add, cancel, promise."""

    kind: str
    matter: str
    name: str
    text: str


class KeptOut(Shape):
    what: str
    names: list[str]


class ChangePreviewOut(Shape):
    """`stops` empty = it would hold at once; `kept`: what stays valid as it is."""

    kind: AmendmentKind
    changes: dict[str, Any]
    stops: list[dict[str, Any]]
    map: list[MapChangeOut]
    kept: list[KeptOut]


class ProgressReportIn(Schema):
    kind: str
    on: date
    percent: int | None = None
    invested: Decimal | None = None
    text: str = ""


class ParticipantIn(Schema):
    role: str
    name: str
    credit_code: str
    qualification: str = ""


class EndParticipantIn(Schema):
    why: str


class ProgressReportOut(Shape):
    id: int
    kind: ReportKind
    on: date


class ParticipantOut(Shape):
    id: int
    role: ParticipantRole


class EndedParticipantOut(ParticipantOut):
    ended_at: datetime


def out(project: Project, certificate: str | None = None) -> dict[str, Any]:
    """The project as machines read it; `certificate` saves the look-up where the caller has it."""
    fields = (
        "id",
        "code",
        "name",
        "kind",
        "state",
        "instant",
        "filed_at",
        "confirmed_at",
        "landed_at",
        "completed_at",
        "problem",
        "version",
    )
    made = {name: getattr(project, name) for name in fields}
    made["certificate"] = certificate
    return made


def readable(request: HttpRequest, project_id: int) -> Project:
    project, actor = queries.one(project_id), actor_of(request)
    if not access.can_see(actor, project):
        raise forbid("只能查看本单位或本大厅的项目")
    if request.method == "GET" and actor.role != "unit":
        seen(actor, "api", at=timezone.now(), project_code=project.code or "", unit_id=project.unit_id)
    return project


def _certificate(project: Project) -> str | None:
    return project.certificate.number if hasattr(project, "certificate") else None


@router.get("", response=ProjectsOut, summary="项目列表：单位看本单位的，工作人员看本大厅的")
def listing(request: HttpRequest, search: str = "", state: str = "", after: int = 0, size: int = 30) -> dict[str, Any]:
    """Newest first; `after` opens the next page, 0 = no more. `search`: a project code, or part of a name."""
    if state and state not in ProjectState.values:
        raise Refused(
            "api.state", f"没有名为 {state} 的状态", field="state", remedy="可选：" + "、".join(ProjectState.values)
        )
    page = queries.page(
        actor_of(request), search=search[:160], state=state, after=max(after, 0), size=min(max(size, 1), 100)
    )
    rows = [out(project, _certificate(project)) for project in page.projects]
    return {"items": rows, "after": page.after}


@router.post("", response={201: FiledOut, 200: FiledOut}, summary="申报项目（备案类符合条件的当场赋码、当场批复）")
def file(request: HttpRequest, body: FilingIn) -> HttpResponse:
    """Answers as it stands: a whole decision is not read through a schema once more that takes anything."""
    actor = actor_of(request)
    unit_id = actor.unit_id or 0
    if body.unit:
        _need_credit_code(body.unit)
        unit_id = unit_id_of(body.unit)
    filing = actions.file_project(
        actor=actor,
        unit_id=unit_id,
        facts=body.facts,
        pledged=body.pledged,
        at=timezone.now(),
        idempotency_key=key_of(request),
        allow_duplicate=body.allow_duplicate,
    )
    project = filing.project
    number = actions.certificate_number(project) if project.instant and project.code else None
    answer = {"project": out(project, number), "decision": filing.decision, "repeated": filing.repeated}
    return api.create_response(request, answer, status=200 if filing.repeated else 201)


def _need_credit_code(code: str) -> None:
    """Raises Refused for a code that cannot be right, before it is looked for."""
    try:
        check_credit_code(code)
    except CodeError as error:
        raise Refused(
            "people.credit_code", f"统一社会信用代码有误：{error}", field="unit", remedy="请按营业执照逐字核对"
        ) from error


@router.get("/{project_id}", response=ProjectOut, summary="查看项目")
def show(request: HttpRequest, project_id: int) -> dict[str, Any]:
    project = readable(request, project_id)
    return out(project, _certificate(project))


@router.post("/{project_id}/confirm-review", response=ProjectOut, summary="复核确认")
def confirm(request: HttpRequest, project_id: int, body: VersionIn) -> dict[str, Any]:
    return out(confirm_review(actor=actor_of(request), project_id=project_id, at=timezone.now(), version=body.version))


@router.post("/{project_id}/decide", response=ProjectOut, summary="人工决定是否备案")
def decide(request: HttpRequest, project_id: int, body: FilingDecisionIn) -> dict[str, Any]:
    return out(
        actions.decide_by_hand(
            actor=actor_of(request),
            project_id=project_id,
            approve=body.approve,
            why=body.why,
            at=timezone.now(),
            version=body.version,
        )
    )


@router.post("/{project_id}/withdraw", response=ProjectOut, summary="撤回备案，写明具体问题")
def withdraw(request: HttpRequest, project_id: int, body: WhyIn) -> dict[str, Any]:
    return out(
        actions.withdraw_filing(
            actor=actor_of(request), project_id=project_id, problem=body.why, at=timezone.now(), version=body.version
        )
    )


@router.post("/{project_id}/amend", response=AmendedOut, summary="变更项目信息，代码不变")
def amend(request: HttpRequest, project_id: int, body: AmendIn) -> dict[str, Any]:
    """`change` null = it holds; else it waits for the filing office, and the project is as before."""
    change = actions.amend(
        actor=actor_of(request),
        project_id=project_id,
        changes=body.changes,
        reason=body.reason,
        at=timezone.now(),
        version=body.version,
    )
    return {**out(queries.one(project_id)), "change": change}


@router.post("/{project_id}/amend/preview", response=ChangePreviewOut, summary="变更以前看“一张图”的变化，不写入")
def preview_amendment(request: HttpRequest, project_id: int, body: ChangePreviewIn) -> dict[str, Any]:
    project = readable(request, project_id)
    if not access.can_dispose(actor_of(request), project):
        raise forbid("只能变更本单位的项目")
    found = preview(project, body.changes, timezone.now())
    return {
        "kind": found.change.kind,
        "changes": found.change.changed,
        "stops": found.change.stops,
        "map": [{"kind": row.kind, "matter": row.matter_id, "name": row.name, "text": row.text} for row in found.map],
        "kept": [{"what": what, "names": names} for what, names in found.kept],
    }


@router.get("/{project_id}/changes", response=list[ChangeOut], summary="须经备案机关审核的变更")
def changes(request: HttpRequest, project_id: int) -> list[ChangeRequest]:
    return queries.change_requests(readable(request, project_id).pk)


@router.post("/changes/{request_id}/decide", response=ChangeOut, summary="审核变更")
def decide_change(request: HttpRequest, request_id: int, body: FilingDecisionIn) -> ChangeRequest:
    return actions.decide_change(actor=actor_of(request), request_id=request_id, at=timezone.now(), **body.dict())


@router.post("/changes/{request_id}/withdraw", response=ChangeOut, summary="撤回还没有审核的变更")
def withdraw_change(request: HttpRequest, request_id: int, body: VersionIn) -> ChangeRequest:
    return actions.withdraw_change(
        actor=actor_of(request), request_id=request_id, at=timezone.now(), version=body.version
    )


@router.post("/{project_id}/reports", response={201: ProgressReportOut}, summary="报送开工、进度、投资、竣工信息")
def report(request: HttpRequest, project_id: int, body: ProgressReportIn) -> Status[dict[str, Any]]:
    made = actions.report_progress(
        actor=actor_of(request),
        project_id=project_id,
        at=timezone.now(),
        idempotency_key=key_if_any(request),
        **body.dict(),
    )
    return Status(201, {"id": made.pk, "kind": made.kind, "on": made.on})


@router.post("/{project_id}/participants", response={201: ParticipantOut}, summary="报备参建单位")
def participant(request: HttpRequest, project_id: int, body: ParticipantIn) -> Status[dict[str, Any]]:
    made = actions.report_participant(actor=actor_of(request), project_id=project_id, at=timezone.now(), **body.dict())
    return Status(201, {"id": made.pk, "role": made.role})


@router.post("/participants/{participant_id}/end", response=EndedParticipantOut, summary="参建单位不再参建")
def end_participant(request: HttpRequest, participant_id: int, body: EndParticipantIn) -> dict[str, Any]:
    row = actions.end_participant(
        actor=actor_of(request), participant_id=participant_id, why=body.why, at=timezone.now()
    )
    return {"id": row.pk, "role": row.role, "ended_at": row.replaced_at}
