"""What the public may read of projects, across the rooms.

Everything a template gets from here is a record of published fields: no person, telephone, address of a person or
report text is among them, so no page can show one by mistake.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date, datetime
from statistics import median_low
from typing import TYPE_CHECKING, TypedDict

from django.db.models import Count, F, Prefetch, Q, QuerySet

from yinuo.core.calendar import TZ
from yinuo.core.masking import masked
from yinuo.engine.people.models import ProjectUnit
from yinuo.engine.work.models import WorkItem, WorkState
from yinuo.rooms.commitments.models import (
    Commitment,
    CommitmentReview,
    CommitmentState,
    CompletionState,
    CompletionVerification,
    Finding,
    Fulfilment,
    Objection,
)
from yinuo.rooms.commitments.queries import CommitmentShare, commitment_share, days_left
from yinuo.rooms.onemap.models import Submission
from yinuo.rooms.onemap.room import MapWork
from yinuo.rooms.projects import queries as projects
from yinuo.rooms.projects.models import Pledge, Project, ProjectKind, ProjectState

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

FRESH_SECONDS = 60
RESULTS = (CompletionState.PASSED, CompletionState.FAILED, CompletionState.RECTIFYING)
IN_NOTICE = (CommitmentState.NOTICE, CommitmentState.OBJECTED)


def has(field: str, term: str) -> Q:
    """The term anywhere in the field. Chinese has no case: then PostgreSQL compares the bytes, which is far cheaper."""
    return Q(**{f"{field}__{'icontains' if term.lower() != term.upper() else 'contains'}": term})


# -- the home page's figures


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of the county. `landing_days` None = nothing landed this year."""

    filed: int
    instant: int
    landed: int
    landing_days: int | None
    promises: CommitmentShare
    concluded: int
    on_time: int

    @property
    def promised_share(self) -> int | None:
        """In whole percent, rounded down: the target is not reached before it is."""
        share = self.promises.share
        return None if share is None else int(share * 100)

    @property
    def target_share(self) -> int:
        return int(self.promises.target * 100)

    @property
    def on_time_share(self) -> str:
        """In tenths of a percent, rounded down: 100 % means every one."""
        tenths = self.on_time * 1000 // self.concluded if self.concluded else 0
        return f"{tenths // 10}.{tenths % 10}" if tenths % 10 else str(tenths // 10)


_figures: tuple[float, date, Figures] | None = None


def forget() -> None:
    """Between tests."""
    global _figures
    _figures = None


def figures(now: datetime) -> Figures:
    """Counted at most once a minute per process: the home page is the one everybody opens."""
    global _figures
    day = now.astimezone(TZ).date()
    if _figures is None or time.monotonic() - _figures[0] > FRESH_SECONDS or _figures[1] != day:
        _figures = (time.monotonic(), day, _count(day))
    return _figures[2]


def _count(day: date) -> Figures:
    """Four readings. Filings of the quarter; landing, promises and limits of the year."""
    quarter = datetime(day.year, (day.month - 1) // 3 * 3 + 1, 1, tzinfo=TZ)
    year = datetime(day.year, 1, 1, tzinfo=TZ)
    filings = Project.objects.filter(kind=ProjectKind.FILING, filed_at__gte=quarter, code__isnull=False)
    filed = filings.aggregate(all=Count("id"), instant=Count("id", filter=Q(instant=True)))
    landed = [
        (landed_at.astimezone(TZ).date() - filed_at.astimezone(TZ).date()).days
        for filed_at, landed_at in Project.objects.filter(landed_at__gte=year).values_list("filed_at", "landed_at")
        if landed_at is not None
    ]
    limits = WorkItem.objects.filter(kind=MapWork.LIMIT, state=WorkState.DONE, closed_at__gte=year)
    done = limits.aggregate(
        all=Count("id"), on_time=Count("id", filter=Q(due_at__isnull=True) | Q(closed_at__lte=F("due_at")))
    )
    return Figures(
        filed=filed["all"],
        instant=filed["instant"],
        landed=len(landed),
        landing_days=median_low(landed) if landed else None,
        promises=commitment_share(year, year.replace(year=day.year + 1)),
        concluded=done["all"],
        on_time=done["on_time"],
    )


# -- the commitment zone


@dataclass(frozen=True, slots=True)
class ZoneLine:
    """A commitment in the zone. `days_left` counts the working days in which one may still object, today included.

    `checked` requirements have been verified, `met` of them were found kept; 0 where nobody looked them up.
    """

    id: int
    matter: str
    project: str
    unit: str
    grade: str
    department: str
    state: str
    word: str
    fulfilment: str
    fulfilment_word: str
    notice_from: datetime
    notice_until: datetime
    days_left: int
    credit_code: str = ""
    checked: int = 0
    met: int = 0


@dataclass(frozen=True, slots=True)
class PledgeLine:
    """A filing pledge, shown at once."""

    id: int
    project: str
    code: str
    credit_code: str
    unit: str
    grade: str
    on: date
    number: str
    word: str
    bad: bool


@dataclass(frozen=True, slots=True)
class ResultLine:
    """What a completion verification found of a project's promises."""

    id: int
    project: str
    code: str
    credit_code: str
    unit: str
    grade: str
    state: str
    word: str
    round: int
    on: date
    promised: int
    kept: int


HEAVY = ("requirements", "promises", "item__materials", "item__promisable_why", "item__after", "project__facts")


def published_commitments() -> QuerySet[Commitment]:
    """Every published commitment; the ones of a terminated project stay, marked."""
    return Commitment.objects.select_related("project__unit__credit", "item", "department")


def published_commitment(commitment_id: int) -> Commitment:
    """One with its findings, objections and reviews. Raises Commitment.DoesNotExist."""
    findings = Finding.objects.select_related("completion").order_by("round", "requirement", "id")
    rows = published_commitments().prefetch_related(
        Prefetch("findings", findings),
        Prefetch("objections", Objection.objects.order_by("id")),
        Prefetch("reviews", CommitmentReview.objects.order_by("round")),
    )
    return rows.get(pk=commitment_id)


def zone(search: str = "") -> QuerySet[Commitment]:
    """The zone's rows, without the long texts a list does not show."""
    found = published_commitments().defer(*HEAVY)
    for term in search.split():
        found = found.filter(has("project__name", term) | has("project__unit__name", term) | has("item__name", term))
    return found


def in_notice(now: datetime, search: str = "") -> QuerySet[Commitment]:
    """Those whose notice period runs, the one that ends first before the others; by the clock, not by a ticker."""
    return zone(search).filter(state__in=IN_NOTICE, notice_until__gt=now).order_by("notice_until", "id")


def after_notice(now: datetime, search: str = "") -> QuerySet[Commitment]:
    return zone(search).exclude(state__in=IN_NOTICE, notice_until__gt=now).order_by("-id")


def pledges(search: str = "") -> QuerySet[Pledge]:
    rows = Pledge.objects.filter(project__state__in=projects.PUBLIC_STATES).defer("project__facts")
    found = rows.select_related("project__unit__credit", "project__certificate").order_by("-id")
    for term in search.split():
        found = found.filter(has("project__name", term) | has("project__unit__name", term))
    return found


def verified(project: Project) -> dict[int, tuple[int, int]]:
    """Commitment → how many requirements were verified and how many kept, by the last word on each."""
    last: dict[tuple[int | None, int | None], bool] = {}
    findings = Finding.objects.filter(commitment__project=project, requirement__isnull=False).order_by("round", "id")
    for commitment_id, requirement, met in findings.values_list("commitment_id", "requirement", "met"):
        last[commitment_id, requirement] = met
    found: dict[int, tuple[int, int]] = {}
    for (verified_id, _requirement), met in last.items():
        checked, kept = found.get(verified_id or 0, (0, 0))
        found[verified_id or 0] = (checked + 1, kept + met)
    return found


class Counts(TypedDict):
    """How many commitments of the project were accepted, and how many of these were kept."""

    promised: int
    kept: int


def results(search: str = "") -> QuerySet[WithAnnotations[CompletionVerification, Counts]]:
    """Verifications with a result: passed, failed, or sent back to be put right."""
    decided = Q(project__commitments__state=CommitmentState.DECIDED)
    kept = decided & Q(project__commitments__fulfilment=Fulfilment.KEPT)
    found = (
        CompletionVerification.objects.filter(state__in=RESULTS)
        .select_related("project__unit__credit")
        .defer("project__facts")
        .annotate(
            promised=Count("project__commitments", filter=decided), kept=Count("project__commitments", filter=kept)
        )
        .order_by("-id")
    )
    for term in search.split():
        found = found.filter(has("project__name", term) | has("project__unit__name", term))
    return found


def zone_line(row: Commitment, now: datetime) -> ZoneLine:
    state = CommitmentState(row.state)
    running = state in IN_NOTICE and row.notice_until > now
    word = "公示期满" if state == CommitmentState.NOTICE and not running else row.state_word
    return ZoneLine(
        id=row.pk,
        matter=row.title,
        project=masked(row.project.name),
        unit=row.project.unit.name,
        grade=projects.grade_of(row.project),
        department=row.department.short_name,
        state=state.value,
        word=word,
        fulfilment=row.fulfilment if state == CommitmentState.DECIDED else "",
        fulfilment_word=row.fulfilment_word if state == CommitmentState.DECIDED else "",
        notice_from=row.notice_from,
        notice_until=row.notice_until,
        days_left=days_left(row, now),
        credit_code=row.project.unit.credit_code or "",
    )


def state_of(project: Project) -> tuple[str, bool]:
    """How a project stands, in a word, and whether the word is a warning."""
    if project.stopped_at is not None:
        return "停止建设", True
    return str(ProjectState(project.state).label), project.state in (ProjectState.WITHDRAWN, ProjectState.TERMINATED)


def pledge_line(row: Pledge) -> PledgeLine:
    project = row.project
    word, bad = state_of(project)
    return PledgeLine(
        id=row.pk,
        project=masked(project.name),
        code=project.code or "",
        credit_code=project.unit.credit_code or "",
        unit=project.unit.name,
        grade=projects.grade_of(project),
        on=row.at.astimezone(TZ).date(),
        number=project.certificate.number if hasattr(project, "certificate") else "",
        word=word,
        bad=bad,
    )


def result_line(row: WithAnnotations[CompletionVerification, Counts]) -> ResultLine:
    project = row.project
    return ResultLine(
        id=row.pk,
        project=masked(project.name),
        code=project.code or "",
        credit_code=project.unit.credit_code or "",
        unit=project.unit.name,
        grade=projects.grade_of(project),
        state=row.state,
        word=str(CompletionState(row.state).label),
        round=row.round,
        on=(row.concluded_at or row.applied_at).astimezone(TZ).date(),
        promised=row.promised,
        kept=row.kept,
    )


# -- projects and companies

# Of the facts only what a list shows is read; a project's facts are long.
LIGHT = (
    "id",
    "code",
    "name",
    "kind",
    "state",
    "stopped_at",
    "filed_at",
    "landed_at",
    "completed_at",
    "closed_at",
    "total_investment",
)
OF_UNIT = ("unit__name", "unit__credit_code", "unit__credit__grade")
OF_CERTIFICATE = ("certificate__number", "certificate__issued_at")


def published_projects(search: str = "") -> QuerySet[Project]:
    """Newest first.

    The units are found first and joined by their key, so that a large county is read once and not twice over.
    """
    rows = Project.objects.filter(state__in=projects.PUBLIC_STATES, unit__credit_code__isnull=False).order_by("-id")
    for term in search.split():
        rows = rows.filter(
            has("name", term) | Q(unit_id__in=ProjectUnit.objects.filter(has("name", term)).values("pk"))
        )
    return rows.select_related("unit__credit", "certificate").only(*LIGHT, *OF_UNIT, *OF_CERTIFICATE)


def published_units(search: str = "") -> QuerySet[ProjectUnit]:
    """Units with a published project, in the order of their ids."""
    public = Project.objects.filter(state__in=projects.PUBLIC_STATES).values("unit_id")
    rows = ProjectUnit.objects.filter(pk__in=public, credit_code__isnull=False).order_by("id")
    for term in search.split():
        rows = rows.filter(has("name", term))
    return rows.select_related("credit").only("name", "credit_code", "credit__grade")


# -- receipts


APPLICATION = ("accepted_at", "deemed_accepted", "outcome", "ended_at", "document_number", "delivered_at")
ITEM = ("name", "state", "application_id", "project__name", "project__state", "department__name", "department__phone")


def submission(receipt_no: str) -> Submission | None:
    return (
        Submission.objects.select_related("application__item__project", "application__item__department")
        # A mock approval is the hall's inner working (附件4·二(三)).
        .exclude(application__item__mock=True)
        .only(
            "number",
            "receipt_no",
            "at",
            *(f"application__{name}" for name in APPLICATION),
            *(f"application__item__{name}" for name in ITEM),
        )
        .filter(receipt_no=receipt_no)
        .first()
    )
