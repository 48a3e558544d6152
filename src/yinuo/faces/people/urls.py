"""Where the pages of this face are reached, and its part of the API."""

from __future__ import annotations

from django.urls import path

from yinuo.faces.people import api, staff, staff_reserved

STAFF = [
    path("people/", staff.people, name="people"),
    path("reserved/", staff_reserved.reserved, name="reserved"),
    path("reserved/<int:unit_id>/", staff_reserved.code, name="reserved_code"),
    path("delegation/", staff.delegation, name="delegation"),
]
API = [("", api.router)]
