"""How an item's clock stands still and goes on; whatever pauses one does it here, so that there is one pause and no
second.
"""

from __future__ import annotations

from datetime import datetime

from yinuo.core.calendar import TZ
from yinuo.engine.base import Actor, Refused, save
from yinuo.engine.notices.actions import tell
from yinuo.engine.trail.actions import record
from yinuo.engine.work.actions import pause, pause_reason, resume
from yinuo.engine.work.models import ClockEvent, WorkItem, WorkState
from yinuo.rooms.onemap import gap
from yinuo.rooms.onemap.actions.common import clock, page_of
from yinuo.rooms.onemap.models import CoordinationItem, CoordinationState, ItemState, MapItem

CORRECTION, COORDINATION = "correction", "coordination"
COORDINATED = "1+X"
# What has a procedure of its own is not chosen as a reason by hand: (message, remedy).
OWN_PROCEDURES = {
    CORRECTION: ("材料有误请用“退回修改”", "退回修改会一次性告知并自动暂停计时"),
    gap.PAUSE: gap.NOT_BY_HAND,
    COORDINATION: ("需要协调的请提请“1+X”协调", "牵头部门启动协调后，计时自动暂停"),
}


def halt(
    actor: Actor, item: MapItem, reason: str, note: str, at: datetime, ends_by: datetime | None = None
) -> WorkItem:
    """The locked item's clock stands still for a reason of the pack, and the company is told."""
    work = pause(actor=actor, item=clock(item), reason=reason, note=note, at=at, ends_by=ends_by)
    if reason == COORDINATION:
        _tag(work, [*work.tags, COORDINATED])
    item.state = ItemState.PAUSED
    save(item, "state")
    record(
        actor,
        "onemap.pause",
        item,
        at=at,
        project_code=item.project.code or "",
        why=note,
        data={"reason": reason, "ends_by": work.pause_ends_at},
    )
    _tell(item, "paused", at, why=pause_reason(reason, item.project.rules_on).label)
    return work


def go_on(actor: Actor, item: MapItem, note: str, at: datetime) -> WorkItem:
    """The clock runs again; one whose matter is still being coordinated stands still anew at once."""
    work = resume(actor=actor, item=clock(item), at=at, note=note)
    going_on(item, work)
    record(actor, "onemap.resume", item, at=at, project_code=item.project.code or "", why=note)
    _tell(item, "resumed", at, due=work.due_at.astimezone(TZ).strftime("%m月%d日 %H:%M") if work.due_at else "")
    hold(item, at)
    return work


def going_on(item: MapItem, work: WorkItem) -> None:
    """The item's side of a clock that runs again, whoever or whatever has started it."""
    _tag(work, [tag for tag in work.tags if tag != COORDINATED])
    item.state = ItemState.ACCEPTED
    save(item, "state")


def hold(item: MapItem, at: datetime) -> None:
    """A clock that begins or goes on while its matter is being coordinated stands still until the coordination ends,
    and no longer.
    """
    found = (
        CoordinationItem.objects.select_related("coordination")
        .filter(item=item, coordination__state=CoordinationState.RUNNING, coordination__ends_by__gt=at)
        .first()
    )
    if found is None or item.state != ItemState.ACCEPTED:
        return
    last = clock(item).events.order_by("-id").first()
    # Told late that a pause has ended itself, the clock lost nothing in between.
    since = last.at if last is not None and last.kind == ClockEvent.Kind.RESUME else at
    halt(Actor.system(), item, COORDINATION, found.coordination.issue, since, ends_by=found.coordination.ends_by)
    found.paused = True
    found.save(update_fields=["paused"])


def reason_now(work: WorkItem) -> str:
    """Why a paused clock stands still; "" for one that runs."""
    if work.state != WorkState.PAUSED:
        return ""
    last = work.events.filter(kind=ClockEvent.Kind.PAUSE).order_by("-id").first()
    return last.reason if last is not None else ""


def need_own_procedure(reason: str) -> None:
    """Raises Refused for a reason that has a procedure of its own."""
    if reason in OWN_PROCEDURES:
        message, remedy = OWN_PROCEDURES[reason]
        raise Refused("onemap.pause_reason", message, field="reason", remedy=remedy)


def need_not_coordinated(item: MapItem, at: datetime) -> None:
    """Raises Refused while the item's clock stands still for a coordination: its end starts the clock, nobody else."""
    work = clock(item)
    if reason_now(work) == COORDINATION and work.is_paused_at(at):
        raise Refused(
            "onemap.in_coordination",
            f"“{item.name}”正在“1+X”协调，计时随协调结束恢复",
            remedy="请由牵头部门的召集人办结协调",
        )


def _tag(work: WorkItem, tags: list[str]) -> None:
    if tags != work.tags:
        work.tags = tags
        work.save(update_fields=["tags"])


def _tell(item: MapItem, template: str, at: datetime, **words: str) -> None:
    code = item.project.code or ""
    tell(
        template,
        at=at,
        unit_id=item.project.unit_id,
        project_code=code,
        page=page_of(item),
        matter=item.name,
        words=words,
    )
