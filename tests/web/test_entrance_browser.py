"""The ways in and one's own account, in a real browser: axe, desktop and phone; with what was typed wrong, too."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.apps.county import new_company, new_county
from tests.browser.chromium import DESKTOP, PHONE, chromium
from tests.web.staffdesk import signed_in
from tests.web.test_entrance import NOW, OTHER, code_of, invited, joined, last, said, sent_on, visited
from tests.web.test_entrance import PHONE as NUMBER
from tests.web.test_public_browser import look_at
from yinuo.rooms.accounts.models import Admission

pytestmark = pytest.mark.browser


def entrance_pages() -> dict[str, tuple[str, str]]:
    pages: dict[str, tuple[str, str]] = {}

    def keep(client: Client, url: str, name: str = "", data: dict[str, object] | None = None) -> None:
        answer = client.post(url, data) if data is not None else client.get(url)
        assert answer.status_code in (200, 422, 410), f"{url}: {answer.status_code}"
        pages[url + name] = (answer.content.decode(), answer.headers["Content-Security-Policy"])

    county, company, visitor = new_county(), new_company(), Client()
    county.person("window", "government_services")
    for url in ("/join/", "/forgotten/"):
        keep(visitor, url)
        keep(visitor, url, "?wrong", {"phone": "1", "do": "send"})
    boss, other = Client(), Client()
    sent_on(boss, "/join/", {"phone": OTHER})
    keep(boss, "/join/account/", "?wrong", {"code": "1", "name": "", "password": "x"})
    joined(other)
    keep(other, "/join/unit/")
    keep(other, "/join/unit/", "?wrong", said(credit_code="1", licence="", letter="", unit_name=""))
    sent_on(other, "/join/unit/", said())
    keep(other, "/join/unit/", "?waiting")
    for url in ("/account/", "/account/phone/", "/account/mail/"):
        keep(other, url)
    clerk, visit = visited(county, company)
    asked = Admission.objects.get()
    for url in (
        "/staff/window/",
        "/staff/admissions/",
        f"/staff/admissions/{asked.pk}/",
        f"/staff/window/visits/{visit}/account/",
    ):
        keep(clerk, url)
    sent_on(clerk, f"/staff/window/visits/{visit}/account/", {"do": "send", "phone": "13993019999"})
    keep(clerk, f"/staff/window/visits/{visit}/account/", "?sent")
    keep(clerk, f"/staff/admissions/{asked.pk}/", "?wrong", {"do": "decline", "version": 1, "why": ""})
    invited(company, phone="13993018888")
    keep(signed_in(company.person), "/persons/")
    link = last("invited", "13993018888").url
    keep(visitor, link)
    sent_on(visitor, link, {"do": "send"})
    keep(visitor, link, "?sent")
    keep(visitor, "/invitations/nothing/")
    assert code_of(NUMBER)
    return pages


@pytest.mark.parametrize(("size", "kind"), [(DESKTOP, "desktop"), (PHONE, "phone")])
def test_the_ways_in_are_clean(db: None, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int], kind: str) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    pages = entrance_pages()
    with chromium() as browser:
        faults = look_at(browser, pages, size, f"entrance-{kind}")
    assert not faults, "\n".join(faults)
