"""A company's credit score as the fold of its events: taken by day, clamped, every point with its rule and article."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from yinuo.core.dated import Conflict, Gap, all_at
from yinuo.core.decision import plain
from yinuo.core.facts import as_number
from yinuo.core.grades import UNRATED, grade_of
from yinuo.core.pack.types import Pack, PointRule
from yinuo.core.schema import shown

Key = int | str
CaseKey = tuple[str, str]

POINT_TYPES = ("cycle_completed", "act", "commitment_broken")
PROJECT_CLASSES = ("private", "state_owned", "government_funds", "public_works")
ACT_ARTICLES = ("46", "50", "51", "52")
ACT_ITEMS = ("no_verification", "false_filing", "illegal_start", "not_as_approved", "unreported", "other")
ITEMISED_ARTICLE = "46"
# As 附件2·第十八条 names them.
COMMITMENT_FIELDS: Mapping[str, str] = {
    "national_security": "国家安全",
    "ethnic_unity": "民族团结",
    "social_stability": "社会稳定",
    "ecology": "生态环境",
    "energy": "节能减排",
    "livelihood": "民生保障",
}
AUDITS = ("clean", "adverse")
# Why points come back: what was wrong has been put right (修复), or the event itself was wrong (异议).
OBJECTION = "objection"
BECAUSE = ("repair", OBJECTION)
DETAILS: Mapping[str, tuple[str, ...]] = {
    "cycle_completed": ("all_kept", "commitments", "project_class", "audit"),
    "act": ("article", "item", "act"),
    "commitment_broken": ("field",),
    "repair": ("of", "because"),
    "rebase": ("score",),
}


class EventError(ValueError):
    """An event that cannot be read; `field` names what is wrong with it."""

    def __init__(self, field_name: str, message: str) -> None:
        super().__init__(f"{field_name}：{message}" if field_name else message)
        self.field = field_name
        self.message = message


@dataclass(frozen=True, slots=True)
class CreditFact:
    """One credit event. `key` is what a repair's `of` refers to; without one it is the place in the list given."""

    on: date
    type: str
    project: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)
    key: Key | None = None


@dataclass(frozen=True, slots=True)
class FoldedEvent:
    """What one event did.

    `points` is the actual change; `applied` is False where a rule refused or capped it to nothing.
    """

    points: Decimal
    applied: bool
    score: Decimal
    grade: str
    why: str
    cites: tuple[str, ...]
    rule: str

    def to_json(self) -> dict[str, Any]:
        return {
            "points": plain(self.points),
            "applied": self.applied,
            "score": plain(self.score),
            "grade": self.grade,
            "why": self.why,
            "cites": list(self.cites),
        }


@dataclass(frozen=True, slots=True)
class CreditState:
    """All a further event needs to know.

    `capped` counts by (rule, project) before clamping, so that a report once made stays made; `counted` says which
    event counted how much to which cap, so that one cancelled by an objection frees it again. `taken` is each point
    event's actual change; `given_back` names those already repaired; `settled` those whose change a later public
    evaluation has replaced, so that it can no more be given back.
    """

    score: Decimal
    rated: bool
    last_on: date | None = None
    count: int = 0
    capped: Mapping[CaseKey, Decimal] = field(default_factory=dict)
    counted: Mapping[Key, tuple[CaseKey, Decimal]] = field(default_factory=dict)
    taken: Mapping[Key, Decimal] = field(default_factory=dict)
    given_back: frozenset[Key] = frozenset()
    settled: frozenset[Key] = frozenset()


@dataclass(frozen=True, slots=True)
class CreditFold:
    """The folded events in the order given, and where they led."""

    events: tuple[FoldedEvent, ...]
    score: Decimal
    grade: str
    state: CreditState

    def to_json(self) -> dict[str, Any]:
        return {"events": [event.to_json() for event in self.events], "score": plain(self.score), "grade": self.grade}


@dataclass(frozen=True, slots=True)
class _Effect:
    """What the rules say of an event before clamping."""

    points: Decimal
    applied: bool
    why: str
    cites: tuple[str, ...]
    rule: str
    cap: CaseKey | None = None
    repairs: Key | None = None


def begin(start: Decimal | None, pack: Pack, day: date) -> CreditState:
    """The state before any event; None = never evaluated, from `credit.unrated_start`.

    Raises ScoreError for a start out of range.
    """
    score = pack.decimal("credit.unrated_start", day) if start is None else start
    grade_of(score, pack, day)
    return CreditState(score=score, rated=start is not None)


