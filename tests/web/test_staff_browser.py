"""The staff's desks in a real browser, wide and narrow: axe, nothing wider than the window, nothing said on the
console.
"""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, Route

from tests.apps.county import Company, County, at, new_company
from tests.apps.test_onemap import filed, guided, hand_in, ready
from tests.browser.chromium import DESKTOP, PHONE, axe_faults, chromium, give_file, picture, sideways
from tests.web.staffdesk import SetClock, company, county, desk, set_clock, text_of
from yinuo.config.middleware import POLICY
from yinuo.rooms.onemap.actions import accept, pause_item

__all__ = ["company", "county", "set_clock"]
pytestmark = pytest.mark.browser
ORIGIN = "http://yinuo.test"


@pytest.fixture
def pages(county: County, company: Company, set_clock: SetClock) -> dict[str, str]:
    """Each page as the server sends it; the browser opens them afterwards, for it and the database do not share a
    thread.
    """
    made: dict[str, str] = {}
    item = ready(guided(county, company))
    handler = county.actor("approver", item.department.key)
    hand_in(company, item, at("2026-11-06 09:00"))
    accept(actor=handler, item_id=item.pk, at=at("2026-11-06 15:00"))
    review = filed(county, new_company("甘肃保安腰刀文旅有限公司", "62"), name="大河家镇乡村旅游接待中心")
    set_clock("2026-11-04 17:00")
    made["inbox"] = text_of(desk(county, "approver").get("/staff/"))
    made["review"] = text_of(desk(county, "approver").post(f"/staff/projects/{review.pk}/review/", {"do": "withdraw"}))
    set_clock("2026-11-09 09:00")
    item.refresh_from_db()
    bad = {
        "do": "send_back",
        "send_back-version": item.version,
        "send_back-count": "2",
        "send_back-1-subject": "申请表",
    }
    made["item-errors"] = text_of(desk(county, "approver", item.department.key).post(f"/staff/items/{item.pk}/", bad))
    pause_item(actor=handler, item_id=item.pk, reason="expert_review", note="组织专家评审", at=at("2026-11-09 09:00"))
    set_clock("2026-11-11 09:00")
    made["item-paused"] = text_of(desk(county, "approver", item.department.key).get(f"/staff/items/{item.pk}/"))
    made["hall"] = text_of(desk(county, "general_convener").get("/staff/hall/"))
    made["people"] = text_of(desk(county, "general_convener").get("/staff/people/"))
    return made


def test_the_desks_are_clean_wide_and_narrow(pages: dict[str, str]) -> None:
    said: list[str] = []
    faults: dict[str, Any] = {}

    def answer(route: Route) -> None:
        path = route.request.url.removeprefix(ORIGIN).split("?")[0]
        if path.strip("/") in pages:
            headers = {"Content-Security-Policy": POLICY}
            route.fulfill(body=pages[path.strip("/")], content_type="text/html; charset=utf-8", headers=headers)
        else:
            give_file(route)

    def look_at(page: Page, name: str, tag: str) -> None:
        page.goto(f"{ORIGIN}/{name}")
        found = [*axe_faults(page), *([f"wider than the window by {wide} px"] if (wide := sideways(page)) > 0 else [])]
        picture(page, f"staff-{name}-{tag}", found)
        if found:
            faults[f"{name} {tag}"] = found

    with chromium() as browser:
        for size, tag in ((DESKTOP, "desktop"), (PHONE, "phone")):
            context = browser.new_context(viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce")
            page = context.new_page()
            page.on("console", lambda message: said.append(message.text))
            page.on("pageerror", lambda error: said.append(str(error)))
            page.route(f"{ORIGIN}/**", answer)
            for name in pages:
                look_at(page, name, tag)
            context.close()
    assert len(pages) == 6
    assert faults == {}
    assert said == []
