"""Reports on the reform as they are read: those being drafted, and what was published."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import QuerySet

from yinuo.rooms.reform.models import Publication, ReformReport


def publications() -> QuerySet[Publication]:
    """The latest period first."""
    return Publication.objects.select_related("report__region").order_by("-report__begins", "-id")


def publication(publication_id: int) -> Publication:
    """Raises Publication.DoesNotExist."""
    return Publication.objects.select_related("report__region").get(pk=publication_id)


def reports(region_ids: Collection[int]) -> QuerySet[ReformReport]:
    """The reports of these regions, the latest period first."""
    rows = ReformReport.objects.filter(region__in=region_ids).select_related("region", "draft", "publication")
    return rows.order_by("-begins", "-id")


def report(report_id: int) -> ReformReport:
    """Raises ReformReport.DoesNotExist."""
    return ReformReport.objects.select_related("region", "draft", "publication").get(pk=report_id)