def fold(start: Decimal | None, events: Sequence[CreditFact], pack: Pack, *, as_of: date | None = None) -> CreditFold:
    """The score after all events, taken by day, then in the order given; the answer keeps the order given.

    `as_of` is the day whose rules grade a fold without events. Raises: EventError, ScoreError, Gap, Conflict.
    """
    order = sorted(range(len(events)), key=lambda index: events[index].on)
    day = events[order[0]].on if order else (as_of or pack.valid_from)
    state = begin(start, pack, day)
    done: dict[int, FoldedEvent] = {}
    for index in order:
        event = events[index]
        keyed = event if event.key is not None else replace(event, key=index)
        try:
            state, done[index] = apply(state, keyed, pack)
        except EventError as error:
            raise EventError(f"events[{index}].{error.field}".rstrip("."), error.message) from error
    last_day = max(filter(None, (as_of, events[order[-1]].on if order else day)))
    return CreditFold(
        tuple(done[index] for index in range(len(events))), state.score, grade_in(state, pack, last_day), state
    )


def grade_in(state: CreditState, pack: Pack, day: date) -> str:
    """The grade the state stands for; 未评级 as long as no public evaluation came in."""
    return grade_of(state.score, pack, day).grade if state.rated else UNRATED


def apply(state: CreditState, event: CreditFact, pack: Pack) -> tuple[CreditState, FoldedEvent]:
    """The next state after one further event. Raises EventError for an event older than the last one: fold anew."""
    if state.last_on is not None and event.on < state.last_on:
        raise EventError("on", f"早于已计入的事件（{state.last_on.isoformat()}），须从头重算")
    key: Key = state.count if event.key is None else event.key
    event = replace(event, detail=with_act(event.type, event.detail, event.on, pack))
    check(event)
    effect = _effect(state, event, pack)
    low, high = pack.decimal("credit.score_min", event.on), pack.decimal("credit.score_max", event.on)
    score = min(max(state.score + effect.points, low), high)
    change = score - state.score
    capped, counted = _caps(state, event, effect, key)
    after = CreditState(
        score=score,
        rated=state.rated or event.type == "rebase",
        last_on=event.on,
        count=state.count + 1,
        capped=capped,
        counted=counted,
        taken={**state.taken, key: change if event.type in POINT_TYPES else Decimal(0)},
        given_back=state.given_back if effect.repairs is None else state.given_back | {effect.repairs},
        settled=frozenset(state.taken) if event.type == "rebase" else state.settled,
    )
    why = effect.why
    if change != effect.points:
        why = f"{why}；分值限于 {plain(low)} 至 {plain(high)}，实际变动 {plain(change)}"
    return after, FoldedEvent(
        change, effect.applied, score, grade_in(after, pack, event.on), why, effect.cites, effect.rule
    )


def _caps(
    state: CreditState, event: CreditFact, effect: _Effect, key: Key
) -> tuple[Mapping[CaseKey, Decimal], Mapping[Key, tuple[CaseKey, Decimal]]]:
    """The caps after the event: one that counts fills its cap; one cancelled by an objection had never been and frees
    it, a repair does not.
    """
    if effect.cap is not None:
        size = abs(effect.points)
        return {**state.capped, effect.cap: state.capped.get(effect.cap, Decimal(0)) + size}, {
            **state.counted,
            key: (effect.cap, size),
        }
    if effect.repairs is not None and effect.repairs in state.counted and event.detail.get("because") == OBJECTION:
        case, size = state.counted[effect.repairs]
        return {**state.capped, case: state.capped[case] - size}, state.counted
    return state.capped, state.counted


def with_act(type: str, detail: Mapping[str, Any], on: date, pack: Pack) -> Mapping[str, Any]:
    """The detail of an event that names one of the listed acts, with the article and item the list of its day puts it
    under.

    Raises: EventError for an act that list does not name, or one said to fall under another article.
    """
    if type != "act" or detail.get("act") is None:
        return detail
    act = pack.acts.get(str(detail["act"]))
    if act is None or act.at(on) is None:
        raise EventError("act", f"{on.isoformat()} 的扣分行为清单里没有 {shown(detail['act'])}")
    fields = {"article": act.article, **({"item": act.item} if act.item else {})}
    if any(detail.get(name) not in (None, fields.get(name)) for name in ("article", "item")):
        raise EventError("act", f"“{act.text}”不是所写的条、项")
    return {**detail, **fields}


