"""What departments announce of their matters and who handles what, as it stands; decided on the staff's pages."""

from __future__ import annotations

from django.contrib import admin

from yinuo.engine.catalogue.models import CommitmentOffer, MatterHandler, Tolerance
from yinuo.engine.people.administration import ReadOnlyAdmin


@admin.register(CommitmentOffer)
class CommitmentOfferAdmin(ReadOnlyAdmin):
    list_display = ("matter_id", "department", "offered", "from_on", "to_on", "replaced_at", "basis")
    list_select_related = ("department",)


@admin.register(Tolerance)
class ToleranceAdmin(ReadOnlyAdmin):
    list_display = ("matter_id", "department", "days", "from_on", "to_on", "replaced_at", "basis")
    list_select_related = ("department",)


@admin.register(MatterHandler)
class MatterHandlerAdmin(ReadOnlyAdmin):
    list_display = ("matter_id", "department", "person", "from_on", "to_on")
    list_select_related = ("department", "person")
