"""模拟审批阶段 (附件4·四(二)): what the applicant brings goes through the window to the ordinary item."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from yinuo.engine.base import Actor, Refused
from yinuo.engine.documents.actions import store_upload
from yinuo.engine.documents.models import StoredFile
from yinuo.engine.trail.actions import action
from yinuo.rooms.mock.actions.common import end, end_matters, for_unit, need_text, take, tell_all
from yinuo.rooms.mock.models import MatterOutcome, MockApplication, MockState
from yinuo.rooms.onemap.actions.items import submit_materials, withdraw_application
from yinuo.rooms.onemap.models import MapItem, Submission

BEFORE_LAND = (MockState.RUNNING,)


@action
def keep_file(*, actor: Actor, application_id: int, name: str, content: bytes, at: datetime) -> StoredFile:
    """A paper the applicant brings, scanned into the unit's own library."""
    application = take(actor, application_id, (MockState.RUNNING, MockState.CONVERTING), None)
    return store_upload(
        actor=for_unit(actor, application), name=name, content=content, unit_id=application.project.unit_id, at=at
    )


@action
def hand_in(
    *,
    actor: Actor,
    application_id: int,
    item_id: int,
    materials: Sequence[dict[str, Any]],
    at: datetime,
    note: str = "",
    version: int | None = None,
    idempotency_key: str = "",
) -> Submission:
    """Hands in an item's material for the unit, over the counter; everything else is the ordinary hand-in."""
    application = take(actor, application_id, BEFORE_LAND, None)
    _need_own(application, item_id)
    return submit_materials(
        actor=for_unit(actor, application),
        item_id=item_id,
        materials=materials,
        note=note,
        at=at,
        version=version,
        idempotency_key=idempotency_key,
    )


@action
def take_back(
    *, actor: Actor, application_id: int, item_id: int, why: str, at: datetime, version: int | None = None
) -> MapItem:
    """The unit takes the material of one matter back at the window; the matter stays under mock approval."""
    application = take(actor, application_id, BEFORE_LAND, None)
    _need_own(application, item_id)
    return withdraw_application(actor=for_unit(actor, application), item_id=item_id, why=why, at=at, version=version)


def _need_own(application: MockApplication, item_id: int) -> None:
    if not application.matters.filter(item_id=item_id, outcome="").exists():
        raise Refused("mock.not_in", "这个事项不在这次模拟审批中", remedy="请在模拟审批页面选择事项")


@action
def withdraw(
    *, actor: Actor, application_id: int, why: str, at: datetime, version: int | None = None
) -> MockApplication:
    """模拟审批以自愿为前提: the unit gives it up at the window; every matter is open again."""
    states = (MockState.REGISTERED, MockState.OPINIONS, MockState.AGREED, MockState.RUNNING, MockState.CONVERTING)
    application = take(actor, application_id, states, version)
    why = need_text(why, "why", "请写明撤回的原因")
    tell_all(application, "mock_ended", at, why=why[:80])
    end_matters(actor, application, MatterOutcome.ENDED, f"项目单位撤回模拟审批：{why}", at)
    end(actor, application, MockState.ENDED, f"项目单位撤回：{why}", at)
    return application
