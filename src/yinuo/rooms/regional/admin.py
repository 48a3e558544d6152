"""Assessments and the fee ledger as they stand; both are worked on the staff's pages."""

from __future__ import annotations

from django.contrib import admin

from yinuo.engine.people.administration import ReadOnlyAdmin
from yinuo.rooms.regional.models import FeeEntry, RegionalAssessment


@admin.register(RegionalAssessment)
class AssessmentAdmin(ReadOnlyAdmin):
    list_display = ("zone", "matter_id", "department", "state", "document_number")
    list_select_related = ("zone", "department")


@admin.register(FeeEntry)
class FeeEntryAdmin(ReadOnlyAdmin):
    list_display = ("at", "assessment", "kind", "payer", "project", "amount", "voucher")
    list_select_related = ("assessment", "project")
