from __future__ import annotations

from django.urls import path

from yinuo.faces.figures import (
    staff as dashboard,
)
from yinuo.faces.figures import (
    staff_cases as dashboard_cases,
)
from yinuo.faces.figures import (
    staff_wall as dashboard_wall,
)

urlpatterns = [
    path("dashboard/", dashboard.overview, name="dashboard"),
    path("dashboard/wall/", dashboard_wall.wall, name="dashboard_wall"),
    path("dashboard/cases/<slug:source>/", dashboard_cases.cases, name="dashboard_cases"),
    path("dashboard/<slug:name>/", dashboard.part, name="dashboard_part"),
]
