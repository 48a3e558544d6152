"""Where the pages of this face are reached, and its part of the API."""

from __future__ import annotations

from django.urls import path

from yinuo.faces.regional import api, public, staff, staff_fees, staff_zones, unit

STAFF = [
    path("zones/", staff_zones.desk, name="zones"),
    path("zones/new/", staff_zones.new, name="zone_new"),
    path("zones/<int:zone_id>/", staff_zones.zone, name="zone"),
    path("zones/<int:zone_id>/begin/", staff_zones.begin, name="zone_begin"),
    path("assessments/<int:assessment_id>/", staff.show, name="assessment"),
    path("regional/fees/", staff_fees.ledger, name="regional_fees"),
    path("projects/<int:project_id>/regional-fee/", staff_fees.settle, name="regional_fee"),
]
UNIT = [
    path("items/<int:item_id>/share/", unit.share, name="item_share"),
]
PUBLIC = [
    path("regional/", public.index, name="regional"),
    path("regional/<int:result_id>/", public.result, name="regional_result"),
    path("regional/<int:result_id>/report/", public.report, name="regional_report"),
    path("regional/<int:result_id>/paper/", public.paper, name="regional_paper"),
]
API = [("", api.router)]
