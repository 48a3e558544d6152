"""Who may do what in `catalogue`; see test_permissions.py, whose table this is a part of."""

from __future__ import annotations

from tests.apps.world import CONVENER_AND_ADMINISTRATOR, NOON, TODAY, Act, World
from yinuo.engine.catalogue import actions as catalogue
from yinuo.engine.rules import pack

MAY: dict[str, set[str]] = {
    # The department decides on its own matters
    "catalogue.offer_commitment": {"approver", "principal"},
    "catalogue.set_handler": {"principal", *CONVENER_AND_ADMINISTRATOR},
}
INNER: set[str] = set()


def act_of(world: World, action: str) -> Act:
    """The action ready to be done, everything in place but its actor."""
    of_department = [matter for matter in pack().matters.values() if matter.department == world.department.key]
    acts: dict[str, Act] = {
        "catalogue.offer_commitment": lambda actor: catalogue.offer_commitment(
            actor=actor,
            department=world.department,
            matter_id=next(matter.id for matter in of_department if matter.standard_at(TODAY)),
            offered=True,
            from_on=TODAY,
            basis="局务会",
            at=NOON,
        ),
        "catalogue.set_handler": lambda actor: catalogue.set_handler(
            actor=actor, department=world.department, matter_id=world.item.matter_id, person=world.approver, at=NOON
        ),
    }
    return acts[action]
