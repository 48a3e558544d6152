"""Who may do what in `window`; see test_permissions.py, whose table this is a part of."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.apps.county import at
from yinuo.apps.base import Actor
from yinuo.apps.window import actions, queries
from yinuo.apps.window.models import Visit

if TYPE_CHECKING:
    from tests.apps.world import World

MAY: dict[str, set[str]] = {
    "window.open_visit": {"window", "window abroad"},
    # A visit is its clerk's: a colleague has not looked at the visitor's papers (tests/apps/test_window.py).
    "window.close_visit": {"window"},
    "window.hand_out": {"window"},
}
INNER: set[str] = set()
CAME, LEFT = at("2026-11-06 15:00"), at("2026-11-06 15:20")


def act_of(world: World, action: str) -> Callable[[Actor], object]:
    """The action ready to be done, everything in place but its actor."""
    if action == "window.open_visit":
        return lambda actor: came(world, actor)
    if action == "window.hand_out":
        world.granted()
        visit = came(world, world.actor("window"))
        decision = queries.to_hand_out(world.company.unit.pk, world.county.hall.pk)[0].document
        return lambda actor: actions.hand_out(
            actor=actor, visit_id=visit.pk, document_ids=[decision.pk], signature="paper", at=LEFT, idempotency_key="take"
        )
    visit = came(world, world.actor("window"))
    return lambda actor: actions.close_visit(actor=actor, visit_id=visit.pk, at=LEFT)


def came(world: World, clerk: Actor) -> Visit:
    return actions.open_visit(
        actor=clerk,
        unit_id=world.company.unit.pk,
        visitor="马建国",
        identity_kind="passport",
        identity_number="E12345678",
        authority="letter",
        letter_no="授〔2026〕3号",
        purpose="领证",
        at=CAME,
    )
