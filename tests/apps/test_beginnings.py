"""tests/beginnings.py keeps what it promises: what was made is there once, as it was made, and what a test writes is
taken back.
"""

from __future__ import annotations

import pytest

from tests.apps.county import new_company, new_county
from tests.apps.test_onemap import guided
from tests.beginnings import begins_with
from yinuo.engine.trail.models import Entry
from yinuo.rooms.projects.models import Project


def begin_and_file_another() -> None:
    assert Project.objects.count() == 1
    county, company, before = new_county(), new_company(), Entry.objects.count()
    project = guided(county, company)
    assert Entry.objects.count() == before > 0, "nothing was done anew"
    assert list(Project.objects.all()) == [project]
    assert project.unit == company.unit and project.hall == county.hall
    assert county.people["approver", "ecology"].department.hall == county.hall
    second = guided(county, new_company("另一家公司"))
    assert second.unit != company.unit and Entry.objects.count() > before
    county.people.clear()
    project.name = "改过的"
    project.save()


@begins_with(guided)
@pytest.mark.parametrize("time", ["first", "second"])
def test_each_begins_with_the_project_as_it_was_made(db: None, time: str) -> None:
    begin_and_file_another()


@begins_with(guided)
@pytest.mark.parametrize("time", ["first", "second"])
def test_so_does_one_that_commits(committed_db: str, time: str) -> None:
    begin_and_file_another()


def test_one_without_the_mark_begins_with_nothing(db: None) -> None:
    assert not Project.objects.exists()
    company = new_company()
    assert guided(new_county(), company).unit == company.unit
    assert Project.objects.count() == 1
