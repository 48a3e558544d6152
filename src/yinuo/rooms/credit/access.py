"""Who may do what with credit: departments propose, the filing unit's principal consents, the general convener carries
out.
"""

from __future__ import annotations

from yinuo.engine.base import Actor
from yinuo.engine.people.access import acts_for
from yinuo.engine.people.models import Department
from yinuo.rooms.credit.models import CreditRelief, PointProposal, ReliefKind

STAFF = ("approver", "general_convener", "stage_convener", "supervisor", "principal", "comprehensive", "administrator")


def can_import_score(actor: Actor) -> bool:
    return actor.role in ("administrator", "comprehensive", "system")


def can_see(actor: Actor, unit_id: int) -> bool:
    """A unit its own history; the hall's people everybody's. The public reads only what a certificate shows."""
    return acts_for(actor, unit_id) or actor.role in STAFF


def can_propose(actor: Actor, department: Department) -> bool:
    """An approver for the department that oversees the matter (谁同意承诺、谁负责验收); the system when a cycle
    settles.
    """
    return actor.role == "system" or (actor.role == "approver" and actor.department_id == department.pk)


def can_withdraw(actor: Actor, proposal: PointProposal) -> bool:
    return actor.role == "approver" and actor.department_id == proposal.department_id


def can_consent(actor: Actor, proposal: PointProposal, filing_department_id: int) -> bool:
    """The principal of the filing unit of the proposal's hall, consenting or refusing (附件7·第十二条)."""
    return actor.role == "principal" and actor.department_id == filing_department_id


def can_execute(actor: Actor, proposal: PointProposal) -> bool:
    """The general convener of the hall (附件7·第九条)."""
    return (
        actor.role == "general_convener"
        and proposal.department is not None
        and actor.hall_id == proposal.department.hall_id
    )


def can_see_proposal(actor: Actor, proposal: PointProposal) -> bool:
    """The hall's people; the unit is told when points have moved, not before."""
    return actor.role in STAFF and proposal.department is not None and actor.hall_id == proposal.department.hall_id


def can_ask_relief(actor: Actor, unit_id: int) -> bool:
    return acts_for(actor, unit_id)


def can_decide_relief(actor: Actor, relief: CreditRelief, department: Department) -> bool:
    """An approver of the department that had proposed the points (相关管理单位, 附件2·第二十四条).

    A refusal is reviewed by the body that manages credit (信用综合管理部门, 附件2·第三条) of the same hall.
    """
    if relief.kind == ReliefKind.REVIEW:
        return actor.role == "comprehensive" and actor.hall_id == department.hall_id
    return actor.role == "approver" and actor.department_id == department.pk


def can_see_relief(actor: Actor, relief: CreditRelief) -> bool:
    return can_see(actor, relief.event.unit_id)


def can_read_public(actor: Actor) -> bool:
    """What the public credit platform is told: other systems, and who manages credit, the reform or the accounts."""
    return actor.role in ("system", "administrator", "comprehensive", "supervisor")


def can_send_public(actor: Actor) -> bool:
    """The body that manages credit (附件2·第三条), the operator, and the clock."""
    return actor.role in ("system", "administrator", "comprehensive")
