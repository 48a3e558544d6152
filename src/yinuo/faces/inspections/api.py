"""双随机、一公开 by machine: planned and drawn by departments, recorded by inspectors, answered by units, read by
everybody.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema, Status

from yinuo.core.masking import masked
from yinuo.engine.base import Actor, Refused, forbid
from yinuo.engine.people.queries import departments_by_key
from yinuo.rooms.credit.models import ProposalState
from yinuo.rooms.inspections import access, actions, queries
from yinuo.rooms.inspections.actions.plans import draw_by, overdue
from yinuo.rooms.inspections.models import (
    Answer,
    DirectedReason,
    InspectionPlan,
    InspectionState,
    Inspector,
    Interest,
    Outcome,
    PlanState,
    RandomInspection,
)
from yinuo.rooms.inspections.questions import questions_of
from yinuo.rooms.projects.access import can_see as can_see_project
from yinuo.ui.api import VersionIn, WhyIn, actor_of, key_of
from yinuo.ui.api_shapes import Shape, maybe_absent

router = Router(tags=["双随机、一公开"])


class InspectorIn(Schema):
    """`person`: the person's number; `department`: the office's key; `subjects` empty = all."""

    person: int
    department: str
    certificate_no: str
    subjects: list[str] = []
    from_on: date | None = None
    to_on: date | None = None


class EndIn(Schema):
    why: str


class AvoidanceIn(Schema):
    credit_code: str
    interest: str
    note: str = ""


class PlanIn(Schema):
    """`departments`: keys of the offices that inspect together with the actor's; `issue`, `value_on`: which public draw
    is mixed in.
    """

    title: str
    subject: str
    departments: list[str] = []
    from_on: date
    until_on: date
    issue: str
    value_on: date


class PlanChangeIn(PlanIn):
    version: int | None = None


class DirectedIn(VersionIn):
    project_code: str
    reason: str
    note: str


class DrawIn(VersionIn):
    value: str


class ReplaceIn(WhyIn):
    member: int


class CheckAnswerIn(Schema):
    answer: str
    note: str = ""


class InspectionRecordIn(VersionIn):
    """`answers` by question key (see the inspection's `questions`); `files`: stored by POST /files."""

    on: date
    answers: dict[str, CheckAnswerIn]
    outcome: str
    summary: str
    rectify_days: int | None = None
    files: list[int] = []


class StatementIn(VersionIn):
    text: str
    files: list[int] = []


class InspectionPointsIn(Schema):
    """`type`: act (with `act`, the id in the list of acts, or `article` and `item`) or commitment_broken (with `check`,
    the fault's number).
    """

    type: str
    act: str | None = None
    article: str | None = None
    item: str | None = None
    check: int | None = None
    basis: str


class InterviewIn(Schema):
    on: date
    attendees: str
    content: str
    demands: str
    files: list[int] = []


def _offices(actor: Actor, keys: list[str]) -> list[int]:
    found = departments_by_key(actor.hall_id, keys)
    unknown = [key for key in keys if key not in found]
    if unknown:
        raise Refused("inspections.departments", f"没有这个部门：{'、'.join(unknown)}", field="departments")
    return [found[key].pk for key in keys]


class InspectorOut(Shape):
    """`subjects` empty = all."""

    id: int
    person: int
    name: str
    department: str
    certificate_no: str
    subjects: list[str]
    from_on: date
    to_on: date | None


class AvoidanceOut(Shape):
    id: int
    credit_code: str | None
    interest: Interest


class LiftedAvoidanceOut(Shape):
    id: int
    lifted_at: datetime


class InspectionPlanOut(Shape):
    """What everybody may know of a plan; of a draft nothing is announced yet. `draw_by`: until when it is drawn."""

    id: int
    number: str
    title: str
    subject: str
    state: PlanState
    version: int
    from_on: date
    until_on: date
    issue: str
    value_on: date
    announced_at: datetime | None
    earliest: datetime | None
    announcement_sha256: str
    seed_sha256: str
    drawn_at: datetime | None
    void_why: str
    void_at: datetime | None
    draw_by: datetime | None
    overdue: bool
    words: str
    lead: str


class DrawFileOut(Shape):
    """What anybody repeats the draw from: `seed`, `value` and `result` once it is drawn."""

    plan: str
    title: str
    announcement_sha256: str
    announcement: dict[str, Any] | None
    seed: str = maybe_absent()
    value: str = maybe_absent()
    result: dict[str, Any] | None = maybe_absent()


class DrawnPlanOut(InspectionPlanOut):
    draw: DrawFileOut


class InspectionPlansOut(Shape):
    plans: list[InspectionPlanOut]
    after: int | None


class DirectedOut(Shape):
    id: int
    project_code: str | None
    reason: DirectedReason


class PublicInspectionOut(Shape):
    """An inspection as everybody may read it; `outcome` empty until it is published."""

    id: int
    plan: int
    project_code: str | None
    unit: str
    directed: DirectedReason | None
    outcome: Outcome | Literal[""]
    words: str
    published_at: datetime | None


class ReplacedMemberOut(Shape):
    """Who of those drawn could not go, and why; what is personal in the reason is masked."""

    number: str
    at: datetime
    why: str


class PlannedInspectionOut(PublicInspectionOut):
    replaced: list[ReplacedMemberOut]


class PublicPlanOut(DrawnPlanOut):
    inspections: list[PlannedInspectionOut]


class InspectionOut(PublicInspectionOut):
    """An inspection as those who take part read it."""

    state: InspectionState
    version: int
    rectify_until: datetime | None
    inspected_at: datetime | None


class InspectionsOut(Shape):
    inspections: list[InspectionOut]
    after: int | None


class InspectionQuestionOut(Shape):
    key: str
    text: str
    standard: str


class InspectionMemberOut(Shape):
    id: int
    number: str
    name: str
    left_at: datetime | None


class InspectionCheckOut(Shape):
    id: int
    text: str
    answer: Answer
    note: str


class InspectionRecordOut(Shape):
    """What was found on one visit, and who has signed it."""

    round: int
    on: date
    outcome: Outcome
    summary: str
    rectify_days: int | None
    signed_at: datetime | None
    returned_why: str
    signed_by: list[str]
    checks: list[InspectionCheckOut]


class InspectionAndRecordsOut(InspectionOut):
    questions: list[InspectionQuestionOut]
    members: list[InspectionMemberOut]
    visits: list[InspectionRecordOut]


class SignedRecordOut(Shape):
    """`signed_at` null until the last of the inspectors has signed."""

    round: int
    signed_at: datetime | None


class UnitStatementOut(Shape):
    id: int
    at: datetime


class ProposedPointsOut(Shape):
    id: int
    state: ProposalState
    expected_points: str


class InterviewOut(Shape):
    id: int
    on: date


def inspector_out(row: Inspector) -> dict[str, Any]:
    return {
        "id": row.pk,
        "person": row.person_id,
        "name": row.person.name,
        "department": row.department.key,
        "certificate_no": row.certificate_no,
        "subjects": row.subjects,
        "from_on": row.from_on,
        "to_on": row.to_on,
    }


def plan_out(plan: InspectionPlan) -> dict[str, Any]:
    """What everybody may know; of a draft nothing is announced yet."""
    names = (
        "number",
        "title",
        "subject",
        "state",
        "version",
        "from_on",
        "until_on",
        "issue",
        "value_on",
        "announced_at",
        "earliest",
    )
    more = ("announcement_sha256", "seed_sha256", "drawn_at", "void_why", "void_at")
    return {
        "id": plan.pk,
        **{name: getattr(plan, name) for name in (*names, *more)},
        "draw_by": draw_by(plan),
        "overdue": overdue(plan, timezone.now()),
        "words": plan.get_state_display(),
        "lead": plan.lead.key,
    }


def inspection_out(row: RandomInspection, *, inside: bool) -> dict[str, Any]:
    """`inside`: for those who take part; else only what is published."""
    shown = inside or row.published_at is not None
    made: dict[str, Any] = {
        "id": row.pk,
        "plan": row.plan_id,
        "project_code": row.project.code,
        "unit": row.project.unit.name,
        "directed": row.reason or None,
        "outcome": row.outcome if shown else "",
        "words": row.get_outcome_display() if shown else "",
        "published_at": row.published_at,
    }
    if inside:
        made |= {
            "state": row.state,
            "version": row.version,
            "rectify_until": row.rectify_until,
            "inspected_at": row.inspected_at,
        }
    return made


def replaced_out(row: RandomInspection) -> list[dict[str, Any]]:
    """Who of those drawn could not go, and why: with that anybody can follow the next rank.

    What is personal in the reason is masked.
    """
    return [
        {"number": one.number, "at": one.left_at, "why": masked(one.left_why)} for one in row.all_members if one.left_at
    ]


@router.post("/inspectors", response={201: InspectorOut}, summary="登记检查人员")
def register_inspector(request: HttpRequest, body: InspectorIn) -> Status[dict[str, Any]]:
    actor = actor_of(request)
    values = body.dict()
    person, (office,) = values.pop("person"), _offices(actor, [values.pop("department")])
    made = actions.register_inspector(actor=actor, person_id=person, department_id=office, at=timezone.now(), **values)
    return Status(201, inspector_out(made))


@router.get("/inspectors", response=list[InspectorOut], summary="检查人员名录")
def inspectors(request: HttpRequest) -> list[dict[str, Any]]:
    actor = actor_of(request)
    if actor.role not in access.READERS:
        raise forbid("名录供审批和管理人员查看")
    return [inspector_out(row) for row in queries.inspectors(actor, timezone.localdate())]


@router.post("/inspectors/{inspector_id}/end", response=InspectorOut, summary="停用检查人员")
def end_inspector(request: HttpRequest, inspector_id: int, body: EndIn) -> dict[str, Any]:
    return inspector_out(
        actions.end_inspector(actor=actor_of(request), inspector_id=inspector_id, why=body.why, at=timezone.now())
    )


@router.post("/inspectors/{inspector_id}/avoidances", response={201: AvoidanceOut}, summary="申报回避")
def declare_avoidance(request: HttpRequest, inspector_id: int, body: AvoidanceIn) -> Status[dict[str, Any]]:
    row = actions.declare_avoidance(
        actor=actor_of(request), inspector_id=inspector_id, at=timezone.now(), **body.dict()
    )
    return Status(201, {"id": row.pk, "credit_code": row.unit.credit_code, "interest": row.interest})


@router.post("/avoidances/{avoidance_id}/lift", response=LiftedAvoidanceOut, summary="解除回避")
def lift_avoidance(request: HttpRequest, avoidance_id: int) -> dict[str, Any]:
    row = actions.lift_avoidance(actor=actor_of(request), avoidance_id=avoidance_id, at=timezone.now())
    return {"id": row.pk, "lifted_at": row.lifted_at}


@router.post("/inspection-plans", response={201: InspectionPlanOut}, summary="编制抽查计划")
def begin_plan(request: HttpRequest, body: PlanIn) -> Status[dict[str, Any]]:
    actor, values = actor_of(request), body.dict()
    values["departments"] = _offices(actor, values["departments"])
    return Status(
        201, plan_out(actions.begin_plan(actor=actor, idempotency_key=key_of(request), at=timezone.now(), **values))
    )


@router.put("/inspection-plans/{plan_id}", response=InspectionPlanOut, summary="修改抽查计划")
def change_plan(request: HttpRequest, plan_id: int, body: PlanChangeIn) -> dict[str, Any]:
    actor, values = actor_of(request), body.dict()
    values["departments"] = _offices(actor, values["departments"])
    return plan_out(actions.change_plan(actor=actor, plan_id=plan_id, at=timezone.now(), **values))


@router.post("/inspection-plans/{plan_id}/directed", response={201: DirectedOut}, summary="加入定向检查")
def add_directed(request: HttpRequest, plan_id: int, body: DirectedIn) -> Status[dict[str, Any]]:
    row = actions.add_directed(actor=actor_of(request), plan_id=plan_id, at=timezone.now(), **body.dict())
    return Status(201, {"id": row.pk, "project_code": row.project.code, "reason": row.reason})


@router.post(
    "/inspection-plans/{plan_id}/directed/{directed_id}/remove", response=InspectionPlanOut, summary="去掉定向检查"
)
def remove_directed(request: HttpRequest, plan_id: int, directed_id: int, body: VersionIn) -> dict[str, Any]:
    return plan_out(
        actions.remove_directed(
            actor=actor_of(request), plan_id=plan_id, directed_id=directed_id, version=body.version, at=timezone.now()
        )
    )


@router.post("/inspection-plans/{plan_id}/announce", response=InspectionPlanOut, summary="公布抽查计划")
def announce_plan(request: HttpRequest, plan_id: int, body: VersionIn) -> dict[str, Any]:
    return plan_out(
        actions.announce_plan(actor=actor_of(request), plan_id=plan_id, version=body.version, at=timezone.now())
    )


@router.post("/inspection-plans/{plan_id}/draw", response=DrawnPlanOut, summary="抽取")
def draw_plan(request: HttpRequest, plan_id: int, body: DrawIn) -> dict[str, Any]:
    plan = actions.draw_plan(
        actor=actor_of(request), plan_id=plan_id, value=body.value, version=body.version, at=timezone.now()
    )
    return {**plan_out(plan), "draw": queries.draw_file(plan)}


@router.post("/inspection-plans/{plan_id}/void", response=InspectionPlanOut, summary="作废抽查计划")
def void_plan(request: HttpRequest, plan_id: int, body: WhyIn) -> dict[str, Any]:
    return plan_out(actions.void_plan(actor=actor_of(request), plan_id=plan_id, at=timezone.now(), **body.dict()))


@router.get("/inspection-plans", response=InspectionPlansOut, auth=None, summary="公布的抽查计划")
def public_plans(request: HttpRequest, after: int = 0) -> dict[str, Any]:
    page = queries.public_plans(after)
    return {"plans": [plan_out(plan) for plan in page.rows], "after": page.after or None}


@router.get(
    "/inspection-plans/{plan_id}",
    response=PublicPlanOut,
    auth=None,
    summary="一个计划：公布的内容、抽取和结果，可以重算",
)
def public_plan(request: HttpRequest, plan_id: int) -> dict[str, Any]:
    plan = queries.public_plan(plan_id)
    if plan is None:
        raise InspectionPlan.DoesNotExist
    rows = queries.of_plan(plan)
    return {
        **plan_out(plan),
        "draw": queries.draw_file(plan),
        "inspections": [{**inspection_out(row, inside=False), "replaced": replaced_out(row)} for row in rows],
    }


def _visible(request: HttpRequest, inspection_id: int) -> RandomInspection:
    row, actor = queries.inspection(inspection_id), actor_of(request)
    inside = can_see_project(actor, row.project) if actor.role == "unit" else access.can_see(actor, row.plan.hall_id)
    if not inside:
        raise forbid("只能查看本单位、本大厅的检查")
    return row


@router.get("/inspections", response=InspectionsOut, summary="本人抽中、本大厅或者本单位的检查（view：mine、all）")
def inspections(request: HttpRequest, view: str = "all", after: int = 0) -> dict[str, Any]:
    actor = actor_of(request)
    if actor.role == "unit" and actor.unit_id is not None and actor.scope is None:
        return {
            "inspections": [inspection_out(row, inside=True) for row in queries.of_unit(actor.unit_id)],
            "after": None,
        }
    if actor.role not in access.READERS:
        raise forbid("只能查看本单位、本大厅的检查")
    page = queries.mine(actor, after) if view == "mine" else queries.of_hall(actor, after)
    return {"inspections": [inspection_out(row, inside=True) for row in page.rows], "after": page.after or None}


@router.get(
    "/inspections/{inspection_id}", response=InspectionAndRecordsOut, summary="一次检查：要查的问题、记录、签名"
)
def inspection(request: HttpRequest, inspection_id: int) -> dict[str, Any]:
    row = _visible(request, inspection_id)
    visits = queries.visits_of(row)
    if actor_of(request).role == "unit":
        # Not what is not signed yet, nor what was sent back: neither counts, and neither is the unit's to read.
        visits = [visit for visit in visits if visit.signed_at]
    return {
        **inspection_out(row, inside=True),
        "questions": [{"key": one.key, "text": one.text, "standard": one.standard} for one in questions_of(row)],
        "members": [
            {"id": one.pk, "number": one.number, "name": one.inspector.person.name, "left_at": one.left_at}
            for one in row.all_members
        ],
        "visits": [
            {
                "round": visit.round,
                "on": visit.on,
                "outcome": visit.outcome,
                "summary": visit.summary,
                "rectify_days": visit.rectify_days,
                "signed_at": visit.signed_at,
                "returned_why": visit.returned_why,
                "signed_by": [one.person.name for one in visit.signatures.all()],
                "checks": [
                    {"id": one.pk, "text": one.text, "answer": one.answer, "note": one.note}
                    for one in visit.checks.all()
                ],
            }
            for visit in visits
        ],
    }


@router.post("/inspections/{inspection_id}/visits", response={201: SignedRecordOut}, summary="记录检查")
def record_visit(request: HttpRequest, inspection_id: int, body: InspectionRecordIn) -> Status[dict[str, Any]]:
    visit = actions.record_visit(actor=actor_of(request), inspection_id=inspection_id, at=timezone.now(), **body.dict())
    return Status(201, {"round": visit.round, "signed_at": visit.signed_at})


@router.post("/inspections/{inspection_id}/sign", response=SignedRecordOut, summary="检查人员签名")
def sign_visit(request: HttpRequest, inspection_id: int, body: VersionIn) -> dict[str, Any]:
    visit = actions.sign_visit(
        actor=actor_of(request), inspection_id=inspection_id, version=body.version, at=timezone.now()
    )
    return {"round": visit.round, "signed_at": visit.signed_at}


@router.post("/inspections/{inspection_id}/return", response=InspectionOut, summary="退回检查记录")
def return_visit(request: HttpRequest, inspection_id: int, body: WhyIn) -> dict[str, Any]:
    return inspection_out(
        actions.return_visit(actor=actor_of(request), inspection_id=inspection_id, at=timezone.now(), **body.dict()),
        inside=True,
    )


@router.post("/inspections/{inspection_id}/replace", response=InspectionOut, summary="替换检查人员")
def replace_member(request: HttpRequest, inspection_id: int, body: ReplaceIn) -> dict[str, Any]:
    row = actions.replace_member(
        actor=actor_of(request),
        inspection_id=inspection_id,
        member_id=body.member,
        why=body.why,
        version=body.version,
        at=timezone.now(),
    )
    return inspection_out(row, inside=True)


@router.post("/inspections/{inspection_id}/opinion", response={201: UnitStatementOut}, summary="项目单位陈述意见")
def state_opinion(request: HttpRequest, inspection_id: int, body: StatementIn) -> Status[dict[str, Any]]:
    row = actions.state_opinion(
        actor=actor_of(request), inspection_id=inspection_id, text=body.text, files=body.files, at=timezone.now()
    )
    return Status(201, {"id": row.pk, "at": row.at})


@router.post("/inspections/{inspection_id}/rectified", response={201: UnitStatementOut}, summary="项目单位报告改正情况")
def report_rectified(request: HttpRequest, inspection_id: int, body: StatementIn) -> Status[dict[str, Any]]:
    row = actions.report_rectified(
        actor=actor_of(request), inspection_id=inspection_id, at=timezone.now(), **body.dict()
    )
    return Status(201, {"id": row.pk, "at": row.at})


@router.post("/inspections/{inspection_id}/publish", response=InspectionOut, summary="公示检查结果")
def publish_result(request: HttpRequest, inspection_id: int, body: VersionIn) -> dict[str, Any]:
    return inspection_out(
        actions.publish_result(
            actor=actor_of(request), inspection_id=inspection_id, version=body.version, at=timezone.now()
        ),
        inside=True,
    )


@router.post("/inspections/{inspection_id}/points", response={201: ProposedPointsOut}, summary="据检查结果提出扣分")
def propose_points(request: HttpRequest, inspection_id: int, body: InspectionPointsIn) -> Status[dict[str, Any]]:
    data = {name: value for name, value in (("act", body.act), ("article", body.article), ("item", body.item)) if value}
    made = actions.propose_points(
        actor=actor_of(request),
        inspection_id=inspection_id,
        type=body.type,
        data=data,
        basis=body.basis,
        check_id=body.check,
        at=timezone.now(),
    )
    return Status(201, {"id": made.pk, "state": made.state, "expected_points": str(made.expected_points)})


@router.post("/inspections/{inspection_id}/interviews", response={201: InterviewOut}, summary="记录约谈")
def record_interview(request: HttpRequest, inspection_id: int, body: InterviewIn) -> Status[dict[str, Any]]:
    made = actions.record_interview(
        actor=actor_of(request), inspection_id=inspection_id, at=timezone.now(), **body.dict()
    )
    return Status(201, {"id": made.pk, "on": made.on})
