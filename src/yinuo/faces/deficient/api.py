"""容缺受理: what may be lacking, the application at the window, the opinion, the signed notice, and the gap filled."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema, Status

from yinuo.core.calendar import TZ
from yinuo.engine.base import forbid
from yinuo.engine.people.queries import own_department
from yinuo.faces.onemap.api import SubmissionOut
from yinuo.rooms.deficient import access, actions, queries
from yinuo.rooms.deficient.actions import publish_tolerance
from yinuo.rooms.deficient.models import DeficientAcceptance, DeficientState
from yinuo.rooms.deficient.rules import standing_of
from yinuo.rooms.onemap.queries import item_of
from yinuo.ui.api import VersionIn, WhyIn, actor_of, key_of
from yinuo.ui.api_shapes import MaterialOut, Shape

router = Router(tags=["容缺受理"])


class ToleranceIn(Schema):
    matter_id: str
    materials: list[str]
    days: int = 0
    from_on: date
    basis: str


class DeficientAcceptanceIn(VersionIn):
    materials: list[dict[str, Any]]
    missing: list[str]
    situation: str
    contact_name: str
    contact_phone: str
    no_secret: bool


class AgreeIn(VersionIn):
    days: int
    opinion: str = ""


class OnlyGapIn(VersionIn):
    note: str


class SignIn(VersionIn):
    file: int
    signed_by: str


class SupplyIn(VersionIn):
    materials: list[dict[str, Any]]
    note: str = ""


class MissingMaterialOut(Shape):
    id: str
    name: str


class DeficientAcceptanceOut(Shape):
    """`days`: working days for what is missing; `notice`: the document of notice 5—2."""

    id: int
    item: int
    number: str
    state: DeficientState
    state_label: str
    missing: list[MissingMaterialOut]
    days: int | None
    due_on: date | None
    opinion: str
    notice: int | None
    commitment_sha256: str
    version: int


class ToleranceOut(Shape):
    id: int
    matter_id: str
    materials: list[str]
    days: int


class ToleratedGapOut(Shape):
    """Whether a matter tolerates a gap, and if not, why and by which clause; `materials`: those that may come later."""

    tolerable: bool
    materials: list[MaterialOut]
    days: int | None
    why_not: str
    cites: list[str]
    applications: list[DeficientAcceptanceOut]


def shown(row: DeficientAcceptance) -> dict[str, Any]:
    return {
        "id": row.pk,
        "item": row.item_id,
        "number": row.number,
        "state": row.state,
        "state_label": row.get_state_display(),
        "missing": row.missing,
        "days": row.days,
        "due_on": row.due_on,
        "opinion": row.opinion,
        "notice": row.notice_id,
        "commitment_sha256": row.commitment_sha256,
        "version": row.version,
    }


@router.post("/tolerances", response={201: ToleranceOut}, summary="公布容缺材料和时限")
def publish(request: HttpRequest, body: ToleranceIn) -> Status[dict[str, Any]]:
    actor = actor_of(request)
    if actor.department_id is None:
        raise forbid("只有承办部门可以公布本部门事项的容缺材料")
    office = own_department(actor)
    made = publish_tolerance(actor=actor, department=office, at=timezone.now(), **body.dict())
    return Status(201, {"id": made.pk, "matter_id": made.matter_id, "materials": made.materials, "days": made.days})


@router.get("/items/{item_id}/deficient", response=ToleratedGapOut, summary="能不能容缺，以往的容缺受理")
def of_item(request: HttpRequest, item_id: int) -> dict[str, Any]:
    item = item_of(item_id)
    if not access.can_look(actor_of(request), item):
        raise forbid("只能查看本单位或本大厅的事项")
    standing = standing_of(item, timezone.now().astimezone(TZ).date())
    against = standing.against
    return {
        "tolerable": against is None,
        "materials": standing.materials(item),
        "days": standing.tolerance.days if standing.tolerance else None,
        "why_not": against.message if against else "",
        "cites": against.cites if against else [],
        "applications": [shown(row) for row in queries.of_item(item)],
    }


@router.post("/items/{item_id}/deficient", response={201: DeficientAcceptanceOut}, summary="申请容缺受理（综合窗口）")
def apply(request: HttpRequest, item_id: int, body: DeficientAcceptanceIn) -> Status[dict[str, Any]]:
    made = actions.apply_deficient(
        actor=actor_of(request), item_id=item_id, at=timezone.now(), idempotency_key=key_of(request), **body.dict()
    )
    return Status(201, shown(made))


@router.get("/deficient/{deficient_id}", response=DeficientAcceptanceOut, summary="查看容缺受理")
def one(request: HttpRequest, deficient_id: int) -> dict[str, Any]:
    row = queries.one(deficient_id)
    if not access.can_look(actor_of(request), row.item):
        raise forbid("只能查看本单位或本大厅的事项")
    return shown(row)


@router.post("/deficient/{deficient_id}/agree", response=DeficientAcceptanceOut, summary="同意容缺受理，出具通知书")
def agree(request: HttpRequest, deficient_id: int, body: AgreeIn) -> dict[str, Any]:
    return shown(
        actions.agree_to_gap(actor=actor_of(request), deficient_id=deficient_id, at=timezone.now(), **body.dict())
    )


@router.post("/deficient/{deficient_id}/decline", response=DeficientAcceptanceOut, summary="不予容缺受理")
def decline(request: HttpRequest, deficient_id: int, body: WhyIn) -> dict[str, Any]:
    return shown(
        actions.decline_gap(actor=actor_of(request), deficient_id=deficient_id, at=timezone.now(), **body.dict())
    )


@router.post(
    "/deficient/{deficient_id}/sign", response=DeficientAcceptanceOut, summary="登记签署的承诺，受理（综合窗口）"
)
def sign(request: HttpRequest, deficient_id: int, body: SignIn) -> dict[str, Any]:
    made = actions.sign_gap_commitment(
        actor=actor_of(request),
        deficient_id=deficient_id,
        file_id=body.file,
        signed_by=body.signed_by,
        version=body.version,
        at=timezone.now(),
    )
    return shown(made)


@router.post("/deficient/{deficient_id}/only-gap", response=DeficientAcceptanceOut, summary="审查已毕，只差容缺材料")
def only_gap(request: HttpRequest, deficient_id: int, body: OnlyGapIn) -> dict[str, Any]:
    return shown(
        actions.say_only_gap_left(actor=actor_of(request), deficient_id=deficient_id, at=timezone.now(), **body.dict())
    )


@router.post("/deficient/{deficient_id}/supply", response={201: SubmissionOut}, summary="补齐容缺材料")
def supply(request: HttpRequest, deficient_id: int, body: SupplyIn) -> Status[dict[str, Any]]:
    made = actions.supply_gap(
        actor=actor_of(request),
        deficient_id=deficient_id,
        at=timezone.now(),
        idempotency_key=key_of(request),
        **body.dict(),
    )
    return Status(201, {"id": made.pk, "number": made.number, "receipt_no": made.receipt_no})
