"""A page of the staff leads back to the list it was opened from; the section one works in stands in the navigation."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tests.apps.county import Company, County, at
from tests.apps.mapped import mapped
from tests.apps.test_onemap import guided, hand_in, ready
from tests.beginnings import begins_with
from tests.web.staffdesk import SetClock, company, county, desk, set_clock
from yinuo.rooms.onemap.models import MapItem
from yinuo.rooms.projects.models import Project

__all__ = ["company", "county", "mapped", "set_clock"]
pytestmark = begins_with(guided)
HOST = "http://testserver"


@pytest.fixture
def item(county: County, company: Company, mapped: Project, set_clock: SetClock) -> MapItem:
    found = ready(mapped)
    hand_in(company, found, at("2026-11-06 09:00"))
    set_clock("2026-11-06 10:00")
    return found


def first_crumb(client: Client, path: str, came: str = "") -> tuple[str, str]:
    page = client.get(path, headers={"Referer": came} if came else {}).content.decode()
    found = re.search(r'<nav class="crumb"[^>]*><ol><li><a href="([^"]*)">([^<]*)</a>', page)
    assert found, path
    return found[2], found[1].replace("&amp;", "&")


def test_a_matter_leads_back_to_the_list_it_was_opened_from(county: County, item: MapItem) -> None:
    approver, convener = desk(county, "approver", item.department.key), desk(county, "general_convener")
    path, inbox, projects = f"/staff/items/{item.pk}/", ("待办", "/staff/"), ("项目", "/staff/projects/")
    assert first_crumb(approver, path, f"{HOST}/staff/?box=mine&light=red") == ("待办", "/staff/?box=mine&light=red")
    assert first_crumb(approver, path, f"{HOST}/staff/projects/{item.project_id}/map/") == projects
    assert first_crumb(approver, path) == inbox
    assert first_crumb(approver, path, f"{HOST}{path}") == inbox, "after a form was handed in"
    assert first_crumb(approver, path, "https://elsewhere.example/staff/hall/") == inbox
    assert first_crumb(approver, path, f"{HOST}/no/such/page/") == inbox
    assert first_crumb(convener, path) == projects
    assert first_crumb(convener, path, f"{HOST}/staff/hall/") == ("大厅", "/staff/hall/")
    assert first_crumb(approver, f"/staff/projects/{item.project_id}/map/") == projects
    assert first_crumb(approver, f"/staff/projects/{item.project_id}/", f"{HOST}/staff/?box=mine") == (
        "待办",
        "/staff/?box=mine",
    )


@pytest.mark.parametrize(
    ("role", "there"), [("comprehensive", True), ("principal", True), ("supervisor", False), ("approver", False)]
)
def test_who_drafts_and_signs_the_reforms_notices_finds_them_in_the_navigation(
    county: County, role: str, there: bool
) -> None:
    page = desk(county, role).get("/staff/reform/").content.decode()
    nav, menu = page.split("</nav>")[0], page.split('class="me"')[1].split("</details>")[0]
    assert ('href="/staff/reform/"' in nav, 'href="/staff/reform/"' in menu) == (there, not there)


def test_a_form_without_its_token_says_that_nothing_came_and_what_to_do(county: County) -> None:
    answer = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "x", "password": "y"})
    page = answer.content.decode()
    assert answer.status_code == 403
    for words in ("没有交上来", "刷新那一页", "重新登录", "Cookie"):
        assert words in page
