"""What a turned light sets off: handler and supervisor on yellow, the general convener too on red (附件7·第十六条)."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from yinuo.core.calendar import TZ
from yinuo.engine.base import Actor
from yinuo.engine.notices.actions import tell
from yinuo.engine.people.models import AuthorisedPerson, Person, StaffRole
from yinuo.engine.people.queries import holders, persons_of
from yinuo.engine.register import unit_terms
from yinuo.engine.work.models import WorkItem


def readers(item: WorkItem, at: datetime, *roles: StaffRole) -> list[Person]:
    """The handler (or, unassigned, everybody of the department who handles such items) and the hall's holders of
    `roles`.
    """
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
    if term := unit_terms().get(subject.kind):
        # The company's own term: it hears of it before, and of its end from the room whose term it was.
        if template == "yellow":
            _tell_unit(term.soon, subject, at)
        return
    roles = [StaffRole.SUPERVISOR] if template == "yellow" else [StaffRole.SUPERVISOR, StaffRole.GENERAL_CONVENER]
    due = subject.due_at.astimezone(TZ).strftime("%m月%d日 %H:%M") if subject.due_at else ""
    tell(
        template,
        at=at,
        persons=readers(subject, at, *roles),
        project_code=subject.project_code,
        page=subject.page_ref,
        title=subject.title,
        subtitle=subject.subtitle,
        due=due,
    )


def due_today(*, actor: Actor, subject: WorkItem, at: datetime, why: str, **_: Any) -> None:
    """The handler alone: the supervisor heard of the yellow light and will hear of the red one.

    A gap's term is the unit's.
    """
    if term := unit_terms().get(subject.kind):
        _tell_unit(term.today, subject, at)
        return
    due = subject.due_at.astimezone(TZ).strftime("%H:%M") if subject.due_at else ""
    tell(
        "due_today",
        at=at,
        persons=readers(subject, at),
        project_code=subject.project_code,
        page=subject.page_ref,
        title=subject.title,
        subtitle=subject.subtitle,
        due=due,
    )


def _tell_unit(template: str, subject: WorkItem, at: datetime) -> None:
    """The unit, and everybody who acts for it, by text message too."""
    if subject.unit_id is None:
        return
    day = at.astimezone(TZ).date()
    persons = [
        row.person for row in persons_of(subject.unit_id, day) if row.confirmed_at is not None and row.from_on <= day
    ]
    due = subject.due_at.astimezone(TZ) if subject.due_at else None
    tell(
        template,
        at=at,
        persons=persons,
        unit_id=subject.unit_id,
        project_code=subject.project_code,
        page=subject.unit_page_ref,
        title=subject.title,
        due=f"{closing_day(due):%m月%d日} 24:00"
        if due and due.time() == time.min
        else f"{due:%m月%d日 %H:%M}"
        if due
        else "",
    )


def closing_day(due: datetime) -> datetime:
    """The day that ends at this midnight."""
    return due - timedelta(microseconds=1)


def reminded(*, actor: Actor, subject: WorkItem, at: datetime, why: str, **_: Any) -> None:
    """A supervisor's or convener's urging reaches whoever handles the item; on record alone it would hurry nobody."""
    tell(
        "urged",
        at=at,
        persons=readers(subject, at),
        project_code=subject.project_code,
        page=subject.page_ref,
        title=subject.title,
        note=why or "请按时办结",
    )


def account_changed(*, actor: Actor, subject: Person, at: datetime, **_: Any) -> None:
    """Whose account an administrator has changed hears of it: by telephone and mail a password can be set anew."""
    if subject.pk != actor.person_id:
        tell("account_changed", at=at, persons=[subject])


def authorised(*, actor: Actor, subject: AuthorisedPerson, at: datetime, **_: Any) -> None:
    _tell_of_binding("authorised", actor, subject, at)


def binding_confirmed(*, actor: Actor, subject: AuthorisedPerson, at: datetime, **_: Any) -> None:
    _tell_of_binding("binding_confirmed", actor, subject, at)


def binding_ended(*, actor: Actor, subject: AuthorisedPerson, at: datetime, **_: Any) -> None:
    _tell_of_binding("binding_ended", actor, subject, at)


def _tell_of_binding(template: str, actor: Actor, binding: AuthorisedPerson, at: datetime) -> None:
    """Whom it is about hears of it, unless they did it themselves."""
    if binding.person_id != actor.person_id:
        tell(template, at=at, persons=[binding.person], unit=binding.unit.name)
