"""Where the pages of this face are reached, and its part of the API."""

from __future__ import annotations

from django.urls import path

from yinuo.faces.commitments import (
    api,
    api_completion,
    public,
    public_feed,
    staff,
    staff_closing,
    staff_completion,
    staff_reviews,
    staff_rulings,
    unit,
    unit_audit,
    unit_completion,
    unit_promises,
    unit_rulings,
)

STAFF = [
    path("commitments/reviews/", staff_reviews.reviews, name="promise_reviews"),
    path("commitments/<int:commitment_id>/", staff.commitment, name="commitment"),
    path("commitments/<int:commitment_id>/review/", staff_reviews.review, name="promise_review"),
    path("commitments/<int:commitment_id>/closing/", staff_closing.closing, name="promise_closing"),
    path("objections/<int:objection_id>/", staff.objection, name="objection"),
    path("difficulties/<int:difficulty_id>/", staff.difficulty, name="difficulty"),
    path("completion/<int:project_id>/", staff_completion.completion, name="completion"),
    path("commitments/<int:commitment_id>/ruling/", staff_rulings.propose, name="propose_ruling"),
    path("rulings/<int:ruling_id>/", staff_rulings.ruling, name="ruling"),
]
UNIT = [
    path("rulings/<int:ruling_id>/", unit_rulings.show, name="ruling"),
    path("projects/<int:project_id>/audit/", unit_audit.show, name="audit"),
    path("projects/<int:project_id>/completion/", unit_completion.show, name="completion"),
    path("items/<int:item_id>/commit/", unit.commit, name="commit"),
    path("items/<int:item_id>/commit/letter/", unit.letter, name="commit_letter"),
    path("items/<int:item_id>/commit/fulfilment/", unit.fulfilment, name="fulfilment"),
    path("items/<int:item_id>/commit/difficulty/", unit.difficulty, name="difficulty"),
    path("items/<int:item_id>/commit/regular/", unit.regular, name="regular"),
    path("promises/", unit_promises.show, name="promises"),
]
PUBLIC = [
    path("zone/", public.index, name="zone"),
    path("zone/feed/", public_feed.notices, name="zone_feed"),
    path("zone/<int:commitment_id>/", public.commitment, name="commitment"),
    path("objections/<str:receipt_no>/", public.objection, name="objection"),
]
API = [("", api.router), ("", api_completion.router)]
