"""Every reading of promises: the zone for everybody (never with a person's name), a promise, a completion, and the
share of promises.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, TypedDict

from django.db.models import Count, Max, Prefetch, Q, QuerySet

from yinuo.core.calendar import DAY, TZ
from yinuo.engine.base import NO_ROW, Actor
from yinuo.engine.documents.attachments import load_files
from yinuo.engine.rules import pack, roles
from yinuo.engine.work.clocks import calendar
from yinuo.engine.work.models import WorkItem, WorkState
from yinuo.engine.work.queries import open_by_subject
from yinuo.rooms.commitments.auditing import needs_audit, settled
from yinuo.rooms.commitments.inspection import Point, points_of
from yinuo.rooms.commitments.models import (
    AuditReport,
    AuditState,
    Commitment,
    CommitmentReview,
    CommitmentState,
    CompletionVerification,
    Difficulty,
    Finding,
    Fulfilment,
    FulfilmentReport,
    Objection,
    ObjectionState,
    Ruling,
    RulingState,
)
from yinuo.rooms.commitments.room import CommitmentsWork
from yinuo.rooms.onemap.models import GuidanceAnswer, GuidanceKind, ItemState, MapItem, Route
from yinuo.rooms.projects.models import Project, ProjectState

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

PENDING_STATES = (CommitmentState.NOTICE, CommitmentState.OBJECTED, CommitmentState.DECIDABLE)
PUBLISHED = [CommitmentState.NOTICE, CommitmentState.OBJECTED]
# Who looks over the whole hall.
WATCHING = ("supervisor", "general_convener", "comprehensive")


@dataclass(frozen=True, slots=True)
class ZoneRow:
    """A promise as everybody may read it.

    `days_left`: working days of the notice still to come, today's included; 0 = over.
    """

    id: int
    matter: str
    department: str
    project: str
    project_code: str
    unit: str
    credit_code: str
    state: str
    state_label: str
    fulfilment: str
    fulfilment_label: str
    signing: str
    signed_at: datetime
    notice_until: datetime
    days_left: int
    decided_at: datetime | None
    objections: int

    @property
    def in_notice(self) -> bool:
        return self.days_left > 0


@dataclass(frozen=True, slots=True)
class ZonePage:
    """`after` opens the next page, "" = no more."""

    rows: list[ZoneRow]
    after: str


class ObjectionCount(TypedDict):
    objection_count: int


def _public() -> QuerySet[WithAnnotations[Commitment, ObjectionCount]]:
    """What the zone needs and no more: the columns that name persons are not even read."""
    rows = Commitment.objects.select_related("item", "department", "project__unit").annotate(
        objection_count=Count("objections")
    )
    return rows.defer(
        "requirements", "promises", "signed_by", "item__materials", "item__promisable_why", "project__facts"
    )


def zone(now: datetime, *, state: str = "", search: str = "", after: str = "", size: int = 30) -> ZonePage:
    """In notice first, the soonest to end on top; then the others, newest first. By keyset, without totals."""
    rows = _public()
    if state:
        rows = rows.filter(state=state)
    if search.strip():
        text = search.strip()
        found = (
            Q(project__name__icontains=text) | Q(project__unit__name__icontains=text) | Q(item__name__icontains=text)
        )
        rows = rows.filter(found | Q(project__code=text))
    open_to_objection = Q(state__in=PUBLISHED, notice_until__gt=now)
    current = rows.filter(open_to_objection).order_by("notice_until", "id")
    others = rows.exclude(open_to_objection).order_by("-id")
    if after:
        stamp, _, last = after.partition("_")
        if stamp == "rest":
            current, others = current.none(), others.filter(id__lt=int(last))
        else:
            moment = datetime.fromisoformat(stamp)
            current = current.filter(Q(notice_until__gt=moment) | Q(notice_until=moment, id__gt=int(last)))
    taken = list(current[: size + 1])
    first = len(taken)
    if first <= size:
        taken += list(others[: size + 1 - first])
    page = taken[:size]
    if len(taken) <= size:
        return ZonePage([_row(commitment, now) for commitment in page], "")
    last_one = page[-1]
    cursor = f"{last_one.notice_until.isoformat()}_{last_one.pk}" if len(page) <= first else f"rest_{last_one.pk}"
    return ZonePage([_row(commitment, now) for commitment in page], cursor)


def _row(commitment: WithAnnotations[Commitment, ObjectionCount], now: datetime) -> ZoneRow:
    project = commitment.project
    return ZoneRow(
        id=commitment.pk,
        matter=commitment.title,
        department=commitment.department.name,
        project=project.name,
        project_code=project.code or "",
        unit=project.unit.name,
        credit_code=project.unit.credit_code or "",
        state=commitment.state,
        state_label=commitment.state_word,
        fulfilment=commitment.fulfilment,
        fulfilment_label=commitment.get_fulfilment_display(),
        signing=commitment.signing,
        signed_at=commitment.signed_at,
        notice_until=commitment.notice_until,
        days_left=days_left(commitment, now),
        decided_at=commitment.decided_at,
        objections=commitment.objection_count,
    )


def days_left(commitment: Commitment, now: datetime) -> int:
    """Working days until the notice ends, counting today; 0 once it is over or the promise is no longer published."""
    if commitment.state not in PUBLISHED or now >= commitment.notice_until:
        return 0
    today, last = now.astimezone(TZ).date(), commitment.notice_until.astimezone(TZ).date()
    return max(calendar().working_days_between(today, last + DAY), 1)


@dataclass(frozen=True, slots=True)
class PublicReview:
    """A review as everybody may read it: the words for the whole and for each requirement, without remarks, files and
    names.
    """

    round: int
    on: date
    outcome: str
    outcome_label: str
    points: tuple[str, ...]


def public_review(row: CommitmentReview) -> PublicReview:
    return PublicReview(
        row.round, row.on, row.outcome, row.get_outcome_display(), tuple(point["outcome"] for point in row.points)
    )


@dataclass(frozen=True, slots=True)
class CommitmentPage:
    """One promise as its public page shows it: what was promised, its reports and how each requirement was found."""

    row: ZoneRow
    requirements: tuple[str, ...]
    promises: tuple[str, ...]
    standard_version: str
    letter_number: str
    letter_sha256: str
    reports: tuple[tuple[datetime, str], ...]
    findings: tuple[Finding, ...]
    reviews: tuple[PublicReview, ...]
    takes_objections: bool


def public_page(commitment_id: int, now: datetime) -> CommitmentPage:
    """Raises Commitment.DoesNotExist."""
    commitment = (
        Commitment.objects.select_related("item", "department", "project__unit", "letter")
        .annotate(objection_count=Count("objections"))
        .get(pk=commitment_id)
    )
    row = _row(commitment, now)
    return CommitmentPage(
        row=row,
        requirements=tuple(commitment.requirements),
        promises=tuple(commitment.promises),
        standard_version=commitment.standard_version,
        letter_number=commitment.letter.data["number"],
        letter_sha256=commitment.letter_sha256,
        reports=tuple(FulfilmentReport.objects.filter(commitment=commitment).order_by("id").values_list("at", "text")),
        findings=tuple(Finding.objects.filter(commitment=commitment).order_by("id")),
        reviews=tuple(
            public_review(row) for row in CommitmentReview.objects.filter(commitment=commitment).order_by("round")
        ),
        takes_objections=row.in_notice,
    )


def one(commitment_id: int) -> Commitment:
    """A promise with all that its unit and department work with. Raises Commitment.DoesNotExist."""
    found: Commitment = (
        Commitment.objects.select_related(
            *("item", "department", "project__unit__credit", "project__hall", "letter", "signed_by", "paper", "option"),
            "closing__by",
        )
        .prefetch_related(
            Prefetch("objections", Objection.objects.order_by("id")),
            Prefetch("difficulties", Difficulty.objects.select_related("reported_by", "handled_by").order_by("id")),
            Prefetch("reviews", CommitmentReview.objects.select_related("by").order_by("-round")),
            Prefetch("reports", FulfilmentReport.objects.select_related("person").order_by("id")),
            Prefetch("findings", Finding.objects.select_related("by").order_by("id")),
        )
        .get(pk=commitment_id)
    )
    load_files(found.reviews.all(), found.reports.all(), found.findings.all())
    if (closing := getattr(found, "closing", None)) is not None:
        load_files([closing])
    return found


def of_project(project_id: int) -> list[Commitment]:
    """Every promise of a project in the map's order, withdrawn ones too."""
    rows = Commitment.objects.filter(project_id=project_id).select_related("item", "department", "letter", "paper")
    return list(rows.order_by("item__position", "id"))


