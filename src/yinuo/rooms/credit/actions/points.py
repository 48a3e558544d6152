"""How points move (附件2·第十九条, 附件7·第九条、第十二条).

The matter's department proposes, the filing unit's principal consents, the general convener carries out: three people.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.module_loading import import_string

from yinuo.core.credit import OBJECTION, POINT_TYPES
from yinuo.core.decision import plain
from yinuo.engine.base import NO_ROW, Actor, PageRef, Refused, check_version, forbid, save
from yinuo.engine.documents.attachments import AttachedFile, attach_files
from yinuo.engine.documents.models import FileRole
from yinuo.engine.notices.actions import tell
from yinuo.engine.people.models import Department, StaffRole
from yinuo.engine.people.queries import holders, persons_bound
from yinuo.engine.rules import pack
from yinuo.engine.trail.actions import action, answered, claim, record, remember
from yinuo.engine.work.actions import Limits, close, open_item, open_of
from yinuo.rooms.credit import access, ledger
from yinuo.rooms.credit.actions.common import (
    about_proposal,
    append,
    day_of,
    decision_of,
    evidence_of,
    filing_department,
    lock,
    need_enterprise,
    need_past,
    need_text,
    page_of,
    signed,
    tell_unit,
)
from yinuo.rooms.credit.leaves import EVENT, told
from yinuo.rooms.credit.ledger import Step
from yinuo.rooms.credit.models import CreditEvent, CreditHead, PointProposal, ProposalState
from yinuo.rooms.credit.relying import ledger_of
from yinuo.rooms.credit.room import CreditWork

FILING = "filing"
PENDING = (ProposalState.PROPOSED, ProposalState.CONSENTED)


@action
def propose_points(
    *,
    actor: Actor,
    unit_id: int,
    project_code: str,
    type: str,
    on: date,
    data: Mapping[str, Any],
    basis: str,
    at: datetime,
    project_id: int | None = None,
    project_kind: str = FILING,
    department_id: int | None = None,
    evidence: Sequence[int] = (),
    shown: Sequence[AttachedFile] = (),
    evidence_note: str = "",
    source: tuple[str, int] | None = None,
    idempotency_key: str = "",
) -> PointProposal:
    """Points proposed for an act, a broken commitment or a completed cycle, with the change the rules expect.

    `on` is the day the act was established (认定), not later than today; an evaluation of a later day is the new base.
    `project_id` = the action begins here, so the project is locked and read; otherwise the caller holds its lock and
    says its code and kind. `department_id` is the matter's department; an approver's own where it is left out.
    `evidence`: ids of the actor's own files; `shown`: files of the row the proposal comes from. `source` (kind, id) is
    that row: it counts once. Raises: Refused, also where the rules give no points.
    """
    department = Department.objects.filter(pk=department_id or actor.department_id or NO_ROW).first()
    if department is None or not access.can_propose(actor, department):
        raise forbid("只有事项承办部门的审批办理人员可以提出加减分")
    if project_id is not None:
        project = import_string(settings.YINUO_PROJECT_LOCK)(project_id)
        if (project.unit_id, project.hall_id) != (unit_id, department.hall_id):
            raise Refused(
                "credit.project", "这个项目不是这家单位在本大厅的项目", field="project_code", remedy="请核对项目代码"
            )
        project_code, project_kind = project.code or "", project.kind
    files = [*evidence_of(actor, evidence), *shown]
    # A file sent again is stored again: what it holds is the same, its number is not.
    digests = [*(one.sha256 for one in files), *([evidence_note] if evidence_note else [])]
    body = [unit_id, project_code, type, on, dict(data), basis, digests, source]
    claimed = claim(actor, idempotency_key, "credit.propose", body, at=at)
    if (known := answered(claimed)) is not None:
        return PointProposal.objects.get(pk=known)
    if type not in POINT_TYPES:
        raise Refused("credit.type", "请选择加减分的情形", field="type")
    if project_kind != FILING:
        raise Refused(
            "credit.project_kind",
            "信用分只适用于企业的备案项目",
            field="project_code",
            remedy="核准、审批项目不计信用分",
        )
    basis = need_text(basis, "basis", "请写明加减分的依据")
    if not files and source is None:
        raise Refused("credit.evidence", "加减分须附证据", field="evidence", remedy="请上传认定材料")
    need_past(on, at)
    made = propose(
        actor,
        unit_id=unit_id,
        project_code=project_code,
        type=type,
        on=on,
        data=data,
        basis=basis,
        evidence=files,
        evidence_note=evidence_note,
        source=source,
        department=department,
        at=at,
    )
    remember(claimed, made)
    return made


def propose(
    actor: Actor,
    *,
    unit_id: int,
    project_code: str,
    type: str,
    on: date,
    data: Mapping[str, Any],
    basis: str,
    evidence: Sequence[AttachedFile],
    source: tuple[str, int] | None,
    department: Department,
    at: datetime,
    evidence_note: str = "",
) -> PointProposal:
    """Writes the proposal and lays it before the principal; its caller has asked who may."""
    head = lock(unit_id)
    need_enterprise(head.unit)
    step = _expected(head, type, on, project_code, data, at)
    data = dict(step.after.facts[-1].detail)
    cites = pack().cite_texts(step.event.cites)
    proposal = PointProposal(
        unit=head.unit,
        project_code=project_code,
        type=type,
        on=on,
        data=data,
        basis=basis,
        cites=cites,
        evidence_note=evidence_note,
        expected_points=step.points,
        department=department,
        source_kind=source[0] if source else "",
        source_id=source[1] if source else None,
        proposed_by_id=actor.person_id,
        proposed_at=at,
    )
    try:
        with transaction.atomic():
            proposal.save(force_insert=True)
    except IntegrityError as error:
        raise Refused(
            "credit.proposed", "这件事已经提出过加减分", remedy="请在加减分记录中查看办理情况", cites=cites
        ) from error
    attach_files(proposal, FileRole.EVIDENCE, evidence)
    record(
        actor,
        "credit.propose",
        proposal,
        at=at,
        project_code=project_code,
        why=basis,
        data={"unit": unit_id, "type": type, "on": on, "expected": step.points, "data": data, "cites": cites},
        decision=decision_of(step, head.grade),
    )
    _lay_before_principal(actor, proposal, step.event.why, at)
    return proposal


def _expected(head: CreditHead, type: str, on: date, project_code: str, data: Mapping[str, Any], at: datetime) -> Step:
    """What the rules say of it today.

    Raises Refused where they give nothing: three people are not troubled for that.
    """
    known = ledger_of(head, at)
    if known.superseded(on):
        raise Refused(
            "credit.superseded",
            "这一天之后已有新的公共信用综合评价，分值以评价为准，不再变动",
            field="on",
            remedy="日期以行为认定之日为准，请核对",
        )
    step = ledger.add(known, type, on, project_code, data, day_of(at))
    if not step.event.applied:
        raise Refused(
            "credit.no_points",
            f"按规定不计分：{step.event.why}",
            remedy="无需提出加减分",
            cites=pack().cite_texts(step.event.cites),
        )
    return step


def _lay_before_principal(actor: Actor, proposal: PointProposal, why: str, at: datetime) -> None:
    assert proposal.department is not None
    office = filing_department(proposal.department)
    open_item(
        actor=actor,
        kind=CreditWork.CONSENT,
        about=about_proposal(proposal, f"审签加减分（{signed(proposal.expected_points)} 分）：{why}"),
        limits=Limits(None),
        rules_on=day_of(at),
        at=at,
        department_id=office.pk,
        hall_id=office.hall_id,
        role=StaffRole.PRINCIPAL,
    )
    tell(
        "consent_due",
        at=at,
        persons=holders(StaffRole.PRINCIPAL, day_of(at), department_id=office.pk),
        project_code=proposal.project_code,
        page=page_of(proposal),
        unit=proposal.unit.name,
        points=signed(proposal.expected_points),
        why=why[:60],
    )


def take(proposal_id: int) -> PointProposal:
    """The proposal, with its unit's head locked before it."""
    lock(PointProposal.objects.values_list("unit_id", flat=True).get(pk=proposal_id))
    proposals = PointProposal.objects.select_for_update(no_key=True, of=("self",))
    return proposals.select_related("unit", "department__hall", "proposed_by", "consented_by").get(pk=proposal_id)


