"""The window over the wire: visits, what is handed out in them, and units met for the first time.

Whatever the clerk does for the visitor's unit goes to the unit's own endpoints, with `X-Yinuo-Via: window.visit:ID`.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Field, Router, Schema, Status

from yinuo.engine.base import Actor, forbid
from yinuo.engine.people.actions import register_unit
from yinuo.engine.people.queries import unit as unit_of
from yinuo.faces.commitments.api import CommitmentOut
from yinuo.faces.commitments.api import out as promised
from yinuo.faces.people.api import ProjectUnitOut, unit_out
from yinuo.rooms.commitments import queries as commitments
from yinuo.rooms.window import access, actions, queries
from yinuo.rooms.window.models import Authority, Handout, IdentityKind, Visit
from yinuo.rooms.window.papers import lines
from yinuo.ui.api import PDF_ANSWER, VersionIn, actor_of, key_of
from yinuo.ui.api_shapes import Shape

router = Router(tags=["综合窗口"])
LONGEST = 80
MOST = 50


class UnitIn(Schema):
    credit_code: str
    name: str
    type: str
    legal_representative: str = ""
    address: str = ""


class WindowVisitIn(Schema):
    """The number of the identity document is checked and not kept."""

    unit: int
    visitor: str
    identity_kind: str = Field(description="resident、permit、passport、other")
    identity_number: str
    authority: str = Field(description="legal、authorised、letter")
    purpose: str
    letter_no: str = ""
    binding: int | None = None


class ReceiptLineOut(Shape):
    """What was done in a visit, as its receipt says it; `times`: how many scans in a row."""

    at: str
    what: str
    about: str
    project_name: str
    project_code: str
    receipt_no: str
    times: int


class WindowVisitOut(Shape):
    id: int
    unit: int
    unit_name: str
    receipt_no: str
    visitor: str
    identity_kind: IdentityKind
    identity_masked: str
    authority: Authority
    purpose: str
    opened_at: datetime
    closed_at: datetime | None
    via: str
    version: int
    done: list[ReceiptLineOut]


class AwaitedDocumentOut(Shape):
    """A document that can be handed out; `awaited`: its delivery is still to come."""

    id: int
    kind: str
    number: str
    project_code: str
    issued_at: datetime
    awaited: bool
    taken_at: datetime | None


class HandedDocumentOut(Shape):
    document: int
    delivered: bool


class HandoutOut(Shape):
    id: int
    visit: int
    at: datetime
    documents: list[HandedDocumentOut]


class PromiseIn(Schema):
    """What the clerk reads off the signed and sealed letter; `scan`: a file uploaded in the visit, as the unit's."""

    item: int
    code: str = Field(description="核对码，印在承诺书落款处")
    scan: int
    signer: str
    capacity: str = Field(description="legal、authorised")
    authority: str = ""
    signed_on: date
    agreed: bool = Field(description="已核对原件与扫描件一致")
    version: int | None = None


class HandoutIn(Schema):
    documents: list[int]
    signature: str = Field(description="paper、scan")
    scan: int | None = None
    note: str = ""


def out(visit: Visit) -> dict[str, Any]:
    same = (
        "id",
        "receipt_no",
        "visitor",
        "identity_kind",
        "identity_masked",
        "authority",
        "purpose",
        "opened_at",
        "closed_at",
        "via",
    )
    done = lines(queries.done_in(visit))
    rest = {"unit": visit.unit_id, "unit_name": visit.unit.name, "version": visit.version, "done": done}
    return {name: getattr(visit, name) for name in same} | rest


def clerk_of(request: HttpRequest) -> Actor:
    """The clerk, also where the machine names the visit it acts in."""
    actor = actor_of(request)
    return actor if access.can_open(actor) else _behind(actor)


def _behind(actor: Actor) -> Actor:
    visit = queries.open_of(actor.person_id, actor.hall_id, timezone.now())
    if visit is None or visit.via != actor.via:
        raise forbid("只有综合窗口人员可以办理来访")
    return Actor(actor.person_id, "window", department_id=visit.department_id, hall_id=visit.hall_id, entrance="api")


def seen(request: HttpRequest, visit_id: int) -> Visit:
    visit = queries.one(visit_id)
    if not access.can_see(actor_of(request), visit):
        raise forbid("只能查看本大厅的来访")
    return visit


