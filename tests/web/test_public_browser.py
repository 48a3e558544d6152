"""The public pages and signing in, in a real browser: axe, desktop and phone, nothing on the console, nothing wider
than the window.

The pages are rendered first and answered from memory under the real content policy.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest
from django.test import Client
from playwright.sync_api import Browser, Route

from tests.browser.chromium import DESKTOP, PHONE, axe_faults, chromium, give_file, picture, sideways
from tests.web.populated import Populated
from tests.web.test_public_account import activate, confirm, sign_in, signed_up
from yinuo.engine.people.models import Person

pytestmark = pytest.mark.browser

ORIGIN = "http://yinuo.test"
FAULTY = [
    "/verify/?code=2611-622927",
    "/verify/2611-622927-04-01-000000/91440300708461136T/",
    "/search/?q=没有这样的东西",
    "/rules/?on=2020-01-01",
]
ASKED = ["/rules/ask/?matter=eia_table&kind=filing&grade=A", "/guides/?q=环评&stage=construction_permit"]


def rendered(populated: Populated) -> dict[str, tuple[str, str]]:
    """Address → page and its content policy, an objection sent empty among them."""
    client, pages = Client(), {}
    for url in [*populated.urls(), *FAULTY, *ASKED]:
        answer = client.get(url)
        pages[url] = (answer.content.decode(), answer.headers["Content-Security-Policy"])
    notice = f"/zone/{populated.commitments['notice'].pk}/"
    answer = client.post(notice, {"text": ""})
    pages[f"{notice}?empty"] = (answer.content.decode(), answer.headers["Content-Security-Policy"])
    return pages


def look_at(browser: Browser, pages: dict[str, tuple[str, str]], size: tuple[int, int], kind: str) -> list[str]:
    """Every page in one window; what is wrong with them."""
    faults: list[str] = []
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, locale="zh-CN", reduced_motion="reduce"
    )
    page = context.new_page()
    page.on("console", lambda message: faults.append(f"{kind} console: {message.text}"))

    def answer(route: Route) -> None:
        path = unquote(route.request.url.removeprefix(ORIGIN))
        if path in pages:
            body, policy = pages[path]
            route.fulfill(
                body=body, content_type="text/html; charset=utf-8", headers={"Content-Security-Policy": policy}
            )
        else:
            give_file(route)

    page.route("**/*", answer)
    for number, url in enumerate(pages):
        page.goto(f"{ORIGIN}{url}")
        found = [f"{kind} {url}: {fault}" for fault in axe_faults(page)]
        if (wide := sideways(page)) > 0:
            found.append(f"{kind} {url}: {wide} px wider than the window")
        picture(page, f"public-{number:02}-{re.sub(r'[^a-z]+', '-', url.lower()).strip('-') or 'home'}-{kind}", found)
        faults += found
    context.close()
    return faults


@pytest.mark.parametrize(("size", "kind"), [(DESKTOP, "desktop"), (PHONE, "phone")])
def test_every_public_page_is_clean(populated: Populated, size: tuple[int, int], kind: str) -> None:
    pages = rendered(populated)
    # The browser's event loop and the database do not go together in one thread: the pages come first.
    with chromium() as browser:
        faults = look_at(browser, pages, size, kind)
    assert not faults, "\n".join(faults)


def account_pages(person: Person) -> dict[str, tuple[str, str]]:
    """Signing in and looking after one's account, with two steps on."""
    pages: dict[str, tuple[str, str]] = {}

    def keep(client: Client, url: str, data: dict[str, str] | None = None) -> None:
        answer = client.post(url, data) if data is not None else client.get(url)
        assert answer.status_code == 200, url
        pages[url + ("?sent" if data is not None else "")] = (
            answer.content.decode(),
            answer.headers["Content-Security-Policy"],
        )

    visitor, client = Client(), Client()
    for url in (
        "/accounts/login/",
        "/accounts/password/reset/",
        "/accounts/password/reset/done/",
        "/accounts/signup/",
        "/accounts/inactive/",
    ):
        keep(visitor, url)
    keep(visitor, "/accounts/login/", {"login": person.username, "password": ""})
    sign_in(client, person)
    for url in (
        "/accounts/logout/",
        "/accounts/password/change/",
        "/accounts/2fa/",
        "/accounts/reauthenticate/?next=/start/",
    ):
        keep(client, url)
    confirm(client, "/accounts/2fa/totp/activate/")
    keep(client, "/accounts/2fa/totp/activate/")
    activate(client)
    for url in (
        "/accounts/2fa/recovery-codes/",
        "/accounts/2fa/recovery-codes/generate/",
        "/accounts/2fa/totp/deactivate/",
    ):
        keep(client, url)
    second = Client()
    sign_in(second, person)
    keep(second, "/accounts/2fa/authenticate/")
    return pages


@pytest.mark.parametrize(("size", "kind"), [(DESKTOP, "desktop"), (PHONE, "phone")])
def test_signing_in_and_the_accounts_pages_are_clean(db: None, size: tuple[int, int], kind: str) -> None:
    pages = account_pages(signed_up())
    with chromium() as browser:
        faults = look_at(browser, pages, size, f"account-{kind}")
    assert not faults, "\n".join(faults)
