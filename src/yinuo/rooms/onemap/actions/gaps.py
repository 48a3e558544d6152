"""What 容缺受理 does to an item, for the room above that decides it: accepted with a gap, completed, given up
(附件5·二(三)).

The gap has a clock of its own that waits for the unit; whoever calls holds the locks, has asked who may, and records.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from yinuo.engine.base import Actor, Refused, save
from yinuo.engine.documents.attachments import AttachedFile
from yinuo.engine.trail.actions import action
from yinuo.engine.work.actions import Limits, close, open_item, open_of
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.onemap.actions import applying
from yinuo.rooms.onemap.actions.common import clock, day_of, page_of, words
from yinuo.rooms.onemap.actions.handling import _accept
from yinuo.rooms.onemap.actions.items import new_submission
from yinuo.rooms.onemap.actions.pausing import go_on, reason_now
from yinuo.rooms.onemap.counter_papers import issue_receipt
from yinuo.rooms.onemap.gap import PAUSE, tags
from yinuo.rooms.onemap.models import ItemState, MapItem, Outcome, Submission
from yinuo.rooms.onemap.room import MapWork

Rows = Sequence[AttachedFile]


@action
def accept_with_gap(
    *,
    actor: Actor,
    item: MapItem,
    materials: Rows,
    note: str,
    until: date,
    received_at: datetime,
    handler_id: int | None,
    at: datetime,
) -> Submission:
    """Received on the day of the application and accepted now; the matter is worked while the gap waits, to the end of
    `until`.
    """
    application = applying.begin(item, received_at=received_at, state=ItemState.RECEIVED)
    application.deficient = True
    application.save(update_fields=["deficient"])
    submission = new_submission(actor, item, materials, note, at)
    item.handler_id = item.handler_id or handler_id
    save(item, "handler")
    _accept(actor, item, at, at, deemed=False)
    days = (until - day_of(at)).days
    open_item(
        actor=actor,
        kind=MapWork.GAP,
        about=words(item, f"补交容缺材料：{item.name}", tags=tags(item), unit_page=page_of(item)),
        # Counted in days of the calendar: the day stands in the notice, and no later change of holidays brings it
        # nearer.
        limits=Limits(days, "calendar") if days else Limits(0),
        rules_on=item.project.rules_on,
        at=at,
        department_id=item.department_id,
        hall_id=item.project.hall_id,
        assignee_id=item.handler_id,
        waits_for="unit",
    )
    issue_receipt(
        item, submission, None, note="申请已容缺受理。所缺材料请按《容缺受理通知书》载明的日期补齐，逾期视为放弃申请。"
    )
    return submission


def accept_unanswered(
    item: MapItem, materials: Rows, note: str, received_at: datetime, person_id: int, at: datetime
) -> None:
    """Nobody answered the application in the receipt's limit: it counts as accepted from its receipt, as it was handed
    in (行政许可法 32).

    What is missing is asked for after acceptance, once and completely.
    """
    applying.begin(item, received_at=received_at, state=ItemState.RECEIVED)
    submission = new_submission(replace(Actor.system(), person_id=person_id), item, materials, note, received_at)
    _accept(Actor.system(), item, at, received_at, deemed=True)
    issue_receipt(item, submission, None, note="部门没有在收件审查期限内答复，申请自收到之日起视为受理。")


@action
def fill_gap(*, actor: Actor, item: MapItem, materials: Rows, note: str, at: datetime) -> Submission:
    """The gap is filled: the application is whole, and a clock that waited for it runs again."""
    last = applying.of(item).submissions.latest("number")
    submission = new_submission(actor, item, [*last.materials, *materials], note, at)
    close(actor=actor, item=open_gap(item), at=at, outcome="completed")
    issue_receipt(item, submission, None, note="容缺材料已经补齐，审批部门继续审查，办理期限恢复计算。")
    if item.state == ItemState.PAUSED and reason_now(clock(item)) == PAUSE:
        go_on(actor, item, "容缺材料已补齐", at)
    return submission


@action
def give_up(*, item: MapItem, why: str, at: datetime) -> None:
    """Not completed in time: the application counts as given up, its papers are returned,
    and the item is open again.
    """
    gap = open_gap(item)
    ended = min(at, gap.due_at) if gap.due_at else at
    for kind in (MapWork.GAP, MapWork.RECEIPT, MapWork.LIMIT, MapWork.RECTIFICATION):
        work = open_of(item, kind)
        if work is not None:
            close(
                actor=Actor.system(),
                item=work,
                at=_not_before_its_events(work, ended),
                outcome="given up",
                cancelled=True,
            )
    applying.begin_anew(item, ended, outcome=Outcome.GIVEN_UP, text=why)


def _not_before_its_events(work: WorkItem, ended: datetime) -> datetime:
    """A clock ends when the gap's term did, however late that is noticed –
    unless something has happened to it since.
    """
    last = work.events.order_by("-at").first()
    return max(ended, work.started_at, last.at) if last is not None else max(ended, work.started_at)


def open_gap(item: MapItem) -> WorkItem:
    """Raises Refused where no gap is open."""
    gap = open_of(item, MapWork.GAP)
    if gap is None:
        raise Refused("onemap.no_gap", f"“{item.name}”没有待补的容缺材料", remedy="请刷新页面查看最新状态")
    return gap


def need_no_gap(item: MapItem, at: datetime, *, granted: bool) -> None:
    """Raises Refused for a grant before the gap is filled, and for any decision once its term is over: the application
    has ended.
    """
    gap = open_of(item, MapWork.GAP) if item.present.deficient else None
    if gap is None:
        return
    if gap.due_at is not None and at > gap.due_at:
        raise Refused(
            "onemap.gap_lapsed",
            "容缺材料逾期没有补齐，申请已视为放弃，不能作出决定",
            remedy="系统将作退件处理，企业可以重新申报",
        )
    if granted:
        raise Refused(
            "onemap.gap_open",
            "容缺材料还没有补齐，不能准予",
            remedy="审查已毕、只差容缺材料的，请在容缺受理页面说明，计时随之暂停",
        )
