"""What every action on land begins with: the parcel as it is now, and the question who may."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime

from yinuo.core.calendar import TZ
from yinuo.engine.base import NO_ROW, Actor, PageRef, Refused, check_version, forbid
from yinuo.engine.people.models import Department
from yinuo.engine.rules import pack
from yinuo.rooms.land.models import Parcel, ParcelStatus, ParcelUse
from yinuo.rooms.land.room import LAND_LIST, STANDARD_LAND
from yinuo.rooms.reviews.actions import service_ended

Rule = Callable[[Actor, Parcel], bool]


def locked(parcel_id: int) -> Parcel:
    """The parcel first, then what waits for somebody about it, then its list: in this order everywhere."""
    found = Parcel.objects.select_for_update(no_key=True, of=("self",)).select_related(
        "department", "zone", "unit", "hall"
    )
    return found.get(pk=parcel_id)


def take(actor: Actor, parcel_id: int, may: Rule, states: Iterable[str], version: int | None) -> Parcel:
    """The parcel locked, allowed, fresh and in one of `states`. Raises Forbidden, Stale, Refused in this order."""
    parcel = locked(parcel_id)
    if not may(actor, parcel):
        raise forbid("这个地块不由您办理")
    check_version(parcel, version)
    if parcel.status not in set(states):
        raise Refused(
            "land.status",
            f"地块 {parcel.number} 现在是“{parcel.get_status_display()}”，不能这样办理",
            remedy="请刷新页面查看最新状态",
        )
    return parcel


BEFORE_SALE = (ParcelStatus.PREPARED, ParcelStatus.OFFERED)


def list_served(actor: Actor, use: ParcelUse, at: datetime) -> None:
    """The buyer has its list and builds on the land: it may say how it was served; a corrected list is the same
    service.
    """
    _served(actor, LAND_LIST, use, "用地清单", at)


def standard_served(actor: Actor, use: ParcelUse, at: datetime) -> None:
    """The project on a 标准地 has landed."""
    _served(actor, STANDARD_LAND, use, "“标准地”审批", at)


def _served(actor: Actor, track: str, use: ParcelUse, name: str, at: datetime) -> None:
    page = PageRef("unit:project_land", project_id=use.project_id)
    service_ended(
        actor=actor,
        track=track,
        subject=use,
        project=use.project,
        name=name,
        page=page,
        department_id=use.parcel.department_id,
        at=at,
    )


def day_of(at: datetime) -> date:
    return at.astimezone(TZ).date()


def need_text(value: str, field: str, message: str, longest: int = 0) -> str:
    value = value.strip()
    if not value:
        raise Refused(f"land.{field}", message, field=field)
    if longest and len(value) > longest:
        raise Refused(f"land.{field}", f"不能超过 {longest} 字", field=field)
    return value


def need_past(on: date, at: datetime, field: str) -> None:
    if on > day_of(at):
        raise Refused(f"land.{field}", "日期不能晚于今天", field=field)


def keeper_of(hall_id: int | None, day: date) -> Department | None:
    """The department that keeps the hall's land."""
    return Department.objects.filter(
        hall_id=hall_id or NO_ROW, key=str(pack().parameter("land.keeper", day).value)
    ).first()
