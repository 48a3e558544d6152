"""Published projects and companies: found by part of a name or by a code, listed by keyset, and a company's own page.

What is read here holds no person: a unit's row is read for its name, its credit code and its grade alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from django.db.models import Count, Model, Q, QuerySet

from yinuo.core.calendar import TZ
from yinuo.core.codes import CodeError, check_credit_code
from yinuo.core.grades import UNRATED, GradeAnswer, named_grade
from yinuo.core.masking import masked
from yinuo.engine.people.models import ProjectUnit
from yinuo.engine.rules import pack
from yinuo.rooms.commitments import published as readings
from yinuo.rooms.commitments.models import CommitmentState, Fulfilment
from yinuo.rooms.commitments.published import state_of
from yinuo.rooms.projects import queries as projects
from yinuo.rooms.projects.models import Project

SIZE = 20
PROMISES_SHOWN = 10
M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class ProjectLine:
    id: int
    name: str
    code: str
    credit_code: str
    unit: str
    grade: str
    number: str
    on: date
    word: str
    bad: bool


@dataclass(frozen=True, slots=True)
class CompanyLine:
    id: int
    name: str
    credit_code: str
    grade: str


@dataclass(frozen=True, slots=True)
class Promises:
    """A company's promises by what became of them."""

    waiting: int
    pending: int
    kept: int
    broken: int


@dataclass(frozen=True, slots=True)
class CompanyPage:
    """`look` None = unrated."""

    name: str
    credit_code: str
    grade: str
    look: GradeAnswer | None
    promises: Promises
    projects: list[ProjectLine]
    after: int
    commitments: list[readings.ZoneLine]
    more_commitments: bool


def _page(rows: QuerySet[M], size: int = SIZE) -> tuple[list[M], int]:
    found = list(rows[: size + 1])
    return found[:size], found[size - 1].pk if len(found) > size else 0


# -- projects


def projects_named(search: str, after: int = 0, size: int = SIZE) -> tuple[list[ProjectLine], int]:
    """Newest first."""
    rows = readings.published_projects(search)
    found, more = _page(rows.filter(id__lt=after) if after else rows, size)
    return [_project_line(row) for row in found], more


def _project_line(row: Project) -> ProjectLine:
    certificate = getattr(row, "certificate", None)
    word, bad = state_of(row)
    return ProjectLine(
        id=row.pk,
        name=masked(row.name),
        code=row.code or "",
        credit_code=row.unit.credit_code or "",
        unit=row.unit.name,
        grade=projects.grade_of(row) if certificate else "",
        number=certificate.number if certificate else "",
        on=(certificate.issued_at if certificate else row.filed_at).astimezone(TZ).date(),
        word=word,
        bad=bad,
    )


# -- companies


def companies_named(search: str, after: int = 0, size: int = SIZE) -> tuple[list[CompanyLine], int]:
    rows = readings.published_units(search)
    found, more = _page(rows.filter(id__gt=after) if after else rows, size)
    return [CompanyLine(row.pk, row.name, row.credit_code or "", _grade(row)) for row in found], more


def _grade(unit: ProjectUnit) -> str:
    return unit.credit.grade if hasattr(unit, "credit") else UNRATED


def is_credit_code(text: str) -> bool:
    try:
        check_credit_code(text.upper())
    except CodeError:
        return False
    return True


def company(credit_code: str, now: datetime, after: int = 0) -> CompanyPage | None:
    """Four readings; None for a code nothing is published of."""
    unit = readings.published_units().filter(credit_code=credit_code.upper()).first()
    if unit is None:
        return None
    grade = _grade(unit)
    own = readings.published_projects().filter(unit=unit)
    found, more = _page(own.filter(id__lt=after) if after else own)
    promised = readings.zone().filter(project__unit=unit).order_by("-id")
    rows, more_promises = _page(promised, PROMISES_SHOWN)
    return CompanyPage(
        name=unit.name,
        credit_code=unit.credit_code or "",
        grade=grade,
        look=named_grade(grade, pack(), now.astimezone(TZ).date()),
        promises=_promises(unit),
        projects=[_project_line(row) for row in found],
        after=more,
        commitments=[readings.zone_line(row, now) for row in rows],
        more_commitments=bool(more_promises),
    )


def _promises(unit: ProjectUnit) -> Promises:
    decided = Q(state=CommitmentState.DECIDED)
    counted = (
        readings.published_commitments()
        .filter(project__unit=unit)
        .aggregate(
            waiting=Count("id", filter=Q(state__in=[*readings.IN_NOTICE, CommitmentState.DECIDABLE])),
            pending=Count("id", filter=decided & Q(fulfilment__in=[Fulfilment.PENDING, Fulfilment.RECTIFYING])),
            kept=Count("id", filter=decided & Q(fulfilment=Fulfilment.KEPT)),
            broken=Count("id", filter=decided & Q(fulfilment=Fulfilment.BROKEN)),
        )
    )
    return Promises(**counted)
