"""What happens to a gap without anybody doing it: its term ends, its application is taken back, decided or overtaken, its project ends."""

from __future__ import annotations

from datetime import datetime

from django.db import models

from yinuo.apps.base import Actor
from yinuo.apps.deficient.actions import _day_text, _record, _save, _served, _tell_unit
from yinuo.apps.deficient.models import OPEN, DeficientAcceptance, DeficientState
from yinuo.apps.onemap.actions import give_up
from yinuo.apps.onemap.actions.common import locked
from yinuo.apps.onemap.models import MapItem
from yinuo.apps.projects.models import Project
from yinuo.apps.work.actions import close, open_of
from yinuo.apps.work.models import WorkItem, WorkKind


def lapsed(*, actor: Actor, subject: WorkItem, at: datetime, why: str) -> None:
    """Not completed in time: given up, the papers returned (附件5·二(三)) – by the clock, not by somebody remembering."""
    if subject.kind != WorkKind.DEFICIENT_GAP:
        return
    item = locked(subject.subject_id)
    row = _open(item, DeficientState.WAITING)
    if row is None:
        return
    reason = f"容缺材料（{'、'.join(one['name'] for one in row.missing)}）没有在{_day_text(row.due_on)}前补齐，视为放弃申请，作退件处理"
    give_up(item=item, why=reason, at=at)
    row.state, row.ended_at, row.ended_why = DeficientState.GIVEN_UP, subject.due_at or at, reason[:240]
    _save(row, "state", "ended_at", "ended_why")
    _record(Actor.system(), row, "deficient.give_up", at, why=reason, due_on=row.due_on)
    _served(Actor.system(), row, at)
    _tell_unit(row, "gap_given_up", at, until=_day_text(row.due_on))


def overtaken(*, actor: Actor, subject: models.Model, at: datetime, why: str) -> None:
    """The matter was applied for whole, or promised, before the gap was agreed on: there is nothing left to tolerate."""
    item = subject.item  # type: ignore[attr-defined]
    for row in DeficientAcceptance.objects.select_for_update(no_key=True).filter(item=item, state__in=("applied", "notified")):
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
    work = open_of(row, WorkKind.DEFICIENT_OPINION)
    if work is not None:
        close(actor=actor, item=work, at=at, outcome="ended", cancelled=True)
    row.state, row.ended_at, row.ended_why = DeficientState.ENDED, at, why
    _save(row, "state", "ended_at", "ended_why")
    _record(actor, row, "deficient.end", at, why=why)
    if row.commitment_id is not None:
        _served(actor, row, at)
