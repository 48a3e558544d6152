"""Who may do what in `reform`; see test_permissions.py, whose table this is a part of."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

from tests.apps.county import at
from yinuo.engine.base import Actor
from yinuo.rooms.reform import actions

if TYPE_CHECKING:
    from tests.apps.world import World

OVER = at("2027-01-04 09:00")
LATER = at("2027-01-25 09:00")
MAY: dict[str, set[str]] = {
    "reform.draft_report": {"comprehensive", "system"},
    "reform.edit_report": {"comprehensive"},
    "reform.submit_report": {"comprehensive"},
    "reform.return_report": {"principal of the filing unit"},
    "reform.publish_report": {"principal of the filing unit"},
    "reform.hand_self_report": {"approver"},
}
INNER: set[str] = set()


def act_of(world: World, action: str) -> Callable[[Actor], object]:
    """The action ready to be done, everything in place but its actor."""
    world.granted()
    region = world.item.project.hall.region_id
    year = action == "reform.hand_self_report"

    def draft(actor: Actor) -> int:
        kind, begins = ("year", date(2026, 1, 1)) if year else ("quarter", date(2026, 10, 1))
        return actions.draft_report(actor=actor, region_id=region, kind=kind, begins=begins, at=OVER).pk

    if action == "reform.draft_report":
        return draft
    report = draft(Actor.system())
    writer = world.actor("comprehensive")

    def edit(actor: Actor) -> object:
        return actions.edit_report(actor=actor, report_id=report, opening="总体平稳", problems="限期整改", at=LATER)

    def submit(actor: Actor) -> object:
        return actions.submit_report(actor=actor, report_id=report, at=LATER)

    match action:
        case "reform.edit_report":
            return edit
        case "reform.submit_report":
            edit(writer)
            return submit
        case "reform.return_report":
            edit(writer)
            submit(writer)
            return lambda actor: actions.return_report(
                actor=actor, report_id=report, why="数字之外还要写原因", at=LATER
            )
        case "reform.publish_report":
            edit(writer)
            submit(writer)
            return lambda actor: actions.publish_report(actor=actor, report_id=report, at=LATER)
        case "reform.hand_self_report":
            department = world.department.pk
            return lambda actor: actions.hand_self_report(
                actor=actor, report_id=report, department_id=department, text="按期办结", at=LATER
            )
    raise NotImplementedError(action)
