from __future__ import annotations

from yinuo.engine.base import Actor
from yinuo.engine.people.access import acts_for
from yinuo.rooms.projects.models import Project, Question


def can_file(actor: Actor, unit_id: int) -> bool:
    """A person bound to the unit; nobody files for another."""
    return acts_for(actor, unit_id)


def in_reach(actor: Actor, project: Project) -> bool:
    """A unit's own people reach all its projects, an official who stands in for it those of the official's hall."""
    return not actor.via or actor.hall_id == project.hall_id


def can_see(actor: Actor, project: Project) -> bool:
    """The unit its own; the hall's people all of the hall's (the code gathers everything, 附件7·第四条)."""
    if actor.role == "unit":
        return (
            actor.unit_id == project.unit_id
            and (actor.scope is None or actor.scope.project_id == project.pk)
            and in_reach(actor, project)
        )
    return actor.role not in ("public",) and actor.hall_id == project.hall_id


def can_change(actor: Actor, project: Project) -> bool:
    """Amend, report, withdraw: the unit, on its own project."""
    return acts_for(actor, project.unit_id, project.pk) and in_reach(actor, project)


def can_dispose(actor: Actor, project: Project) -> bool:
    """Amend, file anew, give up: what the project is and whether it goes on, its unit decides, and no agent under an
    agreement.
    """
    return can_change(actor, project) and actor.scope is None


def can_terminate(actor: Actor, project: Project, filing_department_id: int) -> bool:
    """The unit gives its own project up; the filing unit or the general convener ends one.

    Promises end theirs by `end_project`.
    """
    if actor.role == "general_convener":
        return actor.hall_id == project.hall_id
    return actor.role == "system" or can_dispose(actor, project) or can_review(actor, project, filing_department_id)


def can_move_rules(actor: Actor, project: Project) -> bool:
    """Which day's rules a project runs under is changed by who convenes its hall or manages the reform, never by a
    department.
    """
    return actor.role in ("general_convener", "comprehensive") and actor.hall_id == project.hall_id


def can_review(actor: Actor, project: Project, filing_department_id: int) -> bool:
    """Review, withdraw, decide by hand: the filing unit's approvers (谁审批、谁负责)."""
    return actor.role == "approver" and actor.department_id == filing_department_id and actor.hall_id == project.hall_id


def can_see_question(actor: Actor, question: Question) -> bool:
    """The unit its own; the hall's conveners and watchers all of the hall's; a department what was passed to it."""
    if actor.role in ("approver", "principal"):
        return question.department_id == actor.department_id
    return can_see(actor, question.project)


def can_pass_question(actor: Actor, question: Question) -> bool:
    return actor.role == "general_convener" and actor.hall_id == question.project.hall_id


def can_answer_question(actor: Actor, question: Question) -> bool:
    """Who may answer also publishes the answer and withdraws it."""
    return can_pass_question(actor, question) or (
        actor.role == "approver" and question.department_id == actor.department_id
    )
