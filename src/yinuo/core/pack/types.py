"""What one place's rules consist of: the typed form of a pack's TOML files.

Every record carries `where` (file:line) so that a fault can be named, and its citations (`cites`,
written `source-id#article`). Spans are half-open. Nothing here reads a file: see `load.py`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from types import ModuleType
from typing import Any, Literal

from yinuo.core.dated import Gap, NotInForce, RuleError, Span, all_at, the_one_at
from yinuo.core.fact_specs import FactTable
from yinuo.core.facts import Amount, Predicate
from yinuo.core.form import Form
from yinuo.core.units import LimitUnit, Unit, in_words

Provenance = Literal["source", "tested", "unverified"]
# An entry of a list that reaches every industry.
EVERY = "*"
# The classes of the environment lists, from the lowest to the highest.
CLASSES: Mapping[str, tuple[str, ...]] = {
    "eia": ("none", "register", "table", "report"),
    "discharge_permit": ("none", "registration", "simplified", "key"),
}


@dataclass(frozen=True, slots=True)
class Source:
    """One legal text. `articles` maps an article's name to a short gist (never the text itself)."""

    id: str
    number: str
    title: str
    issuer: str
    published_on: date | None
    effective_on: date | None
    repealed_on: date | None
    provenance: Provenance
    articles: Mapping[str, str]
    where: str


@dataclass(frozen=True, slots=True)
class DatedValue:
    """One released value of a parameter."""

    span: Span
    value: Any
    cites: tuple[str, ...]
    reading: str
    where: str


@dataclass(frozen=True, slots=True)
class Parameter:
    """A named number, flag or text of the rules, with its unit and every value it ever had.

    `starts` and `ends`: the law knows it only from the one and before the other; None = always.
    """

    id: str
    label: str
    unit: Unit
    values: tuple[DatedValue, ...]
    where: str
    starts: date | None = None
    ends: date | None = None

    def known_on(self, day: date) -> bool:
        return (self.starts is None or self.starts <= day) and (self.ends is None or day < self.ends)

    def at(self, day: date) -> DatedValue:
        return the_one_at(self.values, day, self.id)


@dataclass(frozen=True, slots=True)
class Department:
    """An office that decides matters. `names` are the spellings the source uses for it."""

    id: str
    name: str
    short_name: str
    code: str
    level: Literal["county", "prefecture", "province", "state", "utility"]
    names: tuple[str, ...]
    where: str


@dataclass(frozen=True, slots=True)
class Roles:
    """Who and what plays a part that the program knows: the pack names its own department, matter or document for each.

    One department may play several parts. `document` is the county's own measures, which the journey cites.
    """

    filing_department: str
    window_department: str
    planning_department: str
    market_department: str
    filing_matter: str
    land_supply_matter: str
    document: str
    where: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Stage:
    id: str
    name: str
    department: str


@dataclass(frozen=True, slots=True)
class StageScheme:
    """The stages of one class of projects; `moves` re-places single matters (matter id -> stage id)."""

    id: str
    name: str
    when: str | None
    stages: tuple[Stage, ...]
    moves: Mapping[str, str]
    span: Span
    cites: tuple[str, ...]
    where: str


@dataclass(frozen=True, slots=True)
class Limit:
    """A time limit: a whole number of days with its unit, as of its span. `value` 0 = at once."""

    value: int
    unit: LimitUnit
    span: Span
    cites: tuple[str, ...]
    provenance: Provenance
    extendable_by: int = 0
    where: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Material:
    id: str
    name: str
    main: bool = True
    note: str = ""
    issued_by: str = ""


