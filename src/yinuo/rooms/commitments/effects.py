"""What the rooms below set off here: a project's end cancels its promises, whole guidance opens the inspection, a grant
may end a round.
"""

from __future__ import annotations

from datetime import datetime

from django.db import models

from yinuo.engine.base import Actor, save
from yinuo.engine.work.models import WorkItem
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
    Fulfilment,
)
from yinuo.rooms.onemap.models import ExternalResult, Guidance, GuidanceKind, MapItem
from yinuo.rooms.onemap.room import MapWork
from yinuo.rooms.projects.actions import lock
from yinuo.rooms.projects.models import Project


def project_ended(*, actor: Actor, subject: Project, at: datetime, why: str) -> None:
    """Withdrawn or terminated: what was promised is owed no more; what was found kept or broken stays found."""
    open_ones = Commitment.objects.select_for_update(no_key=True).filter(project=subject)
    open_ones = open_ones.filter(state__in=[*PENDING, CommitmentState.DECIDED])
    for commitment in open_ones.exclude(fulfilment__in=[Fulfilment.KEPT, Fulfilment.BROKEN]).order_by("id"):
        commitment.state, commitment.review_on = CommitmentState.CANCELLED, None
        save(commitment, "state", "review_on")
        settle_objections(actor, commitment, at)
    end_rulings(actor, subject, at)
    completion = CompletionVerification.objects.select_for_update(no_key=True).filter(project=subject).first()
    if completion is not None and completion.state != CompletionState.PASSED:
        completion.state, completion.concluded_at, completion.rectify_until = CompletionState.FAILED, at, None
        save(completion, "state", "concluded_at", "rectify_until")


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
