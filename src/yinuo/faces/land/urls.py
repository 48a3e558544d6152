"""Where the pages of this face are reached, and its part of the API."""

from __future__ import annotations

from django.urls import path

from yinuo.faces.land import api, public, staff, staff_input, staff_parcels, unit

STAFF = [
    path("parcels/", staff_parcels.parcels, name="parcels"),
    path("parcels/<int:parcel_id>/", staff.parcel, name="parcel"),
    path("land-inputs/<int:input_id>/", staff_input.land_input, name="land_input"),
]
UNIT = [
    path("projects/<int:project_id>/land/", unit.settle, name="project_land"),
    path("land/", unit.show, name="land"),
    path("land/<int:parcel_id>/", unit.parcel, name="land_parcel"),
]
PUBLIC = [
    path("parcels/", public.index, name="parcels"),
    path("parcels/<int:parcel_id>/", public.parcel, name="parcel"),
]
API = [("", api.router)]
