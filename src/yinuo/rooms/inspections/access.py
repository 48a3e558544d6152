"""Who may do what with random inspections: departments plan, inspectors inspect, the unit answers, everybody reads what
is public.
"""

from __future__ import annotations

from collections.abc import Collection

from yinuo.engine.base import Actor
from yinuo.engine.people.access import acts_for
from yinuo.engine.people.models import Department
from yinuo.rooms.inspections.models import InspectionPlan, Inspector, RandomInspection
from yinuo.rooms.projects.access import in_reach

WATCHING = ("supervisor", "general_convener", "comprehensive")
READERS = ("approver", "principal", *WATCHING)


def can_keep_inspectors(actor: Actor, department: Department) -> bool:
    """Name and end a department's inspectors: its principal, or the general convener of the hall."""
    if actor.role == "principal":
        return actor.department_id == department.pk
    return actor.role == "general_convener" and actor.hall_id == department.hall_id


def can_declare(actor: Actor, inspector: Inspector) -> bool:
    """Declare or lift whom an inspector must not inspect: the inspector, or who keeps the department's inspectors."""
    return (
        actor.person_id == inspector.person_id and actor.department_id == inspector.department_id
    ) or can_keep_inspectors(actor, inspector.department)


def can_plan(actor: Actor) -> bool:
    """Begin a plan: an approver, for their own department."""
    return actor.role == "approver" and actor.department_id is not None


def can_lead(actor: Actor, plan: InspectionPlan) -> bool:
    """Write, announce, draw, void: the approvers of the department that leads the plan."""
    return actor.role == "approver" and actor.department_id == plan.lead_id


def can_see(actor: Actor, hall_id: int) -> bool:
    """The hall's people; what is announced and published everybody reads on the public pages."""
    return actor.role in READERS and actor.hall_id == hall_id


def can_inspect(actor: Actor, persons: Collection[int]) -> bool:
    """Record, sign, send back: those drawn (`persons`), as approvers of their department."""
    return actor.role == "approver" and actor.person_id in persons


def can_see_to(actor: Actor, departments: Collection[int]) -> bool:
    """Publish, propose points, record an interview, replace who cannot go: an approver of a department of the plan."""
    return actor.role == "approver" and actor.department_id in departments


def can_answer(actor: Actor, inspection: RandomInspection) -> bool:
    """Say something to an inspection, report what was put right: the unit inspected."""
    project = inspection.project
    return acts_for(actor, project.unit_id, project.pk) and in_reach(actor, project)
