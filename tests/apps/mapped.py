"""The county with a company's project whose map stands, made once: for files in which nearly every test begins with it.

A file takes these fixtures in place of the conftest's by importing them; what a test writes is taken back as ever.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.apps.county import Company, County, new_company, new_county
from tests.apps.test_onemap import guided
from yinuo.apps.catalogue import queries as catalogue
from yinuo.apps.projects.models import Project
from yinuo.apps.work import clocks

if TYPE_CHECKING:
    from pytest_django import DjangoDbBlocker

    from tests.database import TestDatabase

Place = tuple[County, Company, Project]


def build() -> Place:
    county, company = new_county(), new_company()
    return county, company, guided(county, company)


@pytest.fixture(scope="module")
def built(test_database: TestDatabase, django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Place]:
    with django_db_blocker.unblock():
        name, made = test_database.built(build)
        with test_database.pointing_at(name):
            yield made


@pytest.fixture
def place(built: Place, db: None) -> Place:
    catalogue.forget()
    clocks.forget_calendar()
    return copy.deepcopy(built)


@pytest.fixture
def county(place: Place) -> County:
    return place[0]


@pytest.fixture
def company(place: Place) -> Company:
    return place[1]


@pytest.fixture
def mapped(place: Place) -> Project:
    return place[2]
