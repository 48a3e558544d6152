"""Where the pages of this face are reached, and its part of the API."""

from __future__ import annotations

from django.urls import path

from yinuo.faces.grants import api, staff, unit

STAFF = [
    path("nodes/", staff.nodes, name="nodes"),
    path("nodes/<int:node_id>/retire/", staff.retire, name="node_retire"),
    path("grants/", staff.orders, name="grants"),
    path("grants/new/", staff.order, name="grant_new"),
    path("grants/<int:grant_id>/withdraw/", staff.withdraw, name="grant_withdraw"),
]
UNIT = [
    path("grants/", unit.show, name="grants"),
    path("grants/new/", unit.give, name="grant_new"),
    path("grants/<int:grant_id>/withdraw/", unit.withdraw, name="grant_withdraw"),
]
API = [("", api.router)]