def _need_state(proposal: PointProposal, *states: ProposalState) -> None:
    if proposal.state not in states:
        raise Refused(
            "credit.state",
            f"这条加减分现在是“{proposal.get_state_display()}”，不能这样办理",
            remedy="可能已由他人办理，请刷新页面查看最新状态",
        )


@action
def withdraw_proposal(
    *, actor: Actor, proposal_id: int, why: str, at: datetime, version: int | None = None
) -> PointProposal:
    """The proposing department takes back what has not been carried out yet; a consented one too, for nobody else could
    stop it.
    """
    proposal = take(proposal_id)
    if not access.can_withdraw(actor, proposal):
        raise forbid("只有提出加减分的部门可以撤回")
    check_version(proposal, version)
    _need_state(proposal, *PENDING)
    why = need_text(why, "why", "请写明撤回的理由")
    _close(actor, proposal, at, "withdrawn", cancelled=True)
    consented = proposal.state == ProposalState.CONSENTED
    proposal.state = ProposalState.WITHDRAWN
    save(proposal, "state")
    record(actor, "credit.withdraw_proposal", proposal, at=at, project_code=proposal.project_code, why=why)
    if consented and proposal.consented_by is not None:
        _tell_ended(proposal, [proposal.consented_by], "已由提出部门撤回", why, at)
    _tell_relief_ended(proposal, why, at)
    return proposal


