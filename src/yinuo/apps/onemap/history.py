"""What an item's page tells beside its present state: earlier applications, documents given later, remedies, and who was reminded."""

from __future__ import annotations

from django.db.models import OuterRef, Subquery

from yinuo.apps.onemap.models import LaterDocument, MapItem, PastApplication, Remedy
from yinuo.apps.work.models import WorkItem, WorkKind


def past_of(item: MapItem) -> list[PastApplication]:
    """The applications that have ended without a grant, the last one first."""
    return list(PastApplication.objects.filter(item=item).order_by("-round"))


def remedies_of(item: MapItem) -> list[Remedy]:
    """Every remedy entered on this item, the last one first; `answer_by` = until when a complaint is answered."""
    due = WorkItem.objects.filter(subject_kind=Remedy._meta.label_lower, subject_id=OuterRef("pk"), kind=WorkKind.COMPLAINT)
    rows = Remedy.objects.filter(item=item).select_related("entered_by", "concluded_by")
    return list(rows.annotate(answer_by=Subquery(due.values("due_at")[:1])).order_by("-id"))


def later_of(item: MapItem) -> list[LaterDocument]:
    """The requests for a document on a matter decided on a promise, the last one first."""
    return list(LaterDocument.objects.filter(item=item).select_related("submission", "person", "document").order_by("-id"))


def later(asked_id: int) -> LaterDocument:
    """One request with all its page shows. Raises LaterDocument.DoesNotExist."""
    found = LaterDocument.objects.select_related("item__project__unit__credit", "item__project__hall", "item__department", "item__handler")
    return found.select_related("submission__person", "person", "document").get(pk=asked_id)
