"""Rounds of applying: a new one begins, the running one ends, the one that has ended gives way to the next. The caller
holds the locks.

An item and its application change together, so each of these raises the item's version.
"""

from __future__ import annotations

from datetime import datetime

from yinuo.engine.base import Actor, save
from yinuo.engine.people.models import Department
from yinuo.engine.work.actions import close, open_of
from yinuo.rooms.onemap.models import (
    Application,
    ItemState,
    LaterDocument,
    LaterState,
    MapItem,
    Outcome,
    Route,
)
from yinuo.rooms.onemap.room import MapWork


def begin(item: MapItem, *, received_at: datetime | None, state: str, route: str = Route.REGULAR) -> Application:
    """The next application of an item that has none; `received_at` None = settled without a hand-in."""
    number = item.applications.count() + 1
    made = Application.objects.create(
        item=item, number=number, department_id=item.department_id, received_at=received_at
    )
    item.application, item.state, item.route = made, state, route
    save(item, "application", "state", "route")
    return made


def receive(item: MapItem, at: datetime) -> Application:
    """Handed in: a new application, or again the present one after what was missing has been told."""
    if item.application is None:
        return begin(item, received_at=at, state=ItemState.RECEIVED)
    item.application.received_at, item.state = at, ItemState.RECEIVED
    item.application.save(update_fields=["received_at"])
    save(item, "state")
    return item.application


def of(item: MapItem) -> Application:
    """The application of an item that has one."""
    assert item.application is not None
    return item.application


def end(
    item: MapItem,
    outcome: Outcome,
    at: datetime,
    *,
    text: str = "",
    document_number: str = "",
    delivered_at: datetime | None = None,
    referred_to: Department | None = None,
) -> Application:
    """The running application has ended; the item's state is its caller's to set and save."""
    application = of(item)
    application.outcome, application.ended_at, application.result_text = outcome, at, text
    application.document_number, application.delivered_at, application.referred_to = (
        document_number,
        delivered_at,
        referred_to,
    )
    application.save(
        update_fields=["outcome", "ended_at", "result_text", "document_number", "delivered_at", "referred_to"]
    )
    return application


def settle(
    item: MapItem,
    state: ItemState,
    outcome: Outcome,
    at: datetime,
    *,
    text: str = "",
    document_number: str = "",
    delivered_at: datetime | None = None,
) -> Application:
    """An end that needs no hand-in: of the running application, or of one made for it after what ended before."""
    if item.application is not None and item.application.outcome:
        _close(item.application, at, text)
        item.application = None
    if item.application is None:
        begin(item, received_at=None, state=state, route=item.route)
    else:
        item.state = state
        save(item, "state")
    return end(item, outcome, at, text=text, document_number=document_number, delivered_at=delivered_at)


def begin_anew(
    item: MapItem, at: datetime, why: str = "", *, outcome: Outcome | None = None, text: str = ""
) -> Application:
    """The item is open to its next application; the one that has ended stays on record as it is, and is returned.

    `outcome`, `text`: how and why an application ended that was running, or what has become of one that was granted.
    `why`: the reason for the next, where there is one beside.
    """
    application = of(item)
    if application.outcome == "":
        assert outcome is not None
        end(item, outcome, at, text=text, document_number=application.document_number)
    elif outcome is not None:
        application.outcome = outcome
    _close(application, at, why)
    item.state, item.route, item.application, item.shared = ItemState.OPEN, Route.REGULAR, None, None
    if application.referred_to is not None:
        item.department, item.handler = application.referred_to, None
    save(item, "state", "route", "application", "shared", "department", "handler", "share_ended")
    return application


def _close(application: Application, at: datetime, why: str) -> None:
    application.again_at, application.again_why = at, why
    application.save(update_fields=["outcome", "again_at", "again_why"])


def end_request(actor: Actor, asked: LaterDocument, at: datetime, outcome: str) -> None:
    """A document asked for after the decision is no longer worked on."""
    for kind in (MapWork.RECEIPT, MapWork.LIMIT, MapWork.RECTIFICATION):
        work = open_of(asked, kind)
        if work is not None:
            close(actor=actor, item=work, at=at, outcome=outcome, cancelled=True)
    asked.state, asked.concluded_at = LaterState.WITHDRAWN, at
    save(asked, "state", "concluded_at")


def next_number(item: MapItem) -> int:
    """Of the present application, or of the one that the item is open to."""
    return item.application.number if item.application is not None else item.applications.count() + 1
