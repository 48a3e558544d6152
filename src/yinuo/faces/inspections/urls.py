"""Where the pages of this face are reached, and its part of the API."""

from __future__ import annotations

from django.urls import path

from yinuo.faces.inspections import api, public, staff, staff_visit, unit

STAFF = [
    path("inspections/", staff.index, name="inspections"),
    path("inspections/inspectors/", staff.inspectors, name="inspectors"),
    path("inspections/plans/new/", staff.new, name="inspection_new"),
    path("inspections/plans/<int:plan_id>/", staff.plan, name="inspection_plan"),
    path("inspections/<int:inspection_id>/", staff_visit.inspection, name="inspection"),
]
UNIT = [
    path("inspections/", unit.show, name="inspections"),
    path("inspections/<int:inspection_id>/", unit.one, name="inspection"),
]
PUBLIC = [
    path("random-inspections/", public.index, name="inspections"),
    path("random-inspections/<int:plan_id>/", public.plan, name="inspection_plan"),
    path("random-inspections/<int:plan_id>/draw.json", public.draw_file, name="draw_file"),
    path("random-inspections/<int:plan_id>/<slug:leaf>.tlog-proof", public.proof, name="draw_proof"),
]
API = [("", api.router)]
