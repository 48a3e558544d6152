"""A plan of random inspections for tests: inspectors of two departments, projects of several classes, announced and
drawn.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.apps.county import BEGAN, Company, County, at, facts, new_company, new_person
from yinuo.engine.base import Actor
from yinuo.engine.people.models import Department, Membership
from yinuo.engine.people.queries import actor_of_membership
from yinuo.rooms.inspections import actions
from yinuo.rooms.inspections.models import InspectionPlan, Inspector, RandomInspection
from yinuo.rooms.onemap.actions import confirm_review
from yinuo.rooms.projects.actions import file_project
from yinuo.rooms.projects.models import Project

FILED = at("2026-11-03 09:12")
BEGUN = at("2026-11-09 09:00")
ANNOUNCED = at("2026-11-09 10:00")
DRAWN = at("2026-11-13 09:00")
VISITED = at("2026-11-16 15:00")
VALUE = "01 05 12 19 23 30 07"
LEAD, OTHER = "housing", "emergency"
SAFETY = "施工安全和质量"


def confirmed(county: County, company: Company, **changes: Any) -> Project:
    """A project in reach of a plan: filed and reviewed."""
    project = file_project(
        actor=company.actor, unit_id=company.unit.pk, facts=facts(**changes), pledged=True, at=FILED
    ).project
    confirm_review(actor=county.actor("approver"), project_id=project.pk, at=at("2026-11-03 15:00"))
    return Project.objects.get(pk=project.pk)


def member(county: County, department: str, name: str) -> Membership:
    """One more approver of a department."""
    office = Department.objects.get(hall=county.hall, key=department)
    return Membership.objects.create(person=new_person(name), department=office, role="approver", from_on=BEGAN)


def inspectors(county: County, department: str = LEAD, count: int = 3) -> list[Membership]:
    """Approvers of the department, named as inspectors by the general convener."""
    made = [member(county, department, f"{department}检查员{number}") for number in range(count)]
    for number, one in enumerate(made):
        actions.register_inspector(
            actor=county.actor("general_convener"), person_id=one.person_id, department_id=one.department_id,
            certificate_no=f"甘E{number:04}", at=BEGUN,
        )  # fmt: skip
    return made


def begun(county: County, *others: str, **changes: Any) -> InspectionPlan:
    departments = list(Department.objects.filter(hall=county.hall, key__in=others).values_list("pk", flat=True))
    values = {
        "title": "2026年第四季度施工安全抽查",
        "subject": SAFETY,
        "departments": departments,
        "from_on": date(2026, 11, 13),
        "until_on": date(2026, 12, 11),
        "issue": "2026131",
        "value_on": date(2026, 11, 10),
    }
    return actions.begin_plan(actor=county.actor("approver", LEAD), at=BEGUN, **{**values, **changes})


def announced(county: County, *others: str, **changes: Any) -> InspectionPlan:
    plan = begun(county, *others, **changes)
    return actions.announce_plan(actor=county.actor("approver", LEAD), plan_id=plan.pk, at=ANNOUNCED)


def drawn(county: County, *others: str, **changes: Any) -> InspectionPlan:
    plan = announced(county, *others, **changes)
    return actions.draw_plan(actor=county.actor("approver", LEAD), plan_id=plan.pk, value=VALUE, at=DRAWN)


def those_of(inspection: RandomInspection) -> list[Actor]:
    """Everybody who was drawn to inspect it, as they sign in."""
    persons = (
        inspection.members.filter(left_at__isnull=True).order_by("id").values_list("inspector__person_id", flat=True)
    )
    rows = {
        row.person_id: row for row in Membership.objects.filter(person__in=list(persons)).select_related("department")
    }
    return [actor_of_membership(rows[person]) for person in persons]


def a_drawn_inspection(county: County, company: Company) -> RandomInspection:
    """One project, one department, two inspectors."""
    confirmed(county, company)
    inspectors(county)
    return drawn(county).inspections.select_related("project", "plan").get()


__all__ = ["Inspector", "new_company"]
