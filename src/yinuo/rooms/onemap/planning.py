"""The way to landing of a map: what core.planner says of the items as they stand now."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from yinuo.core.calendar import TZ
from yinuo.core.planner import Plan, PlanItem, landing_if, plan
from yinuo.core.wording import day_words
from yinuo.engine.rules import pack
from yinuo.engine.work.clocks import calendar
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.onemap.mocking import counted_done
from yinuo.rooms.onemap.models import CONCLUDED, ENDED, ItemState, MapItem, Route
from yinuo.rooms.projects.models import Project


def commitment_days(day: date) -> int:
    """Working days from signing a promise to the decision: the notice period and the time its clock then gives the
    department.
    """
    return pack().integer("notice.period", day) + decision_days(day)


def decision_days(day: date) -> int:
    """The clock after a notice that ends with the day runs on the next working day at the earliest."""
    return max(pack().integer("notice.decision_days", day), 1)


def regular_days(item: MapItem) -> int:
    """Working days an application takes by its promised limit;
    calendar limits are brought to working days by the week.
    """
    if item.limit_value is None:
        return 0
    return item.limit_value if item.limit_unit == "working" else -(-item.limit_value * 5 // 7)


def plan_items(
    items: Sequence[MapItem], clocks: Mapping[int, WorkItem], day: date, now: datetime, shared: Collection[str] = ()
) -> list[PlanItem]:
    """Items in the planner's words; a running one ends when its clock says, an open one takes its route's days.

    `shared`: the matters for which the project's zone has a result that fits; they could take it and need no days at
    all.
    """
    made = []
    converted = calendar().add_working_days(now.astimezone(TZ).date(), pack().integer("mock.conversion_limit", day))
    for item in items:
        if item.state in ENDED and item.state not in CONCLUDED:
            continue
        routes = {Route.REGULAR.value: regular_days(item)}
        if item.promisable or item.route == Route.COMMITMENT:
            routes[Route.COMMITMENT.value] = commitment_days(day)
        route = item.route if item.route in routes else Route.REGULAR.value
        if item.route == Route.REGIONAL or (item.state == ItemState.OPEN and item.matter_id in shared):
            routes[Route.REGIONAL.value] = 0
        work = clocks.get(item.pk)
        due_on = _due_on(work, now)
        if item.state == ItemState.MOCK_GRANTED:
            # All departments turn their mock documents into formal ones by the same day, counted from the land: today
            # at the earliest.
            due_on = due_on or converted
        made.append(
            PlanItem(
                id=item.matter_id,
                name=item.name,
                stage=item.stage,
                pre_start=item.pre_start,
                after=tuple(item.after)
                if not item.mock
                else tuple(sorted(set(item.after) - counted_done(item, items, day))),
                routes=routes,
                route=route,
                concluded_on=_concluded_on(item),
                due_on=due_on if item.state not in CONCLUDED else None,
            )
        )
    return made


def _concluded_on(item: MapItem) -> date | None:
    ended = item.present.ended_at if item.state in CONCLUDED else None
    return ended.astimezone(TZ).date() if ended else None


def _due_on(work: WorkItem | None, now: datetime) -> date | None:
    due = work.due_shown(now) if work else None
    return due.astimezone(TZ).date() if due else None


def plan_of(
    items: Sequence[MapItem], clocks: Mapping[int, WorkItem], day: date, now: datetime, shared: Collection[str] = ()
) -> Plan:
    """The plan from today on. Refused or cancelled prerequisites no longer hold anything up."""
    rows = plan_items(items, clocks, day, now, shared)
    return plan(rows, now.astimezone(TZ).date(), calendar(), known_absent=_absent(rows))


def _absent(rows: Sequence[PlanItem]) -> set[str]:
    known = {row.id for row in rows}
    return {name for row in rows for name in row.after if name not in known}


@dataclass(frozen=True, slots=True)
class RouteOption:
    """One way an open matter could go: how long it takes, when it and the project would end.

    `planned` = the way counted with now.
    """

    route: str
    days: int
    ends_on: date
    landing_on: date
    planned: bool


def route_options(
    items: Sequence[MapItem], clocks: Mapping[int, WorkItem], day: date, now: datetime, shared: Collection[str] = ()
) -> dict[int, tuple[RouteOption, ...]]:
    """For every matter not yet applied for that has more than one way, each way with the landing it leads to.

    A shared regional assessment counts no days, for there is nothing left to apply for; it is a way only for the
    matters of `shared`.
    """
    rows = plan_items(items, clocks, day, now, shared)
    absent, start, days = _absent(rows), now.astimezone(TZ).date(), calendar()
    planned = {row.id: row for row in rows}
    found = {}
    for item in items:
        if item.state != ItemState.OPEN or item.matter_id not in planned:
            continue
        row = planned[item.matter_id]
        if len(row.routes) > 1:
            made = []
            for route, length in row.routes.items():
                ends_on, landing_on = landing_if(rows, start, days, row.id, route, length, known_absent=absent)
                made.append(RouteOption(route, length, ends_on, landing_on, route == row.route))
            found[item.pk] = tuple(made)
    return found


def landing_text(project: Project, items: Sequence[MapItem], now: datetime) -> str:
    """The landing date as a message tells it, for a map just drawn."""
    return day_words(plan_of(items, {}, project.rules_on, now).landing_on)
