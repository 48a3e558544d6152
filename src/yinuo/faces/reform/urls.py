"""Where the pages of this face are reached, and its part of the API."""

from __future__ import annotations

from django.urls import path

from yinuo.faces.reform import api, public, staff

STAFF = [
    path("reform/", staff.reports, name="reform"),
    path("reform/<int:report_id>/", staff.report, name="reform_report"),
    path("reform/<int:report_id>/cases/", staff.cases, name="reform_cases"),
]
PUBLIC = [
    path("reform/", public.index, name="reform"),
    path("reform/<int:publication_id>/", public.report, name="reform_report"),
    path("reform/<int:publication_id>/paper/", public.paper, name="reform_paper"),
]
API = [("", api.router)]