@router.get("/window/units", response=list[ProjectUnitOut], summary="按名称、信用代码、预先核准号或者项目代码找单位")
def units(request: HttpRequest, search: str) -> list[dict[str, Any]]:
    if not access.can_open(actor_of(request)):
        raise forbid("只有综合窗口人员可以查找单位")
    return [unit_out(unit) for unit in queries.units(search[:LONGEST])[:MOST]]


@router.post("/window/units", response={201: ProjectUnitOut}, summary="凭营业执照登记一个单位；已登记的原样给出")
def enter_unit(request: HttpRequest, body: UnitIn) -> Status[dict[str, Any]]:
    return Status(201, unit_out(register_unit(actor=actor_of(request), at=timezone.now(), **body.dict())))


@router.post("/window/visits", response={201: WindowVisitOut}, summary="登记来访，此后可以代这个单位办理")
def open_visit(request: HttpRequest, body: WindowVisitIn) -> Status[dict[str, Any]]:
    said = body.dict()
    unit = unit_of(said.pop("unit"))
    binding = said.pop("binding")
    key = key_of(request)
    visit = actions.open_visit(
        actor=actor_of(request), unit_id=unit.pk, binding_id=binding, at=timezone.now(), idempotency_key=key, **said
    )
    return Status(201, out(queries.one(visit.pk)))


@router.get("/window/visits/{visit_id}", response=WindowVisitOut, summary="一次来访和办了什么")
def visit(request: HttpRequest, visit_id: int) -> dict[str, Any]:
    return out(seen(request, visit_id))


@router.post("/window/visits/{visit_id}/close", response=WindowVisitOut, summary="结束来访，生成回执")
def close_visit(request: HttpRequest, visit_id: int, body: VersionIn) -> dict[str, Any]:
    closed = actions.close_visit(actor=clerk_of(request), visit_id=visit_id, at=timezone.now(), version=body.version)
    return out(queries.one(closed.pk))


@router.get(
    "/window/visits/{visit_id}/documents", response=list[AwaitedDocumentOut], summary="可以领取的文书，待送达的在前"
)
def documents(request: HttpRequest, visit_id: int) -> list[dict[str, Any]]:
    found = seen(request, visit_id)
    return [
        {
            "id": row.document.pk,
            "kind": row.document.kind,
            "number": row.document.number,
            "project_code": row.document.project_code,
            "issued_at": row.document.issued_at,
            "awaited": row.awaited,
            "taken_at": row.taken_at,
        }
        for row in queries.to_hand_out(found.unit_id, found.hall_id)
    ]


@router.get(
    "/window/visits/{visit_id}/items/{item_id}/commitment-letter",
    openapi_extra=PDF_ANSWER,
    summary="打印供签字盖章的承诺书（PDF）",
)
def letter(request: HttpRequest, visit_id: int, item_id: int) -> HttpResponse:
    pdf = actions.print_letter(actor=clerk_of(request), visit_id=visit_id, item_id=item_id, at=timezone.now())
    return HttpResponse(pdf, content_type="application/pdf")


@router.post(
    "/window/visits/{visit_id}/commitments", response={201: CommitmentOut}, summary="收下签字盖章的承诺书并公示"
)
def take_promise(request: HttpRequest, visit_id: int, body: PromiseIn) -> Status[dict[str, Any]]:
    said = body.dict()
    item, scan = said.pop("item"), said.pop("scan")
    made = actions.take_promise(
        actor=clerk_of(request),
        visit_id=visit_id,
        item_id=item,
        scan_id=scan,
        at=timezone.now(),
        idempotency_key=key_of(request),
        **said,
    )
    return Status(201, promised(commitments.one(made.pk)))


@router.post("/window/visits/{visit_id}/handouts", response={201: HandoutOut}, summary="发放文书，领取人签收")
def hand_out(request: HttpRequest, visit_id: int, body: HandoutIn) -> Status[dict[str, Any]]:
    made: Handout = actions.hand_out(
        actor=clerk_of(request),
        visit_id=visit_id,
        document_ids=body.documents,
        signature=body.signature,
        scan_id=body.scan,
        note=body.note,
        at=timezone.now(),
        idempotency_key=key_of(request),
    )
    taken = [{"document": row.document_id, "delivered": row.delivered} for row in made.lines.order_by("id")]
    return Status(201, {"id": made.pk, "visit": made.visit_id, "at": made.at, "documents": taken})
