"""区域评估: zones and their published results for everybody; the assessments, sharing and fees for those who run them
(附件3).
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Router, Schema, Status

from yinuo.core.regional import Conditions
from yinuo.engine.base import forbid
from yinuo.engine.catalogue.models import RegionalResult, Zone, ZoneKind
from yinuo.engine.people.queries import departments
from yinuo.engine.rules import pack
from yinuo.faces.onemap.api import MapItemOut, state_of
from yinuo.faces.projects.api import readable
from yinuo.rooms.onemap.actions import share_result
from yinuo.rooms.onemap.regional import ended
from yinuo.rooms.regional import access, actions, queries
from yinuo.rooms.regional.models import AssessmentState, Payer, RegionalAssessment
from yinuo.ui.api import VersionIn, WhyIn, actor_of, key_of
from yinuo.ui.api_shapes import Shape

router = Router(tags=["区域评估"])
MONEY: Any = Field(max_digits=12, decimal_places=2, ge=0)


class ZoneIn(Schema):
    """`body`: the key of the committee's or the named department's office."""

    key: str
    name: str
    kind: str
    body: str
    place: str = ""
    basis: str
    from_on: date


class ZoneCloseIn(Schema):
    why: str


class RegionalAssessmentIn(Schema):
    """`departments`: keys of the offices asked beside the matter's own."""

    matter: str
    requirements: str
    departments: list[str] = []


class RegionalOpinionIn(Schema):
    text: str


class CommissionIn(VersionIn):
    institution: str
    institution_code: str
    qualification: str
    payer: str
    cost: Decimal = MONEY
    share: Decimal = Decimal(0)


class AssessmentReportIn(VersionIn):
    """`file`: the uploaded report (PDF); `conditions` as a published result shows them."""

    title: str
    report_number: str
    report_on: date
    file: int
    scope: str
    conditions: dict[str, Any] = {}
    obligations: list[str] = []
    from_on: date
    to_on: date


class ApprovalIn(VersionIn):
    document_number: str
    text: str = ""


class ReasonIn(VersionIn):
    reason: str


class SettledFeeIn(Schema):
    amount: Decimal = MONEY
    voucher: str


class ZoneOut(Shape):
    """A special zone; `body`: key of the committee's or the named department's office."""

    id: int
    key: str
    name: str
    kind: ZoneKind
    place: str
    basis: str
    from_on: date
    to_on: date | None
    body: str


class RegionalResultOut(Shape):
    """`conditions_text`: the conditions in words; `ended`: why it is shared no longer, "" while it stands."""

    id: int
    zone: str
    matter_id: str
    department: str
    title: str
    institution: str
    institution_code: str
    qualification: str
    report_number: str
    report_on: date
    scope: str
    conditions: dict[str, Any]
    obligations: list[str]
    document_number: str
    from_on: date
    to_on: date | None
    approved_at: datetime
    published_at: datetime
    version: int
    conditions_text: list[str]
    ended: str


class RegionalOpinionOut(Shape):
    """`lapsed`: the department has not spoken within its term."""

    id: int
    department: str
    text: str
    answered_at: datetime | None
    lapsed: bool


class RegionalAssessmentOut(Shape):
    """`result`: the number of the published result."""

    id: int
    zone: str
    department: str
    matter_id: str
    state: AssessmentState
    institution: str
    report_number: str
    document_number: str
    from_on: date | None
    to_on: date | None
    reason: str
    version: int
    opinions: list[RegionalOpinionOut]
    result: int | None


class GivenOpinionOut(Shape):
    id: int
    answered_at: datetime


class FeeLineOut(Shape):
    """One assessment's part, in yuan; `shared`, `settled`: decimal strings."""

    assessment: int
    payer: Payer
    shared: str
    settled: str


class RegionalFeesOut(Shape):
    """What a project owes; `charged` false = nothing, whatever the lines say."""

    charged: bool
    outstanding: str
    blocks_permit: bool
    lines: list[FeeLineOut]


class SettledFeeOut(Shape):
    id: int
    voucher: str


def zone_out(zone: Zone) -> dict[str, Any]:
    same = ("key", "name", "kind", "place", "basis", "from_on", "to_on")
    return {"id": zone.pk, **{name: getattr(zone, name) for name in same}, "body": zone.body.key}


