"""代办服务 for machines.

Handing in for the unit: an agent's key with `X-Yinuo-Via: agency.agreement:12`, on the ordinary endpoints.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema, Status

from yinuo.core.calendar import TZ
from yinuo.engine.base import forbid
from yinuo.engine.people.queries import unit_by_code
from yinuo.faces.projects.api import readable
from yinuo.rooms.agency import access, actions, queries
from yinuo.rooms.agency.models import (
    AgencyBody,
    AgencyRequest,
    Agreement,
    AgreementState,
    ApplicationState,
    AppraisalGrade,
    BodyLevel,
    EndKind,
    FilingPlan,
    ServiceAgent,
    ServiceKind,
)
from yinuo.rooms.agency.room import SERVICE
from yinuo.rooms.credit.actions import list_at_province
from yinuo.rooms.reviews.models import Level
from yinuo.rooms.reviews.queries import service_of
from yinuo.ui.api import VersionIn, actor_of, key_if_any, key_of
from yinuo.ui.api_shapes import Shape, maybe_absent

router = Router(tags=["代办服务"])


class BodyIn(Schema):
    """`parent`: the number of the county's body, for a township's."""

    level: str
    name: str
    place: str
    phone: str
    parent: int | None = None


class AgencyReasonIn(VersionIn):
    why: str = ""


class AgentIn(Schema):
    person: int
    phone: str


class TrainingIn(Schema):
    on: date
    topic: str
    agents: list[int]


class AppraisalIn(Schema):
    year: int
    grade: str
    text: str


class PersonIn(Schema):
    name: str
    phone: str


class AgencyRequestIn(Schema):
    """`matters` empty = the whole; `services`: consult guide coordinate act."""

    body: int
    matters: list[str] = []
    services: list[str]
    lead: PersonIn
    handler: PersonIn
    text: str = ""


class AgreementOfferIn(VersionIn):
    agent: int
    from_on: date
    to_on: date
    services: list[str] | None = None
    note: str = ""


class AgentAssignmentIn(VersionIn):
    agent: int
    why: str


class LogIn(Schema):
    kind: str
    on: date
    text: str
    matter: str = ""


class FilingPlanIn(Schema):
    note: str = ""


class GreenIn(Schema):
    matters: list[str]
    reason: str


class PackageIn(Schema):
    """`parts`: [{"item": id, "materials": [{"id": …, "file": …}], "note": text?} …]."""

    parts: list[dict[str, Any]]


class FinishIn(VersionIn):
    text: str


class ArchiveIn(VersionIn):
    """`returned`: [{"name": text, "note": text} …]."""

    returned: list[dict[str, str]] = []


class ProvinceIn(Schema):
    """Whether the province's platform lists the unit as class D."""

    listed: bool
    source: str
    on: date


# -- what comes out


class AgencyBodyOut(Shape):
    id: int
    level: BodyLevel
    name: str
    place: str
    phone: str
    parent_id: int | None
    from_on: date
    to_on: date | None


class ServiceAgentOut(Shape):
    id: int
    body: int
    name: str
    phone: str
    to_on: date | None


class AgencyBodyAndAgentsOut(AgencyBodyOut):
    agents: list[ServiceAgentOut]


class AgentCandidateOut(Shape):
    person: int
    name: str


class AgentTrainingOut(Shape):
    id: int
    on: date
    topic: str
    agents: list[int]


class AgentAppraisalOut(Shape):
    id: int
    year: int
    grade: AppraisalGrade
    figures: dict[str, Any]


class ProvincialGradeOut(Shape):
    unit: str
    listed: bool


class AgencyRequestOut(Shape):
    """`matters` empty = the whole project."""

    project: int
    body: int
    id: int
    state: ApplicationState
    matters: list[str]
    services: list[ServiceKind]
    applied_at: datetime
    answer: str
    answered_at: datetime | None
    version: int


class ReturnedOut(Shape):
    """A material given back when the agreement is archived."""

    name: str
    note: str = maybe_absent()


