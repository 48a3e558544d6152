"""What guards every request: headers, sessions, the lock on guessing, and what the log keeps silent about."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from yinuo import __version__
from yinuo.config import middleware

PASSWORD = "one promise, a thousand in gold"


@pytest.fixture
def person(db: None) -> object:
    cache.clear()
    return get_user_model().objects.create_user("wang", PASSWORD, name="王某")


def _log_in(client: Client, password: str) -> int:
    return client.post(reverse("account_login"), {"login": "wang", "password": password}).status_code


def test_the_health_check_and_every_page_tell_the_version(client: Client, db: None) -> None:
    assert client.get("/health").json()["version"] == __version__
    footer = client.get(reverse("account_login")).content.decode().partition("<footer")[2]
    assert f" · {__version__}</p>" in footer


def test_every_answer_carries_the_policies(client: Client, db: None) -> None:
    answer = client.get("/health")
    policy = answer["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"


def test_only_the_administration_may_evaluate_expressions(client: Client, db: None) -> None:
    assert "'unsafe-eval'" in client.get("/admin/login/")["Content-Security-Policy"]
    assert "'unsafe-eval'" not in client.get(reverse("account_login"))["Content-Security-Policy"]


def test_the_right_password_lets_in(client: Client, person: object) -> None:
    assert _log_in(client, PASSWORD) == 302
    assert "_auth_user_id" in client.session


def test_five_wrong_passwords_lock_the_name_even_for_the_right_one(client: Client, person: object) -> None:
    for _ in range(5):
        assert _log_in(client, "wrong") == 200
    assert _log_in(client, PASSWORD) == 200
    assert "_auth_user_id" not in client.session


def test_four_wrong_passwords_do_not(client: Client, person: object) -> None:
    for _ in range(4):
        _log_in(client, "wrong")
    assert _log_in(client, PASSWORD) == 302


def test_nobody_signs_up(client: Client, db: None) -> None:
    answer = client.post(
        reverse("account_signup"), {"username": "mallory", "password1": PASSWORD, "password2": PASSWORD}
    )
    assert answer.status_code in (200, 403)
    assert not get_user_model().objects.filter(username="mallory").exists()


@pytest.mark.parametrize("weak", ["short1!", "12345678901234", "password123", ""])
def test_a_weak_password_is_refused(weak: str) -> None:
    with pytest.raises(ValidationError):
        validate_password(weak)


def test_a_session_ends_half_an_hour_after_the_last_page_not_after_the_login(client: Client, person: object) -> None:
    _log_in(client, PASSWORD)
    session = client.session
    # Ten minutes ago: older than the five after which the row is rewritten.
    session["seen_at"] = int((timezone.now() - timedelta(minutes=10)).timestamp())
    session.save()
    Session.objects.update(expire_date=timezone.now() + timedelta(minutes=20))
    client.get(reverse("account_login"))
    left = Session.objects.get().expire_date - timezone.now()
    assert timedelta(minutes=29) < left <= timedelta(minutes=30)


def test_a_session_just_seen_is_not_written_again(client: Client, person: object) -> None:
    _log_in(client, PASSWORD)
    client.get(reverse("account_login"))
    Session.objects.update(expire_date=timezone.now() + timedelta(minutes=20))
    client.get(reverse("account_login"))
    assert Session.objects.get().expire_date - timezone.now() < timedelta(minutes=21)


def test_the_api_carries_no_session() -> None:
    seen = []
    layer = middleware.Session(lambda request: seen.append(hasattr(request, "session")) or middleware.HttpResponse())
    layer(RequestFactory().get("/api/v1/projects"))
    layer(RequestFactory().get("/projects"))
    assert seen == [False, True]


def test_the_request_log_names_neither_query_nor_body(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines: list[dict[str, object]] = []
    monkeypatch.setattr(middleware.log, "debug", lambda event, **values: lines.append(values))
    layer = middleware.RequestLog(lambda request: middleware.HttpResponse())
    layer(RequestFactory().post("/filing?unit=秘密", {"name": "涉密项目"}))
    assert [set(line) for line in lines] == [{"method", "path", "status", "ms"}]
    assert lines[0]["path"] == "/filing"


def _settings_with(**variables: str) -> dict[str, object]:
    """The settings another process would see."""
    code = (
        "import json; from yinuo.config import settings as s; print(json.dumps({name: getattr(s, name) for name in "
        "('SESSION_COOKIE_SECURE', 'CSRF_COOKIE_SECURE', 'SECURE_SSL_REDIRECT', 'SECURE_HSTS_SECONDS', "
        "'ALLOWED_HOSTS', 'DEBUG', "
        "'SECURE_PROXY_SSL_HEADER', 'CSRF_TRUSTED_ORIGINS')}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **variables}, capture_output=True, text=True, check=True
    )
    answer: dict[str, object] = json.loads(done.stdout)
    return answer


def test_a_public_https_address_turns_on_secure_cookies_and_hsts() -> None:
    public = _settings_with(YINUO_ORIGIN="https://yinuo.example.org")
    assert public["SESSION_COOKIE_SECURE"] is public["CSRF_COOKIE_SECURE"] is public["SECURE_SSL_REDIRECT"] is True
    assert public["SECURE_HSTS_SECONDS"]
    assert "yinuo.example.org" in public["ALLOWED_HOSTS"]
    assert public["CSRF_TRUSTED_ORIGINS"] == ["https://yinuo.example.org"]
    assert public["SECURE_PROXY_SSL_HEADER"] is None, "only behind a proxy that overwrites it"


def test_a_local_address_works_without() -> None:
    local = _settings_with(YINUO_ORIGIN="http://localhost:8000")
    assert local["SESSION_COOKIE_SECURE"] is local["SECURE_SSL_REDIRECT"] is local["DEBUG"] is False
