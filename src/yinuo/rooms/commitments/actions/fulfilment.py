"""Keeping a promise while building: what the unit reports, and what happens to a promise that is hard to keep
(附件2·第十四条).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from yinuo.engine.base import Actor, PageRef, Refused, check_version, forbid, save
from yinuo.engine.documents.attachments import attach_files
from yinuo.engine.documents.models import FileRole
from yinuo.engine.notices.actions import tell
from yinuo.engine.notices.effects import readers
from yinuo.engine.rules import pack
from yinuo.engine.trail.actions import action, answered, claim, record, remember
from yinuo.engine.work.actions import Limits, close, open_item, open_of
from yinuo.rooms.commitments import access
from yinuo.rooms.commitments.actions.common import (
    code_of,
    day_text,
    end_review,
    evidence_of,
    locked,
    need_running,
    need_text,
    take,
)
from yinuo.rooms.commitments.actions.rulings import propose
from yinuo.rooms.commitments.actions.settlement import propose_broken
from yinuo.rooms.commitments.models import (
    Commitment,
    CommitmentReview,
    CommitmentState,
    Difficulty,
    DifficultyOutcome,
    Fulfilment,
    FulfilmentReport,
    Measure,
    RulingState,
)
from yinuo.rooms.commitments.reviewing import UNSETTLED, due_on
from yinuo.rooms.commitments.room import CommitmentsWork
from yinuo.rooms.commitments.telling import tell_platform
from yinuo.rooms.onemap.actions import common as onemap
from yinuo.rooms.onemap.room import MapWork
from yinuo.rooms.projects.actions.filing import about

# An opinion follows help that did not suffice; what is out of reach goes up or ends at once.
NEXT = {
    "": (DifficultyOutcome.HELPED, DifficultyOutcome.REFERRED, DifficultyOutcome.TERMINATE),
    DifficultyOutcome.HELPED: (
        DifficultyOutcome.HANDLING_OPINION,
        DifficultyOutcome.REFERRED,
        DifficultyOutcome.TERMINATE,
    ),
    DifficultyOutcome.REFERRED: (DifficultyOutcome.HANDLING_OPINION, DifficultyOutcome.TERMINATE),
    # An end the principal did not agree to: the department chooses anew.
    DifficultyOutcome.TERMINATE: (
        DifficultyOutcome.HANDLING_OPINION,
        DifficultyOutcome.REFERRED,
        DifficultyOutcome.TERMINATE,
    ),
}


def _need_unsettled(commitment: Commitment) -> None:
    if commitment.fulfilment not in UNSETTLED:
        raise Refused(
            "commitments.settled",
            f"这项承诺的履行情况已认定为“{commitment.get_fulfilment_display()}”",
            remedy="请查看承诺的履行记录",
        )


@action
def report_fulfilment(
    *,
    actor: Actor,
    commitment_id: int,
    text: str,
    at: datetime,
    evidence: Sequence[int] = (),
    idempotency_key: str = "",
) -> FulfilmentReport:
    """What the unit has done for its promise, with files to show for it."""
    claimed = claim(
        actor, idempotency_key, "commitments.report_fulfilment", [commitment_id, text, list(evidence)], at=at
    )
    if (known := answered(claimed)) is not None:
        return FulfilmentReport.objects.get(pk=known)
    commitment = take(actor, commitment_id, access.can_report, [CommitmentState.DECIDED], None, closing=True)
    _need_unsettled(commitment)
    report = FulfilmentReport.objects.create(
        commitment=commitment,
        text=need_text(text, "text", "请写明履行的情况"),
        person_id=actor.required_person_id,
        at=at,
    )
    attach_files(report, FileRole.EVIDENCE, evidence_of(evidence, commitment.project.unit_id))
    for difficulty in Difficulty.objects.select_for_update(no_key=True).filter(commitment=commitment).order_by("id"):
        if _end_term(actor, difficulty, at, "reported") and open_of(difficulty, CommitmentsWork.DIFFICULTY) is None:
            wait_for_help(actor, difficulty, commitment, at)
    record(
        actor,
        "commitments.report_fulfilment",
        report,
        at=at,
        project_code=code_of(commitment),
        data={"commitment": commitment.pk},
    )
    remember(claimed, report)
    return report


@action
def report_difficulty(
    *, actor: Actor, commitment_id: int, text: str, at: datetime, idempotency_key: str = ""
) -> Difficulty:
    """The unit sees that a promise will be hard to keep and says so in time; the department's clock to help starts."""
    claimed = claim(actor, idempotency_key, "commitments.report_difficulty", [commitment_id, text], at=at)
    if (known := answered(claimed)) is not None:
        return Difficulty.objects.get(pk=known)
    commitment = take(actor, commitment_id, access.can_report, [CommitmentState.DECIDED], None)
    _need_unsettled(commitment)
    text = need_text(text, "text", "请写明履行遇到的困难")
    if commitment.difficulties.filter(handled_at__isnull=True).exists():
        raise Refused("commitments.difficulty_open", "已经报告过困难，部门正在处理", remedy="请等待部门答复")
    made = open_difficulty(actor, commitment, text, at)
    remember(claimed, made)
    return made


