"""Where the pages of this face are reached, and its part of the API."""

from __future__ import annotations

from django.urls import path

from yinuo.faces.oversight import api, staff, staff_clues, staff_records, staff_shared, unit

STAFF = [
    path("warnings/", staff.warnings, name="warnings"),
    path("warnings/<int:warning_id>/", staff.warning, name="warning"),
    path("projects/<int:project_id>/records/", staff_records.records, name="records"),
    path("projects/<int:project_id>/records/new/<slug:kind>/", staff_records.new, name="record_new"),
    path("records/<int:record_id>/", staff_records.record, name="record"),
    path("shared/", staff_shared.shared, name="shared"),
    path("clues/", staff_clues.clues, name="clues"),
    path("clues/new/", staff_clues.new, name="clue_new"),
    path("clues/<int:clue_id>/", staff_clues.clue, name="clue"),
]
UNIT = [
    path("warnings/<int:warning_id>/", unit.show, name="warning"),
]
API = [("", api.router)]
