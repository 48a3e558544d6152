"""Answers the company gave in earlier projects, offered again and never taken silently (一次填报)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from yinuo.core.facts import UNKNOWN, look_up
from yinuo.core.form import Step
from yinuo.faces.projects.factforms import words_of
from yinuo.faces.projects.steps import nested
from yinuo.rooms.projects.queries import of_unit

# What seldom differs from one project of a company to the next; amounts and the name always do.
OFFERED = ("project_class", "industry", "region", "site.address", "site.zone_id", "site.parcel")
LOOKED_AT, SHOWN = 20, 3


@dataclass(frozen=True, slots=True)
class Offer:
    """One earlier project's answers to a step; `id` is that project's."""

    id: int
    project: str
    words: str
    values: Mapping[str, Any]

    def initial(self) -> dict[str, Any]:
        return nested(self.values)


def offers(unit_id: int, step: Step, facts: Mapping[str, Any]) -> list[Offer]:
    """The latest different answers, as long as the step has none of its own.

    One query, none for a step that is never offered.
    """
    paths = [path for path in OFFERED if path in step.paths]
    if not paths or all(look_up(facts, path) is not UNKNOWN for path in paths):
        return []
    made: list[Offer] = []
    known: list[Mapping[str, Any]] = []
    rows = of_unit(unit_id).values_list("pk", "name", "facts")
    for pk, name, old in rows[:LOOKED_AT]:
        values = {path: value for path in paths if (value := look_up(old, path)) is not UNKNOWN}
        if values and values not in known and len(made) < SHOWN:
            known.append(values)
            made.append(Offer(pk, name, _words(values), values))
    return made


def _words(values: Mapping[str, Any]) -> str:
    return "，".join(words for path, value in values.items() if (words := words_of(path, value)))


def chosen(found: Sequence[Offer], text: str) -> Offer | None:
    return next((offer for offer in found if str(offer.id) == text), None)
