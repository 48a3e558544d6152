"""The pack of known content for every test of the engines."""

from __future__ import annotations

import pytest

from tests.core.probe import a_pack
from yinuo.core.pack.types import Pack


@pytest.fixture(scope="session")
def pack() -> Pack:
    return a_pack()
