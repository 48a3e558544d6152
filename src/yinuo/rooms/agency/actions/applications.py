"""From the unit's application to the agreement both have signed (附件6·二(一), 四(一))."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from yinuo.core.calendar import TZ
from yinuo.core.decision import Decision
from yinuo.core.wording import day_words
from yinuo.engine.base import Actor, Refused, check_version, forbid, save
from yinuo.engine.notices.actions import tell
from yinuo.engine.people.models import StaffRole
from yinuo.engine.people.queries import holders
from yinuo.engine.rules import pack
from yinuo.engine.trail.actions import action, answered, claim, record, remember
from yinuo.engine.work.actions import Limits, open_item
from yinuo.rooms.agency import access, papers, queries
from yinuo.rooms.agency.actions.common import (
    agent_of,
    binding_of,
    body_of,
    checked_matters,
    checked_services,
    code_of,
    day_of,
    limit,
    locked,
    locked_application,
    need_state,
    need_text,
    stop_clock,
    tell_agent,
    tell_unit,
    words,
)
from yinuo.rooms.agency.models import (
    IN_FORCE,
    OPEN_APPLICATION,
    AgencyRequest,
    Agreement,
    AgreementState,
    ApplicationState,
)
from yinuo.rooms.agency.room import AgencyWork
from yinuo.rooms.credit.relying import rely_on
from yinuo.rooms.projects.actions import lock
from yinuo.rooms.projects.models import Project, ProjectState

LIVING = (ProjectState.FILED, ProjectState.CONFIRMED)
ENHANCED, REDUCED = "enhanced", "reduced"


@action
def apply_for_service(
    *,
    actor: Actor,
    project_id: int,
    body_id: int,
    matters: Sequence[str],
    services: Sequence[str],
    lead: tuple[str, str],
    handler: tuple[str, str],
    at: datetime,
    text: str = "",
    idempotency_key: str = "",
) -> AgencyRequest:
    """The unit asks, here or at the window. `lead` and `handler`: name and telephone of the unit's two persons
    (附件6·三(三)1).

    A company of class D, one the province lists as such, or a unit that is no enterprise is refused at once, with the
    clause.
    """
    project = lock(project_id)
    if not access.can_apply(actor, project):
        raise forbid("只能为本单位的项目申请代办服务")
    claimed = claim(
        actor,
        idempotency_key,
        "agency.apply",
        [project_id, body_id, list(matters), list(services), lead, handler],
        at=at,
    )
    if (known := answered(claimed)) is not None:
        return AgencyRequest.objects.get(pk=known)
    day = day_of(at)
    _need_living(project)
    body = body_of(body_id, day)
    if body.hall_id != project.hall_id:
        raise Refused("agency.body_elsewhere", "请选择项目所在大厅的代办服务机构", field="body")
    wanted, chosen = checked_matters(project, matters), checked_services(services)
    decision = need_served(project, at)
    if AgencyRequest.objects.filter(project=project, state__in=OPEN_APPLICATION).exists():
        raise Refused("agency.applied", "这个项目已经申请代办服务", remedy="请查看申请的进展")
    if Agreement.objects.filter(project=project, state__in=IN_FORCE).exists():
        raise Refused("agency.running", "这个项目已有代办服务", remedy="需要改变范围的，先终止原协议再申请")
    made = AgencyRequest.objects.create(
        project=project,
        body=body,
        matters=wanted,
        services=chosen,
        **_persons(lead, handler),
        text=text.strip()[:2000],
        entrance=actor.entrance,
        applied_by_id=actor.required_person_id,
        applied_at=at,
    )
    entry = record(
        actor,
        "agency.apply",
        made,
        at=at,
        project_code=code_of(made),
        data={"body": body.pk, "matters": wanted, "services": chosen},
        decision=decision,
    )
    made.decision = entry.decision
    _ask_for_answer(actor, made, str(decision.outcome["support"]), at)
    remember(claimed, made)
    return made


def _persons(lead: tuple[str, str], handler: tuple[str, str]) -> dict[str, str]:
    names = {"lead": "项目负责人", "handler": "经办人"}
    made = {}
    for key, (name, phone) in {"lead": lead, "handler": handler}.items():
        made[f"{key}_name"] = need_text(name, f"{key}_name", f"请填写{names[key]}的姓名")[:60]
        made[f"{key}_phone"] = need_text(phone, f"{key}_phone", f"请填写{names[key]}的电话")[:40]
    return made


def _need_living(project: Project) -> None:
    if project.state not in LIVING:
        raise Refused("agency.project", "项目没有备案或者已经结束，不能委托代办", remedy="请查看项目当前状态")


def need_served(project: Project, at: datetime) -> Decision:
    """The check as a decision. Raises Refused where it is no, with everything that stands in the way and its clause."""
    rely_on(project.unit, at)
    decision = queries.check_of(project.unit, day_of(at))
    if not decision.outcome["served"]:
        against = [step for step in decision.trace if step.outcome is False]
        raise Refused(
            "agency.not_served",
            "按规定不能提供代办服务：" + "；".join(step.text for step in against),
            remedy="信用等级恢复到差等次以上后可以申请。各部门的前期辅导和咨询照常提供",
            cites=pack().cite_texts([cite for step in against for cite in step.cites]),
            data={"decision": decision.to_json()},
        )
    return decision


def _ask_for_answer(actor: Actor, made: AgencyRequest, support: str, at: datetime) -> None:
    work = open_item(
        actor=actor,
        kind=AgencyWork.REQUEST,
        about=words(made, "代办申请"),
        limits=Limits(limit("agency.enhanced_limit" if support == ENHANCED else "agency.application_limit", at)),
        rules_on=day_of(at),
        at=at,
        department_id=None,
        hall_id=made.body.hall_id,
        role="general_convener",
    )
    due = work.due_at.astimezone(TZ).strftime("%m月%d日 %H:%M") if work.due_at else ""
    heads = holders(StaffRole.GENERAL_CONVENER, day_of(at), hall_id=made.body.hall_id)
    tell(
        "agency_applied",
        at=at,
        persons=heads,
        project_code=code_of(made),
        page=work.page_ref,
        project=made.project.name,
        due=due,
    )


@action
def withdraw_service_application(
    *, actor: Actor, application_id: int, at: datetime, version: int | None = None
) -> AgencyRequest:
    """The unit thinks better of it, before or after the body's offer."""
    found = locked_application(application_id)
    if not access.can_apply(actor, found.project):
        raise forbid("只能撤回本单位的代办申请")
    check_version(found, version)
    need_state(found, OPEN_APPLICATION)
    drop(actor, found, ApplicationState.WITHDRAWN, at)
    record(actor, "agency.withdraw_application", found, at=at, project_code=code_of(found))
    return found


