"""What changes for a project when it runs under the rules of another day (U-6), or when its facts change: what the
rules say of it, and what of its map follows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import copy, deepcopy
from dataclasses import dataclass
from datetime import date
from typing import Any

from yinuo.core.decision import Decision, ReasonStep
from yinuo.core.grades import UNRATED
from yinuo.core.pack.facets import Facet, facets
from yinuo.core.screen import MatterAnswer, screen
from yinuo.engine.catalogue.queries import offered
from yinuo.engine.rules import pack
from yinuo.rooms.onemap import building
from yinuo.rooms.onemap.models import ENDED, ItemState, MapItem, Route
from yinuo.rooms.projects.models import Project

# What goes by the day of the event and not by the project's day (U-6), and what concerns no single project.
BY_EVENT = ("credit.", "credit_objection.", "credit_review.", "repair.", "hall.", "kpi.", "place.")
# Handed in, perhaps, but not accepted: no clock of the matter runs yet.
UNACCEPTED = (ItemState.OPEN, ItemState.RECEIVED, ItemState.INCOMPLETE)
NEEDED = {"yes": "须办理", "no": "不须办理", "unknown": "待部门确认"}
PROMISE = {True: "可以承诺", False: "不能承诺", None: "待确认"}
LIMIT = ("limit_value", "limit_unit", "statutory_value", "statutory_unit")


@dataclass(frozen=True, slots=True)
class RuleChange:
    """One thing the rules say otherwise on the other day. kind: matter · promise · text · parameter · scheme."""

    kind: str
    subject: str
    name: str
    before: str
    after: str
    cites: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ItemChange:
    """What of the map follows. kind: limits · promise · add · cancel; `fields` = the item's new values."""

    kind: str
    matter_id: str
    name: str
    text: str
    item: MapItem | None
    fields: Mapping[str, Any]


def answers_on(project: Project, day: date) -> dict[str, MatterAnswer]:
    """Every catalogue matter's answer for the project by the rules, and the departments' own choices, of `day`."""
    found = screen(building.with_grade(project), pack(), day, offered=offered(project.hall_id, day), filed=True)
    return {answer.id: answer for answer in found.matters}


def difference(project: Project, to: date) -> list[RuleChange]:
    """What the rules say of this project on `to` otherwise than on the day it runs under."""
    before, after = answers_on(project, project.rules_on), answers_on(project, to)
    changes = [*_answers(before, after)]
    told = {
        name
        for name, answer in {**before, **after}.items()
        if _needed(before.get(name)) != "no" or answer.needed != "no"
    }
    old, new = facets(pack(), project.rules_on), facets(pack(), to)
    schemes = {f"scheme:{building.scheme_of(project).id}", f"scheme:{building.scheme_of(_on(project, to)).id}"}
    for key in sorted({*old, *new}):
        kind, _, name = key.partition(":")
        if kind == "matter" and name.rpartition(".")[0] in told and not name.endswith((".needed", ".offer")):
            changes += _text("text", key, old.get(key), new.get(key))
        elif (kind == "parameter" and not name.startswith(BY_EVENT)) or key in schemes:
            changes += _text(kind, key, old.get(key), new.get(key))
    return changes


def _answers(before: Mapping[str, MatterAnswer], after: Mapping[str, MatterAnswer]) -> Iterator[RuleChange]:
    for name in sorted({*before, *after}):
        old, new = before.get(name), after.get(name)
        known = new or old
        assert known is not None
        if _needed(old) != _needed(new):
            yield RuleChange("matter", name, known.name, NEEDED[_needed(old)], NEEDED[_needed(new)], known.cites)
        if old and new and new.needed != "no" and old.promisable is not new.promisable:
            yield RuleChange("promise", name, new.name, PROMISE[old.promisable], PROMISE[new.promisable], new.cites)


def _needed(answer: MatterAnswer | None) -> str:
    """A matter the catalogue does not have on the day is not needed on it."""
    return answer.needed if answer else "no"


def _text(kind: str, key: str, old: Facet | None, new: Facet | None) -> Iterator[RuleChange]:
    known = new or old
    assert known is not None
    before, after = old.says if old else "没有规定", new.says if new else "没有规定"
    if before != after:
        yield RuleChange(kind, key.partition(":")[2], known.label, before, after, known.cites)


def _on(project: Project, day: date) -> Project:
    """The project as it would be under the rules of `day`; never saved."""
    moved = copy(project)
    moved.rules_on = day
    return moved


def item_changes(project: Project, to: date) -> list[ItemChange]:
    """What follows on the map from the rules of another day: what is not accepted takes the new limits and options,
    what is under way keeps its own.
    """
    return _map_changes(project, _on(project, to))


def with_facts(project: Project, facts: Mapping[str, Any]) -> Project:
    """The project as it would be, or was, with other facts; never saved."""
    other = copy(project)
    other.facts = dict(facts)
    return other


