"""Whether a project may share a region's assessment instead of having its own made: fit, misfit or not decidable, with
reasons (附件3).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from yinuo.core.dated import RuleError, Span, all_at
from yinuo.core.decision import Decision, ReasonStep
from yinuo.core.fact_specs import FactSpec, FactTable
from yinuo.core.facts import UNKNOWN, Facts, Predicate, fact, look_up
from yinuo.core.findings import Finding, condition, decide, labels, row_finding
from yinuo.core.grades import UNRATED, allows, class_of
from yinuo.core.pack.types import NegativeRow, Pack
from yinuo.core.wording import in_words

ZONE = "site.zone_id"
INDUSTRY = "industry"
SHARING, RANGE, VALIDITY = "regional.sharing", "regional.range", "regional.longest_years"
KEYS = frozenset({"industries", "most", "one_of", "excluded"})


class ConditionError(ValueError):
    """Conditions of a result that no project could be held to; the message says which."""


@dataclass(frozen=True, slots=True)
class Excluded:
    """Projects the result is not for, by a condition of the pack; `law`: the article that wants them assessed singly,
    if one does.
    """

    predicate: str
    why: str
    law: str = ""


@dataclass(frozen=True, slots=True)
class Conditions:
    """What a project must be to share a result: industries by prefix of GB/T 4754, most amounts, choices, and who is
    left out.
    """

    industries: tuple[str, ...] = ()
    most: tuple[tuple[str, int], ...] = ()
    one_of: tuple[tuple[str, tuple[str, ...]], ...] = ()
    excluded: tuple[Excluded, ...] = ()

    @classmethod
    def from_json(cls, data: Mapping[str, Any], facts: FactTable) -> Conditions:
        """Raises ConditionError for an unknown key or fact, a prefix, bound or choice that cannot be."""
        if unknown := sorted(data.keys() - KEYS):
            raise ConditionError(f"适用条件里没有“{unknown[0]}”这一种")
        industries = tuple(str(code) for code in _listed(data.get("industries", [])))
        for code in industries:
            if not code.isdigit() or len(code) > 4:
                raise ConditionError(f"行业代码“{code}”应为 GB/T 4754 的 2 至 4 位数字或者其开头")
        most = tuple((path, _bound(facts, path, value)) for path, value in _mapped(data.get("most", {})))
        one_of = tuple((path, _choices(facts, path, values)) for path, values in _mapped(data.get("one_of", {})))
        return cls(industries, most, one_of, tuple(_excluded(row) for row in _listed(data.get("excluded", []))))

    def to_json(self) -> dict[str, Any]:
        return {
            "industries": list(self.industries),
            "most": dict(self.most),
            "one_of": {path: list(values) for path, values in self.one_of},
            "excluded": [{"predicate": row.predicate, "why": row.why, "law": row.law} for row in self.excluded],
        }

    def predicates(self) -> tuple[tuple[str, Predicate], ...]:
        """What must hold, by the name of the rule; the excluded are not among them."""
        made = [("regional.industry", fact(INDUSTRY).starts_with(*self.industries))] if self.industries else []
        made += [(f"regional.most.{path}", fact(path).le(bound)) for path, bound in self.most]
        made += [(f"regional.one_of.{path}", fact(path).one_of(*values)) for path, values in self.one_of]
        return tuple(made)

    def in_words(self, facts: FactTable) -> tuple[str, ...]:
        """The conditions as people read them, the excluded last."""
        told = [in_words(predicate, facts) for _, predicate in self.predicates()]
        told += [f"不适用于：{row.why}{f'（{row.law}，须单独评估评审）' if row.law else ''}" for row in self.excluded]
        return tuple(told)


def _listed(value: Any) -> Sequence[Any]:
    if not isinstance(value, (list, tuple)):
        raise ConditionError("适用条件的格式有误：应为列表")
    return value


def _mapped(value: Any) -> Iterable[tuple[str, Any]]:
    if not isinstance(value, Mapping):
        raise ConditionError("适用条件的格式有误：应为“项目信息：要求”")
    return value.items()


def _spec(facts: FactTable, path: str) -> FactSpec:
    if path not in facts:
        raise ConditionError(f"项目信息里没有“{path}”")
    return facts[path]


def _bound(facts: FactTable, path: str, value: Any) -> int:
    spec = _spec(facts, path)
    if spec.type not in ("decimal", "integer") or isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ConditionError(f"“{spec.label}”的上限应为不小于 0 的整数")
    return value


def _choices(facts: FactTable, path: str, values: Any) -> tuple[str, ...]:
    spec, found = _spec(facts, path), tuple(str(value) for value in _listed(values))
    if spec.type != "choice" or not found or any(value not in spec.choices for value in found):
        raise ConditionError(f"“{spec.label}”只能从已有的选项里选")
    return found


def _excluded(row: Any) -> Excluded:
    if not isinstance(row, Mapping) or not str(row.get("predicate", "")) or not str(row.get("why", "")).strip():
        raise ConditionError("不适用的情形要选定条件并写明")
    return Excluded(str(row["predicate"]), str(row["why"]).strip(), str(row.get("law", "")).strip())


@dataclass(frozen=True, slots=True)
class Result:
    """A published result as the rules see it.

    `zone` = the key a project's `site.zone_id` names; `ended` says why it is no longer shared.
    """

    id: int
    matter: str
    zone: str
    zone_name: str
    number: str
    span: Span
    conditions: Conditions
    ended: str = ""


def regional_rows(matter_id: str, pack: Pack, day: date) -> tuple[NegativeRow, ...]:
    """The rows of part three that name the matter on `day`."""
    return tuple(row for row in all_at(pack.negative, day) if row.part == "regional" and matter_id in row.matters)


def which_projects(row: NegativeRow) -> str:
    """The projects a row keeps out, in its own words: its sub-item where it has one."""
    return row.matter if row.sub_matter in ("", "无") else row.sub_matter


def assessable(matter_id: str, pack: Pack, day: date) -> Decision:
    """May a region be assessed for this matter at all: not by part three of the list, and only where the catalogue
    takes it in.

    A row that binds some projects only leaves the matter assessable; `fit` then asks it of each project.
    """
    matter = pack.matters.get(matter_id)
    if matter is None or day not in matter.span:
        raise RuleError(f"规则包在 {day.isoformat()} 没有事项 {matter_id}")
    findings = [row_finding(row, {}, pack, day) for row in regional_rows(matter_id, pack, day)]
    barred = [finding for finding in findings if finding.ok is False]
    taken = Finding(
        f"regional.{matter_id}",
        matter.regional,
        "审批部门已把这个事项纳入区域评估范围" if matter.regional else "审批部门没有把这个事项纳入区域评估范围",
        pack.parameter(RANGE, day).cites,
    )
    told = barred or [taken]
    return _decision(f"regional.assessable:{matter_id}", {"assessable": decide(told)}, told, {}, pack, day)


def fit(result: Result, facts: Facts, pack: Pack, day: date, grade: str = UNRATED) -> Decision:
    """Does the project share the result on `day`? **Shape** of the outcome: `{"fits", "result", "number"}`; `fits` None
    = ask what is missing.
    """
    findings = [
        _place(result, facts, pack, day),
        _validity(result, pack, day),
        *(row_finding(row, facts, pack, day) for row in regional_rows(result.matter, pack, day)),
        *_conditions(result.conditions, facts, pack, day),
        _grade(grade, pack, day),
    ]
    outcome = {"fits": decide(findings), "result": result.id, "number": result.number}
    return _decision(f"regional.fit:{result.matter}", outcome, findings, facts, pack, day)


def still_fits(result: Result, facts: Facts, pack: Pack, day: date) -> Decision:
    """For what was shared already: the place and the conditions only; what became of the result since touches nothing
    that is concluded.
    """
    findings = [
        _place(result, facts, pack, day),
        *(row_finding(row, facts, pack, day) for row in regional_rows(result.matter, pack, day)),
        *_conditions(result.conditions, facts, pack, day),
    ]
    outcome = {"fits": decide(findings), "result": result.id, "number": result.number}
    return _decision(f"regional.still_fits:{result.matter}", outcome, findings, facts, pack, day)


def _place(result: Result, facts: Facts, pack: Pack, day: date) -> Finding:
    cites = pack.parameter(SHARING, day).cites
    zone = look_up(facts, ZONE)
    if zone is UNKNOWN:
        return Finding("regional.place", None, f"尚不知项目是否落户{result.zone_name}", cites, frozenset({ZONE}))
    inside = zone == result.zone
    why = f"项目落户{result.zone_name}" if inside else f"项目不在{result.zone_name}内"
    return Finding("regional.place", inside, why, cites, used=frozenset({ZONE}))


def _validity(result: Result, pack: Pack, day: date) -> Finding:
    cites = pack.parameter(VALIDITY, day).cites
    if result.ended:
        return Finding("regional.validity", False, f"结果已不再使用：{result.ended}", cites)
    if day in result.span:
        return Finding("regional.validity", True, "结果在有效期内", cites)
    early = day < result.span.from_on
    return Finding("regional.validity", False, "结果还没有生效" if early else "结果已过有效期", cites)


def _conditions(conditions: Conditions, facts: Facts, pack: Pack, day: date) -> Iterable[Finding]:
    cites = pack.parameter(SHARING, day).cites
    for rule, predicate in conditions.predicates():
        verdict, words = predicate(facts), in_words(predicate, pack.facts)
        why = {
            True: f"符合“{words}”",
            False: f"不符合“{words}”",
            None: f"是否符合“{words}”，取决于：{labels(verdict.missing, pack.facts)}",
        }
        yield Finding(rule, verdict.value, why[verdict.value], cites, verdict.missing, verdict.used)
    for row in conditions.excluded:
        verdict = condition(row.predicate, pack, day)(facts)
        singly = f"；{row.law}要求单独评估评审" if row.law else ""
        told = {
            True: f"属于不适用的情形“{row.why}”{singly}",
            False: f"不属于不适用的情形“{row.why}”",
            None: f"是否属于不适用的情形“{row.why}”，取决于：{labels(verdict.missing, pack.facts)}",
        }
        ok = None if verdict.value is None else not verdict.value
        yield Finding(
            f"regional.excluded.{row.predicate}",
            ok,
            told[verdict.value],
            cites,
            verdict.missing,
            verdict.used,
            verdict.parameters,
        )


def _grade(grade: str, pack: Pack, day: date) -> Finding:
    measure = allows("regional", grade, pack, day)
    if measure is None:
        raise RuleError("规则包没有规定各等次企业能否共享区域评估（effect = regional）")
    words = {"refused": "不能共享区域评估结果", "reduced": "可以共享，审批部门可根据实际情况减少或者取消"}
    label = "未评级" if grade == UNRATED else f"{grade} 级"
    why = f"企业信用等级为{label}，{words.get(measure.value, '可以共享区域评估结果')}"
    cites = tuple(dict.fromkeys((*measure.cites, *class_of(grade, pack, day)[1])))
    return Finding(measure.id, measure.value != "refused", why, cites)


def _decision(
    question: str, outcome: dict[str, Any], findings: Sequence[Finding], facts: Facts, pack: Pack, day: date
) -> Decision:
    answer = decide(findings)
    missing = sorted({path for finding in findings for path in finding.missing}) if answer is None else []
    steps: list[ReasonStep] = [finding.step(facts) for finding in findings if answer is True or finding.ok is answer]
    return Decision(
        question=question,
        outcome=outcome,
        complete=answer is not None,
        missing=tuple(missing),
        as_of=day,
        pack=pack.id,
        pack_hash=pack.hash,
        trace=tuple(steps),
        overridden=tuple(step for finding in findings for step in finding.lost),
    )
