"""Facts, decisions and trail rows in words for the staff's pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from yinuo.core.decision import Decision
from yinuo.core.facts import UNKNOWN, look_up
from yinuo.core.industries import name_of as industry_name
from yinuo.engine.rules import pack
from yinuo.ui.components.shapes import Row
from yinuo.ui.components.text import grouped, iso_words


def fact_words(path: str, value: Any) -> str:
    """A fact's value as people read it, with its unit."""
    spec = pack().facts.get(path)
    if value is None or value is UNKNOWN:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if spec is None:
        return str(value)
    if path == "industry":
        name = industry_name(str(value))
        return f"{name}（{value}）" if name else str(value)
    if spec.type in ("decimal", "quantity", "integer"):
        return f"{grouped(str(value)) or value} {spec.unit}".strip()
    return iso_words(str(value)) if spec.type == "date" else str(spec.choices.get(str(value), value))


def label_of(path: str) -> str:
    return pack().facts.label(path)


@dataclass(frozen=True, slots=True)
class FactGroup:
    """What was filed under one heading."""

    title: str
    rows: list[Row]
    denied: list[str]


def fact_groups(facts: Mapping[str, Any], places: Mapping[str, str] | None = None) -> list[FactGroup]:
    """Every fact given, in the form's order and under its headings; what was not given is not shown.

    What was answered with no is listed by name alone: forty lines of 否 hide the five that matter. `places`: region
    code → name.
    """
    made: dict[str, FactGroup] = {}
    for path, spec in pack().facts.items():
        value = look_up(facts, path)
        if value is UNKNOWN:
            continue
        head = path.partition(".")[0] if "." in path else ""
        title = pack().facts.groups.get(head, "项目")
        group = made.setdefault(title, FactGroup(title, [], []))
        if value is False:
            group.denied.append(spec.label)
        else:
            words = (places or {}).get(str(value), "") if path == "region" else ""
            group.rows.append(Row(spec.label, f"{words}（{value}）" if words else fact_words(path, value)))
    return list(made.values())


def cited(cites: Iterable[str]) -> list[str]:
    """Citations in words; one whose source today's pack no longer has stays as it was stored."""
    return [pack().cite_text(cite) if cite.partition("#")[0] in pack().sources else cite for cite in cites]


@dataclass(frozen=True, slots=True)
class StepView:
    """One rule's part in a decision. `state` is the mark that stands before it."""

    text: str
    cites: list[str]
    facts: list[Row]
    state: str


@dataclass(frozen=True, slots=True)
class DecisionView:
    """A stored decision ready to be read: what determined it, what lost, what was missing, what was read."""

    steps: list[StepView]
    lost: list[StepView]
    missing: list[str]
    parameters: list[Row]
    as_of: Any
    pack_hash: str


def decision_view(body: Mapping[str, Any]) -> DecisionView:
    decision = Decision.from_json(body)
    return DecisionView(
        steps=[_step(step.text, step.cites, step.facts, step.outcome) for step in decision.trace],
        lost=[_step(step.text, step.cites, step.facts, None) for step in decision.overridden],
        missing=[label_of(path) for path in decision.missing],
        parameters=[
            Row(_parameter_label(read.id), f"{_value_words(read.value)}（{'；'.join(cited(read.cites))}）")
            for read in decision.parameters
        ],
        as_of=decision.as_of,
        pack_hash=decision.pack_hash,
    )


def _step(text: str, cites: Sequence[str], facts: Mapping[str, Any], outcome: Any) -> StepView:
    rows = [
        Row(label_of(path), fact_words(path, value))
        for path, value in facts.items()
        if not isinstance(value, (dict, list))
    ]
    return StepView(
        text,
        cited(cites),
        rows,
        {True: "done", False: "ended"}.get(outcome, "ready") if isinstance(outcome, bool) else "ready",
    )


def _parameter_label(name: str) -> str:
    known = pack().parameters.get(name)
    return known.label if known else name


def _value_words(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, (list, tuple)):
        return "、".join(pack().facts.label(item) if item in pack().facts else str(item) for item in value)
    return str(value)
