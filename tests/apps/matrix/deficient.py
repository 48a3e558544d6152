"""Who may do what in `deficient`; see test_permissions.py, whose table this is a part of."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

from tests.apps.county import at
from tests.apps.gaps import files, scan, without
from yinuo.engine.base import Actor
from yinuo.rooms.deficient import actions as deficient
from yinuo.rooms.deficient.actions import publish_tolerance
from yinuo.rooms.onemap.models import MapItem

if TYPE_CHECKING:
    from tests.apps.world import World

# The window acts for whoever came; the unit itself is not forbidden but told to come there, and it may fill its gap
# online.
MAY: dict[str, set[str]] = {
    "deficient.publish_tolerance": {"approver", "principal"},
    "deficient.apply_deficient": {"window", "unit"},
    "deficient.agree_to_gap": {"approver"},
    "deficient.decline_gap": {"approver"},
    "deficient.sign_gap_commitment": {"window", "unit"},
    "deficient.say_only_gap_left": {"approver"},
    "deficient.supply_gap": {"window", "unit"},
}
INNER: set[str] = set()
NOON = at("2026-11-06 12:00")


def act_of(world: World, action: str) -> Callable[[Actor], object]:
    """The action ready to be done, everything in place but its actor."""
    item, lacking = _with_a_secondary_material(world)
    if action == "deficient.publish_tolerance":
        return lambda actor: publish_tolerance(
            actor=actor, department=world.department, matter_id=item.matter_id, materials=[lacking], days=5,
            from_on=date(2026, 11, 6), basis="公示", at=NOON,
        )  # fmt: skip
    window, approver = world.actor("window"), world.actor("approver")
    publish_tolerance(
        actor=approver, department=world.department, matter_id=item.matter_id, materials=[lacking], days=5,
        from_on=date(2026, 11, 6), basis="公示", at=NOON,
    )  # fmt: skip
    said: dict[str, Any] = {
        "item_id": item.pk, "materials": files(world.company, item, without(item, lacking), NOON), "missing": [lacking],
        "situation": "在建", "contact_name": "马晓云", "contact_phone": "139", "no_secret": True, "at": NOON,
    }  # fmt: skip
    pk, file = 0, 0
    if action != "deficient.apply_deficient":
        pk = deficient.apply_deficient(actor=window, **said).pk
    if action not in ("deficient.apply_deficient", "deficient.agree_to_gap", "deficient.decline_gap"):
        deficient.agree_to_gap(actor=approver, deficient_id=pk, days=5, at=NOON)
        file = files(world.company, item, {lacking}, NOON)[0]["file"]
    if action in ("deficient.say_only_gap_left", "deficient.supply_gap"):
        deficient.sign_gap_commitment(
            actor=window, deficient_id=pk, file_id=scan(window, NOON), signed_by="马晓云", at=NOON
        )
    one: dict[str, Any] = {"deficient_id": pk, "at": NOON}
    rows = [{"id": lacking, "file": file}]
    acts: dict[str, Callable[[Actor], object]] = {
        "deficient.apply_deficient": lambda actor: deficient.apply_deficient(actor=actor, **said),
        "deficient.agree_to_gap": lambda actor: deficient.agree_to_gap(actor=actor, days=5, **one),
        "deficient.decline_gap": lambda actor: deficient.decline_gap(actor=actor, why="不同意", **one),
        "deficient.sign_gap_commitment": lambda actor: deficient.sign_gap_commitment(
            actor=actor, file_id=file, signed_by="马", **one
        ),
        "deficient.say_only_gap_left": lambda actor: deficient.say_only_gap_left(actor=actor, note="审毕", **one),
        "deficient.supply_gap": lambda actor: deficient.supply_gap(actor=actor, materials=rows, **one),
    }
    return acts[action]


def _with_a_secondary_material(world: World) -> tuple[MapItem, str]:
    """The world's own item; a secondary material of its matter is what is lacking."""
    item = MapItem.objects.select_related("department").get(pk=world.item.pk)
    return item, next(row["id"] for row in item.materials if not row["main"])
