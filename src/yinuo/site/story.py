"""A project's trail in plain words: what happened, to which matter, and which office did it.

What is only the hall's business stays out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, cast

from yinuo.engine.base import ROLES, STOOD_IN
from yinuo.engine.register import verbs
from yinuo.engine.trail.models import Entry
from yinuo.rooms.projects.models import Project
from yinuo.ui.components.shapes import Event, State


def story(entries: Iterable[Entry], names: Mapping[Any, str], offices: Mapping[int, str]) -> list[Event]:
    """The entries newest first. `names`: matter id and item id → name; `offices`: department id → short name."""
    told = []
    for entry in entries:
        words = verbs().get(entry.verb)
        if words is None or not words.story:
            continue
        title = words.story.format(matter=_matter(entry, names)).rstrip("：")
        told.append(Event(entry.at, title, entry.why, _who(entry, offices), state=cast(State, words.mark)))
    told.reverse()
    return _together(told)


def _together(events: list[Event]) -> list[Event]:
    """The departments' answers to one guidance, told as one."""
    made: list[Event] = []
    answer = verbs()["onemap.answer_guidance"].story
    offices: list[str] = []
    for event in events:
        if event.title == answer and made and made[-1].title.endswith(answer):
            offices.append(event.who)
            made[-1] = replace(made[-1], title=f"{len(offices)} 个{answer}", who="、".join(offices))
        else:
            offices = [event.who]
            made.append(event)
    return made


def filed_by(project: Project) -> str:
    """Who filed a project; an official who did it for the unit is told as one."""
    how = STOOD_IN.get({"window.visit": "window"}.get(project.filed_via.split(":")[0], "agent"), "")
    return f"{project.filed_by.name}（{how}）" if project.filed_via else project.filed_by.name


def _matter(entry: Entry, names: Mapping[Any, str]) -> str:
    if entry.subject_kind == "onemap.mapitem" and entry.subject_id.isdecimal():
        return names.get(int(entry.subject_id), "")
    for key in ("matter", "item"):
        if entry.data.get(key) in names:
            return names[entry.data[key]]
    return ""


def _who(entry: Entry, offices: Mapping[int, str]) -> str:
    if entry.via and entry.role == "unit":
        return STOOD_IN.get(entry.entrance, "")
    if entry.department_id is not None and entry.department_id in offices:
        return offices[entry.department_id]
    return "系统" if entry.role == "system" else ROLES.get(entry.role, "")
