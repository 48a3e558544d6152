"""The main pages at 200 % and at 400 %, with large letters, and without a script: nothing is cut off, nothing scrolls
sideways.

A window of 1280 pixels at 200 % is one of 640, at 400 % one of 320 (WCAG 1.4.10). Axe and the console are looked at on
every page.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.apps.county import Company
from tests.apps.test_onemap import guided, hand_in
from tests.browser.chromium import sideways
from tests.browser.live import AtTheBrowser, Live, at, closing_time, live
from yinuo.rooms.onemap.models import MapItem
from yinuo.rooms.projects.models import Project

__all__ = ["closing_time", "live"]
pytestmark = [pytest.mark.browser, pytest.mark.slow]

SOIL = "生产建设项目水土保持方案审批"
NOON = "2026-11-06 12:00"
ROLES = ("unit", "approver", "general_convener", "supervisor", "principal", "administrator", "public")


@dataclass
class Village:
    live: Live
    company: Company
    project: Project
    item: MapItem

    def pages(self, role: str) -> list[str]:
        project, item = self.project.pk, self.item.pk
        staff = [
            "/staff/",
            "/staff/projects/",
            f"/staff/projects/{project}/",
            f"/staff/projects/{project}/map/",
            f"/staff/items/{item}/",
        ]
        return {
            "unit": [
                *(
                    "/projects/",
                    f"/projects/{project}/",
                    f"/projects/{project}/map/",
                    f"/projects/{project}/map/?view=list",
                ),
                *(
                    f"/items/{item}/",
                    f"/projects/{project}/report/",
                    "/filing/",
                    "/credit/",
                    "/promises/",
                    "/library/",
                    "/messages/",
                ),
            ],
            "approver": [*staff, "/staff/delegation/", "/staff/credit/"],
            "general_convener": ["/staff/hall/", "/staff/people/", "/staff/questions/", *staff],
            "supervisor": ["/staff/hall/", f"/staff/items/{item}/"],
            "principal": ["/staff/", "/staff/credit/"],
            "administrator": ["/staff/people/", "/staff/reserved/"],
            "public": [
                *(
                    "/",
                    "/guides/",
                    "/guides/soil_conservation_plan/",
                    "/zone/",
                    "/verify/",
                    "/rules/",
                    "/rules/negative-list/",
                    "/check/",
                ),
                f"/verify/{self.project.code}/{self.company.unit.credit_code}/",
            ],
        }[role]

    def sits(self, role: str, story: str, size: tuple[int, int], *, script: bool = True) -> AtTheBrowser:
        if role == "unit":
            return self.live.sits(self.company.person, NOON, f"{story}-{role}", size, script=script)
        if role == "public":
            return self.live.anybody(NOON, f"{story}-{role}", size)
        department = self.item.department.key if role == "approver" else "development_reform"
        return self.live.official(role, NOON, f"{story}-{role}", department, size=size, script=script)


@pytest.fixture(scope="module")
def village(live: Live) -> Village:
    company = live.company("积石山县吹麻滩镇新禾现代农业产业融合发展有限责任公司")
    project = guided(live.county, company, name="吹麻滩镇高标准设施农业与农产品精深加工一体化示范园建设项目（一期）")
    item = MapItem.objects.select_related("department").get(project=project, name=SOIL)
    hand_in(company, item, at("2026-11-06 09:00"))
    return Village(live, company, project, item)


@pytest.mark.parametrize("zoom", [200, 400])
@pytest.mark.parametrize("role", ROLES)
def test_no_main_page_scrolls_sideways_when_it_is_enlarged(village: Village, role: str, zoom: int) -> None:
    desk = village.sits(role, f"zoom-{zoom}", (128_000 // zoom, 90_000 // zoom))
    for path in village.pages(role):
        desk.go(path)


@pytest.mark.parametrize("role", ROLES)
def test_every_main_page_holds_letters_twice_as_large_and_says_the_same_without_a_script(
    village: Village, role: str
) -> None:
    desk, plain = village.sits(role, "letters", (1280, 900)), None
    if role != "public":
        plain = village.sits(role, "noscript", (1280, 900), script=False)
    wide = {}
    for path in village.pages(role):
        desk.go(path)
        if plain:
            plain.go(path)
            assert titles(plain) == titles(desk), path
        desk.page.evaluate("document.documentElement.style.fontSize = '200%'")
        if (by := sideways(desk.page)) > 0:
            wide[path] = by
    assert wide == {}


def titles(desk: AtTheBrowser) -> str:
    return " ".join(desk.page.locator("main h1, main h2").all_inner_texts())