def undone(facts: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The facts as they were before `changes` ({path: [before, after]}); a fact that had no value has none again."""
    found: dict[str, Any] = deepcopy(dict(facts))
    for path, (old, _new) in changes.items():
        *groups, name = path.split(".")
        held = found
        for group in groups:
            held = held.setdefault(group, {})
        if old is None:
            held.pop(name, None)
        else:
            held[name] = old
    return found


def fact_changes(before: Project, after: Project) -> list[ItemChange]:
    """What follows on the map from other facts: what is newly needed joins it, what is needed no more and not begun
    leaves it, what may be promised is judged anew. Decisions and running clocks stay.
    """
    return _map_changes(before, after)


@dataclass(frozen=True, slots=True)
class Kept:
    """What a change leaves as it is: matters decided, under way, and those that rest on a promise."""

    granted: tuple[MapItem, ...]
    running: tuple[MapItem, ...]
    promised: tuple[MapItem, ...]


def kept(project: Project) -> Kept:
    items = list(
        MapItem.objects.filter(project=project).select_related("application", "department").order_by("position", "id")
    )
    return Kept(
        tuple(item for item in items if item.state == ItemState.GRANTED),
        tuple(item for item in items if item.state not in (*ENDED, ItemState.OPEN)),
        tuple(item for item in items if item.route == Route.COMMITMENT),
    )


def _map_changes(project: Project, moved: Project) -> list[ItemChange]:
    before, after = answers_on(project, project.rules_on), answers_on(moved, moved.rules_on)
    items = list(MapItem.objects.filter(project=project).order_by("position", "id"))
    changes: list[ItemChange] = []
    for item in items:
        if item.state not in UNACCEPTED:
            continue
        was, now = _needed(before.get(item.matter_id)), _needed(after.get(item.matter_id))
        if item.state == ItemState.OPEN and was != "no" and now == "no":
            changes.append(
                ItemChange(
                    "cancel",
                    item.matter_id,
                    item.name,
                    "不再须办理，从“一张图”取消",
                    item,
                    {"state": ItemState.CANCELLED},
                )
            )
        elif item.matter_id in after:
            if project.rules_on != moved.rules_on:
                changes += _limits(item, project.rules_on, moved.rules_on)
            changes += _promise(item, moved)
    # Other rules bring in only what was not needed before; other facts also what nobody could say for certain.
    unsaid = ("no",) if project.rules_on != moved.rules_on else ("no", "unknown")
    on_map = {item.matter_id: item for item in items}
    for name, answer in after.items():
        known = on_map.get(name)
        if not items or answer.needed != "yes" or _needed(before.get(name)) not in unsaid:
            continue
        if known is None or known.state == ItemState.CANCELLED:
            fields = {"state": ItemState.OPEN} if known else {}
            changes.append(ItemChange("add", name, answer.name, "须办理，加入“一张图”", known, fields))
    return changes


def _limits(item: MapItem, day: date, to: date) -> Iterator[ItemChange]:
    """The catalogue's limit of `to`; a department's own shorter promise stays."""
    matter = pack().matters[item.matter_id]
    old = building.limit_fields(matter.promised_at(day), matter.statutory_at(day)) if day in matter.span else {}
    new = building.limit_fields(matter.promised_at(to), matter.statutory_at(to))
    own = {name: getattr(item, name) for name in ("limit_value", "limit_unit")}
    chosen = any(own[name] != old.get(name) for name in own)
    if chosen and own["limit_value"] is not None and _no_longer(own, new):
        new |= own
    fields = {name: new[name] for name in LIMIT if getattr(item, name) != new[name]}
    if fields:
        text = f"时限由 {_days(item.limit_value, item.limit_unit)} 改为 {_days(new['limit_value'], new['limit_unit'])}"
        statutory = (
            f"，法定时限由 {_days(item.statutory_value, item.statutory_unit)} 改为 "
            f"{_days(new['statutory_value'], new['statutory_unit'])}"
        )
        moved = {"statutory_value", "statutory_unit"} & fields.keys()
        yield ItemChange("limits", item.matter_id, item.name, text + (statutory if moved else ""), item, fields)


def _no_longer(own: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    limit = new["limit_value"]
    return limit is None or (own["limit_unit"] == new["limit_unit"] and own["limit_value"] <= limit)


def _days(value: int | None, unit: str) -> str:
    return "无时限" if value is None else f"{value} 个{'工作日' if unit == 'working' else '自然日'}"


def _promise(item: MapItem, moved: Project) -> Iterator[ItemChange]:
    """Whether the matter may be promised; an objection upheld bars it whatever the rules say."""
    if item.route != Route.REGULAR or building.is_barred(item.promisable_why):
        return
    option = building.option_of(moved, item.matter_id, moved.rules_on)
    may = option.outcome["promisable"] is True
    if may != item.promisable:
        text = "可以选择信用承诺" if may else "不能再选择信用承诺"
        yield ItemChange(
            "promise", item.matter_id, item.name, text, item, {"promisable": may, "promisable_why": option.to_json()}
        )


def decision_of(project: Project, to: date, changes: list[RuleChange], items: list[ItemChange]) -> Decision:
    """The move as a decision that explains itself: from which day to which, and each thing that changes with its
    article.
    """
    rules = pack()
    return Decision(
        question="projects.rules_on",
        outcome={
            "from": project.rules_on.isoformat(),
            "to": to.isoformat(),
            "items": [{"kind": change.kind, "matter": change.matter_id, "text": change.text} for change in items],
        },
        complete=True,
        missing=(),
        as_of=to,
        pack=rules.id,
        pack_hash=rules.hash,
        trace=tuple(
            ReasonStep(
                f"{change.kind}:{change.subject}",
                change.after,
                f"{change.name}：{change.before} → {change.after}",
                change.cites,
                {"unit.grade": building.with_grade(project)["unit"].get("grade", UNRATED)}
                if change.kind == "promise"
                else {},
            )
            for change in changes
        ),
    )
