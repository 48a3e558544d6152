"""“标准地” and 用地清单: parcels and lists for everybody, prepared and sold by natural resources.

Their buyers use them.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema, Status

from yinuo.engine.base import Forbidden, Refused
from yinuo.faces.projects.api import readable
from yinuo.rooms.land import access, actions, queries, rules
from yinuo.rooms.land.models import LandChecklist, LandUse, ListInput, ListState, Parcel, ParcelStatus, ParcelUse, Part
from yinuo.ui.api import VersionIn, actor_of, key_of
from yinuo.ui.api_shapes import Shape

router = Router(tags=["“标准地”和用地清单"])


class ParcelIn(Schema):
    number: str
    name: str
    place: str
    area: Decimal
    land_use: str = "industrial"
    zone_id: int | None = None


class NotedIn(VersionIn):
    on: date
    evidence: str


class BasicIn(NotedIn):
    kind: str
    ready: bool = True


class ParcelAssessmentIn(NotedIn):
    matter_id: str


class IndicatorsIn(VersionIn):
    values: dict[str, str]


class InterestIn(Schema):
    note: str = ""


class SaleIn(VersionIn):
    unit_id: int
    contract_number: str
    contract_on: date
    note: str = ""


class OpenIn(Schema):
    """Departments None = those the rules name."""

    surveyed_on: date
    survey: str
    indicator_departments: list[str] | None = None
    design_departments: list[str] | None = None


class ListPointIn(Schema):
    subject: str
    text: str
    basis: str = ""


class SaidIn(VersionIn):
    points: list[ListPointIn] = []
    nothing: bool = False


class ListCorrectionIn(SaidIn):
    why: str


class ParcelUseIn(Schema):
    parcel_id: int


class ParcelBasicOut(Shape):
    on: date
    ready: bool
    evidence: str


class ParcelAssessmentOut(Shape):
    matter_id: str
    on: date
    evidence: str


class IndicatorOut(Shape):
    """`value`: a decimal string."""

    id: str
    value: str


class ParcelOut(Shape):
    """`area` in square metres and `mu`: decimal strings; `basics` by kind.

    `missing`: what is not there yet, in words.
    """

    id: int
    number: str
    name: str
    place: str
    zone: str
    area: str
    mu: str
    land_use: LandUse
    status: ParcelStatus
    titled_on: date | None
    basics: dict[str, ParcelBasicOut]
    assessed: list[ParcelAssessmentOut]
    indicators: list[IndicatorOut]
    controls: list[str]
    standard: bool
    missing: list[str]
    version: int


class ParcelsOut(Shape):
    parcels: list[ParcelOut]


class ParcelInterestOut(Shape):
    id: int
    parcel: int
    unit: int
    grade: str
    at: datetime


class RankedInterestOut(Shape):
    """`why`: what puts this unit at its place."""

    unit: int
    name: str
    grade: str
    preferred: bool
    why: str
    cites: list[str]
    at: datetime


class ParcelInterestsOut(Shape):
    interests: list[RankedInterestOut]


class ListPointOut(Shape):
    subject: str
    text: str
    basis: str


class ListInputOut(Shape):
    """What an office says to a land checklist; no points: it has nothing to require."""

    id: int
    part: Part
    points: list[ListPointOut]
    asked_at: datetime | None
    answered_at: datetime | None
    lapsed_at: datetime | None
    version: int
    department: str
    office: str


class LandChecklistOut(Shape):
    id: int
    parcel: int
    number: int
    state: ListState
    surveyed_on: date
    survey: str
    why: str
    document: int | None
    inputs: list[ListInputOut]
    version: int


class LandChecklistsOut(Shape):
    lists: list[LandChecklistOut]


class ParcelUseOut(Shape):
    id: int
    project: int
    parcel: int
    commitment: int | None
    at: datetime


class ParcelUseAndParcelOut(ParcelUseOut):
    details: ParcelOut


def out(parcel: Parcel) -> dict[str, Any]:
    day = timezone.localdate()
    basics = rules.basics_of(parcel)
    standing = rules.standing(parcel, day)
    return {
        "id": parcel.pk,
        "number": parcel.number,
        "name": parcel.name,
        "place": parcel.place,
        "zone": parcel.zone.name if parcel.zone else "",
        "area": str(parcel.area),
        "mu": parcel.mu,
        "land_use": parcel.land_use,
        "status": parcel.status,
        "titled_on": parcel.titled_on,
        "basics": {kind: {"on": row.on, "ready": row.ready, "evidence": row.evidence} for kind, row in basics.items()},
        "assessed": [
            {"matter_id": one.matter_id, "on": one.on, "evidence": one.evidence}
            for one in rules.assessed(parcel, day).values()
        ],
        "indicators": parcel.indicators,
        "controls": rules.promised(parcel),
        "standard": parcel.standard_id is not None,
        "missing": [] if parcel.standard_id else standing.outcome["missing"],
        "version": parcel.version,
    }


def list_out(land_list: LandChecklist) -> dict[str, Any]:
    inputs = land_list.inputs.select_related("department").order_by("id")
    return {
        "id": land_list.pk,
        "parcel": land_list.parcel_id,
        "number": land_list.number,
        "state": land_list.state,
        "surveyed_on": land_list.surveyed_on,
        "survey": land_list.survey,
        "why": land_list.why,
        "document": land_list.document_id,
        "inputs": [input_out(row) for row in inputs],
        "version": land_list.version,
    }


def input_out(row: ListInput) -> dict[str, Any]:
    same = ("id", "part", "points", "asked_at", "answered_at", "lapsed_at", "version")
    return {
        **{name: getattr(row, name) for name in same},
        "department": row.department.key,
        "office": row.department.name,
    }


def use_out(use: ParcelUse) -> dict[str, Any]:
    return {
        "id": use.pk,
        "project": use.project_id,
        "parcel": use.parcel_id,
        "commitment": use.commitment_id,
        "at": use.at,
    }


@router.get("/parcels", response=ParcelsOut, auth=None, summary="公开的地块")
def parcels(request: HttpRequest, status: str = "", search: str = "", standard: bool = False) -> dict[str, Any]:
    return {
        "parcels": [out(row) for row in queries.public_parcels(status=status, search=search, standard=standard)[:200]]
    }


@router.post("/parcels", response={201: ParcelOut}, summary="登记地块")
def enter(request: HttpRequest, body: ParcelIn) -> Status[dict[str, Any]]:
    said = {**body.dict(), "area": str(body.area)}
    made = actions.enter_parcel(actor=actor_of(request), at=timezone.now(), idempotency_key=key_of(request), **said)
    return Status(201, out(queries.one(made.pk)))


@router.get("/parcels/{parcel_id}", response=ParcelOut, summary="一个地块")
def parcel(request: HttpRequest, parcel_id: int) -> dict[str, Any]:
    found, actor = queries.one(parcel_id), actor_of(request)
    own = actor.unit_id is not None and found.unit_id == actor.unit_id
    if not own and not access.can_see_desk(actor) and not queries.public_parcels().filter(pk=parcel_id).exists():
        raise Parcel.DoesNotExist
    return out(found)


@router.post("/parcels/{parcel_id}/title", response=ParcelOut, summary="登记权属清晰")
def title(request: HttpRequest, parcel_id: int, body: NotedIn) -> dict[str, Any]:
    actions.record_title(actor=actor_of(request), parcel_id=parcel_id, at=timezone.now(), **body.dict())
    return out(queries.one(parcel_id))


@router.post("/parcels/{parcel_id}/basics", response={201: ParcelOut}, summary="登记通水、通电、通路、土地平整")
def basic(request: HttpRequest, parcel_id: int, body: BasicIn) -> Status[dict[str, Any]]:
    actions.record_basic(actor=actor_of(request), parcel_id=parcel_id, at=timezone.now(), **body.dict())
    return Status(201, out(queries.one(parcel_id)))


@router.post("/parcels/{parcel_id}/assessments", response={201: ParcelOut}, summary="登记地块的区域评估")
def assessment(request: HttpRequest, parcel_id: int, body: ParcelAssessmentIn) -> Status[dict[str, Any]]:
    actions.record_assessment(actor=actor_of(request), parcel_id=parcel_id, at=timezone.now(), **body.dict())
    return Status(201, out(queries.one(parcel_id)))


@router.post("/parcels/{parcel_id}/indicators", response=ParcelOut, summary="设定控制性指标")
def indicators(request: HttpRequest, parcel_id: int, body: IndicatorsIn) -> dict[str, Any]:
    actions.set_indicators(actor=actor_of(request), parcel_id=parcel_id, at=timezone.now(), **body.dict())
    return out(queries.one(parcel_id))


@router.post("/parcels/{parcel_id}/standard", response=ParcelOut, summary="认定“标准地”")
def declare(request: HttpRequest, parcel_id: int, body: VersionIn) -> dict[str, Any]:
    actions.declare_standard(actor=actor_of(request), parcel_id=parcel_id, at=timezone.now(), version=body.version)
    return out(queries.one(parcel_id))


@router.post("/parcels/{parcel_id}/offer", response=ParcelOut, summary="公开出让")
def offer(request: HttpRequest, parcel_id: int, body: VersionIn) -> dict[str, Any]:
    actions.offer_parcel(actor=actor_of(request), parcel_id=parcel_id, at=timezone.now(), version=body.version)
    return out(queries.one(parcel_id))


@router.post("/parcels/{parcel_id}/interests", response={201: ParcelInterestOut}, summary="登记意向")
def interest(request: HttpRequest, parcel_id: int, body: InterestIn) -> Status[dict[str, Any]]:
    made = actions.register_interest(
        actor=actor_of(request), parcel_id=parcel_id, note=body.note, at=timezone.now(), idempotency_key=key_of(request)
    )
    return Status(
        201, {"id": made.pk, "parcel": made.parcel_id, "unit": made.unit_id, "grade": made.grade, "at": made.at}
    )


@router.get("/parcels/{parcel_id}/interests", response=ParcelInterestsOut, summary="意向单位及排序理由")
def interests(request: HttpRequest, parcel_id: int) -> dict[str, Any]:
    if not access.can_see_desk(actor_of(request)):
        raise Forbidden("access.forbidden", "意向单位只供审批和管理人员查看")
    found, rows = queries.one(parcel_id), list(queries.interests_of(parcel_id))
    ranked = rules.ranked(found, rows, queries.grades_of([row.unit_id for row in rows]), timezone.localdate())
    return {
        "interests": [
            {
                "unit": row.interest.unit_id, "name": row.interest.unit.name, "grade": row.grade,
                "preferred": row.preferred,
                "why": row.why, "cites": row.cites, "at": row.interest.at,
            }
            for row in ranked
        ]
    }  # fmt: skip


@router.post("/parcels/{parcel_id}/sale", response=ParcelOut, summary="登记出让合同")
def sell(request: HttpRequest, parcel_id: int, body: SaleIn) -> dict[str, Any]:
    actions.sell_parcel(actor=actor_of(request), parcel_id=parcel_id, at=timezone.now(), **body.dict())
    return out(queries.one(parcel_id))


@router.post("/parcels/{parcel_id}/list", response={201: LandChecklistOut}, summary="发起用地清单")
def open_list(request: HttpRequest, parcel_id: int, body: OpenIn) -> Status[dict[str, Any]]:
    made = actions.open_list(
        actor=actor_of(request), parcel_id=parcel_id, at=timezone.now(), idempotency_key=key_of(request), **body.dict()
    )
    return Status(201, list_out(made))


@router.get("/parcels/{parcel_id}/lists", response=LandChecklistsOut, summary="用地清单的各个版本")
def lists(request: HttpRequest, parcel_id: int) -> dict[str, Any]:
    found, actor = queries.one(parcel_id), actor_of(request)
    own = actor.unit_id is not None and found.unit_id == actor.unit_id
    if not own and not access.can_see_desk(actor):
        raise Forbidden("access.forbidden", "用地清单只供受让单位和审批人员查看")
    return {"lists": [list_out(row) for row in queries.lists_of(parcel_id) if not own or row.document_id is not None]}


@router.post("/land-inputs/{input_id}", response=ListInputOut, summary="提出关键指标要素或者技术设计要点")
def answer(request: HttpRequest, input_id: int, body: SaidIn) -> dict[str, Any]:
    made = actions.answer_input(actor=actor_of(request), input_id=input_id, at=timezone.now(), **body.dict())
    return input_out(made)


@router.post("/land-inputs/{input_id}/correct", response={201: LandChecklistOut}, summary="更正清单，形成新的版本")
def correct(request: HttpRequest, input_id: int, body: ListCorrectionIn) -> Status[dict[str, Any]]:
    return Status(
        201,
        list_out(actions.correct_input(actor=actor_of(request), input_id=input_id, at=timezone.now(), **body.dict())),
    )


@router.post("/land-lists/{land_list_id}/assemble", response=LandChecklistOut, summary="汇总形成用地清单")
def assemble(request: HttpRequest, land_list_id: int, body: VersionIn) -> dict[str, Any]:
    made = actions.assemble_list(
        actor=actor_of(request), land_list_id=land_list_id, at=timezone.now(), version=body.version
    )
    return list_out(made)


@router.post("/projects/{project_id}/parcel", response={201: ParcelUseOut}, summary="项目确认用地，签署控制性指标承诺")
def settle(request: HttpRequest, project_id: int, body: ParcelUseIn) -> Status[dict[str, Any]]:
    made = actions.settle_project(
        actor=actor_of(request),
        project_id=project_id,
        parcel_id=body.parcel_id,
        at=timezone.now(),
        idempotency_key=key_of(request),
    )
    return Status(201, use_out(made))


@router.get("/projects/{project_id}/parcel", response=ParcelUseAndParcelOut, summary="项目使用的地块")
def used(request: HttpRequest, project_id: int) -> dict[str, Any]:
    project = readable(request, project_id)
    use = queries.use_of(project.pk)
    if use is None:
        raise Refused("land.no_parcel", "这个项目还没有确认用地")
    return {**use_out(use), "details": out(use.parcel)}
