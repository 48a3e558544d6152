"""A decision a department announces of one of its matters: from a day on, one in force."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, TypeVar

from django.db.models import Q

from yinuo.engine.base import Actor, Refused, refuse_if_taken
from yinuo.engine.catalogue.models import Announced
from yinuo.engine.people.models import Department
from yinuo.engine.rules import pack

A = TypeVar("A", bound=Announced)


def of_department(matter_id: str, department: Department) -> None:
    matter = pack().matters.get(matter_id)
    if matter is None:
        raise Refused("catalogue.matter", "没有这个审批事项", field="matter_id")
    if matter.department != department.key:
        raise Refused("catalogue.department", f"“{matter.full_name}”不是{department.name}的事项", field="matter_id")


def announce(
    model: type[A],
    said: dict[str, Any],
    actor: Actor,
    department: Department,
    matter_id: str,
    from_on: date,
    at: datetime,
) -> tuple[A, bool]:
    """Writes a department's decision that holds from `from_on` on: its row, and whether it is new.

    1. The department's row is locked: two of its decisions wait for each other.
    2. A decision that already holds from that day on, in the same words, stays as it is.
    3. What was planned from that day on is marked as replaced and stays readable.
    4. What is in force before that day ends on it.
    5. The decision is written.
    """
    Department.objects.select_for_update(no_key=True).get(pk=department.pk)
    rows = model._default_manager.filter(hall_id=department.hall_id, matter_id=matter_id, replaced_at__isnull=True)
    planned = list(rows.filter(from_on__gte=from_on).order_by("from_on"))
    if (
        len(planned) == 1
        and planned[0].from_on == from_on
        and all(getattr(planned[0], name) == value for name, value in said.items())
    ):
        return planned[0], False
    rows.filter(from_on__gte=from_on).update(replaced_at=at)
    rows.filter(Q(to_on__isnull=True) | Q(to_on__gt=from_on)).update(to_on=from_on)
    with refuse_if_taken(
        "catalogue.once", "这个事项在这段时间已有另一个决定", field="from_on", remedy="请刷新页面，核对已公布的决定"
    ):
        made = model._default_manager.create(
            hall_id=department.hall_id,
            matter_id=matter_id,
            department=department,
            from_on=from_on,
            published_at=at,
            published_by_id=actor.person_id,
            **said,
        )
    return made, True
