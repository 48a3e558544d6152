from __future__ import annotations

from django.urls import path

from yinuo.web.staff import dashboard, dashboard_cases, dashboard_wall

urlpatterns = [
    path("dashboard/", dashboard.overview, name="dashboard"),
    path("dashboard/wall/", dashboard_wall.wall, name="dashboard_wall"),
    path("dashboard/cases/<slug:source>/", dashboard_cases.cases, name="dashboard_cases"),
    path("dashboard/<slug:name>/", dashboard.part, name="dashboard_part"),
]
