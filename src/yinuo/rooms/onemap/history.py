"""What an item's page tells beside its present state: earlier applications, documents given later, remedies, and who
was reminded.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db.models import OuterRef, Q, QuerySet, Subquery

from yinuo.engine.notices.models import Message
from yinuo.engine.trail.models import Entry
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.onemap.models import Application, LaterDocument, MapItem, Remedy, SendBack, Submission
from yinuo.rooms.onemap.room import MapWork


def past_of(item: MapItem) -> list[Application]:
    """The applications before the present one, the last one first."""
    return sorted((one for one in item.applications.all() if one.again_at is not None), key=lambda one: -one.number)


def number_of(item: MapItem, past: Sequence[Application]) -> int:
    """Which application the item is in, or is open to; `past` as `past_of` has it."""
    return item.application.number if item.application is not None else len(past) + 1


def submissions_of(item: MapItem) -> list[Submission]:
    """Everything handed in for the item, application by application, in the order it came."""
    rows = [row for one in item.applications.all() for row in one.submissions.all()]
    return sorted(rows, key=lambda row: (row.application.number, row.number))


def send_backs_of(item: MapItem) -> list[SendBack]:
    """Every one-time notice of the item's applications, the last one first."""
    return sorted((row for one in item.applications.all() for row in one.send_backs.all()), key=lambda row: -row.pk)


def remedies_of(item: MapItem) -> list[Remedy]:
    """Every remedy entered on this item, the last one first; `answer_by` = until when a complaint is answered."""
    due = WorkItem.objects.filter(
        subject_kind=Remedy._meta.label_lower, subject_id=OuterRef("pk"), kind=MapWork.COMPLAINT
    )
    rows = Remedy.objects.filter(item=item).select_related("application", "entered_by", "concluded_by")
    return list(rows.annotate(answer_by=Subquery(due.values("due_at")[:1])).order_by("-id"))


def later_of(item: MapItem) -> list[LaterDocument]:
    """The requests for a document on a matter decided on a promise, the last one first."""
    return list(
        LaterDocument.objects.filter(application__item=item)
        .select_related("application__item", "submission", "person", "document")
        .order_by("-id")
    )


def later(asked_id: int) -> LaterDocument:
    """One request with all its page shows. Raises LaterDocument.DoesNotExist."""
    item = "application__item"
    found = LaterDocument.objects.select_related(
        f"{item}__project__unit__credit",
        f"{item}__project__hall",
        f"{item}__department",
        f"{item}__handler",
        f"{item}__application",
    )
    return found.select_related("submission__person", "person", "document").get(pk=asked_id)


def entries_of(item: MapItem) -> QuerySet[Entry]:
    """The trail of an item and of what hangs on it, the newest first."""
    about = Q(subject_kind=item._meta.label_lower, subject_id=str(item.pk)) | Q(data__item=item.pk)
    return Entry.objects.filter(about, project_code=item.project.code or "").order_by("-id")


def reminding_messages(item: MapItem, moments: Collection[datetime]) -> list[Message]:
    """The messages by which the item's term was called to mind at these moments, reader by reader."""
    rows = Message.objects.filter(
        project_code=item.project.code or "",
        template__in=["yellow", "due_today", "red", "urged"],
        queued_at__in=moments,
        page="staff:item",
        page_args={"item_id": item.pk},
    )
    return list(rows.select_related("person").order_by("person_id", "channel"))
