"""What every action on a promise begins with: the project's lock, the item, the promise as it is now, and the question
who may.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime

from yinuo.core.calendar import TZ
from yinuo.engine.base import Actor, Refused, check_version, forbid, save
from yinuo.engine.documents.attachments import AttachedFile, own_files
from yinuo.engine.rules import pack
from yinuo.engine.work.actions import Limits, close, open_item, open_of
from yinuo.engine.work.clocks import calendar
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.commitments.models import Commitment, CommitmentState, Objection, ObjectionState
from yinuo.rooms.commitments.room import CommitmentsWork
from yinuo.rooms.onemap.actions import common as onemap
from yinuo.rooms.onemap.actions import leave_promise
from yinuo.rooms.onemap.planning import decision_days
from yinuo.rooms.onemap.room import MapWork
from yinuo.rooms.projects.models import Project, ProjectState

Rule = Callable[[Actor, Commitment], bool]
PENDING = (CommitmentState.NOTICE, CommitmentState.OBJECTED, CommitmentState.DECIDABLE)
GONE = {
    CommitmentState.REGULAR: "项目单位的承诺已转为常规办理，不再按承诺直接决定。",
    CommitmentState.CANCELLED: "项目已经终止，承诺随之取消。",
}


def locked(commitment_id: int) -> Commitment:
    """The promise with its project locked first, then its item, then itself."""
    item = onemap.locked(Commitment.objects.values_list("item_id", flat=True).get(pk=commitment_id))
    commitment = (
        Commitment.objects.select_for_update(no_key=True, of=("self",))
        .select_related("department", "letter")
        .get(pk=commitment_id)
    )
    commitment.item, commitment.project = item, item.project
    return commitment


def take(
    actor: Actor,
    commitment_id: int,
    may: Rule,
    states: Iterable[str],
    version: int | None,
    *,
    closing: bool = False,
) -> Commitment:
    """The promise locked, allowed, fresh and in one of `states`.

    `closing` = also while it waits to be settled after its project's end. Raises, in this order: Forbidden, Stale,
    Refused.
    """
    commitment = locked(commitment_id)
    if not may(actor, commitment):
        raise forbid("这项承诺不由您办理")
    check_version(commitment, version)
    if not closing or open_of(commitment, CommitmentsWork.CLOSING) is None:
        need_running(commitment)
    need_state(commitment, states)
    return commitment


def need_running(commitment: Commitment) -> None:
    if commitment.project.state != ProjectState.CONFIRMED:
        raise Refused(
            "commitments.project_not_running", "项目已经竣工或者结束，不能再办理承诺", remedy="请查看项目当前状态"
        )


def need_state(commitment: Commitment, states: Iterable[str]) -> None:
    if commitment.state not in set(states):
        raise Refused(
            "commitments.state",
            f"“{commitment.item.name}”的承诺现在是“{commitment.get_state_display()}”，不能这样办理",
            remedy="可能已由他人办理，请刷新页面查看最新状态",
        )


def need_text(value: str, field: str, message: str) -> str:
    if not value.strip():
        raise Refused(f"commitments.{field}", message, field=field)
    return value.strip()


def code_of(commitment: Commitment) -> str:
    return commitment.project.code or ""


def evidence_of(files: Sequence[int], unit_id: int | None) -> list[AttachedFile]:
    """The files to attach; `unit_id` None = staff's own. Raises Refused for a file of somebody else."""
    return own_files(files, unit_id=unit_id, room="commitments")


def end_of(day: date, name: str, rules_on: date) -> datetime:
    """Close of business of the last of as many working days after `day` as the parameter says."""
    days = calendar()
    return days.closing(days.add_working_days(day, pack().integer(name, rules_on)))


def day_text(at: datetime) -> str:
    local = at.astimezone(TZ)
    return f"{local.month}月{local.day}日 {local:%H:%M}"


def open_decision(actor: Actor, commitment: Commitment, at: datetime) -> WorkItem:
    """The department's own time to decide: it begins when the notice ends, never before, so that the notice reddens
    nobody.
    """
    item = commitment.item
    days = decision_days(item.project.rules_on)
    return open_item(
        actor=actor,
        kind=MapWork.DECISION,
        about=onemap.words(item, f"承诺决定：{item.name}", tags=("承诺",)),
        limits=Limits(days),
        rules_on=item.project.rules_on,
        at=max(at, commitment.notice_until),
        department_id=commitment.department_id,
        hall_id=item.project.hall_id,
        assignee_id=item.handler_id,
    )


def end_decision(actor: Actor, commitment: Commitment, at: datetime, outcome: str, *, cancelled: bool = False) -> None:
    work = open_of(commitment.item, MapWork.DECISION)
    if work is not None:
        close(actor=actor, item=work, at=at, outcome=outcome, cancelled=cancelled)


def leave(actor: Actor, commitment: Commitment, why: str, at: datetime) -> None:
    """The promise is gone and the item open again on the regular way; who objected is told so."""
    commitment.state = CommitmentState.REGULAR
    save(commitment, "state")
    end_decision(actor, commitment, at, "to the regular route", cancelled=True)
    settle_objections(actor, commitment, at)
    leave_promise(item=commitment.item, why=why, at=at)


def settle_objections(actor: Actor, commitment: Commitment, at: datetime) -> None:
    """Objections nobody has to answer any more, since the promise is gone; each objector still reads why."""
    open_ones = Objection.objects.select_for_update(no_key=True).filter(
        commitment=commitment, state=ObjectionState.OPEN
    )
    for objection in open_ones.order_by("id"):
        objection.state, objection.answer, objection.answered_at = (
            ObjectionState.MOOT,
            GONE[CommitmentState(commitment.state)],
            at,
        )
        save(objection, "state", "answer", "answered_at")
        work = open_of(objection, MapWork.OBJECTION)
        if work is not None:
            close(actor=actor, item=work, at=at, outcome="promise gone", cancelled=True)


def end_review(actor: Actor, commitment: Commitment, at: datetime, outcome: str) -> None:
    """There is nothing to review any more: what waits is taken back."""
    work = open_of(commitment, CommitmentsWork.REVIEW)
    if work is not None:
        close(actor=actor, item=work, at=at, outcome=outcome, cancelled=True)
    if commitment.review_on is not None:
        commitment.review_on = None
        save(commitment, "review_on")


def end_reviews(actor: Actor, project: Project, at: datetime, outcome: str) -> None:
    """The completion takes every promise of the project up. Project locked."""
    running = Commitment.objects.select_for_update(no_key=True).filter(project=project, state=CommitmentState.DECIDED)
    for commitment in running.order_by("id"):
        end_review(actor, commitment, at, outcome)
