"""What every action on credit stands on: the head's lock, the ledger behind it, and the one way to add an event."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection

from yinuo.core.calendar import TZ
from yinuo.core.decision import Decision, ReasonStep, plain
from yinuo.core.grades import UNRATED, named_grade
from yinuo.core.ids import new_id
from yinuo.engine.base import NO_ROW, Actor, PageRef, Refused
from yinuo.engine.documents.attachments import AttachedFile, own_files
from yinuo.engine.notices.actions import tell
from yinuo.engine.people.models import Department, ProjectUnit, UnitType
from yinuo.engine.people.queries import department, persons_bound
from yinuo.engine.rules import pack, roles
from yinuo.engine.trail.actions import record
from yinuo.engine.work.actions import About
from yinuo.rooms.credit.ledger import Step
from yinuo.rooms.credit.models import CreditEvent, CreditHead, PointProposal, PublicKind
from yinuo.rooms.credit.publishing import publish


def lock(unit_id: int) -> CreditHead:
    """The unit's head, locked: whatever moves or may move its points takes this lock, after the project's if there is
    one.
    """
    heads = CreditHead.objects.select_for_update(no_key=True, of=("self",)).select_related("unit")
    head = heads.filter(pk=unit_id).first()
    if head is None:
        with connection.cursor() as cursor:
            # Its other columns are not the application's to write.
            cursor.execute("INSERT INTO credit_credithead (unit_id) VALUES (%s) ON CONFLICT DO NOTHING", [unit_id])
        head = heads.get(pk=unit_id)
    return head


def evidence_of(actor: Actor, files: Sequence[int]) -> list[AttachedFile]:
    """The files to attach: of the unit's own library where it speaks, else the person's own.

    Raises Refused for a file of somebody else.
    """
    if actor.role == "unit":
        return own_files(files, unit_id=actor.unit_id, room="credit")
    return own_files(files, unit_id=None, by_id=actor.person_id, room="credit")


def append(
    actor: Actor,
    head: CreditHead,
    step: Step,
    *,
    at: datetime,
    proposal_id: int | None = None,
) -> CreditEvent:
    """Adds the step to the locked head's history; the database moves the head to where it leads. Tells of a band
    crossed.

    Whoever calls it enters the leaf `event.leaf_id` in the same action (`leaves.told`): without one nothing is
    committed.
    """
    new, folded = step.after.facts[-1], step.after.fold
    before = head.grade
    event = CreditEvent.objects.create(
        unit_id=head.unit_id,
        seq=step.after.seq,
        project_code=new.project,
        type=new.type,
        on=new.on,
        data=dict(new.detail),
        rule=step.event.rule,
        points=step.points,
        applied=step.event.applied,
        score_after=folded.score,
        grade_before=before,
        grade_after=folded.grade,
        why=f"{step.event.why}{_moved_by(step)}",
        cites=pack().cite_texts(step.event.cites),
        at=at,
        proposal_id=proposal_id,
        of_seq=new.detail["of"] if new.type == "repair" else None,
        leaf_id=new_id(),
    )
    head.seq, head.score, head.grade = step.after.seq, step.after.score, folded.grade
    _publish_points(head, event)
    if head.grade != before:
        tell_of_grade(actor, head, event, at)
    return event


def _publish_points(head: CreditHead, event: CreditEvent) -> None:
    """Points and what gave them; an evaluation comes from the platform itself and is not told back."""
    if event.type == "rebase":
        return
    basis = PointProposal.objects.filter(pk=event.proposal_id or NO_ROW).values_list("basis", flat=True).first() or ""
    data = {
        "seq": event.seq,
        "type": event.type,
        "on": event.on.isoformat(),
        "points": plain(event.points),
        "score_after": None if event.score_after is None else plain(event.score_after),
        "grade_after": event.grade_after,
        "why": event.why,
        "basis": basis,
        "cites": event.cites,
        "of": event.of_seq,
    }
    publish(PublicKind.POINTS, head.unit, event.project_code, data, event.at)


def _moved_by(step: Step) -> str:
    """Says so where an event reported late moves the score by other than its points, for later events stand already."""
    if step.points == step.event.points:
        return ""
    return f"；排在已计入的事件之前，按日期重算后实际变动 {plain(step.points)}"


def tell_of_grade(actor: Actor, head: CreditHead, event: CreditEvent, at: datetime) -> None:
    """Leaves the trace of a changed grade; its effects follow it: certificates in the new colour, services, reviews."""
    day = day_of(at)
    before, after = event.grade_before, event.grade_after
    data = {"before": before, "after": after, "class_after": class_in(after, day), "seq": event.seq, "why": event.why}
    publish(PublicKind.GRADE, head.unit, event.project_code, data, at)
    record(
        actor,
        "credit.grade_changed",
        head,
        at=at,
        project_code=event.project_code,
        why=event.why,
        data={
            "unit": head.unit_id,
            "seq": event.seq,
            "before": event.grade_before,
            "after": event.grade_after,
            "class_before": class_in(event.grade_before, day),
            "class_after": class_in(event.grade_after, day),
        },
    )


def class_in(grade: str, day: date) -> str:
    """A to D, or nothing for 未评级, which has no class of its own."""
    answer = named_grade(grade, pack(), day)
    return "" if answer is None else answer.class_


def grade_text(grade: str) -> str:
    return "未评级" if grade == UNRATED else f"{grade} 级"


def decision_of(step: Step, before: str) -> Decision:
    """The event as a decision that explains itself: what was asked, which rule answered, on which facts."""
    new, folded = step.after.facts[-1], step.event
    rules = pack()
    reason = ReasonStep(
        folded.rule, step.points, folded.why, folded.cites, {"type": new.type, "project": new.project, **new.detail}
    )
    return Decision(
        question="credit.points",
        outcome={
            "points": plain(step.points),
            "applied": folded.applied,
            "score": plain(step.after.fold.score),
            "grade_before": before,
            "grade_after": step.after.fold.grade,
        },
        complete=True,
        missing=(),
        as_of=new.on,
        pack=rules.id,
        pack_hash=rules.hash,
        trace=(reason,),
    )


def filing_department(of: Department) -> Department:
    """The filing unit of the hall the department works in (附件2·第十九条)."""
    return department(of.hall_id, roles().filing_department)


def need_enterprise(unit: ProjectUnit) -> None:
    """Raises Refused: credit concerns enterprises (附件2·第二条)."""
    if unit.type != UnitType.ENTERPRISE:
        raise Refused(
            "credit.not_enterprise", f"{unit.name}不是企业，不计信用分", remedy="信用分只适用于企业的备案项目"
        )


def need_past(on: date, at: datetime, field: str = "on") -> None:
    if on > day_of(at):
        raise Refused("credit.on", "发生日期不能晚于今天", field=field)


def need_text(value: str, field: str, message: str) -> str:
    if not value.strip():
        raise Refused(f"credit.{field}", message, field=field)
    return value.strip()


def day_of(at: datetime) -> date:
    return at.astimezone(TZ).date()


def about_proposal(proposal: PointProposal, title: str) -> About:
    """No project id on it: points for an act outlive the project, so its end must not cancel them."""
    return About(
        subject=proposal,
        title=title,
        subtitle=proposal.unit.name,
        page=page_of(proposal),
        project_code=proposal.project_code,
        unit_id=proposal.unit_id,
    )


def page_of(proposal: PointProposal) -> PageRef:
    return PageRef("staff:proposal", proposal_id=proposal.pk)


def tell_unit(event: CreditEvent, at: datetime) -> None:
    assert event.score_after is not None
    tell(
        "points",
        at=at,
        persons=persons_bound(event.unit_id, day_of(at)),
        unit_id=event.unit_id,
        project_code=event.project_code,
        page=PageRef("unit:credit"),
        points=signed(event.points),
        score=plain(event.score_after),
        grade=grade_text(event.grade_after),
        why=event.why,
    )


def signed(points: Any) -> str:
    return f"+{plain(points)}" if points > 0 else plain(points)
