"""Facts of a project and the three-valued conditions asked of them: unknown is not false.

A predicate is built from `fact("land_area").gt(0)`, `all_of`, `any_of`, `not_`; evaluating it gives a verdict that
names the facts that determined it, or the missing ones that would decide it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

Facts = Mapping[str, Any]
UNKNOWN = object()


def look_up(facts: Facts, path: str) -> Any:
    """The value at a dotted path; UNKNOWN where any part is absent or None."""
    value: Any = facts
    for part in path.split("."):
        if not isinstance(value, Mapping) or value.get(part) is None:
            return UNKNOWN
        value = value[part]
    return value


def as_number(value: Any) -> Decimal:
    """A decimal from a number or a string. Raises ValueError for anything else (booleans too)."""
    if isinstance(value, bool):
        raise ValueError(f"应为数字：{value!r}")
    try:
        number = Decimal(str(value))
    except InvalidOperation as error:
        raise ValueError(f"应为数字：{value!r}") from error
    if not number.is_finite():
        raise ValueError(f"应为有限的数字：{value!r}")
    return number


@dataclass(frozen=True, slots=True)
class Verdict:
    """True, False or None (not decidable); `used` determined it, `missing` would decide it."""

    value: bool | None
    used: frozenset[str] = frozenset()
    missing: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Predicate:
    """A named-able condition. `facts` lists every path it may read, `text` says it in words."""

    evaluate: Callable[[Facts], Verdict]
    facts: frozenset[str]
    text: str

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
    missing = frozenset().union(*(v.missing for v in verdicts if v.value is None))
    used = frozenset().union(*(v.used for v in verdicts if v.value is not None)) if parts else frozenset()
    if any(verdict.value is None for verdict in verdicts):
        return Verdict(None, used, missing)
    return Verdict(not decisive, used)


def all_of(*parts: Predicate) -> Predicate:
    """True when every part is; the first false part alone determines a false."""
    paths: frozenset[str] = frozenset().union(*(p.facts for p in parts))
    return Predicate(lambda facts: _combine(parts, facts, False), paths, "（" + "，且".join(p.text for p in parts) + "）")


def any_of(*parts: Predicate) -> Predicate:
    """True when one part is; the first true part alone determines a true."""
    paths: frozenset[str] = frozenset().union(*(p.facts for p in parts))
    return Predicate(lambda facts: _combine(parts, facts, True), paths, "（" + "，或".join(p.text for p in parts) + "）")


def not_(part: Predicate) -> Predicate:
    def evaluate(facts: Facts) -> Verdict:
        verdict = part(facts)
        return Verdict(None if verdict.value is None else not verdict.value, verdict.used, verdict.missing)

    return Predicate(evaluate, part.facts, f"非{part.text}")


ALWAYS = Predicate(lambda facts: Verdict(True), frozenset(), "总是")
NEVER = Predicate(lambda facts: Verdict(False), frozenset(), "从不")


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact, by its dotted path; each method builds a predicate."""

    path: str

    def _test(self, test: Callable[[Any], bool], text: str) -> Predicate:
        path = self.path

        def evaluate(facts: Facts) -> Verdict:
            value = look_up(facts, path)
            if value is UNKNOWN:
                return Verdict(None, missing=frozenset({path}))
            return Verdict(test(value), used=frozenset({path}))

        return Predicate(evaluate, frozenset({path}), text)

    def is_true(self) -> Predicate:
        return self._test(lambda value: value is True, f"{self.path} 为是")

    def is_false(self) -> Predicate:
        return self._test(lambda value: value is False, f"{self.path} 为否")

    def present(self) -> Predicate:
        """For a quantity that may be given as an amount or, where the amount is not known, as yes or no."""
        return self._test(lambda value: value if isinstance(value, bool) else as_number(value) > 0, f"有 {self.path}")

    def equals(self, expected: str) -> Predicate:
        return self._test(lambda value: value == expected, f"{self.path} 为 {expected}")

    def one_of(self, *expected: str) -> Predicate:
        return self._test(lambda value: value in expected, f"{self.path} 为 {'、'.join(expected)} 之一")

    def gt(self, bound: str | int) -> Predicate:
        return self._test(lambda value: as_number(value) > as_number(bound), f"{self.path} > {bound}")

    def ge(self, bound: str | int) -> Predicate:
        return self._test(lambda value: as_number(value) >= as_number(bound), f"{self.path} ≥ {bound}")

    def le(self, bound: str | int) -> Predicate:
        return self._test(lambda value: as_number(value) <= as_number(bound), f"{self.path} ≤ {bound}")

    def starts_with(self, *prefixes: str) -> Predicate:
        """For coded facts such as the GB/T 4754 industry code, section letter or not ("C2625" and "2625" alike)."""

        def test(value: Any) -> bool:
            code = str(value).lstrip("ABCDEFGHIJKLMNOPQRST")
            return any(code.startswith(prefix) for prefix in prefixes)

        return self._test(test, f"{self.path} 以 {'、'.join(prefixes)} 开头")

    def satisfies(self, test: Callable[[Any], bool], text: str) -> Predicate:
        return self._test(test, text)


def fact(path: str) -> Fact:
    return Fact(path)


def missing_of(verdicts: Iterable[Verdict]) -> list[str]:
    return sorted(frozenset().union(*(v.missing for v in verdicts)))
