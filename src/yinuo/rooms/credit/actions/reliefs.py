"""A unit asks for points back: after rectification (分值修复), or because the event was wrong (异议).

附件2·第二十四条.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction

from yinuo.core.calendar import TZ
from yinuo.engine.base import NO_ROW, Actor, PageRef, Refused, check_version, forbid, save
from yinuo.engine.documents.attachments import attach_files
from yinuo.engine.documents.models import FileRole
from yinuo.engine.notices.actions import tell
from yinuo.engine.people.models import Department, StaffRole
from yinuo.engine.people.queries import holders, persons_bound
from yinuo.engine.rules import pack
from yinuo.engine.trail.actions import action, record
from yinuo.engine.work.actions import About, Limits, close, open_item, open_of
from yinuo.rooms.credit import access, queries
from yinuo.rooms.credit.actions.common import day_of, evidence_of, lock, need_text
from yinuo.rooms.credit.actions.points import propose
from yinuo.rooms.credit.ledger import Ledger
from yinuo.rooms.credit.models import CreditEvent, CreditRelief, PointProposal, ReliefKind, ReliefState
from yinuo.rooms.credit.relying import ledger_of
from yinuo.rooms.credit.room import CreditWork

TERMS = {
    ReliefKind.REPAIR: (CreditWork.REPAIR, "repair.decide_limit"),
    ReliefKind.OBJECTION: (CreditWork.OBJECTION, "credit_objection.limit"),
    ReliefKind.REVIEW: (CreditWork.REVIEW, "credit_review.limit"),
}
NAMES = {ReliefKind.REPAIR: "分值修复", ReliefKind.OBJECTION: "分值异议", ReliefKind.REVIEW: "复核"}


@action
def ask_relief(
    *, actor: Actor, event_id: int, kind: str, text: str, at: datetime, evidence: Sequence[int] = ()
) -> CreditRelief:
    """The unit asks for the points of one event; one application at a time, and only while there is something to give
    back.

    A repair asked for after `repair.rectify_limit` is taken in all the same and marked late: the department judges.
    """
    if kind not in (ReliefKind.REPAIR, ReliefKind.OBJECTION):
        raise Refused("credit.relief_kind", "请选择申请分值修复还是提出异议", field="kind")
    wanted = ReliefKind(kind)
    event = CreditEvent.objects.select_related("unit").get(pk=event_id)
    if not access.can_ask_relief(actor, event.unit_id):
        raise forbid("只能就本单位的信用分提出申请")
    head = lock(event.unit_id)
    text = need_text(text, "text", "请写明整改情况" if wanted == ReliefKind.REPAIR else "请写明异议的理由")
    if wanted == ReliefKind.REPAIR and not evidence:
        raise Refused("credit.evidence", "申请分值修复须附整改到位的证明", field="evidence", remedy="请上传整改材料")
    _need_open_to(wanted, ledger_of(head, at), event)
    _need_no_other(event)
    shown = evidence_of(actor, evidence)
    relief = CreditRelief(kind=wanted, event=event, text=text, asked_by_id=actor.person_id, asked_at=at)
    try:
        with transaction.atomic():
            relief.save(force_insert=True)
    except IntegrityError as error:
        raise _already() from error
    attach_files(relief, FileRole.EVIDENCE, shown)
    record(
        actor,
        f"credit.ask_{wanted}",
        relief,
        at=at,
        project_code=event.project_code,
        why=text,
        data={"unit": event.unit_id, "seq": event.seq, "points": event.points},
    )
    _lay_before_department(actor, relief, at)
    return relief


@action
def ask_review(*, actor: Actor, relief_id: int, text: str, at: datetime, evidence: Sequence[int] = ()) -> CreditRelief:
    """复核: the unit does not accept the refusal of its application; once, within `credit_review.ask_limit`, and
    somebody else looks.
    """
    known = CreditRelief.objects.select_related("event__unit").get(pk=relief_id)
    event = known.event
    if not access.can_ask_relief(actor, event.unit_id):
        raise forbid("只能就本单位的信用分提出申请")
    head = lock(event.unit_id)
    first = CreditRelief.objects.select_for_update(no_key=True, of=("self",)).get(pk=relief_id)
    text = need_text(text, "text", "请写明不服的理由")
    if first.kind == ReliefKind.REVIEW or first.state != ReliefState.REJECTED:
        raise Refused(
            "credit.review_of", "只有答复为“不同意”的修复或者异议申请可以申请复核", remedy="复核的决定为最后答复"
        )
    if CreditRelief.objects.filter(of=first).exists():
        raise Refused("credit.reviewed", "这份申请已经申请过复核", remedy="请查看复核的结果")
    until = queries.review_until(first)
    if until is None or at > until:
        raise Refused("credit.review_late", "申请复核的期限已过", remedy="整改到位后可以另行申请分值修复")
    _need_open_to(first.kind, ledger_of(head, at), event)
    _need_no_other(event)
    shown = evidence_of(actor, evidence)
    made = CreditRelief.objects.create(
        kind=ReliefKind.REVIEW, event=event, of=first, text=text, asked_by_id=actor.person_id, asked_at=at
    )
    attach_files(made, FileRole.EVIDENCE, shown)
    data = {"unit": event.unit_id, "seq": event.seq, "of": first.pk}
    record(actor, "credit.ask_review", made, at=at, project_code=event.project_code, why=text, data=data)
    _lay_before_department(actor, made, at)
    return made


def _asked_for(relief: CreditRelief) -> str:
    """What the unit wants of the points: a review asks again for what had been refused."""
    return relief.of.kind if relief.of else relief.kind


def _need_open_to(kind: str, found: Ledger, event: CreditEvent) -> None:
    """Raises Refused for an event that took nothing, was given back, or no longer counts in the score."""
    if found.open_to(kind, event.seq):
        return
    if found.disputed(event.seq):
        raise Refused(
            "credit.settled",
            "这次扣分以后已有新的公共信用综合评价，分值以评价为准，没有可以修复的分值",
            remedy="认为当时不该扣分的，可以提出异议",
        )
    raise Refused(
        "credit.nothing_taken",
        "这次变动没有扣分，或者扣减的分值已经恢复",
        remedy="对公共信用综合评价结果有异议的，请向公共信用信息平台提出" if event.type == "rebase" else "",
    )


def _already() -> Refused:
    return Refused("credit.relief_open", "这次扣分已有申请正在办理", remedy="请等待办理结果")


def _need_no_other(event: CreditEvent) -> None:
    """Neither an application waiting for its answer nor points on their way back."""
    if CreditRelief.objects.filter(event=event, state=ReliefState.ASKED).exists():
        raise _already()
    pending = PointProposal.objects.filter(
        unit_id=event.unit_id, type="repair", data__of=event.seq, state__in=["proposed", "consented"]
    )
    if pending.exists():
        raise Refused("credit.relief_open", "恢复这次扣分的建议正在审签执行", remedy="请等待办理结果")


def department_of(event: CreditEvent) -> Department:
    """Who had proposed the points: only a proposal ever takes any."""
    proposal = PointProposal.objects.select_related("department__hall").get(pk=event.proposal_id or NO_ROW)
    assert proposal.department is not None
    return proposal.department


def _lay_before_department(actor: Actor, relief: CreditRelief, at: datetime) -> None:
    kind, limit = TERMS[ReliefKind(relief.kind)]
    event, department = relief.event, department_of(relief.event)
    late = relief.kind == ReliefKind.REPAIR and at > queries.rectify_until(event)
    review = relief.kind == ReliefKind.REVIEW
    role = StaffRole.COMPREHENSIVE if review else StaffRole.APPROVER
    office = None if review else department.pk
    name = NAMES[ReliefKind(relief.kind)]
    item = open_item(
        actor=actor,
        kind=kind,
        about=About(
            subject=relief,
            title=f"{name}申请：{event.why}",
            subtitle=event.unit.name,
            page=PageRef("staff:relief", relief_id=relief.pk),
            project_code=event.project_code,
            unit_id=event.unit_id,
            tags=("已过整改期限",) if late else (),
        ),
        limits=Limits(pack().integer(limit, day_of(at))),
        rules_on=day_of(at),
        at=at,
        department_id=office,
        hall_id=department.hall_id,
        role=role,
    )
    tell(
        "relief_due",
        at=at,
        persons=holders(
            role,
            day_of(at),
            hall_id=department.hall_id if review else None,
            department_id=None if review else department.pk,
        ),
        project_code=event.project_code,
        page=item.page_ref,
        unit=event.unit.name,
        kind=name,
        due=item.due_at.astimezone(TZ).strftime("%m月%d日 %H:%M") if item.due_at else "",
    )


@action
def decide_relief(
    *, actor: Actor, relief_id: int, accept: bool, answer: str, at: datetime, version: int | None = None
) -> CreditRelief:
    """Accepted, it becomes a proposal to give back exactly what was taken, made by who decides, and goes the way of all
    points.

    A review is decided by the body that manages credit, and by nobody who had a hand in the points or in the refusal.
    """
    known = CreditRelief.objects.select_related("event").get(pk=relief_id)
    head = lock(known.event.unit_id)
    relief = (
        CreditRelief.objects.select_for_update(no_key=True, of=("self",))
        .select_related("event__unit")
        .get(pk=relief_id)
    )
    event, department = relief.event, department_of(relief.event)
    if not access.can_decide_relief(actor, relief, department):
        raise forbid("复核由信用综合管理部门办理" if relief.kind == ReliefKind.REVIEW else "请由提出扣分的部门办理")
    check_version(relief, version)
    _need_another(actor, relief)
    if relief.state != ReliefState.ASKED:
        raise Refused(
            "credit.relief_state", f"这份申请已经办结（{relief.get_state_display()}）", remedy="请刷新页面查看"
        )
    answer = need_text(answer, "answer", "请写明办理意见和理由")
    if accept and not ledger_of(head, at).open_to(_asked_for(relief), event.seq):
        raise Refused("credit.nothing_taken", "这次变动没有可以恢复的分值", remedy="请按不同意办理并说明情况")
    work = open_of(relief, TERMS[ReliefKind(relief.kind)][0])
    if work is not None:
        close(actor=actor, item=work, at=at, outcome="accepted" if accept else "rejected")
    relief.state = ReliefState.ACCEPTED if accept else ReliefState.REJECTED
    relief.answer, relief.decided_by_id, relief.decided_at = answer, actor.person_id, at
    save(relief, "state", "answer", "decided_by", "decided_at")
    record(
        actor,
        f"credit.{'accept' if accept else 'reject'}_{relief.kind}",
        relief,
        at=at,
        project_code=event.project_code,
        why=answer,
        data={"unit": event.unit_id, "seq": event.seq},
    )
    if accept:
        propose(
            actor,
            unit_id=event.unit_id,
            project_code=event.project_code,
            type="repair",
            on=day_of(at),
            data={"of": event.seq, "because": _asked_for(relief)},
            basis=answer,
            evidence=relief.evidence,
            source=("credit.creditrelief", relief.pk),
            department=department,
            at=at,
        )
    tell(
        "relief_decided",
        at=at,
        persons=persons_bound(event.unit_id, day_of(at)),
        unit_id=event.unit_id,
        project_code=event.project_code,
        page=PageRef("unit:credit"),
        kind=NAMES[ReliefKind(relief.kind)],
        outcome="同意，待审签执行" if accept else "不同意",
        why=answer[:60],
    )
    return relief


def _need_another(actor: Actor, relief: CreditRelief) -> None:
    """Raises Refused for a review by somebody who took part: in the refusal, or in taking the points."""
    if relief.of is None:
        return
    proposal = PointProposal.objects.get(pk=relief.event.proposal_id or NO_ROW)
    before = (relief.of.decided_by_id, proposal.proposed_by_id, proposal.consented_by_id, proposal.executed_by_id)
    if actor.person_id in before:
        raise Refused(
            "credit.review_by_another",
            "办理过这次扣分或者原申请的人不能复核",
            remedy="请由信用综合管理部门的其他人员办理",
        )