@dataclass(frozen=True, slots=True)
class CommitmentStandard:
    """What a company promises for a matter: `requirements` are verified one by one at completion."""

    version: str
    span: Span
    requirements: tuple[str, ...]
    promises: tuple[str, ...]
    field: str | None
    cites: tuple[str, ...]
    provenance: Provenance
    where: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """The department's dated, published choice to accept promises for the matter (自主确定)."""

    span: Span
    cites: tuple[str, ...]
    where: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Matter:
    """A catalogue entry. `needed` names a predicate (or "always"/"never"/"on_request")."""

    id: str
    name: str
    sub_matter: str
    department: str
    stage: str
    kind: str
    level: Literal["county", "prefecture", "province", "state"]
    handling: Literal["instant", "promised", "reported_upward", "self_service", "utility"]
    pre_start: bool
    completion: bool
    needed: str
    kinds: tuple[str, ...]
    after: tuple[str, ...]
    statutory: tuple[Limit, ...]
    promised: tuple[Limit, ...]
    materials: tuple[Material, ...]
    basis: tuple[str, ...]
    content: str
    conditions: tuple[str, ...]
    process: tuple[str, ...]
    fee: str
    supervision: str
    result: str
    offers: tuple[Offer, ...]
    standards: tuple[CommitmentStandard, ...]
    regional: bool
    negative_rows: tuple[int, ...]
    provenance: Provenance
    span: Span
    where: str

    @property
    def full_name(self) -> str:
        return f"{self.name}（{self.sub_matter}）" if self.sub_matter else self.name

    def statutory_at(self, day: date) -> Limit | None:
        return the_one_at(self.statutory, day, f"{self.id}.statutory") if self.statutory else None

    def promised_at(self, day: date) -> Limit | None:
        return the_one_at(self.promised, day, f"{self.id}.promised") if self.promised else None

    def offered_at(self, day: date) -> Offer | None:
        hits = all_at(self.offers, day)
        return hits[0] if hits else None

    def standard_at(self, day: date) -> CommitmentStandard | None:
        hits = all_at(self.standards, day)
        return hits[0] if hits else None


@dataclass(frozen=True, slots=True)
class ListException:
    """A labelled exception of a negative-list row: where `when` holds, the row does not bind."""

    id: str
    label: str
    when: str
    cites: tuple[str, ...]
    where: str


@dataclass(frozen=True, slots=True)
class NegativeRow:
    """One row of the negative list, as printed. part: project (一) · matter (二) · regional (三)."""

    id: str
    part: Literal["project", "matter", "regional"]
    row: int
    department: str
    department_id: str | None
    matter: str
    sub_matter: str
    kind: str
    matters: tuple[str, ...]
    when: str
    exceptions: tuple[ListException, ...]
    span: Span
    cites: tuple[str, ...]
    where: str


@dataclass(frozen=True, slots=True)
class ListEntry:
    """One entry of a legal list. `industries` are GB/T 4754 prefixes ("*" = every industry); `fact` is the question
    that decides further, and `applies` the whole condition beyond the industry.

    `words`: where a project's name or content says one and its industry is another, somebody looks. `decided_by`: the
    level that decides, empty where the text leaves it to the county.
    """

    id: str
    name: str
    industries: tuple[str, ...]
    when: str
    fact: str
    test: Predicate
    words: tuple[str, ...]
    decided_by: str
    cites: tuple[str, ...]
    provenance: Provenance
    where: str


@dataclass(frozen=True, slots=True)
class LegalList:
    """A published list by industry (目录、清单) behind a row of the negative list.

    `when` says whom it concerns (empty: everybody). `complete`: every entry is here. Where not, `partial` names the
    industries for which some may be missing, `unread` the text they would stand in, and `confirm` the fact by which a
    reviewer answers for it. `declared` is the company's own word on the list, `says` the answers that admit it.
    """

    id: str
    name: str
    row: str
    when: str
    complete: bool
    partial: tuple[str, ...]
    unread: str
    confirm: str
    declared: str
    says: tuple[str | bool, ...]
    entries: tuple[ListEntry, ...]
    span: Span
    cites: tuple[str, ...]
    provenance: Provenance
    where: str

    @property
    def rule(self) -> str:
        return f"list.{self.id}"


@dataclass(frozen=True, slots=True)
class LowestClass:
    """The lowest class the law leaves to any project of the industries; `fact` is the answer compared with it."""

    id: str
    fact: str
    industries: tuple[str, ...]
    lowest: str
    name: str
    span: Span
    cites: tuple[str, ...]
    provenance: Provenance
    where: str


@dataclass(frozen=True, slots=True)
class Check:
    """Answers that cannot stand together, or one that the law forbids: where `when` holds somebody has to look."""

    id: str
    when: str
    facts: tuple[str, ...]
    why: str
    span: Span
    cites: tuple[str, ...]
    provenance: Provenance
    where: str


@dataclass(frozen=True, slots=True)
class Band:
    """A grade's half-open band (low, high]; the lowest also holds its low end."""

    grade: str
    class_: str
    low: Decimal
    high: Decimal
    lowest: bool = False
    where: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class GradeScale:
    span: Span
    bands: tuple[Band, ...]
    classes: Mapping[str, Mapping[str, str]]
    cites: tuple[str, ...]
    where: str


