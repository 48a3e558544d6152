"""A hall's score as the fold of its events: every quarter begins anew, every month stands, the region is the mean of
its halls.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from yinuo.core.credit import EventError, matches
from yinuo.core.dated import Gap, all_at
from yinuo.core.decision import plain
from yinuo.core.facts import as_number
from yinuo.core.pack.types import HallRule, Pack
from yinuo.core.schema import shown

LEVELS = range(1, 6)
POINTS_DIGITS = 6
LIGHTS = ("yellow", "red")
KINDS = ("filing", "verification", "approval")
TRACKS = ("agency", "standard_land", "mock", "deficient", "land_list")
DETAILS: Mapping[str, tuple[str, ...]] = {
    "review": ("matter", "level"),
    "light": ("matter", "light"),
    "landed": ("project", "kind", "days", "approval_days"),
    "track_praised": ("project", "track"),
    "manual": ("points", "basis"),
}
DUPLICATE = "同一事项或者项目已经计过，只计一次"
Once = tuple[str, str, str, Any]
Month = tuple[int, int]


@dataclass(frozen=True, slots=True)
class HallFact:
    """One event of a hall; `detail` holds the fields its type asks for."""

    hall: str
    on: date
    type: str
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HallPoint:
    """What one event counted, by the event's place in the list given."""

    index: int
    points: Decimal
    why: str
    cites: tuple[str, ...]
    rules: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return {"index": self.index, "points": plain(self.points), "why": self.why, "cites": list(self.cites)}


@dataclass(frozen=True, slots=True)
class Scores:
    """Scores at the end of each month ("2026-01") and quarter ("2026Q1"), in order of time."""

    months: Mapping[str, Decimal]
    quarters: Mapping[str, Decimal]

    def to_json(self) -> dict[str, Any]:
        return {
            "months": {month: plain(score) for month, score in self.months.items()},
            "quarters": {quarter: plain(score) for quarter, score in self.quarters.items()},
        }


@dataclass(frozen=True, slots=True)
class HallState:
    """One hall after its last event: `score` is the running score of that event's quarter, `seen` what has counted
    already.
    """

    hall: str
    score: Decimal = Decimal(0)
    last_on: date | None = None
    count: int = 0
    seen: frozenset[Once] = frozenset()


@dataclass(frozen=True, slots=True)
class HallFold:
    halls: Mapping[str, Scores]
    region: Scores
    points: tuple[HallPoint, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "halls": {hall: scores.to_json() for hall, scores in self.halls.items()},
            "region": self.region.to_json(),
            "points": [point.to_json() for point in self.points],
        }


def fold(halls: Sequence[str], events: Sequence[HallFact], pack: Pack) -> HallFold:
    """The scores of every hall and of the region, events taken by day, then in the order given.

    Raises: EventError for a hall or field that is wrong, Gap where no rule of the type is in force.
    """
    if not halls or len(set(halls)) != len(halls):
        raise EventError("halls", "应列出政务大厅，不得为空或者重复")
    seen: set[Once | None] = set()
    done: dict[int, HallPoint] = {}
    sums: dict[tuple[str, Month], Decimal] = {}
    for index in sorted(range(len(events)), key=lambda place: events[place].on):
        event = events[index]
        try:
            if event.hall not in halls:
                raise EventError("hall", f"不在 halls 之列：{shown(event.hall)}")
            check(event)
        except EventError as error:
            raise EventError(f"events[{index}].{error.field}", error.message) from error
        once = _once(event)
        done[index] = _count(index, event, once in seen, pack)
        seen.add(once)
        case = (event.hall, (event.on.year, event.on.month))
        sums[case] = sums.get(case, Decimal(0)) + done[index].points
    scores, region = from_sums(halls, list(_months([event.on for event in events])), sums, pack)
    return HallFold(scores, region, tuple(done[index] for index in range(len(events))))


def from_sums(
    halls: Sequence[str], months: Sequence[Month], sums: Mapping[tuple[str, Month], Decimal], pack: Pack
) -> tuple[dict[str, Scores], Scores]:
    """The halls' scores and the region's from what the events of each hall and month counted.

    **Shape** `months` follow one another and begin a quarter, or the first of them begins the record.
    """
    scores = {hall: _scores(hall, months, sums, pack) for hall in halls}
    return scores, _mean(list(scores.values()), months, pack)


def apply(state: HallState, event: HallFact, pack: Pack) -> tuple[HallState, HallPoint]:
    """The next state after one further event of the hall. Raises EventError for one older than the last: fold anew."""
    if event.hall != state.hall:
        raise EventError("hall", f"不是 {state.hall} 的事件：{shown(event.hall)}")
    if state.last_on is not None and event.on < state.last_on:
        raise EventError("on", f"早于已计入的事件（{state.last_on.isoformat()}），须从头重算")
    check(event)
    once = _once(event)
    point = _count(state.count, event, once in state.seen, pack)
    month = (event.on.year, event.on.month)
    same_quarter = state.last_on is not None and _quarter((state.last_on.year, state.last_on.month)) == _quarter(month)
    before = state.score if same_quarter else pack.decimal("hall.start", _rules_on(month, pack))
    seen = state.seen if once is None else state.seen | {once}
    return HallState(state.hall, before + point.points, event.on, state.count + 1, seen), point


