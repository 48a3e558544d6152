"""Every reading of projects: lists by keyset, one project with what its page needs, and what the public may see."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet

from yinuo.core.benefits import benefits
from yinuo.core.calendar import TZ
from yinuo.core.codes import CodeError, parse_project_code
from yinuo.engine.base import NO_ROW, Actor
from yinuo.engine.catalogue.queries import hall_of_region
from yinuo.engine.notices.models import Message
from yinuo.engine.people.models import Person, ProjectUnit
from yinuo.engine.people.queries import persons_bound
from yinuo.engine.rules import pack
from yinuo.engine.work.models import WorkItem
from yinuo.engine.work.queries import held_by
from yinuo.rooms.projects.models import (
    ChangeRequest,
    Draft,
    Participant,
    Pledge,
    ProgressReport,
    Project,
    ProjectState,
    Question,
    ReportKind,
)
from yinuo.rooms.projects.room import ProjectsWork

PUBLIC_STATES = [
    ProjectState.FILED,
    ProjectState.CONFIRMED,
    ProjectState.COMPLETED,
    ProjectState.WITHDRAWN,
    ProjectState.TERMINATED,
]

# The pages that messages about a project lead to before it has its code.
WITHOUT_CODE = ("staff:review", "staff:manual", "unit:project")


@dataclass(frozen=True, slots=True)
class ProjectPage:
    """Newest first; `after` opens the next page, 0 = no more."""

    projects: list[Project]
    after: int


@dataclass(frozen=True, slots=True)
class BenefitLine:
    """A benefit as its page shows it: `holds` False = a missing fact decides; `verified` False = the text has not been
    seen.
    """

    id: str
    name: str
    office: str
    text: str
    how: str
    holds: bool
    why: str
    missing: tuple[str, ...]
    cites: tuple[str, ...]
    verified: bool


def visible(actor: Actor) -> QuerySet[Project]:
    """What the actor may see: the unit its own, the hall's people the hall's."""
    if actor.role == "unit":
        own = Project.objects.filter(unit_id=actor.unit_id)
        if actor.scope is not None:
            own = own.filter(pk=actor.scope.project_id)
        return own.filter(hall_id=actor.hall_id or NO_ROW) if actor.via else own
    return Project.objects.filter(hall_id=actor.hall_id) if actor.hall_id is not None else Project.objects.none()


def page(actor: Actor, *, search: str = "", state: str = "", after: int = 0, size: int = 30) -> ProjectPage:
    projects = visible(actor).select_related("unit__credit", "certificate").order_by("-id")
    if state:
        projects = projects.filter(state=state)
    if search:
        projects = projects.filter(matching(search))
    if after:
        projects = projects.filter(id__lt=after)
    rows = list(projects[: size + 1])
    return ProjectPage(rows[:size], rows[size - 1].pk if len(rows) > size else 0)


def matching(search: str) -> Q:
    """A code finds its project, anything else is looked for in names."""
    text = search.strip()
    try:
        parse_project_code(text)
    except CodeError:
        return Q(name__icontains=text) | Q(unit__name__icontains=text)
    return Q(code=text)


def one(project_id: int) -> Project:
    """Raises Project.DoesNotExist."""
    return Project.objects.select_related(
        "unit__credit", "hall__region", "filed_by", "certificate", "replaces", "decision", "pledge"
    ).get(pk=project_id)


def by_code(code: str) -> Project | None:
    """A published project by its code, for the page behind the QR code."""
    return (
        Project.objects.select_related("unit__credit", "hall__region", "certificate", "replaces")
        .filter(code=code, state__in=PUBLIC_STATES)
        .first()
    )


def of_unit(unit_id: int) -> QuerySet[Project]:
    """A unit's projects, newest first."""
    return Project.objects.filter(unit_id=unit_id).order_by("-id")


def names(project_ids: Iterable[int]) -> dict[int, str]:
    return dict(Project.objects.filter(pk__in=set(project_ids)).values_list("pk", "name"))


