"""Where the pages of this face are reached, and its part of the API."""

from __future__ import annotations

from django.urls import path

from yinuo.faces.credit import api, staff, staff_evaluations, staff_public, staff_queue, unit

STAFF = [
    path("credit/", staff_queue.queue, name="credit"),
    path("credit/public/", staff_public.show, name="public_credit"),
    path("credit/evaluations/", staff_evaluations.evaluations, name="evaluations"),
    path("credit/evaluations/table/", staff_evaluations.table, name="evaluation_table"),
    path("credit/evaluations/<int:batch_id>/", staff_evaluations.batch, name="evaluation_batch"),
    path("credit/propose/", staff.propose, name="propose"),
    path("credit/<int:proposal_id>/", staff.proposal, name="proposal"),
    path("reliefs/<int:relief_id>/", staff.relief, name="relief"),
    path("units/<int:unit_id>/credit/", staff.unit, name="unit_credit"),
]
UNIT = [
    path("credit/", unit.show, name="credit"),
    path("credit/<int:event_id>/relief/", unit.relief, name="relief"),
    path("credit/reliefs/<int:relief_id>/review/", unit.review, name="review_relief"),
]
API = [("", api.router)]
