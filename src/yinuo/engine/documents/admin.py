"""Papers that could not be made: why, and when each is tried again; nothing is written from here."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from yinuo.engine.documents.models import PaperFault
from yinuo.engine.people.administration import ReadOnlyAdmin


@admin.register(PaperFault)
class PaperFaultAdmin(ReadOnlyAdmin):
    list_display = ("kind", "number", "project_code", "said", "attempts", "first_at", "last_at", "retry_at", "made")
    ordering = ("-document__file_id", "-last_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[PaperFault]:
        return super().get_queryset(request).select_related("document").defer("document__data")

    @admin.display(description="文书")
    def kind(self, fault: PaperFault) -> str:
        return str(fault.document.get_kind_display())

    @admin.display(description="文号")
    def number(self, fault: PaperFault) -> str:
        return fault.document.number

    @admin.display(description="项目代码")
    def project_code(self, fault: PaperFault) -> str:
        return fault.document.project_code

    @admin.display(description="已制成", boolean=True)
    def made(self, fault: PaperFault) -> bool:
        return fault.document.file_id is not None
