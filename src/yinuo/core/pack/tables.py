"""Decision tables must be total and disjoint: grade bands, point rules, hall rules, exceptions, measures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import combinations, pairwise, product
from typing import Any, Protocol

from yinuo.core import credit, hall
from yinuo.core.dated import RuleError, Span, all_at
from yinuo.core.pack.faults import Fault, fault_at
from yinuo.core.pack.types import Band, GradeScale, HallRule, NegativeRow, Pack, PointRule

Detail = dict[str, Any]


class _Rule(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def span(self) -> Span: ...
    @property
    def where(self) -> str: ...


def table_faults(pack: Pack, days: Sequence[date], broken: set[str]) -> Iterator[Fault]:
    for scale in pack.scales:
        if scale.where not in broken:
            yield from _bands(scale, pack)
    for row in pack.negative:
        yield from _exceptions(row)
    yield from _rows(pack.negative)
    yield from _points(pack, days)
    yield from _hall(pack, days)


def _bands(scale: GradeScale, pack: Pack) -> Iterator[Fault]:
    bands = sorted(scale.bands, key=lambda band: band.low)
    if not bands:
        yield fault_at(scale.where, "band", "等级表没有等级（写作 [[scale.band]]）")
        return
    for band in bands:
        if band.low >= band.high:
            yield fault_at(band.where, "band", f"等级 {band.grade} 的 low 应小于 high")
        if band.class_ not in scale.classes:
            yield fault_at(
                band.where,
                "band",
                f"等级 {band.grade} 的等次 {band.class_} 没有名称和底色（写作 [scale.class.{band.class_}]）",
            )
        if band.lowest is not (band is bands[0]):
            yield fault_at(band.where, "band", f"lowest = true 只应写在最低一级（{bands[0].grade}）")
    for lower, upper in pairwise(bands):
        if lower.high != upper.low:
            word = "没有等级" if lower.high < upper.low else "有两个等级"
            low, high = sorted((lower.high, upper.low))
            yield fault_at(upper.where, "band", f"分值 {low} 至 {high} {word}（{lower.grade}、{upper.grade}）")
    yield from _band_ends(scale, bands, pack)


def _band_ends(scale: GradeScale, bands: list[Band], pack: Pack) -> Iterator[Fault]:
    try:
        least, most = (
            pack.decimal(f"credit.score_{end}", max(scale.span.from_on, pack.valid_from)) for end in ("min", "max")
        )
    except (RuleError, ArithmeticError):
        return  # the parameters' own fault, told elsewhere
    if bands[0].low != least:
        yield fault_at(bands[0].where, "band", f"最低一级应从 {least} 分起，现为 {bands[0].low}")
    if bands[-1].high != most:
        yield fault_at(bands[-1].where, "band", f"最高一级应到 {most} 分止，现为 {bands[-1].high}")


def _exceptions(row: NegativeRow) -> Iterator[Fault]:
    """Exceptions name conditions, never each other, so a circle cannot be written; what can be is told here."""
    for first, second in combinations(row.exceptions, 2):
        if first.id == second.id or first.when == second.when:
            what = f"编号 {second.id}" if first.id == second.id else f"条件 {second.when}"
            yield fault_at(second.where, "exception", f"除外情形与 {first.where} 同一{what}，无从区分")
    for exception in row.exceptions:
        if exception.when == "always" or (exception.when == row.when and row.when != "always"):
            yield fault_at(exception.where, "exception", f"除外情形 {exception.id} 总是成立，{row.id} 永远不起作用")


def _rows(rows: Iterable[NegativeRow]) -> Iterator[Fault]:
    for first, second in combinations(rows, 2):
        if (first.part, first.row) == (second.part, second.row) and _meet(first.span, second.span):
            yield fault_at(second.where, "duplicate-id", f"负面清单该部分第 {second.row} 项已在 {first.where} 写过")


def _meet(a: Span, b: Span) -> bool:
    return (b.to_on is None or a.from_on < b.to_on) and (a.to_on is None or b.from_on < a.to_on)


# -- point rules: of the rules that match, the one that narrows most counts

_POINT_EVENTS: Mapping[str, list[Detail]] = {
    "cycle_completed": [{"all_kept": True, "project_class": name} for name in credit.PROJECT_CLASSES],
    "act": [
        *({"article": article} for article in credit.ACT_ARTICLES),
        *({"article": credit.ITEMISED_ARTICLE, "item": item} for item in credit.ACT_ITEMS),
    ],
    "commitment_broken": [{}, *({"field": name} for name in credit.COMMITMENT_FIELDS)],
}


def _points(pack: Pack, days: Sequence[date]) -> Iterator[Fault]:
    known = set(_POINT_EVENTS)
    for rule in pack.point_rules:
        if rule.type not in known:
            yield fault_at(rule.where, "unknown-type", f"没有信用事件类型 {rule.type}；已知 {'、'.join(sorted(known))}")
    told: set[object] = set()
    for day, (kind, events) in product(days, _POINT_EVENTS.items()):
        rules = [rule for rule in all_at(pack.point_rules, day) if rule.type == kind]
        for event in [*events, *_mentioned(rules)]:
            hits = [rule for rule in rules if credit.matches(rule.match, event)]
            best = [rule for rule in hits if len(rule.match) == max(len(hit.match) for hit in hits)]
            key = tuple(rule.id for rule in best) or (kind, str(event))
            if len(best) == 1 or key in told or (not best and event not in events):
                continue
            told.add(key)
            if best:
                yield _ambiguous(best, f"信用事件 {kind} {_words(event)}", day)
            else:
                yield Fault("points.toml", 1, "rule-gap", f"信用事件 {kind} {_words(event)}：{day} 没有适用的规则")


def _mentioned(rules: Sequence[PointRule]) -> Iterator[Detail]:
    """Every combination of the field values that any of the rules asks for, each field also absent."""
    fields: dict[str, list[Any]] = {}
    for rule in rules:
        for name, wanted in rule.match.items():
            values = fields.setdefault(name, [None])
            values += [value for value in (wanted if isinstance(wanted, list) else [wanted]) if value not in values]
    for choice in product(*fields.values()):
        yield {name: value for name, value in zip(fields, choice, strict=True) if value is not None}


def _ambiguous(rules: Sequence[_Rule], what: str, day: date) -> Fault:
    return fault_at(rules[-1].where, "rule-ambiguous", f"{what}：{day} 同时适用 {'、'.join(rule.id for rule in rules)}")


def _words(event: Detail) -> str:
    return "、".join(f"{name}={value}" for name, value in event.items()) or "（不带分项）"


# -- hall rules: at most one may hold, and the events every county has must not be left without one


def _hall(pack: Pack, days: Sequence[date]) -> Iterator[Fault]:
    known = {"review", "light", "landed", "track_praised", "manual"}
    for rule in pack.hall_rules:
        if rule.type not in known:
            yield fault_at(
                rule.where, "unknown-type", f"没有大厅评分事件类型 {rule.type}；已知 {'、'.join(sorted(known))}"
            )
    told: set[object] = set()
    for day in days:
        rules = all_at(pack.hall_rules, day)
        for kind, event, needed in _hall_events(pack, rules, day):
            hits = [rule for rule in rules if rule.type == kind and _hall_holds(rule, event)]
            key = tuple(rule.id for rule in hits) or (kind, str(event))
            if key in told or len(hits) == 1 or (not hits and not needed):
                continue
            told.add(key)
            if hits:
                yield _ambiguous(hits, f"大厅评分 {kind} {_words(event)}", day)
            else:
                yield Fault("hall.toml", 1, "rule-gap", f"大厅评分 {kind} {_words(event)}：{day} 没有适用的规则")
        for kind in known - {rule.type for rule in rules}:
            if kind not in told:
                told.add(kind)
                yield Fault("hall.toml", 1, "rule-gap", f"大厅评分 {kind}：{day} 没有规则")


def _hall_events(pack: Pack, rules: Sequence[HallRule], day: date) -> Iterator[tuple[str, Detail, bool]]:
    """Type, fields, and whether a rule must answer it."""
    try:
        good, bad = (pack.parameter(f"hall.review_{side}", day).value for side in ("good", "bad"))
    except RuleError:
        good, bad = (), ()
    for level in hall.LEVELS:
        rating = "good" if level in good else "bad" if level in bad else "neutral"
        yield "review", {"level": level, "rating": rating}, rating != "neutral"
    for light in hall.LIGHTS:
        yield "light", {"light": light}, True
    for track in hall.TRACKS:
        yield "track_praised", {"track": track}, True
    bounds = {
        bound for rule in rules for bound in (rule.days_at_most, rule.approval_days_more_than) if bound is not None
    }
    edges = sorted({bound + step for bound in bounds for step in (0, 1)})
    for kind, spent, approval in product(hall.KINDS, edges, edges):
        if approval <= spent:
            yield "landed", {"kind": kind, "days": spent, "approval_days": approval}, False


def _hall_holds(rule: HallRule, event: Detail) -> bool:
    if not credit.matches(rule.match, event):
        return False
    if rule.days_at_most is not None and event["days"] > rule.days_at_most:
        return False
    return rule.approval_days_more_than is None or event["approval_days"] > rule.approval_days_more_than
