"""A company's project whose map stands, for files in which nearly every test begins with it: they are marked
`begins_with(guided)`.
"""

from __future__ import annotations

import pytest

from tests.apps.county import Company, County
from tests.apps.test_onemap import guided
from yinuo.rooms.projects.models import Project


@pytest.fixture
def mapped(county: County, company: Company) -> Project:
    return guided(county, company)
