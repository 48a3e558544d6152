"""The inbox walked by keys in a real browser; and every desk added here wide and narrow, with axe."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Route

from tests.apps.county import Company, County, at, new_company
from tests.apps.points import propose
from tests.apps.test_onemap import filed, guided, hand_in, ready
from tests.browser.chromium import DESKTOP, PHONE, axe_faults, chromium, give_file, picture, sideways
from tests.web.staffdesk import SetClock, company, county, desk, set_clock, text_of
from tests.web.test_staff_browser import ORIGIN
from yinuo.config.middleware import POLICY
from yinuo.engine.people.actions import delegate
from yinuo.engine.work.actions import save_filter, tick
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.onemap.actions import accept

__all__ = ["company", "county", "set_clock"]
pytestmark = pytest.mark.browser


def serve(page: Page, pages: dict[str, str]) -> list[str]:
    """Answers with what the server had said; returns what the console says."""
    said: list[str] = []

    def answer(route: Route) -> None:
        path = urlsplit(route.request.url).path
        if path.strip("/") in pages:
            headers = {"Content-Security-Policy": POLICY}
            route.fulfill(body=pages[path.strip("/")], content_type="text/html; charset=utf-8", headers=headers)
        else:
            give_file(route)

    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.route(f"{ORIGIN}/**", answer)
    return said


def test_the_inbox_is_walked_opened_and_searched_by_keys(county: County, company: Company, set_clock: SetClock) -> None:
    set_clock("2026-11-03 10:00")
    for number in range(3):
        filed(county, company, name=f"项目{number}")
    works = list(WorkItem.objects.filter(kind="review").order_by("due_at", "id"))
    pages = {"staff": text_of(desk(county, "approver").get("/staff/"))}
    pages[works[1].url.strip("/")] = "<!doctype html><title>opened</title>"
    with chromium() as browser:
        page = browser.new_page(viewport={"width": DESKTOP[0], "height": DESKTOP[1]})
        said = serve(page, pages)
        page.goto(f"{ORIGIN}/staff/")
        assert page.locator(".keys").is_visible()
        for key, expected in (("j", 0), ("j", 1), ("j", 2), ("j", 2), ("k", 1), ("ArrowUp", 0), ("ArrowDown", 1)):
            page.keyboard.press(key)
            assert page.locator(".row.here").get_attribute("id") == f"row-{works[expected].pk}", key
            assert page.locator(".row.here").count() == 1
        page.keyboard.press("/")
        assert page.evaluate("document.activeElement.id") == "q"
        page.keyboard.type("jk?")
        assert page.locator("#q").input_value() == "jk?"
        assert not page.locator("#keys").is_visible()
        page.locator("h1").click()
        page.keyboard.press("?")
        assert page.locator("#keys").is_visible()
        assert axe_faults(page) == []
        page.keyboard.press("Escape")
        assert not page.locator("#keys").is_visible()
        page.keyboard.press("k")
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        page.wait_for_url(f"{ORIGIN}{works[1].url}")
        assert said == []


def test_without_javascript_every_row_is_a_link_and_no_key_is_promised(
    county: County, company: Company, set_clock: SetClock
) -> None:
    set_clock("2026-11-03 10:00")
    filed(county, company)
    pages = {"staff": text_of(desk(county, "approver").get("/staff/?light=green"))}
    with chromium() as browser:
        page = browser.new_context(java_script_enabled=False).new_page()
        serve(page, pages)
        page.goto(f"{ORIGIN}/staff/")
        assert not page.locator(".keys").is_visible()
        assert not page.locator("#keys").is_visible()
        assert page.locator(".row h3 a").is_visible()
        assert page.locator("select[name=light]").is_visible()


@pytest.fixture
def desks(county: County, company: Company, set_clock: SetClock) -> dict[str, str]:
    item = ready(guided(county, company))
    hand_in(company, item, at("2026-11-06 09:00"))
    accept(actor=county.actor("approver", item.department.key), item_id=item.pk, at=at("2026-11-06 10:00"))
    filed(county, new_company("甘肃保安腰刀文旅有限公司", "62"), name="大河家镇乡村旅游接待中心")
    colleague = county.add("approver", "development_reform").person
    now = at("2026-11-04 16:00")
    delegate(
        actor=county.actor("approver"),
        person=county.person("approver"),
        substitute=colleague,
        from_on=now.date(),
        to_on=at("2026-11-08 00:00").date(),
        reason="培训",
        at=now,
    )
    save_filter(actor=county.actor("approver"), name="急件", query="box=mine&light=red", at=now)
    proposal = propose(county, company)
    tick(at("2026-11-05 09:00"))
    set_clock("2026-11-04 16:00")
    convener, approver, principal = (
        desk(county, "general_convener"),
        desk(county, "approver"),
        desk(county, "principal"),
    )
    asked: dict[str, Any] = {
        "narrowed": approver.get("/staff/?box=department&light=green&grade=A"),
        "nothing": approver.get("/staff/?q=没有这个"),
        "filters": approver.get("/staff/filters/"),
        "projects": approver.get("/staff/projects/?light=red"),
        "project": convener.get(f"/staff/projects/{item.project_id}/"),
        "told": convener.get(f"/staff/projects/{item.project_id}/told/"),
        "early": desk(county, "supervisor").get("/staff/hall/early/?hours=72"),
        "load": convener.get("/staff/hall/load/"),
        "reassign": principal.post(
            "/staff/reassign/", {"person": county.person("approver").pk, "to": colleague.pk, "why": "培训"}
        ),
        "delegation": approver.get("/staff/delegation/"),
        "credit": principal.get("/staff/credit/"),
        "proposal": principal.get(f"/staff/credit/{proposal.pk}/"),
    }
    return {name: text_of(answer) for name, answer in asked.items()}


def test_the_desks_added_here_are_clean_wide_and_narrow(desks: dict[str, str]) -> None:
    faults: dict[str, list[str]] = {}
    said: list[str] = []
    with chromium() as browser:
        for size, tag in ((DESKTOP, "desktop"), (PHONE, "phone")):
            page = browser.new_context(
                viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce"
            ).new_page()
            said += serve(page, desks)
            for name in desks:
                page.goto(f"{ORIGIN}/{name}")
                found = [
                    *axe_faults(page),
                    *([f"wider than the window by {wide} px"] if (wide := sideways(page)) > 0 else []),
                ]
                picture(page, f"staff-{name}-{tag}", found)
                if found:
                    faults[f"{name} {tag}"] = found
    assert len(desks) == 12
    assert faults == {}
    assert said == []
