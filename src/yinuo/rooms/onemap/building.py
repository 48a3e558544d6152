"""From the facts of a project and the departments' answers to the items of its map."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from graphlib import CycleError, TopologicalSorter
from typing import Any

from yinuo.core.dated import all_at
from yinuo.core.decision import Decision
from yinuo.core.pack.types import Limit, Matter, StageScheme
from yinuo.core.screen import promisable, screen
from yinuo.engine.catalogue.queries import HallBook, offered
from yinuo.engine.rules import pack, roles
from yinuo.rooms.onemap.models import MapItem
from yinuo.rooms.projects.models import Project, ProjectKind
from yinuo.rooms.projects.queries import grade_of


@dataclass(frozen=True, slots=True)
class Wanted:
    """A matter the project needs (or may need), before its department has spoken."""

    matter: Matter
    needed: str
    why: tuple[str, ...]
    missing: tuple[str, ...]
    promisable: bool | None


def wanted(project: Project) -> list[Wanted]:
    """Every matter the rules say yes or perhaps to, as of the day the project runs under."""
    facts = with_grade(project)
    answers = screen(
        facts, pack(), project.rules_on, offered=offered(project.hall_id, project.rules_on), filed=True
    ).matters
    return [
        Wanted(pack().matters[answer.id], answer.needed, answer.why, answer.missing, answer.promisable)
        for answer in answers
        if answer.needed != "no"
    ]


def with_grade(project: Project) -> dict[str, Any]:
    """The facts with the unit's grade of today in place of the one at filing."""
    return {**project.facts, "unit": {**project.facts.get("unit", {}), "grade": grade_of(project)}}


def option_of(project: Project, matter_id: str, day: date) -> Decision:
    """May this matter of this project be promised: listed, offered and promisable told apart, with reasons."""
    return promisable(
        matter_id,
        with_grade(project),
        pack(),
        project.rules_on,
        grade_of(project),
        offered=offered(project.hall_id, project.rules_on),
        filed=True,
    )


BARRED = "commitments.upheld"


def barred(kept: Mapping[str, Any], text: str, cites: Iterable[str]) -> dict[str, Any]:
    """The stored answer with a reason that came up later and bars the promise for good: an objection upheld."""
    step = {"rule": BARRED, "outcome": False, "text": text, "cites": list(cites), "facts": {}}
    return {
        **kept,
        "outcome": {**(kept.get("outcome") or {}), "promisable": False},
        "trace": [*kept.get("trace", []), step],
    }


def is_barred(kept: Mapping[str, Any]) -> bool:
    return any(step["rule"] == BARRED for step in kept.get("trace", []))


def with_bars(found: dict[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """A new answer of the rules, with what bars the promise whatever the rules say."""
    for step in before.get("trace", []):
        if step["rule"] == BARRED:
            found = barred(found, step["text"], step["cites"])
    return found


def scheme_of(project: Project) -> StageScheme:
    """The stages of the project's class: the first scheme whose condition holds, the unconditional one last."""
    schemes = all_at(pack().schemes, project.rules_on)
    for scheme in schemes:
        if scheme.when and pack().condition(scheme.when, project.rules_on)(project.facts).value is True:
            return scheme
    return next(scheme for scheme in schemes if not scheme.when)


def stage_of(matter: Matter, scheme: StageScheme) -> str:
    known = {stage.id for stage in scheme.stages}
    stage = scheme.moves.get(matter.id, matter.stage)
    return stage if stage in known else scheme.stages[0].id


def in_order(matters: Iterable[Matter], scheme: StageScheme) -> list[Matter]:
    """By stage, then prerequisites first, then as the catalogue has them."""
    rows = list(matters)
    ids = {matter.id for matter in rows}
    depth: dict[str, int] = {}

    def deep(matter: Matter) -> int:
        if matter.id not in depth:
            depth[matter.id] = 0
            depth[matter.id] = 1 + max((deep(pack().matters[name]) for name in matter.after if name in ids), default=-1)
        return depth[matter.id]

    stages = [stage.id for stage in scheme.stages]
    return sorted(rows, key=lambda matter: (stages.index(stage_of(matter, scheme)), deep(matter)))


def prerequisites(matter_id: str, on_map: set[str]) -> list[str]:
    """The matter's prerequisites that are on the map, as core.planner reads them: one that is not needed holds nothing
    up, and what it would have waited for is no prerequisite of another (law has no such order).
    """
    return [name for name in pack().matters[matter_id].after if name in on_map]


def circle(after: Mapping[str, Iterable[str]]) -> set[str]:
    """Matters that would wait for one another for ever; empty where there are none."""
    try:
        TopologicalSorter(after).prepare()
    except CycleError as error:
        return set(error.args[1])
    return set()


def limit_fields(promised: Limit | None, statutory: Limit | None) -> dict[str, Any]:
    """The light follows the promised limit; where none is promised, the statutory one."""
    first = promised or statutory
    return {
        "limit_value": first.value if first else None,
        "limit_unit": first.unit if first else "working",
        "statutory_value": statutory.value if statutory else None,
        "statutory_unit": statutory.unit if statutory else "working",
    }


def proposal(want: Wanted, on_map: set[str], day: date) -> dict[str, Any]:
    """What the catalogue proposes as the department's answer for one matter; the handler confirms or changes it."""
    matter = want.matter
    promised, statutory = matter.promised_at(day), matter.statutory_at(day)
    limits = limit_fields(promised, statutory)
    return {
        "matter_id": matter.id,
        "name": matter.full_name,
        "needed": want.needed,
        "why": list(want.why),
        "missing": list(want.missing),
        "level": matter.level,
        "days": limits["limit_value"],
        "unit": limits["limit_unit"],
        "after": prerequisites(matter.id, on_map),
        "materials": [
            {"id": m.id, "name": m.name, "main": m.main, "note": m.note, "issued_by": m.issued_by}
            for m in matter.materials
        ],
        "promisable": want.promisable,
        "note": "",
    }


def build_item(
    project: Project, row: Mapping[str, Any], position: int, on_map: set[str], hall: HallBook, scheme: StageScheme
) -> MapItem:
    """One item as its department answered it."""
    matter = pack().matters[row["matter_id"]]
    statutory = matter.statutory_at(project.rules_on)
    option = option_of(project, matter.id, project.rules_on)
    handler = hall.handler(matter.id)
    return MapItem(
        project=project,
        matter_id=matter.id,
        name=matter.full_name,
        department=hall.department(matter.department),
        stage=stage_of(matter, scheme),
        position=position,
        pre_start=matter.pre_start,
        completion=matter.completion,
        promisable=option.outcome["promisable"] is True,
        promisable_why=option.to_json(),
        level=row["level"],
        after=[name for name in row["after"] if name in on_map],
        materials=row["materials"],
        guidance_note=row.get("note", ""),
        limit_value=row["days"],
        limit_unit=row["unit"],
        statutory_value=statutory.value if statutory else None,
        statutory_unit=statutory.unit if statutory else "working",
        handler=handler,
    )


def opening_matter(project: Project) -> str | None:
    """The matter that the filing itself is, for the kinds that have it."""
    return roles().filing_matter if project.kind == ProjectKind.FILING else None
