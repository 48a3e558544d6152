"""What was promised when its project ends before completion: a promise that was decided on is never simply gone. Its
department says how it stands, or it goes on under the code that replaces the old one (正文·三(七)、(八)).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import QuerySet

from yinuo.engine.base import Actor, PageRef, Refused, check_version, forbid, save
from yinuo.engine.documents.attachments import attach_files
from yinuo.engine.documents.models import FileRole
from yinuo.engine.notices.actions import tell
from yinuo.engine.notices.effects import readers
from yinuo.engine.rules import pack
from yinuo.engine.trail.actions import action, record
from yinuo.engine.work.actions import Limits, close, open_item, open_of
from yinuo.rooms.commitments import access
from yinuo.rooms.commitments.actions.common import (
    code_of,
    day_text,
    end_review,
    evidence_of,
    locked,
    need_state,
    need_text,
)
from yinuo.rooms.commitments.actions.settlement import end_difficulties, propose_broken
from yinuo.rooms.commitments.models import (
    Closing,
    ClosingOutcome,
    Commitment,
    CommitmentState,
    Fulfilment,
)
from yinuo.rooms.commitments.reviewing import UNSETTLED, due_on
from yinuo.rooms.commitments.room import CommitmentsWork
from yinuo.rooms.commitments.telling import tell_platform
from yinuo.rooms.onemap.actions.common import day_of
from yinuo.rooms.onemap.actions.contracted import take_over
from yinuo.rooms.onemap.models import MapItem
from yinuo.rooms.projects.actions.filing import about, page_of
from yinuo.rooms.projects.models import Project, ProjectKind, ProjectState
from yinuo.rooms.projects.queries import contacts

# What a promise keeps when it goes on under a new code.
SAME: tuple[str, ...] = (
    *("department", "standard_version", "requirements", "promises", "field", "contract", "indicators", "option"),
    *("letter", "signed_by", "paper", "signed_at", "letter_sha256", "notice_from", "notice_until", "decided_at"),
)
ENDED = (ProjectState.WITHDRAWN, ProjectState.TERMINATED)


def unsettled(project: Project) -> QuerySet[Commitment]:
    """The project's promises that were decided on and not settled yet, locked. Project locked."""
    return (
        Commitment.objects.select_for_update(no_key=True, of=("self",))
        .filter(project=project, state=CommitmentState.DECIDED, fulfilment__in=UNSETTLED)
        .select_related("item", "department")
        .order_by("id")
    )


def end_clocks(actor: Actor, project: Project, at: datetime, why: str) -> None:
    """Under the ended code nothing is reviewed or helped any more."""
    promised = list(unsettled(project))
    for commitment in promised:
        end_review(actor, commitment, at, "project ended")
    end_difficulties(actor, promised, at, "project ended", f"项目已终止：{why}")


def hand_to_departments(actor: Actor, project: Project, at: datetime) -> None:
    """Each promise of the ended project that is not settled goes to its department, with a clock."""
    promised = [one for one in unsettled(project) if open_of(one, CommitmentsWork.CLOSING) is None]
    for commitment in promised:
        commitment.project = project
        _ask(actor, commitment, at)
    if promised:
        tell(
            "closing_waits",
            at=at,
            persons=contacts(project, at),
            unit_id=project.unit_id,
            project_code=project.code or "",
            page=page_of(project),
            project=project.name,
            count=len(promised),
        )


def _ask(actor: Actor, commitment: Commitment, at: datetime) -> None:
    item, project = commitment.item, commitment.project
    work = open_item(
        actor=actor,
        kind=CommitmentsWork.CLOSING,
        about=about(
            commitment,
            project,
            f"项目终止，认定承诺：{commitment.title}",
            PageRef("staff:promise_closing", commitment_id=commitment.pk),
            stage=item.stage,
            matter_id=item.matter_id,
        ),
        limits=Limits(pack().integer("promise_closing.limit", day_of(at))),
        rules_on=day_of(at),
        at=at,
        department_id=commitment.department_id,
        hall_id=project.hall_id,
        assignee_id=item.handler_id,
    )
    tell(
        "closing_due",
        at=at,
        persons=readers(work, at),
        project_code=code_of(commitment),
        page=work.page_ref,
        project=project.name,
        matter=commitment.title,
        due=day_text(work.due_at) if work.due_at else "",
    )


