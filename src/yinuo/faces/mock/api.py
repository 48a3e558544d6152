"""模拟审批 over the wire: the window leads it, the departments give opinions; decisions go to the items' own endpoints.

A unit's key is told that 模拟审批只在线下操作, with where to go and what to bring.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import File, Router, Schema, Status
from ninja.files import UploadedFile

from yinuo.engine.base import forbid
from yinuo.rooms.mock import access, actions, eligibility, queries
from yinuo.rooms.mock.models import LandKind, MatterOutcome, MockApplication, MockState
from yinuo.rooms.projects import queries as projects
from yinuo.rooms.projects.access import can_see
from yinuo.ui.api import VersionIn, WhyIn, actor_of, key_of
from yinuo.ui.api_shapes import DecisionOut, FileOut, Shape

router = Router(tags=["模拟审批"])


class ContactIn(Schema):
    name: str
    phone: str


class MaterialIn(Schema):
    id: str
    file: int


class RegisterIn(Schema):
    """`matters`: ids of the project's items; `answers`: facts of the groups `mock` and `site` still open."""

    contacts: list[ContactIn]
    progress: str
    land: str
    land_expected_on: date
    legal_representative: str
    matters: list[int]
    answers: dict[str, dict[str, Any]]
    note: str = ""
    approvals: list[int] = []


class SignedIn(VersionIn):
    form: int
    commitment: int
    committed_on: date


class MockOpinionIn(VersionIn):
    agreed: bool
    text: str


class HandInIn(VersionIn):
    item: int
    materials: list[MaterialIn]
    note: str = ""


class TakeBackIn(VersionIn):
    item: int
    why: str


class LandIn(VersionIn):
    """`answers`: yes or no to each of scale, plan, standards, other."""

    kind: str
    number: str
    on: date
    scan: int
    answers: dict[str, bool]


class ChangeIn(VersionIn):
    cases: list[str]
    text: str


class MockMatterOut(Shape):
    item: int
    matter: str
    name: str
    department: str
    mock_at: datetime | None
    valid_until: date | None
    formal_at: datetime | None
    outcome: MatterOutcome | Literal[""]
    note: str


class MockOpinionOut(Shape):
    id: int
    department: str
    agreed: bool | None
    text: str
    answered_at: datetime | None
    version: int


class MockSubmissionOut(Shape):
    receipt_no: str
    number: int


class MockOut(Shape):
    id: int
    project: int
    state: MockState
    number: str
    support: str
    land_expected_on: date
    land_kind: LandKind | Literal[""]
    land_number: str
    closed_why: str
    matters: list[MockMatterOut]
    opinions: list[MockOpinionOut]
    version: int


def mock_out(one: MockApplication) -> dict[str, Any]:
    names = (
        "id",
        "state",
        "number",
        "support",
        "land_expected_on",
        "land_kind",
        "land_number",
        "closed_why",
        "version",
    )
    lines = ("mock_at", "valid_until", "formal_at", "outcome", "note")
    said = ("id", "agreed", "text", "answered_at", "version")
    return {
        **{name: getattr(one, name) for name in names},
        "project": one.project_id,
        "matters": [
            {
                "item": row.item_id,
                "matter": row.item.matter_id,
                "name": row.item.name,
                "department": row.item.department.name,
                **{name: getattr(row, name) for name in lines},
            }
            for row in one.matters.all()
        ],
        "opinions": [
            {"department": row.department.name, **{name: getattr(row, name) for name in said}}
            for row in one.opinions.all()
        ],
    }


@router.get("/projects/{project_id}/mock/conditions", response=DecisionOut, summary="模拟审批条件的判定")
def conditions(request: HttpRequest, project_id: int) -> dict[str, Any]:
    """What is known already speaks; what is not is in `missing` and is asked for at the window."""
    project = projects.one(project_id)
    if not can_see(actor_of(request), project):
        raise forbid("只能查看本单位或本大厅的项目")
    return eligibility.foreseen(project).to_json()


@router.post("/projects/{project_id}/mock", response={201: MockOut}, summary="窗口登记模拟审批申请")
def register(request: HttpRequest, project_id: int, body: RegisterIn) -> Status[dict[str, Any]]:
    data = body.dict()
    made = actions.register(
        actor=actor_of(request), project_id=project_id, at=timezone.now(), idempotency_key=key_of(request), **data
    )
    return Status(201, mock_out(queries.application_of(made.pk)))


