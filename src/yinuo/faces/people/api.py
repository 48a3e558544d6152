"""What a hall arranges: units with a reserved name, what may be promised, who stands in for whom, and the keys of
machines.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema, Status

from yinuo.engine.base import forbid
from yinuo.engine.catalogue.actions import offer_commitment
from yinuo.engine.people import access, queries
from yinuo.engine.people.actions import (
    delegate,
    end_delegation,
    give_credit_code,
    register_reserved_unit,
    revoke_key,
)
from yinuo.engine.people.models import ApiKey, Delegation, ProjectUnit, UnitType
from yinuo.ui.api import actor_of
from yinuo.ui.api_shapes import Shape

router = Router(tags=["大厅"])
# A machine lists what it needs; the whole list is for the page.
LONGEST = 100


class ReserveIn(Schema):
    name: str
    type: str
    reservation_no: str


class CodeIn(Schema):
    credit_code: str


class CommitmentOfferIn(Schema):
    """The caller's own department decides."""

    matter_id: str
    offered: bool
    from_on: date
    basis: str


class DelegateIn(Schema):
    """From `from_on` until the day before `to_on` the substitute handles what is the person's; of it only the kinds of
    work, matters and projects named, where any are.
    """

    person: int
    substitute: int
    from_on: date
    to_on: date
    reason: str
    kinds: list[str] = []
    matters: list[str] = []
    projects: list[int] = []


class EndReasonIn(Schema):
    why: str


class ProjectUnitOut(Shape):
    id: int
    name: str
    type: UnitType
    reservation_no: str
    credit_code: str | None


class DelegationOut(Shape):
    id: int
    person: int
    substitute: int
    from_on: date
    to_on: date | None
    reason: str
    kinds: list[str]
    matters: list[str]
    projects: list[int]


class KeyOut(Shape):
    """A key without its secret. `role`: of staff, or unit, or system."""

    id: int
    name: str
    prefix: str
    person: int
    role: str
    issued_at: datetime | None
    expires_at: datetime
    revoked_at: datetime | None


class CommitmentOfferOut(Shape):
    id: int
    matter_id: str
    offered: bool
    from_on: date


def unit_out(unit: ProjectUnit) -> dict[str, Any]:
    return {name: getattr(unit, name) for name in ("id", "name", "type", "reservation_no", "credit_code")}


def delegation_out(row: Delegation) -> dict[str, Any]:
    return {
        "id": row.pk,
        "person": row.person_id,
        "substitute": row.substitute_id,
        "from_on": row.from_on,
        "to_on": row.to_on,
        "reason": row.reason,
        "kinds": row.kinds,
        "matters": row.matters,
        "projects": row.projects,
    }


def key_out(key: ApiKey) -> dict[str, Any]:
    """Never the secret: nobody has it any more."""
    return {
        "id": key.pk,
        "name": key.name,
        "prefix": key.prefix,
        "person": key.person_id,
        "role": key.membership.role if key.membership else ("unit" if key.unit_id else "system"),
        "issued_at": key.issued_at,
        "expires_at": key.expires_at,
        "revoked_at": key.revoked_at,
    }


@router.get("/units/reserved", response=list[ProjectUnitOut], summary="还没有统一社会信用代码的单位")
def reserved(request: HttpRequest, search: str = "") -> list[dict[str, Any]]:
    if not access.can_register_units(actor_of(request)):
        raise forbid("只有总召集人和管理员可以查看")
    return [unit_out(unit) for unit in queries.reserved_units(search[:120])[:LONGEST]]


@router.post("/units/reserved", response={201: ProjectUnitOut}, summary="登记只有预先核准名称的单位")
def reserve(request: HttpRequest, body: ReserveIn) -> Status[dict[str, Any]]:
    return Status(201, unit_out(register_reserved_unit(actor=actor_of(request), at=timezone.now(), **body.dict())))


@router.post(
    "/units/{unit_id}/credit-code", response=ProjectUnitOut, summary="为预先核准名称的单位补登统一社会信用代码"
)
def credit_code(request: HttpRequest, unit_id: int, body: CodeIn) -> dict[str, Any]:
    return unit_out(
        give_credit_code(actor=actor_of(request), unit_id=unit_id, credit_code=body.credit_code, at=timezone.now())
    )


@router.post("/offers", response={201: CommitmentOfferOut}, summary="部门公布事项是否实行信用承诺")
def offer(request: HttpRequest, body: CommitmentOfferIn) -> Status[dict[str, Any]]:
    actor = actor_of(request)
    if actor.department_id is None:
        raise forbid("只有承办部门可以决定本部门事项是否实行信用承诺")
    department = queries.own_department(actor)
    made = offer_commitment(actor=actor, department=department, at=timezone.now(), **body.dict())
    return Status(201, {"id": made.pk, "matter_id": made.matter_id, "offered": made.offered, "from_on": made.from_on})


@router.post("/delegations", response={201: DelegationOut}, summary="安排代班；同一安排再次发送只算一次")
def arrange(request: HttpRequest, body: DelegateIn) -> Status[dict[str, Any]]:
    person, substitute = queries.person(body.person), queries.person(body.substitute)
    made = delegate(
        actor=actor_of(request),
        person=person,
        substitute=substitute,
        from_on=body.from_on,
        to_on=body.to_on,
        reason=body.reason,
        kinds=body.kinds,
        matters=body.matters,
        projects=body.projects,
        at=timezone.now(),
    )
    return Status(201, delegation_out(made))


@router.post("/delegations/{delegation_id}/end", response=DelegationOut, summary="提前结束代班")
def end(request: HttpRequest, delegation_id: int, body: EndReasonIn) -> dict[str, Any]:
    return delegation_out(
        end_delegation(actor=actor_of(request), delegation_id=delegation_id, at=timezone.now(), why=body.why)
    )


@router.get("/keys", response=list[KeyOut], summary="接口密钥：管理员看所管的，其他人看自己的")
def keys(request: HttpRequest) -> list[dict[str, Any]]:
    return [key_out(key) for key in queries.keys_of(actor_of(request))[:LONGEST]]


@router.post("/keys/{key_id}/revoke", response=KeyOut, summary="停用密钥，立即生效")
def revoke(request: HttpRequest, key_id: int, body: EndReasonIn) -> dict[str, Any]:
    return key_out(revoke_key(actor=actor_of(request), key_id=key_id, at=timezone.now(), why=body.why))
