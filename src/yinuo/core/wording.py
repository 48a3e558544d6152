"""Conditions as people say them: sentences without formula signs and without brackets in brackets.

Groups are told apart by the length of the pause between them: 或者 binds closer than ，或者 and that closer than ；
或者.
"""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from itertools import groupby

from yinuo.core.fact_specs import FactTable
from yinuo.core.facts import ALWAYS, NEVER, Comparison, Predicate

_JOINS = {"all": ("且", "，并且", "；并且"), "any": ("或者", "，或者", "；或者")}
_KINDS = ("工程", "项目", "场所", "机构")
_DEEDS = ("建设水", "单独", "列入", "新建", "占用", "核准后", "处理")
_BOUNDS = {"gt": "超过", "ge": "达到", "le": "不超过"}
_NOT_BOUNDS = {"gt": "不超过", "ge": "不到", "le": "超过"}
_LONG_RUN = 3


def day_words(day: date) -> str:
    """A day inside a Chinese sentence: 2026年11月24日."""
    return f"{day.year}年{day.month}月{day.day}日"


def moment_words(at: datetime) -> str:
    """An instant inside a Chinese sentence, as its own zone tells it: 2026年11月24日 09:30."""
    return f"{day_words(at)} {at:%H:%M}"


@lru_cache(maxsize=4096)
def in_words(predicate: Predicate, facts: FactTable) -> str:
    """The condition as a clause, with the pack's own words for its facts.

    **Example**: 总投资超过 30 万元，并且建筑面积超过 300 平方米或者属于市政基础设施工程
    """
    return _say(predicate, max(_height(predicate), 2), facts)


def _height(predicate: Predicate) -> int:
    if predicate.joined in ("all", "any"):
        return 1 + max(_height(part) for part in _flat(predicate))
    return 0


def _flat(predicate: Predicate) -> list[Predicate]:
    """The parts, with those of parts that are joined in the same way among them."""
    found: list[Predicate] = []
    for part in predicate.parts:
        found += _flat(part) if part.joined == predicate.joined else [part]
    return found


def _say(predicate: Predicate, level: int, facts: FactTable) -> str:
    if predicate.joined in ("all", "any"):
        parts = _flat(predicate)
        join, said = _JOINS[predicate.joined][min(level, 3) - 1], [_say(part, _height(part), facts) for part in parts]
        return f"{'、'.join(said[:-1])}{join}{said[-1]}" if level == 1 else join.join(said)
    if predicate.joined == "not":
        inner = predicate.parts[0]
        return (
            _comparison(inner.comparison, False, facts)
            if inner.comparison
            else f"不属于“{in_words(inner, facts)}”的情形"
        )
    if predicate.comparison:
        return _comparison(predicate.comparison, True, facts)
    return {ALWAYS: "任何情形", NEVER: "没有任何情形"}.get(predicate, predicate.text)


def _comparison(said: Comparison, holds: bool, facts: FactTable) -> str:
    spec = facts.get(said.path)
    label = spec.label if spec else said.path
    if said.how in ("is_true", "is_false"):
        return _flag(label, (said.how == "is_true") is holds)
    if said.how == "given":
        return f"填写了{label}" if holds else f"没有填写{label}"
    if said.how == "present":
        return (f"{label}大于 0" if label.startswith("年") else label) if holds else f"没有{label}"
    if said.how == "one_of":
        names = [spec.choices.get(code, code) if spec else code for code in said.against]
        return _one_of(label, names, holds)
    if said.how == "starts_with":
        return f"{label}代码{'' if holds else '不'}以 {_runs(said.against)} 开头"
    amount = said.against[0]
    if amount == "0" and said.how == "gt":
        return f"{'有' if holds else '没有'}{label}"
    unit = f" {spec.unit}" if spec and spec.unit and amount.isdigit() else ""
    return f"{label}{(_BOUNDS if holds else _NOT_BOUNDS)[said.how]} {amount}{unit}"


def _flag(label: str, holds: bool) -> str:
    """What a project is, it belongs to; what it does, it does."""
    plain = label.split("（")[0]
    if plain.endswith(_KINDS) and not label.startswith(_DEEDS):
        return f"{'' if holds else '不'}属于{label}"
    return label if holds else f"没有“{label}”的情形"


def _one_of(label: str, names: list[str], holds: bool) -> str:
    listed = names[0] if len(names) == 1 else f"{'、'.join(names[:-1])}或者{names[-1]}"
    if not holds:
        return f"{label}不是{listed}"
    # A choice that is a clause of its own needs no label: 在可能埋藏文物的区域.
    return "，或者".join(names) if all(name.startswith("在") for name in names) else f"{label}为{listed}"


def _runs(prefixes: tuple[str, ...]) -> str:
    """13、14、15 … 43 → 13 至 43."""
    told = []
    for _key, run in groupby(
        enumerate(prefixes), lambda entry: (len(entry[1]), int(entry[1]) - entry[0]) if entry[1].isdigit() else entry
    ):
        codes = [code for _n, code in run]
        told += [f"{codes[0]} 至 {codes[-1]}"] if len(codes) > _LONG_RUN else codes
    return "、".join(told)
