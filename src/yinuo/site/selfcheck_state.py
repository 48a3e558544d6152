"""What a self-check knows, carried in its address alone: short stable names, nothing kept anywhere.

Only facts the self-check asks are carried, never who the project is: `pack check` keeps name, address and credit code
out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from yinuo.core.fact_specs import FactSpec
from yinuo.core.facts import UNKNOWN
from yinuo.core.schema import validate
from yinuo.engine.rules import pack
from yinuo.faces.projects.factforms import plain_number
from yinuo.faces.projects.steps import nested

YES, NO, DAY = "y", "n", "on"
LONGEST = 120
# As a filing takes the answers over: `f.<fact>=value`.
PREFIX = "f."
AHEAD = timedelta(days=366)


def carried() -> dict[str, FactSpec]:
    """The facts the self-check asks, in the order of the pack's table."""
    return {path: spec for path, spec in pack().facts.items() if path in pack().form.topic_of}


def leaf_of(path: str) -> str:
    """A fact's name in an address; `pack check` sees that no two of the self-check have the same."""
    return path.rpartition(".")[2]


def path_of() -> dict[str, str]:
    return {leaf_of(path): path for path in pack().form.topic_of}


@dataclass(frozen=True, slots=True)
class State:
    """The answers by path, the day whose rules are asked (None = today's), and what of the address made no sense."""

    facts: Mapping[str, Any] = field(default_factory=dict)
    on: date | None = None
    unread: tuple[str, ...] = ()

    def nested(self) -> dict[str, Any]:
        return nested(self.facts)

    def known(self, path: str) -> Any:
        return self.facts.get(path, UNKNOWN)

    def with_answer(self, path: str, value: Any) -> State:
        return replace(self, facts={**self.facts, path: value})

    def without(self, paths: Iterable[str]) -> State:
        gone = set(paths)
        return replace(self, facts={path: value for path, value in self.facts.items() if path not in gone})

    def pairs(self) -> Iterator[tuple[str, str]]:
        """The state as parameters, always in the order of the pack's table, so that one state has one address."""
        flags: dict[bool, list[str]] = {True: [], False: []}
        for path, spec in carried().items():
            value = self.facts.get(path)
            if value is None:
                continue
            if spec.type == "flag":
                flags[value is True].append(leaf_of(path))
            else:
                yield leaf_of(path), "yes" if value is True else "0" if value is False else str(value)
        for name, leaves in ((YES, flags[True]), (NO, flags[False])):
            if leaves:
                yield name, ".".join(leaves)
        if self.on is not None:
            yield DAY, self.on.isoformat()

    @property
    def query(self) -> str:
        """With its question mark; empty for a state that knows nothing."""
        text = urlencode(list(self.pairs()))
        return f"?{text}" if text else ""


def read(query: Mapping[str, str], today: date) -> State:
    """The state of an address.

    What cannot be read is named and taken as unknown: an old link must not break, nor lie.
    """
    facts: dict[str, Any] = {}
    unread: list[str] = []
    for path, spec in carried().items():
        text = query.get(leaf_of(path), "").replace("\x00", "").strip()[:LONGEST]
        if not text or spec.type == "flag":
            continue
        value = _value(spec, text)
        if validate(nested({path: value}), pack().facts):
            unread.append(spec.label)
        else:
            facts[path] = value
    _read_flags(query, facts, unread)
    on = _day(query.get(DAY, ""), today)
    if query.get(DAY) and on is None:
        unread.append("规则日期")
    return State(facts, on, tuple(unread))


def _value(spec: FactSpec, text: str) -> Any:
    if spec.type == "quantity" and text == "yes":
        return True
    return plain_number(text) if spec.type in ("decimal", "integer", "quantity") else text


def _read_flags(query: Mapping[str, str], facts: dict[str, Any], unread: list[str]) -> None:
    """A flag said to be both is said to be neither."""
    said = {
        word: {leaf for leaf in query.get(name, "")[:4000].split(".") if leaf}
        for name, word in ((YES, True), (NO, False))
    }
    paths, specs = path_of(), pack().facts
    for leaf in sorted(said[True] & said[False]):
        unread.append(specs.label(paths[leaf]) if leaf in paths else leaf[:LONGEST])
    for word, leaves in said.items():
        for leaf in leaves - said[not word]:
            path = paths.get(leaf)
            if path is not None and specs[path].type == "flag":
                facts[path] = word


def _day(text: str, today: date) -> date | None:
    """A day the rules can answer for: from their first day to a year ahead."""
    try:
        day = date.fromisoformat(text[:10])
    except ValueError:
        return None
    return day if pack().valid_from <= day <= today + AHEAD else None


def handed_on(state: State) -> str:
    """The address of a filing that takes the answers over, as unit.handover reads it; what the unit is comes from the
    unit.
    """
    words = {True: "true", False: "false"}
    told = [(path, value) for path, value in state.facts.items() if not path.startswith("unit.")]
    return urlencode([(PREFIX + path, words[value] if isinstance(value, bool) else str(value)) for path, value in told])
