"""Where the pages of this face are reached, and its part of the API."""

from __future__ import annotations

from django.urls import path

from yinuo.faces.window import api, staff, staff_account, staff_promise

STAFF = [
    path("window/", staff.desk, name="window"),
    path("window/units/new/", staff.unit, name="window_unit"),
    path("window/units/<int:unit_id>/open/", staff.open_one, name="window_open"),
    path("window/visits/<int:visit_id>/account/", staff_account.account, name="window_account"),
    path("window/visits/<int:visit_id>/items/<int:item_id>/promise/", staff_promise.promise, name="window_promise"),
    path(
        "window/visits/<int:visit_id>/items/<int:item_id>/promise/letter/",
        staff_promise.letter,
        name="window_promise_letter",
    ),
]
API = [("", api.router)]
