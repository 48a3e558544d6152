"""Kills a process (SIGKILL) before each statement of an action, and before its COMMIT, and looks at what is left."""

from __future__ import annotations

import os
import signal
import warnings
from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.db import connection, connections

ROOMS = {
    *("trail", "people", "infochain", "work", "documents", "notices", "catalogue", "credit", "projects", "onemap", "commitments"),
    *("reviews", "window", "mock", "deficient", "regional", "land", "agency"),
}


_typeset: dict[tuple[str, str], Any] = {}


def typeset_beforehand() -> None:
    """The typesetter's threads do not live on in a forked child: it gets what was typeset of the same template here."""
    from yinuo.apps.documents import render

    if getattr(render._compile, "beforehand", False):
        return
    compile_, owner = render._compile, os.getpid()

    def typeset(template: str, data: Any, on: Any, seal: Any, **options: Any) -> Any:
        key = (template, str(options.get("format")))
        if os.getpid() == owner:
            _typeset[key] = compile_(template, data, on, seal, **options)
        return _typeset[key]

    typeset.beforehand = True  # type: ignore[attr-defined]
    render._compile = typeset


def counts() -> dict[str, int]:
    """Rows by table, the queue of jobs included."""
    tables = [model._meta.db_table for model in apps.get_models() if model._meta.app_label in ROOMS] + ["procrastinate_jobs"]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"SELECT '{table}', count(*) FROM {table}" for table in tables))
        return dict(cursor.fetchall())


def state() -> dict[str, tuple[int, int]]:
    """Rows and row versions by table: an update that was kept changes the second number though no row was added."""
    tables = sorted(counts())
    with connection.cursor() as cursor:
        each = "SELECT '{0}', count(*), coalesce(sum(xmin::text::bigint), 0)::bigint FROM {0}"
        cursor.execute(" UNION ALL ".join(each.format(table) for table in tables))
        return {table: (rows, versions) for table, rows, versions in cursor.fetchall()}


def killed_at(number: int, act: Callable[[], Any]) -> bool:
    """Runs `act` in a child that is killed before its statement `number` (COMMIT counts). Returns whether it was."""
    connections.close_all()
    with warnings.catch_warnings():
        # A test runner's threads are not needed by the child.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        _child(number, act)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return True
    assert os.WEXITSTATUS(status) == 0, "the action failed in the child"
    return False


def _child(number: int, act: Callable[[], Any]) -> None:
    seen = 0

    def strike() -> None:
        nonlocal seen
        seen += 1
        if seen == number:
            os.kill(os.getpid(), signal.SIGKILL)

    def before(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        strike()
        return execute(sql, params, many, context)

    code = 1
    try:
        connection.ensure_connection()
        commit = connection._commit

        def striking_commit() -> Any:
            strike()
            return commit()

        connection._commit = striking_commit  # type: ignore[method-assign]
        with connection.execute_wrapper(before):
            act()
        code = 0
    except BaseException as error:
        print(f"child: {error!r}", flush=True)
    finally:
        os._exit(code)


def spread(statements: int, places: int) -> list[int]:
    """So many of the numbers 1…statements, evenly, the first and the last (the COMMIT) among them."""
    if statements <= places:
        return list(range(1, statements + 1))
    return sorted({1 + round(step * (statements - 1) / (places - 1)) for step in range(places)})


def survives_at(act: Callable[[], Any], places: int) -> int:
    """As `survives`, at some statements only, which a first child counts in a transaction that it takes back. Returns how many it has."""
    before = state()
    statements = counted(act)
    assert state() == before, "counting left something behind"
    for number in spread(statements, places):
        assert killed_at(number, act), f"there is no statement {number}"
        assert state() == before, f"killed before statement {number}: something was left behind"
    assert not killed_at(10**6, act)
    assert state() != before, "the action wrote nothing"
    return statements


def counted(act: Callable[[], Any]) -> int:
    """The statements of `act` with its COMMIT, seen by a child that is killed in place of the COMMIT."""
    connections.close_all()
    reader, writer = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        os.close(reader)
        _count(writer, act)
    os.close(writer)
    with os.fdopen(reader, "rb") as told:
        said = told.read()
    os.waitpid(child, 0)
    assert said, "the action failed in the child"
    return int(said)


def _count(writer: int, act: Callable[[], Any]) -> None:
    seen = 0

    def before(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        nonlocal seen
        seen += 1
        return execute(sql, params, many, context)

    def instead() -> None:
        os.write(writer, str(seen + 1).encode())
        os.kill(os.getpid(), signal.SIGKILL)

    try:
        connection.ensure_connection()
        connection._commit = instead  # type: ignore[method-assign]
        with connection.execute_wrapper(before):
            act()
    except BaseException as error:
        print(f"child: {error!r}", flush=True)
    finally:
        os._exit(1)


def survives(act: Callable[[], Any], *, at_most: int = 120) -> int:
    """Asserts that a kill anywhere leaves every table as it was, and that the action then runs once. Returns its statements."""
    before = state()
    for number in range(1, at_most):
        if not killed_at(number, act):
            assert state() != before, "the action wrote nothing"
            return number - 1
        assert state() == before, f"killed before statement {number}: something was left behind"
    raise AssertionError(f"more than {at_most} statements")