def result_out(result: RegionalResult) -> dict[str, Any]:
    same = (
        "title",
        "institution",
        "institution_code",
        "qualification",
        "report_number",
        "report_on",
        "scope",
        "conditions",
        "obligations",
    )
    more = ("document_number", "from_on", "to_on", "approved_at", "published_at", "version")
    return {
        "id": result.pk,
        "zone": result.zone.key,
        "matter_id": result.matter_id,
        "department": result.department.key,
        **{name: getattr(result, name) for name in (*same, *more)},
        "conditions_text": Conditions.from_json(result.conditions, pack().facts).in_words(pack().facts),
        "ended": ended(result),
    }


def out(found: RegionalAssessment) -> dict[str, Any]:
    same = (
        "matter_id",
        "state",
        "institution",
        "report_number",
        "document_number",
        "from_on",
        "to_on",
        "reason",
        "version",
    )
    opinions = [
        {
            "id": row.pk,
            "department": row.department.key,
            "text": row.text,
            "answered_at": row.answered_at,
            "lapsed": row.lapsed,
        }
        for row in found.opinions.select_related("department").order_by("id")
    ]
    return {
        "id": found.pk,
        "zone": found.zone.key,
        "department": found.department.key,
        **{name: getattr(found, name) for name in same},
        "opinions": opinions,
        "result": found.result_id,
    }


@router.get("/zones", response=list[ZoneOut], auth=None, summary="特殊功能区（备案表“所在园区”填代号）")
def zones(request: HttpRequest) -> list[dict[str, Any]]:
    return [zone_out(zone) for zone in queries.zones(timezone.localdate())]


@router.get("/regional/results", response=list[RegionalResultOut], auth=None, summary="在用的区域评估结果")
def results(request: HttpRequest, zone: str = "", matter: str = "", q: str = "") -> list[dict[str, Any]]:
    found = queries.published(timezone.localdate(), zone_key=zone, matter_id=matter, words=q)
    return [result_out(row) for row in found[:200]]


@router.get("/regional/results/{result_id}", response=RegionalResultOut, auth=None, summary="一份区域评估结果")
def result(request: HttpRequest, result_id: int) -> dict[str, Any]:
    return result_out(queries.result(result_id))


@router.post("/zones", response={201: ZoneOut}, summary="登记特殊功能区")
def open_zone(request: HttpRequest, body: ZoneIn) -> Status[dict[str, Any]]:
    actor = actor_of(request)
    office = departments(actor.hall_id).filter(key=body.body).first()
    values = body.dict(exclude={"body"})
    made = actions.open_zone(actor=actor, body_id=office.pk if office else 0, at=timezone.now(), **values)
    return Status(201, zone_out(made))


@router.post("/zones/{zone_id}/close", response=ZoneOut, summary="撤销特殊功能区")
def close_zone(request: HttpRequest, zone_id: int, body: ZoneCloseIn) -> dict[str, Any]:
    return zone_out(actions.close_zone(actor=actor_of(request), zone_id=zone_id, why=body.why, at=timezone.now()))


@router.post(
    "/zones/{zone_id}/assessments", response={201: RegionalAssessmentOut}, summary="组织区域评估，征求部门意见"
)
def begin(request: HttpRequest, zone_id: int, body: RegionalAssessmentIn) -> Status[dict[str, Any]]:
    zone = queries.zone(zone_id)
    offices = dict(departments(zone.hall_id).filter(key__in=body.departments).values_list("key", "pk"))
    made = actions.begin_assessment(
        actor=actor_of(request),
        zone_id=zone_id,
        matter_id=body.matter,
        requirements=body.requirements,
        departments=[offices.get(key, 0) for key in body.departments],
        at=timezone.now(),
        idempotency_key=key_of(request),
    )
    return Status(201, out(made))


@router.get("/assessments/{assessment_id}", response=RegionalAssessmentOut, summary="一项区域评估")
def show(request: HttpRequest, assessment_id: int) -> dict[str, Any]:
    found = queries.assessment_of(assessment_id)
    if not access.can_see(actor_of(request), found):
        raise forbid("只能查看本大厅的区域评估")
    return out(found)


@router.post("/opinions/{opinion_id}", response=GivenOpinionOut, summary="部门提出意见")
def opinion(request: HttpRequest, opinion_id: int, body: RegionalOpinionIn) -> dict[str, Any]:
    made = actions.give_opinion(actor=actor_of(request), opinion_id=opinion_id, text=body.text, at=timezone.now())
    return {"id": made.pk, "answered_at": made.answered_at}


