"""A small county for tests: the pack's hall and departments, one person per role,
a company with its authorised person.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from tests.beginnings import builder
from yinuo.core.calendar import TZ
from yinuo.core.grades import grade_of, scale_at
from yinuo.core.ids import new_id
from yinuo.engine.base import Actor
from yinuo.engine.bootstrap import sync_pack
from yinuo.engine.catalogue import queries as catalogue
from yinuo.engine.catalogue.models import MatterHandler
from yinuo.engine.people.models import AuthorisedPerson, Department, Hall, Membership, Person, ProjectUnit
from yinuo.engine.people.queries import actor_of_binding, actor_of_membership
from yinuo.engine.rules import pack
from yinuo.engine.trail.actions import action, enter
from yinuo.engine.work import clocks
from yinuo.rooms.credit.actions import import_score
from yinuo.rooms.credit.actions.common import lock as lock_head
from yinuo.rooms.credit.leaves import EVENT, label_of, told
from yinuo.rooms.credit.models import CreditEvent

BEGAN = date(2023, 2, 20)
ALL_CODES = [
    "914403001922038216",
    "91440300708461136T",
    "9144030071526726XG",
    "91110108551385082Q",
    "91330100799655058B",
    "91110000710925462X",
    "91370200264574251E",
    "91440400192548256N",
    "91620000710375659T",
    "91620300224690952T",
]
CREDIT_CODES = itertools.cycle(ALL_CODES)
_numbers = itertools.count(1)


def at(text: str) -> datetime:
    """An instant in the county's time: at("2026-11-02 09:00")."""
    return datetime.fromisoformat(text).replace(tzinfo=TZ)


FACTS: dict[str, Any] = {
    "name": "年产5万吨有机肥加工项目",
    "kind": "filing",
    "project_class": "private",
    "region": "622927",
    "site": {
        "address": "积石山县吹麻滩镇唐集工业集中区3号地块",
        "heritage": "none",
        "ecological_redline": False,
        "permanent_farmland": False,
        "inside_built_up_boundary": True,
    },
    "industry": "2625",
    "total_investment": "8600",
    "land_area": "26000",
    "floor_area": "20600",
    "annual_energy": "800",
    "annual_coal": "0",
    "annual_electricity": "300",
    "eia": "table",
    "construction": {},
    "declarations": {
        "secret": False,
        "national_security_or_major_layout": False,
        "catalogue_class": "encouraged",
        "foreign_restricted": False,
        "verification_catalogue": False,
        "two_high_or_overcapacity": False,
        "public_body_building": False,
    },
    "planned_start_on": "2027-03-01",
    "planned_finish_on": "2028-06-30",
}


def facts(**changes: Any) -> dict[str, Any]:
    """The organic-fertiliser project's facts with changes; groups are merged."""
    made: dict[str, Any] = {key: dict(value) if isinstance(value, dict) else value for key, value in FACTS.items()}
    for key, value in changes.items():
        made[key] = {**made.get(key, {}), **value} if isinstance(value, dict) else value
    if made["project_class"] != "private":
        made["entries"] = {"public_building_offices": False, **made.get("entries", {})}
    return made


@dataclass
class Company:
    unit: ProjectUnit
    person: Person
    binding: AuthorisedPerson

    @property
    def actor(self) -> Actor:
        return actor_of_binding(self.binding)


@dataclass
class County:
    """Everybody who works in the county's hall, by role and department."""

    hall: Hall
    people: dict[tuple[str, str], Membership] = field(default_factory=dict)

    def actor(self, role: str, department: str = "development_reform", stage: str = "") -> Actor:
        """Somebody with the role in the department, made at first call."""
        key = (f"{role}{stage}", department)
        if key not in self.people:
            self.people[key] = self.add(role, department, stage)
        return actor_of_membership(self.people[key])

    def person(self, role: str, department: str = "development_reform", stage: str = "") -> Person:
        self.actor(role, department, stage)
        return self.people[f"{role}{stage}", department].person

    def add(self, role: str, department: str, stage: str = "") -> Membership:
        person = new_person(f"{department}-{role}")
        office = Department.objects.get(hall=self.hall, key=department)
        return Membership.objects.create(person=person, department=office, role=role, stage=stage, from_on=BEGAN)

    def handle(self, matter_id: str) -> Person:
        """Gives the matter a handler and returns them."""
        department = pack().matters[matter_id].department
        person = self.person("approver", department)
        office = Department.objects.get(hall=self.hall, key=department)
        MatterHandler.objects.create(
            hall_id=self.hall.pk, matter_id=matter_id, department=office, person=person, from_on=BEGAN
        )
        catalogue.forget()
        return person


def new_person(name: str) -> Person:
    number = next(_numbers)
    return Person.objects.create(
        username=f"p{number}", name=name, phone=f"139{number:08d}", email=f"p{number}@example.org"
    )


@builder
def new_county() -> County:
    catalogue.forget()
    clocks.forget_calendar()
    hall = sync_pack(max(BEGAN, pack().valid_from))
    county = County(hall)
    county.handle(pack().roles.filing_matter)
    return county


@builder
def new_company(
    name: str = "积石山绿源有机肥有限公司", score: str | None = "86", *, type: str = "enterprise", code: str = ""
) -> Company:
    """A company with one authorised person who may sign, and a score (None = unrated)."""
    unit = ProjectUnit.objects.create(
        credit_code=code or free_code(), name=name, type=type, legal_representative="马晓云"
    )
    with transaction.atomic():
        lock_head(unit.pk)
    if score is not None:
        _evaluated(unit, score, grade_of(Decimal(score), pack(), date(2026, 11, 1)).grade)
    person = new_person(f"{name}经办人")
    binding = AuthorisedPerson.objects.create(
        person=person,
        unit=unit,
        basis="法定代表人授权委托书",
        from_on=BEGAN,
        confirmed_at=at("2023-02-20 09:00"),
        may_sign=True,
    )
    return Company(unit, person, binding)


def free_code() -> str:
    """The next that no unit has: a county that was filled for many tests has taken some."""
    taken = set(ProjectUnit.objects.filter(credit_code__in=ALL_CODES).values_list("credit_code", flat=True))
    return next(code for code in itertools.islice(CREDIT_CODES, len(ALL_CODES)) if code not in taken)


@action
def _evaluated(unit: ProjectUnit, score: str, grade: str) -> None:
    """The event behind the head, with its leaf: the evaluation the score was imported from, long ago."""
    event = CreditEvent.objects.create(
        unit=unit,
        seq=1,
        type="rebase",
        on=BEGAN,
        data={"score": score, "source": "2021年度企业公共信用综合评价"},
        rule="credit.rebase",
        points=Decimal(score) - pack().decimal("credit.unrated_start", BEGAN),
        applied=True,
        score_after=Decimal(score),
        grade_before="unrated",
        grade_after=grade,
        why="公共信用综合评价",
        at=at("2023-02-20 09:00"),
        leaf_id=new_id(),
    )
    enter(EVENT, label_of(event), told(event), at=event.at, leaf_id=event.leaf_id)


def graded(unit: ProjectUnit, grade: str) -> CreditEvent:
    """A new public evaluation of the unit, taken in by the platform, which gives it this grade."""
    began, on = at("2026-11-01 08:00"), date(2026, 11, 1)
    score = next(band.high for band in scale_at(pack(), on).bands if band.grade == grade)
    event, _ = import_score(
        actor=Actor.system(), unit_id=unit.pk, score=score, source=f"第 {next(_numbers)} 次评价", on=on, at=began
    )
    return event