def open_difficulty(
    actor: Actor, commitment: Commitment, text: str, at: datetime, review: CommitmentReview | None = None
) -> Difficulty:
    """Reported by the unit, or found by its department in a `review`; the department's clock to help runs."""
    made = Difficulty.objects.create(
        commitment=commitment, review=review, text=text, reported_by_id=actor.required_person_id, reported_at=at
    )
    data = {"commitment": commitment.pk, **({"review": review.pk} if review is not None else {})}
    record(actor, "commitments.report_difficulty", made, at=at, project_code=code_of(commitment), data=data)
    wait_for_help(actor, made, commitment, at)
    return made


def wait_for_help(actor: Actor, made: Difficulty, commitment: Commitment, at: datetime) -> None:
    """It is the department's turn: its clock, and a message."""
    item, project = commitment.item, commitment.project
    work = open_item(
        actor=actor,
        kind=CommitmentsWork.DIFFICULTY,
        about=about(
            made,
            project,
            f"履约困难：{item.name}",
            PageRef("staff:item", item_id=item.pk),
            stage=item.stage,
            matter_id=item.matter_id,
        ),
        limits=Limits(pack().integer("difficulty.limit", project.rules_on)),
        rules_on=project.rules_on,
        at=at,
        department_id=commitment.department_id,
        hall_id=project.hall_id,
        assignee_id=item.handler_id,
    )
    tell(
        "difficulty",
        at=at,
        persons=readers(work, at),
        project_code=code_of(commitment),
        page=work.page_ref,
        matter=item.name,
        why=f"{made.text[:60]}（{day_text(work.due_at)} 前答复）" if work.due_at else made.text[:60],
    )


@action
def handle_difficulty(
    *,
    actor: Actor,
    difficulty_id: int,
    outcome: str,
    text: str,
    at: datetime,
    days: int | None = None,
    version: int | None = None,
) -> Difficulty:
    """Help first; what help did not mend gets an opinion (the promise is broken) or goes up; in five fields the project
    ends, by a ruling.

    `outcome` is one of DifficultyOutcome; `days` = help comes with an order to rectify within so many working days
    (限期整改). Raises: Refused for an opinion before help, or an end outside those fields.
    """
    commitment = locked(Difficulty.objects.values_list("commitment_id", flat=True).get(pk=difficulty_id))
    difficulty = Difficulty.objects.select_for_update(no_key=True).get(pk=difficulty_id)
    if not access.can_handle(actor, commitment):
        raise forbid("履约困难由同意承诺的部门处理")
    check_version(difficulty, version)
    need_running(commitment)
    _need_unsettled(commitment)
    chosen = _chosen(difficulty, commitment, outcome)
    _need_days(commitment, chosen, days)
    text = need_text(
        text, "text", "请写明帮助指导的内容" if chosen == DifficultyOutcome.HELPED else "请写明处理意见和依据"
    )
    work = open_of(difficulty, CommitmentsWork.DIFFICULTY)
    if work is not None:
        close(actor=actor, item=work, at=at, outcome=chosen)
    field = "help" if chosen == DifficultyOutcome.HELPED else "opinion"
    setattr(difficulty, field, text)
    difficulty.outcome, difficulty.handled_by_id, difficulty.handled_at = chosen, actor.person_id, at
    save(difficulty, field, "outcome", "handled_by", "handled_at")
    record(
        actor,
        "commitments.handle_difficulty",
        difficulty,
        at=at,
        project_code=code_of(commitment),
        why=text,
        data={"commitment": commitment.pk, "outcome": chosen},
        chain="anomaly.reported" if chosen != DifficultyOutcome.HELPED else "",
    )
    tell(
        "difficulty_handled",
        at=at,
        unit_id=commitment.project.unit_id,
        project_code=code_of(commitment),
        page=onemap.page_of(commitment.item),
        matter=commitment.item.name,
        outcome=DifficultyOutcome(chosen).label,
        answer=text[:80],
    )
    _follow(actor, commitment, chosen, text, at)
    _end_term(actor, difficulty, at, chosen)
    if days is not None:
        _order(actor, difficulty, commitment, days, at)
    if chosen == DifficultyOutcome.TERMINATE:
        why = f"“{commitment.item.name}”的承诺难以完成：{text}"
        propose(actor, commitment, [Measure.TERMINATE], why, at, difficulty=difficulty)
    return difficulty


