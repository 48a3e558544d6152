"""The browser of the browser tests: which Chromium, with which Chinese font, and what axe has to say.

A machine without a Chinese font would show boxes and measure their widths; the font that sets our PDF files serves here
as well.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page, Route, sync_playwright

from scripts.browser import find
from yinuo import ui

BUILD = Path(__file__).resolve().parents[2] / "build" / "browser"
PICTURES = BUILD / "pictures"
STATIC = Path(ui.__file__).resolve().parent / "static"
TYPES = {".css": "text/css", ".svg": "image/svg+xml", ".js": "text/javascript"}
DESKTOP, PHONE = (1280, 900), (390, 844)
# Only what is wrong is told in full: to name every element that is right takes axe twice as long as to look at it.
AXE_RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}

PARTED_DATES = r"""() => {
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT),
        found = [], range = document.createRange();
    while (texts.nextNode()) for (const date of texts.currentNode.data.matchAll(
        /(?:\d{4}年)?\d{1,2}月\d{1,2}日(?: \d{2}:\d{2})?/g)) {
        range.setStart(texts.currentNode, date.index);
        range.setEnd(texts.currentNode, date.index + date[0].length);
        if (new Set([...range.getClientRects()].filter(one => one.width).map(one => Math.round(one.top))).size > 1)
            found.push(date[0]);
    }
    return found;
}"""


def give_file(route: Route) -> None:
    """Answers a page opened from memory with the file it asks for: our own, or one of the build's."""
    name = urlsplit(route.request.url).path.removeprefix("/static/")
    file = STATIC / name
    route.fulfill(body=file.read_bytes(), content_type=TYPES[file.suffix]) if file.is_file() else route.fulfill(
        status=404
    )


@cache
def executable() -> Path | None:
    """The browser that `make setup-test` found; None leaves the choice to Playwright."""
    return find()


def font_settings() -> Path:
    """A fontconfig file that adds the Chinese font of the PDF files to the machine's own."""
    spec = find_spec("manimgx_fonts_cjk")
    assert spec is not None, "the font package is one of our dependencies"
    assert spec.submodule_search_locations
    BUILD.mkdir(parents=True, exist_ok=True)
    file = BUILD / "fonts.conf"
    draft = file.with_suffix(f".{os.getpid()}")
    draft.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        '<include ignore_missing="yes">/etc/fonts/fonts.conf</include>'
        f"<dir>{spec.submodule_search_locations[0]}</dir><cachedir>{BUILD / 'fontcache'}</cachedir>"
        "<alias><family>sans-serif</family><prefer><family>Noto Sans CJK SC</family></prefer></alias></fontconfig>",
        encoding="utf-8",
    )
    # Another process may be reading it.
    draft.replace(file)
    return file


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless browser, closed at the end."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable(),
            args=["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--lang=zh-CN"],
            env={**os.environ, "FONTCONFIG_FILE": str(font_settings()), "LANGUAGE": "zh_CN"},
        )
        try:
            yield browser
        finally:
            browser.close()


def axe_faults(page: Page) -> list[str]:
    """What axe finds on the page as it stands, one readable line per element."""
    page.evaluate(AXE_SCRIPT)
    violations: list[dict[str, Any]] = page.evaluate("async rules => (await axe.run(rules)).violations", AXE_RULES)
    return [f"{fault['id']}: {fault['help']} – {node['html'][:160]}" for fault in violations for node in fault["nodes"]]


def sideways(page: Page) -> int:
    """By how many pixels the page is wider than the window."""
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


def parted_dates(page: Page) -> list[str]:
    """The dates of the page that are parted at the end of a line."""
    return list(page.evaluate(PARTED_DATES))


def picture(page: Page, name: str, faults: Sequence[str] = ()) -> None:
    """Keeps the whole page as a PNG among the build's output, where it has faults; with YINUO_PICTURES=1 always.

    To draw a page takes as long as to look at it with axe.
    """
    if faults or os.environ.get("YINUO_PICTURES") == "1":
        PICTURES.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=PICTURES / f"{name}.png", full_page=True)
