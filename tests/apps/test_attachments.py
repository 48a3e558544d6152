"""附件: which files a row uses is written once, in order, and whoever owns a file reads every place it is used in."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, reverse

from tests.apps.county import Company, County, at, new_company, new_county
from tests.apps.points import file_of
from tests.apps.test_commitments import AFTER, approve, promised
from tests.apps.test_credit_together import together
from tests.apps.test_onemap import guided, ready
from tests.beginnings import begins_with
from yinuo.engine.base import Refused
from yinuo.engine.documents.attachments import FileList, attach_files, load_files, own_files
from yinuo.engine.documents.models import Attachment, FileMark, FileRole, StoredFile
from yinuo.engine.documents.queries import own_uploads
from yinuo.engine.documents.usage import columns, places_of, role_words, told, uses_of
from yinuo.rooms.commitments.actions import report_fulfilment
from yinuo.rooms.commitments.models import FulfilmentReport
from yinuo.rooms.onemap.actions import submit_materials
from yinuo.rooms.onemap.models import MapItem, Submission

pytestmark = begins_with(guided)

LATER = at("2026-12-01 09:00")


def handed(company: Company, item: MapItem, file: int, **more: Any) -> Submission:
    rows = [{"id": material["id"], "file": file} for material in item.materials]
    return submit_materials(actor=company.actor, item_id=item.pk, materials=rows, at=at("2026-11-06 09:00"), **more)


# -- writing and reading


@begins_with(promised)
def test_files_keep_their_order_and_one_file_may_come_twice(county: County, company: Company) -> None:
    commitment = promised(county, company)
    approve(county, commitment)
    first, second = file_of(company.actor, AFTER, "甲.pdf"), file_of(company.actor, AFTER, "乙.pdf")
    chosen = [second, first, second]
    report = report_fulfilment(
        actor=company.actor, commitment_id=commitment.pk, text="已放线", evidence=chosen, at=LATER
    )
    assert [one.file for one in report.evidence] == chosen
    again = FulfilmentReport.objects.get(pk=report.pk)
    assert [(one.file, one.name) for one in again.evidence] == [
        (second, "乙.pdf"),
        (first, "甲.pdf"),
        (second, "乙.pdf"),
    ]
    assert [use.what for use in uses_of([second])[second]] == [f"履约报告：{commitment.item.name}"]


def test_material_keeps_the_name_the_matter_gave_it(county: County, company: Company) -> None:
    item = ready(guided(county, company))
    made = Submission.objects.get(pk=handed(company, item, file_of(company.actor, name="全套.pdf")).pk)
    assert [(one.id, one.name, one.file_name) for one in made.materials] == [
        (material["id"], material["name"], "全套.pdf") for material in item.materials
    ]


@begins_with(promised)
def test_the_lists_of_many_rows_are_read_in_one_query(county: County, company: Company) -> None:
    commitment = promised(county, company)
    approve(county, commitment)
    for number in range(3):
        file = file_of(company.actor, AFTER, f"{number}.pdf")
        report_fulfilment(
            actor=company.actor, commitment_id=commitment.pk, text=f"第{number}次", evidence=[file], at=LATER
        )
    rows = list(FulfilmentReport.objects.order_by("id"))
    with CaptureQueriesContext(connection) as asked:
        load_files(rows, Submission.objects.none())
        assert [[one.name for one in row.evidence] for row in rows] == [["0.pdf"], ["1.pdf"], ["2.pdf"]]
    assert len(asked) == 1


def test_a_list_is_written_once_and_by_attach_files_only(county: County, company: Company) -> None:
    item = ready(guided(county, company))
    made = handed(company, item, file_of(company.actor))
    with pytest.raises(IntegrityError, match="attachment_place_once"), transaction.atomic():
        attach_files(made, FileRole.MATERIAL, made.materials)
    with pytest.raises(AttributeError):
        made.materials = []  # type: ignore[misc]
    with pytest.raises(TypeError):
        Submission(materials=[])


def test_material_without_its_name_and_evidence_with_one_are_refused_by_the_database(
    county: County, company: Company
) -> None:
    file = file_of(company.actor)
    for role, material in (("material", ""), ("evidence", "site_plan")):
        with pytest.raises(IntegrityError, match="attachment_names_its_material"), transaction.atomic():
            Attachment.objects.create(
                file_id=file, subject_kind="x.y", subject_id=1, role=role, place=0, material=material
            )


@pytest.mark.parametrize("whose", ["another unit", "staff", "nobody"])
def test_a_file_of_somebody_else_is_refused(county: County, company: Company, whose: str) -> None:
    foreign = {
        "another unit": lambda: file_of(new_company("另一家").actor),
        "staff": lambda: file_of(county.actor("approver")),
        "nobody": lambda: 10**9,
    }[whose]()
    with pytest.raises(Refused) as refused:
        own_files([file_of(company.actor), foreign], unit_id=company.unit.pk, room="credit")
    assert (refused.value.code, refused.value.field) == ("credit.evidence", "evidence")


def test_who_is_no_person_has_no_uploads_not_even_the_papers_the_system_made(county: County) -> None:
    content = b"%PDF-1.7"
    paper = StoredFile.objects.create(
        sha256="0" * 64, name="a.pdf", content_type="application/pdf", size=len(content), content=content, at=AFTER
    )
    officer = county.actor("approver")
    own = file_of(officer)
    assert list(own_uploads(None, [paper.pk, own])) == []
    assert [row.pk for row in own_uploads(officer.person_id, [paper.pk, own])] == [own]


def test_two_who_report_at_once_each_keep_their_own_list(committed_db: str) -> None:
    county, company = new_county(), new_company()
    commitment = promised(county, company)
    approve(county, commitment)
    files = [[file_of(company.actor, AFTER, f"{who}{n}.pdf") for n in range(3)] for who in "甲乙"]
    together(
        *(
            lambda chosen=chosen: report_fulfilment(
                actor=company.actor, commitment_id=commitment.pk, text="已放线", evidence=chosen, at=LATER
            )
            for chosen in files
        )
    )
    kept = [[one.file for one in row.evidence] for row in FulfilmentReport.objects.all()]
    assert sorted(kept) == sorted(files)


# -- where a file is used


def test_where_files_are_used_is_one_query(county: County, company: Company, django_assert_num_queries: Any) -> None:
    item = ready(guided(county, company))
    file, unused = file_of(company.actor), file_of(company.actor, name="没用.pdf")
    made = handed(company, item, file)
    with django_assert_num_queries(1):
        places = places_of([file, unused])
    assert [(one.file, one.kind, one.subject, one.role) for one in places] == [
        (file, "onemap.submission", made.pk, "material")
    ]
    with django_assert_num_queries(2):
        found = uses_of([file, unused])
    assert found[unused] == []
    [use] = found[file]
    assert (use.what, use.about, use.at, use.open) == (f"申报：{item.name}", item.project.name, made.at, True)
    assert (use.page, use.key) == ("unit:item", item.pk)


def test_every_column_that_names_a_file_is_known_to_the_query() -> None:
    """Walks all models, so that a new key to a file, or a bare number called like one, cannot be forgotten."""
    known = {(field.model, field.name) for field in columns()}
    for model in apps.get_models():
        for field in model._meta.local_fields:
            to_file = field.is_relation and field.related_model is StoredFile
            bare = isinstance(field, models.IntegerField) and field.name in (
                "letter_id",
                "file_id",
                "scan_id",
                "report_file_id",
            )
            if (to_file and model not in (Attachment, FileMark)) or bare:
                assert (model, field.name) in known, f"{model.__name__}.{field.name}"
    assert len(known) >= 10


def test_every_place_a_file_is_used_in_has_words_and_a_page() -> None:
    kinds = {held.owner for held in FileList.known} | {field.model for field in columns()}
    assert {model._meta.label_lower for model in kinds} == set(told())
    for held in FileList.known:
        assert role_words(held.owner, held.role)
    for kind, use in told().items():
        assert list(use.rows([0])) == [], kind
        if use.page:
            try:
                reverse(use.page, args=[1] if use.key else [])
            except NoReverseMatch:
                pytest.fail(f"{kind}: {use.page}")


def test_no_model_has_a_json_column_called_like_a_list_of_files() -> None:
    for model in apps.get_models():
        for field in model._meta.local_fields:
            if isinstance(field, models.JSONField):
                assert field.name not in ("evidence", "approvals", "files", "attachments", "scans"), (
                    f"{model.__name__}.{field.name}"
                )
