"""The style guide in a real browser: axe, narrow and large, high contrast, the keyboard, and under the real content
policy.

The pages are answered from memory: no server, no database.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from allauth.account.forms import LoginForm
from django.template.loader import render_to_string
from django.test import RequestFactory
from playwright.sync_api import Browser, BrowserContext, Page, Route

from tests.browser import shapes
from tests.browser.chromium import DESKTOP, PHONE, axe_faults, chromium, give_file, picture, sideways
from yinuo.config.middleware import POLICY
from yinuo.ui.styleguide import views

pytestmark = pytest.mark.browser

ORIGIN = "http://yinuo.test"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    error_pages = {
        f"/errors/{code}/": render_to_string(f"{code}.html", {"county": "积石山县"}) for code in views.ERROR_PAGES
    }
    request = RequestFactory().post("/accounts/login/", {})
    login = render_to_string(
        "account/login.html",
        {"form": LoginForm({}, request=request), "redirect_field": "", "county": "积石山县"},
        request,
    )
    return {"/": render_to_string("styleguide/index.html", views.context()), "/accounts/login/": login, **error_pages}


@pytest.fixture
def open_page(browser: Browser, pages: dict[str, str]) -> Iterator[Any]:
    """Opens a path in a window of the given size; at the end nothing may have been said on the console."""
    contexts: list[BrowserContext] = []
    said: list[str] = []

    def answer(route: Route) -> None:
        path = route.request.url.removeprefix(ORIGIN).split("?")[0]
        if path in pages:
            route.fulfill(
                body=pages[path], content_type="text/html; charset=utf-8", headers={"Content-Security-Policy": POLICY}
            )
        else:
            give_file(route)

    def open_at(path: str = "/", size: tuple[int, int] = DESKTOP, root_size: int = 100, **options: Any) -> Page:
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, **({"reduced_motion": "reduce"} | options)
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.route(f"{ORIGIN}/**", answer)
        page.goto(ORIGIN + path)
        if root_size != 100:
            page.evaluate(f"document.documentElement.style.fontSize = '{root_size}%'")
        return page

    yield open_at
    for context in contexts:
        context.close()
    assert said == []


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_axe_finds_no_fault_in_any_component(open_page: Any, size: tuple[int, int]) -> None:
    page = open_page(size=size)
    assert axe_faults(page) == []
    assert len(page.screenshot(full_page=True)) > 50_000


@pytest.mark.parametrize(
    "options", [{"forced_colors": "active"}, {"contrast": "more"}], ids=["forced colours", "more contrast"]
)
def test_high_contrast_has_no_fault_either(open_page: Any, options: dict[str, str]) -> None:
    assert axe_faults(open_page(**options)) == []


@pytest.mark.parametrize("path", ["/accounts/login/", *(f"/errors/{code}/" for code in views.ERROR_PAGES)])
def test_axe_finds_no_fault_on_the_login_and_the_error_pages(open_page: Any, path: str) -> None:
    for size in (DESKTOP, PHONE):
        page = open_page(path, size)
        assert axe_faults(page) == []
        picture(page, f"{path.strip('/').replace('/', '-')}-{size[0]}")
        assert sideways(page) == 0


@pytest.mark.parametrize(
    ("width", "root_size"), [(320, 100), (390, 100), (640, 100), (900, 100), (1280, 100), (1280, 200)]
)
def test_no_width_and_no_text_size_makes_the_page_scroll_sideways(open_page: Any, width: int, root_size: int) -> None:
    assert sideways(open_page(size=(width, 900), root_size=root_size)) == 0


def test_the_map_is_a_board_where_it_fits_and_a_timeline_where_not(open_page: Any) -> None:
    def places(page: Page) -> tuple[list[int], bool]:
        left = page.evaluate(
            "[...document.querySelectorAll('.stage')].map(s => Math.round(s.getBoundingClientRect().left))"
        )
        return left, page.locator(".wires").is_visible()

    left, wires = places(open_page())
    assert [x - left[0] for x in left] == [0, 312, 624, 936]
    assert wires
    for page in (open_page(size=PHONE), open_page(root_size=200)):
        left, wires = places(page)
        assert len(set(left)) == 1
        assert not wires


def test_a_tie_ends_at_the_cards_it_joins(open_page: Any) -> None:
    page = open_page()
    box = page.locator(".wires").bounding_box()
    card = page.locator("#card-planning").bounding_box()
    assert box is not None
    assert card is not None
    # column 1, row 1 of the documented geometry: x = 312, y = 92 + 144
    assert (round(card["x"] - box["x"]), round(card["y"] - box["y"])) == (312, 236)
    assert (round(card["width"]), round(card["height"]), round(box["width"])) == (256, 126, 1192)


def test_the_error_summary_has_the_focus_and_its_link_leads_to_the_control(open_page: Any) -> None:
    page = open_page()
    assert page.evaluate("document.activeElement.className") == "errors"
    page.get_by_role("link", name="选产业政策").click()
    page.keyboard.press("Space")
    assert page.evaluate("document.querySelector('#id_bad-policy_0').checked")


def test_the_first_thing_the_keyboard_meets_leads_to_the_text(open_page: Any) -> None:
    page = open_page("/errors/404/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "跳到正文"
    assert page.locator(".skip").bounding_box()["x"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_the_account_menu_opens_without_a_script(open_page: Any) -> None:
    page = open_page(java_script_enabled=False)
    entry = page.get_by_role("link", name="我的资料")
    assert not entry.is_visible()
    page.get_by_text("马晓云 ·").click()
    assert entry.is_visible()


def test_a_table_on_a_phone_names_each_value_beside_it(open_page: Any) -> None:
    cell = open_page(size=PHONE).locator("td[data-label='公示止']").first
    assert cell.evaluate("e => getComputedStyle(e, '::before').content") == '"公示止"'
    beside = "e => [getComputedStyle(e, '::before').float, parseFloat(getComputedStyle(e).paddingLeft) > 100]"
    assert cell.evaluate(beside) == ["left", True]


def test_every_control_is_large_enough_for_a_thumb(open_page: Any) -> None:
    small = open_page(size=PHONE).evaluate(
        """[...document.querySelectorAll('.btn, .go, .input, .option, .views a, .bar nav a')]
        .map(e => [e.className, e.getBoundingClientRect()]).filter(([, r]) => r.height < 34 || r.width < 24)
        .map(([name]) => name)"""
    )
    assert small == []


def test_paper_shows_the_matter_and_not_the_frame(open_page: Any) -> None:
    page = open_page()
    page.emulate_media(media="print")
    assert not page.locator(".bar").is_visible()
    assert not page.locator(".foot").is_visible()
    assert page.locator(".print-head").is_visible()


def test_axe_does_tell_what_is_wrong(open_page: Any) -> None:
    page = open_page()
    page.goto("about:blank")
    page.set_content(
        '<html lang="zh-CN"><title>页</title><main><h1>页</h1><img src="data:,"><p '
        'style="color:#bbb">看不清的字</p></main></html>'
    )
    assert [fault.split(":")[0] for fault in axe_faults(page)] == ["color-contrast", "image-alt"]


PLAIN = """<html lang="zh-CN"><title>页</title><style>.low { height: 20px; overflow-y: auto }</style><main><h1>页</h1>
<ul><li><a href="/1/">第 1 件</a></li><li><a href="/2/">第 2 件</a></li></ul><p class="low">短</p>
<section aria-label="收件"><label for="name">姓名</label><input id="name" value="马"></section>\
<section aria-label="送达"><h2>送达</h2></section></main>"""
SAME = [
    ("第 2 件</a></li>", "第 2 件</a></li><li><a href='/3/'>第 3 件</a></li>"),
    ("<h1>页", "<h1>年产5万吨有机肥加工项目"),
    ('value="马"', 'value="张丽"'),
    ('aria-label="收件"', 'aria-label="受理"'),
    ("短", "不长"),
]
OTHER = [
    ('<li><a href="/2/">第 2 件</a>', '<li><a href="/2/"></a>'),
    ('class="low"', 'class="low dim"'),
    ('for="name"', 'for="nobody"'),
    ('id="name"', 'id="name" disabled'),
    ("<h2>送达</h2>", "<h3>送达</h3>"),
    ("<h2>送达</h2>", '<h2 id="name">送达</h2>'),
    ('aria-label="送达"', 'aria-label="收件"'),
    ('lang="zh-CN"', 'lang="zz"'),
    ("短", "<br>" * 9 + "长"),
    ("<h2>送达</h2>", '<h2>送达</h2><img src="data:,">'),
]


def test_a_page_is_looked_at_again_when_anything_axe_asks_for_is_different(open_page: Any) -> None:
    page = open_page("/errors/404/")
    page.goto("about:blank")

    def shape(*change: str) -> str:
        page.set_content(PLAIN.replace(*change) if change else PLAIN)
        return shapes.shape(page)

    plain = shape()
    assert [change for change in SAME if shape(*change) != plain] == []
    assert [change for change in OTHER if shape(*change) == plain] == []


COLOURED = (
    '<html lang="zh-CN"><title>页</title><style>.dim { color: #bbb } .dark { background: #000; color: #fff '
    "}</style><main><h1>页</h1>%s</main></html>"
)


def test_a_faint_text_is_told_wherever_it_first_stands_and_a_look_once_judged_is_not_judged_again(
    open_page: Any,
) -> None:
    page = open_page("/errors/404/")
    page.goto("about:blank")

    def faults(inside: str) -> list[str]:
        page.set_content(COLOURED % inside)
        return [fault.split(":")[0] for fault in shapes.faults(page)]

    assert faults("<p>看得清的字</p>") == []
    assert faults('<p>看得清的字</p><p class="dim" aria-disabled="true">不必看清</p>') == []
    assert faults('<div class="dark"><p class="dim">黑底上看得清</p></div>') == []
    assert faults('<ul><li class="dim">看不清的字</li></ul>') == ["color-contrast"]
    assert faults('<ul><li class="dim">同一种样子</li></ul>') == []
    assert faults('<p>看得清的字</p><img src="data:,"><button></button>') == ["button-name", "image-alt"]
    page.set_viewport_size({"width": 391, "height": 844})
    assert faults('<p>看得清的字</p><img src="data:,">') == ["image-alt"]
