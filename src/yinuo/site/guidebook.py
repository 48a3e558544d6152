"""The published catalogue as the public reads it: what a matter asks for, how long it takes, whether it may be
promised.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from yinuo.core.decision import Decision
from yinuo.core.pack.types import Matter, StageScheme
from yinuo.core.screen import promisable, screen
from yinuo.engine.catalogue import queries as catalogue
from yinuo.engine.rules import pack, roles
from yinuo.ui.words import limit_text


@dataclass(frozen=True, slots=True)
class Promise:
    """May the matter be promised, as far as that can be said without a project. `state`: yes, no, depends, later."""

    state: str
    word: str
    colour: str


@dataclass(frozen=True, slots=True)
class GuideLine:
    """One matter in the list."""

    matter: Matter
    department: str
    promised: str
    statutory: str
    promise: Promise


@dataclass(frozen=True, slots=True)
class StageLines:
    id: str
    name: str
    lines: tuple[GuideLine, ...]


@dataclass(frozen=True, slots=True)
class Handler:
    """Who handles a matter, as the guide publishes it: a name and the office's telephone, never a private one."""

    name: str
    department: str
    phone: str


@dataclass(frozen=True, slots=True)
class OfferSpan:
    """A span in which the department took, or did not take, promises."""

    from_on: date
    to_on: date | None
    offered: bool
    basis: tuple[str, ...]
    text: str = ""


def hall_id(day: date) -> int | None:
    """The hall of the pack's own place; None before the instance has been set up."""
    return catalogue.hall_of_region(pack().parameter("place.region", day).value)


def offers(day: date) -> dict[str, bool]:
    """The departments' own choices, over the pack's."""
    hall = hall_id(day)
    return catalogue.offered(hall, day) if hall is not None else {}


def scheme(day: date) -> StageScheme:
    """The stages of ordinary projects: the catalogue is laid out by them."""
    return next(row for row in pack().schemes if row.when is None and day in row.span)


def promise_of(matter_id: str, listed: bool | None, offered: bool) -> Promise:
    """The filing itself is made with a pledge; nobody chooses to promise it or not (F-3)."""
    if matter_id == roles().filing_matter:
        return Promise("pledge", "备案即作承诺", "")
    if listed is True:
        return Promise("no", "不能承诺", "")
    if not offered:
        return Promise("later", "尚未开办承诺", "")
    if listed is None:
        return Promise("depends", "视项目可承诺", "blue")
    return Promise("yes", "可以承诺", "green")


@lru_cache(maxsize=64)
def _listed(day: date, choices: frozenset[tuple[str, bool]], pack_hash: str) -> dict[str, tuple[bool | None, bool]]:
    """Every matter of the day with what the list says of it before anything is known of a project."""
    found = screen({}, pack(), day, offered=dict(choices)).matters
    return {answer.id: (answer.listed, answer.offered) for answer in found}


def lines(day: date, chosen: Mapping[str, bool]) -> list[GuideLine]:
    """Every matter published on the day, in the catalogue's order."""
    known = _listed(day, frozenset(chosen.items()), pack().hash)
    return [
        GuideLine(
            matter,
            pack().departments[matter.department].short_name,
            limit_text(matter.promised_at(day)),
            limit_text(matter.statutory_at(day)),
            promise_of(matter.id, *known[matter.id]),
        )
        for matter in catalogue.guides(day)
    ]


def matching(rows: Sequence[GuideLine], search: str) -> list[GuideLine]:
    """Those with every word in their name; failing these, those a word abbreviates; then those that have it anywhere
    else.

    **Example**: 环评 finds what rests on the 环境影响评价法.
    """
    terms = search.lower().split()
    if not terms:
        return list(rows)
    found = [row for row in rows if all(term in row.matter.full_name.lower() for term in terms)]
    found = found or [
        row for row in rows if all(any(_abbreviates(term, title) for title in _titles(row)) for term in terms)
    ]
    return found + [row for row in rows if row not in found and all(term in _haystack(row) for term in terms)]


def _abbreviates(term: str, name: str) -> bool:
    """Whether the term's characters stand in the name in their order."""
    rest = iter(name.lower())
    return len(term) > 1 and all(letter in rest for letter in term)


def _titles(row: GuideLine) -> list[str]:
    """What a matter is called by: its own name and the laws it rests on."""
    laws = [pack().sources[cite.partition("#")[0]].title for cite in row.matter.basis]
    return [row.matter.full_name, *laws]


def _haystack(row: GuideLine) -> str:
    matter = row.matter
    return (
        f"{matter.full_name} {row.department} {pack().departments[matter.department].name} {matter.content} "
        f"{matter.result}"
    ).lower()


def by_stage(rows: Sequence[GuideLine], day: date) -> list[StageLines]:
    stages = [(stage, tuple(row for row in rows if row.matter.stage == stage.id)) for stage in scheme(day).stages]
    return [StageLines(stage.id, stage.name, own) for stage, own in stages if own]


def answer(matter_id: str, day: date, chosen: Mapping[str, bool]) -> Decision:
    """The list's word on a matter with nothing known of a project."""
    return promisable(matter_id, {}, pack(), day, offered=chosen)


def handlers(matter: Matter, day: date) -> list[Handler]:
    """Who handles it in the hall; the office alone where nobody is named."""
    hall = hall_id(day)
    if hall is None:
        return []
    book = catalogue.book(hall)
    office = book.departments.get(matter.department)
    if office is None:
        return []
    people = book.handlers.get(matter.id, [])
    return [Handler(person.name, office.name, office.phone) for person in people] or [
        Handler("", office.name, office.phone)
    ]


def offered_history(matter: Matter, day: date) -> list[OfferSpan]:
    """The pack's offers and the department's own choices, newest first."""
    found = [OfferSpan(row.span.from_on, row.span.to_on, True, row.cites) for row in matter.offers]
    hall = hall_id(day)
    if hall is not None:
        own = catalogue.offers_of(hall, matter.id)
        found += [OfferSpan(row.from_on, row.to_on, row.offered, (), row.basis) for row in own]
    return sorted(found, key=lambda row: row.from_on, reverse=True)
