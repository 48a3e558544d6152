"""What the information chain was told of decisions, as it would be told now: an audit compares the two."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from yinuo.rooms.onemap.actions.external import GRANTED, REFUSED
from yinuo.rooms.onemap.models import (
    ENDED,
    ExternalResult,
    ItemState,
    LaterDocument,
    LaterState,
    MapItem,
    Outcome,
    Route,
)
from yinuo.rooms.projects.models import FilingCertificate

Leaves = Sequence[tuple[str, dict[str, Any]]]
Standing = tuple[str, tuple[str, ...]]


def decisions_now(leaves: Leaves) -> list[dict[str, Any] | None]:
    """By project and matter: the decision of that number, be it in force or one that has been revoked or applied for
    anew since.
    """
    items = MapItem.objects.filter(
        project__code__in={label for label, _ in leaves}, matter_id__in={said["matter"] for _, said in leaves}
    )
    known = {
        (item.project.code, item.matter_id): item
        for item in items.select_related("project", "application").prefetch_related("applications")
    }
    return [
        {} if ":" in label else _decided(known.get((label, said["matter"])), said["document_number"])
        for label, said in leaves
    ]


def _decided(item: MapItem | None, number: str) -> dict[str, Any] | None:
    if item is None:
        return None
    if item.present.document_number == number:
        granted = item.state == ItemState.GRANTED or (item.state == ItemState.EXEMPT and item.route == Route.REGIONAL)
        return {"document_number": number, "granted": granted, "route": item.route}
    if item.share_ended == number:
        return {"document_number": number, "granted": True}
    past = next((one for one in item.applications.all() if one.document_number == number), None)
    return (
        None
        if past is None
        else {"document_number": number, "granted": past.outcome in (Outcome.REVOKED, Outcome.UNSHARED)}
    )


def decisions_standing() -> Iterator[Standing]:
    """Every matter that is decided, but the filing, whose certificate has a leaf of its own; of those another system
    decided the ones for which no result of it is kept.
    """
    items = (
        MapItem.objects.filter(state__in=ENDED)
        .exclude(application__document_number="")
        .exclude(state=ItemState.CANCELLED)
    )
    sent = set(ExternalResult.objects.values_list("application_id", "body__document_number"))
    filed = set(FilingCertificate.objects.values_list("project_id", "number"))
    for item in items.select_related("project", "application").iterator():
        number = item.present.document_number
        if (item.application_id, number) not in sent and (item.project_id, number) not in filed:
            yield item.project.code or "", (item.matter_id, number)


def later_now(leaves: Leaves) -> list[dict[str, Any] | None]:
    """Documents given, or declined, after a decision on a promise."""
    rows = LaterDocument.objects.filter(
        application__item_id__in={said["item"] for _, said in leaves}, document__isnull=False
    )
    known = {
        (row.application.item_id, row.document.number): {"granted": row.state == LaterState.ISSUED}
        for row in rows.select_related("application", "document")
        if row.document is not None
    }
    return [known.get((said["item"], said["document_number"])) for _, said in leaves]


def later_standing() -> Iterator[Standing]:
    rows = LaterDocument.objects.filter(document__isnull=False)
    for code, item, number in rows.values_list(
        "application__item__project__code", "application__item_id", "document__number"
    ):
        yield code or "", (str(item), number)


def results_standing() -> Iterator[Standing]:
    rows = ExternalResult.objects.filter(status_code__in=(*GRANTED, *REFUSED)).select_related("item__project")
    for row in rows:
        yield row.item.project.code or "", (str(row.item_id), row.system, row.body.get("document_number", ""))


def results_now(leaves: Leaves) -> list[dict[str, Any] | None]:
    """Results another system sent."""
    rows = ExternalResult.objects.filter(item_id__in={said["item"] for _, said in leaves})
    known = {(row.item_id, row.system, row.status_code, row.body.get("document_number")): row.body for row in rows}
    return [
        known.get((said["item"], said["system"], said["status_code"], said["document_number"])) for _, said in leaves
    ]
