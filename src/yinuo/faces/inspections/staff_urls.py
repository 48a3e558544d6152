from __future__ import annotations

from django.urls import path

from yinuo.faces.inspections import staff as inspections
from yinuo.faces.inspections import staff_visit as inspecting

urlpatterns = [
    path("inspections/", inspections.index, name="inspections"),
    path("inspections/inspectors/", inspections.inspectors, name="inspectors"),
    path("inspections/plans/new/", inspections.new, name="inspection_new"),
    path("inspections/plans/<int:plan_id>/", inspections.plan, name="inspection_plan"),
    path("inspections/<int:inspection_id>/", inspecting.inspection, name="inspection"),
]
