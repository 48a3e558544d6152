"""The filled county of the public pages, for all files that look at it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pytest_django import DjangoDbBlocker

    from tests.database import TestDatabase
    from tests.web.populated import Populated


@pytest.fixture(scope="module")
def filled(
    test_database: TestDatabase, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[Populated]:
    """The county is filled once for all: it takes a second or two."""
    from tests.web.populated import populate
    from yinuo.engine.catalogue import queries as catalogue

    with django_db_blocker.unblock():
        name, made = test_database.built(populate)
        with test_database.pointing_at(name):
            yield made
    catalogue.forget()


@pytest.fixture
def populated(filled: Populated, monkeypatch: pytest.MonkeyPatch) -> Iterator[Populated]:
    from django.utils import timezone

    from tests.web.populated import NOW, taken_back

    monkeypatch.setattr(timezone, "now", lambda: NOW)
    with taken_back(filled) as made:
        yield made
