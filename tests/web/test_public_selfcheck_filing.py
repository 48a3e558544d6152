"""From a self-check to a filing without retyping; nothing is kept before the secrecy declaration (F-5)."""

from __future__ import annotations

import html
import re
from urllib.parse import parse_qs

import pytest
from django.test import Client
from django.utils import timezone

from tests.apps.county import Company, County, new_company, new_county
from tests.web.test_public_selfcheck import DAY, FACTORY, NOW, page, url_of
from yinuo.faces.projects.handover import PREFIX, carried
from yinuo.rooms.projects.models import Draft
from yinuo.site import selfcheck_state
from yinuo.site.selfcheck_state import State


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def county(db: None) -> County:
    return new_county()


@pytest.fixture
def company(county: County) -> Company:
    return new_company()


def file_url() -> str:
    found = re.search(r'href="(/filing/[^"]+)"', page(url_of()))
    assert found
    return found[1]


def test_the_filing_asks_for_a_login_and_comes_back_with_the_answers(county: County) -> None:
    answer = Client().get(file_url())
    assert answer.status_code == 302
    assert "land_area" in answer.headers["Location"]


def test_the_answers_become_a_draft_only_after_the_secrecy_declaration(county: County, company: Company) -> None:
    client = Client()
    client.force_login(company.person, backend="allauth.account.auth_backends.AuthenticationBackend")
    first = html.unescape(client.get(file_url()).content.decode())
    answers = re.search(r'name="carried" value="([^"]+)"', first)
    assert answers
    assert not Draft.objects.exists()
    assert client.post("/filing/", {"secrecy": "classified", "carried": answers[1]}).status_code == 200
    assert not Draft.objects.exists()
    assert client.post("/filing/", {"secrecy": "none", "carried": answers[1]}).status_code == 302
    draft = Draft.objects.get()
    assert draft.facts["land_area"] == "26667"
    assert draft.facts["site"]["new_construction_land"] is True
    assert draft.facts["declarations"]["secret"] is False
    assert "unit" not in draft.facts
    assert 'value="2625"' in client.get(f"/filing/{draft.pk}/industry/").content.decode()


def test_a_filing_begun_without_a_check_is_as_it_was(county: County, company: Company) -> None:
    client = Client()
    client.force_login(company.person, backend="allauth.account.auth_backends.AuthenticationBackend")
    client.post("/filing/", {"secrecy": "none"})
    assert Draft.objects.get().facts == {"kind": "filing", "declarations": {"secret": False}}


def test_every_answer_of_a_full_check_arrives_in_the_draft(county: County) -> None:
    state = State({**FACTORY, "discharges": True, "water_intake": "0"}, DAY)
    query = {key: values[0] for key, values in parse_qs(selfcheck_state.handed_on(state)).items()}
    arrived = carried(query)
    assert arrived == {path: value for path, value in state.facts.items() if not path.startswith("unit.")}


def test_both_sides_speak_of_the_same_prefix() -> None:
    assert PREFIX == selfcheck_state.PREFIX
