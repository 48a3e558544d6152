"""A project as anybody with its two codes sees it: the page behind the QR code (附件2·第十三条).

No person is among its fields.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from yinuo.core.calendar import TZ
from yinuo.core.grades import GradeAnswer, named_grade
from yinuo.core.masking import masked
from yinuo.engine.rules import pack, roles
from yinuo.rooms.commitments.models import Fulfilment
from yinuo.rooms.commitments.published import ZoneLine, verified, zone, zone_line
from yinuo.rooms.onemap.queries import progress_of
from yinuo.rooms.oversight import queries as supervision
from yinuo.rooms.oversight.models import LifeRecord
from yinuo.rooms.projects import queries as projects
from yinuo.rooms.projects.models import Project, ProjectKind, ProjectState, ReportKind
from yinuo.ui.components.text import iso_words


@dataclass(frozen=True, slots=True)
class ReportLine:
    on: date
    word: str
    percent: int | None


@dataclass(frozen=True, slots=True)
class Linked:
    """Another project's page, where a change led to a new code."""

    name: str
    code: str
    credit_code: str


@dataclass(frozen=True, slots=True)
class PublicProject:
    """A project as anybody with its two codes sees it. `grade` is empty where the project carries none (F-9)."""

    code: str
    name: str
    kind: str
    unit: str
    credit_code: str
    number: str
    issued_on: date | None
    address: str
    content: str
    total_investment: object
    starts: str
    ends: str
    policy: str
    grade: str
    rated: bool
    certificate: str
    look: GradeAnswer | None
    state: str
    word: str
    valid: bool
    ended_on: date | None
    stopped_on: date | None
    landed_on: date | None
    started_on: date | None
    completed_on: date | None
    done: int
    total: int
    reports: tuple[ReportLine, ...]
    commitments: tuple[ZoneLine, ...]
    pledged_on: date | None
    successor: Linked | None
    predecessor: Linked | None
    issuer: str
    records: tuple[LifeRecord, ...] = ()

    @property
    def kept(self) -> int:
        return sum(line.fulfilment == Fulfilment.KEPT for line in self.commitments)

    @property
    def broken(self) -> int:
        return sum(line.fulfilment == Fulfilment.BROKEN for line in self.commitments)

    @property
    def pending(self) -> int:
        return sum(line.fulfilment in (Fulfilment.PENDING, Fulfilment.RECTIFYING) for line in self.commitments)


def published(project_code: str, credit_code: str = "") -> Project | None:
    """The published project with these codes; one code that does not fit is as good as none."""
    project = projects.by_code(project_code)
    if project is None or not project.unit.credit_code:
        return None
    return project if not credit_code or project.unit.credit_code == credit_code.upper() else None


def project_page(project: Project, now: datetime) -> PublicProject:
    """Nine readings whatever the project holds, the one that found it included."""
    facts, certificate = project.facts, getattr(project, "certificate", None)
    done, total = progress_of(project.pk)
    reports = project.reports.order_by("on", "id").only("on", "kind", "percent", "project_id")
    rows = zone().filter(project=project).order_by("id")
    counts = verified(project)
    successor = projects.successor_of(project)
    graded = certificate is not None and project.is_rated
    grade = projects.grade_of(project) if graded else ""
    ended = project.state in (ProjectState.WITHDRAWN, ProjectState.TERMINATED)
    site = facts.get("site") or {}
    return PublicProject(
        code=project.code or "",
        name=masked(project.name),
        kind=str(ProjectKind(project.kind).label),
        unit=project.unit.name,
        credit_code=project.unit.credit_code or "",
        number=certificate.number if certificate else "",
        issued_on=_day(certificate.issued_at) if certificate else None,
        address=str(site.get("address", "")),
        content=str(facts.get("content", "") or ""),
        total_investment=project.total_investment,
        starts=iso_words(str(facts.get("planned_start_on", "") or "")),
        ends=iso_words(str(facts.get("planned_finish_on", "") or "")),
        policy=_policy(facts),
        grade=grade,
        rated=graded,
        certificate=project.certificate_name,
        look=named_grade(grade, pack(), now.astimezone(TZ).date()) if grade else None,
        state=project.state,
        word=str(ProjectState(project.state).label),
        valid=not ended and successor is None,
        ended_on=_day(project.closed_at) if ended else None,
        stopped_on=_day(project.stopped_at),
        landed_on=_day(project.landed_at),
        started_on=project.started_on,
        completed_on=_day(project.completed_at),
        done=done,
        total=total,
        reports=tuple(ReportLine(row.on, str(ReportKind(row.kind).label), row.percent) for row in reports),
        commitments=tuple(_with_verification(zone_line(row, now), counts) for row in rows),
        pledged_on=_day(projects.pledged_at(project.pk)),
        successor=_linked(successor),
        predecessor=_linked(project.replaces) if project.replaces_id else None,
        issuer=pack().departments[roles().filing_department].name,
        records=tuple(supervision.records(project.pk, public_on=now.astimezone(TZ).date())),
    )


def _with_verification(line: ZoneLine, counts: dict[int, tuple[int, int]]) -> ZoneLine:
    checked, met = counts.get(line.id, (0, 0))
    return replace(line, checked=checked, met=met)


def _policy(facts: dict[str, object]) -> str:
    declared = facts.get("declarations")
    value = declared.get("catalogue_class") if isinstance(declared, dict) else None
    return pack().facts["declarations.catalogue_class"].choices.get(str(value), "")


def _linked(project: Project | None) -> Linked | None:
    if project is None or not project.code or not project.unit.credit_code:
        return None
    return Linked(project.name, project.code, project.unit.credit_code)


def _day(moment: datetime | None) -> date | None:
    return moment.astimezone(TZ).date() if moment else None
