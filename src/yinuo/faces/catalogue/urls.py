"""Where the pages of this face are reached, and its part of the API."""

from __future__ import annotations

from django.urls import path

from yinuo.faces.catalogue import staff

STAFF = [
    path("offers/", staff.offers, name="offers"),
    path("offers/<slug:matter_id>/", staff.offer, name="offer"),
]
