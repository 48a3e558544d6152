"""What happens to a gap without anybody doing it: its term ends, its application is taken back, decided or overtaken,
its project ends.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from yinuo.engine.base import Actor, PageRef, save
from yinuo.engine.rules import pack
from yinuo.engine.work.actions import Limits, close, open_item, open_of
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.deficient.actions.acceptance import ASKED, _day_text, _names, _record, _served, _tell_unit
from yinuo.rooms.deficient.models import OPEN, DeficientAcceptance, DeficientState
from yinuo.rooms.deficient.room import DeficientWork
from yinuo.rooms.onemap.actions import give_up
from yinuo.rooms.onemap.actions.common import locked
from yinuo.rooms.onemap.actions.gaps import accept_unanswered
from yinuo.rooms.onemap.models import ItemState, MapItem
from yinuo.rooms.onemap.room import MapWork
from yinuo.rooms.projects.actions.filing import about
from yinuo.rooms.projects.models import Project

ROW = DeficientAcceptance._meta.label_lower


def lapsed(*, actor: Actor, subject: WorkItem, at: datetime, why: str) -> None:
    """By the clock, not by somebody remembering: an opinion that is late, an application unanswered, a gap not filled
    (附件5·二(三)).
    """
    if subject.subject_kind == ROW and subject.kind == DeficientWork.OPINION:
        _count_receipt(subject.subject_id, at)
    if subject.subject_kind == ROW and subject.kind == MapWork.RECEIPT:
        _unanswered(subject.subject_id, at)
    if subject.kind != MapWork.GAP:
        return
    item = locked(subject.subject_id)
    row = _open(item, DeficientState.WAITING)
    if row is None:
        return
    reason = (
        f"容缺材料（{'、'.join(one['name'] for one in row.missing)}）没有在{_day_text(row.due_on)}前补齐，"
        f"视为放弃申请，作退件处理"
    )
    give_up(item=item, why=reason, at=at)
    row.state, row.ended_at, row.ended_why = DeficientState.GIVEN_UP, subject.due_at or at, reason[:240]
    save(row, "state", "ended_at", "ended_why")
    _record(Actor.system(), row, "deficient.give_up", at, why=reason, due_on=row.due_on)
    _served(Actor.system(), row, at)
    _tell_unit(row, "gap_given_up", at, until=_day_text(row.due_on))


def _asked(deficient_id: int) -> DeficientAcceptance | None:
    """The application, locked, while the department still owes its answer."""
    item = locked(DeficientAcceptance.objects.values_list("item_id", flat=True).get(pk=deficient_id))
    row = DeficientAcceptance.objects.select_for_update(no_key=True, of=("self",)).get(pk=deficient_id)
    row.item = item
    return row if row.state == DeficientState.APPLIED and item.state == ItemState.OPEN else None


def _count_receipt(deficient_id: int, at: datetime) -> None:
    """The day for the opinion is over: from here the receipt's limit counts too, from the day of the application
    (行政许可法 32).

    The applicant who handed in must not wait longer than one who would have handed in nothing but the ordinary way.
    """
    row = _asked(deficient_id)
    if row is None:
        return
    item = row.item
    open_item(
        actor=Actor.system(),
        kind=MapWork.RECEIPT,
        about=about(
            row,
            item.project,
            f"容缺审核逾期：{item.name}",
            PageRef("staff:deficient_one", deficient_id=row.pk),
            stage=item.stage,
            tags=("容缺",),
            matter_id=item.matter_id,
        ),
        limits=Limits(pack().integer("receipt.limit", item.project.rules_on)),
        rules_on=item.project.rules_on,
        at=row.applied_at,
        department_id=item.department_id,
        hall_id=item.project.hall_id,
        assignee_id=item.handler_id,
    )


def _unanswered(deficient_id: int, at: datetime) -> None:
    row = _asked(deficient_id)
    if row is None:
        return
    why = "部门没有在收件审查期限内答复，申请自收到之日起视为受理；所缺材料由部门受理后一次性告知"
    accept_unanswered(
        row.item, row.materials, f"申请容缺受理，空缺：{_names(row.missing)}", row.applied_at, row.applied_by_id, at
    )
    _end(Actor.system(), row, at, why)
    _tell_unit(row, "gap_deemed", at)


class OfItem(Protocol):
    """A row that belongs to an item of the map: an application's papers, a promise."""

    item: MapItem


def overtaken(*, actor: Actor, subject: OfItem, at: datetime, why: str) -> None:
    """The matter was applied for whole, or promised, before the gap was agreed on: nothing is left
    to tolerate.
    """
    item = subject.item
    for row in DeficientAcceptance.objects.select_for_update(no_key=True).filter(
        item=item, state__in=("applied", "notified")
    ):
        row.item = item
        _end(actor, row, at, "已用别的方式申报")


def application_ended(*, actor: Actor, subject: MapItem, at: datetime, why: str) -> None:
    """Taken back by the company, or refused for other reasons: the gap goes with it."""
    row = _open(subject, *OPEN)
    if row is not None:
        _end(actor, row, at, "申请已撤回" if subject.state == "open" else "事项不予许可")


def project_ended(*, actor: Actor, subject: Project, at: datetime, why: str) -> None:
    rows = DeficientAcceptance.objects.select_for_update(no_key=True, of=("self",)).select_related("item")
    for row in rows.filter(item__project=subject, state__in=OPEN).order_by("id"):
        row.item.project = subject
        _end(actor, row, at, "项目终止")


def _open(item: MapItem, *states: str) -> DeficientAcceptance | None:
    row = DeficientAcceptance.objects.select_for_update(no_key=True).filter(item_id=item.pk, state__in=states).first()
    if row is not None:
        row.item = item
    return row


def _end(actor: Actor, row: DeficientAcceptance, at: datetime, why: str) -> None:
    for kind in ASKED:
        work = open_of(row, kind)
        if work is not None:
            close(actor=actor, item=work, at=at, outcome="ended", cancelled=True)
    row.state, row.ended_at, row.ended_why = DeficientState.ENDED, at, why
    save(row, "state", "ended_at", "ended_why")
    _record(actor, row, "deficient.end", at, why=why)
    if row.commitment_id is not None:
        _served(actor, row, at)
