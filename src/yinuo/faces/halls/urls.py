"""Where the pages of this face are reached, and its part of the API."""

from __future__ import annotations

from django.urls import path

from yinuo.faces.halls import api, public, public_bulletins, staff, staff_reports

STAFF = [
    path("scores/", staff.scores, name="scores"),
    path("scores/publish/", staff.publish, name="publish_bulletin"),
    path("scores/report/", staff_reports.report, name="report_events"),
    path("scores/report/table.csv", staff_reports.table, name="report_table"),
    path("scores/points/<int:manual_id>/", staff.manual, name="manual_points"),
]
PUBLIC = [
    path("halls/", public.index, name="halls"),
    path("halls/<int:hall_id>/", public.hall, name="hall"),
    path("halls/bulletins/", public_bulletins.index, name="bulletins"),
    path("halls/bulletins/<int:bulletin_id>/", public_bulletins.bulletin, name="bulletin"),
    path("halls/bulletins/<int:bulletin_id>/paper/", public_bulletins.paper, name="bulletin_paper"),
    path("halls/honours/", public_bulletins.honours, name="honours"),
]
API = [("", api.router)]