def of_item(item_id: int) -> list[Commitment]:
    """The promises given for one matter, the present one first."""
    return list(Commitment.objects.filter(item_id=item_id).select_related("department", "letter").order_by("-id"))


def promised_matters(project_id: int) -> list[str]:
    """The names of the matters whose promise binds or waits for its decision."""
    rows = Commitment.objects.filter(project_id=project_id, state__in=[*PENDING_STATES, CommitmentState.DECIDED])
    return [commitment.title for commitment in rows.select_related("item").order_by("item__position", "id")]


def items_promised(project_id: int) -> dict[int, int]:
    """The item each promise of a project is about."""
    return dict(Commitment.objects.filter(project_id=project_id).values_list("pk", "item_id"))


def open_difficulties(item_id: int) -> list[Difficulty]:
    """The difficulties reported on the item's promises that nobody has handled yet."""
    return list(Difficulty.objects.filter(commitment__item_id=item_id, handled_at__isnull=True).order_by("id"))


class PromiseProgress(TypedDict):
    """When the last report came (None = none yet), and how many difficulties are open."""

    reported_at: datetime | None
    open_difficulties: int


def promises_of(unit_id: int) -> QuerySet[WithAnnotations[Commitment, PromiseProgress]]:
    """The unit's promises, newest first, each with its last report and what is open on it."""
    return (
        Commitment.objects.filter(project__unit_id=unit_id)
        .select_related("item", "department", "project", "project__completion")
        .defer("promises", "item__materials", "item__promisable_why", "project__facts")
        .annotate(
            reported_at=Max("reports__at"),
            open_difficulties=Count("difficulties", filter=Q(difficulties__handled_at__isnull=True), distinct=True),
        )
        .order_by("-id")
    )


