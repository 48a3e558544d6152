"""Runs the worked examples of a pack: facts in, the code's answer, and where it differs from what the case expects.

**Shape** of a case's facts by `ask`: `screen` the project's facts · `listed` and `promisable` `{row? | matter?,
project, grade?, offered?}` · `grade` `{score}` · `measures` `{grade}` · `benefits` `{project, grade?}` · `track`
`{track, project, grade?}` · `points` and `hall` the input of `yinuo policy points|hall` · `due` `{accepted, days,
unit?, pauses?, extend?, now?}` · `plan` `{items, from}`. `expect` names part of the answer. An answer's `rules` are the
rules that had a say in it: of the cases that claim to exercise a rule, one must show it so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from yinuo.core.benefits import benefits
from yinuo.core.calendar import TZ, WorkCalendar
from yinuo.core.clock import Event, Extend, Pause, Resume, Start, Terms, derive
from yinuo.core.credit import CreditFact, EventError
from yinuo.core.credit import fold as fold_credit
from yinuo.core.dated import RuleError
from yinuo.core.decision import jsonable
from yinuo.core.facts import as_number
from yinuo.core.findings import decide, matter_rows, row_finding
from yinuo.core.grades import UNRATED, grade_of, measures_of
from yinuo.core.hall import HallFact
from yinuo.core.hall import fold as fold_hall
from yinuo.core.pack.faults import Fault, fault_at
from yinuo.core.pack.types import Case, NegativeRow, Pack
from yinuo.core.planner import PlanItem, plan
from yinuo.core.schema import validate
from yinuo.core.screen import promisable, screen, screen_filing
from yinuo.core.tracks import eligible

ORDERED = ("points", "hall", "due", "plan")


def run_case(case: Case, pack: Pack) -> Mapping[str, Any]:
    """The code's answer in JSON's types. Raises what the code raises, KeyError for a fact the question needs."""
    return _ASKS[case.ask](case.facts, pack, case.as_of)


def differences(case: Case, answer: Mapping[str, Any]) -> list[str]:
    """Where the answer is not what the case expects; what the case does not mention may be anything."""
    return list(_differ(jsonable(case.expect), jsonable(answer), "", case.ask in ORDERED))


def case_faults(pack: Pack) -> Iterator[Fault]:
    shown: set[str] = set()
    for case in pack.cases:
        if not case.expect:
            yield fault_at(case.where, "case-failed", f"案例 {case.id} 没有写明预期结果 expect")
        for error in validate(_project(case), pack.facts):
            yield fault_at(case.where, "unknown-fact", f"案例 {case.id} 的项目信息 {error.path}：{error.message}")
        try:
            answer = run_case(case, pack)
            for difference in differences(case, answer):
                yield fault_at(case.where, "case-failed", f"案例 {case.id}：{difference}")
            shown |= set(case.exercises) & set(answer.get("rules", ()))
        except (RuleError, ValueError, KeyError, TypeError) as error:
            yield fault_at(case.where, "case-failed", f"案例 {case.id} 无法回答：{error!r}")
    claimed = {name for case in pack.cases for name in case.exercises}
    for name, (kind, where) in must_be_exercised(pack).items():
        if name in claimed - shown:
            yield fault_at(where, "unexercised", f"{kind} {name}：写明演示它的案例，结果都没有用到它")


def must_be_exercised(pack: Pack) -> dict[str, tuple[str, str]]:
    """Every rule that needs a case, with its kind and place."""
    rules: dict[str, tuple[str, str]] = {}
    for row in pack.negative:
        rules[row.id] = ("负面清单", row.where)
        rules.update({exception.id: ("除外情形", exception.where) for exception in row.exceptions})
    rules.update({f"band.{band.grade}": ("等级", band.where) for scale in pack.scales for band in scale.bands})
    rules.update({measure.id: ("措施", measure.where) for measure in pack.measures})
    rules.update({benefit.id: ("惠企事项", benefit.where) for benefit in pack.benefits})
    rules.update({rule.id: ("加减分规则", rule.where) for rule in pack.point_rules})
    rules.update({rule.id: ("大厅评分规则", rule.where) for rule in pack.hall_rules})
    bounds = {name for predicate in pack.predicates.values() for _, name in predicate.bounds}
    rules.update({name: ("参数", pack.parameters[name].where) for name in sorted(bounds & pack.parameters.keys())})
    return rules


def _project(case: Case) -> Mapping[str, Any]:
    if case.ask == "screen":
        return case.facts
    return case.facts.get("project", {}) if case.ask in ("listed", "promisable", "benefits", "track") else {}


# -- comparing


def _differ(expected: Any, actual: Any, path: str, ordered: bool) -> Iterator[str]:
    if isinstance(expected, Mapping) and isinstance(actual, Mapping):
        for key, value in expected.items():
            if key not in actual:
                yield f"{path}{key} 不在结果中"
            else:
                yield from _differ(value, actual[key], f"{path}{key}.", ordered)
    elif isinstance(expected, Mapping) and isinstance(actual, list):
        # a list of records written as a table by their ids
        yield from _differ(
            expected, {str(item.get("id")): item for item in actual if isinstance(item, Mapping)}, path, ordered
        )
    elif isinstance(expected, list) and isinstance(actual, list):
        yield from _differ_lists(expected, actual, path, ordered)
    elif not _same(expected, actual):
        yield f"{path.rstrip('.')} 应为 {expected!r}，实为 {actual!r}"


def _differ_lists(expected: Sequence[Any], actual: Sequence[Any], path: str, ordered: bool) -> Iterator[str]:
    """In order and complete where order means something; else each expected one must be there, and none where none is
    expected.
    """
    name = path.rstrip(".")
    if ordered or not expected:
        if len(expected) != len(actual):
            yield f"{name} 应有 {len(expected)} 项，实有 {len(actual)} 项"
            return
        for index, (wanted, got) in enumerate(zip(expected, actual, strict=True)):
            yield from _differ(wanted, got, f"{name}[{index}].", ordered)
        return
    for wanted in expected:
        if not any(not list(_differ(wanted, got, "", ordered)) for got in actual):
            yield f"{name} 应含 {wanted!r}，实为 {actual!r}"


def _same(expected: Any, actual: Any) -> bool:
    """Equal, numbers also where one side is written as a text; null (never written in TOML) is "unknown"."""
    if actual is None:
        return bool(expected == "unknown")
    if isinstance(expected, bool) or isinstance(actual, bool):
        return expected is actual
    try:
        return bool(expected == actual) or as_number(expected) == as_number(actual)
    except ValueError:
        return False


# -- asking


def _screen(facts: Mapping[str, Any], pack: Pack, as_of: date) -> Mapping[str, Any]:
    answer = screen(facts, pack, as_of)
    filing = screen_filing(facts, pack, as_of)
    rules = [step.rule for step in (*filing.trace, *filing.overridden)] + [read.id for read in answer.parameters]
    return {**answer.to_json(), "rules": rules}


def _promisable(facts: Mapping[str, Any], pack: Pack, as_of: date) -> Mapping[str, Any]:
    decision = promisable(facts["matter"], facts["project"], pack, as_of, facts.get("grade"), facts.get("offered"))
    answer = decision.to_json()
    rules = [step["rule"] for step in (*answer["trace"], *answer["overridden"])] + [
        read["id"] for read in answer["parameters"]
    ]
    return {**answer, **answer["outcome"], "rules": rules}


def _listed(facts: Mapping[str, Any], pack: Pack, as_of: date) -> Mapping[str, Any]:
    """Whether a row binds the project, as printed; or which rows bind a matter."""
    project = facts.get("project", {})
    if "row" in facts:
        named = [row for row in pack.negative if row.id == facts["row"] and as_of in row.span]
        if not named:
            raise RuleError(f"负面清单在 {as_of} 没有 {facts['row']}")
        return _row(named[0], project, pack, as_of)
    matter = pack.matters[facts["matter"]]
    found = matter_rows(matter, [row for row in pack.negative if as_of in row.span])
    clear = decide(row_finding(row, project, pack, as_of) for row in found)
    rows = [_row(row, project, pack, as_of) for row in found]
    return {
        "listed": None if clear is None else not clear,
        "rows": rows,
        "rules": [r for row in rows for r in row["rules"]],
    }


def _row(row: NegativeRow, project: Mapping[str, Any], pack: Pack, as_of: date) -> dict[str, Any]:
    finding = row_finding(row, project, pack, as_of)
    return {
        "id": row.id,
        "part": row.part,
        "row": row.row,
        "department": row.department,
        "matter": row.matter,
        "sub_matter": row.sub_matter,
        "kind": row.kind,
        "matters": list(row.matters),
        "listed": None if finding.ok is None else not finding.ok,
        "rule": finding.rule,
        "rules": list(dict.fromkeys((row.id, finding.rule, *sorted(finding.parameters)))),
        "why": finding.why,
        "missing": sorted(finding.missing),
        "cites": list(finding.cites),
    }


def _grade(facts: Mapping[str, Any], pack: Pack, as_of: date) -> Mapping[str, Any]:
    answer = grade_of(as_number(facts["score"]), pack, as_of)
    return {**answer.to_json(), "rules": [f"band.{answer.grade}"]}


def _measures(facts: Mapping[str, Any], pack: Pack, as_of: date) -> Mapping[str, Any]:
    found = measures_of(facts["grade"], pack, as_of)
    listed = [
        {"id": m.id, "class": m.class_, "effect": m.effect, "value": m.value, "text": m.text, "cites": list(m.cites)}
        for m in found
    ]
    effects = {m.effect: m.value for m in found}
    return {"grade": facts["grade"], "measures": listed, "effects": effects, "rules": [m.id for m in found]}


def _benefits(facts: Mapping[str, Any], pack: Pack, as_of: date) -> Mapping[str, Any]:
    """Every benefit of the day by its id: yes, no, or unknown with what is missing."""
    answers = benefits(facts.get("project", {}), pack, as_of, facts.get("grade", UNRATED))
    told = {True: "yes", False: "no", None: "unknown"}
    listed = [{"id": a.benefit.id, "holds": told[a.holds], "missing": list(a.missing), "why": a.why} for a in answers]
    return {"benefits": listed, "rules": [a.benefit.id for a in answers if a.holds]}


def _track(facts: Mapping[str, Any], pack: Pack, as_of: date) -> Mapping[str, Any]:
    """Whether a project may take a special track, and why."""
    decision = eligible(facts["track"], facts.get("project", {}), pack, as_of, facts.get("grade", UNRATED))
    rules = [step.rule for step in decision.trace] + [read.id for read in decision.parameters]
    return {**decision.outcome, "missing": list(decision.missing), "rules": rules}


def _points(facts: Mapping[str, Any], pack: Pack, as_of: date) -> Mapping[str, Any]:
    start = as_number(facts["start"]) if "start" in facts else None
    events = [
        CreditFact(
            _day(event["on"], "on"), event["type"], str(event.get("project", "")), _rest(event, "on", "type", "project")
        )
        for event in facts.get("events", [])
    ]
    folded = fold_credit(start, events, pack, as_of=as_of)
    return {**folded.to_json(), "rules": [event.rule for event in folded.events]}


def _hall(facts: Mapping[str, Any], pack: Pack, as_of: date) -> Mapping[str, Any]:
    events = [
        HallFact(event["hall"], _day(event["on"], "on"), event["type"], _rest(event, "hall", "on", "type"))
        for event in facts.get("events", [])
    ]
    folded = fold_hall(facts["halls"], events, pack)
    return {**folded.to_json(), "rules": [rule for point in folded.points for rule in point.rules]}


def _due(facts: Mapping[str, Any], pack: Pack, as_of: date) -> Mapping[str, Any]:
    accepted = _instant(facts["accepted"])
    events: list[Event] = [Start(accepted)]
    for pause in facts.get("pauses", []):
        events.append(Pause(_instant(pause[0])))
        if len(pause) > 1:
            events.append(Resume(_instant(pause[1])))
    if facts.get("extend"):
        events.append(Extend(accepted, facts["extend"], "案例", "案例"))
    terms = Terms(facts["days"], facts.get("unit", "working"))
    now = _instant(facts.get("now", facts["accepted"]))
    state = derive(events, terms, WorkCalendar.from_data(pack.calendar), pack.share("light.warn_share", as_of), now)
    return {
        "due_at": state.due_at.isoformat(),
        "yellow_at": state.yellow_at.isoformat(),
        "light": state.light,
        "state": state.state,
        "used_hours": state.used_hours,
        "left_hours": state.left_hours,
        "provisional": state.provisional,
    }


def _plan(facts: Mapping[str, Any], pack: Pack, as_of: date) -> Mapping[str, Any]:
    items = [
        PlanItem(
            id=item["id"],
            name=item.get("name", item["id"]),
            stage=item.get("stage", ""),
            pre_start=item.get("pre_start", True),
            after=tuple(item.get("after", ())),
            routes=item["routes"],
            route=item.get("route", "regular"),
        )
        for item in facts["items"]
    ]
    made = plan(items, _day(facts.get("from", as_of), "from"), WorkCalendar.from_data(pack.calendar))
    return {
        "landing_on": made.landing_on,
        "working_days": made.working_days,
        "critical": list(made.critical),
        "items": [
            {"id": i.id, "starts_on": i.starts_on, "ends_on": i.ends_on, "working_days": i.working_days}
            for i in made.items
        ],
        "faster": [{"id": f.id, "route": f.route, "saves_working_days": f.saves_working_days} for f in made.faster],
    }


_ASKS: Mapping[str, Callable[[Mapping[str, Any], Pack, date], Mapping[str, Any]]] = {
    "screen": _screen,
    "promisable": _promisable,
    "listed": _listed,
    "grade": _grade,
    "measures": _measures,
    "benefits": _benefits,
    "track": _track,
    "points": _points,
    "hall": _hall,
    "due": _due,
    "plan": _plan,
}


def _rest(event: Mapping[str, Any], *known: str) -> dict[str, Any]:
    return {key: value for key, value in event.items() if key not in known}


def _day(value: Any, name: str) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise EventError(name, f"应为日期：{value!r}") from error


def _instant(value: Any) -> datetime:
    """An instant, of +08:00 where it names no offset."""
    at = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return at if at.tzinfo else at.replace(tzinfo=TZ)