@dataclass(frozen=True, slots=True)
class Measure:
    """What a class of companies gets (`grants`), is limited in (`limits`) or refused (`refuses`).

    `effect` is a machine word rooms ask for, such as `commitment`, `agency`, `instant_filing`, `priority`, `focus`,
    `inspection_rate`, or a special track by its room; `value` is what it says of it
    (`allowed`, `enhanced`, `reduced`, `refused`, `more`, `fewer` …).
    """

    id: str
    class_: str
    effect: str
    value: str
    text: str
    span: Span
    cites: tuple[str, ...]
    where: str


@dataclass(frozen=True, slots=True)
class Benefit:
    """What a project gets without applying (不来即享): `when` is asked of its facts, `classes` of its company (none =
    every class).

    `department` is one of the pack's, or `office` names one outside it. `text` says what is granted, `how` what happens
    next.
    """

    id: str
    name: str
    department: str
    office: str
    when: str
    classes: tuple[str, ...]
    text: str
    how: str
    provenance: Provenance
    span: Span
    cites: tuple[str, ...]
    where: str


@dataclass(frozen=True, slots=True)
class PointRule:
    """Points for one type of credit event; `match` narrows by the event's own fields."""

    id: str
    type: str
    match: Mapping[str, Any]
    points: Decimal
    cap_per_project: Decimal | None
    needs_audit: bool
    text: str
    span: Span
    cites: tuple[str, ...]
    where: str


@dataclass(frozen=True, slots=True)
class Listing:
    """The act stands in the list of these days, by these texts."""

    span: Span
    cites: tuple[str, ...]
    where: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Act:
    """An act that costs points, as those pick it who propose them; `text` is a gist, never the measures' own words.

    `article` and `item` are the credit event's fields, by which a point rule answers. When the measures are replaced
    the act gets another listing: what it is cited by depends on the day it happened.
    """

    id: str
    article: str
    item: str
    text: str
    listings: tuple[Listing, ...]
    provenance: Provenance
    where: str

    def at(self, day: date) -> Listing | None:
        """None where no list of that day names the act. Raises Conflict where two do."""
        return the_one_at(self.listings, day, self.id) if all_at(self.listings, day) else None


@dataclass(frozen=True, slots=True)
class HallRule:
    """Points for one type of hall event; `match` narrows by its fields, `at_most`/`more_than` by days."""

    id: str
    type: str
    match: Mapping[str, Any]
    points: Decimal
    text: str
    span: Span
    cites: tuple[str, ...]
    where: str
    days_at_most: int | None = None
    approval_days_more_than: int | None = None


