"""模拟审批 is the window's: it registers, distributes and keeps; the departments give their opinions and handle their
matters.
"""

from __future__ import annotations

from yinuo.engine.base import Actor
from yinuo.engine.people.access import acts_for
from yinuo.rooms.mock.models import MockApplication, MockOpinion
from yinuo.rooms.projects.models import Project


def can_lead(actor: Actor, project: Project) -> bool:
    """The window of the project's hall, also while it stands in for its visitor."""
    if actor.role == "window":
        return actor.hall_id == project.hall_id
    return actor.entrance == "window" and acts_for(actor, project.unit_id, project.pk)


def can_give_opinion(actor: Actor, opinion: MockOpinion) -> bool:
    return actor.role == "approver" and actor.department_id == opinion.department_id


def can_see(actor: Actor, application: MockApplication) -> bool:
    """The hall's people, and the unit its own; nobody else: it is the approval's inner working (附件4·二(三))."""
    project = application.project
    if actor.role == "unit":
        return acts_for(actor, project.unit_id, project.pk)
    return actor.hall_id is not None and actor.hall_id == project.hall_id
