"""Where the pages of this face are reached, and its part of the API."""

from __future__ import annotations

from django.urls import path

from yinuo.faces.deficient import api, public, staff, unit

STAFF = [
    path("deficient/", staff.index, name="deficient"),
    path("deficient/tolerances/", staff.published, name="tolerances"),
    path("deficient/tolerances/<slug:matter_id>/", staff.publish, name="tolerance"),
    path("deficient/<int:deficient_id>/", staff.one, name="deficient_one"),
]
UNIT = [
    path("items/<int:item_id>/deficient/", unit.show, name="deficient"),
    path("items/<int:item_id>/deficient/supply/", unit.supply, name="deficient_supply"),
]
PUBLIC = [
    path("forms/deficient/<slug:form>/", public.form, name="gap_form"),
]
API = [("", api.router)]
