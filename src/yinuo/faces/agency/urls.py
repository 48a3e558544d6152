"""Where the pages of this face are reached, and its part of the API."""

from __future__ import annotations

from django.urls import path

from yinuo.faces.agency import api, public, staff, staff_bodies, staff_package, staff_province, unit

STAFF = [
    path("agency/", staff.desk, name="agency"),
    path("agency/bodies/", staff_bodies.bodies, name="agency_bodies"),
    path("agency/province/", staff_province.province, name="agency_province"),
    path("agency/applications/<int:application_id>/", staff.application, name="agency_request"),
    path("agency/<int:agreement_id>/", staff.service, name="agency_service"),
    path("agency/<int:agreement_id>/package/", staff_package.package, name="agency_package"),
]
UNIT = [
    path("projects/<int:project_id>/agency/", unit.show, name="agency"),
    path("projects/<int:project_id>/agency/apply/", unit.apply, name="agency_apply"),
]
PUBLIC = [
    path("agency/", public.agency, name="agency"),
]
API = [("", api.router)]