@router.get("/mock/{application_id}", response=MockOut, summary="一件模拟审批")
def one(request: HttpRequest, application_id: int) -> dict[str, Any]:
    found = queries.application_of(application_id)
    if not access.can_see(actor_of(request), found):
        raise forbid("只能查看本单位或本大厅的模拟审批")
    return mock_out(found)


@router.post("/mock/{application_id}/signed", response=MockOut, summary="留存盖章的申请表和承诺书")
def signed(request: HttpRequest, application_id: int, body: SignedIn) -> dict[str, Any]:
    actions.keep_signed(
        actor=actor_of(request),
        application_id=application_id,
        form_id=body.form,
        commitment_id=body.commitment,
        committed_on=body.committed_on,
        version=body.version,
        at=timezone.now(),
    )
    return mock_out(queries.application_of(application_id))


@router.post("/mock/opinions/{opinion_id}", response=MockOut, summary="部门意见")
def opinion(request: HttpRequest, opinion_id: int, body: MockOpinionIn) -> dict[str, Any]:
    given = actions.give_opinion(actor=actor_of(request), opinion_id=opinion_id, at=timezone.now(), **body.dict())
    return mock_out(queries.application_of(given.application_id))


@router.post("/mock/{application_id}/distribute", response=MockOut, summary="分发各审批部门")
def distribute(request: HttpRequest, application_id: int, body: VersionIn) -> dict[str, Any]:
    actions.distribute(actor=actor_of(request), application_id=application_id, version=body.version, at=timezone.now())
    return mock_out(queries.application_of(application_id))


@router.post("/mock/{application_id}/files", response={201: FileOut}, summary="窗口扫描材料入企业材料库")
def files(request: HttpRequest, application_id: int, file: UploadedFile = File(...)) -> Status[dict[str, Any]]:  # type: ignore[type-arg]
    kept = actions.keep_file(
        actor=actor_of(request),
        application_id=application_id,
        name=file.name or "",
        content=file.read(),
        at=timezone.now(),
    )
    return Status(201, {"id": kept.pk, "name": kept.name, "sha256": kept.sha256, "size": kept.size})


@router.post("/mock/{application_id}/materials", response={201: MockSubmissionOut}, summary="窗口代交一个事项的材料")
def materials(request: HttpRequest, application_id: int, body: HandInIn) -> Status[dict[str, Any]]:
    made = actions.hand_in(
        actor=actor_of(request),
        application_id=application_id,
        item_id=body.item,
        materials=[row.dict() for row in body.materials],
        note=body.note,
        version=body.version,
        at=timezone.now(),
        idempotency_key=key_of(request),
    )
    return Status(201, {"receipt_no": made.receipt_no, "number": made.number})


@router.post("/mock/{application_id}/take-back", response=MockOut, summary="窗口撤回一个事项的材料")
def take_back(request: HttpRequest, application_id: int, body: TakeBackIn) -> dict[str, Any]:
    actions.take_back(
        actor=actor_of(request),
        application_id=application_id,
        item_id=body.item,
        why=body.why,
        version=body.version,
        at=timezone.now(),
    )
    return mock_out(queries.application_of(application_id))


@router.post("/mock/{application_id}/land", response=MockOut, summary="登记出让合同或者划拨决定书")
def land(request: HttpRequest, application_id: int, body: LandIn) -> dict[str, Any]:
    data = body.dict()
    actions.register_land(
        actor=actor_of(request), application_id=application_id, file_id=data.pop("scan"), at=timezone.now(), **data
    )
    return mock_out(queries.application_of(application_id))


@router.post("/mock/{application_id}/changes", response=MockOut, summary="登记应重新报批的情形")
def changes(request: HttpRequest, application_id: int, body: ChangeIn) -> dict[str, Any]:
    actions.report_change(actor=actor_of(request), application_id=application_id, at=timezone.now(), **body.dict())
    return mock_out(queries.application_of(application_id))


@router.post("/mock/{application_id}/withdraw", response=MockOut, summary="撤回模拟审批")
def withdraw(request: HttpRequest, application_id: int, body: WhyIn) -> dict[str, Any]:
    actions.withdraw(actor=actor_of(request), application_id=application_id, at=timezone.now(), **body.dict())
    return mock_out(queries.application_of(application_id))
