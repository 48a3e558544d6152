"""补办审批文件 (正文·三(七)): a document really needed on a matter decided on a promise; the promise and the decision
stand.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from yinuo.core.calendar import TZ
from yinuo.engine.base import Actor, PageRef, Refused, check_version, forbid, save
from yinuo.engine.documents.actions import issue
from yinuo.engine.documents.models import Document
from yinuo.engine.notices.actions import tell
from yinuo.engine.notices.effects import readers
from yinuo.engine.rules import pack
from yinuo.engine.trail.actions import action, answered, claim, record, remember
from yinuo.engine.work.actions import Limits, close, open_item, open_of
from yinuo.engine.work.lights import Light
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.onemap import access, papers
from yinuo.rooms.onemap.actions import applying
from yinuo.rooms.onemap.actions.applying import end_request
from yinuo.rooms.onemap.actions.common import GOING_ON, limits_of, locked, need_text, page_of, take
from yinuo.rooms.onemap.actions.handling import checked_points
from yinuo.rooms.onemap.actions.items import checked_materials, new_submission
from yinuo.rooms.onemap.counter_papers import issue_receipt
from yinuo.rooms.onemap.models import ItemState, LaterDocument, LaterState, MapItem, Route, Submission
from yinuo.rooms.onemap.reach import need_files_in_reach
from yinuo.rooms.onemap.room import MapPaper, MapWork
from yinuo.rooms.projects.actions.filing import about


@action
def ask_document(
    *,
    actor: Actor,
    item_id: int,
    materials: Sequence[dict[str, Any]],
    purpose: str,
    at: datetime,
    version: int | None = None,
    idempotency_key: str = "",
) -> LaterDocument:
    """The company supplies the material by the service guide and says what the document is needed for; the receipt
    clock starts.

    Handed in again after the one-time notice, it is the same request. Shape of `materials` as in `submit_materials`.
    """
    claimed = claim(actor, idempotency_key, "onemap.ask_document", [item_id, list(materials), purpose], at=at)
    if (known := answered(claimed)) is not None:
        return LaterDocument.objects.get(pk=known)
    item = take(actor, item_id, access.can_apply, [ItemState.GRANTED], version, GOING_ON)
    if item.route != Route.COMMITMENT:
        raise Refused(
            "onemap.not_on_promise", "这个事项不是按信用承诺决定的，决定书就是审批文件", remedy="请在“文书”中下载决定书"
        )
    asked = (
        LaterDocument.objects.select_for_update(no_key=True)
        .filter(application=item.application, concluded_at__isnull=True)
        .first()
    )
    if asked is not None and asked.state != LaterState.INCOMPLETE:
        raise Refused("onemap.document_asked", "已经申请补办，部门正在审核", remedy="请等待部门办理")
    purpose = need_text(purpose, "purpose", "请写明需要审批文件的用途")
    handed = checked_materials(item, materials)
    need_files_in_reach(actor, [one.file for one in handed])
    submission = new_submission(actor, item, handed, purpose, at)
    asked = _asked_again(actor, asked, submission, at) if asked else _asked(actor, item, submission, purpose, at)
    _to_review(actor, asked, at)
    issue_receipt(item, submission, open_of(asked, MapWork.RECEIPT), matter_name=f"{item.name}（补办审批文件）")
    record(
        actor,
        "onemap.ask_document",
        asked,
        at=at,
        project_code=item.project.code or "",
        why=purpose,
        data={"item": item.pk, "matter": item.matter_id, "receipt_no": submission.receipt_no},
    )
    remember(claimed, asked)
    return asked


def _asked(actor: Actor, item: MapItem, submission: Submission, purpose: str, at: datetime) -> LaterDocument:
    return LaterDocument.objects.create(
        application=applying.of(item),
        purpose=purpose,
        submission=submission,
        person_id=actor.required_person_id,
        asked_at=at,
        received_at=at,
    )


def _asked_again(actor: Actor, asked: LaterDocument, submission: Submission, at: datetime) -> LaterDocument:
    asked.application = submission.application
    waiting = open_of(asked, MapWork.RECTIFICATION)
    if waiting is not None:
        close(actor=actor, item=waiting, at=at, outcome="resubmitted")
    asked.state, asked.submission, asked.received_at = LaterState.RECEIVED, submission, at
    save(asked, "state", "submission", "received_at")
    return asked


def _to_review(actor: Actor, asked: LaterDocument, at: datetime) -> None:
    item = asked.item
    work = _open(actor, asked, MapWork.RECEIPT, Limits(pack().integer("receipt.limit", item.project.rules_on)), at)
    tell(
        "received",
        at=at,
        persons=readers(work, at),
        project_code=item.project.code or "",
        page=work.page_ref,
        project=item.project.name,
        matter=_name(item),
        due=work.due_at.astimezone(TZ).strftime("%m月%d日 %H:%M") if work.due_at else "",
    )


def _name(item: MapItem) -> str:
    return f"{item.name}（补办审批文件）"


def desk_page(asked: LaterDocument) -> PageRef:
    return PageRef("staff:later", asked_id=asked.pk)


def _open(
    actor: Actor,
    asked: LaterDocument,
    kind: str,
    limits: Limits,
    at: datetime,
    title: str = "补办审批文件",
    *,
    unit: bool = False,
) -> WorkItem:
    item = asked.item
    unit_page = PageRef("unit:later", item_id=item.pk) if unit else None
    return open_item(
        actor=actor,
        kind=kind,
        about=about(
            asked,
            item.project,
            f"{title}：{item.name}",
            desk_page(asked),
            unit_page=unit_page,
            stage=item.stage,
            tags=("承诺",),
            matter_id=item.matter_id,
        ),
        limits=limits,
        rules_on=item.project.rules_on,
        at=at,
        department_id=item.department_id,
        hall_id=item.project.hall_id,
        assignee_id=None if unit else item.handler_id,
        waits_for="unit" if unit else "staff",
    )


def _take(
    actor: Actor, asked_id: int, states: Sequence[str], version: int | None, may: Any = access.can_handle
) -> LaterDocument:
    """The request with project and item locked first. Raises Forbidden, Stale, Refused in this order."""
    asked = locked_request(asked_id)
    item = asked.item
    if not may(actor, item):
        raise forbid("这件事不由您办理")
    check_version(asked, version)
    if item.project.state not in GOING_ON:
        raise Refused(
            "onemap.project_not_running", "项目未复核确认或已经结束，不能办理事项", remedy="请查看项目当前状态"
        )
    if asked.state not in states:
        raise Refused(
            "onemap.state",
            f"补办审批文件现在是“{asked.get_state_display()}”，不能这样办理",
            remedy="请刷新页面查看最新状态",
        )
    return asked


def locked_request(asked_id: int) -> LaterDocument:
    """The request with its project and item locked first, then itself."""
    item = locked(LaterDocument.objects.values_list("application__item_id", flat=True).get(pk=asked_id))
    rows = LaterDocument.objects.select_for_update(no_key=True, of=("self",))
    asked = rows.select_related("application", "submission", "person").get(pk=asked_id)
    asked.application.item = item
    return asked


@action
def accept_document_request(*, actor: Actor, asked_id: int, at: datetime, version: int | None = None) -> LaterDocument:
    """受理: the matter's own limits run. After the receipt's limit it counts from receipt, as an application does."""
    asked = _take(actor, asked_id, [LaterState.RECEIVED], version)
    receipt = open_of(asked, MapWork.RECEIPT)
    lapsed = receipt is not None and receipt.light_at(at) == Light.RED
    return begin(actor, asked, at, deemed=lapsed)


def begin(actor: Actor, asked: LaterDocument, at: datetime, *, deemed: bool) -> LaterDocument:
    """The review begins, by acceptance or because five working days passed without a word (行政许可法 32)."""
    receipt = open_of(asked, MapWork.RECEIPT)
    if receipt is not None:
        close(actor=actor, item=receipt, at=at, outcome="deemed" if deemed else "accepted")
    asked.state, asked.accepted_at, asked.deemed_accepted = (
        LaterState.ACCEPTED,
        asked.received_at if deemed else at,
        deemed,
    )
    save(asked, "state", "accepted_at", "deemed_accepted")
    work = _open(actor, asked, MapWork.LIMIT, limits_of(asked.item), asked.accepted_at)
    item = asked.item
    record(
        actor,
        "onemap.accept_document_request",
        asked,
        at=at,
        project_code=item.project.code or "",
        why="自收到申请之日起五个工作日未告知，视为受理" if deemed else "",
        data={"item": item.pk, "deemed": deemed},
    )
    due = work.due_at.astimezone(TZ).strftime("%m月%d日") if work.due_at else ""
    tell(
        "accepted",
        at=at,
        unit_id=item.project.unit_id,
        project_code=item.project.code or "",
        page=page_of(item),
        matter=_name(item),
        due=due,
    )
    return asked


@action
def return_document_request(
    *,
    actor: Actor,
    asked_id: int,
    points: Sequence[dict[str, Any]],
    reason: str,
    at: datetime,
    version: int | None = None,
) -> LaterDocument:
    """一次性告知, once: everything that is missing; the review begins when it is there."""
    asked = _take(actor, asked_id, [LaterState.RECEIVED], version)
    if asked.sent_back_at is not None:
        cites = pack().cite_texts(pack().parameter("receipt.limit", asked.item.project.rules_on).cites)
        raise Refused(
            "onemap.send_back_once", "已经一次性告知过，不能再次退回", remedy="请受理，或者依法不予出具", cites=cites
        )
    item = asked.item
    asked.points, asked.reason = (
        checked_points(item, points, "incomplete"),
        need_text(reason, "reason", "请写明退回的理由"),
    )
    receipt = open_of(asked, MapWork.RECEIPT)
    if receipt is not None:
        close(actor=actor, item=receipt, at=at, outcome="incomplete")
    asked.state, asked.sent_back_at = LaterState.INCOMPLETE, at
    save(asked, "state", "points", "reason", "sent_back_at")
    _open(actor, asked, MapWork.RECTIFICATION, Limits(None), at, "补充材料", unit=True)
    issue(
        kind=MapPaper.SUPPLEMENT,
        subject=item,
        data=papers.later_notice(asked, at),
        at=at,
        project_code=item.project.code or "",
        unit_id=item.project.unit_id,
    )
    record(
        actor,
        "onemap.return_document_request",
        asked,
        at=at,
        project_code=item.project.code or "",
        why=asked.reason,
        data={"item": item.pk, "points": asked.points},
    )
    tell(
        "sent_back",
        at=at,
        persons=[asked.person],
        unit_id=item.project.unit_id,
        project_code=item.project.code or "",
        page=page_of(item),
        matter=_name(item),
        why=asked.reason[:60],
    )
    return asked


@action
def give_document(
    *,
    actor: Actor,
    asked_id: int,
    granted: bool,
    document_number: str,
    text: str,
    at: datetime,
    reason_code: str = "",
    version: int | None = None,
) -> LaterDocument:
    """The document with its number, or the reasoned refusal to give it; either way promise and decision stay as they
    are.
    """
    asked = _take(actor, asked_id, [LaterState.ACCEPTED], version)
    item = asked.item
    number = need_text(document_number, "document_number", "请填写文号")
    if not granted:
        text = need_text(text, "text", "请写明不予出具的理由")
        known = pack().reasons.get(reason_code)
        if known is None or not known.id.startswith("refusal."):
            raise Refused("onemap.refusal_code", "请选择不予出具的情形", field="reason_code")
    work = open_of(asked, MapWork.LIMIT)
    if work is not None:
        close(actor=actor, item=work, at=at, outcome="issued" if granted else "declined")
    asked.document = _issue(asked, number, text.strip(), at, granted=granted, reason_code=reason_code)
    asked.state = LaterState.ISSUED if granted else LaterState.DECLINED
    asked.text, asked.concluded_at = text.strip(), at
    save(asked, "state", "document", "text", "concluded_at")
    _open(
        actor,
        asked,
        MapWork.DELIVERY,
        Limits(pack().integer("delivery.limit", item.project.rules_on)),
        at,
        "送达审批文件",
    )
    record(
        actor,
        "onemap.give_document" if granted else "onemap.decline_document",
        asked,
        at=at,
        project_code=item.project.code or "",
        why=text,
        data={"item": item.pk, "matter": item.matter_id, "document_number": number, "granted": granted},
        chain="approval.document",
    )
    tell(
        "concluded" if granted else "refused",
        at=at,
        persons=[asked.person],
        unit_id=item.project.unit_id,
        project_code=item.project.code or "",
        page=page_of(item),
        matter=_name(item),
        number=number,
        why=text[:60],
    )
    return asked


def _issue(asked: LaterDocument, number: str, text: str, at: datetime, *, granted: bool, reason_code: str) -> Document:
    item = asked.item
    first = (
        Document.objects.filter(subject_kind=item._meta.label_lower, subject_id=item.pk, kind=MapPaper.DECISION)
        .order_by("id")
        .last()
    )
    data = papers.later_decision(
        asked,
        at,
        document_number=number,
        text=text,
        granted=granted,
        reason_code=reason_code,
        commitment=(first.data.get("commitment") or "") if first else "",
    )
    try:
        with transaction.atomic():
            return issue(
                kind=MapPaper.DECISION,
                subject=asked,
                data=data,
                at=at,
                number=number,
                project_code=item.project.code or "",
                unit_id=item.project.unit_id,
            )
    except IntegrityError as error:
        raise Refused(
            "onemap.document_number", f"文号“{number}”已经用过", field="document_number", remedy="请核对后换一个文号"
        ) from error


@action
def deliver_document(
    *, actor: Actor, asked_id: int, how: str, at: datetime, version: int | None = None
) -> LaterDocument:
    """The document has reached the company: the delivery clock stops."""
    asked = _take(actor, asked_id, [LaterState.ISSUED, LaterState.DECLINED], version)
    if asked.delivered_at is not None:
        raise Refused("onemap.delivered", "这份文件已经送达过", remedy="请刷新页面查看")
    return hand_over_document(actor=actor, asked=asked, how=need_text(how, "how", "请写明送达方式"), at=at)


def hand_over_document(*, actor: Actor, asked: LaterDocument, how: str, at: datetime) -> LaterDocument:
    """The delivery of a locked request's document, by its department or at the window."""
    work = open_of(asked, MapWork.DELIVERY)
    if work is not None:
        close(actor=actor, item=work, at=at, outcome="delivered")
    asked.delivered_at = at
    save(asked, "delivered_at")
    record(actor, "onemap.deliver_document", asked, at=at, project_code=asked.item.project.code or "", why=how)
    return asked


@action
def withdraw_document_request(
    *, actor: Actor, asked_id: int, why: str, at: datetime, version: int | None = None
) -> LaterDocument:
    """The company needs the document no more; nothing else changes."""
    states = (LaterState.RECEIVED, LaterState.INCOMPLETE, LaterState.ACCEPTED)
    asked = _take(actor, asked_id, states, version, access.can_apply)
    why = need_text(why, "why", "请写明撤回的原因")
    end_request(actor, asked, at, "request withdrawn")
    record(actor, "onemap.withdraw_document_request", asked, at=at, project_code=asked.item.project.code or "", why=why)
    return asked
