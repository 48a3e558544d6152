"""Kills a process (SIGKILL) before everything of an action that can stay in the database, and looks at what is left.

What stays is what was committed: killed anywhere between two commits, PostgreSQL leaves what the first of them left. The places where
a kill can leave anything else are therefore few: before each COMMIT, and before each statement outside a transaction, which commits
by itself. All of them are tried, whatever their number; and a statement half-way to the first besides.
"""

from __future__ import annotations

import os
import signal
import warnings
from collections.abc import Callable
from typing import Any

import psycopg
from django.apps import apps
from django.db import connection, connections

ROOMS = {
    *("trail", "people", "infochain", "work", "documents", "notices", "feeds", "catalogue", "credit", "projects", "onemap", "commitments"),
    *("reviews", "window", "mock", "deficient", "regional", "land", "agency", "oversight", "reform"),
}


_typeset: dict[tuple[str, str], Any] = {}


def typeset_beforehand() -> None:
    """The typesetter's threads do not live on in a forked child: it gets what was typeset of the same template here."""
    from yinuo.apps.documents import render

    if getattr(render._compile, "beforehand", False):
        return
    compile_, owner = render._compile, os.getpid()

    def typeset(template: str, *given: Any, **options: Any) -> Any:
        key = (template, str(options.get("format")))
        if os.getpid() == owner:
            _typeset[key] = compile_(template, *given, **options)
        return _typeset[key]

    typeset.beforehand = True  # type: ignore[attr-defined]
    render._compile = typeset


def tables() -> list[str]:
    """Every room's, and the queue of jobs."""
    return [*sorted(model._meta.db_table for model in apps.get_models() if model._meta.app_label in ROOMS), "procrastinate_jobs"]


def counts() -> dict[str, int]:
    """Rows by table."""
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"SELECT '{table}', count(*) FROM {table}" for table in tables()))
        return dict(cursor.fetchall())


def state(watcher: psycopg.Connection[Any]) -> dict[str, tuple[int, int]]:
    """Rows and row versions by table: an update that was kept changes the versions though no row was added."""
    each = "SELECT '{0}', count(*), coalesce(sum(xmin::text::bigint), 0)::bigint FROM {0}"
    rows = watcher.execute(" UNION ALL ".join(each.format(table) for table in tables()).encode())
    return {table: (number, versions) for table, number, versions in rows}


class Child:
    """Runs `act` in a child process that dies before its statement `number` (a COMMIT counts), or before its `lasting`th place to leave
    something; what it did is told as it goes on.
    """

    def __init__(self, act: Callable[[], Any], *, number: int = 0, lasting: int = 0) -> None:
        self.number, self.lasting = number, lasting
        self.seen = self.places = 0
        reader, self.writer = os.pipe()
        connections.close_all()
        with warnings.catch_warnings():
            # A test runner's threads are not needed by the child.
            warnings.simplefilter("ignore", DeprecationWarning)
            child = os.fork()
        if child == 0:
            self._run(act)
        os.close(self.writer)
        with os.fdopen(reader, "rb") as told:
            lines = told.read().splitlines()
        _, status = os.waitpid(child, 0)
        self.killed = os.WIFSIGNALED(status)
        assert self.killed or os.WEXITSTATUS(status) == 0, "the action failed in the child"
        self.seen = int(lines[-1]) if lines else 0

    def _run(self, act: Callable[[], Any]) -> None:
        code = 1
        try:
            connection.ensure_connection()
            commit = connection._commit

            def striking_commit() -> Any:
                self._strike(lasts=True)
                return commit()

            connection._commit = striking_commit  # type: ignore[method-assign]
            with connection.execute_wrapper(self._before):
                act()
            code = 0
        except BaseException as error:
            print(f"child: {error!r}", flush=True)
        finally:
            os._exit(code)

    def _before(self, execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        self._strike(lasts=connection.get_autocommit())
        return execute(sql, params, many, context)

    def _strike(self, *, lasts: bool) -> None:
        self.seen += 1
        self.places += lasts
        os.write(self.writer, f"{self.seen}\n".encode())
        if self.seen == self.number or (lasts and self.places == self.lasting):
            os.kill(os.getpid(), signal.SIGKILL)


def survives(act: Callable[[], Any], *, at_most: int = 400) -> int:
    """Asserts that a kill anywhere leaves every table as it was, and that the action then runs once. Returns its statements."""
    # The connection stays open over all children: what a server process must learn of the tables anew costs more than the action.
    with psycopg.connect(os.environ["YINUO_DATABASE_URL"], autocommit=True) as watcher:
        before = state(watcher)
        places = 0
        while (child := Child(act, lasting=places + 1)).killed:
            assert state(watcher) == before, f"killed before statement {child.seen}: something was left behind"
            if not places:
                half = Child(act, number=(child.seen + 1) // 2)
                assert half.killed, "the action does not take the same statements twice"
                assert state(watcher) == before, f"killed before statement {half.seen}: something was left behind"
            places += 1
            assert child.seen <= at_most, f"more than {at_most} statements"
        assert state(watcher) != before, "the action wrote nothing"
        return child.seen
