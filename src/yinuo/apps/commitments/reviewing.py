"""When a promise that runs is next reviewed (附件2·第十九条): a reading of the pack, its unit's grade and what was last found."""

from __future__ import annotations

from datetime import date

from yinuo.apps.commitments.models import (
    Commitment,
    CommitmentReview,
    CommitmentState,
    CompletionVerification,
    DifficultyOutcome,
    Fulfilment,
    Kept,
)
from yinuo.apps.credit.models import CreditHead
from yinuo.apps.onemap.mocking import months_after
from yinuo.apps.projects.models import ProjectState
from yinuo.apps.rules import pack
from yinuo.apps.work.clocks import calendar
from yinuo.core.calendar import TZ
from yinuo.core.grades import UNRATED, allows

UNSETTLED = (Fulfilment.PENDING, Fulfilment.RECTIFYING)
LOWEST_GRADE = "D"


def runs(commitment: Commitment) -> bool:
    """Given and not yet completed: from the decision until the completion takes every promise up, one by one."""
    return (
        commitment.state == CommitmentState.DECIDED
        and commitment.fulfilment in UNSETTLED
        and commitment.project.state == ProjectState.CONFIRMED
        and not CompletionVerification.objects.filter(project_id=commitment.project_id).exists()
    )


def first_on(commitment: Commitment, day: date) -> date:
    """The day of the first review of a promise that runs from `day`."""
    return _of_months(commitment, day, "commitment.review_first")


def next_on(commitment: Commitment, outcome: str, day: date) -> date:
    """The day after a review on `day`: at its interval, or soon where something was found."""
    if outcome != Kept.KEPT:
        return _soon(commitment, day)
    return _of_months(commitment, day, f"commitment.review_{rate_of(commitment, day)}")


def rate_of(commitment: Commitment, day: date) -> str:
    """fewer, normal, more: what the unit's grade says of supervision, and never fewer where the promise touches a field that ends projects."""
    head = CreditHead.objects.filter(pk=commitment.project.unit_id).first()
    grade = UNRATED if head is None else LOWEST_GRADE if head.provincial_d else head.grade
    measure = allows("inspection_rate", grade, pack(), day)
    rate = measure.value if measure else "normal"
    if commitment.field in pack().parameter("commitment.terminate_fields", commitment.project.rules_on).value:
        return "more"
    return rate


def due_on(commitment: Commitment) -> date | None:
    """When it is to be reviewed, from its records alone; None where it runs no more. `review_on` is its cache."""
    if not runs(commitment):
        return None
    last = CommitmentReview.objects.filter(commitment=commitment).order_by("-round").first()
    if last is None:
        day = first_on(commitment, (commitment.decided_at or commitment.signed_at).astimezone(TZ).date())
    else:
        # A grade that has fallen since brings it nearer, one that has risen puts nothing off.
        day = min(last.next_on, next_on(commitment, last.outcome, last.at.astimezone(TZ).date()))
    if commitment.fulfilment == Fulfilment.RECTIFYING:
        helped = commitment.difficulties.filter(outcome=DifficultyOutcome.HELPED).order_by("-handled_at").first()
        if helped is not None and helped.handled_at is not None and (last is None or helped.handled_at > last.at):
            day = min(day, _soon(commitment, helped.handled_at.astimezone(TZ).date()))
    return day


def _soon(commitment: Commitment, day: date) -> date:
    soon: date = calendar().add_working_days(day, pack().integer("commitment.review_again", commitment.project.rules_on))
    return soon


def _of_months(commitment: Commitment, day: date, name: str) -> date:
    return months_after(day, pack().integer(name, commitment.project.rules_on))