class AgreementOut(Shape):
    project: int
    application: int
    agent: int
    via: str
    paper: int | None
    end_paper: int | None
    id: int
    number: str
    state: AgreementState
    matters: list[str]
    services: list[ServiceKind]
    from_on: date
    to_on: date
    unit_signed_at: datetime | None
    finished_at: datetime | None
    end_kind: EndKind | Literal[""]
    end_text: str
    ended_at: datetime | None
    returned: list[ReturnedOut]
    archived_at: datetime | None
    received_at: datetime | None
    version: int


class ProjectAgencyOut(Shape):
    applications: list[AgencyRequestOut]
    agreements: list[AgreementOut]


class PlanLineOut(Shape):
    """A matter of the plan beside what happened; `late` = not yet begun or ended though its day is past."""

    name: str
    item_id: int | None
    state: str
    starts_on: date
    ends_on: date
    received_on: date | None
    concluded_on: date | None
    late: bool


class FilingPlanOut(Shape):
    id: int
    at: datetime
    note: str
    rows: list[PlanLineOut]


class ServiceEntryOut(Shape):
    id: int
    kind: ServiceKind
    matter_id: str
    on: date
    text: str


class LoggedServiceOut(Shape):
    id: int
    kind: ServiceKind
    matter: str
    on: date


class GivenReviewOut(Shape):
    level: Level
    text: str


class AgreementAndServiceOut(AgreementOut):
    """`service`: what the unit reviews once the agreement has ended."""

    plan: FilingPlanOut | None
    log: list[ServiceEntryOut]
    service: int | None
    review: GivenReviewOut | None


class GreenChannelOut(Shape):
    matter: str
    reason: str
    at: datetime


class PackageOut(Shape):
    """`submissions`: the numbers of the submissions that were made at once."""

    id: int
    submissions: list[int]


def body_out(body: AgencyBody) -> dict[str, Any]:
    names = ("id", "level", "name", "place", "phone", "parent_id", "from_on", "to_on")
    return {name: getattr(body, name) for name in names}


def agent_out(agent: ServiceAgent) -> dict[str, Any]:
    return {
        "id": agent.pk,
        "body": agent.body_id,
        "name": agent.person.name,
        "phone": agent.phone,
        "to_on": agent.to_on,
    }


def application_out(made: AgencyRequest) -> dict[str, Any]:
    names = ("id", "state", "matters", "services", "applied_at", "answer", "answered_at", "version")
    return {"project": made.project_id, "body": made.body_id, **{name: getattr(made, name) for name in names}}


def agreement_out(made: Agreement) -> dict[str, Any]:
    names = (
        *("id", "number", "state", "matters", "services", "from_on", "to_on", "unit_signed_at", "finished_at"),
        *("end_kind", "end_text", "ended_at", "returned", "archived_at", "received_at", "version"),
    )
    return {
        "project": made.project_id,
        "application": made.request_id,
        "agent": made.agent_id,
        "via": access.via_of(made),
        "paper": made.paper_id,
        "end_paper": made.end_paper_id,
        **{name: getattr(made, name) for name in names},
    }


def plan_out(agreement: Agreement, plan: FilingPlan) -> dict[str, Any]:
    day = timezone.now().astimezone(TZ).date()
    lines = queries.plan_lines(plan.rows, queries.items_of(agreement), day)
    names = ("name", "item_id", "state", "starts_on", "ends_on", "received_on", "concluded_on", "late")
    return {
        "id": plan.pk,
        "at": plan.at,
        "note": plan.note,
        "rows": [{name: getattr(row, name) for name in names} for row in lines],
    }


# -- bodies and agents


@router.get("/agency/bodies", response=list[AgencyBodyAndAgentsOut], auth=None, summary="代办服务机构和代办员")
def bodies(request: HttpRequest) -> list[dict[str, Any]]:
    day = timezone.localdate()
    agents = [agent_out(agent) for agent in queries.agents(day)]
    return [
        {**body_out(body), "agents": [row for row in agents if row["body"] == body.pk]} for body in queries.bodies(day)
    ]


