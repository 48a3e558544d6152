"""模拟审批 on an item: into it, its result without legal force, the way to the formal one, and out of it again.

All but the result are steps of the room `mock`, which asks who may; the caller holds the project's lock and records.
"""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from yinuo.engine.base import Actor, PageRef, Refused, save
from yinuo.engine.documents.actions import issue
from yinuo.engine.documents.models import Document
from yinuo.engine.notices.actions import tell
from yinuo.engine.rules import pack
from yinuo.engine.trail.actions import action, record
from yinuo.engine.work.actions import Limits, close, open_item, open_of
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.onemap import mock_papers
from yinuo.rooms.onemap.actions import applying
from yinuo.rooms.onemap.actions.common import day_of, page_of, words
from yinuo.rooms.onemap.mocking import valid_days
from yinuo.rooms.onemap.models import ItemState, MapItem, Outcome
from yinuo.rooms.onemap.room import MapPaper, MapWork

CLOCKS = (MapWork.RECEIPT, MapWork.LIMIT, MapWork.RECTIFICATION, MapWork.MOCK_CONVERSION)


def conclude_mock(
    *, actor: Actor, item: MapItem, granted: bool, document_number: str, text: str, at: datetime, reason_code: str = ""
) -> MapItem:
    """The mock result of a locked item: a paper for the window, no decision, no delivery, nothing for the chain."""
    item.handler_id = item.handler_id or actor.person_id
    until = None
    if granted:
        item.state = ItemState.MOCK_GRANTED
        save(item, "state", "handler")
        until = _valid_until(actor, item, at)
    paper = _paper(item, granted, document_number, text, at, reason_code, until)
    if not granted:
        applying.end(item, Outcome.REFUSED, at, text=f"模拟审批未通过：{text.strip()}", document_number=document_number)
        applying.begin_anew(item, at)
    record(
        actor,
        "onemap.grant_mock" if granted else "onemap.refuse_mock",
        item,
        at=at,
        project_code=item.project.code or "",
        why=text,
        data={
            "matter": item.matter_id,
            "document": paper.pk,
            "document_number": document_number,
            "valid_until": until.due_at if until else None,
        },
    )
    tell(
        "mock_granted" if granted else "mock_refused",
        at=at,
        persons=[item.project.filed_by],
        unit_id=item.project.unit_id,
        project_code=item.project.code or "",
        page=PageRef("unit:item", item_id=item.pk),
        matter=item.name,
        why=text[:60],
    )
    return item


def _valid_until(actor: Actor, item: MapItem, at: datetime) -> WorkItem:
    """The clock of the document's validity: it waits for the land, and lapses by itself."""
    return open_item(
        actor=actor,
        kind=MapWork.MOCK_CONVERSION,
        about=words(item, f"模拟审批文件有效期：{item.name}", tags=("模拟",), unit_page=page_of(item)),
        limits=Limits(valid_days(day_of(at), item.project.rules_on), "calendar"),
        rules_on=item.project.rules_on,
        at=at,
        department_id=item.department_id,
        hall_id=item.project.hall_id,
        waits_for="unit",
    )


def _paper(
    item: MapItem, granted: bool, number: str, text: str, at: datetime, reason_code: str, until: WorkItem | None
) -> Document:
    data = mock_papers.result(item, at, granted=granted, number=number, text=text, reason_code=reason_code, until=until)
    try:
        with transaction.atomic():
            # Kept by the window (附件4·四(二)): it is none of the unit's papers.
            return issue(
                kind=MapPaper.MOCK_RESULT,
                subject=item,
                data=data,
                at=at,
                number=number,
                project_code=item.project.code or "",
                unit_id=None,
            )
    except IntegrityError as error:
        raise Refused(
            "onemap.document_number", f"文号“{number}”已经用过", field="document_number", remedy="请核对后换一个文号"
        ) from error


@action
def enter_mock(*, item: MapItem) -> MapItem:
    """The matter is approved in mock from now on."""
    item.mock = True
    save(item, "mock")
    return item


@action
def leave_mock(*, item: MapItem) -> MapItem:
    """What has no mock document yet goes on as an ordinary application: the land is there, its decision will be the
    formal one.
    """
    item.mock = False
    save(item, "mock")
    return item


@action
def begin_conversion(*, actor: Actor, item: MapItem, at: datetime) -> WorkItem:
    """The land is there: the department turns the mock document into the formal one, all departments by the same
    moment.
    """
    close(actor=actor, item=_validity(item), at=at, outcome="land registered")
    return open_item(
        actor=actor,
        kind=MapWork.MOCK_CONVERSION,
        about=words(item, f"转为正式审批：{item.name}", tags=("模拟转正式",)),
        limits=Limits(pack().integer("mock.conversion_limit", item.project.rules_on)),
        rules_on=item.project.rules_on,
        at=at,
        department_id=item.department_id,
        hall_id=item.project.hall_id,
        assignee_id=item.handler_id,
    )


def _validity(item: MapItem) -> WorkItem:
    found = open_of(item, MapWork.MOCK_CONVERSION)
    if found is None:
        raise Refused("onemap.no_clock", f"“{item.name}”的模拟审批文件没有在有效期内", remedy="请刷新页面查看最新状态")
    return found


@action
def end_mock(*, actor: Actor, item: MapItem, why: str, at: datetime) -> MapItem:
    """The mock approval has come to nothing: lapsed, or to be approved anew.

    The matter is open again, with the reason on record.
    """
    for kind in CLOCKS:
        work = open_of(item, kind)
        if work is not None:
            close(actor=actor, item=work, at=at, outcome="mock approval ended", cancelled=True)
    item.mock = False
    save(item, "mock")
    if item.state != ItemState.OPEN:
        applying.begin_anew(item, at, outcome=Outcome.MOCK_LAPSED, text=why)
    record(
        actor,
        "onemap.end_mock",
        item,
        at=at,
        project_code=item.project.code or "",
        why=why,
        data={"matter": item.matter_id, "application": applying.next_number(item)},
    )
    return item
