"""What the public may read of projects, across the rooms.

Everything a template gets from here is a record of published fields: no person, telephone, address of a person or report text
is among them, so no page can show one by mistake.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import date, datetime
from statistics import median_low

from django.db.models import Count, F, Q, QuerySet

from yinuo.apps.commitments.models import Commitment, CommitmentState, CompletionState, CompletionVerification, Finding, Fulfilment
from yinuo.apps.commitments.queries import CommitmentShare, commitment_share, days_left
from yinuo.apps.onemap.models import CONCLUDED, MapItem, Submission
from yinuo.apps.projects import queries as projects
from yinuo.apps.projects.access import FILING_DEPARTMENT
from yinuo.apps.projects.models import Pledge, ProgressReport, Project, ProjectKind, ProjectState, ReportKind
from yinuo.apps.rules import pack
from yinuo.apps.work.models import WorkItem, WorkKind, WorkState
from yinuo.core.calendar import TZ
from yinuo.core.grades import GradeAnswer, named_grade
from yinuo.core.schema import FACTS
from yinuo.web.public.masking import masked

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
    limits = WorkItem.objects.filter(kind=WorkKind.LIMIT, state=WorkState.DONE, closed_at__gte=year)
    done = limits.aggregate(all=Count("id"), on_time=Count("id", filter=Q(due_at__isnull=True) | Q(closed_at__lte=F("due_at"))))
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
    void: bool


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


def results(search: str = "") -> QuerySet[CompletionVerification]:
    """Verifications with a result: passed, failed, or sent back to be put right."""
    decided = Q(project__commitments__state=CommitmentState.DECIDED)
    kept = decided & Q(project__commitments__fulfilment=Fulfilment.KEPT)
    found = (
        CompletionVerification.objects.filter(state__in=RESULTS)
        .select_related("project__unit__credit")
        .defer("project__facts")
        .annotate(promised=Count("project__commitments", filter=decided), kept=Count("project__commitments", filter=kept))
        .order_by("-id")
    )
    for term in search.split():
        found = found.filter(has("project__name", term) | has("project__unit__name", term))
    return found


def zone_line(row: Commitment, now: datetime) -> ZoneLine:
    state = CommitmentState(row.state)
    running = state in IN_NOTICE and row.notice_until > now
    word = "公示期满" if state == CommitmentState.NOTICE and not running else str(state.label)
    return ZoneLine(
        id=row.pk,
        matter=row.item.name,
        project=masked(row.project.name),
        unit=row.project.unit.name,
        grade=projects.grade_of(row.project),
        department=row.department.short_name,
        state=state.value,
        word=word,
        fulfilment=row.fulfilment if state == CommitmentState.DECIDED else "",
        fulfilment_word=str(Fulfilment(row.fulfilment).label) if state == CommitmentState.DECIDED else "",
        notice_from=row.notice_from,
        notice_until=row.notice_until,
        days_left=days_left(row, now),
        credit_code=row.project.unit.credit_code or "",
    )


def verified(project: Project) -> dict[int, tuple[int, int]]:
    """Commitment → how many requirements were verified and how many kept, by the last word on each."""
    last: dict[tuple[int | None, int | None], bool] = {}
    findings = Finding.objects.filter(commitment__project=project, requirement__isnull=False).order_by("round", "id")
    for commitment_id, requirement, met in findings.values_list("commitment_id", "requirement", "met"):
        last[commitment_id, requirement] = met
    found: dict[int, tuple[int, int]] = {}
    for (commitment_id, _requirement), met in last.items():
        checked, kept = found.get(commitment_id or 0, (0, 0))
        found[commitment_id or 0] = (checked + 1, kept + met)
    return found


def pledge_line(row: Pledge) -> PledgeLine:
    project = row.project
    return PledgeLine(
        id=row.pk,
        project=masked(project.name),
        code=project.code or "",
        credit_code=project.unit.credit_code or "",
        unit=project.unit.name,
        grade=projects.grade_of(project),
        on=row.at.astimezone(TZ).date(),
        number=project.certificate.number if hasattr(project, "certificate") else "",
        word=str(ProjectState(project.state).label),
        void=project.state in (ProjectState.WITHDRAWN, ProjectState.TERMINATED),
    )


def result_line(row: CompletionVerification) -> ResultLine:
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
        promised=row.promised,  # type: ignore[attr-defined]
        kept=row.kept,  # type: ignore[attr-defined]
    )


# -- the page behind the QR code


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
    look: GradeAnswer | None
    state: str
    word: str
    valid: bool
    ended_on: date | None
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
    """Eight readings whatever the project holds, the one that found it included."""
    facts, certificate = project.facts, getattr(project, "certificate", None)
    pledge = Pledge.objects.filter(project=project).values_list("at", flat=True).first()
    items = MapItem.objects.filter(project=project).aggregate(
        done=Count("id", filter=Q(state__in=CONCLUDED)), total=Count("id", filter=~Q(state="cancelled"))
    )
    reports = ProgressReport.objects.filter(project=project).order_by("on", "id").only("on", "kind", "percent")
    rows = zone().filter(project=project).order_by("id")
    counts = verified(project)
    successor = Project.objects.filter(replaces=project, state__in=projects.PUBLIC_STATES).select_related("unit").first()
    graded = certificate is not None
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
        starts=str(facts.get("planned_start_on", "") or ""),
        ends=str(facts.get("planned_finish_on", "") or ""),
        policy=_policy(facts),
        grade=grade,
        look=named_grade(grade, pack(), now.astimezone(TZ).date()) if grade else None,
        state=project.state,
        word=str(ProjectState(project.state).label),
        valid=not ended and successor is None,
        ended_on=_day(project.closed_at) if ended else None,
        landed_on=_day(project.landed_at),
        started_on=project.started_on,
        completed_on=_day(project.completed_at),
        done=items["done"],
        total=items["total"],
        reports=tuple(ReportLine(row.on, str(ReportKind(row.kind).label), row.percent) for row in reports),
        commitments=tuple(_with_verification(zone_line(row, now), counts) for row in rows),
        pledged_on=_day(pledge),
        successor=_linked(successor),
        predecessor=_linked(project.replaces) if project.replaces_id else None,
        issuer=pack().departments[FILING_DEPARTMENT].name,
    )


def _with_verification(line: ZoneLine, counts: dict[int, tuple[int, int]]) -> ZoneLine:
    checked, met = counts.get(line.id, (0, 0))
    return replace(line, checked=checked, met=met)


def _policy(facts: dict[str, object]) -> str:
    declared = facts.get("declarations")
    value = declared.get("catalogue_class") if isinstance(declared, dict) else None
    return FACTS["declarations.catalogue_class"].choices.get(str(value), "")


def _linked(project: Project | None) -> Linked | None:
    if project is None or not project.code or not project.unit.credit_code:
        return None
    return Linked(project.name, project.code, project.unit.credit_code)


def _day(moment: datetime | None) -> date | None:
    return moment.astimezone(TZ).date() if moment else None


# -- receipts


def submission(receipt_no: str) -> Submission | None:
    return (
        Submission.objects.select_related("item__project", "item__department")
        .only(
            "number",
            "receipt_no",
            "at",
            "item__name",
            "item__state",
            "item__received_at",
            "item__accepted_at",
            "item__deemed_accepted",
            "item__concluded_at",
            "item__document_number",
            "item__delivered_at",
            "item__project__name",
            "item__project__state",
            "item__department__name",
            "item__department__phone",
        )
        .filter(receipt_no=receipt_no)
        .first()
    )
