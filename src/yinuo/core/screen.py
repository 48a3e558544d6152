"""What the rules say of a project before anybody has looked at it:
instant filing or not, and every matter's promise.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from yinuo.core.dated import RuleError, all_at
from yinuo.core.decision import Decision, ParameterRead
from yinuo.core.facts import UNKNOWN, Facts, as_number, look_up
from yinuo.core.findings import (
    ON_REQUEST,
    Finding,
    condition,
    decide,
    labels,
    matter_rows,
    project_findings,
    row_finding,
    sentence,
)
from yinuo.core.grades import UNRATED, ScoreError, allows, class_of, grade_of, named_grade
from yinuo.core.lists import deciding_level, gate_findings, list_findings
from yinuo.core.pack.types import Matter, NegativeRow, Pack
from yinuo.core.wording import in_words

GRADE_FACTS = frozenset({"unit.grade", "unit.score"})
FILING_PARAMETERS = (
    "filing.secret_refused",
    "filing.instant_kinds",
    "filing.unit_types",
    "filing.red_classes",
    "filing.required_facts",
)
DEPARTMENT_CHOOSES = "commitment.department_chooses"
PROMISE_PARAMETERS = ("commitment.kinds", DEPARTMENT_CHOOSES)
NEEDED = {True: "yes", False: "no", None: "unknown"}


@dataclass(frozen=True, slots=True)
class Stop:
    """A rule that stands against instant approval."""

    rule: str
    why: str
    cites: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return {"rule": self.rule, "why": self.why, "cites": list(self.cites)}


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Answers that do not fit each other, or one that the law does not admit, with the clause in words."""

    facts: tuple[str, ...]
    clause: str
    why: str

    def to_json(self) -> dict[str, Any]:
        return {"facts": list(self.facts), "clause": self.clause, "why": self.why}


@dataclass(frozen=True, slots=True)
class MatterAnswer:
    """One catalogue matter's answer; None and "unknown" = not decidable, `missing` would decide it."""

    id: str
    name: str
    department: str
    needed: str
    listed: bool | None
    offered: bool
    promisable: bool | None
    why: tuple[str, ...]
    missing: tuple[str, ...]
    cites: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "name": self.name,
            "department": self.department,
            "needed": self.needed,
            "listed": self.listed,
            "offered": self.offered,
            "promisable": self.promisable,
            "why": list(self.why),
            "missing": list(self.missing),
            "cites": list(self.cites),
        }


