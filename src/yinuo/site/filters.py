"""What narrows the inbox: read from the query string, asked of the database, offered as choices,
and kept under a name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from urllib.parse import parse_qsl, urlencode

from django.db.models import Q

from yinuo.core.codes import CodeError, parse_project_code
from yinuo.core.grades import UNRATED, scale_at
from yinuo.engine.people.queries import names_of
from yinuo.engine.register import work_kinds, work_names
from yinuo.engine.rules import pack
from yinuo.engine.work.queries import BOXES, lit
from yinuo.rooms.credit.queries import heads_graded, heads_rated
from yinuo.ui.words import Choice, stages

LIGHTS = {"red": "超期", "yellow": "预警", "green": "正常", "paused": "暂停"}
TEXT = 80


@dataclass(frozen=True, slots=True)
class Filters:
    """One way of looking at the inbox. Empty fields narrow nothing."""

    box: str = "mine"
    q: str = ""
    light: str = ""
    stage: str = ""
    matter: str = ""
    grade: str = ""
    person: str = ""

    @classmethod
    def read(cls, data: Mapping[str, str], day: date) -> Filters:
        """From a query string; what the page does not know narrows nothing."""
        box = data.get("box", "mine")
        person = data.get("person", "")
        light, stage, grade = data.get("light", ""), data.get("stage", ""), data.get("grade", "")
        return cls(
            box=box if box in BOXES else "mine",
            q=" ".join(data.get("q", "").replace("\x00", "").split())[:TEXT],
            light=light if light in LIGHTS else "",
            stage=stage if stage in dict(stages(day)) else "",
            matter=data.get("matter", "").replace("\x00", "")[:160],
            grade=grade if grade in dict(grades(day)) else "",
            person=person if person.isascii() and person.isdecimal() and len(person) < 18 else "",
        )

    @classmethod
    def parse(cls, query: str, day: date) -> Filters:
        return cls.read(dict(parse_qsl(query)), day)

    @property
    def query(self) -> str:
        """The query string, always written in the same order, so that two ways of looking can be compared."""
        return urlencode([(key, value) for key, value in asdict(self).items() if value])

    @property
    def narrowed(self) -> bool:
        return any(value for key, value in asdict(self).items() if key != "box")

    def within(self, box: str) -> Filters:
        """The same in another box."""
        return Filters(**{**asdict(self), "box": box})

    def where(self, now: datetime, day: date) -> Q:
        """For work.queries.page and counts."""
        found = Q()
        if self.q:
            found &= _named(self.q)
        if self.light:
            found &= lit(self.light, now) & Q(waits_for="staff")
        if self.stage:
            found &= Q(stage=self.stage)
        if self.matter:
            found &= Q(kind=self.matter) if self.matter in work_names() else Q(title=self.matter)
        if self.grade:
            found &= _graded(self.grade, day)
        if self.person:
            found &= Q(assignee_id=int(self.person))
        return found


def _named(text: str) -> Q:
    """A project by its code, else by what stands in its name or its unit's."""
    try:
        parse_project_code(text)
    except CodeError:
        return Q(subtitle__icontains=text) | Q(project_code__startswith=text)
    return Q(project_code=text)


def _graded(class_: str, day: date) -> Q:
    """Units of a class by today's grade; a unit nobody has graded has no row at all."""
    if class_ == UNRATED:
        return Q(unit_id__isnull=False) & ~Q(unit_id__in=heads_rated().values("pk"))
    names = [band.grade for band in scale_at(pack(), day).bands if band.class_ == class_]
    return Q(unit_id__in=heads_graded(names).values("pk"))


def grades(day: date) -> list[Choice]:
    classes = dict.fromkeys(band.class_ for band in scale_at(pack(), day).bands)
    return [*((class_, f"{class_} 级") for class_ in classes), (UNRATED, "未评级")]


def matters(department: str, day: date) -> list[tuple[str, list[Choice]]]:
    """Steps and matters by group: a department's own matters by its key, all of them for the hall's people."""
    names = dict.fromkeys(
        matter.full_name for matter in pack().matters_at(day) if department in ("", matter.department)
    )
    groups: list[tuple[str, list[Choice]]] = [("环节", work_kinds())]
    return [*groups, ("事项", [(name, name) for name in names])] if names else groups


def _person(number: str) -> str:
    """Whose desk it is; asked for only where somebody came from the list of people."""
    return names_of([int(number)]).get(int(number), "没有这个人") if number else ""


def chips(filters: Filters, day: date) -> list[tuple[str, str]]:
    """Each narrowing in words, and the query without it."""
    words = {
        "q": f"“{filters.q}”",
        "light": LIGHTS.get(filters.light, ""),
        "stage": dict(stages(day)).get(filters.stage, ""),
        "matter": work_names().get(filters.matter, filters.matter),
        "grade": dict(grades(day)).get(filters.grade, ""),
        "person": _person(filters.person),
    }
    set_ = asdict(filters)
    return [(words[key], Filters(**{**set_, key: ""}).query) for key in words if set_[key]]
