"""Who may do what in `grants`; see test_permissions.py, whose table this is a part of."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.apps.county import at
from yinuo.chain.signing import SigningKey
from yinuo.chain.verifier import COSIGNATURE
from yinuo.core.codes import make_credit_code
from yinuo.engine.base import Actor
from yinuo.engine.people.models import AuthorisedPerson
from yinuo.rooms.grants import actions

if TYPE_CHECKING:
    from tests.apps.world import World

LATER = at("2026-11-06 15:00")
UNTIL = at("2027-03-01 00:00")
KEEPERS = {"system", "administrator", "administrator abroad"}
MAY: dict[str, set[str]] = {
    "grants.register_node": KEEPERS,
    "grants.retire_node": KEEPERS,
    "grants.consent": {"unit"},
    "grants.order": {"principal of the filing unit"},
    "grants.withdraw": {"unit"},
}
INNER: set[str] = set()


def act_of(world: World, action: str) -> Callable[[Actor], object]:
    """The action ready to be done, everything in place but its actor."""

    def register(actor: Actor, name: str = "bank.example/node", kind: str = "bank") -> int:
        key = str(SigningKey.generate(name, COSIGNATURE).verifier)
        code = make_credit_code("622927", "62292702")
        return actions.register_node(
            actor=actor, name=name, kind=kind, organisation="某银行", credit_code=code, key=key, at=LATER
        ).pk

    if action == "grants.register_node":
        return register
    bank, office = register(Actor.system()), register(Actor.system(), "office.example/node", "supervision")
    AuthorisedPerson.objects.filter(unit=world.company.unit).update(may_sign=True)
    given = {"project_id": world.project.pk, "until_at": UNTIL, "basis_text": "申请贷款", "at": LATER}
    match action:
        case "grants.retire_node":
            return lambda actor: actions.retire_node(actor=actor, node_id=bank, why="密钥泄露", at=LATER)
        case "grants.consent":
            return lambda actor: actions.consent(actor=actor, node_id=bank, **given)  # type: ignore[arg-type]
        case "grants.order":
            return lambda actor: actions.order(actor=actor, node_id=office, **given)  # type: ignore[arg-type]
        case "grants.withdraw":
            grant = actions.consent(actor=world.company.actor, node_id=bank, **given)  # type: ignore[arg-type]
            return lambda actor: actions.withdraw(actor=actor, grant_id=grant.pk, why="不需要了", at=LATER)
    raise NotImplementedError(action)