@router.post("/assessments/{assessment_id}/commission", response=RegionalAssessmentOut, summary="委托评估机构")
def commission(request: HttpRequest, assessment_id: int, body: CommissionIn) -> dict[str, Any]:
    values = body.dict()
    return out(
        actions.commission_assessment(actor=actor_of(request), assessment_id=assessment_id, at=timezone.now(), **values)
    )


@router.post("/assessments/{assessment_id}/report", response=RegionalAssessmentOut, summary="录入评估报告")
def report(request: HttpRequest, assessment_id: int, body: AssessmentReportIn) -> dict[str, Any]:
    values = body.dict(exclude={"file"})
    made = actions.record_report(
        actor=actor_of(request), assessment_id=assessment_id, file_id=body.file, at=timezone.now(), **values
    )
    return out(made)


@router.post("/assessments/{assessment_id}/submit", response=RegionalAssessmentOut, summary="报部门审查审批")
def submit(request: HttpRequest, assessment_id: int, body: VersionIn) -> dict[str, Any]:
    return out(
        actions.submit_assessment(
            actor=actor_of(request), assessment_id=assessment_id, at=timezone.now(), **body.dict()
        )
    )


@router.post("/assessments/{assessment_id}/approve", response=RegionalAssessmentOut, summary="批准评估报告")
def approve(request: HttpRequest, assessment_id: int, body: ApprovalIn) -> dict[str, Any]:
    return out(
        actions.approve_assessment(
            actor=actor_of(request), assessment_id=assessment_id, at=timezone.now(), **body.dict()
        )
    )


@router.post("/assessments/{assessment_id}/return", response=RegionalAssessmentOut, summary="退回修改")
def give_back(request: HttpRequest, assessment_id: int, body: ReasonIn) -> dict[str, Any]:
    return out(
        actions.return_assessment(
            actor=actor_of(request), assessment_id=assessment_id, at=timezone.now(), **body.dict()
        )
    )


@router.post("/assessments/{assessment_id}/cancel", response=RegionalAssessmentOut, summary="终止区域评估")
def cancel(request: HttpRequest, assessment_id: int, body: ReasonIn) -> dict[str, Any]:
    return out(
        actions.cancel_assessment(
            actor=actor_of(request), assessment_id=assessment_id, at=timezone.now(), **body.dict()
        )
    )


@router.post("/assessments/{assessment_id}/publish", response={201: RegionalResultOut}, summary="公布评估结果")
def publish(request: HttpRequest, assessment_id: int, body: VersionIn) -> Status[dict[str, Any]]:
    made = actions.publish_assessment(
        actor=actor_of(request), assessment_id=assessment_id, at=timezone.now(), **body.dict()
    )
    return Status(201, result_out(made))


@router.post("/regional/results/{result_id}/withdraw", response=RegionalResultOut, summary="撤回评估结果")
def withdraw(request: HttpRequest, result_id: int, body: WhyIn) -> dict[str, Any]:
    return result_out(
        actions.withdraw_result(actor=actor_of(request), result_id=result_id, at=timezone.now(), **body.dict())
    )


@router.post("/items/{item_id}/share", response=MapItemOut, summary="共享所在区域的评估结果")
def share(request: HttpRequest, item_id: int, body: VersionIn) -> dict[str, Any]:
    made = share_result(
        actor=actor_of(request), item_id=item_id, at=timezone.now(), idempotency_key=key_of(request), **body.dict()
    )
    return state_of(made)


@router.get("/projects/{project_id}/regional-fees", response=RegionalFeesOut, summary="项目共享区域评估的费用")
def fees(request: HttpRequest, project_id: int) -> dict[str, Any]:
    readable(request, project_id)
    due = queries.due_of(project_id, timezone.localdate())
    lines = [
        {
            "assessment": line.assessment_id,
            "payer": line.payer,
            "shared": str(line.shared),
            "settled": str(line.settled),
        }
        for line in due.lines
    ]
    return {"charged": due.charged, "outstanding": str(due.outstanding), "blocks_permit": due.blocks, "lines": lines}


@router.post("/projects/{project_id}/regional-fees", response={201: SettledFeeOut}, summary="登记返还区域评估费用")
def settle(request: HttpRequest, project_id: int, body: SettledFeeIn) -> Status[dict[str, Any]]:
    made = actions.settle_fee(
        actor=actor_of(request),
        project_id=project_id,
        at=timezone.now(),
        idempotency_key=key_of(request),
        **body.dict(),
    )
    return Status(201, {"id": made.pk, "voucher": made.voucher})
