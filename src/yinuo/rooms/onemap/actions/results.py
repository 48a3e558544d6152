"""How an item ends: decided, delivered, and what the end opens (G-6)."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from yinuo.engine.base import Actor, PageRef, Refused, save
from yinuo.engine.documents.actions import issue
from yinuo.engine.notices.actions import tell
from yinuo.engine.rules import pack
from yinuo.engine.trail.actions import action, record
from yinuo.engine.work.actions import Limits, close, open_item, open_of
from yinuo.rooms.onemap import access, papers
from yinuo.rooms.onemap.actions import applying
from yinuo.rooms.onemap.actions.common import GOING_ON, clock, need_prerequisites, need_text, take, words
from yinuo.rooms.onemap.actions.gaps import need_no_gap
from yinuo.rooms.onemap.actions.mocking import conclude_mock
from yinuo.rooms.onemap.counter_papers import issue_delivery
from yinuo.rooms.onemap.mocking import need_land
from yinuo.rooms.onemap.models import CONCLUDED, DECIDED, ItemState, MapItem, Outcome, Route
from yinuo.rooms.onemap.room import MapPaper, MapWork
from yinuo.rooms.projects.queries import contacts


@action
def decide(
    *,
    actor: Actor,
    item_id: int,
    granted: bool,
    document_number: str,
    text: str,
    at: datetime,
    reason_code: str = "",
    version: int | None = None,
) -> MapItem:
    """Grants or refuses with a document number; a refusal states its reasons and tells the remedies.

    What was sent back is decided as it stands once the correction's longest term is over. Under mock approval the
    answer is a mock document; decided once more when the land is there, it becomes the formal decision. Raises: Refused
    while the clock is paused, before the prerequisites or the filling of a gap, or with a number already used.
    """
    item = take(
        actor,
        item_id,
        access.can_handle,
        [ItemState.ACCEPTED, ItemState.INCORRECT, ItemState.MOCK_GRANTED],
        version,
        GOING_ON,
    )
    converting = item.state == ItemState.MOCK_GRANTED
    need_land(item)
    _need_running(item, at)
    need_no_gap(item, at, granted=granted)
    need_prerequisites(item)
    number = need_text(document_number, "document_number", "请填写决定书文号")
    if not granted:
        text = need_text(text, "text", "请写明不予许可的理由")
        known = pack().reasons.get(reason_code)
        if known is None or not known.id.startswith("refusal."):
            raise Refused("onemap.refusal_code", "请选择不予许可的情形", field="reason_code")
    running = clock(item, MapWork.MOCK_CONVERSION if converting else MapWork.LIMIT)
    close(actor=actor, item=running, at=at, outcome="granted" if granted else "refused")
    for kind in (MapWork.RECTIFICATION, MapWork.GAP):
        waiting = open_of(item, kind)
        if waiting is not None:
            close(actor=actor, item=waiting, at=at, outcome="decided", cancelled=True)
    end = conclude_mock if item.mock and not converting else conclude
    item.mock = item.mock and not converting
    return end(
        actor=actor, item=item, granted=granted, document_number=number, text=text, at=at, reason_code=reason_code
    )


def _need_running(item: MapItem, at: datetime) -> None:
    """Raises Refused while the company still has time to correct what was sent back."""
    if item.state != ItemState.INCORRECT:
        return
    work = clock(item)
    if work.is_paused_at(at):
        raise Refused(
            "onemap.state",
            f"“{item.name}”已退回修改，计时暂停，不能作出决定",
            remedy="企业修改后再决定；修改期限届满未改的，届满后决定",
        )


@action
def conclude(
    *,
    actor: Actor,
    item: MapItem,
    granted: bool,
    document_number: str,
    text: str,
    at: datetime,
    reason_code: str = "",
    commitment: str = "",
) -> MapItem:
    """Ends a locked item, issues its document, starts the delivery clock and sees whether the project has landed.

    `commitment` names the letter a direct decision rests on.
    """
    state, outcome = (ItemState.GRANTED, Outcome.GRANTED) if granted else (ItemState.REFUSED, Outcome.REFUSED)
    applying.settle(item, state, outcome, at, text=text.strip(), document_number=document_number)
    if item.handler_id is None and actor.person_id is not None:
        item.handler_id = actor.person_id
    save(item, "handler", "mock")
    data = papers.decision(item, at, granted=granted, reason_code=reason_code, commitment=commitment)
    try:
        with transaction.atomic():
            issue(
                kind=MapPaper.DECISION,
                subject=item,
                data=data,
                at=at,
                number=document_number,
                project_code=item.project.code or "",
                unit_id=item.project.unit_id,
            )
    except IntegrityError as error:
        raise Refused(
            "onemap.document_number",
            f"文号“{document_number}”已经用过",
            field="document_number",
            remedy="请核对后换一个文号",
        ) from error
    deliver_by(actor, item, at)
    record(
        actor,
        "onemap.grant" if granted else "onemap.refuse",
        item,
        at=at,
        project_code=item.project.code or "",
        why=text,
        data={"matter": item.matter_id, "document_number": document_number, "granted": granted, "route": item.route},
        chain="approval.document",
    )
    tell(
        "concluded" if granted else "refused",
        at=at,
        persons=contacts(item.project, at),
        unit_id=item.project.unit_id,
        project_code=item.project.code or "",
        page=PageRef("unit:item", item_id=item.pk),
        matter=item.name,
        number=document_number,
        why=text[:60],
    )
    land(item, at)
    return item


def deliver_by(actor: Actor, item: MapItem, at: datetime) -> None:
    open_item(
        actor=actor,
        kind=MapWork.DELIVERY,
        about=words(item, f"送达：{item.name}"),
        limits=Limits(pack().integer("delivery.limit", item.project.rules_on)),
        rules_on=item.project.rules_on,
        at=at,
        department_id=item.department_id,
        hall_id=item.project.hall_id,
        assignee_id=item.handler_id,
    )


def land(item: MapItem, at: datetime) -> None:
    """The project has landed when every matter before start of work is concluded."""
    project = item.project
    if project.landed_at is not None or not item.pre_start:
        return
    if MapItem.objects.filter(project=project, pre_start=True).exclude(state__in=CONCLUDED).exists():
        return
    project.landed_at = at
    project.save(update_fields=["landed_at"])
    days = (at - project.filed_at).days
    record(Actor.system(), "onemap.land", project, at=at, project_code=project.code or "", data={"days": days})


@action
def deliver(*, actor: Actor, item_id: int, how: str, at: datetime, version: int | None = None) -> MapItem:
    """The decision has reached the company (送达回证): the delivery clock stops."""
    item = take_concluded(actor, item_id, version)
    if applying.of(item).delivered_at is not None:
        raise Refused("onemap.delivered", "这份决定已经送达过", remedy="请刷新页面查看")
    return hand_over(actor=actor, item=item, how=need_text(how, "how", "请写明送达方式"), at=at)


@action
def hand_over(*, actor: Actor, item: MapItem, how: str, at: datetime) -> MapItem:
    """The delivery of a locked item's decision, by its own or with the opinion of a joint inspection."""
    work = open_of(item, MapWork.DELIVERY)
    if work is not None:
        close(actor=actor, item=work, at=at, outcome="delivered")
    application = applying.of(item)
    application.delivered_at = at
    application.save(update_fields=["delivered_at"])
    save(item)
    issue_delivery(actor, item, how, at)
    record(actor, "onemap.deliver", item, at=at, project_code=item.project.code or "", why=how)
    return item


def take_concluded(actor: Actor, item_id: int, version: int | None) -> MapItem:
    """Also of a completed project: the last decision of completion is delivered after it."""
    item = take(actor, item_id, access.can_handle, [*DECIDED, ItemState.EXEMPT], version, GOING_ON)
    if not item.decided:
        raise Refused("onemap.state", f"“{item.name}”没有要送达的决定", remedy="请刷新页面查看最新状态")
    return item


# For the room of promises, which holds the locks and records.


@action
def begin_promise(*, item: MapItem, at: datetime) -> MapItem:
    """An open item is applied for by a promise, received the moment it was signed."""
    applying.begin(item, received_at=at, state=ItemState.NOTICE, route=Route.COMMITMENT)
    return item


@action
def end_notice(*, item: MapItem) -> MapItem:
    """The promise can be decided on."""
    item.state = ItemState.DECIDABLE
    save(item, "state")
    return item


@action
def leave_promise(*, item: MapItem, why: str, at: datetime) -> MapItem:
    """The promise is gone: the item is open to an application of the regular way."""
    applying.begin_anew(item, at, outcome=Outcome.TO_REGULAR, text=why)
    return item