@router.get("/agency/people", response=list[AgentCandidateOut], summary="可以登记为代办员的人员")
def people(request: HttpRequest) -> list[dict[str, Any]]:
    """Who has the role of an agent in the hall and no place in a body yet."""
    actor = actor_of(request)
    if not access.can_head(actor, actor.hall_id or 0):
        raise forbid("代办服务机构由本大厅总召集人管理")
    return [
        {"person": person.pk, "name": person.name}
        for person in queries.candidates(actor.hall_id or 0, timezone.localdate())
    ]


@router.post("/agency/bodies", response={201: AgencyBodyOut}, summary="设立代办服务机构")
def open_body(request: HttpRequest, body: BodyIn) -> Status[dict[str, Any]]:
    actor, values = actor_of(request), body.dict()
    parent = values.pop("parent")
    made = actions.open_body(actor=actor, hall_id=actor.hall_id or 0, parent_id=parent, at=timezone.now(), **values)
    return Status(201, body_out(made))


@router.post("/agency/bodies/{body_id}/close", response=AgencyBodyOut, summary="撤销代办服务机构")
def close_body(request: HttpRequest, body_id: int, body: AgencyReasonIn) -> dict[str, Any]:
    return body_out(actions.close_body(actor=actor_of(request), body_id=body_id, why=body.why, at=timezone.now()))


@router.post("/agency/bodies/{body_id}/agents", response={201: ServiceAgentOut}, summary="登记代办员")
def add_agent(request: HttpRequest, body_id: int, body: AgentIn) -> Status[dict[str, Any]]:
    made = actions.add_agent(
        actor=actor_of(request), body_id=body_id, person_id=body.person, phone=body.phone, at=timezone.now()
    )
    return Status(201, agent_out(made))


@router.post("/agency/agents/{agent_id}/end", response=ServiceAgentOut, summary="解除代办员")
def end_agent(request: HttpRequest, agent_id: int, body: AgencyReasonIn) -> dict[str, Any]:
    return agent_out(actions.end_agent(actor=actor_of(request), agent_id=agent_id, why=body.why, at=timezone.now()))


@router.post("/agency/bodies/{body_id}/trainings", response={201: AgentTrainingOut}, summary="记录代办员培训")
def record_training(request: HttpRequest, body_id: int, body: TrainingIn) -> Status[dict[str, Any]]:
    made = actions.record_training(
        actor=actor_of(request), body_id=body_id, at=timezone.now(), idempotency_key=key_of(request), **body.dict()
    )
    return Status(201, {"id": made.pk, "on": made.on, "topic": made.topic, "agents": made.agents})


@router.post("/agency/agents/{agent_id}/appraisals", response={201: AgentAppraisalOut}, summary="代办员年度考核")
def appraise(request: HttpRequest, agent_id: int, body: AppraisalIn) -> Status[dict[str, Any]]:
    made = actions.appraise_agent(actor=actor_of(request), agent_id=agent_id, at=timezone.now(), **body.dict())
    return Status(201, {"id": made.pk, "year": made.year, "grade": made.grade, "figures": made.figures})


@router.post("/units/{credit_code}/provincial-grade", response=ProvincialGradeOut, summary="登记省级信用等级是否为差等")
def provincial(request: HttpRequest, credit_code: str, body: ProvinceIn) -> dict[str, Any]:
    unit = unit_by_code(credit_code)
    head = list_at_province(actor=actor_of(request), unit_id=unit.pk, at=timezone.now(), **body.dict())
    return {"unit": credit_code, "listed": head.provincial_d}


# -- application and agreement


@router.get("/projects/{project_id}/agency", response=ProjectAgencyOut, summary="项目的代办申请、协议与服务")
def of_project(request: HttpRequest, project_id: int) -> dict[str, Any]:
    readable(request, project_id)
    found = queries.applications_of(project_id)
    agreements = [row.agreement for row in found if hasattr(row, "agreement")]
    return {
        "applications": [application_out(row) for row in found],
        "agreements": [agreement_out(row) for row in agreements],
    }


