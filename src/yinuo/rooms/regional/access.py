"""Who may do what in a zone: its body runs the assessments, the matter's department approves, both look after what is
published (附件3·三).
"""

from __future__ import annotations

from yinuo.engine.base import Actor
from yinuo.engine.catalogue.models import RegionalResult, Zone
from yinuo.engine.people.models import Department
from yinuo.rooms.regional.models import Opinion, RegionalAssessment

BODY_ROLES = ("zone", "approver", "principal")


def can_run(actor: Actor, zone: Zone) -> bool:
    """The zone's committee, or the department the government named where there is none."""
    return actor.role in BODY_ROLES and actor.department_id == zone.body_id


def can_keep_zones(actor: Actor, hall_id: int) -> bool:
    """Zones are entered by those who look after the hall's offices."""
    return actor.role in ("general_convener", "administrator") and actor.hall_id == hall_id


def can_answer(actor: Actor, opinion: Opinion) -> bool:
    return actor.role in ("approver", "principal") and actor.department_id == opinion.department_id


def can_approve(actor: Actor, assessment: RegionalAssessment) -> bool:
    return actor.role in ("approver", "principal") and actor.department_id == assessment.department_id


def can_withdraw(actor: Actor, result: RegionalResult) -> bool:
    """Kept up by the body and the department together (附件3·三(二))."""
    return can_run(actor, result.zone) or (
        actor.role in ("approver", "principal") and actor.department_id == result.department_id
    )


def can_settle(actor: Actor, department: Department) -> bool:
    """The office that grants the permit the fees are collected with."""
    return actor.role in ("approver", "principal") and actor.department_id == department.pk


def can_see(actor: Actor, assessment: RegionalAssessment) -> bool:
    """The hall's people; what is published everybody sees on its own page."""
    return actor.hall_id == assessment.zone.hall_id and actor.role not in ("unit", "public", "system")


def can_see_fees(actor: Actor, hall_id: int) -> bool:
    return actor.hall_id == hall_id and actor.role not in ("unit", "public", "system")
