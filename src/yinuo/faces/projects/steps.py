"""The filing form: which facts are asked on which page, and whether the rules still need them.

The pages are the pack's (`form.toml`), labels, units, helps and choices those of its facts (`facts.toml`); a fact no
rule could still turn on is not asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from yinuo.core.dated import all_at
from yinuo.core.fact_specs import ENTRIES
from yinuo.core.facts import UNKNOWN, look_up
from yinuo.core.form import Step
from yinuo.core.lists import asked_by_lists
from yinuo.core.pack.types import Pack
from yinuo.core.regional import ZONE
from yinuo.engine.rules import pack

# A title over one or two questions would say more than they do.
FOLDED_FROM = 3


def after(step: Step) -> Step | None:
    steps = pack().form.steps
    place = steps.index(step)
    return steps[place + 1] if place + 1 < len(steps) else None


def asked(step: Step, facts: Mapping[str, Any], day: date) -> list[str]:
    """The step's facts that are worth asking now: those no rule reads at all, and those some rule's answer turns on."""
    return _worth(step, facts, turning(facts, day), _read(pack()))


def asked_all(facts: Mapping[str, Any], day: date) -> dict[str, list[str]]:
    """What every step asks now, by its slug: the rules are gone through once."""
    turns, read = turning(facts, day), _read(pack())
    return {step.slug: _worth(step, facts, turns, read) for step in pack().form.steps}


def follow_ups(step: Step, facts: Mapping[str, Any], day: date) -> list[str]:
    """What the answers of the step's own page have made worth asking on it."""
    return unanswered((path for path in asked(step, facts, day) if pack().form.question(path).when), facts)


def _worth(step: Step, facts: Mapping[str, Any], turns: frozenset[str], read: frozenset[str]) -> list[str]:
    form = pack().form
    paths = [path for path in step.paths if not (when := form.question(path).when) or when.holds(facts)]
    always = {path for path in step.required if not path.startswith(f"{ENTRIES}.")}
    return [path for path in paths if path in always or path not in read or path in turns]


def bundled(paths: Iterable[str]) -> list[tuple[str, list[str]]]:
    """The questions as a page shows them: first each by itself (title ""), then what is folded, under its title."""
    asked = list(paths)
    folds = [(bundle.title, [path for path in asked if path in bundle.paths]) for bundle in pack().form.bundles]
    folds = [(title, inside) for title, inside in folds if len(inside) >= FOLDED_FROM]
    folded = {path for _title, inside in folds for path in inside}
    return [*(("", [path]) for path in asked if path not in folded), *folds]


def turning(facts: Mapping[str, Any], day: date) -> frozenset[str]:
    """Every fact that determines, or would decide, whether a row of the list binds or a matter is needed."""
    rules = pack()
    kind = look_up(facts, "kind")
    names: set[str] = set()
    for row in all_at(rules.negative, day):
        names.update((row.when, *(exception.when for exception in row.exceptions)))
    names.update(
        matter.needed for matter in rules.matters_at(day) if kind is UNKNOWN or not matter.kinds or kind in matter.kinds
    )
    names.update(scheme.when for scheme in all_at(rules.schemes, day) if scheme.when)
    found: set[str] = set()
    for name in names & rules.predicates.keys():
        verdict = rules.condition(name, day)(facts)
        found |= verdict.used | verdict.missing
    return frozenset(found) | asked_by_lists(facts, rules, day)


def _read(rules: Pack) -> frozenset[str]:
    # What a zone has to share turns on the zone, whatever the rules read of it.
    # A check looks at what is answered and asks for nothing: what only checks read is asked of everybody.
    checks = {check.when for check in rules.checks}
    predicates = [predicate for name, predicate in rules.predicates.items() if name not in checks]
    read = frozenset[str]().union(*(predicate.facts for predicate in predicates))
    return (read | {entry.fact for one in rules.lists for entry in one.entries}) - {ZONE}


def nested(values: Mapping[str, Any]) -> dict[str, Any]:
    """Paths to groups: {"site.address": …} → {"site": {"address": …}}."""
    made: dict[str, Any] = {}
    for path, value in values.items():
        group, _, name = path.rpartition(".")
        (made.setdefault(group, {}) if group else made)[name] = value
    return made


def flat(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Groups to paths, the other way round; only what is known."""
    return {path: value for path in pack().facts if (value := look_up(facts, path)) is not UNKNOWN}


def unanswered(paths: Iterable[str], facts: Mapping[str, Any]) -> list[str]:
    return [path for path in paths if look_up(facts, path) is UNKNOWN]
