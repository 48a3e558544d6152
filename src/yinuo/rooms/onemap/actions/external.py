"""Results of the construction approval system, taken in: a recorded result moves the map; sent twice it changes nothing
(G-8).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from yinuo.engine.base import Actor, Refused, forbid, save
from yinuo.engine.trail.actions import action, record
from yinuo.engine.work.actions import close, open_of, pause, resume
from yinuo.engine.work.models import WorkState
from yinuo.rooms.onemap.actions import applying
from yinuo.rooms.onemap.actions.common import locked
from yinuo.rooms.onemap.actions.handling import _open_clock
from yinuo.rooms.onemap.actions.results import land
from yinuo.rooms.onemap.models import ENDED, ExternalResult, ItemState, MapItem, Outcome
from yinuo.rooms.onemap.room import MapWork

# 工程建设项目审批管理系统数据共享交换标准: the codes that move an item here.
ACCEPTED, PAUSED, RESUMED = 3, 9, 10
GRANTED = (11, 12)
REFUSED = (5, 13)
CODES = frozenset(range(1, 16))


@action
def take_in_result(
    *,
    actor: Actor,
    system: str,
    external_id: str,
    project_code: str,
    matter_id: str,
    status_code: int,
    at: datetime,
    document_number: str = "",
    text: str = "",
) -> tuple[MapItem, bool]:
    """Records what another system says of an item; returns the item and whether anything was new.

    Raises: Refused for an unknown project, matter or status code, or another result under the same external id.
    """
    if actor.role not in ("system", "administrator"):
        raise forbid("只有对接的审批系统可以报送办理结果")
    if status_code not in CODES:
        raise Refused("onemap.status_code", f"没有状态码 {status_code}", field="status_code", remedy="状态码为 1 到 15")
    found = MapItem.objects.filter(project__code=project_code, matter_id=matter_id).values_list("id", flat=True).first()
    if found is None:
        raise Refused("onemap.no_item", "这个项目的“一张图”上没有这个事项", field="matter_id")
    item = locked(found)
    if actor.role == "administrator" and actor.hall_id != item.project.hall_id:
        raise forbid("只能报送本大厅项目的办理结果")
    body: dict[str, Any] = {"document_number": document_number, "text": text}
    other = Refused("onemap.external_id", "同一编号报送了不同的结果", field="external_id")
    known = ExternalResult.objects.filter(system=system, external_id=external_id).first()
    if known is not None:
        if (known.item_id, known.status_code, known.body) != (item.pk, status_code, body):
            raise other
        return item, False
    _move(actor, item, status_code, at, document_number, text)
    try:
        with transaction.atomic():
            result = ExternalResult.objects.create(
                system=system,
                external_id=external_id,
                item=item,
                application=item.application,
                status_code=status_code,
                body=body,
                at=at,
            )
    except IntegrityError:
        # The same number sent at the same moment for another item: nothing of this one is kept.
        raise other from None
    record(
        actor,
        "onemap.take_in_result",
        result,
        at=at,
        project_code=project_code,
        data={"item": item.pk, "matter": matter_id, "status_code": status_code, "system": system, **body},
        chain="approval.document" if status_code in (*GRANTED, *REFUSED) else "",
    )
    return item, True


def _move(actor: Actor, item: MapItem, code: int, at: datetime, number: str, text: str) -> None:
    """A code that does not fit where the item stands is kept and moves nothing; nor does one on a matter under mock
    approval.
    """
    if item.mock:
        return
    if code == ACCEPTED and item.state in (ItemState.OPEN, ItemState.RECEIVED, ItemState.INCOMPLETE):
        receipt = open_of(item, MapWork.RECEIPT)
        if receipt is not None:
            close(actor=actor, item=receipt, at=at, outcome="accepted elsewhere")
        _accepted(item, at)
        _open_clock(actor, item, at)
    elif code == PAUSED and item.state == ItemState.ACCEPTED:
        work = open_of(item, MapWork.LIMIT)
        if work is not None:
            pause(actor=actor, item=work, reason="external_approval", at=at, note="工程审批系统特别程序")
        item.state = ItemState.PAUSED
        save(item, "state")
    elif code == RESUMED and item.state == ItemState.PAUSED:
        work = open_of(item, MapWork.LIMIT)
        if work is not None and work.state == WorkState.PAUSED:
            resume(actor=actor, item=work, at=at, note="工程审批系统特别程序结束")
        item.state = ItemState.ACCEPTED
        save(item, "state")
    elif code in (*GRANTED, *REFUSED) and item.state not in ENDED:
        for kind in (MapWork.RECEIPT, MapWork.LIMIT, MapWork.RECTIFICATION):
            work = open_of(item, kind)
            if work is not None:
                close(actor=actor, item=work, at=at, outcome="decided elsewhere")
        state, outcome = (
            (ItemState.GRANTED, Outcome.GRANTED) if code in GRANTED else (ItemState.REFUSED, Outcome.REFUSED)
        )
        text = text or ("" if code in GRANTED else "由工程审批系统作出不予许可决定")
        applying.settle(item, state, outcome, at, text=text, document_number=number, delivered_at=at)
        land(item, at)


def _accepted(item: MapItem, at: datetime) -> None:
    if item.application is None:
        application = applying.begin(item, received_at=at, state=ItemState.ACCEPTED, route=item.route)
    else:
        application, item.state = item.application, ItemState.ACCEPTED
        save(item, "state")
    application.accepted_at = at
    application.save(update_fields=["accepted_at"])
