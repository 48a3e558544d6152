"""The two lists a draw is made from: projects with their rates, inspectors with those they must not inspect."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from django.db.models import Q

from yinuo.core.decision import plain
from yinuo.core.grades import UNRATED, allows, class_of
from yinuo.engine.people.models import AuthorisedPerson, InForce
from yinuo.engine.register import handling
from yinuo.engine.rules import pack
from yinuo.engine.trail.models import Entry
from yinuo.rooms.agency.models import Agreement
from yinuo.rooms.commitments.models import Commitment, Fulfilment
from yinuo.rooms.credit.models import CreditEvent, CreditHead
from yinuo.rooms.inspections.models import Avoidance, InspectionPlan, Inspector
from yinuo.rooms.projects.models import Project, ProjectState

RATES = {"fewer": "减少频次", "normal": "正常频次", "more": "提高频次"}
LOWEST_GRADE = "D"


def percent(share: str) -> str:
    """A share as people say it: "5%", "33.33%"."""
    return f"{plain(Decimal(round(Fraction(share) * 10000)) / 100)}%"


@dataclass(frozen=True, slots=True)
class Rated:
    """A project with the rate it may be drawn at, and why."""

    project: Project
    rate: str
    why: str


def subjects(day: date) -> list[str]:
    """抽查事项 of the pack, in its order."""
    return list(dict.fromkeys(line.split("｜")[0] for line in pack().parameter("inspection.check_list", day).value))


def check_list(subject: str, day: date) -> list[tuple[str, str]]:
    """(question, standard) of a subject."""
    lines = [line.split("｜") for line in pack().parameter("inspection.check_list", day).value]
    return [(line[1], line[2]) for line in lines if line[0] == subject]


def projects_in_reach(hall_id: int, day: date) -> list[Project]:
    """Under way, or completed within the term; one that has no code yet is nobody's to look at."""
    since = day - timedelta(days=pack().integer("inspection.after_completion", day))
    rows = Project.objects.filter(
        Q(state=ProjectState.CONFIRMED) | Q(state=ProjectState.COMPLETED, completed_at__date__gte=since),
        hall_id=hall_id,
        code__isnull=False,
    )
    return list(rows.exclude(unit__credit_code=None).select_related("unit").order_by("code"))


def rated(projects: Sequence[Project], day: date) -> list[Rated]:
    """Each project's rate by the class of its unit (附件2·第二十条至第二十三条), in three queries."""
    units = {project.unit_id for project in projects}
    grades = {
        head.pk: (LOWEST_GRADE if head.provincial_d else head.grade) for head in CreditHead.objects.filter(pk__in=units)
    }
    doubtful = _doubtful(units, day)
    return [
        _rate(project, grades.get(project.unit_id, UNRATED), project.unit_id in doubtful, day) for project in projects
    ]


def _doubtful(units: Collection[int], day: date) -> set[int]:
    """Units that lost points, or left a promise unkept, within the term."""
    since = day - timedelta(days=pack().integer("inspection.clean_days", day))
    lost = CreditEvent.objects.filter(unit_id__in=units, applied=True, points__lt=0, on__gte=since)
    unkept = Commitment.objects.filter(
        project__unit_id__in=units, fulfilment__in=[Fulfilment.BROKEN, Fulfilment.RECTIFYING]
    )
    return set(lost.values_list("unit_id", flat=True)) | set(unkept.values_list("project__unit_id", flat=True))


def _rate(project: Project, grade: str, doubtful: bool, day: date) -> Rated:
    measure = allows("inspection_rate", grade, pack(), day)
    if measure is None or measure.value != "fewer":
        return Rated(project, measure.value if measure else "normal", measure.text if measure else "没有另外的规定")
    if class_of(grade, pack(), day)[0] == "A":
        trading = project.project_class in pack().parameter("inspection.trading_classes", day).value
        return (
            Rated(project, "fewer", measure.text)
            if trading
            else Rated(project, "normal", "不涉及公共资源交易，按正常频次")
        )
    return (
        Rated(project, "normal", "一年内有失信记录，按正常频次") if doubtful else Rated(project, "fewer", measure.text)
    )


def inspectors_for(plan: InspectionPlan, departments: Collection[int], day: date) -> list[Inspector]:
    """Qualified for the subject from today to the end of the inspections, and still of the department.

    Who is named in several departments stands for the one that named them first: one person fills one seat.
    """
    rows = Inspector.objects.filter(
        InForce.on(day), InForce.on(plan.until_on), department_id__in=departments, person__is_active=True
    )
    found = rows.select_related("person", "department").order_by("id")
    able = [one for one in found if not one.subjects or plan.subject in one.subjects]
    first: dict[int, Inspector] = {}
    for one in able:
        first.setdefault(one.person_id, one)
    return list(first.values())


def forbidden(inspectors: Sequence[Inspector], projects: Sequence[Project], day: date) -> set[tuple[int, int]]:
    """(inspector, project) that must not meet: declared, handled or approved, as its agent, or bound to its unit.

    In four queries.
    """
    by_person: dict[int, list[int]] = {}
    for inspector in inspectors:
        by_person.setdefault(inspector.person_id, []).append(inspector.pk)
    by_unit: dict[int, list[int]] = {}
    for project in projects:
        by_unit.setdefault(project.unit_id, []).append(project.pk)
    codes = {project.code: project.pk for project in projects}
    persons = list(by_person)
    pairs: set[tuple[int, int]] = set()

    # Declared by the person, whichever entry of the list stood for them then.
    declared = Avoidance.objects.filter(inspector__person_id__in=persons, unit_id__in=by_unit, lifted_at__isnull=True)
    for person_id, unit_id in declared.values_list("inspector__person_id", "unit_id"):
        pairs.update(
            (inspector_id, project_id) for inspector_id in by_person[person_id] for project_id in by_unit[unit_id]
        )
    bound = AuthorisedPerson.objects.filter(InForce.on(day), person_id__in=persons, unit_id__in=by_unit)
    for person_id, unit_id in bound.values_list("person_id", "unit_id"):
        pairs.update(
            (inspector_id, project_id) for inspector_id in by_person[person_id] for project_id in by_unit[unit_id]
        )
    verbs = Q()
    for prefix in handling():
        verbs |= Q(verb__startswith=prefix)
    handled = Entry.objects.filter(verbs, project_code__in=list(codes), person_id__in=persons).order_by()
    for handler_id, code in handled.values_list("person_id", "project_code").distinct():
        if handler_id is not None:
            pairs.update((inspector_id, codes[code]) for inspector_id in by_person[handler_id])
    agents = Agreement.objects.filter(project__in=projects, agent__person_id__in=persons)
    for person_id, project_id in agents.values_list("agent__person_id", "project_id"):
        pairs.update((inspector_id, project_id) for inspector_id in by_person[person_id])
    return pairs