@action
def consent(*, actor: Actor, proposal_id: int, note: str, at: datetime, version: int | None = None) -> PointProposal:
    """The filing unit's principal agrees; now the general convener may carry it out.

    Raises Refused for one's own proposal.
    """
    proposal = _take_for_consent(actor, proposal_id, version)
    close(actor=actor, item=_work(proposal, CreditWork.CONSENT), at=at, outcome="consented")
    proposal.state, proposal.consent_note = ProposalState.CONSENTED, note.strip()
    proposal.consented_by_id, proposal.consented_at = actor.person_id, at
    save(proposal, "state", "consent_note", "consented_by", "consented_at")
    record(actor, "credit.consent", proposal, at=at, project_code=proposal.project_code, why=proposal.consent_note)
    hall_id = _hall(proposal)
    open_item(
        actor=actor,
        kind=CreditWork.EXECUTION,
        about=about_proposal(proposal, f"执行加减分（{signed(proposal.expected_points)} 分）"),
        limits=Limits(None),
        rules_on=day_of(at),
        at=at,
        department_id=None,
        hall_id=hall_id,
        role=StaffRole.GENERAL_CONVENER,
    )
    tell(
        "execution_due",
        at=at,
        persons=holders(StaffRole.GENERAL_CONVENER, day_of(at), hall_id=hall_id),
        project_code=proposal.project_code,
        page=page_of(proposal),
        unit=proposal.unit.name,
        points=signed(proposal.expected_points),
    )
    return proposal


@action
def refuse_consent(
    *, actor: Actor, proposal_id: int, reason: str, at: datetime, version: int | None = None
) -> PointProposal:
    """The principal does not agree, and says why; no point moves."""
    proposal = _take_for_consent(actor, proposal_id, version)
    reason = need_text(reason, "reason", "请写明不同意的理由")
    close(actor=actor, item=_work(proposal, CreditWork.CONSENT), at=at, outcome="refused")
    proposal.state, proposal.consent_note = ProposalState.REFUSED, reason
    proposal.consented_by_id, proposal.consented_at = actor.person_id, at
    save(proposal, "state", "consent_note", "consented_by", "consented_at")
    record(actor, "credit.refuse_consent", proposal, at=at, project_code=proposal.project_code, why=reason)
    if proposal.proposed_by is not None:
        _tell_ended(proposal, [proposal.proposed_by], "主要负责同志未同意", reason, at)
    _tell_relief_ended(proposal, reason, at)
    return proposal


