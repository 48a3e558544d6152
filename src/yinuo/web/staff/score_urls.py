from __future__ import annotations

from django.urls import path

from yinuo.web.staff import reform, score_reports, scores

urlpatterns = [
    path("reform/", reform.reports, name="reform"),
    path("reform/<int:report_id>/", reform.report, name="reform_report"),
    path("reform/<int:report_id>/cases/", reform.cases, name="reform_cases"),
    path("scores/", scores.scores, name="scores"),
    path("scores/publish/", scores.publish, name="publish_bulletin"),
    path("scores/report/", score_reports.report, name="report_events"),
    path("scores/report/table.csv", score_reports.table, name="report_table"),
    path("scores/points/<int:manual_id>/", scores.manual, name="manual_points"),
]
