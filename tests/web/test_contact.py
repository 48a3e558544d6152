"""The hall somebody may ask stands on every page, and with more room where one cannot go on; reading it costs a page
nothing.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.totp.internal import auth as totp
from django.db import OperationalError, connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.apps.county import BEGAN, County, new_county, new_person
from tests.apps.world import NOON
from tests.web.staffdesk import desk, signed_in
from yinuo.engine.base import Actor, Refused
from yinuo.engine.people import actions as people
from yinuo.engine.people import contact
from yinuo.engine.people.models import Hall
from yinuo.engine.trail.models import Entry
from yinuo.ui.handling import RefusalPages

PHONE, ADDRESS, HOURS = "0930-7721234", "吹麻滩镇临津路 8 号", "周一至周六 09:00—17:00"
BOX = '<aside class="panel soft contact"'
PASSWORD = "tian-di-xuan-huang-2026"


@pytest.fixture
def county(db: None) -> County:
    made = new_county()
    Hall.objects.filter(pk=made.hall.pk).update(phone=PHONE, address=ADDRESS, hours=HOURS)
    return made


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=False)


def in_the_footer(page: str) -> bool:
    foot = page.split('<footer class="foot">')[1]
    return all(text in foot for text in (PHONE, ADDRESS, HOURS))


def in_the_middle(page: str) -> bool:
    """In the component of its own, inside the page's main part."""
    main = page.split("<main")[1].split("</main>")[0]
    box = main.split(BOX)[1].split("</aside>")[0] if BOX in main else ""
    return all(text in box for text in (PHONE, ADDRESS, HOURS, "tel:09307721234"))


def both(answer: Any, status: int = 200) -> None:
    page = answer.content.decode()
    assert answer.status_code == status
    assert in_the_footer(page) and in_the_middle(page)


# ── where it stands ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("page", "status"),
    [
        ("/", 200),
        ("/accounts/login/", 200),
        ("/accounts/signup/", 200),
        ("/accounts/inactive/", 200),
        ("/accounts/password/reset/", 200),
        ("/accounts/password/reset/done/", 200),
        ("/accounts/password/reset/key/1-expired/", 200),
        ("/nowhere/", 404),
    ],
)
def test_it_stands_where_a_visitor_may_need_help(county: County, client: Client, page: str, status: int) -> None:
    both(client.get(page), status)


@pytest.mark.parametrize("page", ["public:guides", "public:rules", "public:about", "public:zone"])
def test_every_other_page_has_it_in_the_footer(county: County, client: Client, page: str) -> None:
    text = client.get(reverse(page)).content.decode()
    assert in_the_footer(text) and not in_the_middle(text)


def test_it_stands_on_the_pages_that_refuse(county: County, client: Client) -> None:
    both(desk(county, "approver").get(reverse("staff:nodes")), 403)
    request = RequestFactory().get("/")
    page = RefusalPages(lambda _: None).process_exception(request, Refused("x", "办不了", remedy="请换一个"))  # type: ignore[arg-type,return-value]
    both(page, 409 if page is None else page.status_code)
    both(client.post("/accounts/login/", {"x": "1"} | {f"f{n}": "1" for n in range(2100)}), 400)


def test_it_stands_on_the_page_of_a_form_that_came_too_late(county: County) -> None:
    both(Client(enforce_csrf_checks=True).post("/accounts/login/", {}), 403)


def test_it_stands_where_a_form_came_after_the_session_had_ended(county: County, client: Client) -> None:
    both(client.post(reverse("unit:persons"), {"name": "x"}), 403)


def test_it_stands_where_somebody_acts_for_no_unit(county: County) -> None:
    both(signed_in(new_person("新人")).get("/join/unit/"))


def test_it_stands_where_two_steps_are_asked_for(county: County, client: Client) -> None:
    person = county.person("approver")
    person.set_password(PASSWORD)
    person.save(update_fields=["password"])
    assert client.post("/accounts/login/", {"login": person.username, "password": PASSWORD}).status_code == 302
    both(client.get("/accounts/2fa/"))
    both(client.get("/accounts/reauthenticate/"))
    totp.TOTP.activate(person, totp.generate_totp_secret())
    client.post("/accounts/logout/")
    client.post("/accounts/login/", {"login": person.username, "password": PASSWORD})
    both(client.get("/accounts/2fa/authenticate/"))


def test_whoever_is_locked_out_is_told_how_long_and_whom_to_ask(county: County, client: Client) -> None:
    for _ in range(6):
        answer = client.post("/accounts/login/", {"login": "nobody", "password": "wrong"})
    page = answer.content.decode()
    error = page.split('class="errors"')[1].split("</div>")[0]
    assert "输错 5 次，要等 15 分钟才能再试" in error
    assert f"联系{county.hall.name}（电话 {PHONE}）" in error
    both(answer)


def test_too_many_requests_are_told_in_our_words(county: County, client: Client) -> None:
    for _ in range(61):
        answer = client.post("/accounts/login/", {"login": "", "password": ""})
    both(answer, 429)
    assert "请过一分钟再试" in answer.content.decode()


# ── without a database ─────────────────────────────────────────────────────────────────


@pytest.fixture
def broken(client: Client, monkeypatch: pytest.MonkeyPatch) -> list[Exception]:
    """The start page fails with the exception put in."""
    fault: list[Exception] = [ZeroDivisionError("ours")]

    def fails(*_: Any) -> None:
        raise fault[0]

    monkeypatch.setattr("yinuo.rooms.commitments.published.in_notice", fails)
    return fault


