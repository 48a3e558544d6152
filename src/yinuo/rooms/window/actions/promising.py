"""A promise signed on paper, brought to the counter: printed there for signing, taken in when it comes back signed and
sealed.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from yinuo.engine.base import Actor, Refused, forbid
from yinuo.engine.trail.actions import action, answered, claim, remember
from yinuo.rooms.commitments.actions import commit_on_paper, letter_to_sign
from yinuo.rooms.commitments.models import Commitment
from yinuo.rooms.onemap.actions.common import locked
from yinuo.rooms.onemap.models import MapItem
from yinuo.rooms.window import access, queries
from yinuo.rooms.window.models import Visit


def print_letter(*, actor: Actor, visit_id: int, item_id: int, at: datetime) -> bytes:
    """The letter to sign, as PDF; nothing is written. Raises as `take_promise`."""
    visit = _own(actor, visit_id)
    item = MapItem.objects.select_related("project__unit", "project__hall", "department").get(pk=item_id)
    _need_open(visit, item, at)
    return letter_to_sign(item, at)


@action
def take_promise(
    *,
    actor: Actor,
    visit_id: int,
    item_id: int,
    code: str,
    scan_id: int,
    signer: str,
    capacity: str,
    signed_on: date,
    agreed: bool,
    at: datetime,
    authority: str = "",
    version: int | None = None,
    idempotency_key: str = "",
) -> Commitment:
    """The signed and sealed letter becomes the visiting unit's promise.

    Raises: Forbidden (another clerk's visit; another unit's matter), Refused (the visit is over; and all that
    `commit_on_paper` refuses).
    """
    said: dict[str, Any] = {
        "code": code,
        "scan_id": scan_id,
        "signer": signer,
        "capacity": capacity,
        "authority": authority,
        "signed_on": signed_on,
    }
    claimed = claim(actor, idempotency_key, "window.take_promise", [visit_id, item_id, said, agreed], at=at)
    if (known := answered(claimed)) is not None:
        return Commitment.objects.get(pk=known)
    _own(actor, visit_id)
    # Projects and items first, as everywhere; then the visit.
    item = locked(item_id)
    visit = Visit.objects.select_for_update(no_key=True, of=("self",)).select_related("department").get(pk=visit_id)
    _need_open(visit, item, at)
    commitment = commit_on_paper(
        actor=queries.acting_in(visit),
        item_id=item_id,
        window=visit.department,
        agreed=agreed,
        at=at,
        version=version,
        **said,
    )
    remember(claimed, commitment)
    return commitment


def _own(actor: Actor, visit_id: int) -> Visit:
    visit = Visit.objects.get(pk=visit_id)
    if not access.can_act_in(actor, visit):
        raise forbid("只能在自己接待的来访里收承诺书")
    return visit


def _need_open(visit: Visit, item: MapItem, at: datetime) -> None:
    if (visit.unit_id, visit.hall_id) != (item.project.unit_id, item.project.hall_id):
        raise forbid("这个事项不是来访单位在本大厅的")
    if not queries.is_open(visit, at):
        raise Refused("window.visit_over", "这个来访已经结束，不能再收承诺书", remedy="请重新登记来访")
