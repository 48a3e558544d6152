"""不予受理 (行政许可法 32(1)(1)(2)): what needs no permit, or is another authority's, is refused before it is accepted,
on paper.
"""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from yinuo.engine.base import Actor, PageRef, Refused, save
from yinuo.engine.documents.actions import issue
from yinuo.engine.notices.actions import tell
from yinuo.engine.people.models import Department
from yinuo.engine.rules import pack
from yinuo.engine.trail.actions import action, record
from yinuo.engine.work.actions import close, open_of
from yinuo.rooms.onemap import access, papers
from yinuo.rooms.onemap.actions import applying
from yinuo.rooms.onemap.actions.common import GOING_ON, need_text, take
from yinuo.rooms.onemap.actions.handling import receipt_lapsed
from yinuo.rooms.onemap.actions.results import deliver_by, land
from yinuo.rooms.onemap.models import ItemState, MapItem, Outcome
from yinuo.rooms.onemap.room import MapPaper, MapWork
from yinuo.rooms.projects.queries import contacts

REASONS = "not_accepted."
NOT_NEEDED, NOT_COMPETENT = f"{REASONS}not_needed", f"{REASONS}not_competent"


@action
def refuse_acceptance(
    *,
    actor: Actor,
    item_id: int,
    reason_code: str,
    document_number: str,
    text: str,
    at: datetime,
    referred_to: str = "",
    version: int | None = None,
) -> MapItem:
    """Ends an application that was received and must not be accepted, with reason, basis, remedies and the competent
    authority.

    `referred_to`: key of the hall's department that is competent, where it is known; a new application goes there. What
    needs no permit holds nothing up any more: it is exempt. Raises: Refused once the receipt's limit is over (it counts
    as accepted then), for a matter under mock approval, or with a number already used.
    """
    item = take(actor, item_id, access.can_handle, [ItemState.RECEIVED], version, GOING_ON)
    law = pack().cite_texts(pack().parameter("receipt.limit", item.project.rules_on).cites)
    if item.mock:
        raise Refused(
            "onemap.mock", "模拟审批的事项由窗口登记，不作不予受理决定", remedy="不符合的，请出具不予通过的模拟审批意见"
        )
    if receipt_lapsed(item, at):
        raise Refused(
            "onemap.receipt_lapsed",
            "已超过受理期限，申请自收到之日起视为受理，不能再不予受理",
            remedy="请先受理；依法不能准予的，作出不予许可的决定",
            cites=law,
        )
    known = pack().reasons.get(reason_code)
    if known is None or not known.id.startswith(REASONS):
        raise Refused(
            "onemap.not_accepted_code",
            "请选择不予受理的情形",
            field="reason_code",
            remedy="材料不全的，请一次性告知补正",
        )
    number = need_text(document_number, "document_number", "请填写决定书文号")
    text = need_text(text, "text", "请写明不予受理的理由")
    competent = _competent(item, reason_code, referred_to)
    receipt = open_of(item, MapWork.RECEIPT)
    if receipt is not None:
        close(actor=actor, item=receipt, at=at, outcome="not accepted")
    not_needed = reason_code == NOT_NEEDED
    item.state = ItemState.EXEMPT if not_needed else ItemState.NOT_ACCEPTED
    outcome = Outcome.NOT_NEEDED if not_needed else Outcome.NOT_ACCEPTED
    applying.end(item, outcome, at, text=text, document_number=number, referred_to=competent)
    if item.handler_id is None:
        item.handler_id = actor.person_id
    save(item, "state", "handler")
    _issue(item, reason_code, at)
    deliver_by(actor, item, at)
    record(
        actor,
        "onemap.refuse_acceptance",
        item,
        at=at,
        project_code=item.project.code or "",
        why=text,
        data={
            "matter": item.matter_id,
            "document_number": number,
            "granted": False,
            "route": item.route,
            "reason": reason_code,
            "referred_to": referred_to,
        },
        chain="approval.document",
    )
    tell(
        "not_accepted",
        at=at,
        persons=contacts(item.project, at),
        unit_id=item.project.unit_id,
        project_code=item.project.code or "",
        page=PageRef("unit:item", item_id=item.pk),
        matter=item.name,
        number=number,
        why=text[:60],
    )
    land(item, at)
    return item


def _competent(item: MapItem, reason_code: str, key: str) -> Department | None:
    """Raises Refused for a department that is not the hall's, or is the one that refuses."""
    if not key:
        return None
    if reason_code != NOT_COMPETENT:
        raise Refused(
            "onemap.referred_to",
            "只有不属于本部门职权范围的，才告知有权机关",
            field="referred_to",
            remedy="请去掉所选部门",
        )
    found = Department.objects.filter(hall_id=item.project.hall_id, key=key).first()
    if found is None or found.pk == item.department_id:
        raise Refused(
            "onemap.referred_to", "请选择本大厅的另一个部门", field="referred_to", remedy="不知道有权机关的可以不选"
        )
    return found


def _issue(item: MapItem, reason_code: str, at: datetime) -> None:
    number = applying.of(item).document_number
    try:
        with transaction.atomic():
            issue(
                kind=MapPaper.NON_ACCEPTANCE,
                subject=item,
                data=papers.non_acceptance(item, reason_code, at),
                at=at,
                number=number,
                project_code=item.project.code or "",
                unit_id=item.project.unit_id,
            )
    except IntegrityError as error:
        raise Refused(
            "onemap.document_number", f"文号“{number}”已经用过", field="document_number", remedy="请核对后换一个文号"
        ) from error
