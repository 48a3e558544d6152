"""The form of one pack (`form.toml`): on which page a fact is asked, in which words, and whether it is asked at all.

What a fact is stands in `facts.toml` (core.fact_specs); here is only how people are asked for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from yinuo.core.facts import Facts, look_up


@dataclass(frozen=True, slots=True)
class Visibility:
    """A question that depends on another answer: asked once `fact` has one of the values."""

    fact: str
    values: tuple[str | bool, ...]
    where: str = field(default="", compare=False)

    def holds(self, facts: Facts) -> bool:
        # 1 == True in Python, but 1 is no answer to yes or no.
        value = look_up(facts, self.fact)
        return any(value is wanted or (isinstance(wanted, str) and value == wanted) for wanted in self.values)


@dataclass(frozen=True, slots=True)
class Question:
    """How a fact is asked, where the form says it otherwise than the table of facts.

    `missing` is told when a required answer is left out. `help` replaces the fact's own help on the form, `hint` on the
    self-check. `careful` words the choice that stands for "not sure" as well. `long` asks for several lines, `mu` takes
    an area in 亩 and 公顷 too. `readers` are the departments that read an answer no rule reads.
    """

    fact: str
    missing: str = ""
    help: str | None = None
    hint: str = ""
    careful: Mapping[str, str] = field(default_factory=dict)
    when: Visibility | None = None
    long: bool = False
    mu: bool = False
    readers: tuple[str, ...] = ()
    where: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Step:
    """One topic on one page. `required` facts are asked until answered; the others may stay unknown."""

    slug: str
    title: str
    lead: str
    paths: tuple[str, ...]
    required: frozenset[str] = frozenset()
    where: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Bundle:
    """Questions most projects answer with no: folded under one title that says what they are about."""

    title: str
    paths: tuple[str, ...]
    where: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Topic:
    """One page of the self-check. `flags` are ticked in one list asked with `ask`, the other paths have a field each.

    `always` are asked whatever the rules.
    """

    slug: str
    title: str
    ask: str
    paths: tuple[str, ...]
    flags: tuple[str, ...]
    always: frozenset[str] = frozenset()
    where: str = field(default="", compare=False)


@dataclass(frozen=True)
class Form:
    """The filing's steps and the self-check's topics in their order, the folded bundles, and each question's words."""

    steps: tuple[Step, ...] = ()
    bundles: tuple[Bundle, ...] = ()
    questions: Mapping[str, Question] = field(default_factory=dict)
    topics: tuple[Topic, ...] = ()

    def question(self, path: str) -> Question:
        return self.questions.get(path) or Question(path)

    @cached_property
    def by_slug(self) -> Mapping[str, Step]:
        return {step.slug: step for step in self.steps}

    @cached_property
    def step_of(self) -> Mapping[str, Step]:
        return {path: step for step in self.steps for path in step.paths}

    @cached_property
    def topic_by_slug(self) -> Mapping[str, Topic]:
        return {topic.slug: topic for topic in self.topics}

    @cached_property
    def topic_of(self) -> Mapping[str, Topic]:
        return {path: topic for topic in self.topics for path in (*topic.paths, *topic.flags)}
