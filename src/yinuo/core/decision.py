"""A decision of the rules, whole enough to be read in ten years: outcome, reasons, parameters, and which text it rests
on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any


def plain(number: Decimal) -> str:
    """A decimal without exponent, trailing zeros or a negative zero: "78", "99.8", "0"."""
    if number == 0:
        return "0"
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def jsonable(value: Any) -> Any:
    """The value in JSON's own types: decimals and fractions as strings, dates and instants in ISO 8601.

    Raises TypeError for a float.
    """
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, Fraction):
        return str(value)
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): jsonable(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [jsonable(item) for item in value]
    if isinstance(value, (set, frozenset)):
        return sorted(jsonable(item) for item in value)
    raise TypeError(f"判定中不能有 {type(value).__name__}：{value!r}")


def exact(value: Any) -> Any:
    """A fact as it may be kept: JSON floats become decimals, everything else stays."""
    return Decimal(str(value)) if isinstance(value, float) else value


@dataclass(frozen=True, slots=True)
class ReasonStep:
    """One rule's part in a decision: what it said, in words, on which facts (path → value) and by which articles."""

    rule: str
    outcome: Any
    text: str
    cites: tuple[str, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {
            "rule": self.rule,
            "outcome": jsonable(self.outcome),
            "text": self.text,
            "cites": list(self.cites),
            "facts": jsonable({path: exact(value) for path, value in self.facts.items()}),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> ReasonStep:
        return cls(data["rule"], data["outcome"], data["text"], tuple(data["cites"]), dict(data["facts"]))


@dataclass(frozen=True, slots=True)
class ParameterRead:
    """A parameter as it was read for a decision."""

    id: str
    value: Any
    unit: str
    cites: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return {"id": self.id, "value": jsonable(exact(self.value)), "unit": self.unit, "cites": list(self.cites)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> ParameterRead:
        return cls(data["id"], data["value"], data["unit"], tuple(data["cites"]))


@dataclass(frozen=True, slots=True)
class Decision:
    """What the rules answered.

    `trace` determined it, `overridden` lost; `missing` would decide what is not `complete`.
    """

    question: str
    outcome: Any
    complete: bool
    missing: tuple[str, ...]
    as_of: date
    pack: str
    pack_hash: str
    trace: tuple[ReasonStep, ...] = ()
    overridden: tuple[ReasonStep, ...] = ()
    parameters: tuple[ParameterRead, ...] = ()

    @property
    def cites(self) -> tuple[str, ...]:
        """Every article the determining steps rest on, once, in order of appearance."""
        return tuple(dict.fromkeys(cite for step in self.trace for cite in step.cites))

    def to_json(self) -> dict[str, Any]:
        return {
            "question": self.question,
            "outcome": jsonable(self.outcome),
            "complete": self.complete,
            "missing": list(self.missing),
            "as_of": self.as_of.isoformat(),
            "pack": self.pack,
            "pack_hash": self.pack_hash,
            "trace": [step.to_json() for step in self.trace],
            "overridden": [step.to_json() for step in self.overridden],
            "parameters": [read.to_json() for read in self.parameters],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Decision:
        """The stored decision again; outcome and facts stay in JSON's types.

        Raises KeyError for a field that is not there.
        """
        return cls(
            question=data["question"],
            outcome=data["outcome"],
            complete=data["complete"],
            missing=tuple(data["missing"]),
            as_of=date.fromisoformat(data["as_of"]),
            pack=data["pack"],
            pack_hash=data["pack_hash"],
            trace=tuple(ReasonStep.from_json(step) for step in data["trace"]),
            overridden=tuple(ReasonStep.from_json(step) for step in data["overridden"]),
            parameters=tuple(ParameterRead.from_json(read) for read in data["parameters"]),
        )
