"""The map and what happens on it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Router, Schema, Status

from yinuo.engine.base import forbid
from yinuo.engine.work.lights import Light
from yinuo.faces.projects.api import readable
from yinuo.rooms.onemap import actions, queries
from yinuo.rooms.onemap.models import GuidanceAnswer, GuidanceKind, ItemState, MapItem, Route, SendBackKind
from yinuo.ui.api import VersionIn, WhyIn, actor_of, key_of
from yinuo.ui.api_shapes import DecisionOut, MaterialOut, Shape

router = Router(tags=["一张图"])


class CardOut(Shape):
    id: int
    matter_id: str
    name: str
    department: str
    stage: str
    state: ItemState
    route: Route
    look: str
    light: Light
    due_at: datetime | None
    provisional: bool
    waiting_for: list[str]
    after: list[str]
    promisable: bool
    critical: bool
    pre_start: bool
    completion: bool
    materials: list[MaterialOut]
    document_number: str
    version: int


class FasterOut(Shape):
    """How many working days the whole landing gains if this one route is taken."""

    id: str
    route: str
    saves_working_days: int


class MapOut(Shape):
    project: int
    code: str | None
    landing_on: date | None
    working_days: int | None
    critical: list[str]
    faster: list[FasterOut]
    done: int
    total: int
    landed_at: datetime | None
    waiting_departments: list[str]
    items: list[CardOut]


class GuidanceAnswerIn(VersionIn):
    matters: list[dict[str, Any]]


class SubmitIn(VersionIn):
    materials: list[dict[str, Any]]
    note: str = ""


class SendBackIn(VersionIn):
    kind: str
    points: list[dict[str, Any]]
    reason: str


class PauseIn(VersionIn):
    reason: str
    note: str


class ItemNoteIn(VersionIn):
    note: str = ""


class ExtendIn(VersionIn):
    days: int
    reason: str


class ItemDecisionIn(VersionIn):
    granted: bool
    document_number: str
    text: str = ""
    reason_code: str = ""


class RefuseAcceptanceIn(VersionIn):
    """`reason_code`: one of the pack's `not_accepted.*`; `referred_to`: key of the competent department of the hall,
    where it is known.
    """

    reason_code: str
    document_number: str
    text: str
    referred_to: str = ""


class ResultIn(Schema):
    """A result of another approval system; `status_code` is that of the national exchange standard (1–15)."""

    system: str
    external_id: str
    project_code: str
    matter_id: str
    status_code: int = Field(ge=1, le=15)
    document_number: str = ""
    text: str = ""


class MatterAnswerOut(Shape):
    """A department's answer for one matter; `after`: the matters it waits for."""

    matter_id: str
    name: str
    needed: Literal["yes", "no", "unknown"]
    why: list[str]
    missing: list[str]
    level: str
    days: int | None
    unit: str
    after: list[str]
    materials: list[MaterialOut]
    promisable: bool | None
    note: str


class GuidanceAnswerOut(Shape):
    id: int
    kind: GuidanceKind
    department: str
    answered_at: datetime | None
    matters: list[MatterAnswerOut]
    version: int


class AnsweredGuidanceOut(Shape):
    id: int
    answered_at: datetime
    version: int


class MapItemOut(Shape):
    id: int
    matter_id: str
    state: ItemState
    route: Route
    version: int


class UndecidedOut(Shape):
    """Stands where no decision was made."""


class MapItemAndMaterialsOut(MapItemOut):
    """`promisable_why`: the decision whether the matter may be promised."""

    name: str
    promisable_why: DecisionOut | UndecidedOut
    materials: list[MaterialOut]


class SubmissionOut(Shape):
    id: int
    number: int
    receipt_no: str


class SendBackOut(Shape):
    id: int
    kind: SendBackKind


class TakenResultOut(MapItemOut):
    """`new` false = the same result had been taken in before."""

    new: bool