def drop(actor: Actor, found: AgencyRequest, state: ApplicationState, at: datetime) -> None:
    """Withdrawn, lapsed or refused: no clock goes on, no offer stays open."""
    stop_clock(actor, found, at, state.value, cancelled=state != ApplicationState.REFUSED)
    Agreement.objects.filter(request=found, state=AgreementState.OFFERED).update(state=AgreementState.VOID)
    found.state = state
    save(found, "state")


@action
def refuse_service(
    *, actor: Actor, application_id: int, why: str, at: datetime, version: int | None = None
) -> AgencyRequest:
    """The body says no, and why; the clause's own reasons are checked before it comes to that."""
    found = locked_application(application_id)
    if not access.can_head(actor, found.body.hall_id):
        raise forbid("代办申请由代办服务机构负责人答复")
    check_version(found, version)
    need_state(found, [ApplicationState.APPLIED])
    found.answer = need_text(why, "why", "请写明不能提供代办服务的理由")
    found.answered_by_id, found.answered_at = actor.person_id, at
    save(found, "answer", "answered_by", "answered_at")
    drop(actor, found, ApplicationState.REFUSED, at)
    record(actor, "agency.refuse", found, at=at, project_code=code_of(found), why=found.answer)
    tell_unit("agency_refused", found, at, why=found.answer)
    return found