def by_codes(codes: Collection[str], *, unit_id: int | None = None) -> dict[str, Project]:
    """The projects of these codes, or the unit's among them, by code; with no more than their names and units."""
    rows = Project.objects.filter(code__in=codes).select_related("unit")
    if unit_id is not None:
        rows = rows.filter(unit_id=unit_id)
    rows = rows.only("code", "name", "unit__name", "unit__credit_code")
    return {row.code: row for row in rows if row.code is not None}


def worked_on(person: Person) -> list[tuple[int, str]]:
    """Id and name of the projects in which something open is given to the person."""
    held = held_by(person).filter(project_id__isnull=False).values("project_id")
    return list(Project.objects.filter(pk__in=held).order_by("pk").values_list("pk", "name"))


def successor_of(project: Project) -> Project | None:
    """The published project that replaces this one."""
    return Project.objects.filter(replaces=project, state__in=PUBLIC_STATES).select_related("unit").first()


def pledged_at(project_id: int) -> datetime | None:
    return Pledge.objects.filter(project_id=project_id).values_list("at", flat=True).first()


def messages_of(project: Project) -> QuerySet[Message]:
    """Every message about the project, the newest first; one that has no code yet is known by its pages."""
    about = (
        Q(project_code=project.code) if project.code else Q(page__in=WITHOUT_CODE, page_args={"project_id": project.pk})
    )
    return Message.objects.filter(about).select_related("person", "unit").order_by("-queued_at", "id")


def draft(draft_id: int) -> Draft:
    """Raises Draft.DoesNotExist."""
    return Draft.objects.select_related("filed_as", "unit").get(pk=draft_id)


def drafts_of(unit_id: int) -> list[Draft]:
    """The unit's latest drafts that are not filed yet."""
    return list(Draft.objects.filter(unit_id=unit_id, filed_as__isnull=True).order_by("-saved_at")[:10])


def completion_reported(projects: Collection[Project]) -> set[int]:
    """Of these projects those whose completion was reported."""
    rows = ProgressReport.objects.filter(project__in=projects, kind=ReportKind.COMPLETION)
    return set(rows.values_list("project_id", flat=True))


def participants_elsewhere(project: Project) -> list[Participant]:
    """Who takes part in the unit's other projects, the latest first."""
    rows = Participant.objects.filter(project__unit_id=project.unit_id).exclude(project=project)
    return list(rows.order_by("-id")[:100])


def unit_of(project_id: int) -> int:
    """The number of the project's unit. Raises Project.DoesNotExist."""
    return Project.objects.values_list("unit_id", flat=True).get(pk=project_id)


@dataclass(frozen=True, slots=True)
class QuestionPage:
    """`after` opens the next page, 0 = no more."""

    questions: list[Question]
    after: int


def questions(actor: Actor, *, answered: bool = False, after: int = 0, size: int = 30) -> QuestionPage:
    """The questions laid before the actor: unanswered ones as they fall due, which is as they were asked; answered ones
    newest first.
    """
    found = Question.objects.filter(answered_at__isnull=not answered).select_related(
        "project__unit", "department", "answered_by"
    )
    if actor.role == "unit":
        found = found.filter(project__unit_id=actor.unit_id)
    elif actor.role in ("approver", "principal"):
        found = found.filter(department_id=actor.department_id or NO_ROW)
    else:
        found = found.filter(project__hall_id=actor.hall_id) if actor.hall_id is not None else found.none()
    if after:
        found = found.filter(id__lt=after) if answered else found.filter(id__gt=after)
    rows = list(found.order_by("-id" if answered else "id")[: size + 1])
    return QuestionPage(rows[:size], rows[size - 1].pk if len(rows) > size else 0)


def questions_of_unit(unit_id: int) -> QuerySet[Question]:
    """Everything a unit asked, the latest first."""
    rows = Question.objects.filter(project__unit_id=unit_id)
    return rows.select_related("department", "asked_by", "project").order_by("-asked_at")


