"""Projects as they stand, to be looked at; what changes them is done on the pages and by the interface."""

from __future__ import annotations

from django.contrib import admin

from yinuo.engine.people.administration import ReadOnlyAdmin
from yinuo.rooms.projects.models import Project


@admin.register(Project)
class ProjectAdmin(ReadOnlyAdmin):
    list_display = ("name", "code", "unit", "kind", "state", "rules_on", "filed_at")
    list_select_related = ("unit",)
    list_filter = ("state", "kind")
    search_fields = ("name", "code", "unit__name")
    ordering = ("-id",)