def difficulty(difficulty_id: int) -> Difficulty:
    """With who reported it and who answered. Raises Difficulty.DoesNotExist."""
    return Difficulty.objects.select_related("reported_by", "handled_by").get(pk=difficulty_id)


@dataclass(frozen=True, slots=True)
class ObjectionReply:
    """What the holder of a receipt number may read: the objection's course, not who it was."""

    receipt_no: str
    commitment_id: int
    matter: str
    department: str
    project: str
    text: str
    raised_at: datetime
    state: str
    state_label: str
    answer: str
    answered_at: datetime | None


def objection_by_receipt(receipt_no: str) -> ObjectionReply:
    """Raises Objection.DoesNotExist."""
    found = Objection.objects.select_related("commitment__item", "commitment__department", "commitment__project")
    objection = found.get(receipt_no=receipt_no.strip().upper())
    commitment = objection.commitment
    return ObjectionReply(
        receipt_no=objection.receipt_no,
        commitment_id=commitment.pk,
        matter=commitment.item.name,
        department=commitment.department.name,
        project=commitment.project.name,
        text=objection.text,
        raised_at=objection.raised_at,
        state=objection.state,
        state_label=objection.get_state_display(),
        answer=objection.answer,
        answered_at=objection.answered_at,
    )


def objection(objection_id: int) -> Objection:
    """For the department that answers; whether its reader may know who objected, access says.

    Raises Objection.DoesNotExist.
    """
    found = Objection.objects.select_related(
        "commitment__item", "commitment__department", "commitment__project__unit", "answered_by"
    )
    return found.get(pk=objection_id)


def open_objections(commitment_id: int) -> list[Objection]:
    return list(Objection.objects.filter(commitment_id=commitment_id, state=ObjectionState.OPEN).order_by("id"))


# -- reviews of promises that run

COMING_DAYS = 30
PAGE = 40


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """A promise that waits for its review (`work`), will soon (`on`), or one that was done (`review`)."""

    commitment: Commitment
    on: date | None = None
    work: WorkItem | None = None
    review: CommitmentReview | None = None


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """`after` opens the next page, "" = no more."""

    rows: list[ReviewLine]
    after: str


def reviews_of(actor: Actor, now: datetime, *, view: str = "due", after: str = "", size: int = PAGE) -> ReviewPage:
    """`view`: due (the most urgent first), coming (within COMING_DAYS), done (the latest first). By keyset, in two
    queries.

    An office its own, the watchers their hall's. Raises ValueError for a key that is none.
    """
    lines = {"due": _due, "coming": _coming, "done": _done}[view]
    return lines(actor, now, after, size)


def _in_reach(actor: Actor, rows: QuerySet[Commitment]) -> QuerySet[Commitment]:
    rows = rows.select_related("item", "department", "project__unit")
    if actor.role in ("approver", "principal"):
        return rows.filter(department_id=actor.department_id or NO_ROW)
    return rows.filter(project__hall_id=actor.hall_id or NO_ROW) if actor.role in WATCHING else rows.none()