@dataclass(frozen=True, slots=True)
class PauseReason:
    id: str
    label: str
    longest: int
    longest_unit: LimitUnit
    stops_statutory: bool
    span: Span
    cites: tuple[str, ...]
    where: str


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason a clerk may give for sending back or refusing: code and the words the company reads."""

    id: str
    text: str
    cites: tuple[str, ...]
    where: str


@dataclass(frozen=True, slots=True)
class DayNotice:
    """What a published notice says of single days: off on a weekday, or work on a weekend."""

    on: date
    working: bool
    name: str
    cites: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OfficeHours:
    span: Span
    hours: tuple[tuple[time, time], ...]
    cites: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CalendarData:
    """Days of the published notices by year, known statutory days beyond them, and office hours."""

    days: Mapping[date, DayNotice]
    published_years: frozenset[int]
    statutory: Mapping[date, str]
    hours: tuple[OfficeHours, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """A worked example: facts in, expected answer, and the citation that makes it right."""

    id: str
    ask: str
    as_of: date
    facts: Mapping[str, Any]
    expect: Mapping[str, Any]
    exercises: tuple[str, ...]
    cites: tuple[str, ...]
    provenance: Provenance
    where: str


@dataclass(frozen=True)
class Pack:
    """One place's rules, loaded and typed. `hash` is SHA-256 over its files, names included."""

    id: str
    title: str
    jurisdiction: str
    version: str
    valid_from: date
    owner: str
    roles: Roles
    hash: str
    path: str
    sources: Mapping[str, Source]
    parameters: Mapping[str, Parameter]
    departments: Mapping[str, Department]
    schemes: tuple[StageScheme, ...]
    matters: Mapping[str, Matter]
    negative: tuple[NegativeRow, ...]
    scales: tuple[GradeScale, ...]
    measures: tuple[Measure, ...]
    point_rules: tuple[PointRule, ...]
    hall_rules: tuple[HallRule, ...]
    pauses: tuple[PauseReason, ...]
    reasons: Mapping[str, Reason]
    calendar: CalendarData
    predicates: Mapping[str, Predicate]
    cases: tuple[Case, ...]
    facts: FactTable
    form: Form
    benefits: tuple[Benefit, ...] = ()
    acts: Mapping[str, Act] = field(default_factory=dict)
    lists: tuple[LegalList, ...] = ()
    lowest_classes: tuple[LowestClass, ...] = ()
    checks: tuple[Check, ...] = ()
    module: ModuleType | None = field(default=None, compare=False)
    _conditions: dict[tuple[str, int], Predicate] = field(default_factory=dict, init=False, repr=False, compare=False)

    def parameter(self, name: str, day: date) -> DatedValue:
        """The value of `name` on `day`.

        Raises RuleError for a name the pack does not know, NotInForce for a day before the pack's first, Gap for
        another it does not cover.
        """
        if name not in self.parameters:
            raise RuleError(f"规则包没有参数 {name}")
        try:
            return self.parameters[name].at(day)
        except Gap as gap:
            if day < self.valid_from:
                label = self.parameters[name].label
                raise NotInForce(
                    f"本县的规则自 {self.valid_from} 起施行，{day} 还没有“{label}”（{name}）的规定"
                ) from gap
            raise

    def integer(self, name: str, day: date) -> int:
        return int(self.parameter(name, day).value)

    def decimal(self, name: str, day: date) -> Decimal:
        return Decimal(str(self.parameter(name, day).value))

    def share(self, name: str, day: date) -> Fraction:
        """A share written as a fraction "1/5". Units: none."""
        return Fraction(str(self.parameter(name, day).value))

    def flag(self, name: str, day: date) -> bool:
        value = self.parameter(name, day).value
        if not isinstance(value, bool):
            raise RuleError(f"参数 {name} 应为 true 或 false")
        return value

    def condition(self, name: str, day: date) -> Predicate:
        """The condition with the parameters of `day` in it.

        Raises RuleError for an unknown name, Gap where a parameter says nothing.
        """
        if name not in self.predicates:
            raise RuleError(f"规则包没有条件 {name}")
        predicate = self.predicates[name]
        if not predicate.bounds:
            return predicate
        key = (name, bisect_right(self._turns, day))
        if key not in self._conditions:
            self._conditions[key] = predicate.bound(lambda parameter: self._amount(parameter, day))
        return self._conditions[key]

    def _amount(self, name: str, day: date) -> Amount | None:
        """None where the law of the day knows no such bound."""
        if name in self.parameters and not self.parameters[name].known_on(day):
            return None
        value = self.parameter(name, day).value
        return Amount(Decimal(str(value)), in_words(value, self.parameters[name].unit))

    @cached_property
    def entries_by_industry(self) -> Mapping[str, Sequence[tuple[str, ListEntry]]]:
        """Industry prefix → list and entry; "*" for those of every industry."""
        found: dict[str, list[tuple[str, ListEntry]]] = {}
        for one in self.lists:
            for entry in one.entries:
                for code in entry.industries:
                    found.setdefault(code, []).append((one.id, entry))
        return found

    @cached_property
    def lowest_by_industry(self) -> Mapping[str, Sequence[LowestClass]]:
        """Industry prefix → the lowest classes of its projects."""
        found: dict[str, list[LowestClass]] = {}
        for one in self.lowest_classes:
            for code in one.industries:
                found.setdefault(code, []).append(one)
        return found

    @cached_property
    def entries_by_word(self) -> Mapping[str, Sequence[tuple[str, ListEntry]]]:
        """Word in a project's name or content → list and entry it points to."""
        found: dict[str, list[tuple[str, ListEntry]]] = {}
        for one in self.lists:
            for entry in one.entries:
                for word in entry.words:
                    found.setdefault(word, []).append((one.id, entry))
        return found

    @cached_property
    def _turns(self) -> tuple[date, ...]:
        """The days on which some parameter begins or ends: between two of them a condition stays the same."""
        spans = [value.span for parameter in self.parameters.values() for value in parameter.values]
        return tuple(sorted({day for span in spans for day in (span.from_on, span.to_on) if day is not None}))

    def matters_at(self, day: date) -> Sequence[Matter]:
        return all_at(self.matters.values(), day)

    def acts_at(self, day: date) -> Sequence[Act]:
        """The list in force on `day`, in the order written."""
        return [act for act in self.acts.values() if act.at(day) is not None]

    def cite_text(self, cite: str) -> str:
        """`source#article` as people write it: number or title, then the article."""
        source_id, _, article = cite.partition("#")
        source = self.sources[source_id]
        return (
            f"{source.number or '《' + source.title + '》'}·{article}" if article else (source.number or source.title)
        )

    def cite_texts(self, cites: Sequence[str]) -> list[str]:
        return [self.cite_text(cite) for cite in cites]