@action
def offer_agreement(
    *,
    actor: Actor,
    application_id: int,
    agent_id: int,
    from_on: date,
    to_on: date,
    at: datetime,
    services: Sequence[str] | None = None,
    note: str = "",
    version: int | None = None,
) -> Agreement:
    """The body accepts: names the agent and the days and signs; `to_on` is the last day. It runs once the unit has
    signed too.

    Fewer services than asked for only where the class's measure says the support may be reduced, and with the reason
    (附件2·第二十二条).
    """
    found = locked_application(application_id)
    if not access.can_head(actor, found.body.hall_id):
        raise forbid("代办申请由代办服务机构负责人答复")
    check_version(found, version)
    need_state(found, [ApplicationState.APPLIED])
    day = day_of(at)
    _need_living(found.project)
    decision = need_served(found.project, at)
    agent = agent_of(agent_id, found.body, day)
    _need_span(from_on, to_on, day)
    granted = _granted(found, services, note, str(decision.outcome["support"]))
    turn = Agreement.objects.filter(project=found.project).count() + 1
    agreement = Agreement.objects.create(
        request=found,
        project=found.project,
        body=found.body,
        agent=agent,
        number=papers.number(found.project, "代协", at, turn),
        matters=found.matters,
        services=granted,
        from_on=from_on,
        to_on=to_on + timedelta(days=1),
        body_signed_by_id=actor.required_person_id,
        body_signed_at=at,
    )
    stop_clock(actor, found, at, "offered")
    found.state, found.answer, found.answered_by_id, found.answered_at = (
        ApplicationState.OFFERED,
        note.strip(),
        actor.person_id,
        at,
    )
    save(found, "state", "answer", "answered_by", "answered_at")
    data = {"agent": agent.pk, "services": granted, "matters": found.matters, "from": from_on, "to": to_on}
    record(
        actor,
        "agency.offer",
        agreement,
        at=at,
        project_code=code_of(found),
        why=note.strip(),
        data=data,
        decision=decision,
    )
    _wait_for_signature(actor, found, agreement, at)
    return agreement


def _need_span(from_on: date, to_on: date, day: date) -> None:
    if from_on < day:
        raise Refused("agency.from_on", "协议不能从今天以前开始", field="from_on")
    if to_on < from_on:
        raise Refused("agency.to_on", "到期日不能早于开始日", field="to_on")
    longest = pack().integer("agency.longest", day)
    if (to_on - from_on).days >= longest:
        raise Refused("agency.too_long", f"协议一次最长 {longest} 天", field="to_on", remedy="到期需要的，可以重新申请")


def _granted(found: AgencyRequest, services: Sequence[str] | None, note: str, support: str) -> list[str]:
    granted = checked_services(found.services if services is None else services)
    if set(granted) - set(found.services):
        raise Refused(
            "agency.unasked", "不能增加企业没有申请的服务", field="services", remedy="代办出于自愿，需要的请企业申请"
        )
    if set(granted) != set(found.services):
        if support != REDUCED:
            raise Refused(
                "agency.narrowed",
                "这家企业的信用等级不减少代办服务",
                field="services",
                remedy="请提供企业申请的全部服务",
            )
        need_text(note, "note", "请写明减少服务的理由")
    return granted


def _wait_for_signature(actor: Actor, found: AgencyRequest, agreement: Agreement, at: datetime) -> None:
    work = open_item(
        actor=actor,
        kind=AgencyWork.REQUEST,
        about=words(found, "签署委托代办协议", to_unit=True),
        limits=Limits(limit("agency.sign_limit", at)),
        rules_on=day_of(at),
        at=at,
        department_id=None,
        hall_id=found.body.hall_id,
        role="unit",
        waits_for="unit",
    )
    due = day_words(work.due_at.astimezone(TZ).date()) if work.due_at else ""
    tell_unit("agency_offered", found, at, body=found.body.name, agent=agreement.agent.person.name, due=due)


