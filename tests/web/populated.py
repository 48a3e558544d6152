"""A county in which everything the public can see has happened,
and everything it must not see is there to be leaked.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

# Binds its clock when first read: that must not happen while a test has set another.
import django.core.cache.backends.db  # noqa: F401
from django.db import transaction

from tests.apps.county import Company, County, at, facts, new_company, new_county
from tests.apps.test_commitments import item_of, promise
from tests.apps.test_completion import applied, inspect
from tests.apps.test_onemap import guided, hand_in, ready
from yinuo.engine.base import Actor
from yinuo.engine.catalogue import queries as catalogue
from yinuo.engine.people.models import Department, Person
from yinuo.engine.work import clocks
from yinuo.rooms.commitments import published as readings
from yinuo.rooms.commitments.actions import answer_objection, raise_objection
from yinuo.rooms.commitments.models import Commitment, Objection
from yinuo.rooms.onemap.models import Submission
from yinuo.rooms.projects.actions import file_project, report_progress, withdraw_filing
from yinuo.rooms.projects.models import Project

NOW = at("2027-07-13 10:00")
ANSWER = (
    "/check/result/?kind=filing&industry=2625&total_investment=3000&land_area=26667&floor_area=9000&heritage=none&eia=table"
    "&grade=A-&y=building.new_construction_land&n=municipal.highway&on=2027-07-13"
)
OBJECTOR, CONTACT = "赵志强", "13700001234"
REPORT = "现场负责人马占山，电话 13600009999"


@dataclass
class Populated:
    county: County
    projects: dict[str, Project] = field(default_factory=dict)
    commitments: dict[str, Commitment] = field(default_factory=dict)
    objections: list[Objection] = field(default_factory=list)
    receipt_no: str = ""

    def urls(self) -> list[str]:
        """Every public page this county has."""
        found = [
            "/",
            "/guides/",
            "/zone/",
            "/zone/?view=decided",
            "/zone/?view=results",
            "/zone/?view=pledges",
            "/verify/",
            "/receipts/",
            "/about/",
            "/accessibility/",
        ]
        found += [
            "/rules/",
            "/rules/parameters/",
            "/rules/negative-list/",
            "/rules/credit/",
            "/rules/timing/",
            "/rules/hall/",
            "/rules/ask/",
        ]
        found += [
            "/guides/enterprise_filing/",
            "/guides/eia_table/",
            "/guides/engineering_planning_permit/",
            "/search/?q=有限公司",
            "/search/?q=许可",
            "/search/?q=有限公司&in=companies",
            "/search/?q=项目&in=projects",
            "/check/",
            "/check/?q=有机肥加工 40 亩",
            "/check/site/?kind=filing",
            "/check/operation/?kind=filing",
            "/check/company/?kind=filing",
            ANSWER,
        ]
        found += [
            f"/companies/{code}/"
            for code in Project.objects.filter(code__isnull=False)
            .values_list("unit__credit_code", flat=True)
            .distinct()
        ]
        found += [f"/zone/{row.pk}/" for row in Commitment.objects.order_by("id")]
        found += [f"/objections/{row.receipt_no}/" for row in self.objections]
        found += [
            f"/verify/{row.code}/{row.unit.credit_code}/"
            for row in Project.objects.filter(code__isnull=False).select_related("unit")
        ]
        return [*found, f"/receipts/{self.receipt_no}/"]


def secrets_of(populated: Populated) -> set[str]:
    """What no public page may hold: telephones, mails, legal representatives, authorised persons, objectors, texts of
    reports.
    """
    handlers = set(Person.objects.filter(handles__isnull=False).values_list("name", flat=True))
    people = Person.objects.all()
    found = {CONTACT, OBJECTOR, REPORT, "马晓云", "马占山", "13600009999"}
    found |= (
        {person.phone for person in people}
        | {person.email for person in people}
        | {person.username for person in people}
    )
    # Who handles a matter is published by its guide (附件7·第七条); everybody else's name is not.
    found |= {person.name for person in people if person.name not in handlers}
    # A login of two letters would be found in any token.
    return {text for text in found if len(text) > 2 or not text.isascii()} - {""}


def file_at(company: Company, moment: str, **changes: Any) -> Project:
    return file_project(
        actor=company.actor, unit_id=company.unit.pk, facts=facts(**changes), pledged=True, at=at(moment)
    ).project


def populate() -> Populated:
    made = Populated(new_county())
    county = made.county
    Department.objects.filter(key="ecology").update(phone="0930-7721234")
    green, blue = new_company(), new_company("甘肃保安腰刀文旅有限公司", "78")
    red, white = new_company("积石山红崖建材有限公司", "45"), new_company("积石山新禾农业有限公司", None)
    made.projects["completed"] = completed(county, blue)
    running = made.projects["running"] = guided(county, green)
    for name, matter, moment in (
        ("notice", "engineering_planning_permit", "2027-07-09 10:00"),
        ("objected", "eia_table", "2027-07-12 09:00"),
    ):
        made.commitments[name] = promise(green, item_of(running, matter), at(moment))
    made.objections = [objected(made.commitments["objected"]), objected(made.commitments["notice"])]
    answer_objection(
        actor=county.actor("approver", "natural_resources"),
        objection_id=made.objections[1].pk,
        upheld=False,
        answer="经核实，所选设备已列入能效准入目录，异议不成立。",
        at=at("2027-07-13 09:30"),
    )
    report_progress(
        actor=green.actor,
        project_id=running.pk,
        kind="start",
        on=at("2027-03-02 09:00").date(),
        text=REPORT,
        at=at("2027-03-02 09:00"),
    )
    report_progress(
        actor=green.actor,
        project_id=running.pk,
        kind="progress",
        percent=35,
        on=at("2027-06-30 09:00").date(),
        text=REPORT,
        at=at("2027-06-30 09:00"),
    )
    item = ready(running)
    hand_in(green, item, at("2027-07-12 15:00"))
    made.receipt_no = Submission.objects.get(application__item=item).receipt_no
    made.projects["withdrawn"] = file_at(white, "2027-07-06 09:00", name="高标准设施蔬菜大棚项目")
    withdraw_filing(
        actor=county.actor("approver"),
        project_id=made.projects["withdrawn"].pk,
        problem="实为限制类产品，不能备案",
        at=at("2027-07-06 15:00"),
    )
    made.projects["unrated"] = file_at(white, "2027-07-07 09:00", name="冷链仓储项目")
    made.projects["held"] = file_at(red, "2027-07-08 09:00", name="机制砂石项目")
    return made


def completed(county: County, company: Company) -> Project:
    """Built and verified, one requirement of one promise not met."""
    completion = applied(county, company, name="大河家镇乡村旅游接待中心")
    inspect(county, completion)
    return Project.objects.get(pk=completion.project_id)


def objected(commitment: Commitment) -> Objection:
    return raise_objection(
        actor=Actor.public(),
        commitment_id=commitment.pk,
        text="设备能效标准写得不清楚。",
        name=OBJECTOR,
        contact=CONTACT,
        at=at("2027-07-13 09:00"),
    )


@contextmanager
def taken_back(filled: Populated) -> Iterator[Populated]:
    """What a test changes is taken back after it."""
    catalogue.forget()
    clocks.forget_calendar()
    readings.forget()
    with transaction.atomic():
        yield copy.deepcopy(filled)
        transaction.set_rollback(True)
