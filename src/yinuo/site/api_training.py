"""A training instance's own verbs: a fresh company and everybody who deals with it, and the clock's tick at the
travelled moment.

Served only where the settings say so (`YINUO_TRAINING`); the cast is given to who holds the instance's secret key.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Router, Schema, Status

from yinuo.core.calendar import TZ
from yinuo.core.codes import make_credit_code
from yinuo.engine.base import Actor, forbid
from yinuo.engine.people import queries as people
from yinuo.engine.people.actions import (
    ask_binding,
    confirm_binding,
    find_or_register_unit,
    give_role,
    issue_key,
)
from yinuo.engine.people.models import Department, Hall, Person, ProjectUnit, StaffRole
from yinuo.engine.rules import pack, roles
from yinuo.engine.work.actions import tick
from yinuo.rooms.commitments.actions import close_notices
from yinuo.rooms.window.actions import close_left_open
from yinuo.ui.api_shapes import Shape

router = Router(tags=["培训"], auth=None)

TOKEN_HEADER = "X-Yinuo-Training"  # noqa: S105 - the header's name
KEYS_EXPIRE = datetime(2100, 1, 1, tzinfo=TZ)
AT_FILING_UNIT = (
    StaffRole.PRINCIPAL,
    StaffRole.GENERAL_CONVENER,
    StaffRole.SUPERVISOR,
    StaffRole.COMPREHENSIVE,
    StaffRole.ADMINISTRATOR,
)

AT_THE_SERVICES = (StaffRole.WINDOW, StaffRole.AGENT)


class CastIn(Schema):
    units: list[str] = Field(min_length=1, max_length=5, description="各项目单位的名称")


class TickedOut(Shape):
    """How many lights, notices and visits were due."""

    turned: int
    notices: int
    visits: int


class CastUnitOut(Shape):
    name: str
    credit_code: str
    key: str


class CastStaffOut(Shape):
    role: StaffRole
    department: str
    name: str
    key: str


class CastOut(Shape):
    units: list[CastUnitOut]
    staff: list[CastStaffOut]


@router.post("/tick", response=TickedOut, summary="此刻到期的灯、暂停与公示，一并处理")
def run_tick(request: HttpRequest) -> dict[str, int]:
    now = timezone.now()
    turned = tick(now)
    return {"turned": turned, "notices": close_notices(now), "visits": close_left_open(now)}


@router.post("/cast", response={201: CastOut}, summary="新的项目单位与各角色人员，各带密钥")
def cast(request: HttpRequest, body: CastIn) -> Status[dict[str, Any]]:
    """Fresh companies with a person who may sign, an approver in every department, and the hall's roles at the filing
    unit.
    """
    if not hmac.compare_digest(request.headers.get(TOKEN_HEADER, "").encode(), settings.YINUO_TRAINING_TOKEN.encode()):
        raise forbid("只有持有本培训实例密钥的人可以取得演示人员")
    now = timezone.now()
    day = now.astimezone(TZ).date()
    with transaction.atomic():
        hall = people.hall_named(pack().parameter("place.hall", day).value)
        staff = [_staff(department, StaffRole.APPROVER, now) for department in people.departments(hall.pk)]
        office = people.department(hall.pk, roles().filing_department)
        staff += [_staff(office, role, now) for role in AT_FILING_UNIT]
        services = people.department(hall.pk, roles().window_department)
        staff += [_staff(services, role, now) for role in AT_THE_SERVICES]
        return Status(201, {"units": [_unit(name, hall, now) for name in body.units], "staff": staff})


def _staff(department: Department, role: StaffRole, now: datetime) -> dict[str, str]:
    actor = Actor(None, "administrator", hall_id=department.hall_id, entrance="system")
    person = _person(f"{department.short_name}{role.label}")
    membership = give_role(actor=actor, person=person, department=department, role=role, at=now, from_on=_day(now))
    _, secret = issue_key(
        actor=actor, person=person, name="培训", expires_at=KEYS_EXPIRE, at=now, membership=membership
    )
    return {"role": role, "department": department.key, "name": person.name, "key": secret}


def _unit(name: str, hall: Hall, now: datetime) -> dict[str, str]:
    actor = Actor(None, "administrator", hall_id=hall.pk, entrance="system")
    unit: ProjectUnit = find_or_register_unit(
        credit_code=make_credit_code(_district(now), f"{secrets.randbelow(10**8):08d}"), name=name, type="enterprise"
    )
    person = _person(f"{name[:40]}经办人")
    binding = ask_binding(
        actor=Actor(person.pk, "unit", unit_id=unit.pk), person=person, unit=unit, basis="法定代表人授权委托书", at=now
    )
    confirm_binding(actor=actor, binding=binding, may_sign=True, at=now)
    _, secret = issue_key(actor=actor, person=person, name="培训", expires_at=KEYS_EXPIRE, at=now, unit=unit)
    return {"name": unit.name, "credit_code": unit.credit_code or "", "key": secret}


def _person(name: str) -> Person:
    """Nobody signs in as them: they have a key and no password."""
    person = Person(username=f"training-{secrets.token_hex(8)}", name=name[:60])
    person.set_unusable_password()
    person.save()
    return person


def _day(now: datetime) -> date:
    return now.astimezone(TZ).date()


def _district(now: datetime) -> str:
    return str(pack().parameter("place.region", _day(now)).value)
