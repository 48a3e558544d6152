"""Readings of the window: whose visit is open, what was done in one, what lies ready to be handed out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db.models import Case, Q, QuerySet, When

from yinuo.core.calendar import TZ
from yinuo.engine.base import NO_ROW, Actor, PageRef, StandIn
from yinuo.engine.documents.models import Document
from yinuo.engine.documents.queries import without_replaced
from yinuo.engine.people.models import ProjectUnit
from yinuo.engine.trail.models import Entry
from yinuo.engine.work.models import WorkItem, WorkState
from yinuo.rooms.commitments.models import Objection
from yinuo.rooms.commitments.room import CommitmentsPaper
from yinuo.rooms.onemap.models import MapItem, Submission
from yinuo.rooms.onemap.room import MapPaper, MapWork
from yinuo.rooms.projects.models import Project
from yinuo.rooms.projects.room import ProjectsPaper
from yinuo.rooms.window.models import Handout, HandoutLine, Visit
from yinuo.rooms.window.room import WindowPaper

# What the unit gave itself, has got at the counter already, or the hall keeps.
NEVER_HANDED_OUT = (
    *(WindowPaper.RECEIPT, WindowPaper.HANDOUT, MapPaper.DELIVERY),
    *(ProjectsPaper.POSTER, MapPaper.RECEIPT, CommitmentsPaper.LETTER),
)
SHOWN, FIRST = 40, 12


@dataclass(frozen=True, slots=True)
class Done:
    """One thing done in a visit: the trail's verb, about which project and matter, and the number it can be followed up
    by.
    """

    at: datetime
    verb: str
    project: Project | None
    matter: str
    receipt_no: str
    text: str


@dataclass(frozen=True, slots=True)
class Ready:
    """A document that may be handed out.

    `awaited`: its decision has not reached the unit; `taken_at`: last fetched at the window.
    """

    document: Document
    project_name: str
    awaited: bool
    taken_at: datetime | None


def end_of(at: datetime) -> datetime:
    """The end of the county's day, when a visit left open is over."""
    return datetime.combine(at.astimezone(TZ).date() + timedelta(days=1), time.min, TZ)


def is_open(visit: Visit, at: datetime) -> bool:
    return visit.closed_at is None and at < visit.ends_at


def open_of(person_id: int | None, hall_id: int | None, at: datetime) -> Visit | None:
    """The clerk's visitor of the moment."""
    found = Visit.objects.filter(clerk_id=person_id, hall_id=hall_id or NO_ROW, closed_at__isnull=True, ends_at__gt=at)
    return found.select_related("unit", "clerk", "department").first()


def acting_in(visit: Visit) -> Actor:
    """Whoever acts in the visit: the unit, by its clerk, at the window."""
    return Actor(visit.clerk_id, "unit", hall_id=visit.hall_id, unit_id=visit.unit_id, entrance="window", via=visit.via)


def stand_ins(actor: Actor, at: datetime) -> list[StandIn]:
    """For `YINUO_STAND_INS`: the unit of the clerk's open visit."""
    visit = open_of(actor.person_id, actor.hall_id, at)
    if visit is None:
        return []
    return [
        StandIn(
            acting_in(visit),
            visit.unit.name,
            visit.unit.credit_code or "",
            "窗口代申报",
            f"来访人 {visit.visitor}",
            PageRef("staff:window_visit", visit_id=visit.pk),
            PageRef("staff:window_close", visit_id=visit.pk),
            "结束来访",
        )
    ]


def one(visit_id: int) -> Visit:
    """Raises Visit.DoesNotExist."""
    return Visit.objects.select_related("unit", "clerk", "department__hall").get(pk=visit_id)


def by_receipt(receipt_no: str) -> Visit | None:
    return Visit.objects.select_related("unit", "department__hall").filter(receipt_no=receipt_no).first()


def of_day(hall_id: int | None, at: datetime) -> list[Visit]:
    """The hall's visits of the county's day, the latest first."""
    midnight = end_of(at) - timedelta(days=1)
    rows = Visit.objects.filter(
        hall_id=hall_id or NO_ROW, opened_at__gte=midnight, opened_at__lt=midnight + timedelta(days=1)
    )
    return list(rows.select_related("unit", "clerk").order_by("-opened_at")[:SHOWN])


def earlier_with(visit: Visit) -> int:
    """How often the same document was shown for the same unit before."""
    same = Visit.objects.filter(
        identity_digest=visit.identity_digest, unit_id=visit.unit_id, opened_at__lt=visit.opened_at
    )
    return same.count()


