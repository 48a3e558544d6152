from __future__ import annotations

from django.urls import path

from yinuo.web.staff import inspecting, inspections

urlpatterns = [
    path("inspections/", inspections.index, name="inspections"),
    path("inspections/inspectors/", inspections.inspectors, name="inspectors"),
    path("inspections/plans/new/", inspections.new, name="inspection_new"),
    path("inspections/plans/<int:plan_id>/", inspections.plan, name="inspection_plan"),
    path("inspections/<int:inspection_id>/", inspecting.inspection, name="inspection"),
]
