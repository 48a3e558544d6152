"""Where the pages of this face are reached, and its part of the API."""

from __future__ import annotations

from django.urls import path

from yinuo.faces.reviews import api, public, staff, unit

STAFF = [
    path("reviews/", staff.reviews, name="reviews"),
    path("reviews/<int:review_id>/", staff.review, name="service_review"),
    path("items/<int:item_id>/review-code/", staff.counter_code, name="review_code"),
]
UNIT = [
    path("items/<int:item_id>/review/", unit.review, name="review"),
    path("services/<int:service_id>/review/", unit.service, name="service_review"),
]
PUBLIC = [
    path("reviews/<str:token>/", public.review, name="review"),
]
API = [("", api.router)]
