"""What all tests stand on. Tests of core and packs never see Django or a database: both are set up only for who asks.

Fixtures: `db` (pytest-django's, a transaction rolled back, as the application's role) and `committed_db` (a clone for
tests that commit).
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

from yinuo.core.pack import load

if TYPE_CHECKING:
    from pytest_django import DjangoDbBlocker

    from tests.database import TestDatabase

# How quick the machine is today says nothing of what is tested.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")
# Most packs of the tests are copies with one file changed: the others are parsed once for all.
load.parse = lru_cache(maxsize=None)(load.parse)

TESTS = Path(__file__).resolve().parent
OWN = TESTS.parent / "src"
WITHOUT_DJANGO = {"core", "chain", "node", "packs", "scripts"}


class UndefinedVariable(Exception):
    """One of our templates names something its view did not give."""


class Undefined(str):
    """What Django puts in an undefined variable's place; in our own templates it raises instead."""

    def __new__(cls) -> Undefined:
        return super().__new__(cls, "undefined: %s")

    def __mod__(self, missing: Any) -> str:
        origin = _template_being_rendered()
        if OWN in Path(origin).parents:
            raise UndefinedVariable(f"{missing} in {origin}")
        return ""


def _template_being_rendered() -> str:
    """Django hands no template to `string_if_invalid`, but the node that renders knows where it came from."""
    frame = sys._getframe(2)
    while frame is not None:
        node = frame.f_locals.get("self")
        if frame.f_code.co_name == "render_annotated" and (origin := getattr(node, "origin", None)):
            return str(origin.name)
        frame = frame.f_back  # type: ignore[assignment]
    return ""


def set_up_django() -> None:
    if "DJANGO_SETTINGS_MODULE" in os.environ and "django.conf" in sys.modules:
        return
    from tests.database import TestDatabase
    from yinuo.deploy.embedded import APP, OWNER

    server = TestDatabase().server
    build = TESTS.parent / "build" / "test-home"
    build.mkdir(parents=True, exist_ok=True)
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "yinuo.config.settings",
        "YINUO_DATA": str(build),
        "YINUO_SECRET_KEY": "only for tests",
        "YINUO_SMS_PROVIDER": "yinuo.engine.notices.channels.ConsoleSms",
        # No such database: a test that asks for none has none.
        "YINUO_DATABASE_URL": server.url(APP, "none"),
        "YINUO_DATABASE_OWNER_URL": server.url(OWNER, "none"),
    }
    import django
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = Undefined()
    django.setup()
    from tests.shuffling import shuffle_what_has_no_order

    shuffle_what_has_no_order()
    find_static_files_once()


def find_static_files_once() -> None:
    """Each of Django's test clients is a web server that has just started, and looks for its static files: they are the
    same for all.
    """
    from whitenoise.middleware import WhiteNoiseMiddleware

    find, found = WhiteNoiseMiddleware.add_files_from_finders, {}

    def find_once(server: WhiteNoiseMiddleware) -> None:
        if not found:
            find(server)
            found.update(server.files)
        server.files.update(found)

    WhiteNoiseMiddleware.add_files_from_finders = find_once


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> None:
    """Before a module that may import models is read, Django is ready; for the floors below it never is."""
    inside = file_path.relative_to(TESTS).parts[0] if file_path.is_relative_to(TESTS) else ""
    if inside not in WITHOUT_DJANGO and file_path.suffix == ".py" and file_path.name.startswith("test_"):
        set_up_django()


def pytest_configure(config: pytest.Config) -> None:
    """What is read before the first test stays for all of them: nobody looks for garbage in it, which took a seventh of
    their time.
    """
    gc.disable()


def pytest_collection_finish(session: pytest.Session) -> None:
    gc.collect()
    gc.freeze()
    gc.enable()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    leave_the_rest_to_the_whole_run(items)
    if hasattr(config, "workerinput"):
        the_long_ones_first(items)


def leave_the_rest_to_the_whole_run(items: list[pytest.Item]) -> None:
    """`make check` takes of a file's tests with a database the first, and those marked `quick`; the others are marked
    `full`.
    """
    taken: set[Path] = set()
    for item in items:
        if not needs_a_database(item) or item.get_closest_marker("quick") or item.get_closest_marker("slow"):
            continue
        if item.path in taken:
            item.add_marker("full")
        taken.add(item.path)


def needs_a_database(item: pytest.Item) -> bool:
    return "django_db_setup" in getattr(item, "fixturenames", ()) or item.get_closest_marker("django_db") is not None


def the_long_ones_first(items: list[pytest.Item]) -> None:
    """Several processes share the files out among them: at the end nobody is to wait for one of the long ones."""
    lengths = dict.fromkeys((item.path for item in items), 2)
    for item in items:
        if item.get_closest_marker("slow"):
            lengths[item.path] = min(lengths[item.path], 0 if item.get_closest_marker("browser") else 1)
    items.sort(key=lambda item: lengths[item.path])


@pytest.fixture(scope="session")
def test_database() -> Iterator[TestDatabase]:
    """The tests' server with a migrated template; kept between runs, stopped by the last that uses it."""
    from tests.database import TestDatabase

    database = TestDatabase()
    try:
        database.enter()
        yield database
    finally:
        database.leave()


@pytest.fixture(scope="session")
def django_db_setup(
    test_database: TestDatabase, django_test_environment: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """Replaces pytest-django's: this run gets a clone of the template, and connects as the application's role."""
    with django_db_blocker.unblock():
        test_database.server.connect().close()
        name = test_database.clone()
        with test_database.pointing_at(name):
            yield
        test_database.done_with(name)


@pytest.fixture
def beginning(
    request: pytest.FixtureRequest,
    test_database: TestDatabase,
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
) -> None:
    """Goes to the database in which the test begins: tests/beginnings.py."""
    from tests.beginnings import beginnings, builder_of

    with django_db_blocker.unblock():
        beginnings.go(builder_of(request.node), test_database)


@pytest.fixture
def _django_db_helper(beginning: None, _django_db_helper: None) -> None:
    """pytest-django's transaction of a test, which begins there."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """Another file's fixtures find the run's own database; no test finds the hall that another one has read."""
    yield
    if contact := sys.modules.get("yinuo.engine.people.contact"):
        contact.forget()
    if (found := sys.modules.get("tests.beginnings")) and (nextitem is None or nextitem.path != item.path):
        found.beginnings.go_back()


@pytest.fixture
def committed_db(
    request: pytest.FixtureRequest, beginning: None, test_database: TestDatabase, django_db_blocker: DjangoDbBlocker
) -> Iterator[str]:
    """A database of this test's own, for what commits, locks or runs in several processes; its name.

    Costs about 40 ms.
    """
    from tests.beginnings import beginnings, builder_of

    with django_db_blocker.unblock():
        name = test_database.clone(of=beginnings.database_of(builder_of(request.node)))
    with django_db_blocker.unblock(), test_database.pointing_at(name):
        yield name
    test_database.done_with(name)


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The browser to test with. Without one its tests are skipped; with YINUO_REQUIRE_BROWSER=1 they fail."""
    from scripts import browser

    found = browser.find()
    if found is not None:
        return found
    message = "没有 Chromium：先执行 make setup-test，或设置 YINUO_CHROMIUM"
    if os.environ.get("YINUO_REQUIRE_BROWSER") == "1":
        pytest.fail(message)
    pytest.skip(message)
