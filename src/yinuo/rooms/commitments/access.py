"""Who may do what with a promise: the unit gives and keeps it,
its department decides and verifies, anybody may object.
"""

from __future__ import annotations

from yinuo.engine.base import Actor
from yinuo.engine.people.access import acts_for
from yinuo.engine.people.models import AuthorisedPerson
from yinuo.rooms.commitments.models import Commitment, Objection, Ruling
from yinuo.rooms.onemap.models import MapItem
from yinuo.rooms.projects.access import can_change, can_dispose, can_see, in_reach
from yinuo.rooms.projects.models import Project


def can_commit(actor: Actor, item: MapItem) -> bool:
    return acts_for(actor, item.project.unit_id) and in_reach(actor, item.project)


def can_commit_on_paper(actor: Actor, item: MapItem) -> bool:
    """The window of the project's hall, for the unit whose visitor stands at the counter."""
    return actor.entrance == "window" and bool(actor.via) and can_commit(actor, item)


def can_sign(binding: AuthorisedPerson | None) -> bool:
    """A promise binds the unit: only a person whose authorisation covers signing gives it."""
    return binding is not None and binding.may_sign


def can_withdraw(actor: Actor, commitment: Commitment) -> bool:
    """Take the promise back and go the regular way: the unit."""
    return acts_for(actor, commitment.project.unit_id) and in_reach(actor, commitment.project)


def can_report(actor: Actor, commitment: Commitment) -> bool:
    """Report fulfilment or difficulty: the unit."""
    return acts_for(actor, commitment.project.unit_id) and in_reach(actor, commitment.project)


def can_handle(actor: Actor, commitment: Commitment) -> bool:
    """Decide, answer objections, help, give an opinion: the department that accepted the promise (谁同意承诺、
    谁负责监管).
    """
    return actor.role == "approver" and actor.department_id == commitment.department_id


def can_object(actor: Actor) -> bool:
    """Anybody, with or without an account (正文·三(七))."""
    return actor.role != "system"


def can_see_objector(actor: Actor, objection: Objection) -> bool:
    """Name and contact of who objected: the department that answers, and nobody else."""
    return can_handle(actor, objection.commitment)


def can_apply_completion(actor: Actor, project: Project) -> bool:
    return can_change(actor, project)


def can_verify(actor: Actor, department_id: int) -> bool:
    """Record a finding, call a failure serious: an approver of the department concerned (谁负责验收)."""
    return actor.role == "approver" and actor.department_id == department_id


def can_hand_in_audit(actor: Actor, project: Project) -> bool:
    """The unit itself: what an audit concluded is its own affair, and no agent's under an agreement."""
    return can_dispose(actor, project)


def can_check_audit(actor: Actor, filing_department_id: int) -> bool:
    """The filing unit, which answers for the points (附件2·第十九条)."""
    return actor.role == "approver" and actor.department_id == filing_department_id


def can_propose_cycle(actor: Actor, filing_department_id: int) -> bool:
    """Propose the points of a cycle with the audit's conclusion: the filing unit (附件2·第十七条、第十九条)."""
    return actor.role == "approver" and actor.department_id == filing_department_id


def can_consent_ruling(actor: Actor, commitment: Commitment) -> bool:
    """The principal of the department that accepted the promise (谁同意承诺、谁负责监管)."""
    return actor.role == "principal" and actor.department_id == commitment.department_id


def can_see_ruling(actor: Actor, ruling: Ruling) -> bool:
    """The hall's people; the unit once it has been made."""
    if actor.role == "unit":
        return ruling.state == "made" and can_see(actor, ruling.commitment.project)
    return can_see(actor, ruling.commitment.project)
