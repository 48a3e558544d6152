"""Signing in and looking after one's account: the whole way through, every page in our frame and our words."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from allauth.mfa.totp.internal import auth as totp
from django.core import mail
from django.test import Client
from django.test.html import parse_html
from django.utils import timezone

from tests.apps.county import new_county
from yinuo.engine.people.models import Person

PASSWORD = "tian-di-xuan-huang-2026"
NEW = "yu-zhou-hong-huang-2027"
ENGLISH = re.compile(r">[^<{]*\b(the|you|your|please|password|sign|code|account)\b[^<]*<", re.I)


def signed_up() -> Person:
    """An official with a password."""
    found = new_county().person("approver")
    found.set_password(PASSWORD)
    found.save(update_fields=["password"])
    return found


@pytest.fixture
def person(db: None) -> Person:
    return signed_up()


@pytest.fixture
def client() -> Client:
    return Client()


def sign_in(client: Client, person: Person, password: str = PASSWORD) -> str:
    answer = client.post("/accounts/login/", {"login": person.username, "password": password})
    return answer.headers.get("Location", "")


def page_of(client: Client, url: str, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status, (url, answer.headers.get("Location"))
    page = answer.content.decode()
    ours(page)
    return page


def ours(page: str) -> None:
    """In our frame, whole, and with no English left over."""
    assert parse_html(page)
    assert '<main id="main"' in page
    assert page.count("<h1") == 1
    body = page.split("<main", 1)[1].split("</main>")[0]
    assert not ENGLISH.search(re.sub(r"<code.*?</code>|<svg.*?</svg>", "", body, flags=re.S)), ENGLISH.search(body)


def code_of(secret: str) -> str:
    return totp.format_hotp_value(totp.hotp_value(secret, next(iter(totp.yield_hotp_counters_from_time()))))


def confirm(client: Client, url: str) -> None:
    """Says again who one is: what concerns the account's safety asks for it first."""
    asked = client.get(url).headers["Location"]
    assert "/accounts/reauthenticate/" in asked
    assert "确认是您本人" in page_of(client, asked)
    wrong = client.post(asked, {"password": "x"}).content.decode()
    ours(wrong)
    assert client.post(asked, {"password": PASSWORD}).headers["Location"] == url


def activate(client: Client) -> tuple[str, list[str]]:
    """Turns two steps on; the secret and the recovery codes."""
    if client.get("/accounts/2fa/totp/activate/").status_code == 302:
        confirm(client, "/accounts/2fa/totp/activate/")
    page = page_of(client, "/accounts/2fa/totp/activate/")
    found = re.search(r'<code class="hash">(\w+)</code>', page)
    assert found
    wrong = client.post("/accounts/2fa/totp/activate/", {"code": "000000"}).content.decode()
    ours(wrong)
    assert "errors-title" in wrong
    answer = client.post("/accounts/2fa/totp/activate/", {"code": code_of(found[1])})
    assert answer.status_code == 302
    codes = re.findall(r"<li><code>(\w+)</code>", page_of(client, "/accounts/2fa/recovery-codes/"))
    return found[1], codes


def test_signing_in_leads_to_ones_work_and_out_again_to_the_front_page(person: Person, client: Client) -> None:
    page = page_of(client, "/accounts/login/")
    assert "登录名" in page
    assert "忘记密码" in page
    assert sign_in(client, person) == "/start/"
    out = page_of(client, "/accounts/logout/")
    assert "要退出吗" in out
    assert client.post("/accounts/logout/").headers["Location"] == "/"
    assert client.get("/accounts/password/change/").status_code == 302


def test_a_wrong_password_is_told_without_saying_which_of_the_two_was_wrong(person: Person, client: Client) -> None:
    def told(name: str) -> str:
        page = client.post("/accounts/login/", {"login": name, "password": "x"}).content.decode()
        ours(page)
        return re.sub(r'value="[^"]*"', "", page.split('class="errors"')[1].split("</div>")[0])

    assert told(person.username) == told("nobody")


def test_five_wrong_passwords_lock_the_name_for_a_while(person: Person, client: Client) -> None:
    for _ in range(5):
        sign_in(client, person, "wrong")
    assert sign_in(client, person) == ""