def _due(actor: Actor, now: datetime, after: str, size: int) -> ReviewPage:
    works = WorkItem.objects.filter(
        kind=CommitmentsWork.REVIEW, state__in=[WorkState.RUNNING, WorkState.PAUSED]
    ).order_by("due_at", "id")
    if actor.role in ("approver", "principal"):
        works = works.filter(department_id=actor.department_id or NO_ROW)
    else:
        works = works.filter(hall_id=actor.hall_id or NO_ROW) if actor.role in WATCHING else works.none()
    if after:
        stamp, _, last = after.partition("_")
        moment = datetime.fromisoformat(stamp)
        if moment.tzinfo is None:
            raise ValueError(after)
        works = works.filter(Q(due_at__gt=moment) | Q(due_at=moment, id__gt=int(last)))
    found = list(works[: size + 1])
    known = Commitment.objects.select_related("item", "department", "project__unit").in_bulk(
        [work.subject_id for work in found]
    )
    rows = [ReviewLine(known[work.subject_id], work=work) for work in found[:size]]
    last_one = found[size - 1] if len(found) > size else None
    return ReviewPage(
        rows, f"{last_one.due_at.isoformat()}_{last_one.pk}" if last_one is not None and last_one.due_at else ""
    )


def _coming(actor: Actor, now: datetime, after: str, size: int) -> ReviewPage:
    until = now.astimezone(TZ).date() + timedelta(days=COMING_DAYS)
    rows = _in_reach(actor, Commitment.objects.filter(review_on__lte=until)).order_by("review_on", "id")
    if after:
        stamp, _, last = after.partition("_")
        day = date.fromisoformat(stamp)
        rows = rows.filter(Q(review_on__gt=day) | Q(review_on=day, id__gt=int(last)))
    found = list(rows[: size + 1])
    lines = [ReviewLine(commitment, on=commitment.review_on) for commitment in found[:size]]
    return ReviewPage(lines, f"{lines[-1].on}_{found[size - 1].pk}" if len(found) > size else "")


def _done(actor: Actor, now: datetime, after: str, size: int) -> ReviewPage:
    reach = _in_reach(actor, Commitment.objects.all()).values("pk")
    rows = CommitmentReview.objects.filter(commitment__in=reach).select_related(
        "by", "commitment__item", "commitment__department", "commitment__project__unit"
    )
    if after:
        rows = rows.filter(pk__lt=int(after))
    found = list(rows.order_by("-id")[: size + 1])
    return ReviewPage(
        [ReviewLine(row.commitment, review=row) for row in found[:size]],
        str(found[size - 1].pk) if len(found) > size else "",
    )


# -- completion


@dataclass(frozen=True, slots=True)
class CompletionPart:
    """One promise with its requirements, or one verification of its own."""

    item: MapItem
    commitment: Commitment | None
    points: tuple[Point, ...]

    @property
    def met(self) -> int:
        return sum(point.met is True for point in self.points)


@dataclass(frozen=True, slots=True)
class CompletionView:
    completion: CompletionVerification
    parts: tuple[CompletionPart, ...]
    waiting_departments: tuple[str, ...]

    @property
    def points(self) -> list[Point]:
        return [point for part in self.parts for point in part.points]

    @property
    def pending(self) -> list[Point]:
        return [point for point in self.points if point.pending(self.completion.round)]


def completion(completion_id: int) -> CompletionVerification:
    """Raises CompletionVerification.DoesNotExist."""
    return CompletionVerification.objects.get(pk=completion_id)


def completion_of(project_id: int) -> CompletionView | None:
    """The project's completion, promise by promise; None = not applied for.

    In five queries, however much there is to verify.
    """
    completion = (
        CompletionVerification.objects.select_related("project__unit__credit", "project__hall", "applied_by")
        .filter(project_id=project_id)
        .first()
    )
    if completion is None:
        return None
    parts: dict[tuple[int, int | None], list[Point]] = {}
    for point in points_of(completion):
        parts.setdefault((point.item.pk, point.commitment.pk if point.commitment else None), []).append(point)
    waiting = GuidanceAnswer.objects.filter(
        guidance__project_id=project_id, guidance__kind=GuidanceKind.COMPLETION, answered_at__isnull=True
    )
    return CompletionView(
        completion=completion,
        parts=tuple(CompletionPart(points[0].item, points[0].commitment, tuple(points)) for points in parts.values()),
        waiting_departments=tuple(waiting.order_by("department_id").values_list("department__short_name", flat=True)),
    )


def completion_applied(projects: Collection[Project]) -> set[int]:
    """Of these projects those for which completion was applied for."""
    return set(CompletionVerification.objects.filter(project__in=projects).values_list("project_id", flat=True))


# -- the share of promises (C-8)


def waits_for_closing(commitment: Commitment) -> bool:
    """Whether its department is to say how it stands, since its project has ended."""
    waiting = WorkItem.objects.filter(
        subject_kind=Commitment._meta.label_lower,
        subject_id=commitment.pk,
        kind=CommitmentsWork.CLOSING,
        state__in=[WorkState.RUNNING, WorkState.PAUSED],
    )
    return commitment.waits_for_closing and waiting.exists()


