"""What was sent to whom and whether it left; nothing is written or sent from here."""

from __future__ import annotations

from django.contrib import admin

from yinuo.engine.notices.models import Message
from yinuo.engine.people.administration import ReadOnlyAdmin


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    list_display = ("subject", "channel", "state", "person", "unit", "queued_at", "sent_at", "attempts", "error")
    list_select_related = ("person", "unit")
    list_filter = ("state", "channel")
    ordering = ("-queued_at",)
