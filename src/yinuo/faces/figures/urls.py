"""Where the pages of this face are reached, and its part of the API."""

from __future__ import annotations

from django.urls import path

from yinuo.faces.figures import api, public, staff, staff_cases, staff_wall

STAFF = [
    path("dashboard/", staff.overview, name="dashboard"),
    path("dashboard/wall/", staff_wall.wall, name="dashboard_wall"),
    path("dashboard/cases/<slug:source>/", staff_cases.cases, name="dashboard_cases"),
    path("dashboard/<slug:name>/", staff.part, name="dashboard_part"),
]
PUBLIC = [
    path("figures/", public.index, name="figures"),
]
API = [("", api.router)]
