"""The register of each part of the engine and of each room: the kinds of work, verbs, notices, papers, effects, log
leaves and caches it adds, as data.

Each has a `room.py` with one `Register` named `ROOM`. The engine knows no kind by its name; it reads the registers
here. `deploy/registers.py` checks at the start that everything named in them exists.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.models import TextChoices

SITE, SMS, MAIL = "site", "sms", "mail"


@dataclass(frozen=True, slots=True)
class Words:
    """How a verb of the trail is told.

    `desk`: to a clerk. `story`: to the company, in its project's story, with `mark` beside it; "" = left out. `on_map`:
    what a reader of the map is told has changed; "" = nothing. `at_window`: on the receipt of a visit, when done there;
    "" = left out. `{matter}` is the matter's name.
    """

    desk: str
    story: str = ""
    mark: str = "done"
    on_map: str = ""
    at_window: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """A notice's words.

    `channels` beside the in-site message every reader gets. A secret one is not kept; after `lasts` it is not sent.
    """

    subject: str
    body: str
    channels: tuple[str, ...] = (SITE,)
    secret: bool = False
    lasts: timedelta | None = None


@dataclass(frozen=True, slots=True)
class UnitTerm:
    """A clock that is the unit's own term: the notices by which it hears that the term ends soon, and that it ends
    today.
    """

    soon: str
    today: str


@dataclass(frozen=True, slots=True)
class Effect:
    """What a verb, of this room or a lower one, sets off here. `handler`: dotted, from the room on.

    Within the verb's transaction, or `after` its commit as a job.
    """

    verb: str
    handler: str
    after: bool = False


@dataclass(frozen=True, slots=True)
class Leaf:
    """A type of leaf in the log, compared by the audit with the rows the county works with.

    `marks`: the fields by which its kind is known. `apart`: the fields that tell it from others of its subject; of
    several the newest counts. `now`: who says what the rows would tell the log today. `standing`: which rows must have
    such a leaf; "" = not asked.
    """

    type: str
    marks: frozenset[str]
    apart: tuple[str, ...]
    now: str
    standing: str = ""


@dataclass(frozen=True, slots=True)
class Register:
    """`shapes`: template → version → the shape of its data; a released version's shape never changes (docs/papers.md).

    `outlives`: kinds of work that go on when their project ends. `unit_terms`: kinds whose term is the unit's.
    `approval`: kinds during which a project waits for approval. `delegable`: kinds a person may be stood in for apart
    from the rest. `handles`: whoever records one of this room's verbs on a project had a hand in it. `services`:
    special services a unit may review, by their ids (附件7·第二十条). `superseded`: papers of which the newest of a
    subject alone is valid. `caches`, `uses`: dotted from the room on, "" = none.
    """

    work: type[TextChoices] | None = None
    outlives: frozenset[str] = frozenset()
    approval: frozenset[str] = frozenset()
    delegable: frozenset[str] = frozenset()
    unit_terms: Mapping[str, UnitTerm] = field(default_factory=dict)
    verbs: Mapping[str, Words] = field(default_factory=dict)
    handles: bool = False
    services: Mapping[str, str] = field(default_factory=dict)
    notices: Mapping[str, Text] = field(default_factory=dict)
    papers: type[TextChoices] | None = None
    shapes: Mapping[str, dict[int, type]] = field(default_factory=dict)
    superseded: frozenset[str] = frozenset()
    effects: tuple[Effect, ...] = ()
    leaves: tuple[Leaf, ...] = ()
    caches: str = ""
    uses: str = ""


@cache
def registers() -> dict[str, tuple[str, Register]]:
    """Label → (package, register) of every part that has one, low to high."""
    found = {}
    for label in settings.OWN_APPS:
        package = apps.get_app_config(label).name
        if find_spec(f"{package}.room"):
            found[label] = (package, import_module(f"{package}.room").ROOM)
    return found


def _merged(parts: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Raises ValueError where two parts bring the same name."""
    made: dict[str, Any] = {}
    for part in parts:
        if twice := made.keys() & part.keys():
            raise ValueError(f"registered twice: {', '.join(sorted(twice))}")
        made.update(part)
    return made


def _each() -> list[Register]:
    return [register for _, register in registers().values()]


def work_kinds() -> list[tuple[str, str]]:
    return [choice for register in _each() if register.work for choice in register.work.choices]


def paper_kinds() -> list[tuple[str, str]]:
    return [choice for register in _each() if register.papers for choice in register.papers.choices]


@cache
def work_names() -> dict[str, str]:
    return dict(work_kinds())


@cache
def paper_names() -> dict[str, str]:
    return dict(paper_kinds())


@cache
def outliving() -> frozenset[str]:
    return frozenset().union(*(register.outlives for register in _each()))


@cache
def approval() -> frozenset[str]:
    return frozenset().union(*(register.approval for register in _each()))


@cache
def delegable() -> frozenset[str]:
    return frozenset().union(*(register.delegable for register in _each()))


@cache
def handling() -> tuple[str, ...]:
    """What the verbs begin with by which a person has a hand in a project."""
    return tuple(f"{label}." for label, (_, register) in registers().items() if register.handles)


@cache
def service_names() -> dict[str, str]:
    return _merged(register.services for register in _each())


def services() -> list[tuple[str, str]]:
    return list(service_names().items())


@cache
def unit_terms() -> dict[str, UnitTerm]:
    return _merged(register.unit_terms for register in _each())


@cache
def superseded() -> frozenset[str]:
    return frozenset().union(*(register.superseded for register in _each()))


@cache
def verbs() -> dict[str, Words]:
    return _merged(register.verbs for register in _each())


@cache
def window_words() -> dict[str, str]:
    """Verb → its words on the receipt of a visit."""
    return {verb: words.at_window for verb, words in verbs().items() if words.at_window}


@cache
def notices() -> dict[str, Text]:
    return _merged(register.notices for register in _each())


@cache
def shapes() -> dict[str, dict[int, type]]:
    return _merged(register.shapes for register in _each())


@cache
def effects() -> dict[str, list[tuple[str, bool]]]:
    """Verb → its effects in order, low rooms first: (dotted handler, whether after the commit)."""
    found: dict[str, list[tuple[str, bool]]] = {}
    for package, register in registers().values():
        for effect in register.effects:
            found.setdefault(effect.verb, []).append((f"{package}.{effect.handler}", effect.after))
    return found


@cache
def leaves() -> list[tuple[str, frozenset[str], tuple[str, ...], str, str]]:
    """Type, marks, fields apart, and the dotted functions `now` and `standing` of every leaf that is audited."""
    return [
        (leaf.type, leaf.marks, leaf.apart, f"{package}.{leaf.now}", leaf.standing and f"{package}.{leaf.standing}")
        for package, register in registers().values()
        for leaf in register.leaves
    ]


def caches() -> list[str]:
    return [f"{package}.{register.caches}" for package, register in registers().values() if register.caches]


def uses() -> list[str]:
    return [f"{package}.{register.uses}" for package, register in registers().values() if register.uses]