def question_clocks(question_ids: Collection[int]) -> dict[int, WorkItem]:
    """The last clock of each question."""
    rows = WorkItem.objects.filter(
        kind=ProjectsWork.QUESTION, subject_kind=Question._meta.label_lower, subject_id__in=question_ids
    )
    return {work.subject_id: work for work in rows.order_by("id")}


def published_answers(matter_id: str | None = None, *, after: int = 0, size: int = 30) -> QuestionPage:
    """Questions and answers everybody may read, the newest question first; of one matter where it is named."""
    found = Question.objects.filter(published_at__isnull=False).select_related("department", "project__hall")
    if matter_id is not None:
        found = found.filter(matter_id=matter_id)
    if after:
        found = found.filter(id__lt=after)
    rows = list(found.order_by("-id")[: size + 1])
    return QuestionPage(rows[:size], rows[size - 1].pk if len(rows) > size else 0)


def question(question_id: int) -> Question:
    """Raises Question.DoesNotExist."""
    return Question.objects.select_related(
        "project__unit__credit", "project__hall", "department", "asked_by", "answered_by"
    ).get(pk=question_id)


def hall_of_unit(unit: ProjectUnit) -> int | None:
    """The hall that keeps a unit: that of its first project, else the one serving the region its credit code was given
    in; None = none.
    """
    first = Project.objects.filter(unit_id=unit.pk).order_by("id").values_list("hall_id", flat=True).first()
    if first is not None or unit.credit_code is None:
        return first
    return hall_of_region(unit.credit_code[2:8])


def benefits_for(project: Project, day: date) -> list[BenefitLine]:
    """What the project and its company get on `day` without applying (不来即享, 正文·四(三)); then what only a missing
    fact decides.

    Benefits that do not hold are left out: nobody is helped by a list of what they do not get.
    """
    rules, facts = pack(), {**project.facts, "unit": {**project.facts.get("unit", {}), "type": project.unit.type}}
    lines = [
        BenefitLine(
            id=answer.benefit.id,
            name=answer.benefit.name,
            office=answer.benefit.office or rules.departments[answer.benefit.department].name,
            text=answer.benefit.text,
            how=answer.benefit.how,
            holds=answer.holds is True,
            why=answer.why,
            missing=answer.missing,
            cites=tuple(rules.cite_texts(answer.benefit.cites)),
            verified=answer.benefit.provenance != "unverified",
        )
        for answer in benefits(facts, rules, day, grade_of(project))
        if answer.holds is not False
    ]
    return sorted(lines, key=lambda line: not line.holds)


def contacts(project: Project, at: datetime) -> list[Person]:
    """Who of the unit is told of a project: whoever filed it; where an official did it for the unit, everybody
    authorised.
    """
    if not project.filed_via:
        return [project.filed_by]
    return persons_bound(project.unit_id, at.astimezone(TZ).date())


def grade_of(project: Project) -> str:
    """The unit's present grade; projects of the other kinds carry none (F-9)."""
    unit = project.unit
    return unit.credit.grade if hasattr(unit, "credit") else "unrated"


def registered(unit: ProjectUnit, grade: str | None = None) -> dict[str, Any]:
    """What the platform knows of the unit, as the facts of its project; nobody types it."""
    known = {
        "type": unit.type,
        "credit_code": unit.credit_code,
        "grade": grade,
        "state_owned": unit.state_owned,
        "foreign_invested": unit.foreign_invested,
    }
    return {key: value for key, value in known.items() if value is not None and f"unit.{key}" in pack().facts}


def change_requests(project_id: int) -> list[ChangeRequest]:
    """Every change of the project that had to wait for the filing office, the last one first."""
    return list(ChangeRequest.objects.filter(project=project_id).select_related("person", "decided_by").order_by("-id"))


def change_request(request_id: int) -> ChangeRequest:
    """Raises ObjectDoesNotExist."""
    return ChangeRequest.objects.select_related("person", "decided_by").get(pk=request_id)
