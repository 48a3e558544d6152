"""The dashboards in a browser: drawn above their tables, taken as pictures, opened down to a case, on a phone, without
scripts, on a wall.
"""

from __future__ import annotations

import os
from typing import Any

import pytest

from tests.apps.figured import filled
from tests.browser.chromium import picture
from tests.browser.live import PHONE, AtTheBrowser, Live, closing_time, live

__all__ = ["closing_time", "live"]
pytestmark = [pytest.mark.browser, pytest.mark.slow]
MOMENT = "2026-11-28 10:00"
ROOT = "/staff/dashboard/"
WALL = (1920, 1080)
INKED = """() => [...document.querySelectorAll(".chart-canvas canvas")].map(canvas => {
    const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
    let count = 0;
    for (let i = 3; i < data.length; i += 4) if (data[i] > 0) count++;
    return count;
})"""


def keep(person: AtTheBrowser, name: str) -> None:
    if os.environ.get("YINUO_PICTURES") == "1":
        picture(person.page, f"dashboard-{name}")


def test_figures_are_drawn_taken_and_opened_at_a_desk_on_a_phone_without_scripts_and_on_a_wall(live: Live) -> None:
    filled(live.county)
    desk = live.official("supervisor", MOMENT, "dashboard")
    desk.go(ROOT)
    desk.page.wait_for_selector(".chart-canvas canvas")
    desk.reads("承诺办理率", "“一张图”覆盖率", "落地天数中位数")
    assert all(count > 500 for count in desk.page.evaluate(INKED))
    with desk.page.expect_download() as taken:
        desk.page.locator(".chart-image").first.click()
    assert taken.value.suggested_filename.startswith("各月承诺办理率")
    assert taken.value.path().read_bytes().startswith(b"\x89PNG")
    keep(desk, "overview")
    for name in ("commitment", "landing", "time", "lights", "service", "investment"):
        desk.go(f"{ROOT}{name}/")
        desk.page.wait_for_selector(".chart-canvas canvas")
        keep(desk, name)
    desk.go(f"{ROOT}?area=region")
    keep(desk, "region")
    desk.go(f"{ROOT}lights/")
    number = desk.page.locator("td a").first
    told = number.inner_text().split()[0]
    with desk.page.expect_navigation():
        number.click()
    assert desk.page.locator("h1 small").inner_text().startswith(f"{told} ")
    keep(desk, "cases")
    live.everybody_leaves()

    phone = live.official("general_convener", MOMENT, "dashboard-phone", size=PHONE)
    for name in ("", "time/", "cases/landings/"):
        phone.go(f"{ROOT}{name}")
        keep(phone, f"phone-{name.strip('/').replace('/', '-') or 'overview'}")
    live.everybody_leaves()

    citizen = live.anybody(MOMENT, "figures-phone", size=PHONE)
    citizen.go("/figures/")
    citizen.page.wait_for_selector(".chart-canvas canvas")
    citizen.reads("改革成效", "承诺办理率", "这些数怎样算")
    keep(citizen, "public")
    live.everybody_leaves()

    plain = live.official("comprehensive", MOMENT, "dashboard-plain", script=False)
    plain.go(f"{ROOT}commitment/?period=quarter&on=2026-05-01")
    assert plain.page.locator(".chart-canvas").count() == 0
    plain.reads("2026年第二季度", "办理率", "导出 Excel")
    live.everybody_leaves()

    wall = live.official("general_convener", MOMENT, "dashboard-wall", size=WALL)
    wall.go(f"{ROOT}wall/")
    wall.page.wait_for_selector(".chart-canvas canvas")
    room: Any = wall.page.evaluate(
        "[document.documentElement.scrollHeight, document.documentElement.scrollWidth, innerHeight, innerWidth]"
    )
    assert (room[0] <= room[2], room[1] <= room[3]) == (True, True)
    great = wall.page.locator(".wall-great dd:not(.sub)").first
    assert great.evaluate("element => parseFloat(getComputedStyle(element).fontSize)") >= 96
    clipped = (
        "() => [...document.querySelectorAll('#wall dt, #wall dd, #wall h2, #wall li')].filter(one => "
        "one.scrollWidth > one.clientWidth + 1).map(one => one.textContent)"
    )
    assert wall.page.evaluate(clipped) == []
    keep(wall, "wall")
