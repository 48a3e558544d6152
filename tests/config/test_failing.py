"""What visitors and machines are told when the database is gone, busy or another's, when an address is none, and when
we failed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import OperationalError, connection, connections
from django.test import Client, RequestFactory
from psycopg import errors

from tests.database import TestDatabase
from yinuo import __version__
from yinuo.config import failing
from yinuo.deploy import database

MACHINE = {"authorization": "Bearer yk_nobody"}


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=False)


@pytest.fixture
def gone(test_database: TestDatabase, django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The database does not answer."""
    with django_db_blocker.unblock(), test_database.pointing_at("gone"):
        yield


def test_without_a_database_pages_and_api_say_so_and_when_to_come_back(gone: None, client: Client) -> None:
    page = client.get("/")
    assert (page.status_code, page["Retry-After"]) == (503, "10")
    assert "暂停服务" in page.content.decode() and page["Content-Security-Policy"]
    answer = client.get("/api/v1/projects", headers=MACHINE)
    assert (answer.status_code, answer["Retry-After"]) == (503, "10")
    assert (answer.json()["code"], "Idempotency-Key" in answer.json()["remedy"]) == ("api.unavailable", True)


def test_without_a_database_the_process_lives_and_is_not_ready(gone: None, client: Client) -> None:
    assert client.get("/health").json()["status"] == "ok"
    answer = client.get("/ready")
    assert (answer.status_code, answer.json()["why"]) == (503, "数据库没有应答")


def test_with_a_database_of_this_release_it_is_ready(db: None, client: Client) -> None:
    assert client.get("/ready").json() == {"status": "ready", "version": __version__}


def test_a_database_of_another_release_is_not_ready(committed_db: str, client: Client) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("UPDATE yinuo_release SET version = '99.0.0'")
    answer = client.get("/ready")
    assert (answer.status_code, answer.json()["why"]) == (503, f"数据库是 99.0.0，本程序是 {__version__}")


def test_whoever_waits_for_a_lock_that_is_never_given_up_is_told_to_come_back(
    committed_db: str, client: Client
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting(name) FROM unnest(%s::text[]) name",
            [["statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"]],
        )
        assert [value for (value,) in cursor.fetchall()] == ["1min", "20s", "1min"]
        cursor.execute("SET lock_timeout = '50ms'")
    with connections["owner"].cursor() as cursor:
        cursor.execute("BEGIN; LOCK TABLE people_apikey IN ACCESS EXCLUSIVE MODE")
        try:
            assert client.get("/api/v1/projects", headers=MACHINE).status_code == 503
        finally:
            cursor.execute("ROLLBACK")
    assert client.get("/api/v1/projects", headers=MACHINE).status_code == 401


def test_an_address_that_is_none_is_told_in_json_to_machines_and_on_a_page_to_people(db: None, client: Client) -> None:
    answer = client.get("/api/v1/nowhere")
    assert (answer.status_code, answer.json()["code"]) == (404, "api.not_found")
    page = client.get("/nowhere/")
    assert (page.status_code, "没有找到这一页" in page.content.decode()) == (404, True)


@pytest.mark.parametrize(
    ("method", "path", "headers", "status", "code"),
    [
        ("delete", "/api/v1/projects", {}, 405, "api.method"),
        ("options", "/api/v1/guides", {}, 405, "api.method"),
        ("get", "/api/v1/guides", {"Host": "elsewhere.example"}, 400, "api.bad_request"),
        ("get", "/api/v1/zone?" + "a=1&" * 3000, {}, 400, "api.bad_request"),
        ("get", "/api/", {}, 404, "api.not_found"),
        ("post", "/api/v1/projects/", {}, 404, "api.not_found"),
        ("get", "/api/v1/projects", {"Authorization": "Bearer \x00"}, 401, "api.key"),
        ("get", "/api/v1/verify/%00/%FF", {}, 422, "api.unfit"),
        ("get", "/api/v1/guides?as_of=0001-01-01", {}, 422, "rules.as_of"),
    ],
)
def test_whoever_refuses_a_machine_it_is_told_in_json(
    db: None, client: Client, method: str, path: str, headers: dict[str, str], status: int, code: str
) -> None:
    answer = getattr(client, method)(path, headers=headers)
    assert answer.headers["Content-Type"].startswith("application/json"), answer.content[:80]
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["remedy"]
    assert status != 405 or answer.headers["Allow"]


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (RuntimeError("a fault of ours"), 500, "api.failed"),
        (OperationalError(errors.DiskFull("no space")), 503, "api.unavailable"),
        (OperationalError("server closed the connection unexpectedly"), 503, "api.unavailable"),
    ],
)
def test_a_fault_is_told_apart_from_a_database_that_cannot_work(error: Exception, status: int, code: str) -> None:
    try:
        raise error
    except Exception:
        for path, told in (("/api/v1/projects", code), ("/projects/", str(status))):
            answer = failing.failed(RequestFactory().get(path))
            assert answer.status_code == status
            assert told in answer.content.decode()


def test_the_time_outs_go_with_the_programs_connections_unless_the_address_says_otherwise() -> None:
    def options(address: str, **more: bool) -> str | None:
        made: str | None = database.settings_from_url(address, **more)["OPTIONS"].get("options")
        return made

    assert options("postgresql://app@db/yinuo") == database.TIME_OUTS
    assert options("postgresql://app@db/yinuo?options=") == "", "a PgBouncer takes none"
    assert options("postgresql://app@db/yinuo?options=-c%20lock_timeout%3D5s") == "-c lock_timeout=5s"
    assert options("postgresql://owner@db/yinuo", lasting=False) is None, "a migration may take its time"