@pytest.mark.parametrize(("fault", "status"), [(ZeroDivisionError("ours"), 500), (OperationalError("gone"), 503)])
def test_a_fault_shows_what_was_read_last_and_asks_nothing(
    county: County, client: Client, broken: list[Exception], fault: Exception, status: int
) -> None:
    broken[0] = fault
    unread = client.get("/")
    assert (unread.status_code, BOX in unread.content.decode()) == (status, False)
    client.get("/accounts/login/")
    with CaptureQueriesContext(connection) as asked:
        answer = client.get("/")
    both(answer, status)
    assert len(asked) == 0


def test_a_database_that_is_gone_leaves_a_page_that_needs_none(
    county: County, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert in_the_footer(client.get(reverse("public:about")).content.decode())
    monkeypatch.setattr(contact._copy, "read_at", -1000.0)
    tries = []

    def gone(_: Any) -> None:
        tries.append(1)
        raise OperationalError("gone")

    monkeypatch.setattr(contact, "home_hall", gone)
    for _ in range(3):
        assert in_the_footer(client.get(reverse("public:about")).content.decode())
    assert len(tries) == 1, "asked again a minute later, not by every page"
    contact.forget()
    page = client.get(reverse("public:about"))
    assert (page.status_code, PHONE in page.content.decode()) == (200, False)


# ── what it costs ──────────────────────────────────────────────────────────────────────


def readings_of(asked: CaptureQueriesContext) -> int:
    """How often the list of halls was read, which nothing else of these pages does."""
    return len([query for query in asked if 'FROM "people_hall" ORDER BY' in query["sql"]])


@pytest.mark.parametrize("page", ["/", "/accounts/login/", "/guides/", "/nowhere/"])
def test_a_page_asks_for_the_hall_once_a_minute_and_process(county: County, client: Client, page: str) -> None:
    client.get("/about/")
    with CaptureQueriesContext(connection) as asked:
        client.get(page)
    assert readings_of(asked) == 0
    contact.forget()
    with CaptureQueriesContext(connection) as asked:
        client.get(page)
    assert readings_of(asked) == 1


# ── what it says ───────────────────────────────────────────────────────────────────────


def test_a_hall_that_has_given_nothing_shows_its_name_and_the_packs_hours(db: None, client: Client) -> None:
    hall = new_county().hall
    page = client.get("/").content.decode()
    assert page.count(hall.name) >= 2
    assert page.count("工作日 08:30—12:00、14:30—18:00") == 2
    assert "tel:" not in page and "电话" not in page.split("<footer")[1] and "<br>地址" not in page


def test_before_the_hall_is_set_up_nothing_is_shown_and_nothing_breaks(db: None, client: Client) -> None:
    answer = client.get("/accounts/login/")
    assert (answer.status_code, BOX in answer.content.decode()) == (200, False)


@pytest.mark.parametrize(
    ("phone", "number"),
    [
        ("0930-7721234", "09307721234"),
        ("+86 930 7721234", "+869307721234"),
        ("12345 转 2", ""),
        ("7721234、7725678", ""),
        ("", ""),
    ],
)
def test_only_one_plain_number_is_dialled(phone: str, number: str) -> None:
    assert contact.Contact("政务大厅", phone, "", "").number == number


def test_no_office_hours_in_force_are_none_in_words(db: None) -> None:
    assert contact.pack_hours(BEGAN - timedelta(days=20_000)) == ""


# ── how it is changed ──────────────────────────────────────────────────────────────────


def test_a_change_is_on_record_and_seen_at_once_in_this_process(
    county: County, client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    client.get("/about/")
    actor = Actor(None, "administrator", hall_id=county.hall.pk)

    def change(phone: str) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            people.change_hall(actor=actor, hall_id=county.hall.pk, phone=phone, address=ADDRESS, hours=HOURS, at=NOON)

    change(" 0930-7729999 ")
    assert "0930-7729999" in client.get("/about/").content.decode()
    entry = Entry.objects.get(verb="people.change_hall")
    assert entry.data == {"before": {"phone": PHONE}, "after": {"phone": "0930-7729999"}}
    change("0930-7729999")
    assert Entry.objects.filter(verb="people.change_hall").count() == 1, "nothing changed, nothing to record"


@pytest.mark.parametrize(
    ("field", "value"), [("phone", "1" * 41), ("address", "路" * 121), ("hours", "工\x00"), ("hours", "日" * 121)]
)
def test_what_no_column_holds_is_refused_by_its_field(county: County, field: str, value: str) -> None:
    actor = Actor(None, "administrator", hall_id=county.hall.pk)
    given = {"phone": PHONE, "address": ADDRESS, "hours": HOURS, field: value}
    with pytest.raises(Refused) as refused:
        people.change_hall(actor=actor, hall_id=county.hall.pk, at=NOON, **given)
    assert refused.value.field == field
    assert Hall.objects.get(pk=county.hall.pk).phone == PHONE


def test_the_administrator_changes_it_and_neither_name_nor_region(
    county: County, django_capture_on_commit_callbacks: Any
) -> None:
    office = desk(county, "administrator")
    form = {"phone": "0930-7728888", "address": "新址", "hours": "", "name": "改名大厅"}
    path = reverse("admin:people_hall_change", args=[county.hall.pk])
    assert office.get(path).status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        assert office.post(path, form).status_code == 302
    hall = Hall.objects.get(pk=county.hall.pk)
    assert (hall.phone, hall.address, hall.hours, hall.name) == ("0930-7728888", "新址", "", county.hall.name)
    assert Entry.objects.get(verb="people.change_hall").role == "administrator"