def state_of(item: MapItem) -> dict[str, Any]:
    return {
        "id": item.pk,
        "matter_id": item.matter_id,
        "state": item.state,
        "route": item.route,
        "version": item.version,
    }


def card(shown: queries.Card, materials: list[dict[str, Any]]) -> dict[str, Any]:
    """`materials` of the item, which the map does not load: read one by one they would be a query each."""
    item = shown.item
    return {
        "id": item.pk,
        "department": item.department.name,
        "look": shown.look,
        "light": shown.light,
        "due_at": shown.due_at,
        "provisional": bool(shown.work and shown.work.provisional),
        "waiting_for": list(shown.waiting_for),
        "critical": shown.critical,
        "materials": materials,
        "document_number": item.present.document_number,
        **{
            name: getattr(item, name)
            for name in (
                "matter_id",
                "name",
                "stage",
                "state",
                "route",
                "after",
                "promisable",
                "pre_start",
                "completion",
                "version",
            )
        },
    }


@router.get("/projects/{project_id}/map", response=MapOut, summary="一张图")
def show(request: HttpRequest, project_id: int) -> dict[str, Any]:
    readable(request, project_id)
    view = queries.map_of(project_id, timezone.now())
    plan = view.plan
    materials = queries.materials_of(project_id)
    return {
        "project": project_id,
        "code": view.project.code,
        "landing_on": plan.landing_on if plan else None,
        "working_days": plan.working_days if plan else None,
        "critical": list(plan.critical) if plan else [],
        "faster": [{"id": f.id, "route": f.route, "saves_working_days": f.saves_working_days} for f in plan.faster]
        if plan
        else [],
        "done": view.done,
        "total": view.total,
        "landed_at": view.landed_at,
        "waiting_departments": list(view.waiting_departments),
        "items": [card(shown, materials[shown.item.pk]) for shown in view.cards],
    }


@router.get("/projects/{project_id}/guidance", response=list[GuidanceAnswerOut], summary="辅导意见")
def guidance(request: HttpRequest, project_id: int) -> list[dict[str, Any]]:
    readable(request, project_id)
    return [
        {
            "id": answer.pk,
            "kind": round_.kind,
            "department": answer.department.key,
            "answered_at": answer.answered_at,
            "matters": answer.matters,
            "version": answer.version,
        }
        for round_ in queries.guidance_of(project_id)
        for answer in round_.answers.all()
    ]


@router.post("/guidance/{answer_id}", response=AnsweredGuidanceOut, summary="反馈辅导意见")
def answer(request: HttpRequest, answer_id: int, body: GuidanceAnswerIn) -> dict[str, Any]:
    made: GuidanceAnswer = actions.answer_guidance(
        actor=actor_of(request), answer_id=answer_id, matters=body.matters, at=timezone.now(), version=body.version
    )
    return {"id": made.pk, "answered_at": made.answered_at, "version": made.version}


@router.get("/items/{item_id}", response=MapItemAndMaterialsOut, summary="查看事项")
def item(request: HttpRequest, item_id: int) -> dict[str, Any]:
    found = queries.item_of(item_id)
    readable(request, found.project_id)
    return {**state_of(found), "name": found.name, "promisable_why": found.promisable_why, "materials": found.materials}


@router.post("/items/{item_id}/submissions", response={201: SubmissionOut}, summary="报送材料")
def submit(request: HttpRequest, item_id: int, body: SubmitIn) -> Status[dict[str, Any]]:
    made = actions.submit_materials(
        actor=actor_of(request),
        item_id=item_id,
        materials=body.materials,
        note=body.note,
        at=timezone.now(),
        version=body.version,
        idempotency_key=key_of(request),
    )
    return Status(201, {"id": made.pk, "number": made.number, "receipt_no": made.receipt_no})


