"""When a promise that runs is next reviewed (附件2·第十九条): a reading of the pack, its unit's grade and what was last
found.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from datetime import date

from yinuo.core.calendar import TZ
from yinuo.core.grades import UNRATED, allows
from yinuo.engine.rules import pack
from yinuo.engine.work.clocks import calendar
from yinuo.engine.work.models import WorkItem, WorkState
from yinuo.rooms.commitments.models import (
    Commitment,
    CommitmentState,
    CompletionVerification,
    DifficultyOutcome,
    Fulfilment,
    Kept,
)
from yinuo.rooms.commitments.room import CommitmentsWork
from yinuo.rooms.onemap.mocking import months_after
from yinuo.rooms.projects.models import ProjectState

UNSETTLED = (Fulfilment.PENDING, Fulfilment.RECTIFYING)
LOWEST_GRADE = "D"


def completing(project_ids: Iterable[int]) -> set[int]:
    """Those of the projects whose completion has been applied for."""
    return set(CompletionVerification.objects.filter(project_id__in=project_ids).values_list("project_id", flat=True))


def runs(commitment: Commitment, ending: Container[int] | None = None) -> bool:
    """Given and not yet completed: from the decision until the completion takes every promise up, one by one.

    `ending`: the projects whose completion has been applied for, where they have been read.
    """
    return (
        commitment.state == CommitmentState.DECIDED
        and commitment.fulfilment in UNSETTLED
        and commitment.project.state == ProjectState.CONFIRMED
        and commitment.project_id not in (completing([commitment.project_id]) if ending is None else ending)
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
    """fewer, normal, more: what the unit's grade says of supervision, and never fewer where the promise touches a field
    that ends projects.
    """
    head = getattr(commitment.project.unit, "credit", None)
    grade = UNRATED if head is None else LOWEST_GRADE if head.provincial_d else head.grade
    measure = allows("inspection_rate", grade, pack(), day)
    rate = measure.value if measure else "normal"
    if commitment.field in pack().parameter("commitment.terminate_fields", commitment.project.rules_on).value:
        return "more"
    return rate


def due_on(commitment: Commitment, ending: Container[int] | None = None) -> date | None:
    """When it is to be reviewed, from its records alone; None where it runs no more. `review_on` is its cache."""
    if not runs(commitment, ending):
        return None
    last = max(commitment.reviews.all(), key=lambda review: review.round, default=None)
    if last is None:
        day = first_on(commitment, (commitment.decided_at or commitment.signed_at).astimezone(TZ).date())
    else:
        # A grade that has fallen since brings it nearer, one that has risen puts nothing off.
        day = min(last.next_on, next_on(commitment, last.outcome, last.at.astimezone(TZ).date()))
    if commitment.fulfilment == Fulfilment.RECTIFYING:
        helped = [
            one.handled_at
            for one in commitment.difficulties.all()
            if one.outcome == DifficultyOutcome.HELPED and one.handled_at
        ]
        if helped and (last is None or max(helped) > last.at):
            day = min(day, _soon(commitment, max(helped).astimezone(TZ).date()))
    return day


def dues(promises: Sequence[Commitment]) -> dict[int, date | None]:
    """What `review_on` of each should be: None as long as a review waits.

    Reads for all of them together what was not prefetched.
    """
    waits = WorkItem.objects.filter(
        subject_kind=Commitment._meta.label_lower,
        subject_id__in=[promise.pk for promise in promises],
        kind=CommitmentsWork.REVIEW,
        state__in=[WorkState.RUNNING, WorkState.PAUSED],
    )
    waiting, ending = (
        set(waits.values_list("subject_id", flat=True)),
        completing({promise.project_id for promise in promises}),
    )
    return {promise.pk: None if promise.pk in waiting else due_on(promise, ending) for promise in promises}


def _soon(commitment: Commitment, day: date) -> date:
    soon: date = calendar().add_working_days(
        day, pack().integer("commitment.review_again", commitment.project.rules_on)
    )
    return soon


def _of_months(commitment: Commitment, day: date, name: str) -> date:
    return months_after(day, pack().integer(name, commitment.project.rules_on))
