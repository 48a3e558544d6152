from __future__ import annotations

from django.urls import path

from yinuo.faces.oversight import (
    staff as warnings,
)
from yinuo.faces.oversight import (
    staff_clues as clues,
)
from yinuo.faces.oversight import (
    staff_records as records,
)
from yinuo.faces.oversight import (
    staff_shared as shared,
)

urlpatterns = [
    path("warnings/", warnings.warnings, name="warnings"),
    path("warnings/<int:warning_id>/", warnings.warning, name="warning"),
    path("projects/<int:project_id>/records/", records.records, name="records"),
    path("projects/<int:project_id>/records/new/<slug:kind>/", records.new, name="record_new"),
    path("records/<int:record_id>/", records.record, name="record"),
    path("shared/", shared.shared, name="shared"),
    path("clues/", clues.clues, name="clues"),
    path("clues/new/", clues.new, name="clue_new"),
    path("clues/<int:clue_id>/", clues.clue, name="clue"),
]
