"""A chart draws what its table says, under the real content policy; without scripts the table stands alone."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.chromium import DESKTOP, PHONE, axe_faults, picture
from tests.browser.test_styleguide import browser, open_page, pages

__all__ = ["browser", "open_page", "pages"]
pytestmark = pytest.mark.browser


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_every_chart_is_drawn_above_its_table_and_named(open_page: Any, size: tuple[int, int]) -> None:
    page = open_page(size=size)
    page.wait_for_selector(".chart-canvas canvas")
    drawn = page.locator("figure.chart .chart-canvas")
    assert drawn.count() == page.locator("figure.chart").count() == 2
    assert drawn.first.get_attribute("aria-label") == "大厅评分，图；数据见下表"
    assert drawn.first.get_attribute("role") == "img"
    for figure in page.locator("figure.chart").all():
        above, below = figure.locator(".chart-canvas").bounding_box(), figure.locator("table").bounding_box()
        assert above["y"] + above["height"] <= below["y"]
        assert above["width"] <= size[0]
    picture(page, f"charts-{size[0]}")
    assert axe_faults(page) == []


def test_what_is_drawn_is_not_blank_and_grows_with_the_text(open_page: Any) -> None:
    page = open_page()
    page.wait_for_selector(".chart-canvas canvas")
    inked = page.evaluate(
        """() => [...document.querySelectorAll(".chart-canvas canvas")].map(canvas => {
            const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
            let count = 0;
            for (let i = 3; i < data.length; i += 4) if (data[i] > 0) count++;
            return count;
        })"""
    )
    assert all(count > 2000 for count in inked), inked
    before = page.locator(".chart-canvas").first.bounding_box()["height"]
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.locator(".chart-canvas").first.bounding_box()["height"] == 2 * before


def test_without_scripts_and_in_a_readers_own_colours_the_table_is_all(open_page: Any) -> None:
    page = open_page(java_script_enabled=False)
    assert page.locator(".chart-canvas").count() == 0
    assert page.locator("figure.chart table").first.is_visible()
    forced = open_page(forced_colors="active")
    forced.wait_for_selector(".chart-canvas", state="attached")
    assert not forced.locator(".chart-canvas").first.is_visible()
    assert forced.locator("figure.chart table").first.is_visible()
