"""The shortest way to landing: every matter as early as its prerequisites allow, and what another route would save."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from graphlib import CycleError, TopologicalSorter

from yinuo.core.calendar import DAY, WorkCalendar
from yinuo.core.dated import RuleError


@dataclass(frozen=True, slots=True)
class PlanItem:
    """One matter of a project. `routes` = working days by route; concluded and running items (`due_on`) are fixed."""

    id: str
    name: str
    stage: str
    pre_start: bool
    after: tuple[str, ...]
    routes: Mapping[str, int]
    route: str
    concluded_on: date | None = None
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class PlannedItem:
    """When the matter starts and ends; `after` holds the prerequisites that are part of the plan."""

    id: str
    name: str
    stage: str
    pre_start: bool
    starts_on: date
    ends_on: date
    working_days: int
    after: tuple[str, ...]
    route: str


@dataclass(frozen=True, slots=True)
class Faster:
    """What the whole landing gains if this one route is taken."""

    id: str
    route: str
    saves_working_days: int


@dataclass(frozen=True, slots=True)
class Plan:
    """`critical` is the chain of matters that decides `landing_on`,
    first to last (of equals: the deepest, then by id).
    """

    landing_on: date
    working_days: int
    critical: tuple[str, ...]
    items: tuple[PlannedItem, ...]
    faster: tuple[Faster, ...]


def plan(items: Iterable[PlanItem], start: date, calendar: WorkCalendar, *, known_absent: Collection[str] = ()) -> Plan:
    """The plan from `start`, which does not count itself (as the day of acceptance does not).

    Prerequisites in `known_absent` are matters this project does not need; they hold nothing up.
    Raises: RuleError for a cycle, an unknown prerequisite or route, a duplicate id.
    """
    by_id = _by_id(items)
    after = {item.id: _prerequisites(item, by_id, known_absent) for item in by_id.values()}
    depth = _in_order(after)
    spans = _schedule(depth, by_id, after, start, calendar)
    landing_on = max((spans[item.id][1] for item in by_id.values() if item.pre_start), default=start)
    critical = _critical(depth, by_id, after, spans, start, landing_on)
    working_days = _days_after(start, landing_on, calendar)
    return Plan(
        landing_on,
        working_days,
        critical,
        tuple(_planned(item, after[item.id], spans[item.id], calendar) for item in by_id.values()),
        _faster(list(depth), by_id, after, spans, start, calendar, critical, working_days),
    )


Spans = dict[str, tuple[date, date]]
After = Mapping[str, tuple[str, ...]]
Items = Mapping[str, PlanItem]


def _by_id(items: Iterable[PlanItem]) -> dict[str, PlanItem]:
    by_id: dict[str, PlanItem] = {}
    for item in items:
        if item.id in by_id:
            raise RuleError(f"事项 {item.id} 在计划中出现两次")
        if item.route not in item.routes:
            raise RuleError(f"事项 {item.id} 没有办理方式 {item.route}")
        if min(item.routes.values()) < 0:
            raise RuleError(f"事项 {item.id} 的工作日数为负")
        by_id[item.id] = item
    return by_id


def _prerequisites(item: PlanItem, by_id: Items, known_absent: Collection[str]) -> tuple[str, ...]:
    for other in item.after:
        if other not in by_id and other not in known_absent:
            raise RuleError(f"事项 {item.id} 的前置事项 {other} 不在计划中")
    return tuple(other for other in item.after if other in by_id)


def _in_order(after: After) -> dict[str, int]:
    """Every item after its prerequisites, with its depth (the longest chain of prerequisites, in items)."""
    depth: dict[str, int] = {}
    try:
        for id_ in TopologicalSorter(after).static_order():
            depth[id_] = 1 + max((depth[other] for other in after[id_]), default=0)
    except CycleError as error:
        raise RuleError(f"前置关系成环：{' → '.join(error.args[1])}") from error
    return depth


def _is_fixed(item: PlanItem) -> bool:
    return item.concluded_on is not None or item.due_on is not None


def _schedule(order: Iterable[str], items: Items, after: After, start: date, calendar: WorkCalendar) -> Spans:
    """Start and end of every item."""
    spans: Spans = {}
    for id_ in order:
        item = items[id_]
        if item.concluded_on is not None:
            spans[id_] = (item.concluded_on, item.concluded_on)
        elif item.due_on is not None:
            spans[id_] = (start, max(item.due_on, start))
        else:
            begin = max((spans[other][1] for other in after[id_]), default=start)
            begin = max(begin, start)
            spans[id_] = (begin, calendar.add_working_days(begin, item.routes[item.route]))
    return spans


def _faster(
    order: Sequence[str],
    items: Items,
    after: After,
    spans: Spans,
    start: date,
    calendar: WorkCalendar,
    critical: Sequence[str],
    working_days: int,
) -> tuple[Faster, ...]:
    """Every route that alone brings the landing nearer, best first.

    What is not on the critical chain cannot shorten it, and what is concluded or running has taken its route. Counted
    in working days after the start instead of dates, so that a what-if is a few additions.
    """
    place = {id_: i for i, id_ in enumerate(order)}
    before = [() if _is_fixed(items[id_]) else tuple(place[other] for other in after[id_]) for id_ in order]
    ends = [_days_after(start, spans[id_][1], calendar) for id_ in order]
    days = [ends[i] if _is_fixed(items[id_]) else items[id_].routes[items[id_].route] for i, id_ in enumerate(order)]
    landing = [i for i, id_ in enumerate(order) if items[id_].pre_start]

    def landing_with(changed: int, instead: int) -> int:
        other = ends[:changed]
        for i in range(changed, len(order)):
            begin = 0
            for j in before[i]:
                if other[j] > begin:
                    begin = other[j]
            other.append(begin + (instead if i == changed else days[i]))
        return max(other[i] for i in landing)

    found = []
    for item in (items[id_] for id_ in critical if not _is_fixed(items[id_])):
        for route, instead in item.routes.items():
            if instead < item.routes[item.route]:
                saved = working_days - landing_with(place[item.id], instead)
                if saved > 0:
                    found.append(Faster(item.id, route, saved))
    return tuple(sorted(found, key=lambda option: (-option.saves_working_days, option.id, option.route)))


def _days_after(start: date, end: date, calendar: WorkCalendar) -> int:
    """Working days after `start` up to and including `end`; none when it was over before."""
    return max(0, calendar.working_days_between(start + DAY, end + DAY))


def _critical(
    depth: Mapping[str, int], items: Items, after: After, spans: Spans, start: date, moment: date
) -> tuple[str, ...]:
    """The chain whose last item ends on the landing day `moment`, followed backwards."""
    chain: list[str] = []
    candidates: Sequence[str] = [item.id for item in items.values() if item.pre_start]
    while True:
        # What was concluded by the start holds nothing up any more.
        binding = [
            id_ for id_ in candidates if spans[id_][1] == moment and (items[id_].concluded_on is None or moment > start)
        ]
        if not binding:
            return tuple(reversed(chain))
        last = min(binding, key=lambda id_: (-depth[id_], id_))
        chain.append(last)
        moment = spans[last][0]
        candidates = () if _is_fixed(items[last]) else after[last]


def _planned(item: PlanItem, after: tuple[str, ...], span: tuple[date, date], calendar: WorkCalendar) -> PlannedItem:
    begin, end = span
    return PlannedItem(
        item.id, item.name, item.stage, item.pre_start, begin, end, _days_after(begin, end, calendar), after, item.route
    )


def landing_if(
    items: Iterable[PlanItem],
    start: date,
    calendar: WorkCalendar,
    id_: str,
    route: str,
    days: int,
    *,
    known_absent: Collection[str] = (),
) -> tuple[date, date]:
    """When this matter and the whole project would end if it took `route` in `days` working days, all else as planned.

    Raises: RuleError as `plan` does, and for an id that is not in the plan.
    """
    by_id = _by_id(items)
    if id_ not in by_id:
        raise RuleError(f"事项 {id_} 不在计划中")
    by_id[id_] = replace(by_id[id_], routes={route: days}, route=route)
    after = {item.id: _prerequisites(item, by_id, known_absent) for item in by_id.values()}
    spans = _schedule(_in_order(after), by_id, after, start, calendar)
    return spans[id_][1], max((spans[item.id][1] for item in by_id.values() if item.pre_start), default=start)
