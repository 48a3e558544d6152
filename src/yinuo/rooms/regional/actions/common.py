"""What every step of an assessment begins with, and how its offices hear of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any

from django.db import models

from yinuo.core.calendar import TZ
from yinuo.engine.base import Actor, PageRef, Refused, check_version, forbid
from yinuo.engine.people.models import Department, Person, StaffRole
from yinuo.engine.people.queries import holders
from yinuo.engine.rules import pack
from yinuo.engine.work.actions import About, Limits, open_item
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.regional.models import RegionalAssessment
from yinuo.rooms.regional.room import RegionalWork


def day_of(at: datetime) -> date:
    return at.astimezone(TZ).date()


def name_of(assessment: RegionalAssessment) -> str:
    return pack().matters[assessment.matter_id].full_name


def page_of(assessment: RegionalAssessment) -> PageRef:
    return PageRef("staff:assessment", assessment_id=assessment.pk)


def take(
    actor: Actor,
    assessment_id: int,
    may: Callable[[Actor, Any], bool],
    states: Iterable[str],
    version: int | None,
    *,
    of_zone: bool = True,
) -> RegionalAssessment:
    """The assessment locked, allowed, fresh and in one of `states`. Raises Forbidden, Stale, Refused in this order."""
    found = (
        RegionalAssessment.objects.select_for_update(no_key=True, of=("self",))
        .select_related("zone__body", "department", "replaces", "report_file")
        .get(pk=assessment_id)
    )
    if not may(actor, found.zone if of_zone else found):
        raise forbid("这项区域评估不由您办理")
    check_version(found, version)
    if found.state not in set(states):
        raise Refused(
            "regional.state",
            f"这项区域评估现在是“{found.get_state_display()}”，不能这样办理",
            remedy="可能已由他人办理，请刷新页面查看最新状态",
        )
    return found


def need_text(value: str, field: str, message: str) -> str:
    if not value.strip():
        raise Refused(f"regional.{field}", message, field=field)
    return value.strip()


def office(department: Department, day: date) -> list[Person]:
    """Whoever handles matters in a department."""
    return holders(StaffRole.APPROVER, day, department_id=department.pk)


def body(assessment: RegionalAssessment, day: date) -> list[Person]:
    """Whoever acts for the zone's body: its committee, else the named department's approvers."""
    return holders(StaffRole.ZONE, day, department_id=assessment.zone.body_id) or office(assessment.zone.body, day)


def ask(
    actor: Actor,
    subject: models.Model,
    assessment: RegionalAssessment,
    title: str,
    limits: Limits,
    at: datetime,
    *,
    kind: str = RegionalWork.APPROVAL,
    department: Department | None = None,
    role: str = "approver",
) -> WorkItem:
    """A clock for one office: an opinion, the approval, the upkeep."""
    return open_item(
        actor=actor,
        kind=kind,
        about=About(
            subject, title, f"{assessment.zone.name} · {name_of(assessment)}", page_of(assessment), tags=("区域评估",)
        ),
        limits=limits,
        rules_on=day_of(at),
        at=at,
        department_id=(department or assessment.department).pk,
        hall_id=assessment.zone.hall_id,
        role=role,
    )


def due_words(item: WorkItem) -> str:
    return item.due_at.astimezone(TZ).strftime("%m月%d日 %H:%M") if item.due_at else ""
