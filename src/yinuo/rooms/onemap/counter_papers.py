"""What passes over the counter: the receipt for what is handed in, the record of what is handed out."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings

from yinuo.engine.base import Actor
from yinuo.engine.documents.actions import issue
from yinuo.engine.documents.models import Document
from yinuo.engine.documents.wording import iso, moment
from yinuo.engine.people.models import Person
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.onemap.models import ItemState, MapItem, Submission
from yinuo.rooms.onemap.papers import MOCK, number, project_lines
from yinuo.rooms.onemap.room import MapPaper


def issue_receipt(
    item: MapItem, submission: Submission, work: WorkItem | None, *, matter_name: str = "", note: str = ""
) -> Document:
    """The receipt of one hand-in; its number is the one by which anybody may look the progress up.

    `note`: what happens next.
    """
    data = (
        receipt(item, submission, work)
        | ({"matter_name": matter_name} if matter_name else {})
        | ({"answer_note": note} if note else {})
    )
    return _issue(MapPaper.RECEIPT, item, data, submission.at, submission.receipt_no)


def issue_delivery(actor: Actor, item: MapItem, how: str, at: datetime) -> Document:
    return _issue(MapPaper.DELIVERY, item, delivery(actor, item, how, at), at, "")


def receipt(item: MapItem, submission: Submission, work: WorkItem | None) -> dict[str, Any]:
    """shapes.ReceiptData. `work`: the receipt clock this hand-in started; None where the matter is accepted already."""
    note = (
        "审批部门在答复期限以前决定是否受理，或者一次性告知需要补正的全部内容；到期没有答复的，自收到材料之日起即为受理。"
        if work
        else "本次提交是对已受理申请的更正，审批部门继续审查，办理期限恢复计算。"
    )
    hall = item.project.hall
    return {
        **project_lines(item),
        "number": submission.receipt_no,
        "hall": hall.name,
        "matter_name": item.name,
        "received_at": moment(submission.at),
        "applicant": _name(submission.person_id),
        "handler": item.department.name if item.handler is None else f"{item.department.name}　{item.handler.name}",
        "materials": [{"name": one.name, "note": "电子件1份"} for one in submission.materials],
        "answer_by": iso(work.due_at) if work and work.due_at else None,
        "answer_note": note,
        "contact": {"name": item.department.name, "phone": item.department.phone, "address": None}
        if item.department.phone
        else None,
        "verify_url": None if item.mock else f"{settings.YINUO_ORIGIN.rstrip('/')}/receipts/{submission.receipt_no}/",
        "watermark": MOCK if item.mock else None,
    }


def delivery(actor: Actor, item: MapItem, how: str, at: datetime) -> dict[str, Any]:
    """shapes.DeliveryRecordData (行政许可法第四十四条)."""
    granted = item.state == ItemState.GRANTED
    return {
        **project_lines(item),
        "number": number(item, "送", at),
        "department": item.department.name,
        "document_title": f"{'准予' if granted else '不予'}行政许可决定书（{item.name}）",
        "document_number": item.present.document_number,
        "how": how,
        "delivered_at": moment(at),
        "deliverer": _name(actor.person_id) or None,
        "note": None,
        "watermark": None,
    }


def _name(person_id: int | None) -> str:
    if person_id is None:
        return ""
    return Person.objects.values_list("name", flat=True).get(pk=person_id)


def _issue(kind: str, item: MapItem, data: dict[str, Any], at: datetime, number: str) -> Document:
    return issue(
        kind=kind,
        subject=item,
        data=data,
        at=at,
        number=number,
        project_code=item.project.code or "",
        unit_id=item.project.unit_id,
    )
