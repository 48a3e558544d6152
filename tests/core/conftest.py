"""The pack of known content for every test of the engines."""

from __future__ import annotations

import pytest
from hypothesis import settings

from tests.core.probe import a_pack
from yinuo.core.pack.types import Pack

settings.register_profile("house", deadline=None)
settings.load_profile("house")


@pytest.fixture(scope="session")
def pack() -> Pack:
    return a_pack()
