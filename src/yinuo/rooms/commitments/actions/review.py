"""定期复核: every promise that runs is looked at again at its interval by the department that accepted it
(附件2·第十九条).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from yinuo.core.calendar import TZ
from yinuo.core.wording import day_words
from yinuo.engine.base import Actor, PageRef, Refused, save
from yinuo.engine.documents.attachments import attach_files
from yinuo.engine.documents.models import FileRole
from yinuo.engine.notices.actions import tell
from yinuo.engine.notices.effects import readers
from yinuo.engine.rules import pack
from yinuo.engine.trail.actions import action, answered, claim, record, remember, unit_of_work
from yinuo.engine.work.actions import Limits, close, open_item, open_of
from yinuo.rooms.commitments import access, reviewing
from yinuo.rooms.commitments.actions.common import code_of, day_text, evidence_of, locked, need_text, take
from yinuo.rooms.commitments.actions.fulfilment import open_difficulty, wait_for_help
from yinuo.rooms.commitments.models import (
    Commitment,
    CommitmentReview,
    CommitmentState,
    CompletionVerification,
    Difficulty,
    DifficultyOutcome,
    Fulfilment,
    Kept,
    RulingState,
)
from yinuo.rooms.commitments.room import CommitmentsWork
from yinuo.rooms.onemap.room import MapWork
from yinuo.rooms.projects.actions.filing import about

GRAVITY = list(Kept)
TEXT_LIMIT = 2000


def open_reviews(now: datetime, batch: int = 200) -> int:
    """Every promise whose day has come waits with its department from now on; costs what is due.

    Each is its own transaction.
    """
    due = Commitment.objects.filter(review_on__lte=now.astimezone(TZ).date()).order_by("review_on", "id")
    return sum(_open_review(pk, now) for pk in list(due.values_list("id", flat=True)[:batch]))


def _open_review(commitment_id: int, now: datetime) -> int:
    with unit_of_work():
        commitment = locked(commitment_id)
        if commitment.review_on is None or commitment.review_on > now.astimezone(TZ).date():
            return 0
        day, commitment.review_on = commitment.review_on, None
        save(commitment, "review_on")
        if not reviewing.runs(commitment) or open_of(commitment, CommitmentsWork.REVIEW) is not None:
            return 0
        item, project = commitment.item, commitment.project
        work = open_item(
            actor=Actor.system(),
            kind=CommitmentsWork.REVIEW,
            about=about(
                commitment,
                project,
                f"承诺复核：{commitment.title}",
                page_of(commitment),
                stage=item.stage,
                matter_id=item.matter_id,
            ),
            limits=Limits(pack().integer("commitment.review_limit", project.rules_on)),
            rules_on=project.rules_on,
            at=now,
            department_id=commitment.department_id,
            hall_id=project.hall_id,
            assignee_id=item.handler_id,
        )
        record(
            Actor.system(),
            "commitments.open_review",
            commitment,
            at=now,
            project_code=code_of(commitment),
            data={"due": day},
        )
        tell(
            "commitment_review_due",
            at=now,
            persons=readers(work, now),
            project_code=code_of(commitment),
            page=work.page_ref,
            project=project.name,
            matter=commitment.title,
            due=day_text(work.due_at) if work.due_at else "",
        )
        return 1


def page_of(commitment: Commitment) -> PageRef:
    return PageRef("staff:promise_review", commitment_id=commitment.pk)


@action
def review_commitment(
    *,
    actor: Actor,
    commitment_id: int,
    on: date,
    points: Sequence[Mapping[str, str]],
    at: datetime,
    note: str = "",
    evidence: Sequence[int] = (),
    version: int | None = None,
    idempotency_key: str = "",
) -> CommitmentReview:
    """How each requirement of the promise is kept so far, as seen `on` that day; by itself at any time, and when one is
    due.

    A promise under rectification that is found kept runs on; one found broken comes into the handling of a difficulty.

    **Shape** `points`: {outcome, note} in the order of the requirements.
    """
    body = [commitment_id, on, [dict(point) for point in points], note, list(evidence)]
    claimed = claim(actor, idempotency_key, "commitments.review_commitment", body, at=at)
    if (known := answered(claimed)) is not None:
        return CommitmentReview.objects.get(pk=known)
    commitment = take(actor, commitment_id, access.can_handle, [CommitmentState.DECIDED], version)
    _need_running(commitment)
    _need_day(commitment, on, at)
    found = _points(commitment, points)
    outcome = max((Kept(point["outcome"]) for point in found), key=GRAVITY.index)
    work = open_of(commitment, CommitmentsWork.REVIEW)
    made = CommitmentReview.objects.create(
        commitment=commitment,
        round=commitment.reviews.count() + 1,
        on=on,
        outcome=outcome,
        points=found,
        note=_text(note, "note"),
        due_at=work.due_at if work is not None else None,
        next_on=reviewing.next_on(commitment, outcome, at.astimezone(TZ).date()),
        by_id=actor.required_person_id,
        at=at,
    )
    attach_files(made, FileRole.EVIDENCE, evidence_of(evidence, None))
    if work is not None:
        close(actor=actor, item=work, at=at, outcome=outcome)
    commitment.review_on = made.next_on
    if outcome == Kept.KEPT and commitment.fulfilment == Fulfilment.RECTIFYING:
        commitment.fulfilment = Fulfilment.PENDING
        _mended(actor, commitment, at)
    save(commitment, "review_on", "fulfilment")
    record(
        actor,
        "commitments.review",
        made,
        at=at,
        project_code=code_of(commitment),
        why=made.note,
        data={"commitment": commitment.pk, "outcome": outcome, "on": on, "next_on": made.next_on},
        chain="anomaly.reported" if outcome == Kept.BROKEN else "",
    )
    _tell(made, commitment, at)
    if outcome == Kept.BROKEN:
        _hand_to_handling(actor, made, commitment, at)
    remember(claimed, made)
    return made


def _need_running(commitment: Commitment) -> None:
    if CompletionVerification.objects.filter(project_id=commitment.project_id).exists():
        raise Refused(
            "commitments.in_completion", "项目已经申请竣工验收，承诺在验收中逐条核验", remedy="请到竣工验收中核验"
        )
    if commitment.fulfilment not in reviewing.UNSETTLED:
        raise Refused(
            "commitments.settled",
            f"这项承诺的履行情况已认定为“{commitment.get_fulfilment_display()}”，不再复核",
            remedy="请查看承诺的履行记录",
        )


def _need_day(commitment: Commitment, on: date, at: datetime) -> None:
    since = (commitment.decided_at or commitment.signed_at).astimezone(TZ).date()
    if on > at.astimezone(TZ).date():
        raise Refused("commitments.on", "查看的日期不能晚于今天", field="on")
    if on < since:
        raise Refused("commitments.on", f"这项承诺自{day_words(since)}起履行，查看的日期不能更早", field="on")


def _points(commitment: Commitment, points: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    """One word for each requirement; what is not simply kept says what was seen."""
    if len(points) != len(commitment.requirements):
        raise Refused(
            "commitments.points",
            f"这项承诺有 {len(commitment.requirements)} 条要求，请逐条写明",
            field="points",
            remedy="每条要求写一个结果",
        )
    errors: dict[str, str] = {}
    found = []
    for number, (text, point) in enumerate(zip(commitment.requirements, points, strict=True)):
        outcome, note = str(point.get("outcome", "")), str(point.get("note", "")).strip()
        if outcome not in Kept.values:
            errors[f"outcome_{number}"] = f"选择第 {number + 1} 条履行得怎样"
        elif outcome != Kept.KEPT and not note:
            errors[f"note_{number}"] = f"写明第 {number + 1} 条的情况和要怎样改"
        if len(note) > TEXT_LIMIT:
            errors[f"note_{number}"] = f"不能超过 {TEXT_LIMIT} 个字"
        found.append({"text": text, "outcome": outcome, "note": note})
    if errors:
        raise Refused("commitments.points", "请逐条写明承诺履行的情况", errors=errors)
    return found


def _text(value: str, field: str) -> str:
    if len(value.strip()) > TEXT_LIMIT:
        raise Refused(f"commitments.{field}", f"不能超过 {TEXT_LIMIT} 个字", field=field, remedy="请写要点")
    return value.strip()


def said_of(made: CommitmentReview) -> str:
    """What the review says of the points that are not simply kept, and its remark."""
    said = [
        f"第 {number} 条：{point['note']}"
        for number, point in enumerate(made.points, 1)
        if point["outcome"] != Kept.KEPT
    ]
    return "；".join(filter(None, [*said, made.note]))


def _tell(made: CommitmentReview, commitment: Commitment, at: datetime) -> None:
    tell(
        "commitment_reviewed",
        at=at,
        unit_id=commitment.project.unit_id,
        project_code=code_of(commitment),
        page=PageRef("unit:commit", item_id=commitment.item_id),
        project=commitment.project.name,
        matter=commitment.title,
        outcome=made.get_outcome_display(),
        said=f"{said_of(made)[:120]}。" if said_of(made) else "",
        next=day_words(made.next_on),
    )


def _hand_to_handling(actor: Actor, made: CommitmentReview, commitment: Commitment, at: datetime) -> None:
    """Help and rectification first, then an opinion (附件2·第十四条): the one that goes on is taken up again, else one
    begins.
    """
    difficulties = Difficulty.objects.select_for_update(no_key=True).filter(commitment=commitment).order_by("-id")
    going_on = next((row for row in difficulties if row.outcome != DifficultyOutcome.HANDLING_OPINION), None)
    if going_on is None:
        text = need_text(f"定期复核（第 {made.round} 次）发现：{said_of(made)}", "text", "请写明情况")
        open_difficulty(actor, commitment, text, at, review=made)
    elif not _waits(going_on):
        wait_for_help(actor, going_on, commitment, at)


def _waits(difficulty: Difficulty) -> bool:
    """For its department, for the unit within a term it was given, or for a ruling's consent."""
    clocks = (CommitmentsWork.DIFFICULTY, MapWork.RECTIFICATION)
    return (
        any(open_of(difficulty, kind) is not None for kind in clocks)
        or difficulty.rulings.filter(state=RulingState.PROPOSED).exists()
    )


def _mended(actor: Actor, commitment: Commitment, at: datetime) -> None:
    """What help was given for has been put right: neither the unit's term nor the department's clock runs on."""
    helped = Difficulty.objects.select_for_update(no_key=True).filter(
        commitment=commitment, outcome=DifficultyOutcome.HELPED
    )
    for difficulty in helped.order_by("id"):
        for kind in (MapWork.RECTIFICATION, CommitmentsWork.DIFFICULTY):
            work = open_of(difficulty, kind)
            if work is not None:
                close(actor=actor, item=work, at=at, outcome=Kept.KEPT)


def bring_forward(unit_id: int) -> int:
    """A unit whose grade fell is reviewed at the interval it has now; returns how many of its promises.

    Each is its own transaction.
    """
    rows = Commitment.objects.filter(project__unit_id=unit_id, review_on__isnull=False).order_by("id")
    return sum(_put_right(pk) for pk in list(rows.values_list("id", flat=True)))


def _put_right(commitment_id: int) -> int:
    with unit_of_work():
        commitment = locked(commitment_id)
        due = reviewing.dues([commitment])[commitment.pk]
        if due == commitment.review_on:
            return 0
        commitment.review_on = due
        save(commitment, "review_on")
        return 1
