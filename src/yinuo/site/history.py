"""A project's trail as an official reads it: by day, in words, with the matter and the person; what the machine did is
folded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from yinuo.engine.base import ROLES, STOOD_IN
from yinuo.engine.people.queries import names_of as person_names
from yinuo.engine.people.queries import short_names, unit_names
from yinuo.engine.register import verbs
from yinuo.engine.trail.models import Entry
from yinuo.engine.trail.queries import of_project, of_subject
from yinuo.engine.work.queries import titles_of
from yinuo.rooms.commitments.queries import items_promised
from yinuo.rooms.onemap.queries import matters_of
from yinuo.rooms.projects.models import Project
from yinuo.ui.components.text import zh_date, zh_weekday
from yinuo.ui.reading import today

SIZE = 120
OPEN_DAYS = 4
# The clock's own rows say again what the item's rows beside them say.
ECHOES = ("work.pause", "work.resume", "work.extend", "work.lapsed")
# Done by many offices for one reason: told once, with all of them.
TOGETHER = ("onemap.answer_guidance", "documents.sign", "documents.store_upload", "commitments.record_finding")


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened. `times` counts like ones told together."""

    at: datetime
    verb: str
    words: str
    who: str
    text: str = ""
    machine: bool = False
    times: int = 1


@dataclass(slots=True)
class Day:
    """What happened on one day, newest first: by people, and what followed by itself."""

    on: date
    title: str
    people: list[Happening] = field(default_factory=list)
    machine: list[Happening] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Names:
    """What the ids of a project's trail stand for."""

    subjects: Mapping[tuple[str, str], str]
    matters: Mapping[str, str]
    persons: Mapping[int, str]
    offices: Mapping[int, str]
    units: Mapping[int, str]


def history(project: Project, everything: bool = False) -> tuple[list[Day], bool]:
    """The newest days of a project, and whether there is more; a handful of queries however long it is."""
    rows = of_project(project.code) if project.code else of_subject(project)
    found = rows.select_related(None).exclude(verb__in=ECHOES).order_by("-id")
    entries = list(found if everything else found[: SIZE + 1])
    more = not everything and len(entries) > SIZE
    return by_day(entries[: len(entries) if everything else SIZE], names_of(project, entries)), more


def by_day(entries: Sequence[Entry], names: Names) -> list[Day]:
    """Newest first. Like things of many offices on one day become one."""
    days: dict[date, Day] = {}
    for entry in entries:
        told = _told(entry, names)
        on = today(entry.at)
        day = days.setdefault(on, Day(on, f"{zh_date(on)} {zh_weekday(on)}"))
        rows = day.machine if told.machine else day.people
        if rows and _alike(rows[-1], told):
            rows[-1] = _joined(rows[-1], told)
        else:
            rows.append(told)
    return list(days.values())


def _alike(one: Happening, other: Happening) -> bool:
    return one.verb == other.verb and (other.verb in TOGETHER or (one.words, one.text) == (other.words, other.text))


def _joined(one: Happening, other: Happening) -> Happening:
    people = [*dict.fromkeys([*one.who.split("、"), *other.who.split("、")])]
    return replace(
        one,
        who="、".join(part for part in people if part),
        times=one.times + other.times,
        text="" if one.text != other.text else one.text,
    )


def _told(entry: Entry, names: Names) -> Happening:
    matter = _matter(entry, names)
    known_as = verbs().get(entry.verb)
    if known_as is not None and "{matter}" in known_as.story:
        words = known_as.story.format(matter=matter).rstrip("：")
    else:
        known = known_as.desk if known_as else "其他办理"
        words = f"{known}：{matter}" if matter else known
    text = entry.why
    if entry.verb == "work.reassign":
        old, new = (names.persons.get(entry.data.get(key) or 0, "") for key in ("from", "to"))
        text = "；".join(filter(None, [f"{old or '无人'}转给{new}", text]))
    machine = entry.role == "system" or entry.person_id is None
    return Happening(entry.at, entry.verb, words, _who(entry, names), text, machine)


def _matter(entry: Entry, names: Names) -> str:
    """What it was done to, where that is not the project itself."""
    found = names.subjects.get((entry.subject_kind, entry.subject_id), "")
    if found or entry.subject_kind == "projects.project":
        return found
    for key in ("item", "matter"):
        value = entry.data.get(key)
        known = names.subjects.get(("onemap.mapitem", str(value)), "") or names.matters.get(str(value), "")
        if known:
            return known
    return ""


def _who(entry: Entry, names: Names) -> str:
    person = names.persons.get(entry.person_id or 0, "")
    place = names.offices.get(entry.department_id or 0, "") or (
        names.units.get(entry.unit_id or 0, "") if entry.role == "unit" else ""
    )
    who = " ".join(filter(None, [place, person])) or ROLES.get(entry.role, "")
    # The unit's own act, by somebody who is none of its people.
    return f"{who}（{STOOD_IN.get(entry.entrance, '')}）" if entry.via and entry.role == "unit" else who


def names_of(project: Project, entries: Iterable[Entry]) -> Names:
    """The names behind the ids, in six queries."""
    rows = list(entries)
    items = matters_of(project.pk)
    names = {pk: name for pk, _, name in items}
    subjects = {("onemap.mapitem", str(pk)): name for pk, name in names.items()}
    subjects |= {("work.workitem", str(pk)): title for pk, title in titles_of(project.pk).items()}
    promised = items_promised(project.pk)
    subjects |= {("commitments.commitment", str(pk)): names.get(item_id, "") for pk, item_id in promised.items()}
    people = {row.person_id for row in rows if row.person_id}
    people |= {
        row.data[key] for row in rows if row.verb == "work.reassign" for key in ("from", "to") if row.data.get(key)
    }
    offices = {row.department_id for row in rows if row.department_id}
    units = {row.unit_id for row in rows if row.unit_id and row.role == "unit"}
    return Names(
        subjects=subjects,
        matters={matter: name for _, matter, name in items},
        persons=person_names(people),
        offices=short_names(offices),
        units=unit_names(units),
    )
