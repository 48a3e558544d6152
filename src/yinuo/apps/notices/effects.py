"""What a turned light sets off: handler and supervisor on yellow, the general convener too on red (附件7·第十六条)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from yinuo.apps.base import Actor
from yinuo.apps.notices.actions import tell
from yinuo.apps.people.models import Person, StaffRole
from yinuo.apps.people.queries import holders
from yinuo.apps.work.models import WorkItem
from yinuo.core.calendar import TZ


def readers(item: WorkItem, at: datetime, *roles: StaffRole) -> list[Person]:
    """The handler (or, unassigned, everybody of the department who handles such items) and the hall's holders of `roles`."""
    day = at.astimezone(TZ).date()
    if item.assignee is not None:
        found = [item.assignee]
    elif item.department_id is not None and item.role in StaffRole.values:
        found = holders(StaffRole(item.role), day, department_id=item.department_id)
    else:
        found = []
    for role in roles:
        found += holders(role, day, hall_id=item.hall_id) if item.hall_id else []
    return list({person.pk: person for person in found}.values())


def light_turned(*, actor: Actor, subject: WorkItem, at: datetime, why: str, **_: Any) -> None:
    template = str(subject.announced)
    roles = [StaffRole.SUPERVISOR] if template == "yellow" else [StaffRole.SUPERVISOR, StaffRole.GENERAL_CONVENER]
    due = subject.due_at.astimezone(TZ).strftime("%m月%d日 %H:%M") if subject.due_at else ""
    tell(
        template,
        at=at,
        persons=readers(subject, at, *roles),
        project_code=subject.project_code,
        url=subject.url,
        title=subject.title,
        subtitle=subject.subtitle,
        due=due,
    )


def due_today(*, actor: Actor, subject: WorkItem, at: datetime, why: str, **_: Any) -> None:
    """The handler alone: the supervisor heard of the yellow light and will hear of the red one."""
    due = subject.due_at.astimezone(TZ).strftime("%H:%M") if subject.due_at else ""
    tell(
        "due_today",
        at=at,
        persons=readers(subject, at),
        project_code=subject.project_code,
        url=subject.url,
        title=subject.title,
        subtitle=subject.subtitle,
        due=due,
    )


def reminded(*, actor: Actor, subject: WorkItem, at: datetime, why: str, **_: Any) -> None:
    """A supervisor's or convener's urging reaches whoever handles the item; on record alone it would hurry nobody."""
    tell(
        "urged",
        at=at,
        persons=readers(subject, at),
        project_code=subject.project_code,
        url=subject.url,
        title=subject.title,
        note=why or "请按时办结",
    )
