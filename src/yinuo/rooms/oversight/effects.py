"""What the rooms below set off here: a project goes on and is watched, a start is reported, a term passes, a project
ends.
"""

from __future__ import annotations

from datetime import datetime

from yinuo.core.wording import day_words
from yinuo.engine.base import Actor
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.inspections.models import RandomInspection
from yinuo.rooms.onemap.actions.external import GRANTED, REFUSED
from yinuo.rooms.onemap.models import ExternalResult, ItemState, MapItem
from yinuo.rooms.oversight.actions.common import locked, step
from yinuo.rooms.oversight.actions.finding import look_at
from yinuo.rooms.oversight.actions.sharing import share_decision, share_inspection
from yinuo.rooms.oversight.actions.warnings import end, overdue
from yinuo.rooms.oversight.models import AnomalyWarning, StepKind, WarningKind, WarningOutcome, WarningState
from yinuo.rooms.oversight.room import OversightWork
from yinuo.rooms.projects.models import ProgressReport, Project

# What the report of a start answers.
ANSWERED_BY_START = (WarningKind.START_UNREPORTED, WarningKind.NOT_STARTED, WarningKind.IDLE)

DECIDED = (ItemState.GRANTED, ItemState.REFUSED)


def watched(*, actor: Actor, subject: Project, at: datetime, why: str) -> None:
    """Reviewed, or run under other rules: when it is next looked at is known again."""
    look_at(project_id=subject.pk, at=at)


def start_reported(*, actor: Actor, subject: ProgressReport, at: datetime, why: str) -> None:
    """A start before its approvals is warned of at once; a warning that missed the report notes that it has come."""
    for made in AnomalyWarning.objects.filter(project_id=subject.project_id, kind__in=ANSWERED_BY_START).exclude(
        state=WarningState.CLOSED
    ):
        step(made, StepKind.NOTED, actor, at, f"项目单位已报送开工建设信息，开工日期 {day_words(subject.on)}")
    look_at(project_id=subject.project_id, at=at)


def lapsed(*, actor: Actor, subject: WorkItem, at: datetime, why: str) -> None:
    if subject.kind == OversightWork.RECTIFY:
        made = locked(subject.subject_id)
        if made.state == WarningState.RECTIFYING:
            overdue(made, at)


def decided(*, actor: Actor, subject: MapItem, at: datetime, why: str) -> None:
    """A decision is shared with other systems as it is made."""
    share_decision(subject, at)


def decided_elsewhere(*, actor: Actor, subject: ExternalResult, at: datetime, why: str) -> None:
    """A result of the construction approval system is a decision where it concluded the matter; what it left as it was
    is none.
    """
    item = subject.item
    if subject.status_code in (*GRANTED, *REFUSED) and item.state in DECIDED and item.present.ended_at == at:
        share_decision(item, at)


def inspected(*, actor: Actor, subject: RandomInspection, at: datetime, why: str) -> None:
    """The result of a random inspection is shared when it is published."""
    share_inspection(subject, at)


def project_ended(*, actor: Actor, subject: Project, at: datetime, why: str) -> None:
    """Withdrawn or terminated: there is nothing left to correct, and the warnings say so."""
    for pk in (
        AnomalyWarning.objects.filter(project=subject)
        .exclude(state=WarningState.CLOSED)
        .order_by("id")
        .values_list("pk", flat=True)
    ):
        end(Actor.system(), locked(pk), WarningOutcome.ENDED, why or "项目已撤回或者终止", at)