@action
def sign_agreement(*, actor: Actor, agreement_id: int, at: datetime, version: int | None = None) -> Agreement:
    """The unit's person who may sign accepts: the agreement runs, in two copies of one paper, and the agent is told."""
    agreement = locked(agreement_id)
    if not access.can_decide_for_unit(actor, agreement.project):
        raise forbid("委托代办协议由本单位获得签署授权的人签署")
    day = day_of(at)
    binding = binding_of(actor, agreement.project.unit_id, day)
    if not access.can_sign(binding):
        raise Refused(
            "agency.signatory", "您不能代表单位签署协议", remedy="请由法定代表人，或者获得签署授权的人登录后签署"
        )
    check_version(agreement, version)
    if agreement.state == AgreementState.RUNNING and agreement.unit_signed_by_id == actor.person_id:
        return agreement
    need_state(agreement, [AgreementState.OFFERED])
    _need_living(agreement.project)
    need_served(agreement.project, at)
    if agreement.to_on <= day:
        raise Refused("agency.expired", "协议写明的期限已经过去", remedy="请重新申请")
    assert binding is not None
    application = locked_application(agreement.request_id)
    agreement.unit_signed_by, agreement.unit_signed_at, agreement.state = binding.person, at, AgreementState.RUNNING
    agreement.paper = papers.issue_agreement(agreement, application, at)
    save(agreement, "unit_signed_by", "unit_signed_at", "state", "paper")
    stop_clock(actor, application, at, "signed")
    application.state = ApplicationState.AGREED
    save(application, "state")
    data: dict[str, Any] = {
        "agent": agreement.agent_id,
        "matters": agreement.matters,
        "services": agreement.services,
        "to": agreement.to_on,
    }
    record(actor, "agency.sign", agreement, at=at, project_code=code_of(agreement), data=data)
    start_service(actor, agreement, at)
    tell_agent(
        "agency_signed",
        agreement,
        at,
        unit=agreement.project.unit.name,
        until=day_words(agreement.to_on - timedelta(days=1)),
    )
    return agreement


def start_service(actor: Actor, agreement: Agreement, at: datetime) -> None:
    """The service's own clock, as long as the agreement: it ends with its last day."""
    days = (agreement.to_on - timedelta(days=1) - day_of(at)).days
    open_item(
        actor=actor,
        kind=AgencyWork.SERVICE,
        about=words(agreement, "代办服务"),
        limits=Limits(max(days, 0), "calendar"),
        rules_on=day_of(at),
        at=at,
        department_id=None,
        hall_id=agreement.body.hall_id,
        assignee_id=agreement.agent.person_id,
        role="agent",
    )


@action
def assign_agent(
    *, actor: Actor, agreement_id: int, agent_id: int, why: str, at: datetime, version: int | None = None
) -> Agreement:
    """Another agent takes the service over; the one before acts for the unit no longer,
    and the unit is told who does.
    """
    agreement = locked(agreement_id)
    if not access.can_head(actor, agreement.body.hall_id):
        raise forbid("代办员由代办服务机构负责人指派")
    check_version(agreement, version)
    need_state(agreement, (AgreementState.OFFERED, *IN_FORCE))
    why = need_text(why, "why", "请写明改派的原因")
    agent, before = agent_of(agent_id, agreement.body, day_of(at)), agreement.agent
    if agent.pk == before.pk:
        return agreement
    agreement.agent = agent
    save(agreement, "agent")
    queries.clocks_of(agreement).update(assignee=agent.person)
    data = {"from": before.pk, "to": agent.pk}
    record(actor, "agency.assign", agreement, at=at, project_code=code_of(agreement), why=why, data=data)
    tell_unit("agency_reassigned", agreement, at, agent=agent.person.name, phone=agent.phone)
    tell_agent("agency_assigned", agreement, at, unit=agreement.project.unit.name)
    return agreement