@router.post("/projects/{project_id}/agency", response={201: AgencyRequestOut}, summary="申请代办服务")
def apply(request: HttpRequest, project_id: int, body: AgencyRequestIn) -> Status[dict[str, Any]]:
    made = actions.apply_for_service(
        actor=actor_of(request),
        project_id=project_id,
        body_id=body.body,
        matters=body.matters,
        services=body.services,
        lead=(body.lead.name, body.lead.phone),
        handler=(body.handler.name, body.handler.phone),
        text=body.text,
        at=timezone.now(),
        idempotency_key=key_of(request),
    )
    return Status(201, application_out(made))


@router.post("/agency/applications/{application_id}/withdraw", response=AgencyRequestOut, summary="撤回代办申请")
def withdraw(request: HttpRequest, application_id: int, body: VersionIn) -> dict[str, Any]:
    made = actions.withdraw_service_application(
        actor=actor_of(request), application_id=application_id, at=timezone.now(), version=body.version
    )
    return application_out(made)


@router.post(
    "/agency/applications/{application_id}/refuse", response=AgencyRequestOut, summary="不予提供代办服务并说明理由"
)
def refuse(request: HttpRequest, application_id: int, body: AgencyReasonIn) -> dict[str, Any]:
    return application_out(
        actions.refuse_service(actor=actor_of(request), application_id=application_id, at=timezone.now(), **body.dict())
    )


@router.post(
    "/agency/applications/{application_id}/offer",
    response={201: AgreementOut},
    summary="同意代办，指派代办员并签署协议",
)
def offer(request: HttpRequest, application_id: int, body: AgreementOfferIn) -> Status[dict[str, Any]]:
    values = body.dict()
    agent = values.pop("agent")
    made = actions.offer_agreement(
        actor=actor_of(request), application_id=application_id, agent_id=agent, at=timezone.now(), **values
    )
    return Status(201, agreement_out(made))


@router.get("/agency/{agreement_id}", response=AgreementAndServiceOut, summary="查看协议、计划与服务记录")
def agreement(request: HttpRequest, agreement_id: int) -> dict[str, Any]:
    found = queries.one(agreement_id)
    if not access.can_see(actor_of(request), found):
        raise forbid("只能查看本单位或本大厅的代办服务")
    plan = queries.last_plan(found)
    names = ("id", "kind", "matter_id", "on", "text")
    log = [{name: getattr(row, name) for name in names} for row in found.log.order_by("id")]
    service = service_of(SERVICE, found)
    review = service.given if service else None
    told = {"level": review.level, "text": review.text} if review else None
    return {
        **agreement_out(found),
        "plan": plan_out(found, plan) if plan else None,
        "log": log,
        "service": service.pk if service else None,
        "review": told,
    }


@router.post("/agency/{agreement_id}/sign", response=AgreementOut, summary="项目单位签署协议")
def sign(request: HttpRequest, agreement_id: int, body: VersionIn) -> dict[str, Any]:
    return agreement_out(
        actions.sign_agreement(
            actor=actor_of(request), agreement_id=agreement_id, at=timezone.now(), version=body.version
        )
    )


@router.post("/agency/{agreement_id}/assign", response=AgreementOut, summary="改派代办员")
def assign(request: HttpRequest, agreement_id: int, body: AgentAssignmentIn) -> dict[str, Any]:
    values = body.dict()
    agent = values.pop("agent")
    return agreement_out(
        actions.assign_agent(
            actor=actor_of(request), agreement_id=agreement_id, agent_id=agent, at=timezone.now(), **values
        )
    )


# -- the service


@router.post("/agency/{agreement_id}/log", response={201: LoggedServiceOut}, summary="记录一次服务")
def log_service(request: HttpRequest, agreement_id: int, body: LogIn) -> Status[dict[str, Any]]:
    made = actions.log_service(
        actor=actor_of(request),
        agreement_id=agreement_id,
        kind=body.kind,
        on=body.on,
        text=body.text,
        matter_id=body.matter,
        at=timezone.now(),
        idempotency_key=key_of(request),
    )
    return Status(201, {"id": made.pk, "kind": made.kind, "matter": made.matter_id, "on": made.on})