def check(event: CreditFact) -> None:
    """The event's own fields. Raises: EventError naming the field."""
    detail = event.detail
    match event.type:
        case "cycle_completed":
            if not isinstance(detail.get("all_kept"), bool):
                raise EventError("all_kept", "应为 true 或 false")
            count = detail.get("commitments")
            if isinstance(count, bool) or not isinstance(count, int) or count < 0:
                raise EventError("commitments", "应为承诺的件数（0 或正整数）")
            _one_of(detail, "project_class", PROJECT_CLASSES)
            _one_of(detail, "audit", AUDITS, optional=True)
        case "act":
            _one_of(detail, "article", ACT_ARTICLES)
            _one_of(detail, "item", ACT_ITEMS, optional=True)
            if detail.get("item") is not None and detail["article"] != ITEMISED_ARTICLE:
                raise EventError("item", f"只有第 {ITEMISED_ARTICLE} 条分项")
        case "commitment_broken":
            _one_of(detail, "field", tuple(COMMITMENT_FIELDS), optional=True)
        case "repair":
            if isinstance(detail.get("of"), bool) or not isinstance(detail.get("of"), (int, str)):
                raise EventError("of", "应为所修复事件的序号")
            _one_of(detail, "because", BECAUSE, optional=True)
        case "rebase":
            try:
                as_number(detail.get("score"))
            except ValueError as error:
                raise EventError("score", str(error)) from error
        case _:
            raise EventError("type", f"没有信用事件类型 {shown(event.type)}")
    if event.type in POINT_TYPES and not event.project:
        raise EventError("project", "缺少项目")


def _one_of(detail: Mapping[str, Any], name: str, choices: Sequence[str], *, optional: bool = False) -> None:
    value = detail.get(name)
    if value is None and optional:
        return
    if value not in choices:
        raise EventError(name, f"应为 {'、'.join(choices)} 之一：{shown(value)}")


def _effect(state: CreditState, event: CreditFact, pack: Pack) -> _Effect:
    """What the rules say; of a listed act also which act it was, and by which texts the list of its day names it."""
    effect = _by_rule(state, event, pack)
    act = pack.acts.get(str(event.detail.get("act"))) if event.type == "act" else None
    listing = act.at(event.on) if act else None
    if act is None or listing is None:
        return effect
    return replace(effect, why=f"{act.text}：{effect.why}", cites=tuple(dict.fromkeys((*effect.cites, *listing.cites))))


def _by_rule(state: CreditState, event: CreditFact, pack: Pack) -> _Effect:
    if event.type == "repair":
        return _repair(state, event, pack)
    if event.type == "rebase":
        return _rebase(state, event, pack)
    rules = [rule for rule in all_at(pack.point_rules, event.on) if rule.type == event.type]
    if not rules:
        raise Gap(f"信用加减分 {event.type}：在 {event.on.isoformat()} 没有生效的规定")
    rule = _most_specific(rules, event)
    if rule is None:
        return _refused(event, rules)
    if event.type == "cycle_completed" and (reason := _unearned(event, rule, pack)):
        return _Effect(Decimal(0), False, reason, rule.cites, rule.id)
    if rule.cap_per_project is None:
        return _Effect(rule.points, True, rule.text, rule.cites, rule.id)
    case = (rule.id, event.project)
    room = rule.cap_per_project - state.capped.get(case, Decimal(0))
    size = min(abs(rule.points), room)
    if size <= 0:
        why = f"{rule.text}：该项目已计满 {plain(rule.cap_per_project)} 分，不再计"
        return _Effect(Decimal(0), False, why, rule.cites, rule.id)
    return _Effect(size.copy_sign(rule.points), True, rule.text, rule.cites, rule.id, cap=case)


def _most_specific(rules: Sequence[PointRule], event: CreditFact) -> PointRule | None:
    """The matching rule that narrows most. Raises Conflict when two narrow equally."""
    hits = [rule for rule in rules if matches(rule.match, event.detail)]
    if not hits:
        return None
    width = max(len(rule.match) for rule in hits)
    best = [rule for rule in hits if len(rule.match) == width]
    if len(best) > 1:
        raise Conflict(f"信用事件 {event.type} 同时适用 {'、'.join(rule.id for rule in best)}")
    return best[0]