def _take_for_consent(actor: Actor, proposal_id: int, version: int | None) -> PointProposal:
    proposal = take(proposal_id)
    assert proposal.department is not None
    if not access.can_consent(actor, proposal, filing_department(proposal.department).pk):
        raise forbid("只有项目备案单位主要负责同志可以审签加减分")
    check_version(proposal, version)
    _need_state(proposal, ProposalState.PROPOSED)
    if proposal.proposed_by_id is not None and actor.person_id == proposal.proposed_by_id:
        raise Refused("credit.three_people", "提出加减分的人不能自己审签", remedy="请由另一位主要负责同志审签")
    return proposal


@action
def execute(*, actor: Actor, proposal_id: int, at: datetime, version: int | None = None) -> CreditEvent:
    """The general convener carries out what was consented: one event more, the head where the fold leads, once.

    What counts are the points by the rules at this instant; they differ from the expected ones where another event came
    between.
    """
    proposal = take(proposal_id)
    if not access.can_execute(actor, proposal):
        raise forbid("只有总召集人可以执行加减分")
    check_version(proposal, version)
    _need_state(proposal, ProposalState.CONSENTED)
    if actor.person_id in (proposal.proposed_by_id, proposal.consented_by_id):
        raise Refused("credit.three_people", "提出、审签、执行须是三个人", remedy="请由另一位总召集人执行")
    head = lock(proposal.unit_id)
    step = ledger.add(ledger_of(head, at), proposal.type, proposal.on, proposal.project_code, proposal.data, day_of(at))
    event = append(actor, head, step, at=at, proposal_id=proposal.pk)
    proposal.state, proposal.executed_by_id, proposal.executed_at = ProposalState.EXECUTED, actor.person_id, at
    save(proposal, "state", "executed_by", "executed_at")
    close(actor=actor, item=_work(proposal, CreditWork.EXECUTION), at=at, outcome="executed")
    _record_execution(actor, proposal, event, step, at)
    tell_unit(event, at)
    return event


def _record_execution(actor: Actor, proposal: PointProposal, event: CreditEvent, step: Step, at: datetime) -> None:
    record(
        actor,
        "credit.execute",
        proposal,
        at=at,
        project_code=proposal.project_code,
        why=event.why,
        data={**told(event), "expected": plain(proposal.expected_points), "basis": proposal.basis},
        decision=decision_of(step, event.grade_before),
        chain=EVENT,
        leaf_id=event.leaf_id,
    )


def _work(proposal: PointProposal, kind: str) -> Any:
    found = open_of(proposal, kind)
    if found is None:
        raise Refused("credit.no_work", "这条加减分没有待办", remedy="请刷新页面查看最新状态")
    return found


def _close(actor: Actor, proposal: PointProposal, at: datetime, outcome: str, *, cancelled: bool) -> None:
    for kind in (CreditWork.CONSENT, CreditWork.EXECUTION):
        item = open_of(proposal, kind)
        if item is not None:
            close(actor=actor, item=item, at=at, outcome=outcome, cancelled=cancelled)


def _hall(proposal: PointProposal) -> int:
    assert proposal.department is not None
    return proposal.department.hall_id


def _tell_ended(proposal: PointProposal, persons: Sequence[Any], outcome: str, why: str, at: datetime) -> None:
    tell(
        "proposal_ended",
        at=at,
        persons=persons,
        project_code=proposal.project_code,
        page=page_of(proposal),
        unit=proposal.unit.name,
        points=signed(proposal.expected_points),
        outcome=outcome,
        why=why[:60],
    )


def _tell_relief_ended(proposal: PointProposal, why: str, at: datetime) -> None:
    """The unit was told that its application was accepted; when the points do not follow it hears that too."""
    if proposal.type != "repair":
        return
    tell(
        "relief_decided",
        at=at,
        persons=persons_bound(proposal.unit_id, day_of(at)),
        unit_id=proposal.unit_id,
        project_code=proposal.project_code,
        page=PageRef("unit:credit"),
        kind="分值异议" if proposal.data.get("because") == OBJECTION else "分值修复",
        outcome="恢复分值未获审签，可以再次申请",
        why=why[:60],
    )