@router.post("/agency/{agreement_id}/plan", response={201: FilingPlanOut}, summary="制定申报进度计划")
def draw_plan(request: HttpRequest, agreement_id: int, body: FilingPlanIn) -> Status[dict[str, Any]]:
    made = actions.draw_plan(
        actor=actor_of(request),
        agreement_id=agreement_id,
        note=body.note,
        at=timezone.now(),
        idempotency_key=key_if_any(request),
    )
    return Status(201, plan_out(queries.one(agreement_id), made))


@router.post("/agency/{agreement_id}/green", response=list[GreenChannelOut], summary="申请绿色通道")
def green(request: HttpRequest, agreement_id: int, body: GreenIn) -> list[dict[str, Any]]:
    made = actions.ask_green_channel(
        actor=actor_of(request), agreement_id=agreement_id, at=timezone.now(), **body.dict()
    )
    return [{"matter": row.matter_id, "reason": row.reason, "at": row.at} for row in made]


@router.post("/agency/{agreement_id}/package", response={201: PackageOut}, summary="套餐申报（代办员以企业名义）")
def package(request: HttpRequest, agreement_id: int, body: PackageIn) -> Status[dict[str, Any]]:
    made = actions.submit_package(
        actor=actor_of(request),
        agreement_id=agreement_id,
        parts=body.parts,
        at=timezone.now(),
        idempotency_key=key_of(request),
    )
    return Status(201, {"id": made.pk, "submissions": made.submissions})


# -- its end


@router.post("/agency/{agreement_id}/finish", response=AgreementOut, summary="报告委托事项完成")
def finish(request: HttpRequest, agreement_id: int, body: FinishIn) -> dict[str, Any]:
    return agreement_out(
        actions.report_finished(actor=actor_of(request), agreement_id=agreement_id, at=timezone.now(), **body.dict())
    )


@router.post("/agency/{agreement_id}/confirm", response=AgreementOut, summary="项目单位确认办结")
def confirm(request: HttpRequest, agreement_id: int, body: VersionIn) -> dict[str, Any]:
    return agreement_out(
        actions.confirm_finished(
            actor=actor_of(request), agreement_id=agreement_id, at=timezone.now(), version=body.version
        )
    )


@router.post("/agency/{agreement_id}/reject", response=AgreementOut, summary="项目单位认为没有办完")
def reject(request: HttpRequest, agreement_id: int, body: AgencyReasonIn) -> dict[str, Any]:
    return agreement_out(
        actions.reject_finished(actor=actor_of(request), agreement_id=agreement_id, at=timezone.now(), **body.dict())
    )


@router.post("/agency/{agreement_id}/end", response=AgreementOut, summary="项目单位终止代办委托")
def end_by_wish(request: HttpRequest, agreement_id: int, body: AgencyReasonIn) -> dict[str, Any]:
    return agreement_out(
        actions.end_by_wish(actor=actor_of(request), agreement_id=agreement_id, at=timezone.now(), **body.dict())
    )


@router.post("/agency/{agreement_id}/end-by-law", response=AgreementOut, summary="与现行法规相冲突，终止代办")
def end_by_law(request: HttpRequest, agreement_id: int, body: AgencyReasonIn) -> dict[str, Any]:
    return agreement_out(
        actions.end_by_law(actor=actor_of(request), agreement_id=agreement_id, at=timezone.now(), **body.dict())
    )


@router.post("/agency/{agreement_id}/archive", response=AgreementOut, summary="归档并交还材料")
def archive(request: HttpRequest, agreement_id: int, body: ArchiveIn) -> dict[str, Any]:
    return agreement_out(
        actions.archive(actor=actor_of(request), agreement_id=agreement_id, at=timezone.now(), **body.dict())
    )


@router.post("/agency/{agreement_id}/receive", response=AgreementOut, summary="项目单位确认收到交还的材料")
def receive(request: HttpRequest, agreement_id: int, body: VersionIn) -> dict[str, Any]:
    return agreement_out(
        actions.confirm_return(
            actor=actor_of(request), agreement_id=agreement_id, at=timezone.now(), version=body.version
        )
    )
