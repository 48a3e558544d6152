from __future__ import annotations

from django.urls import path

from yinuo.faces.reform import staff as reform

urlpatterns = [
    path("reform/", reform.reports, name="reform"),
    path("reform/<int:report_id>/", reform.report, name="reform_report"),
    path("reform/<int:report_id>/cases/", reform.cases, name="reform_cases"),
]
