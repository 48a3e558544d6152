"""Who may do what in `work`; see test_permissions.py, whose table this is a part of."""

from __future__ import annotations

from datetime import date

from tests.apps.world import NOON, STAFF, Act, World
from yinuo.core.pack.types import DayNotice
from yinuo.engine.work import actions as work
from yinuo.engine.work.models import WorkItem

MAY: dict[str, set[str]] = {
    "work.reassign": {"approver", "principal", "general_convener"},
    "work.reassign_all": {"approver", "principal", "general_convener"},
    "work.remind": {"supervisor", "general_convener"},
    "work.import_calendar": {"administrator", "administrator abroad", "system"},
    "work.save_filter": STAFF,
    "work.rename_filter": {"approver"},
    "work.remove_filter": {"approver"},
    "work.ask_export": STAFF,
}
INNER: set[str] = {
    "work.open_item",
    "work.hand_over",
    "work.pause",
    "work.resume",
    "work.extend",
    "work.close",
    "work.cancel_of_project",
}


def act_of(world: World, action: str) -> Act:
    """The action ready to be done, everything in place but its actor."""
    mine = (
        work.save_filter(actor=world.actor("approver"), name="我的", query="light=red", at=NOON)
        if action.endswith("_filter")
        else None
    )
    if action in ("work.reassign", "work.reassign_all", "work.remind"):
        world.received()
        WorkItem.objects.filter(pk=world.clock().pk).update(assignee=world.approver)
    colleague = world.county.add("approver", world.department.key).person
    acts: dict[str, Act] = {
        "work.reassign": lambda actor: work.reassign(actor=actor, item=world.clock(), person=colleague, at=NOON),
        "work.reassign_all": lambda actor: work.reassign_all(
            actor=actor, person=world.approver, to=colleague, at=NOON, why="休假"
        ),
        "work.remind": lambda actor: work.remind(actor=actor, item=world.clock(), note="请加快", at=NOON),
        "work.import_calendar": lambda actor: work.import_calendar(
            actor=actor,
            days=[DayNotice(date(2027, 2, 10), working=False, name="春节", cites=())],
            source="通知",
            at=NOON,
        ),
        "work.save_filter": lambda actor: work.save_filter(actor=actor, name="急件", query="light=yellow", at=NOON),
        "work.rename_filter": lambda actor: (
            work.rename_filter(actor=actor, filter_id=mine.pk, name="改名", at=NOON) if mine else None
        ),
        "work.remove_filter": lambda actor: work.remove_filter(actor=actor, filter_id=mine.pk) if mine else None,
        "work.ask_export": lambda actor: work.ask_export(
            actor=actor, listing="inbox", query="box=mine", ending="xlsx", job="yinuo.site.tasks.make_export", at=NOON
        ),
    }
    return acts[action]