def _need_days(commitment: Commitment, chosen: DifficultyOutcome, days: int | None) -> None:
    longest = pack().integer("ruling.rectify_longest", commitment.project.rules_on)
    if days is not None and (chosen != DifficultyOutcome.HELPED or not 1 <= days <= longest):
        raise Refused(
            "commitments.days", f"限期整改的期限应在 1 到 {longest} 个工作日之间，随帮助指导一并提出", field="days"
        )


def _order(actor: Actor, difficulty: Difficulty, commitment: Commitment, days: int, at: datetime) -> None:
    """The unit's clock to rectify; at its end, or when the unit reports, it is the department's turn again."""
    project, item = commitment.project, commitment.item
    open_item(
        actor=actor,
        kind=MapWork.RECTIFICATION,
        about=about(
            difficulty,
            project,
            f"限期整改：{commitment.title}",
            PageRef("staff:item", item_id=item.pk),
            unit_page=onemap.page_of(item),
            stage=item.stage,
            matter_id=item.matter_id,
        ),
        limits=Limits(days),
        rules_on=project.rules_on,
        at=at,
        department_id=None,
        hall_id=project.hall_id,
        role="unit",
        waits_for="unit",
    )


def _end_term(actor: Actor, difficulty: Difficulty, at: datetime, outcome: str) -> bool:
    work = open_of(difficulty, MapWork.RECTIFICATION)
    if work is not None:
        close(actor=actor, item=work, at=at, outcome=outcome)
    return work is not None


def term_over(difficulty_id: int, at: datetime) -> None:
    """限期整改 has run out without a report: the department decides what follows (附件2·第十四条)."""
    commitment = locked(Difficulty.objects.values_list("commitment_id", flat=True).get(pk=difficulty_id))
    difficulty = Difficulty.objects.select_for_update(no_key=True).get(pk=difficulty_id)
    if _end_term(Actor.system(), difficulty, at, "overdue") and open_of(difficulty, CommitmentsWork.DIFFICULTY) is None:
        wait_for_help(Actor.system(), difficulty, commitment, at)


def _chosen(difficulty: Difficulty, commitment: Commitment, outcome: str) -> DifficultyOutcome:
    cites = pack().cite_texts(pack().parameter("commitment.terminate_fields", commitment.project.rules_on).cites)
    if outcome not in DifficultyOutcome.values:
        raise Refused("commitments.outcome", "请选择处理方式", field="outcome")
    if difficulty.rulings.filter(state=RulingState.PROPOSED).exists():
        raise Refused("commitments.ruling_waits", "处理决定正在审签", remedy="请等待主要负责同志审签")
    if DifficultyOutcome(outcome) not in NEXT.get(difficulty.outcome, ()):
        message = (
            "先帮助指导，整改后仍不能达到承诺要求的，再提出处理意见"
            if not difficulty.outcome
            else "这份报告已经处理过了"
        )
        raise Refused("commitments.outcome_order", message, field="outcome", remedy="请查看处理记录", cites=cites)
    fields = pack().parameter("commitment.terminate_fields", commitment.project.rules_on).value
    if outcome == DifficultyOutcome.TERMINATE and commitment.field not in fields:
        raise Refused(
            "commitments.terminate_field",
            "只有涉及国家安全、民族团结、社会稳定、生态环境、节能减排的承诺难以完成，才终止项目建设",
            field="outcome",
            remedy="请选择其他处理方式",
            cites=cites,
        )
    return DifficultyOutcome(outcome)


def _follow(actor: Actor, commitment: Commitment, outcome: DifficultyOutcome, text: str, at: datetime) -> None:
    if outcome == DifficultyOutcome.HELPED:
        commitment.fulfilment = Fulfilment.RECTIFYING
        if open_of(commitment, CommitmentsWork.REVIEW) is None:
            # Whether it was put right is looked at soon.
            commitment.review_on = due_on(commitment)
        save(commitment, "fulfilment", "review_on")
    elif outcome == DifficultyOutcome.HANDLING_OPINION:
        commitment.fulfilment = Fulfilment.BROKEN
        save(commitment, "fulfilment")
        tell_platform(commitment, "broken", at)
        end_review(actor, commitment, at, "broken")
        propose_broken(actor, commitment, text, at)
