"""The self-check's questions: five short pages, asking only what some rule of the place turns on.

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
from yinuo.core.fact_specs import FACTS
from yinuo.core.facts import UNKNOWN, as_number, look_up
from yinuo.core.findings import condition, matter_rows
from yinuo.engine.rules import pack
from yinuo.faces.projects.factforms import QUANTITY_HELP, FactForm, fields_of, initial_of
from yinuo.faces.projects.steps import bundled, nested
from yinuo.site.selfcheck_state import CARRIED, LEAF_OF, PATH_OF, State

# Whether there is any is enough here, so an amount is ticked like a yes or no.
TICKED = ("flag", "quantity")
WORKS = tuple(
    f"construction.{name}"
    for name in ("building", "municipal", "highway", "waterway", "water_conservancy")
    if f"construction.{name}" in FACTS
)
# Asked whatever the rules: they place the project in the first place.
ALWAYS = frozenset({"kind", "industry", "total_investment", "land_area", "floor_area", "unit.type", "unit.grade"})
HINTS = {
    "kind": "企业投资的项目一般是备案；列入核准目录的是核准；政府投资的是审批。",
    "unit.grade": "看备案证右上角的字母，或者登录后看“信用”。新企业选“未评级”。",
    "eia": "按《建设项目环境影响评价分类管理名录》查；拿不准就留空。",
}


@dataclass(frozen=True, slots=True)
class Ticks:
    """Flags to tick, in sight or folded under `title`; open where one is ticked already.

    `names` tells what is folded away.
    """

    title: str
    options: tuple[Any, ...]
    names: str
    open: bool


@dataclass(frozen=True, slots=True)
class Topic:
    """One page. `flags` are ticked in one list, the other paths have a field each."""

    slug: str
    title: str
    ask: str
    paths: tuple[str, ...]
    flags: tuple[str, ...]


def _group(*groups: str, flags: bool, but: tuple[str, ...] = ()) -> tuple[str, ...]:
    return tuple(
        path
        for path, spec in CARRIED.items()
        if path.partition(".")[0] in groups and "." in path and (spec.type in TICKED) is flags and path not in but
    )


_FIRST = ("kind", "industry", "total_investment")
_PLACE = ("land_area", "floor_area", *_group("site", flags=False))
_COMPANY = _group("unit", "declarations", flags=False)
TOPICS = (
    Topic("project", "做什么项目", "包括下面哪几种工程？", _FIRST, WORKS),
    Topic("site", "在哪里、用多少地", "这块地有下面哪些情况？", _PLACE, _group("site", flags=True)),
    Topic(
        "construction",
        "怎样建设",
        "建设中有下面哪些情况？",
        _group("construction", flags=False),
        _group("construction", flags=True, but=WORKS),
    ),
    Topic(
        "operation",
        "建成以后",
        "生产运营中有下面哪些情况？",
        tuple(
            path
            for path, spec in CARRIED.items()
            if spec.type not in TICKED
            and not path.startswith("construction.")
            and path not in {*_FIRST, *_PLACE, *_COMPANY}
        ),
        _group("operation", flags=True)
        + tuple(path for path, spec in CARRIED.items() if spec.type in TICKED and "." not in path),
    ),
    Topic(
        "company",
        "谁来投资",
        "项目有下面哪些情况？它们决定整个项目能不能实行信用承诺制。",
        _COMPANY,
        _group("unit", "declarations", flags=True),
    ),
)
BY_SLUG = {topic.slug: topic for topic in TOPICS}
TOPIC_OF = {path: topic for topic in TOPICS for path in (*topic.paths, *topic.flags)}


def asked(topic: Topic, facts: Mapping[str, Any], day: date) -> tuple[list[str], list[str]]:
    """The fields and the flags of the page that any rule could turn on, given what is known."""
    turns = turning(facts, day)
    return [path for path in topic.paths if path in ALWAYS or path in turns], [
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
    for name in names & rules.predicates.keys():
        verdict = condition(name, rules, day)(supposed)
        found |= verdict.used | verdict.missing
    return frozenset(found)


def _supposing_nothing(facts: Mapping[str, Any]) -> dict[str, Any]:
    known = {path: value for path in FACTS if (value := look_up(facts, path)) is not UNKNOWN}
    nothing = {
        path: False if spec.type == "flag" else "0"
        for path, spec in CARRIED.items()
        if spec.type in ("flag", "quantity")
    }
    return nested({**nothing, **known})


def following(topic: Topic, facts: Mapping[str, Any], day: date) -> Topic | None:
    """The next page with anything left to ask."""
    for later in TOPICS[TOPICS.index(topic) + 1 :]:
        fields, flags = asked(later, facts, day)
        if fields or flags:
            return later
    return None


def before(topic: Topic) -> Topic | None:
    place = TOPICS.index(topic)
    return TOPICS[place - 1] if place else None


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
        ticked = [LEAF_OF[path] for path, value in known.items() if value is True]
        first = {**initial_of(state.nested(), fields), "yes": ticked, **(initial or {})}
        super().__init__(data, paths=fields, partial=True, initial=first)
        for name in self.fields.keys() - {name for path in fields for name in fields_of(FACTS[path], False)}:
            # What guards a saved draft against a stale form has nothing to guard here.
            del self.fields[name]
        for path in fields:
            if path in HINTS:
                self.fields[path].help_text = HINTS[path]
        if self.flags:
            self.fields["yes"] = forms.MultipleChoiceField(
                label=topic.ask,
                required=False,
                widget=forms.CheckboxSelectMultiple(),
                choices=[(LEAF_OF[path], _told(path)) for path in self.flags],
            )
            self.fields["rest"] = forms.CharField(required=False, widget=forms.HiddenInput())

    def ticks(self) -> list[Ticks]:
        """The list of flags in its parts."""
        options = {PATH_OF[option.data["value"]]: option for option in self["yes"]}
        made = []
        for title, paths in bundled(self.flags):
            shown = tuple(options[path] for path in paths)
            names = "、".join(FACTS[path].label for path in paths)
            made.append(Ticks(title, shown, names, any(option.data["selected"] for option in shown)))
        return made

    def answers(self) -> State:
        """The state with this page's answers in place of earlier ones; what was not answered is unknown again."""
        facts = {path: value for path, value in self.values().items() if value is not None}
        ticked = {PATH_OF[leaf] for leaf in self.cleaned_data.get("yes", ())}
        for path in self.flags:
            before = self.state.known(path)
            if path in ticked:
                facts[path] = before if _holds(before) else True
            elif self.cleaned_data.get("rest") == "no" or (self.mixed and _holds(before) is False):
                facts[path] = False if CARRIED[path].type == "flag" else "0"
        cleared = self.state.without([*self.paths, *self.flags])
        return State({**cleared.facts, **facts}, self.state.on)


def _told(path: str) -> Any:
    """A flag as a choice: its label, and what it means where the label is short."""
    spec = FACTS[path]
    if spec.type == "quantity":
        # 年取水量 asks how much; here it is only whether.
        return QUANTITY_HELP[path] if spec.label.startswith("年") else spec.label
    return format_html("{}<small>{}</small>", spec.label, spec.help) if spec.help else spec.label


def _holds(value: Any) -> bool | None:
    """Whether there is any; None where nobody said."""
    if value is UNKNOWN:
        return None
    return value if isinstance(value, bool) else as_number(value) > 0
