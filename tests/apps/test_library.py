"""A unit's library of files: versions go forward, what is retired is no longer offered, nothing ever goes."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from tests.apps.county import Company, County, at, new_company
from tests.apps.test_onemap import PDF
from yinuo.engine.base import Forbidden, Refused
from yinuo.engine.documents.actions import replace_file, restore_file, retire_file, store_upload
from yinuo.engine.documents.models import FileMark, StoredFile
from yinuo.engine.documents.queries import in_use, library, versions
from yinuo.engine.trail.models import Entry

NOON = at("2026-11-06 12:00")


def upload(company: Company, note: bytes, name: str = "红线图.pdf") -> StoredFile:
    return store_upload(actor=company.actor, name=name, content=PDF + note, unit_id=company.unit.pk, at=NOON)


def offered(company: Company) -> list[int]:
    return [file.pk for file in in_use(company.unit.pk)]


def test_a_retired_file_is_kept_but_no_longer_offered_until_it_is_taken_back(county: County, company: Company) -> None:
    file = upload(company, b"1")
    retire_file(actor=company.actor, file_id=file.pk, at=NOON)
    retire_file(actor=company.actor, file_id=file.pk, at=NOON)
    assert offered(company) == []
    assert [row.standing for row in library(company.unit.pk)] == ["retired"]
    assert FileMark.objects.count() == 1
    restore_file(actor=company.actor, file_id=file.pk, at=NOON)
    restore_file(actor=company.actor, file_id=file.pk, at=NOON)
    assert offered(company) == [file.pk]
    assert list(
        Entry.objects.filter(verb__startswith="documents.mark").order_by("id").values_list("verb", flat=True)
    ) == [
        "documents.mark_retired",
        "documents.mark_restored",
    ]


def test_a_new_version_takes_the_place_of_the_old_one(county: County, company: Company) -> None:
    first, second, third = upload(company, b"1"), upload(company, b"2"), upload(company, b"3")
    replace_file(actor=company.actor, file_id=first.pk, newer_id=second.pk, at=NOON)
    replace_file(actor=company.actor, file_id=second.pk, newer_id=third.pk, at=NOON)
    replace_file(actor=company.actor, file_id=second.pk, newer_id=third.pk, at=NOON)
    assert offered(company) == [third.pk]
    assert FileMark.objects.count() == 2
    for file in (first, second, third):
        assert [row.pk for row in versions(file)] == [third.pk, second.pk, first.pk]


def test_a_file_of_its_own_is_a_line_of_one(county: County, company: Company) -> None:
    file = upload(company, b"1")
    upload(company, b"2")
    assert [row.pk for row in versions(file)] == [file.pk]


def test_the_same_bytes_and_an_older_file_are_no_new_version(county: County, company: Company) -> None:
    old, new, same = upload(company, b"1"), upload(company, b"2"), upload(company, b"1", "另一个名字.pdf")
    with pytest.raises(Refused) as refusal:
        replace_file(actor=company.actor, file_id=old.pk, newer_id=same.pk, at=NOON)
    assert refusal.value.code == "documents.same_file"
    with pytest.raises(Refused) as refusal:
        replace_file(actor=company.actor, file_id=new.pk, newer_id=old.pk, at=NOON)
    assert refusal.value.code == "documents.older_file"
    assert not FileMark.objects.exists()


def test_a_retired_file_made_the_newer_version_is_in_use_again(county: County, company: Company) -> None:
    old, new = upload(company, b"1"), upload(company, b"2")
    retire_file(actor=company.actor, file_id=new.pk, at=NOON)
    replace_file(actor=company.actor, file_id=old.pk, newer_id=new.pk, at=NOON)
    assert offered(company) == [new.pk]


def test_nobody_marks_another_units_file_nor_a_paper_issued(county: County, company: Company) -> None:
    file, other = upload(company, b"1"), new_company("积石山红崖建材有限公司")
    for act in (retire_file, restore_file):
        with pytest.raises(Forbidden):
            act(actor=other.actor, file_id=file.pk, at=NOON)
    paper = StoredFile.objects.create(
        sha256="0" * 64,
        name="备案证.pdf",
        content_type="application/pdf",
        size=1,
        content=b"1",
        unit=company.unit,
        at=NOON,
    )
    with pytest.raises(Forbidden):
        retire_file(actor=company.actor, file_id=paper.pk, at=NOON)


def test_the_database_refuses_a_version_that_goes_back_or_leads_nowhere(county: County, company: Company) -> None:
    old, new = upload(company, b"1"), upload(company, b"2")
    for values in (
        {"file": new, "kind": "replaced", "newer": old},
        {"file": old, "kind": "replaced"},
        {"file": old, "kind": "retired", "newer": new},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            FileMark.objects.create(**values, at=NOON)