def units(search: str) -> QuerySet[ProjectUnit]:
    """By credit code, reservation number, a project's code, or a part of the name."""
    text = search.strip()
    where = Q(credit_code=text.upper()) | Q(reservation_no=text) | Q(projects__code=text)
    if len(text) > 1:
        where |= Q(name__icontains=text)
    return ProjectUnit.objects.filter(where).distinct().order_by("name", "id") if text else ProjectUnit.objects.none()


def done_in(visit: Visit) -> list[Done]:
    """What was done in a visit, in order. Five queries however much it was."""
    entries = list(Entry.objects.filter(via=visit.via).order_by("id"))
    codes = {row.project_code for row in entries if row.project_code}
    own = {int(row.subject_id) for row in entries if row.subject_kind == "projects.project"}
    projects = list(Project.objects.filter(Q(code__in=codes) | Q(pk__in=own)))
    by_code, by_id = {row.code: row for row in projects if row.code}, {row.pk: row for row in projects}
    about = {pk for row in entries if (pk := _item_of(row))}
    names = dict(MapItem.objects.filter(pk__in=about).values_list("pk", "name"))
    receipts = dict(
        Submission.objects.filter(
            pk__in=[int(row.subject_id) for row in entries if row.subject_kind == "onemap.submission"]
        ).values_list("pk", "receipt_no")
    )
    made = []
    for row in entries:
        key = int(row.subject_id) if row.subject_id.isdigit() else 0
        project = by_code.get(row.project_code) or (by_id.get(key) if row.subject_kind == "projects.project" else None)
        receipt = receipts.get(key, "") if row.subject_kind == "onemap.submission" else ""
        made.append(
            Done(
                row.at,
                row.verb,
                project,
                names.get(_item_of(row), ""),
                receipt or row.data.get("receipt_no", ""),
                row.why,
            )
        )
    return made


def _item_of(entry: Entry) -> int:
    if entry.subject_kind == "onemap.mapitem" and entry.subject_id.isdigit():
        return int(entry.subject_id)
    found = entry.data.get("item")
    return found if isinstance(found, int) else 0


def to_hand_out(unit_id: int, hall_id: int | None, most: int = FIRST) -> list[Ready]:
    """The unit's documents on projects of the hall: all it waits for, then the newest up to `most`. Four queries."""
    codes = dict(
        Project.objects.filter(unit_id=unit_id, hall_id=hall_id or NO_ROW, code__isnull=False).values_list(
            "code", "name"
        )
    )
    rows = without_replaced(
        Document.objects.filter(unit_id=unit_id, project_code__in=list(codes)).exclude(kind__in=NEVER_HANDED_OUT)
    )
    owed = set(owed_to(unit_id, hall_id).values_list("subject_kind", "subject_id"))
    waited_for = Q(kind=MapPaper.DECISION, subject_id__in=[pk for _, pk in owed])
    newest = rows.annotate(first=Case(When(waited_for, then=0), default=1)).order_by("first", "-issued_at", "-id")
    found = list(newest[: most + len(owed)])
    taken = dict(
        HandoutLine.objects.filter(document__in=found).order_by("id").values_list("document_id", "handout__at")
    )
    made = []
    for row in found:
        subject = (row.subject_kind, row.subject_id)
        awaited = row.kind == MapPaper.DECISION and subject in owed
        owed -= {subject} if awaited else set()
        made.append(Ready(row, codes[row.project_code], awaited, taken.get(row.pk)))
    return sorted(made, key=lambda ready: not ready.awaited)


def owed_to(unit_id: int, hall_id: int | None) -> QuerySet[WorkItem]:
    """The terms in which a decision has to reach the unit, still running."""
    return WorkItem.objects.filter(
        kind=MapWork.DELIVERY,
        unit_id=unit_id,
        hall_id=hall_id or NO_ROW,
        state__in=[WorkState.RUNNING, WorkState.PAUSED],
    ).order_by("due_at", "id")


def submission_of(receipt_no: str) -> Submission | None:
    return (
        Submission.objects.select_related("application__item__project__unit")
        .filter(receipt_no=receipt_no.strip().upper())
        .first()
    )


def objection_of(receipt_no: str) -> Objection | None:
    return (
        Objection.objects.select_related("commitment__project__unit")
        .filter(receipt_no=receipt_no.strip().upper())
        .first()
    )


def submissions_of(receipt_nos: Collection[str]) -> QuerySet[Submission]:
    """What was handed in under these numbers, with the state of its item alone."""
    rows = Submission.objects.filter(receipt_no__in=receipt_nos).select_related("application__item")
    return rows.only("receipt_no", "application__item__state")


def handout(handout_id: int) -> Handout:
    """Raises Handout.DoesNotExist."""
    return Handout.objects.select_related("visit").get(pk=handout_id)
