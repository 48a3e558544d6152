"""The four ways a service ends (附件6·四(三)), then archive and return of the material; the unit is asked for its
review.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from yinuo.core.calendar import TZ
from yinuo.core.wording import day_words
from yinuo.engine.base import Actor, Refused, check_version, forbid, save
from yinuo.engine.trail.actions import action, record
from yinuo.engine.work.actions import Limits, open_item
from yinuo.rooms.agency import access, papers
from yinuo.rooms.agency.actions.applications import start_service
from yinuo.rooms.agency.actions.common import (
    code_of,
    day_of,
    limit,
    locked,
    need_state,
    need_text,
    stop_clock,
    take,
    tell_agent,
    tell_unit,
    unit_page,
    words,
)
from yinuo.rooms.agency.models import DONE_KINDS, IN_FORCE, Agreement, AgreementState, EndKind
from yinuo.rooms.agency.room import SERVICE, AgencyWork
from yinuo.rooms.reviews.actions import service_ended

OVER = (AgreementState.ENDED, AgreementState.DONE)
OWN = "只能由项目单位自己办理"


@action
def end_by_wish(*, actor: Actor, agreement_id: int, why: str, at: datetime, version: int | None = None) -> Agreement:
    """The unit ends what it asked for, whenever it likes; a reason helps and is not demanded."""
    agreement = locked(agreement_id)
    if not access.can_decide_for_unit(actor, agreement.project):
        raise forbid(OWN)
    check_version(agreement, version)
    need_state(agreement, IN_FORCE)
    return end(actor, agreement, EndKind.WISH, why.strip(), at)


@action
def end_by_law(*, actor: Actor, agreement_id: int, why: str, at: datetime, version: int | None = None) -> Agreement:
    """The project conflicts with the rules in force and cannot be brought to its end: agent or body say which rule."""
    agreement = take(actor, agreement_id, access.can_serve_or_head, IN_FORCE, version)
    why = need_text(why, "why", "请写明与哪一条现行法规相冲突、为什么不具备办结条件")
    return end(actor, agreement, EndKind.LAW, why, at)


@action
def report_finished(
    *, actor: Actor, agreement_id: int, text: str, at: datetime, version: int | None = None
) -> Agreement:
    """The agent says everything asked for is done; the unit confirms, or by the clock it counts as confirmed."""
    agreement = take(actor, agreement_id, access.can_serve, [AgreementState.RUNNING], version)
    agreement.finish_text = need_text(text, "text", "请写明委托事项完成的情况")
    agreement.finished_at, agreement.state = at, AgreementState.FINISHING
    save(agreement, "finish_text", "finished_at", "state")
    stop_clock(actor, agreement, at, "finished")
    work = open_item(
        actor=actor,
        kind=AgencyWork.SERVICE,
        about=words(agreement, "确认代办办结", to_unit=True),
        limits=Limits(limit("agency.confirm_limit", at)),
        rules_on=day_of(at),
        at=at,
        department_id=None,
        hall_id=agreement.body.hall_id,
        role="unit",
        waits_for="unit",
    )
    record(actor, "agency.finish", agreement, at=at, project_code=code_of(agreement), why=agreement.finish_text)
    due = day_words(work.due_at.astimezone(TZ).date()) if work.due_at else ""
    tell_unit("agency_finished", agreement, at, due=due, text=agreement.finish_text)
    return agreement


@action
def confirm_finished(*, actor: Actor, agreement_id: int, at: datetime, version: int | None = None) -> Agreement:
    agreement = locked(agreement_id)
    if not access.can_decide_for_unit(actor, agreement.project):
        raise forbid(OWN)
    check_version(agreement, version)
    need_state(agreement, [AgreementState.FINISHING])
    return end(actor, agreement, EndKind.CONFIRMED, "", at)


@action
def reject_finished(
    *, actor: Actor, agreement_id: int, why: str, at: datetime, version: int | None = None
) -> Agreement:
    """Not everything is done: the service goes on for the rest of its days."""
    agreement = locked(agreement_id)
    if not access.can_decide_for_unit(actor, agreement.project):
        raise forbid(OWN)
    check_version(agreement, version)
    need_state(agreement, [AgreementState.FINISHING])
    why = need_text(why, "why", "请写明还有哪些没有办完")
    stop_clock(actor, agreement, at, "not finished")
    agreement.state, agreement.finished_at, agreement.finish_text = AgreementState.RUNNING, None, ""
    save(agreement, "state", "finished_at", "finish_text")
    record(actor, "agency.reject_finish", agreement, at=at, project_code=code_of(agreement), why=why)
    start_service(actor, agreement, at)
    tell_agent("agency_unfinished", agreement, at, why=why)
    return agreement


def end(actor: Actor, agreement: Agreement, kind: EndKind, why: str, at: datetime) -> Agreement:
    """Ends the service, gives both the paper that says so, and sets the agent the term for archive and return."""
    agreement.state = AgreementState.DONE if kind in DONE_KINDS else AgreementState.ENDED
    agreement.end_kind, agreement.end_text, agreement.ended_at = kind, why, at
    agreement.end_paper = papers.issue_end(agreement, at)
    save(agreement, "state", "end_kind", "end_text", "ended_at", "end_paper")
    stop_clock(actor, agreement, at, kind.value)
    open_item(
        actor=actor,
        kind=AgencyWork.SERVICE,
        about=words(agreement, "归档并交还材料"),
        limits=Limits(limit("agency.archive_limit", at)),
        rules_on=day_of(at),
        at=at,
        department_id=None,
        hall_id=agreement.body.hall_id,
        assignee_id=agreement.agent.person_id,
        role="agent",
    )
    data = {"kind": kind.value, "cites": papers.end_cites(kind, at)}
    record(actor, "agency.end", agreement, at=at, project_code=code_of(agreement), why=why or kind.label, data=data)
    template = "agency_done" if kind in DONE_KINDS else "agency_ended"
    for told in (tell_unit, tell_agent):
        told(template, agreement, at, why=why or kind.label)
    service_ended(
        actor=actor,
        track=SERVICE,
        subject=agreement,
        project=agreement.project,
        name=f"代办服务（{agreement.body.name}）",
        page=unit_page(agreement.project),
        handler_id=agreement.agent.person_id,
        at=at,
    )
    return agreement


@action
def archive(
    *, actor: Actor, agreement_id: int, returned: Sequence[dict[str, str]], at: datetime, version: int | None = None
) -> Agreement:
    """The file is closed and the unit's material handed back, piece by piece.

    Shape of `returned`: [{"name": text, "note": text} …].
    """
    agreement = take(actor, agreement_id, access.can_serve, OVER, version)
    if agreement.archived_at is not None:
        raise Refused("agency.archived", "这项代办服务已经归档", remedy="请刷新页面查看")
    rows = [
        {"name": str(row.get("name", "")).strip()[:120], "note": str(row.get("note", "")).strip()[:120]}
        for row in returned
    ]
    agreement.returned, agreement.archived_at = [row for row in rows if row["name"]], at
    save(agreement, "returned", "archived_at")
    stop_clock(actor, agreement, at, "archived")
    record(
        actor,
        "agency.archive",
        agreement,
        at=at,
        project_code=code_of(agreement),
        data={"returned": agreement.returned},
    )
    tell_unit("agency_archived", agreement, at, count=len(agreement.returned))
    return agreement


@action
def confirm_return(*, actor: Actor, agreement_id: int, at: datetime, version: int | None = None) -> Agreement:
    """The unit has its material back."""
    agreement = locked(agreement_id)
    if not access.can_decide_for_unit(actor, agreement.project):
        raise forbid(OWN)
    check_version(agreement, version)
    need_state(agreement, OVER)
    if agreement.archived_at is None:
        raise Refused("agency.not_archived", "代办员还没有交还材料", remedy="请等代办员交还后再确认")
    if agreement.received_at is None:
        agreement.received_at, agreement.received_by_id = at, actor.person_id
        save(agreement, "received_at", "received_by")
        record(actor, "agency.receive", agreement, at=at, project_code=code_of(agreement))
    return agreement
