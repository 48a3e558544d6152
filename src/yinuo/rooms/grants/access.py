"""Who lets a node search: the unit its own projects, the principal those of the hall for bodies with a duty by law."""

from __future__ import annotations

from yinuo.engine.base import NO_ROW, Actor
from yinuo.engine.people.access import is_own
from yinuo.engine.people.models import AuthorisedPerson, Department
from yinuo.engine.rules import roles
from yinuo.rooms.grants.models import Basis, ChainNode, Grant, NodeKind

# A bank has no duty by law to look into a project: only the unit itself lets it.
BY_STATUTE = (NodeKind.DEPARTMENT, NodeKind.SUPERVISION)


def can_keep_nodes(actor: Actor) -> bool:
    return actor.role in ("administrator", "system")


def can_consent(actor: Actor, unit_id: int) -> bool:
    """The unit's own people, never whoever stands in for them: it is their data."""
    return is_own(actor, unit_id)


def can_sign(binding: AuthorisedPerson | None) -> bool:
    """Consent binds the unit: only a person whose authorisation covers signing gives it."""
    return binding is not None and binding.may_sign


def can_order(actor: Actor, node: ChainNode) -> bool:
    return is_filing_principal(actor) and node.kind in BY_STATUTE


def is_filing_principal(actor: Actor) -> bool:
    """The principal of the hall's filing unit, who also consents to points."""
    filing = Department.objects.filter(
        pk=actor.department_id or NO_ROW, hall_id=actor.hall_id or NO_ROW, key=roles().filing_department
    )
    return actor.role == "principal" and filing.exists()


def can_withdraw(actor: Actor, grant: Grant) -> bool:
    if grant.basis == Basis.CONSENT:
        return is_own(actor, grant.unit_id or 0)
    return is_filing_principal(actor) and actor.hall_id == grant.hall_id


def can_see_orders(actor: Actor) -> bool:
    """Grants by statute and what was searched under them: who gives them, and who watches."""
    return actor.role in ("principal", "supervisor")
