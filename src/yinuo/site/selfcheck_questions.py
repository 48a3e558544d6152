"""The self-check's questions: the pack's short pages (`[[topic]]`), asking only what some rule of the place turns on.

What few projects have stands folded under a title; one press says that none of it is the case.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.utils.html import format_html

from yinuo.core.dated import all_at
from yinuo.core.facts import UNKNOWN, as_number, look_up
from yinuo.core.findings import condition, matter_rows
from yinuo.core.form import Topic
from yinuo.core.lists import asked_by_lists
from yinuo.engine.rules import pack
from yinuo.faces.projects.factforms import FactForm, fields_of, initial_of
from yinuo.faces.projects.steps import bundled, nested
from yinuo.site.selfcheck_state import State, carried, leaf_of, path_of


@dataclass(frozen=True, slots=True)
class Ticks:
    """Flags to tick, in sight or folded under `title`; open where one is ticked already.

    `names` tells what is folded away.
    """

    title: str
    options: tuple[Any, ...]
    names: str
    open: bool


def asked(topic: Topic, facts: Mapping[str, Any], day: date) -> tuple[list[str], list[str]]:
    """The fields and the flags of the page that any rule could turn on, given what is known."""
    turns, form = turning(facts, day), pack().form
    turns = frozenset(path for path in turns if not (when := form.question(path).when) or when.holds(facts))
    return [path for path in topic.paths if path in topic.always or path in turns], [
        path for path in topic.flags if path in turns
    ]


def turning(facts: Mapping[str, Any], day: date) -> frozenset[str]:
    """What is worth asking first: the facts that decide while nothing unusual has been said.

    A flag nobody has ticked is taken as not holding here, so that what only matters along with it is asked once it
    does; an answer is never taken so. Exceptions of the list count for matters that may be needed.
    """
    rules, supposed = pack(), _supposing_nothing(facts)
    kind = look_up(facts, "kind")
    rows = all_at(rules.negative, day)
    names = {row.when for row in rows if row.part == "project"} | {
        scheme.when for scheme in all_at(rules.schemes, day) if scheme.when
    }
    found: set[str] = set()
    for matter in rules.matters_at(day):
        if kind is not UNKNOWN and matter.kinds and kind not in matter.kinds:
            continue
        verdict = condition(matter.needed, rules, day)(supposed)
        found |= verdict.used | verdict.missing
        if verdict.value is not False:
            for row in matter_rows(matter, rows):
                names |= {row.when, *(exception.when for exception in row.exceptions)}
    names |= {check.when for check in all_at(rules.checks, day)}
    for name in names & rules.predicates.keys():
        verdict = condition(name, rules, day)(supposed)
        found |= verdict.used | verdict.missing
    return frozenset(found) | asked_by_lists(facts, rules, day)


def _supposing_nothing(facts: Mapping[str, Any]) -> dict[str, Any]:
    known = {path: value for path in pack().facts if (value := look_up(facts, path)) is not UNKNOWN}
    nothing = {
        path: False if spec.type == "flag" else "0"
        for path, spec in carried().items()
        if spec.type in ("flag", "quantity")
    }
    return nested({**nothing, **known})


def following(topic: Topic, facts: Mapping[str, Any], day: date) -> Topic | None:
    """The next page with anything left to ask."""
    topics = pack().form.topics
    for later in topics[topics.index(topic) + 1 :]:
        fields, flags = asked(later, facts, day)
        if fields or flags:
            return later
    return None


def before(topic: Topic) -> Topic | None:
    topics = pack().form.topics
    place = topics.index(topic)
    return topics[place - 1] if place else None


class TopicForm(FactForm):
    """The questions of one page, all of which may stay open.

    The list of flags says what holds and whether the rest does not.
    """

    def __init__(
        self, data: Any, *, topic: Topic, state: State, day: date, initial: dict[str, Any] | None = None
    ) -> None:
        fields, self.flags = asked(topic, state.nested(), day)
        self.state = state
        known = {path: _holds(state.known(path)) for path in self.flags}
        self.mixed = False in known.values() and None in known.values()
        ticked = [leaf_of(path) for path, value in known.items() if value is True]
        first = {**initial_of(state.nested(), fields), "yes": ticked, **(initial or {})}
        super().__init__(data, paths=fields, partial=True, initial=first)
        for name in self.fields.keys() - {name for path in fields for name in fields_of(pack().facts[path], False)}:
            # What guards a saved draft against a stale form has nothing to guard here.
            del self.fields[name]
        for path in fields:
            if hint := pack().form.question(path).hint:
                self.fields[path].help_text = hint
        if self.flags:
            self.fields["yes"] = forms.MultipleChoiceField(
                label=topic.ask,
                required=False,
                widget=forms.CheckboxSelectMultiple(),
                choices=[(leaf_of(path), _told(path)) for path in self.flags],
            )
            self.fields["rest"] = forms.CharField(required=False, widget=forms.HiddenInput())

    def ticks(self) -> list[Ticks]:
        """The list of flags in its parts."""
        paths_of = path_of()
        options = {paths_of[option.data["value"]]: option for option in self["yes"]}
        made = []
        for title, paths in bundled(self.flags):
            shown = tuple(options[path] for path in paths)
            names = "、".join(pack().facts.label(path) for path in paths)
            made.append(Ticks(title, shown, names, any(option.data["selected"] for option in shown)))
        return made

    def answers(self) -> State:
        """The state with this page's answers in place of earlier ones; what was not answered is unknown again."""
        facts = {path: value for path, value in self.values().items() if value is not None}
        paths_of = path_of()
        ticked = {paths_of[leaf] for leaf in self.cleaned_data.get("yes", ())}
        for path in self.flags:
            before = self.state.known(path)
            if path in ticked:
                facts[path] = before if _holds(before) else True
            elif self.cleaned_data.get("rest") == "no" or (self.mixed and _holds(before) is False):
                facts[path] = False if pack().facts[path].type == "flag" else "0"
        cleared = self.state.without([*self.paths, *self.flags])
        return State({**cleared.facts, **facts}, self.state.on)


def _told(path: str) -> Any:
    """A flag as a choice: its label, and what it means where the label is short."""
    spec = pack().facts[path]
    if spec.type == "quantity":
        # 年取水量 asks how much; here it is only whether.
        return (pack().form.question(path).help if spec.label.startswith("年") else "") or spec.label
    return format_html("{}<small>{}</small>", spec.label, spec.help) if spec.help else spec.label


def _holds(value: Any) -> bool | None:
    """Whether there is any; None where nobody said."""
    if value is UNKNOWN:
        return None
    return value if isinstance(value, bool) else as_number(value) > 0
