"""A row that names another does so by a foreign key, unless the other's room lies above or the key goes with a kind."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction

from tests.apps.county import County, at
from yinuo.engine.work.models import WorkItem

ARCHITECTURE = Path(__file__).resolve().parents[2] / "docs" / "ARCHITECTURE.md"
# Bare keys that stay, each with its reason in docs/ARCHITECTURE.md.
BARE = {
    "trail.Entry.person_id",
    "trail.Entry.department_id",
    "trail.Entry.unit_id",
    "trail.Seen.person_id",
    "trail.Seen.unit_id",
    "people.AuthorisedPerson.letter_id",
    "work.WorkItem.project_id",
    "catalogue.RegionalResult.assessment_id",
    "work.WorkItem.subject_id",
    "documents.Document.subject_id",
    "documents.Attachment.subject_id",
    "reviews.TrackService.subject_id",
    "credit.PointProposal.source_id",
    "infochain.Anchoring.chain_id",
}


def test_no_bare_integer_names_a_row_but_those_the_architecture_gives_a_reason_for() -> None:
    bare = {
        f"{model._meta.app_label}.{model.__name__}.{field.name}"
        for model in apps.get_models()
        if model.__module__.startswith("yinuo.")
        for field in model._meta.local_fields
        if isinstance(field, models.IntegerField)
        and not isinstance(field, models.AutoField)
        and field.name.endswith("_id")
    }
    assert bare == BARE
    told = ARCHITECTURE.read_text(encoding="utf-8")
    assert [name for name in sorted(BARE) if f"`{name.partition('.')[2]}`" not in told] == []


@pytest.mark.parametrize("missing", ["hall_id", "unit_id"])
def test_the_database_refuses_a_work_item_of_a_hall_or_unit_that_is_not_there(county: County, missing: str) -> None:
    moment = at("2026-11-06 09:00")

    def write() -> None:
        with transaction.atomic():
            WorkItem.objects.create(
                kind="question", subject_kind="projects.question", subject_id=1, title="答复", started_at=moment,
                rules_on=moment.date(), **{"hall_id": county.hall.pk, missing: 10**9},
            )  # fmt: skip
            connection.check_constraints()

    with pytest.raises(IntegrityError, match=missing):
        write()