@dataclass(frozen=True, slots=True)
class Screening:
    """The whole answer; `instant` None = not decidable from the facts, and `missing` says which would decide.

    `parameters` are those the conditions were compared with; each reason tells their values in words.
    """

    instant: bool | None
    stops: tuple[Stop, ...]
    missing: tuple[str, ...]
    matters: tuple[MatterAnswer, ...]
    parameters: tuple[ParameterRead, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
    decided_by: str = "county"

    def to_json(self) -> dict[str, Any]:
        return {
            "instant": self.instant,
            "stops": [stop.to_json() for stop in self.stops],
            "contradictions": [one.to_json() for one in self.contradictions],
            "decided_by": self.decided_by,
            "missing": list(self.missing),
            "matters": [matter.to_json() for matter in self.matters],
        }


# -- the company's grade


@dataclass(frozen=True, slots=True)
class UnitGrade:
    """The grade the facts give, with the class whose measures hold; `grade` None = unknown."""

    grade: str | None
    class_: str = ""
    label: str = ""
    cites: tuple[str, ...] = ()


def unit_grade(facts: Facts, pack: Pack, as_of: date, given: str | None = None) -> UnitGrade:
    """The company's grade by `given`, `unit.grade` or `unit.score`.

    Raises: ScoreError when grade and score contradict each other or are out of range.
    """
    grade = given if given is not None else look_up(facts, "unit.grade")
    score = UNKNOWN if given is not None else look_up(facts, "unit.score")
    if score is not UNKNOWN:
        by_score = grade_of(as_number(score), pack, as_of).grade
        if grade not in (UNKNOWN, by_score):
            raise ScoreError(f"unit.grade：{grade} 与 unit.score {score}（{by_score}）不一致")
        grade = by_score
    if grade is UNKNOWN:
        return UnitGrade(None)
    answer = named_grade(str(grade), pack, as_of)
    class_, cites = class_of(str(grade), pack, as_of)
    return UnitGrade(
        str(grade), class_, "未评级" if answer is None else f"{answer.grade} 级（{answer.class_name}）", cites
    )


# -- instant filing


def filing_findings(facts: Facts, pack: Pack, as_of: date) -> tuple[Finding, ...]:
    """Every rule an instant filing must pass, in the order a clerk would ask."""
    return (
        *_secrecy(facts, pack, as_of),
        _choice("kind", "filing.instant_kinds", "办理类型", facts, pack, as_of),
        _choice("unit.type", "filing.unit_types", "项目单位", facts, pack, as_of),
        *project_findings(facts, pack, as_of),
        *gate_findings(facts, pack, as_of),
        _red_grade(facts, pack, as_of),
        _completeness(facts, pack, as_of),
    )


def _secrecy(facts: Facts, pack: Pack, as_of: date) -> tuple[Finding, ...]:
    if not pack.flag("filing.secret_refused", as_of):
        return ()
    path = "declarations.secret"
    rule = "filing.secret_refused"
    cites = pack.parameter(rule, as_of).cites
    secret = look_up(facts, path)
    if secret is UNKNOWN:
        return (Finding(rule, None, "尚未声明是否涉及国家秘密", cites, frozenset({path})),)
    why = "涉密项目及信息不得通过平台办理和传递" if secret else "声明不涉及国家秘密"
    return (Finding(rule, not secret, why, cites, used=frozenset({path})),)


def _choice(path: str, rule: str, noun: str, facts: Facts, pack: Pack, as_of: date) -> Finding:
    """Whether the fact is among the values the parameter lists."""
    allowed = pack.parameter(rule, as_of)
    value = look_up(facts, path)
    if value is UNKNOWN:
        return Finding(rule, None, f"尚不知{noun}", allowed.cites, frozenset({path}))
    names = pack.facts[path].choices
    wanted = "、".join(names.get(choice, choice) for choice in allowed.value)
    ok = value in allowed.value
    why = (
        f"{noun}为{names.get(value, value)}"
        if ok
        else f"秒批秒办只适用于{noun}为{wanted}的项目，本项目为{names.get(value, value)}"
    )
    return Finding(rule, ok, why, allowed.cites, used=frozenset({path}))


def _red_grade(facts: Facts, pack: Pack, as_of: date) -> Finding:
    rule = "filing.red_classes"
    red = pack.parameter(rule, as_of)
    unit = unit_grade(facts, pack, as_of)
    if unit.grade is None:
        return Finding(rule, None, "尚不知企业的信用等级", red.cites, GRADE_FACTS)
    cites = tuple(dict.fromkeys((*red.cites, *unit.cites)))
    stopped = unit.grade != UNRATED and unit.class_ in red.value
    why = f"企业信用等级为 {unit.label}，不适用秒批秒办，转人工办理" if stopped else f"企业信用等级为 {unit.label}"
    return Finding(rule, not stopped, why, cites, used=GRADE_FACTS)


def _completeness(facts: Facts, pack: Pack, as_of: date) -> Finding:
    rule = "filing.required_facts"
    required = pack.parameter(rule, as_of)
    absent = frozenset(path for path in required.value if look_up(facts, path) is UNKNOWN)
    why = f"备案信息不齐：{labels(absent, pack.facts)}" if absent else "备案信息齐全"
    return Finding(rule, None if absent else True, why, required.cites, absent, frozenset(required.value) - absent)


def screen_filing(facts: Facts, pack: Pack, as_of: date) -> Decision:
    """Whether the filing is approved at once.

    **Shape** of the outcome: `{"instant": bool|None, "stops": [{rule, why, cites}], "contradictions": [{facts, clause,
    why}], "decided_by": level}`.
    """
    findings = _told(filing_findings(facts, pack, as_of))
    instant, stops, missing = _filing(findings)
    return Decision(
        question="instant_filing",
        outcome={
            "instant": instant,
            "stops": [stop.to_json() for stop in stops],
            "contradictions": [one.to_json() for one in _contradictions(findings, pack)],
            "decided_by": deciding_level(findings),
        },
        complete=instant is not None,
        missing=missing,
        as_of=as_of,
        pack=pack.id,
        pack_hash=pack.hash,
        trace=tuple(finding.step(facts) for finding in findings if finding.ok is instant),
        overridden=tuple(step for finding in findings for step in finding.lost),
        parameters=_read((*FILING_PARAMETERS, *_compared(findings)), pack, as_of),
    )


def _told(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """What only a reviewer can answer stands against an instant filing."""
    return tuple(replace(finding, ok=False) if finding.for_reviewer else finding for finding in findings)


def _contradictions(findings: Iterable[Finding], pack: Pack) -> tuple[Contradiction, ...]:
    return tuple(
        Contradiction(finding.against, "；".join(pack.cite_texts(finding.cites)), finding.why)
        for finding in findings
        if finding.against
    )


def _filing(findings: Sequence[Finding]) -> tuple[bool | None, tuple[Stop, ...], tuple[str, ...]]:
    instant = decide(findings)
    stops = tuple(Stop(finding.rule, finding.why, finding.cites) for finding in findings if finding.ok is False)
    return instant, stops, _missing(findings) if instant is None else ()


def _missing(findings: Iterable[Finding]) -> tuple[str, ...]:
    return tuple(sorted({path for finding in findings for path in finding.missing}))


def _compared(findings: Iterable[Finding]) -> tuple[str, ...]:
    return tuple(sorted({name for finding in findings for name in finding.parameters}))


def _read(names: Iterable[str], pack: Pack, as_of: date) -> tuple[ParameterRead, ...]:
    values = [(name, pack.parameter(name, as_of)) for name in names]
    return tuple(ParameterRead(name, value.value, pack.parameters[name].unit, value.cites) for name, value in values)


# -- the promise


def _kind_names(kinds: Iterable[str], pack: Pack) -> str:
    return "、".join(pack.facts["kind"].choices.get(kind, kind) for kind in kinds)


def _kind_allows(facts: Facts, pack: Pack, as_of: date) -> Finding:
    rule = "commitment.kinds"
    kinds = pack.parameter(rule, as_of)
    kind = look_up(facts, "kind")
    if kind is UNKNOWN:
        return Finding(rule, None, "尚不知办理类型", kinds.cites, frozenset({"kind"}))
    ok = kind in kinds.value
    why = (
        f"{_kind_names([kind], pack)}类项目可以实行信用承诺制"
        if ok
        else f"信用承诺制目前只面向{_kind_names(kinds.value, pack)}类项目"
    )
    return Finding(rule, ok, why, kinds.cites, used=frozenset({"kind"}))


def _grade_allows(unit: UnitGrade, pack: Pack, as_of: date) -> Finding:
    if unit.grade is None:
        scale = tuple(cite for scale in all_at(pack.scales, as_of) for cite in scale.cites)
        return Finding("measure.commitment", None, "尚不知企业的信用等级", scale, GRADE_FACTS)
    measure = allows("commitment", unit.grade, pack, as_of)
    if measure is None:
        raise RuleError(f"规则包没有规定 {unit.class_} 等次企业能否实行信用承诺制（effect = commitment）")
    cites = tuple(dict.fromkeys((*measure.cites, *unit.cites)))
    ok = measure.value != "refused"
    words = {
        "refused": "不适用信用承诺制改革各项措施",
        "reduced": "可以承诺，但审批部门可根据实际情况减少或者取消",
    }
    return Finding(
        measure.id,
        ok,
        f"企业信用等级为 {unit.label}，{words.get(measure.value, '可以实行信用承诺制')}",
        cites,
        used=GRADE_FACTS,
    )


def _offer(matter: Matter, pack: Pack, as_of: date, offered: Mapping[str, bool] | None) -> Finding:
    """The department's published choice (自主确定); `offered` overrides the pack's own record."""
    rule = f"offer.{matter.id}"
    cites = pack.parameter(DEPARTMENT_CHOOSES, as_of).cites
    if not pack.flag(DEPARTMENT_CHOOSES, as_of):
        return Finding(rule, True, "负面清单以外的事项都实行信用承诺制", cites)
    offer = matter.offered_at(as_of)
    answer = offer is not None if offered is None or matter.id not in offered else offered[matter.id]
    why = "审批部门已公布该事项实行信用承诺制" if answer else "审批部门尚未公布该事项实行信用承诺制"
    return Finding(rule, answer, why, tuple(dict.fromkeys((*cites, *(offer.cites if offer else ())))))


@dataclass(frozen=True, slots=True)
class _Common:
    """What is the same for every matter of a project: computed once."""

    rows: tuple[NegativeRow, ...]
    project: tuple[Finding, ...]
    kind: Finding
    grade: Finding


def _common(facts: Facts, pack: Pack, as_of: date, grade: str | None = None, *, filed: bool = False) -> _Common:
    listed = list_findings(facts, pack, as_of)
    return _Common(
        rows=all_at(pack.negative, as_of),
        # A filed project has passed the gate: what was open there was answered, or decided by the filing office.
        project=(
            *project_findings(facts, pack, as_of),
            *(finding for finding in listed if finding.ok is False or (finding.ok is None and not filed)),
        ),
        kind=_kind_allows(facts, pack, as_of),
        grade=_grade_allows(unit_grade(facts, pack, as_of, grade), pack, as_of),
    )


@dataclass(frozen=True, slots=True)
class _Promise:
    rows: tuple[Finding, ...]
    offer: Finding
    common: _Common

    @property
    def listed(self) -> bool | None:
        clear = decide(self.rows)
        return None if clear is None else not clear

    @property
    def findings(self) -> tuple[Finding, ...]:
        return (*self.common.project, self.common.kind, *self.rows, self.offer, self.common.grade)

    @property
    def promisable(self) -> bool | None:
        return decide(self.findings)

    def determining(self) -> tuple[Finding, ...]:
        """The findings worth telling: all about the matter, and those about the project that say no, unknown or bind
        it.
        """
        project = tuple(finding for finding in self.common.project if finding.ok is not True)
        return (*project, self.common.kind, *self.rows, self.offer, self.common.grade)


def _promise(
    matter: Matter, facts: Facts, pack: Pack, common: _Common, as_of: date, offered: Mapping[str, bool] | None
) -> _Promise:
    rows = matter_rows(matter, common.rows)
    return _Promise(
        tuple(row_finding(row, facts, pack, as_of) for row in rows), _offer(matter, pack, as_of, offered), common
    )


def promisable(
    matter_id: str,
    facts: Facts,
    pack: Pack,
    as_of: date,
    grade: str | None = None,
    offered: Mapping[str, bool] | None = None,
    *,
    filed: bool = False,
) -> Decision:
    """May this matter be promised? **Shape** of the outcome: `{"listed", "offered", "promisable"}`; `grade` overrides
    the facts'; `filed` = the project has its code, so that its industry has been looked at.

    Raises: RuleError for a matter the pack does not have on `as_of`.
    """
    matter = pack.matters.get(matter_id)
    if matter is None or as_of not in matter.span:
        raise RuleError(f"规则包在 {as_of.isoformat()} 没有事项 {matter_id}")
    common = _common(facts, pack, as_of, grade, filed=filed)
    promise = _promise(matter, facts, pack, common, as_of, offered)
    answer = promise.promisable
    findings = promise.determining()
    return Decision(
        question=f"promisable:{matter_id}",
        outcome={"listed": promise.listed, "offered": bool(promise.offer.ok), "promisable": answer},
        complete=answer is not None,
        missing=_missing(finding for finding in promise.findings if finding.ok is None) if answer is None else (),
        as_of=as_of,
        pack=pack.id,
        pack_hash=pack.hash,
        trace=tuple(finding.step(facts) for finding in findings if answer is True or finding.ok is answer),
        overridden=tuple(step for finding in findings for step in finding.lost),
        parameters=_read((*PROMISE_PARAMETERS, *_compared(promise.findings)), pack, as_of),
    )


# -- everything at once


def needed(matter: Matter, facts: Facts, pack: Pack, as_of: date) -> Finding:
    """Whether the project needs the matter: `ok` True = yes.

    Where only some kinds of project may need it, an unknown kind decides.
    """
    finding = _by_condition(matter, facts, pack, as_of)
    if (
        finding.ok is not True
        or look_up(facts, "kind") is not UNKNOWN
        or set(pack.facts["kind"].choices) <= set(matter.kinds or pack.facts["kind"].choices)
    ):
        return finding
    why = f"是否须办理，取决于：{pack.facts.label('kind')}（只有{_kind_names(matter.kinds, pack)}类项目办理）"
    return Finding(finding.rule, None, why, finding.cites, frozenset({"kind"}), finding.used, finding.parameters)


def _by_condition(matter: Matter, facts: Facts, pack: Pack, as_of: date) -> Finding:
    rule = f"needed.{matter.needed}"
    if matter.needed == ON_REQUEST:
        return Finding(rule, False, "依申请办理：项目单位提出时才需要", matter.basis)
    if matter.needed in ("always", "never"):
        always = matter.needed == "always"
        return Finding(rule, always, "此类项目均须办理" if always else "此类项目无须办理", matter.basis)
    predicate = condition(matter.needed, pack, as_of)
    verdict = predicate(facts)
    words = in_words(predicate, pack.facts)
    why = {
        True: f"须办理：{words}",
        False: f"无须办理：不符合“{words}”",
        None: f"是否须办理，取决于：{labels(verdict.missing, pack.facts)}",
    }[verdict.value]
    basis = (
        *matter.basis,
        *(cite for name in sorted(verdict.parameters) for cite in pack.parameter(name, as_of).cites),
    )
    return Finding(
        rule, verdict.value, why, tuple(dict.fromkeys(basis)), verdict.missing, verdict.used, verdict.parameters
    )


def of_kind(matter: Matter, facts: Facts) -> bool:
    """Whether projects of this kind, or of one not told yet, may need the matter."""
    kind = look_up(facts, "kind")
    return kind is UNKNOWN or not matter.kinds or kind in matter.kinds


def _answer(matter: Matter, pack: Pack, need: Finding, promise: _Promise) -> MatterAnswer:
    told = (need, *promise.determining())
    missing: set[str] = set(need.missing)
    if promise.listed is None:
        missing.update(_missing(promise.rows))
    if promise.promisable is None:
        missing.update(_missing(finding for finding in promise.findings if finding.ok is None))
    return MatterAnswer(
        id=matter.id,
        name=matter.full_name,
        department=pack.departments[matter.department].short_name,
        needed=NEEDED[need.ok],
        listed=promise.listed,
        offered=bool(promise.offer.ok),
        promisable=promise.promisable,
        why=tuple(sentence(finding.why, finding.cites, pack) for finding in told),
        missing=tuple(sorted(missing)),
        cites=tuple(dict.fromkeys(cite for finding in told for cite in finding.cites)),
    )


def screen(
    facts: Facts, pack: Pack, as_of: date, *, offered: Mapping[str, bool] | None = None, filed: bool = False
) -> Screening:
    """The filing's answer and that of every catalogue matter of the project's kind in force on `as_of`; `filed` as in
    `promisable`.

    Raises: ScoreError for a grade or score that cannot be, RuleError for a fault of the pack.
    """
    findings = _told(filing_findings(facts, pack, as_of))
    instant, stops, missing = _filing(findings)
    common = _common(facts, pack, as_of, filed=filed)
    told = [*findings]
    matters: list[MatterAnswer] = []
    for matter in pack.matters_at(as_of):
        if of_kind(matter, facts):
            need = needed(matter, facts, pack, as_of)
            promise = _promise(matter, facts, pack, common, as_of, offered)
            told += (need, *promise.rows)
            matters.append(_answer(matter, pack, need, promise))
    return Screening(
        instant,
        stops,
        missing,
        tuple(matters),
        _read(_compared(told), pack, as_of),
        _contradictions(findings, pack),
        deciding_level(findings),
    )
