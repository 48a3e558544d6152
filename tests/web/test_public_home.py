"""The front page: the way into a self-check, a search for everything, and doors that open for whoever stands before
them.
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from tests.apps import elsewhere
from tests.apps.county import Company, County, at, new_company, new_county
from yinuo.engine.bootstrap import sync_pack
from yinuo.engine.people.models import Person
from yinuo.rooms.commitments import published as readings
from yinuo.site.doors import doors_for

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def county(db: None, monkeypatch: pytest.MonkeyPatch) -> County:
    readings.forget()
    monkeypatch.setattr(timezone, "now", lambda: at("2026-11-24 10:00"))
    return new_county()


@pytest.fixture
def company(county: County) -> Company:
    return new_company()


def doors(person: Person | None = None) -> list[str]:
    client = Client()
    if person is not None:
        client.force_login(person, backend=BACKEND)
    page = client.get("/").content.decode()
    found = re.search(r'<ul class="doors">(.*?)</ul>', page, re.S)
    assert found
    urls = re.findall(r'href="([^"]+)"', found[1])
    for url in urls:
        answer = client.get(url)
        assert answer.status_code in (200, 302), (url, answer.status_code)
    return urls


def test_the_public_is_offered_filing_verification_and_notices(county: County) -> None:
    assert doors() == ["/filing/", "/verify/", "/zone/"]


def test_a_companys_person_is_offered_its_projects_first(company: Company) -> None:
    assert doors(company.person) == ["/projects/", "/filing/", "/zone/"]


@pytest.mark.parametrize("role", ["approver", "general_convener", "supervisor", "principal"])
def test_an_official_is_not_led_to_a_filing_that_would_refuse_them(county: County, role: str) -> None:
    found = doors(county.person(role))
    assert found == ["/staff/", "/verify/", "/zone/"]


def test_the_door_of_notices_says_how_many_there_are(db: None) -> None:
    assert doors_for("public", 0, None)[-1].text.startswith("现在没有正在公示的承诺")
    assert doors_for("public", 3, 2)[-1].text == "3 件承诺公示中，最近一件还剩 2 个工作日"


def test_the_first_line_leads_into_a_self_check_and_the_second_into_a_search(county: County) -> None:
    page = Client().get("/").content.decode()
    assert 'class="ask" action="/check/"' in page
    assert 'role="search" action="/search/"' in page
    # One q for each, told apart by their labels.
    assert page.count('for="project"') == 1
    assert page.count('for="q"') == 1


def test_the_home_page_of_a_county_whose_rules_began_in_the_middle_of_the_year(
    db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timezone, "now", lambda: at("2026-11-24 10:00"))
    with elsewhere.installed(tmp_path / "pack", begins="2026-07-01"):
        new_county()
        answer = Client().get("/")
        assert answer.status_code == 200
        assert "示例县" in answer.content.decode()
        for path in (
            "/zone/",
            "/rules/",
            "/rules/parameters/",
            "/rules/credit/",
            "/guides/",
            "/halls/",
            "/figures/",
            "/check/",
        ):
            assert Client().get(path).status_code == 200, path


def test_before_the_first_day_of_the_rules_a_page_says_so(
    db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with elsewhere.installed(tmp_path / "pack", begins="2027-01-15"):
        sync_pack(date(2027, 1, 15))
        monkeypatch.setattr(timezone, "now", lambda: at("2026-12-02 10:00"))
        answer = Client().get("/agency/")
        assert answer.status_code == 422
        assert "自 2027-01-15 起施行" in answer.content.decode()