@router.post("/items/{item_id}/withdraw", response=MapItemOut, summary="撤回申请")
def withdraw(request: HttpRequest, item_id: int, body: ItemNoteIn) -> dict[str, Any]:
    return state_of(
        actions.withdraw_application(
            actor=actor_of(request), item_id=item_id, why=body.note, at=timezone.now(), version=body.version
        )
    )


@router.post("/items/{item_id}/accept", response=MapItemOut, summary="受理")
def accept(request: HttpRequest, item_id: int, body: VersionIn) -> dict[str, Any]:
    return state_of(actions.accept(actor=actor_of(request), item_id=item_id, at=timezone.now(), version=body.version))


@router.post("/items/{item_id}/send-back", response={201: SendBackOut}, summary="一次性告知")
def send_back(request: HttpRequest, item_id: int, body: SendBackIn) -> Status[dict[str, Any]]:
    made = actions.send_back(actor=actor_of(request), item_id=item_id, at=timezone.now(), **body.dict())
    return Status(201, {"id": made.pk, "kind": made.kind})


@router.post("/items/{item_id}/refuse-acceptance", response=MapItemOut, summary="不予受理")
def refuse_acceptance(request: HttpRequest, item_id: int, body: RefuseAcceptanceIn) -> dict[str, Any]:
    return state_of(
        actions.refuse_acceptance(actor=actor_of(request), item_id=item_id, at=timezone.now(), **body.dict())
    )


@router.post("/items/{item_id}/end-sharing", response=MapItemOut, summary="终止一个项目共享区域评估结果")
def end_sharing(request: HttpRequest, item_id: int, body: WhyIn) -> dict[str, Any]:
    return state_of(
        actions.end_sharing(
            actor=actor_of(request), item_id=item_id, at=timezone.now(), why=body.why, version=body.version
        )
    )


@router.post("/items/{item_id}/pause", response=MapItemOut, summary="暂停计时")
def pause(request: HttpRequest, item_id: int, body: PauseIn) -> dict[str, Any]:
    return state_of(actions.pause_item(actor=actor_of(request), item_id=item_id, at=timezone.now(), **body.dict()))


@router.post("/items/{item_id}/resume", response=MapItemOut, summary="恢复计时")
def resume(request: HttpRequest, item_id: int, body: ItemNoteIn) -> dict[str, Any]:
    return state_of(
        actions.resume_item(
            actor=actor_of(request), item_id=item_id, note=body.note, at=timezone.now(), version=body.version
        )
    )


@router.post("/items/{item_id}/extend", response=MapItemOut, summary="延长期限（本机关负责人）")
def extend(request: HttpRequest, item_id: int, body: ExtendIn) -> dict[str, Any]:
    return state_of(actions.extend_item(actor=actor_of(request), item_id=item_id, at=timezone.now(), **body.dict()))


@router.post("/items/{item_id}/decide", response=MapItemOut, summary="作出决定")
def decide(request: HttpRequest, item_id: int, body: ItemDecisionIn) -> dict[str, Any]:
    return state_of(actions.decide(actor=actor_of(request), item_id=item_id, at=timezone.now(), **body.dict()))


@router.post("/items/{item_id}/deliver", response=MapItemOut, summary="送达")
def deliver(request: HttpRequest, item_id: int, body: ItemNoteIn) -> dict[str, Any]:
    return state_of(
        actions.deliver(
            actor=actor_of(request), item_id=item_id, how=body.note, at=timezone.now(), version=body.version
        )
    )


@router.post(
    "/external-results", response={201: TakenResultOut, 200: TakenResultOut}, summary="接收其他审批系统的办理结果"
)
def take_in(request: HttpRequest, body: ResultIn) -> Status[dict[str, Any]]:
    if actor_of(request).role not in ("system", "administrator"):
        raise forbid("只有对接的审批系统可以报送办理结果")
    found, new = actions.take_in_result(actor=actor_of(request), at=timezone.now(), **body.dict())
    return Status(201 if new else 200, {**state_of(found), "new": new})
