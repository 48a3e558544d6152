"""Who may do what: the unit asks, signs and confirms itself; the agent serves; the hall's convener heads the bodies."""

from __future__ import annotations

from yinuo.engine.base import Actor
from yinuo.engine.people.access import acts_for
from yinuo.engine.people.models import AuthorisedPerson
from yinuo.rooms.agency.models import AgencyRequest, Agreement
from yinuo.rooms.projects.models import Project

WATCHING = ("general_convener", "supervisor", "comprehensive", "administrator")


def can_head(actor: Actor, hall_id: int) -> bool:
    """Bodies, agents, training, appraisal, answering applications, who serves whom: the hall's general convener."""
    return actor.role == "general_convener" and actor.hall_id == hall_id


def can_apply(actor: Actor, project: Project) -> bool:
    """The unit, also at the window; an agent asks for nothing in its name, so that no agent appoints himself."""
    return acts_for(actor, project.unit_id) and actor.scope is None


def can_decide_for_unit(actor: Actor, project: Project) -> bool:
    """Signing, ending, confirming: the unit's own people, neither the window nor an agent."""
    return acts_for(actor, project.unit_id) and not actor.via


def can_sign(binding: AuthorisedPerson | None) -> bool:
    """An agreement binds the unit: only a person whose authorisation covers signing accepts it."""
    return binding is not None and binding.may_sign


def can_serve(actor: Actor, agreement: Agreement) -> bool:
    """Log, plan, green channel, completion, archive: the agent the agreement names, in the role of an agent."""
    return (
        actor.role == "agent"
        and actor.hall_id == agreement.body.hall_id
        and actor.person_id == agreement.agent.person_id
    )


def can_serve_or_head(actor: Actor, agreement: Agreement) -> bool:
    return can_serve(actor, agreement) or can_head(actor, agreement.body.hall_id)


def can_act(actor: Actor, agreement: Agreement) -> bool:
    """Handing in for the unit: the agent under this very agreement and nobody else."""
    return actor.role == "unit" and actor.scope is not None and actor.via == via_of(agreement)


def can_see(actor: Actor, agreement: Agreement) -> bool:
    """The unit, the agent who serves, the body's other agents (they stand in for each other),
    and who watches the hall.
    """
    if actor.role == "unit":
        return acts_for(actor, agreement.project.unit_id, agreement.project_id) or can_act(actor, agreement)
    return actor.role in (*WATCHING, "agent") and actor.hall_id == agreement.body.hall_id


def can_see_application(actor: Actor, application: AgencyRequest) -> bool:
    if actor.role == "unit":
        return acts_for(actor, application.project.unit_id) or (
            actor.scope is not None and acts_for(actor, application.project.unit_id, application.project_id)
        )
    return actor.role in (*WATCHING, "agent") and actor.hall_id == application.body.hall_id


def can_watch(actor: Actor) -> bool:
    return actor.role in (*WATCHING, "agent") and actor.hall_id is not None


def via_of(agreement: Agreement) -> str:
    return f"agency.agreement:{agreement.pk}"
