"""What departments offer and who handles what, as it stands; both are decided on the staff's pages."""

from __future__ import annotations

from django.contrib import admin

from yinuo.apps.catalogue.models import CommitmentOffer, MatterHandler
from yinuo.apps.people.administration import ReadOnlyAdmin


@admin.register(CommitmentOffer)
class CommitmentOfferAdmin(ReadOnlyAdmin):
    list_display = ("matter_id", "department", "offered", "from_on", "to_on", "basis")
    list_select_related = ("department",)


@admin.register(MatterHandler)
class MatterHandlerAdmin(ReadOnlyAdmin):
    list_display = ("matter_id", "department", "person", "from_on", "to_on")
    list_select_related = ("department", "person")
