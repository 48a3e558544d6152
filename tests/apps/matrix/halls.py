"""Who may do what in `halls`; see test_permissions.py, whose table this is a part of."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from tests.apps.county import at
from yinuo.engine.base import Actor
from yinuo.rooms.halls import actions, queries

if TYPE_CHECKING:
    from tests.apps.world import World

LATER = at("2026-11-06 15:00")
MAY: dict[str, set[str]] = {
    "halls.give_points": {"supervisor"},
    "halls.correct_points": {"supervisor"},
    "halls.report_events": {"supervisor", "general_convener"},
    "halls.publish_bulletin": {"supervisor", "system"},
}
INNER: set[str] = set()


def act_of(world: World, action: str) -> Callable[[Actor], object]:
    """The action ready to be done, everything in place but its actor."""
    hall = world.item.project.hall_id

    def give(actor: Actor) -> int:
        return actions.give_points(
            actor=actor,
            hall_id=hall,
            on=date(2026, 11, 5),
            points=Decimal("-0.5"),
            basis="专项督查",
            evidence="通报",
            reason="未按时",
            at=LATER,
        ).pk

    match action:
        case "halls.give_points":
            return give
        case "halls.correct_points":
            given = give(world.actor("supervisor"))
            return lambda actor: actions.correct_points(actor=actor, manual_id=given, reason="记错了大厅", at=LATER)
        case "halls.report_events":
            row = {
                "reference": "r1",
                "on": "2026-11-02",
                "type": "review",
                "matter": "m1",
                "level": 5,
                "what": "施工许可",
                "evidence": "月报",
            }
            return lambda actor: actions.report_events(actor=actor, hall_id=hall, rows=[row], at=LATER)
        case "halls.publish_bulletin":
            region = queries.area_of(hall).region.pk
            return lambda actor: actions.publish_bulletin(
                actor=actor, region_id=region, month=date(2026, 10, 1), at=LATER
            )
    raise NotImplementedError(action)
