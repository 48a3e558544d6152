"""Facts of a project and the three-valued conditions asked of them: unknown is not false.

A predicate is built from `fact("land_area").gt(0)`, `all_of`, `any_of`, `not_`; evaluating it gives a verdict that
names the facts that determined it, or the missing ones that would decide it. A bound from a legal text is a dated
parameter: `fact("annual_energy").ge(parameter("threshold.energy"))` can be asked once the values of a day are in it.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from yinuo.core.dated import RuleError

Facts = Mapping[str, Any]
UNKNOWN = object()


def look_up(facts: Facts, path: str) -> Any:
    """The value at a dotted path; UNKNOWN where any part is absent or None."""
    value: Any = facts
    for part in path.split("."):
        # Nearly all are dictionaries, which their type tells; asking whether something is a mapping costs ten times as
        # much.
        if type(value) is not dict and not isinstance(value, Mapping):
            return UNKNOWN
        value = value.get(part)
        if value is None:
            return UNKNOWN
    return value


def as_number(value: Any) -> Decimal:
    """A decimal from a number or a string. Raises ValueError for anything else (booleans too)."""
    if isinstance(value, bool):
        raise ValueError(f"应为数字：{value!r}")
    text = str(value)
    if "_" in text:
        # Python's own spelling of long numbers; nobody else writes it, so it is a slip.
        raise ValueError(f"应为数字：{value!r}")
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise ValueError(f"应为数字：{value!r}") from error
    if not number.is_finite():
        raise ValueError(f"应为有限的数字：{value!r}")
    return number


@dataclass(frozen=True, slots=True)
class Verdict:
    """True, False or None (not decidable); `used` determined it, `missing` would decide it, `parameters` were compared
    with.
    """

    value: bool | None
    used: frozenset[str] = frozenset()
    missing: frozenset[str] = frozenset()
    parameters: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ParameterName:
    """A dated parameter of the pack, as a condition names it."""

    id: str


def parameter(name: str) -> ParameterName:
    return ParameterName(name)


@dataclass(frozen=True, slots=True)
class Amount:
    """A parameter's value on a day, with its unit in words ("1000 吨标准煤")."""

    value: Decimal
    text: str


ReadParameter = Callable[[str], Amount | None]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What one fact is compared with: `how` is the method of Fact that made it, `against` its codes, prefixes or amount
    in words.
    """

    path: str
    how: str
    against: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Predicate:
    """A named-able condition. `facts` lists every path it may read, `text` notes it for a log, `bounds` pairs path and
    parameter.

    `binding` makes the same condition with a day's values; a condition without parameters has none. What it is made of,
    for whoever says it to people (core.wording): one `comparison`, or `parts` that are `joined` by "all", "any" or
    "not".
    """

    evaluate: Callable[[Facts], Verdict]
    facts: frozenset[str]
    text: str
    bounds: frozenset[tuple[str, str]] = frozenset()
    binding: Callable[[ReadParameter], Predicate] | None = None
    comparison: Comparison | None = None
    joined: str = ""
    parts: tuple[Predicate, ...] = ()

    def bound(self, read: ReadParameter) -> Predicate:
        """The condition with the parameters' values in it."""
        return self if self.binding is None else self.binding(read)

    def __call__(self, facts: Facts) -> Verdict:
        return self.evaluate(facts)

    def __and__(self, other: Predicate) -> Predicate:
        return all_of(self, other)

    def __or__(self, other: Predicate) -> Predicate:
        return any_of(self, other)

    def __invert__(self) -> Predicate:
        return not_(self)


def _combine(parts: tuple[Predicate, ...], facts: Facts, decisive: bool) -> Verdict:
    verdicts = [part(facts) for part in parts]
    for verdict in verdicts:
        if verdict.value is decisive:
            return verdict
    known = [verdict for verdict in verdicts if verdict.value is not None]
    used = frozenset[str]().union(*(verdict.used for verdict in known))
    parameters = frozenset[str]().union(*(verdict.parameters for verdict in known))
    missing = frozenset[str]().union(*(verdict.missing for verdict in verdicts if verdict.value is None))
    return Verdict(None if len(known) < len(verdicts) else not decisive, used, missing, parameters)


def _join(parts: tuple[Predicate, ...], decisive: bool, word: str) -> Predicate:
    def bind(read: ReadParameter) -> Predicate:
        now = tuple(part.bound(read) for part in parts)
        # A bound that the law of the day does not know is no part of the condition.
        if NEVER not in now:
            return _join(now, decisive, word)
        left = tuple(part for part in now if part is not NEVER)
        return _join(left, decisive, word) if decisive and left else NEVER

    bound = any(part.binding for part in parts)
    return Predicate(
        lambda facts: _combine(parts, facts, decisive),
        frozenset[str]().union(*(part.facts for part in parts)),
        "（" + word.join(part.text for part in parts) + "）",
        frozenset[tuple[str, str]]().union(*(part.bounds for part in parts)),
        bind if bound else None,
        joined="any" if decisive else "all",
        parts=parts,
    )


def all_of(*parts: Predicate) -> Predicate:
    """True when every part is; the first false part alone determines a false."""
    return _join(parts, False, "，且")


def any_of(*parts: Predicate) -> Predicate:
    """True when one part is; the first true part alone determines a true."""
    return _join(parts, True, "，或")


