"""What the department does before it decides: accept, send back once and completely, pause, resume, extend."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from yinuo.core.calendar import TZ
from yinuo.engine.base import Actor, PageRef, Refused, save
from yinuo.engine.documents.actions import issue
from yinuo.engine.notices.actions import tell
from yinuo.engine.rules import pack
from yinuo.engine.trail.actions import action, record
from yinuo.engine.work.actions import Limits, close, extend, open_item, open_of, pause
from yinuo.engine.work.lights import Light
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.onemap import access, gap, papers
from yinuo.rooms.onemap.actions import applying
from yinuo.rooms.onemap.actions.common import GOING_ON, clock, day_of, limits_of, need_text, page_of, take, words
from yinuo.rooms.onemap.actions.pausing import (
    CORRECTION,
    go_on,
    halt,
    hold,
    need_not_coordinated,
    need_own_procedure,
)
from yinuo.rooms.onemap.models import ItemState, MapItem, SendBack, SendBackKind
from yinuo.rooms.onemap.room import MapPaper, MapWork


@action
def accept(*, actor: Actor, item_id: int, at: datetime, version: int | None = None) -> MapItem:
    """受理: the promised and the statutory clock start.

    After the receipt's limit it counts from receipt, ticked or not.
    """
    item = take(actor, item_id, access.can_handle, [ItemState.RECEIVED], version, GOING_ON)
    received_at = applying.of(item).received_at
    deemed = receipt_lapsed(item, at) and received_at is not None
    return _accept(actor, item, at, received_at if deemed and received_at else at, deemed=deemed)


def receipt_lapsed(item: MapItem, at: datetime) -> bool:
    """Whether the application counts as accepted by law, even where no ticker has said so yet (行政许可法 32)."""
    receipt = open_of(item, MapWork.RECEIPT)
    return receipt is not None and receipt.light_at(at) == Light.RED


def _accept(actor: Actor, item: MapItem, at: datetime, counted_from: datetime, *, deemed: bool) -> MapItem:
    receipt = open_of(item, MapWork.RECEIPT)
    if receipt is not None:
        close(actor=actor, item=receipt, at=at, outcome="deemed" if deemed else "accepted")
    application, item.state = applying.of(item), ItemState.ACCEPTED
    application.accepted_at, application.deemed_accepted = counted_from, deemed
    application.save(update_fields=["accepted_at", "deemed_accepted"])
    if item.handler_id is None and actor.person_id is not None:
        item.handler_id = actor.person_id
    save(item, "state", "handler")
    work = _open_clock(actor, item, counted_from)
    issue(
        kind=MapPaper.ACCEPTANCE,
        subject=item,
        data=papers.acceptance(item, work, at),
        at=at,
        project_code=item.project.code or "",
        unit_id=item.project.unit_id,
    )
    why = "自收到申请之日起五个工作日未告知，视为受理" if deemed else ""
    record(
        actor,
        "onemap.accept",
        item,
        at=at,
        project_code=item.project.code or "",
        why=why,
        data={"matter": item.matter_id, "deemed": deemed},
    )
    due = work.due_at.astimezone(TZ).strftime("%m月%d日") if work.due_at else ""
    tell(
        "accepted",
        at=at,
        unit_id=item.project.unit_id,
        project_code=item.project.code or "",
        page=PageRef("unit:item", item_id=item.pk),
        matter=item.name,
        due=due,
    )
    hold(item, at)
    return item


def _open_clock(actor: Actor, item: MapItem, started_at: datetime) -> WorkItem:
    return open_item(
        actor=actor,
        kind=MapWork.LIMIT,
        about=words(item, tags=gap.tags(item)),
        limits=limits_of(item),
        rules_on=item.project.rules_on,
        at=started_at,
        department_id=item.department_id,
        hall_id=item.project.hall_id,
        assignee_id=item.handler_id,
    )


@action
def send_back(
    *,
    actor: Actor,
    item_id: int,
    kind: str,
    points: Sequence[dict[str, Any]],
    reason: str,
    at: datetime,
    version: int | None = None,
) -> SendBack:
    """一次性告知, once per kind: incomplete before acceptance (no clock yet), incorrect afterwards (the clock pauses).

    Shape of `points`: [{"code": reason code of the pack, "material"?: material id of the item, "subject": what,
    "request": what to do} …]. Of a point about a material `subject` may be left out, or say which part of it.
    """
    if kind not in SendBackKind.values:
        raise Refused("onemap.send_back_kind", "请选择补正的类型", field="kind")
    state = ItemState.RECEIVED if kind == SendBackKind.INCOMPLETE else ItemState.ACCEPTED
    item = take(actor, item_id, access.can_handle, [state], version, GOING_ON)
    application = applying.of(item)
    if application.send_backs.filter(kind=kind).exists():
        raise Refused(
            "onemap.send_back_once",
            "已经一次性告知过，不能再次退回",
            field="kind",
            remedy="请受理或依法作出决定",
            cites=pack().cite_texts(pack().parameter("receipt.limit", item.project.rules_on).cites),
        )
    if kind == SendBackKind.INCOMPLETE and receipt_lapsed(item, at):
        raise Refused(
            "onemap.receipt_lapsed",
            "已超过受理期限，申请自收到之日起视为受理，不能再按材料不全退回",
            field="kind",
            remedy="请先受理；材料有误的，受理后一次性告知",
            cites=pack().cite_texts(pack().parameter("receipt.limit", item.project.rules_on).cites),
        )
    reason = need_text(reason, "reason", "请写明退回的理由")
    listed = checked_points(item, points, kind)
    submission = application.submissions.latest("number")
    made = SendBack.objects.create(
        application=application,
        kind=kind,
        points=listed,
        reason=reason,
        effective_on=day_of(at),
        submission=submission,
        by_id=actor.required_person_id,
        at=at,
    )
    if kind == SendBackKind.INCOMPLETE:
        receipt = open_of(item, MapWork.RECEIPT)
        if receipt is not None:
            close(actor=actor, item=receipt, at=at, outcome="incomplete")
        item.state = ItemState.INCOMPLETE
    else:
        pause(actor=actor, item=clock(item), reason=CORRECTION, at=at, note=reason)
        item.state = ItemState.INCORRECT
    save(item, "state")
    _wait_for_unit(actor, item, at)
    issue(
        kind=MapPaper.SUPPLEMENT,
        subject=item,
        data=papers.supplement(item, made, at),
        at=at,
        project_code=item.project.code or "",
        unit_id=item.project.unit_id,
    )
    record(
        actor,
        "onemap.send_back",
        made,
        at=at,
        project_code=item.project.code or "",
        why=reason,
        data={"item": item.pk, "kind": kind, "points": listed},
    )
    tell(
        "sent_back",
        at=at,
        persons=[submission.person],
        unit_id=item.project.unit_id,
        project_code=item.project.code or "",
        page=PageRef("unit:item", item_id=item.pk),
        matter=item.name,
        why=reason[:60],
    )
    return made


def checked_points(item: MapItem, points: Sequence[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    """Every point with its case from the pack, what it is about and what to do.

    Raises Refused naming what is left out.
    """
    names = {row["id"]: row["name"] for row in item.materials}
    listed = []
    for row in points:
        known = pack().reasons.get(str(row.get("code", "")))
        if known is None or not known.id.startswith(f"{kind}."):
            raise Refused("onemap.send_back_code", "请为每一条选择补正的情形", field="code")
        material, subject, request = (str(row.get(name) or "").strip() for name in ("material", "subject", "request"))
        if material and material not in names:
            raise Refused(
                "onemap.send_back_material",
                "不是这个事项的材料",
                field="material",
                remedy="请从这个事项的材料里选择，或者只写名称",
            )
        if material and names[material] not in subject:
            subject = f"{names[material]}：{subject}" if subject else names[material]
        if not subject or not request:
            raise Refused("onemap.send_back_point", "请写明哪份材料、应怎样补正", field="subject")
        about = {"material": material} if material else {}
        listed.append({"code": known.id, "category": known.text, **about, "subject": subject, "request": request})
    if not listed:
        raise Refused(
            "onemap.send_back_points",
            "请至少列出一条需要补正的内容",
            field="points",
            remedy="应一次告知需要补正的全部内容",
        )
    return listed


def _wait_for_unit(actor: Actor, item: MapItem, at: datetime) -> None:
    open_item(
        actor=actor,
        kind=MapWork.RECTIFICATION,
        about=words(item, f"补正：{item.name}", unit_page=page_of(item)),
        limits=Limits(None),
        rules_on=item.project.rules_on,
        at=at,
        department_id=item.department_id,
        hall_id=item.project.hall_id,
        waits_for="unit",
    )


@action
def pause_item(
    *, actor: Actor, item_id: int, reason: str, note: str, at: datetime, version: int | None = None
) -> MapItem:
    """暂停计时 for a reason of the pack (G-5); told to the company with its longest term."""
    item = take(actor, item_id, access.can_handle, [ItemState.ACCEPTED], version, GOING_ON)
    need_own_procedure(reason)
    halt(actor, item, reason, need_text(note, "note", "请写明暂停的具体情况"), at)
    return item


@action
def resume_item(*, actor: Actor, item_id: int, note: str, at: datetime, version: int | None = None) -> MapItem:
    item = take(actor, item_id, access.can_handle, [ItemState.PAUSED], version, GOING_ON)
    need_not_coordinated(item, at)
    go_on(actor, item, note, at)
    return item


@action
def extend_item(
    *, actor: Actor, item_id: int, days: int, reason: str, at: datetime, version: int | None = None
) -> MapItem:
    """The head of the department extends the limit once, by no more than the matter's law allows, and the reason is
    told (行政许可法 42).
    """
    item = take(actor, item_id, access.can_extend, [ItemState.ACCEPTED], version, GOING_ON)
    limit = pack().matters[item.matter_id].statutory_at(item.project.rules_on)
    most = limit.extendable_by if limit else 0
    work = clock(item)
    if work.events.filter(kind="extend").exists() or days > most:
        message = f"这个事项最多延长 {most} 个工作日，且只能延长一次" if most else "这个事项不能延长办理期限"
        raise Refused("onemap.extension", message, field="days", cites=pack().cite_texts(limit.cites) if limit else ())
    extend(actor=actor, item=work, days=days, reason=reason, at=at)
    record(actor, "onemap.extend", item, at=at, project_code=item.project.code or "", why=reason, data={"days": days})
    return item
