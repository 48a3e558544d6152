"""Finds what a process killed (SIGKILL) anywhere in an action would leave in the database.

What stays is what was committed: killed anywhere between two commits, PostgreSQL leaves what the first of them left. So
the action is done once, and after each COMMIT, and each statement outside a transaction, which commits by itself, the
tables are looked at: there is nothing of it yet, or all of it. That a process killed outright leaves just that is seen
in test_killed.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.db import connection, transaction

ROOMS = {
    *(
        "trail",
        "people",
        "infochain",
        "work",
        "documents",
        "notices",
        "feeds",
        "accounts",
        "catalogue",
        "credit",
        "projects",
        "onemap",
        "commitments",
    ),
    *("reviews", "window", "mock", "deficient", "regional", "land", "agency", "oversight", "reform"),
}
State = dict[str, tuple[int, int]]


def tables() -> list[str]:
    """Every room's, and the queue of jobs."""
    return [
        *sorted(model._meta.db_table for model in apps.get_models() if model._meta.app_label in ROOMS),
        "procrastinate_jobs",
    ]


def counts() -> dict[str, int]:
    """Rows by table."""
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"SELECT '{table}', count(*) FROM {table}" for table in tables()))
        return dict(cursor.fetchall())


def state() -> State:
    """Rows and row versions by table: an update that was kept changes the versions though no row was added."""
    each = "SELECT '{0}', count(*), coalesce(sum(xmin::text::bigint), 0)::bigint FROM {0}"
    asked = " UNION ALL ".join(each.format(table) for table in tables())
    return {table: (number, versions) for table, number, versions in connection.connection.execute(asked).fetchall()}


class Watch:
    """What there was before, after each statement that lasts, and at the end."""

    def __init__(self) -> None:
        self.before = self.after = state()
        self.statements = 0
        self.left: list[tuple[str, State]] = []
        self.depth = len(connection.savepoint_ids)

    def __call__(self, execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        self.statements += 1
        result = execute(sql, params, many, context)
        # Inside a transaction a savepoint is open; what releases the outermost stands for its COMMIT.
        if len(connection.savepoint_ids) == self.depth and not str(sql).startswith("SAVEPOINT"):
            self.left.append((str(sql), state()))
        return result

    def judge(self) -> None:
        after = self.after
        assert after != self.before, "the action wrote nothing"
        for sql, found in self.left:
            assert found in (self.before, after), f"killed after this statement, half of it is left: {sql[:300]}"


@contextmanager
def watched() -> Iterator[Watch]:
    """Looks at whatever is done inside.

    A transaction around it stands for the connection; the action's are savepoints.
    """
    with transaction.atomic():
        connection.ensure_connection()
        watch, waiting = Watch(), len(connection.run_on_commit)
        with connection.execute_wrapper(watch):
            yield watch
            for _, call, _ in connection.run_on_commit[waiting:]:
                call()
        del connection.run_on_commit[waiting:]
        watch.after = state()


def survives(act: Callable[[], Any]) -> int:
    """Asserts that a kill anywhere in the action leaves every table as it was, or all it does.

    Returns its statements.
    """
    with watched() as watch:
        act()
    watch.judge()
    return watch.statements
