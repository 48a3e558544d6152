"""Scores and what moved them, to be looked at: three people move points, and none of them here."""

from __future__ import annotations

from django.contrib import admin

from yinuo.engine.people.administration import ReadOnlyAdmin
from yinuo.rooms.credit.models import CreditEvent, CreditHead, PointProposal


@admin.register(CreditHead)
class CreditHeadAdmin(ReadOnlyAdmin):
    list_display = ("unit", "score", "grade", "seq")
    list_select_related = ("unit",)
    search_fields = ("unit__name", "unit__credit_code")


@admin.register(CreditEvent)
class CreditEventAdmin(ReadOnlyAdmin):
    list_display = ("unit", "seq", "type", "on", "points", "score_after", "grade_after", "why")
    list_select_related = ("unit",)
    search_fields = ("unit__name", "unit__credit_code", "project_code")
    ordering = ("-id",)


@admin.register(PointProposal)
class PointProposalAdmin(ReadOnlyAdmin):
    list_display = ("unit", "type", "state", "expected_points", "project_code", "proposed_at")
    list_select_related = ("unit",)
    list_filter = ("state", "type")
    ordering = ("-id",)
