"""What happened on a map between two moments: the trail's entries about its matters, and the lights that turned by
themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from yinuo.engine.base import STOOD_IN, Actor
from yinuo.engine.register import verbs
from yinuo.engine.trail import queries as trail
from yinuo.engine.trail.models import Entry
from yinuo.engine.work.lights import Light
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.commitments.queries import items_promised
from yinuo.rooms.onemap.queries import MapView
from yinuo.rooms.projects.models import Project

# What a reader of the map wants to know of; the trail's other entries about a matter are inner workings.
LIMIT = 200


def _told() -> list[str]:
    return [verb for verb, words in verbs().items() if words.on_map]


@dataclass(frozen=True, slots=True)
class Change:
    """The last thing that happened to a matter since then, and how many things happened in all."""

    item_id: int
    words: str
    at: datetime
    count: int


def last_entry(project: Project) -> int:
    """The trail's newest row of the project; 0 for none, and for a project that has no code yet."""
    if not project.code:
        return 0
    return trail.last_of_project(project.code)


def changes_since(actor: Actor, view: MapView, since: datetime) -> list[Change]:
    """What others did to the matters since then, and lights that turned: one change a matter, the newest first, in two
    queries.

    What the reader did themselves they know already.
    """
    found: dict[int, Change] = {}
    for card in view.cards:
        turned = _turned(card.work, since, view.now) if card.work else None
        if turned is not None:
            found[turned.item_id] = turned
    if view.project.code:
        rows = trail.between(view.project.code, since, view.now, _told())
        own = rows.exclude(person_id=actor.person_id) if actor.person_id else rows
        entries = list(own[:LIMIT])
        places = _Places.of(view) if entries else None
        for entry in entries:
            item_id = places.item_of(entry) if places else None
            if item_id is not None:
                stood_in = f"（{STOOD_IN.get(entry.entrance, '')}）" if entry.via and entry.role == "unit" else ""
                _add(found, Change(item_id, verbs()[entry.verb].on_map + stood_in, entry.at, 1))
    return sorted(found.values(), key=lambda change: (change.at, change.item_id), reverse=True)


def _add(found: dict[int, Change], change: Change) -> None:
    known = found.get(change.item_id)
    if known is None:
        found[change.item_id] = change
        return
    newest = change if change.at > known.at else known
    found[change.item_id] = Change(newest.item_id, newest.words, newest.at, known.count + 1)


def _turned(work: WorkItem, since: datetime, now: datetime) -> Change | None:
    """The light's own turn between the two moments, whoever was or was not told of it."""
    then, today = work.light_at(since), work.light_at(now)
    due = work.due_shown(now)
    if then == today or work.started_at > since or due is None or not work.is_open:
        return None
    if today == Light.RED:
        return Change(work.subject_id, "超期", due, 1)
    return Change(work.subject_id, "变为预警", work.yellow_from or now, 1) if today == Light.YELLOW else None


@dataclass(frozen=True, slots=True)
class _Places:
    """Which matter a problem, a promise or an entry's own words belong to."""

    items: frozenset[int]
    problems: Mapping[int, int]
    promises: Mapping[int, int]

    @classmethod
    def of(cls, view: MapView) -> _Places:
        return cls(
            items=frozenset(card.item.pk for card in view.cards),
            problems={problem.pk: card.item.pk for card in view.cards for problem in card.problems},
            promises=items_promised(view.project.pk),
        )

    def item_of(self, entry: Entry) -> int | None:
        subject, named = int(entry.subject_id), entry.data.get("item")
        if entry.subject_kind == "onemap.mapitem":
            found: int | None = subject
        elif entry.subject_kind == "onemap.problem":
            found = self.problems.get(subject)
        elif isinstance(named, int):
            found = named
        elif entry.subject_kind == "commitments.commitment":
            found = self.promises.get(subject)
        else:
            found = self.promises.get(entry.data.get("commitment", 0))
        return found if found in self.items else None