def check(event: HallFact) -> None:
    """The event's own fields. Raises: EventError naming the field."""
    detail = event.detail
    match event.type:
        case "review":
            _present(detail, "matter")
            level = detail.get("level")
            if isinstance(level, bool) or not isinstance(level, int) or level not in LEVELS:
                raise EventError("level", f"应为 {LEVELS.start} 至 {LEVELS.stop - 1} 的整数：{shown(level)}")
        case "light":
            _present(detail, "matter")
            _one_of(detail, "light", LIGHTS)
        case "landed":
            _present(detail, "project")
            _one_of(detail, "kind", KINDS)
            _days(detail, "days")
            _days(detail, "approval_days")
        case "track_praised":
            _present(detail, "project")
            _one_of(detail, "track", TRACKS)
        case "manual":
            _present(detail, "basis")
            try:
                points = as_number(detail.get("points"))
            except ValueError as error:
                raise EventError("points", str(error)) from error
            if not (points.adjusted() < POINTS_DIGITS and points.as_tuple().exponent >= -POINTS_DIGITS):  # type: ignore[operator]
                raise EventError("points", f"整数和小数各不超过 {POINTS_DIGITS} 位")
        case _:
            raise EventError("type", f"没有大厅评分事件类型 {shown(event.type)}")


def _present(detail: Mapping[str, Any], name: str) -> None:
    value = detail.get(name)
    if isinstance(value, bool) or not isinstance(value, (str, int)) or not str(value).strip():
        raise EventError(name, "不能为空")


def _one_of(detail: Mapping[str, Any], name: str, choices: Sequence[str]) -> None:
    if detail.get(name) not in choices:
        raise EventError(name, f"应为 {'、'.join(choices)} 之一：{shown(detail.get(name))}")


def _days(detail: Mapping[str, Any], name: str) -> int:
    days = detail.get(name)
    if isinstance(days, bool) or not isinstance(days, int) or days < 0:
        raise EventError(name, f"应为天数（0 或正整数）：{shown(days)}")
    return days


def _once(event: HallFact) -> Once | None:
    """What may count once only: (matter, type, light) or (project, type, track) within the hall; None for points given
    by hand.
    """
    if event.type == "manual":
        return None
    subject = event.detail["matter"] if "matter" in event.detail else event.detail["project"]
    return (event.hall, event.type, str(subject), event.detail.get("light") or event.detail.get("track"))


def _count(index: int, event: HallFact, again: bool, pack: Pack) -> HallPoint:
    rules = [rule for rule in all_at(pack.hall_rules, event.on) if rule.type == event.type]
    if not rules:
        raise Gap(f"大厅评分 {event.type}：在 {event.on.isoformat()} 没有生效的规定")
    hits = [rule for rule in rules if _holds(rule, event, pack)]
    cites = tuple(dict.fromkeys(cite for rule in hits or rules for cite in rule.cites))
    if event.type == "manual":
        return HallPoint(
            index,
            as_number(event.detail["points"]),
            f"人工评分：{event.detail['basis']}",
            cites,
            tuple(r.id for r in hits),
        )
    if again:
        return HallPoint(index, Decimal(0), DUPLICATE, cites, ())
    points = sum((rule.points for rule in hits), Decimal(0))
    why = "；".join(rule.text for rule in hits) or "不符合加减分规定，不计分"
    return HallPoint(index, points, why, cites, tuple(rule.id for rule in hits))


def _holds(rule: HallRule, event: HallFact, pack: Pack) -> bool:
    detail = event.detail
    if event.type == "review":
        good = pack.parameter("hall.review_good", event.on).value
        bad = pack.parameter("hall.review_bad", event.on).value
        rating = "good" if detail["level"] in good else "bad" if detail["level"] in bad else "neutral"
        detail = {**detail, "rating": rating}
    if not matches(rule.match, detail):
        return False
    if rule.days_at_most is not None and detail["days"] > rule.days_at_most:
        return False
    return rule.approval_days_more_than is None or detail["approval_days"] > rule.approval_days_more_than


def _months(days: Sequence[date]) -> Iterator[Month]:
    """Every month from the first to the last day's, those without events too."""
    if not days:
        return
    first, last = min(days), max(days)
    for number in range(first.year * 12 + first.month - 1, last.year * 12 + last.month):
        yield number // 12, number % 12 + 1


def _rules_on(month: Month, pack: Pack) -> date:
    """The day whose rules hold for a month: its first, or the pack's first where the pack begins within it."""
    return max(date(*month, 1), pack.valid_from)


def _month(month: Month) -> str:
    return f"{month[0]}-{month[1]:02d}"


def _quarter(month: Month) -> str:
    return f"{month[0]}Q{(month[1] + 2) // 3}"


def _scores(hall: str, months: Sequence[Month], sums: Mapping[tuple[str, Month], Decimal], pack: Pack) -> Scores:
    by_month: dict[str, Decimal] = {}
    by_quarter: dict[str, Decimal] = {}
    for month in months:
        quarter = _quarter(month)
        before = by_quarter[quarter] if quarter in by_quarter else pack.decimal("hall.start", _rules_on(month, pack))
        by_quarter[quarter] = by_month[_month(month)] = before + sums.get((hall, month), Decimal(0))
    return Scores(by_month, by_quarter)


def _mean(halls: Sequence[Scores], months: Sequence[Month], pack: Pack) -> Scores:
    """The halls' mean, half rounded up (四舍五入) at `hall.mean_places` decimals."""
    by_month: dict[str, Decimal] = {}
    by_quarter: dict[str, Decimal] = {}
    for month in months:
        unit = Decimal(1).scaleb(-pack.integer("hall.mean_places", _rules_on(month, pack)))
        name, quarter = _month(month), _quarter(month)
        total = sum((hall.months[name] for hall in halls), Decimal(0))
        by_quarter[quarter] = by_month[name] = (total / len(halls)).quantize(unit, ROUND_HALF_UP)
    return Scores(by_month, by_quarter)
