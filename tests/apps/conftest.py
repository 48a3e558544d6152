from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.apps.county import Company, County


@pytest.fixture
def county(db: None) -> County:
    from tests.apps.county import new_county

    return new_county()


@pytest.fixture
def company(county: County) -> Company:
    from tests.apps.county import new_company

    return new_company()