def not_(part: Predicate) -> Predicate:
    def evaluate(facts: Facts) -> Verdict:
        verdict = part(facts)
        return replace(verdict, value=None if verdict.value is None else not verdict.value)

    binding = (lambda read: not_(part.bound(read))) if part.binding else None
    return Predicate(evaluate, part.facts, f"非{part.text}", part.bounds, binding, joined="not", parts=(part,))


ALWAYS = Predicate(lambda facts: Verdict(True), frozenset(), "总是")
NEVER = Predicate(lambda facts: Verdict(False), frozenset(), "从不")


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact, by its dotted path; each method builds a predicate."""

    path: str

    def _test(
        self, test: Callable[[Any], bool], text: str, how: str, *against: str, parameters: tuple[str, ...] = ()
    ) -> Predicate:
        path, read = self.path, frozenset(parameters)

        def evaluate(facts: Facts) -> Verdict:
            value = look_up(facts, path)
            if value is UNKNOWN:
                return Verdict(None, missing=frozenset({path}))
            return Verdict(test(value), used=frozenset({path}), parameters=read)

        return Predicate(evaluate, frozenset({path}), text, comparison=Comparison(path, how, against))

    def is_true(self) -> Predicate:
        return self._test(lambda value: value is True, f"{self.path} 为是", "is_true")

    def is_false(self) -> Predicate:
        return self._test(lambda value: value is False, f"{self.path} 为否", "is_false")

    def present(self) -> Predicate:
        """For a quantity that may be given as an amount or, where the amount is not known, as yes or no."""
        return self._test(
            lambda value: value if isinstance(value, bool) else as_number(value) > 0, f"有 {self.path}", "present"
        )

    def given(self) -> Predicate:
        """For a name whose mere presence says something; absent it stays unknown, for nobody has said no."""
        return self._test(lambda value: value != "", f"填写了 {self.path}", "given")

    def equals(self, expected: str) -> Predicate:
        return self._test(lambda value: value == expected, f"{self.path} 为 {expected}", "one_of", expected)

    def one_of(self, *expected: str) -> Predicate:
        return self._test(
            lambda value: value in expected, f"{self.path} 为 {'、'.join(expected)} 之一", "one_of", *expected
        )

    def lt(self, bound: int | Decimal | ParameterName) -> Predicate:
        return self._compare(operator.lt, "<", bound)

    def gt(self, bound: int | Decimal | ParameterName) -> Predicate:
        return self._compare(operator.gt, ">", bound)

    def ge(self, bound: int | Decimal | ParameterName) -> Predicate:
        return self._compare(operator.ge, "≥", bound)

    def le(self, bound: int | Decimal | ParameterName) -> Predicate:
        return self._compare(operator.le, "≤", bound)

    def _compare(
        self, compare: Callable[[Decimal, Decimal], bool], sign: str, bound: int | Decimal | ParameterName
    ) -> Predicate:
        path = self.path
        how = compare.__name__
        if not isinstance(bound, ParameterName):
            number = Decimal(bound)
            return self._test(
                lambda value: compare(as_number(value), number), f"{path} {sign} {bound}", how, str(bound)
            )
        name = bound.id

        def unbound(facts: Facts) -> Verdict:
            raise RuleError(f"条件读取参数 {name}，须先说明按哪一天的规定")

        def bind(read: ReadParameter) -> Predicate:
            amount = read(name)
            if amount is None:
                return NEVER
            words = f"{path} {sign} {amount.text}"
            test = self._test(
                lambda value: compare(as_number(value), amount.value), words, how, amount.text, parameters=(name,)
            )
            return replace(test, bounds=frozenset({(path, name)}))

        return Predicate(
            unbound,
            frozenset({path}),
            f"{path} {sign} {name}",
            frozenset({(path, name)}),
            bind,
            Comparison(path, how, (name,)),
        )

    def starts_with(self, *prefixes: str) -> Predicate:
        """For coded facts such as the GB/T 4754 industry code, section letter or not ("C2625" and "2625" alike)."""

        path, used = self.path, frozenset({self.path})

        def evaluate(facts: Facts) -> Verdict:
            value = look_up(facts, path)
            if value is UNKNOWN:
                return Verdict(None, missing=used)
            code = str(value).lstrip("ABCDEFGHIJKLMNOPQRST")
            if code.startswith(prefixes):
                return Verdict(True, used=used)
            # "30" may become 3011 or 3041: a shorter code does not decide what turns on its next digits.
            if any(prefix.startswith(code) for prefix in prefixes):
                return Verdict(None, missing=used)
            return Verdict(False, used=used)

        text = f"{self.path} 以 {'、'.join(prefixes)} 开头"
        return Predicate(evaluate, used, text, comparison=Comparison(path, "starts_with", prefixes))

    def says(self, *words: str) -> Predicate:
        """For a text in the company's own words: whether one of these stands in it."""
        text = f"{self.path} 写有 {'、'.join(words)}"
        return self._test(lambda value: any(word in str(value) for word in words), text, "says", *words)


def fact(path: str) -> Fact:
    return Fact(path)


def missing_of(verdicts: Iterable[Verdict]) -> list[str]:
    return sorted(frozenset().union(*(v.missing for v in verdicts)))