def rule_of(type: str, detail: Mapping[str, Any], day: date, pack: Pack) -> tuple[PointRule, tuple[str, ...]]:
    """The rule that answers an event of `day`, and its citations with those of the act named.

    Raises: EventError, Gap, Conflict.
    """
    filled = with_act(type, detail, day, pack)
    rule = _most_specific(
        [one for one in all_at(pack.point_rules, day) if one.type == type], CreditFact(day, type, detail=filled)
    )
    if rule is None:
        raise Gap(f"信用加减分 {type}：在 {day.isoformat()} 没有适用的规定")
    act = pack.acts.get(str(filled.get("act")))
    listing = act.at(day) if act else None
    return rule, tuple(dict.fromkeys((*rule.cites, *(listing.cites if listing else ()))))


def matches(match: Mapping[str, Any], detail: Mapping[str, Any]) -> bool:
    """Whether every field of the rule's match holds in the event; a list matches any of its members."""
    for name, wanted in match.items():
        value = detail.get(name)
        if value is None or not (value in wanted if isinstance(wanted, (list, tuple)) else value == wanted):
            return False
    return True


def _refused(event: CreditFact, rules: Sequence[PointRule]) -> _Effect:
    """No rule of the type matches: nothing counts, cited to the rules that would have had to."""
    cites = tuple(dict.fromkeys(cite for rule in rules for cite in rule.cites))
    why = "承诺没有全部完成，不加分" if event.type == "cycle_completed" else "没有适用的加减分规定，不计分"
    return _Effect(Decimal(0), False, why, cites, rules[0].id)


def _unearned(event: CreditFact, rule: PointRule, pack: Pack) -> str:
    """Why a completed cycle earns nothing; empty when it does."""
    detail = event.detail
    if not detail["all_kept"]:
        return "承诺没有全部完成，不加分"
    if not detail["commitments"]:
        return "整个周期没有作出承诺，不加分"
    if rule.needs_audit and detail["project_class"] in pack.parameter("credit.audit_classes", event.on).value:
        if detail.get("audit") is None:
            return "国有企业投资、使用政府投资资金或者公共工程类项目，没有审计结论，不加分"
        if detail["audit"] != "clean":
            return "国有企业投资、使用政府投资资金或者公共工程类项目，审计结论有问题，不加分"
    return ""


def _repair(state: CreditState, event: CreditFact, pack: Pack) -> _Effect:
    rule = pack.parameter("credit.repair", event.on)
    of: Key = event.detail["of"]
    change = state.taken.get(of)
    reason = ""
    if change is None:
        reason = f"第 {of} 号事件此前没有发生，无从修复"
    elif of in state.given_back:
        reason = f"第 {of} 号事件扣减的分值已经恢复，不再重复恢复"
    elif change >= 0:
        reason = f"第 {of} 号事件没有扣减分值，无从修复"
    if reason or change is None:
        return _Effect(Decimal(0), False, reason, rule.cites, "credit.repair")
    wrong = event.detail.get("because") == OBJECTION
    if of in state.settled and not event.detail.get("given_before_reading"):
        why = f"第 {of} 号事件以后已有新的公共信用综合评价，分值以评价为准，不再恢复"
        if not wrong:
            return _Effect(Decimal(0), False, why, rule.cites, "credit.repair")
        return _Effect(Decimal(0), True, f"异议成立：{why}", rule.cites, "credit.repair", repairs=of)
    name = "异议成立" if wrong else "信用修复"
    return _Effect(
        -change, True, f"{name}：恢复第 {of} 号事件扣减的 {plain(-change)} 分", rule.cites, "credit.repair", repairs=of
    )


def _rebase(state: CreditState, event: CreditFact, pack: Pack) -> _Effect:
    rule = pack.parameter("credit.rebase", event.on)
    score = as_number(event.detail["score"])
    low, high = pack.decimal("credit.score_min", event.on), pack.decimal("credit.score_max", event.on)
    if not low <= score <= high:
        raise EventError("score", f"应在 {plain(low)} 至 {plain(high)} 之间：{plain(score)}")
    return _Effect(score - state.score, True, f"新的公共信用综合评价：{plain(score)} 分", rule.cites, "credit.rebase")