def rulings_of(commitment: Commitment) -> list[Ruling]:
    return list(commitment.rulings.select_related("proposed_by", "answered_by", "lifts", "document").order_by("-id"))


def may_be_ruled(commitment: Commitment) -> bool:
    """Whether help and rectification have been tried, or the promise was found broken: then a ruling may be proposed
    (附件2·第十四条).
    """
    if commitment.state != CommitmentState.DECIDED or commitment.project.state not in (
        ProjectState.FILED,
        ProjectState.CONFIRMED,
    ):
        return False
    return commitment.fulfilment == Fulfilment.BROKEN or any(row.outcome for row in commitment.difficulties.all())


def made_rulings(project_id: int) -> list[Ruling]:
    """Of a whole project, the latest first: what everybody may read."""
    rows = Ruling.objects.filter(commitment__project_id=project_id, state=RulingState.MADE)
    return list(rows.select_related("commitment__item", "commitment__department", "lifts").order_by("-id"))


def ruling(ruling_id: int) -> Ruling:
    """Raises Ruling.DoesNotExist."""
    related = ("commitment__project__unit", "commitment__project__hall", "commitment__item", "commitment__department")
    return Ruling.objects.select_related(*related, "proposed_by", "answered_by", "lifts", "document").get(pk=ruling_id)


def lift_request(ruling: Ruling) -> WorkItem | None:
    """The unit's request to lift the stop, while it waits for an answer; not locked."""
    return open_by_subject(Ruling, [ruling.pk], kind=CommitmentsWork.LIFT_REQUEST).get(ruling.pk)


def standing_stops(project_id: int) -> list[Ruling]:
    """The rulings by which the project's building is stopped now."""
    rows = Ruling.objects.filter(commitment__project_id=project_id, state=RulingState.MADE, measures__contains=["stop"])
    return list(rows.exclude(lifted_by__state=RulingState.MADE).order_by("id"))


@dataclass(frozen=True, slots=True)
class AuditStanding:
    """Where a public project's audit stands: the reports handed in, newest first, and whether another may be."""

    reports: tuple[AuditReport, ...]
    open: bool

    @property
    def latest(self) -> AuditReport | None:
        return self.reports[0] if self.reports else None

    @property
    def words(self) -> str:
        return self.latest.get_state_display() if self.latest else "还没有提交"


def audit_of(project: Project) -> AuditStanding | None:
    """None where the project's points need no audit."""
    if not needs_audit(project):
        return None
    reports = tuple(
        AuditReport.objects.filter(project=project).select_related("handed_by", "checked_by").order_by("-id")
    )
    load_files(reports)
    waits = any(report.state == AuditState.HANDED_IN for report in reports)
    alive = project.state in (ProjectState.CONFIRMED, ProjectState.COMPLETED)
    return AuditStanding(reports, alive and not waits and not settled(project))


@dataclass(frozen=True, slots=True)
class CommitmentShare:
    """Off-list matters granted in a span, and how many of them on a promise; `share` None = there were none."""

    off_list: int
    promised: int
    target: Fraction
    cites: list[str]

    @property
    def share(self) -> Fraction | None:
        return Fraction(self.promised, self.off_list) if self.off_list else None

    @property
    def reached(self) -> bool:
        return self.share is not None and self.share >= self.target


def commitment_share(first: datetime, end: datetime, *, hall_id: int | None = None) -> CommitmentShare:
    """办理率: of all matters off the negative list granted in [first, end), offered or not, the share granted on a
    promise.

    A span that begins before the rules is told by those of their first day. Counted for the kinds of projects the
    reform has reached; the filing itself is not a matter one promises for.
    """
    day = max(first.astimezone(TZ).date(), pack().valid_from)
    rule = pack().parameter("kpi.commitment_share", day)
    kinds = list(pack().parameter("commitment.kinds", day).value)
    granted = MapItem.objects.filter(
        state=ItemState.GRANTED,
        application__ended_at__gte=first,
        application__ended_at__lt=end,
        project__kind__in=kinds,
        promisable_why__outcome__listed=False,
    ).exclude(matter_id=roles().filing_matter)
    if hall_id is not None:
        granted = granted.filter(project__hall_id=hall_id)
    counted = granted.aggregate(off_list=Count("id"), promised=Count("id", filter=Q(route=Route.COMMITMENT)))
    return CommitmentShare(
        counted["off_list"], counted["promised"], Fraction(str(rule.value)), pack().cite_texts(rule.cites)
    )