def test_nobody_signs_up_here(person: Person, client: Client) -> None:
    page = page_of(client, "/accounts/signup/")
    assert "授权委托书" in page
    before = Person.objects.count()
    client.post("/accounts/signup/", {"username": "new", "password1": NEW, "password2": NEW})
    assert Person.objects.count() == before


def test_the_password_is_changed_and_the_old_one_no_longer_works(person: Person, client: Client) -> None:
    sign_in(client, person)
    page_of(client, "/accounts/password/change/")
    unlike = client.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": NEW, "password2": "x"})
    ours(unlike.content.decode())
    assert "errors-title" in unlike.content.decode()
    client.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
    assert sign_in(Client(), person) == ""
    assert sign_in(Client(), person, NEW) == "/start/"


def test_a_forgotten_password_is_reset_by_a_link_that_works_once(person: Person, client: Client) -> None:
    page_of(client, "/accounts/password/reset/")
    answer = client.post("/accounts/password/reset/", {"email": person.email}, follow=True)
    ours(answer.content.decode())
    letter = mail.outbox[-1]
    assert letter.to == [person.email]
    assert "重设密码" in letter.subject
    assert "example.com" not in letter.body.replace("example.org", "")
    link = re.search(r"https?://[^/]+(/accounts/password/reset/key/\S+)", letter.body)
    assert link
    opened = client.get(link[1], follow=True)
    ours(opened.content.decode())
    url = opened.redirect_chain[-1][0]
    done = client.post(url, {"password1": NEW, "password2": NEW}, follow=True)
    ours(done.content.decode())
    assert sign_in(Client(), person, NEW) == "/start/"
    used = Client().get(link[1], follow=True).content.decode()
    ours(used)
    assert "已经失效" in used


def test_an_address_nobody_has_gets_the_same_answer(person: Person, client: Client) -> None:
    answer = client.post("/accounts/password/reset/", {"email": "nobody@example.org"}, follow=True)
    assert "请查收邮件" in answer.content.decode()


def test_two_steps_are_turned_on_asked_for_and_turned_off(person: Person, client: Client) -> None:
    sign_in(client, person)
    assert "未开启" in page_of(client, "/accounts/2fa/")
    secret, codes = activate(client)
    assert len(codes) == 10
    assert "还有 10 个没有用过" in page_of(client, "/accounts/2fa/")
    again = Client()
    assert sign_in(again, person) == "/accounts/2fa/authenticate/"
    page_of(again, "/accounts/2fa/authenticate/")
    refused = again.post("/accounts/2fa/authenticate/", {"code": "123456"}).content.decode()
    ours(refused)
    assert again.post("/accounts/2fa/authenticate/", {"code": codes[0]}).headers["Location"] == "/start/"
    assert "还有 9 个没有用过" in page_of(again, "/accounts/2fa/")
    page_of(client, "/accounts/2fa/recovery-codes/generate/")
    assert client.post("/accounts/2fa/recovery-codes/generate/").status_code == 302
    assert codes[1] not in page_of(client, "/accounts/2fa/recovery-codes/")
    page_of(client, "/accounts/2fa/totp/deactivate/")
    assert client.post("/accounts/2fa/totp/deactivate/").status_code == 302
    assert "未开启" in page_of(client, "/accounts/2fa/")
    assert secret


def test_what_concerns_the_accounts_safety_asks_again_who_one_is(
    person: Person, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(client, person)
    activate(client)
    later: Callable[[], float] = lambda then=timezone.now().timestamp(): then + 3600  # noqa: E731
    monkeypatch.setattr("time.time", later)
    answer = client.get("/accounts/2fa/recovery-codes/generate/")
    assert answer.status_code == 302
    assert "reauthenticate" in answer.headers["Location"]
    page = page_of(client, answer.headers["Location"])
    assert "确认是您本人" in page
    other = re.search(r'href="(/accounts/[^"]*reauthenticate/[^"]*)"', page)
    assert other
    page_of(client, other[1].replace("&amp;", "&"))


def test_a_closed_account_is_told_so(person: Person, client: Client) -> None:
    page = page_of(client, "/accounts/inactive/")
    assert "已停用" in page


def test_on_a_demonstration_the_login_points_to_its_logins(person: Person, client: Client, settings: object) -> None:
    assert "#logins" not in page_of(client, "/accounts/login/")
    settings.YINUO_DEMO = True  # type: ignore[attr-defined]
    assert 'href="/#logins"' in page_of(client, "/accounts/login/")
