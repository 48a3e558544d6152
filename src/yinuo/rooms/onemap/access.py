"""Who may do what on a map: the unit on its own items, a department on its own, conveners and supervisors on their
hall's.
"""

from __future__ import annotations

from datetime import date

from yinuo.engine.base import Actor
from yinuo.engine.people.access import acts_for
from yinuo.engine.people.models import StaffRole
from yinuo.engine.people.queries import holders
from yinuo.rooms.onemap.models import Coordination, CoordinationOpinion, GuidanceAnswer, MapItem
from yinuo.rooms.projects.access import in_reach
from yinuo.rooms.projects.models import Project


def can_apply(actor: Actor, item: MapItem) -> bool:
    """Hand in material, withdraw the application: the project's unit."""
    return acts_for(actor, item.project.unit_id, item.project_id, item.matter_id) and in_reach(actor, item.project)


def can_handle(actor: Actor, item: MapItem) -> bool:
    """Accept, send back, pause, decide, deliver: an approver of the matter's department."""
    return actor.role == "approver" and actor.department_id == item.department_id


def can_extend(actor: Actor, item: MapItem) -> bool:
    """Extending a limit needs the head of the department (行政许可法 42)."""
    return actor.role == "principal" and actor.department_id == item.department_id


def can_answer(actor: Actor, answer: GuidanceAnswer) -> bool:
    return actor.role == "approver" and actor.department_id == answer.department_id


def can_escalate(actor: Actor, item: MapItem) -> bool:
    """The general convener starts the coordination of a red light (附件7·第十六条)."""
    return actor.role == "general_convener" and actor.hall_id == item.project.hall_id


def can_report_problem(actor: Actor, item: MapItem) -> bool:
    return can_handle(actor, item) or (
        actor.role in ("supervisor", "general_convener", "comprehensive") and actor.hall_id == item.project.hall_id
    )


def can_convene(actor: Actor, coordination: Coordination, day: date) -> bool:
    """“1+X” is started and ended by a convener of its stage (附件7·第十条); of a stage without one, by the general
    convener.
    """
    if actor.hall_id != coordination.project.hall_id:
        return False
    if actor.role == "general_convener":
        return not holders(StaffRole.STAGE_CONVENER, day, hall_id=actor.hall_id, stage=coordination.stage)
    return actor.role == "stage_convener" and actor.stage == coordination.stage


def can_join_coordination(actor: Actor, opinion: CoordinationOpinion) -> bool:
    """A department that takes part speaks through an approver or its head."""
    return actor.role in ("approver", "principal") and actor.department_id == opinion.department_id


def can_enter_remedy(actor: Actor, item: MapItem) -> bool:
    """The unit that goes to another body, and those who are served its papers: the department and the hall."""
    hall = actor.role in ("general_convener", "comprehensive") and actor.hall_id == item.project.hall_id
    return can_apply(actor, item) or can_handle(actor, item) or hall


def can_conclude_remedy(actor: Actor, item: MapItem, kind: str) -> bool:
    """A department does not answer the complaint against itself; the ruling it is served it enters."""
    if actor.role in ("general_convener", "comprehensive") and actor.hall_id == item.project.hall_id:
        return True
    return kind != "complaint" and can_handle(actor, item)


def can_see(actor: Actor, project: Project) -> bool:
    from yinuo.rooms.projects.access import can_see as see

    return see(actor, project)
