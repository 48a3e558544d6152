from __future__ import annotations

from django.urls import path

from yinuo.faces.halls import staff as scores
from yinuo.faces.halls import staff_reports as score_reports

urlpatterns = [
    path("scores/", scores.scores, name="scores"),
    path("scores/publish/", scores.publish, name="publish_bulletin"),
    path("scores/report/", score_reports.report, name="report_events"),
    path("scores/report/table.csv", score_reports.table, name="report_table"),
    path("scores/points/<int:manual_id>/", scores.manual, name="manual_points"),
]
