"""What the rooms below set off here: a project's end takes up its promises, a new code's map carries them on, whole
guidance opens the inspection, a grant may end a round.
"""

from __future__ import annotations

from datetime import datetime

from django.db import models

from yinuo.engine.base import Actor, save
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.commitments.actions.closing import carry_over, end_clocks, hand_to_departments
from yinuo.rooms.commitments.actions.common import PENDING, settle_objections
from yinuo.rooms.commitments.actions.completion import begin_inspection
from yinuo.rooms.commitments.actions.fulfilment import term_over
from yinuo.rooms.commitments.actions.rulings import end_rulings
from yinuo.rooms.commitments.actions.settlement import settle
from yinuo.rooms.commitments.models import (
    Commitment,
    CommitmentState,
    CompletionState,
    CompletionVerification,
    Difficulty,
)
from yinuo.rooms.onemap.models import ExternalResult, Guidance, GuidanceKind, MapItem
from yinuo.rooms.onemap.room import MapWork
from yinuo.rooms.projects.actions import lock
from yinuo.rooms.projects.models import Project, ProjectState


def project_ended(*, actor: Actor, subject: Project, at: datetime, why: str) -> None:
    """Withdrawn or terminated: what nobody has decided on is gone; what was decided on is for its department to settle,
    unless a new code takes it on.
    """
    waiting = Commitment.objects.select_for_update(no_key=True).filter(project=subject, state__in=PENDING)
    for commitment in waiting.order_by("id"):
        commitment.state, commitment.review_on = CommitmentState.CANCELLED, None
        save(commitment, "state", "review_on")
        settle_objections(actor, commitment, at)
    end_rulings(actor, subject, at)
    end_clocks(actor, subject, at, why)
    if not Project.objects.filter(replaces=subject).exists():
        hand_to_departments(actor, subject, at)
    if subject.replaces_id is not None:
        # This code has ended before its map could take on what the earlier one had promised.
        hand_to_departments(actor, lock(subject.replaces_id), at)
    completion = CompletionVerification.objects.select_for_update(no_key=True).filter(project=subject).first()
    if completion is not None and completion.state != CompletionState.PASSED:
        completion.state, completion.concluded_at, completion.rectify_until = CompletionState.FAILED, at, None
        save(completion, "state", "concluded_at", "rectify_until")


def decided_by_hand(*, actor: Actor, subject: Project, at: datetime, why: str) -> None:
    """The new filing of a project was refused: nothing takes on what the old code had promised."""
    if subject.state == ProjectState.REFUSED and subject.replaces_id is not None:
        hand_to_departments(actor, lock(subject.replaces_id), at)


def map_drawn(*, actor: Actor, subject: Guidance, at: datetime, why: str) -> None:
    new = subject.project
    if new.replaces_id is not None:
        carry_over(actor, lock(new.replaces_id), lock(new.pk), at)


def completion_ready(*, actor: Actor, subject: Guidance, at: datetime, why: str) -> None:
    if subject.kind == GuidanceKind.COMPLETION:
        begin_inspection(actor, lock(subject.project_id), at)


def item_concluded(*, actor: Actor, subject: models.Model, at: datetime, why: str) -> None:
    """A verification granted on its own application, here or elsewhere, may have been the last point of the round."""
    item = subject.item if isinstance(subject, ExternalResult) else subject
    if not isinstance(item, MapItem) or not item.completion:
        return
    completion = (
        CompletionVerification.objects.select_for_update(no_key=True, of=("self",))
        .select_related("applied_by")
        .filter(project_id=item.project_id, state=CompletionState.INSPECTION)
        .first()
    )
    if completion is not None:
        completion.project = item.project
        settle(actor, completion, at)


def lapsed(*, actor: Actor, subject: WorkItem, at: datetime, why: str) -> None:
    """限期整改 of a promise ends without a report."""
    if subject.kind == MapWork.RECTIFICATION and subject.subject_kind == Difficulty._meta.label_lower:
        term_over(subject.subject_id, at)
