"""What the script of the forms asks about the session, and what a form meets that comes without one."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client

from tests.apps.county import new_company, new_county
from tests.web.unit_desk import BACKEND, signed_in
from yinuo.ui.acting import SESSION_KEY

BEGAN = 1_794_000_000


@pytest.fixture
def client(db: None, monkeypatch: pytest.MonkeyPatch) -> Client:
    new_county()
    made = signed_in(new_company().person)
    monkeypatch.setattr("time.time", lambda: BEGAN)
    made.get("/messages/")
    monkeypatch.setattr("time.time", lambda: BEGAN + 1000)
    return made


def test_asking_how_long_the_session_lasts_does_not_prolong_it(client: Client) -> None:
    answer = client.get("/session/")
    told = answer.json()
    assert told["left"] == settings.SESSION_COOKIE_AGE - 1000
    assert told["person"] == int(client.session["_auth_user_id"])
    assert told["hat"].startswith("b")
    assert "no-store" in answer.headers["Cache-Control"]
    assert client.session["seen_at"] == BEGAN


def test_saying_that_one_is_there_begins_the_half_hour_anew(client: Client) -> None:
    assert client.post("/session/").json()["left"] == settings.SESSION_COOKIE_AGE
    assert client.session["seen_at"] == BEGAN + 1000


def test_said_again_at_once_it_writes_nothing(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    client.post("/session/")
    monkeypatch.setattr("time.time", lambda: BEGAN + 1200)
    client.post("/session/")
    assert client.session["seen_at"] == BEGAN + 1000


def test_the_token_it_tells_is_the_one_forms_need(client: Client) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    assert strict.post("/session/").status_code == 403
    token = strict.get("/session/").json()["token"]
    assert strict.post("/session/", headers={"X-CSRFToken": token}).json()["left"] == settings.SESSION_COOKIE_AGE


def test_without_a_session_nothing_is_told(db: None) -> None:
    new_county()
    assert Client().get("/session/").json() == {"left": 0}
    assert Client().post("/session/").json() == {"left": 0}
    assert Client().get("/signed-in/").headers["Location"] == "/accounts/login/?next=/signed-in/"


def test_whoever_signed_in_again_is_told_as_whom_and_how_to_change_it(db: None) -> None:
    county, company = new_county(), new_company()
    client = signed_in(company.person)
    alone = client.get("/signed-in/").content.decode()
    assert company.unit.name in alone
    assert "换成那个身份" not in alone
    membership = county.add("approver", "development_reform")
    company.binding.person = membership.person
    company.binding.save(update_fields=["person"])
    client.force_login(membership.person, backend=BACKEND)
    session = client.session
    session[SESSION_KEY] = f"m{membership.pk}"
    session.save()
    told = client.get("/signed-in/").content.decode()
    assert "审批" in told
    assert 'href="/act-as/"' in told


def test_a_page_says_how_long_its_session_lasts_and_whose_it_is(client: Client) -> None:
    page = client.get("/messages/").content.decode()
    assert f'data-left="{settings.SESSION_COOKIE_AGE - 1000}"' in page
    assert f'data-person="{client.session["_auth_user_id"]}"' in page
    assert 'id="session"' not in Client().get("/").content.decode()


def test_a_page_that_answers_a_form_says_so(client: Client) -> None:
    assert "data-posted" in client.post("/act-as/", {"hat": "b0"}).content.decode()
    assert "data-posted" not in client.get("/act-as/").content.decode()
