"""Who sees, records and handles what supervision finds; a unit answers for its own projects."""

from __future__ import annotations

from yinuo.engine.base import NO_ROW, Actor
from yinuo.engine.people.models import Department, StaffRole
from yinuo.rooms.oversight.models import AnomalyWarning, Clue, LifeRecord
from yinuo.rooms.projects.access import can_change, can_review, can_see
from yinuo.rooms.projects.actions.amending import filing_department
from yinuo.rooms.projects.models import Project

# Who watches over the whole hall.
WATCHING = ("supervisor", "general_convener", "comprehensive")


def owner_role(warning: AnomalyWarning) -> str:
    """An office's approvers, or the hall's supervisors where no office has it."""
    return StaffRole.APPROVER if warning.department_id is not None else StaffRole.SUPERVISOR


def can_see_warning(actor: Actor, warning: AnomalyWarning) -> bool:
    """The unit its own; of the hall the watchers all, an office its own and,
    for whoever knows the project, every one.
    """
    return can_see(actor, warning.project)


def can_handle(actor: Actor, warning: AnomalyWarning) -> bool:
    """Order, check, close: the office it lies with (相关应用管理部门), or the hall's supervisors (附件7·第十一条、
    第十四条).
    """
    if warning.department_id is None:
        return actor.role == "supervisor" and actor.hall_id == warning.project.hall_id
    return actor.role == "approver" and actor.department_id == warning.department_id


def can_hand_over(actor: Actor, warning: AnomalyWarning) -> bool:
    """Give it to the office that can handle it: whoever receives the system's warnings (附件7·第十一条)."""
    return actor.role in ("supervisor", "general_convener") and actor.hall_id == warning.project.hall_id


def can_answer(actor: Actor, warning: AnomalyWarning) -> bool:
    """Explain, report what was corrected: the unit itself; no agent speaks for it under a warning."""
    return can_change(actor, warning.project) and actor.scope is None


def can_record(actor: Actor, project: Project) -> bool:
    """By hand: those who watch over the hall, and the offices the project has a matter with or was filed at."""
    if actor.role in WATCHING:
        return actor.hall_id == project.hall_id
    if actor.role != "approver" or actor.hall_id != project.hall_id:
        return False
    return (
        can_review(actor, project, filing_department(project))
        or project.items.filter(department_id=actor.department_id or NO_ROW).exists()
    )


def can_correct(actor: Actor, row: LifeRecord, project: Project) -> bool:
    """Those who watch over the hall, and the office that recorded it: never the one it was ordered of, nor another's
    penalty.
    """
    return can_record(actor, project) and (actor.role in WATCHING or row.department_id == actor.department_id)


def can_take_in(actor: Actor) -> bool:
    return actor.role in ("system", "administrator")


def can_answer_dispatch(actor: Actor, project: Project, office: Department | None) -> bool:
    """The office it was ordered of; where none was named, the hall's supervisors."""
    if office is None:
        return actor.role == "supervisor" and actor.hall_id == project.hall_id
    return actor.role == "approver" and actor.department_id == office.pk


def can_read_shared(actor: Actor) -> bool:
    """Other systems all of it; who manages the reform or the accounts, their hall's."""
    return actor.role in ("system", "administrator", "comprehensive", "supervisor")


def can_hand_clue(actor: Actor) -> bool:
    return actor.role in ("supervisor", "principal") and actor.person_id is not None and actor.hall_id is not None


def can_see_clue(actor: Actor, clue: Clue) -> bool:
    """Whoever handed it over, and the hall's supervisors;
    never whom it concerns nor anybody else of their department.
    """
    if actor.person_id == clue.person_id or not can_hand_clue(actor):
        return False
    if actor.person_id == clue.handed_by_id:
        return True
    return actor.role == "supervisor" and actor.hall_id == clue.hall_id and actor.department_id != clue.department_id