@action
def close_promise(
    *,
    actor: Actor,
    commitment_id: int,
    outcome: str,
    text: str,
    at: datetime,
    evidence: Sequence[int] = (),
    version: int | None = None,
) -> Closing:
    """The department's word on a promise whose project has ended; one not kept goes to credit.

    `outcome` is one of ClosingOutcome; what was being rectified is either kept or broken. Raises Refused, Forbidden.
    """
    commitment = locked(commitment_id)
    if not access.can_handle(actor, commitment):
        raise forbid("终止项目的承诺由同意承诺的部门认定")
    check_version(commitment, version)
    chosen = _need_closable(commitment, outcome)
    text = need_text(text, "text", "请写明认定的事实和理由")
    shown = evidence_of(evidence, None)
    if chosen == ClosingOutcome.BROKEN and not shown:
        raise Refused(
            "commitments.evidence", "认定未履行须附证据", field="evidence", remedy="请上传现场照片、笔录等材料"
        )
    made = Closing.objects.create(
        commitment=commitment, outcome=chosen, text=text, by_id=actor.required_person_id, at=at
    )
    attach_files(made, FileRole.EVIDENCE, shown)
    work = open_of(commitment, CommitmentsWork.CLOSING)
    if work is not None:
        close(actor=actor, item=work, at=at, outcome=chosen)
    if chosen == ClosingOutcome.RELEASED:
        commitment.state = CommitmentState.CANCELLED
    else:
        commitment.fulfilment = Fulfilment(chosen)
    save(commitment, "state", "fulfilment")
    record(
        actor,
        "commitments.close",
        made,
        at=at,
        project_code=code_of(commitment),
        why=text,
        data={"commitment": commitment.pk, "matter": commitment.item.matter_id, "outcome": chosen},
        chain="anomaly.reported" if chosen == ClosingOutcome.BROKEN else "",
    )
    project = commitment.project
    tell(
        "closed",
        at=at,
        persons=contacts(project, at),
        unit_id=project.unit_id,
        project_code=code_of(commitment),
        page=page_of(project),
        project=project.name,
        matter=commitment.title,
        outcome=chosen.label,
        why=text[:60],
    )
    if chosen != ClosingOutcome.RELEASED:
        tell_platform(commitment, chosen, at)
    if chosen == ClosingOutcome.BROKEN:
        propose_broken(actor, commitment, text, at)
    return made


def _need_closable(commitment: Commitment, outcome: str) -> ClosingOutcome:
    if commitment.project.state not in ENDED:
        raise Refused("commitments.not_ended", "项目没有终止，承诺在复核和竣工验收中认定", remedy="请到承诺页面复核")
    need_state(commitment, [CommitmentState.DECIDED])
    if commitment.fulfilment not in UNSETTLED:
        raise Refused(
            "commitments.settled",
            f"这项承诺的履行情况已认定为“{commitment.get_fulfilment_display()}”",
            remedy="请刷新页面查看",
        )
    if open_of(commitment, CommitmentsWork.CLOSING) is None:
        raise Refused(
            "commitments.carried_on", "项目已经重新备案，承诺转入新代码继续履行", remedy="请在新代码的项目里查看"
        )
    if outcome not in ClosingOutcome.values:
        raise Refused("commitments.outcome", "请选择认定的结果", field="outcome")
    chosen = ClosingOutcome(outcome)
    if chosen == ClosingOutcome.RELEASED and commitment.fulfilment == Fulfilment.RECTIFYING:
        raise Refused(
            "commitments.rectifying",
            "这项承诺正在整改，不能按没有需要继续履行的内容认定",
            field="outcome",
            remedy="已经整改到位的选“已履行”，没有整改到位的选“未履行”",
        )
    return chosen


def carry_over(actor: Actor, old: Project, new: Project, at: datetime) -> None:
    """The new code's map is drawn: each promise of the old code goes on where the map has its matter, with the decision
    that rests on it; any other is for its department to settle. Both projects locked.
    """
    items = {
        item.matter_id: item
        for item in MapItem.objects.select_for_update(no_key=True, of=("self",)).filter(project=new).order_by("id")
    }
    for commitment in unsettled(old):
        item = items.get(commitment.item.matter_id) if new.kind == ProjectKind.FILING else None
        if item is not None and take_over(actor=actor, item=item, old=commitment.item, project=new, at=at):
            _carry(actor, commitment, item, new, at)
    hand_to_departments(actor, old, at)


def _carry(actor: Actor, old: Commitment, item: MapItem, project: Project, at: datetime) -> None:
    item.project = project
    made = Commitment(
        project=project,
        item=item,
        state=CommitmentState.DECIDED,
        fulfilment=old.fulfilment,
        carried_from=old,
        **{name: getattr(old, name) for name in SAME},
    )
    made.save(force_insert=True)
    made.review_on = due_on(made)
    made.save(update_fields=["review_on"])
    old.state = CommitmentState.CARRIED
    save(old, "state")
    record(
        actor,
        "commitments.carry_over",
        made,
        at=at,
        project_code=project.code or "",
        data={
            "item": item.pk,
            "matter": item.matter_id,
            "from": old.pk,
            "contract": old.contract,
            "standard_version": old.standard_version,
            "letter_sha256": old.letter_sha256,
            "requirements": old.requirements,
        },
        chain="approval.document",
    )
