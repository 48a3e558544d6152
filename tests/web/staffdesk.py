"""What the tests of the staff's pages share: a county whose clock stands still, and somebody signed in."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from tests.apps.county import Company, County, at, new_company, new_county
from yinuo.engine.people.models import Membership, Person

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
SetClock = Callable[[str], datetime]


@pytest.fixture
def set_clock(monkeypatch: pytest.MonkeyPatch) -> SetClock:
    """Pages ask the clock; here it says what the test says."""

    def stand(text: str) -> datetime:
        moment = at(text)
        monkeypatch.setattr("django.utils.timezone.now", lambda: moment)
        return moment

    stand("2026-11-05 10:00")
    return stand


@pytest.fixture
def county(db: None) -> County:
    return new_county()


@pytest.fixture
def company(county: County) -> Company:
    return new_company()


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person, backend=BACKEND)
    return client


def desk(county: County, role: str, department: str = "development_reform", stage: str = "") -> Client:
    """Somebody with the role in the department, at their desk."""
    return signed_in(county.person(role, department, stage))


def of(membership: Membership) -> Client:
    return signed_in(membership.person)


def text_of(response: Any) -> str:
    return whole(response.content.decode())


def whole(page: str) -> str:
    """The page without what holds its dates together on one line."""
    return re.sub(r'<span class="nb">([^<]*)</span>', r"\1", page)
