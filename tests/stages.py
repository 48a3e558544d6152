"""Most tests begin alike: a county, a company, a project on the map. Each such beginning is written once a process.

A builder marked `@stage` is called as ever. What it writes when it is asked for the second time is committed, in a database of its own;
from then on a test that stands exactly where it stood then, and has written nothing, goes on in a transaction there.
Everything is asked of the database: a test that wrote one row of its own, or replaced a part of the program, has the builder run.
"""

from __future__ import annotations

import copy
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import pytest
from django.db import connection, transaction

if TYPE_CHECKING:
    from tests.database import TestDatabase

P = ParamSpec("P")
R = TypeVar("R")
# Open connections a process keeps; the databases stay.
OPEN = 8
# What only says which moment it is does not change what is built: builders are told their moments.
CLOCK = ("now", "localdate")
KEEPING = (
    *("yinuo.apps.catalogue.queries", "yinuo.apps.infochain.keys", "yinuo.apps.halls.queries"),
    *("yinuo.web.public.figures", "yinuo.web.public.readings", "yinuo.web.staff.dashboard_wall"),
)


class Unlike(Exception):
    """An argument of which nobody can say whether it is the same as another time."""


@dataclass
class Stage:
    """A database and what the builders on the way to it returned."""

    database: str
    made: tuple[Any, ...] = ()
    onward: dict[Any, Stage] = field(default_factory=dict)
    asked: set[Any] = field(default_factory=set)


class Stages:
    """Where this process's tests may begin, and where the running test stands."""

    def __init__(self, database: TestDatabase, root: str) -> None:
        self.database = database
        self.root = Stage(root)
        self.raws: dict[str, Any] = {}
        self.names: list[str] = []
        self.request: pytest.FixtureRequest | None = None
        self.left: Any = None
        self.here = self.root
        self.made: list[Any] = []
        self.building = False

    def begin(self, request: pytest.FixtureRequest) -> None:
        names = request.fixturenames
        marked = request.node.get_closest_marker("django_db") is not None
        taken_back = ("_django_db_helper" in names or marked) and not {"transactional_db", "committed_db"} & set(names)
        self.request = request if taken_back else None
        self.here, self.made = self.root, []

    def end(self) -> None:
        """The test is over and taken back: the process's own connection is put in place again."""
        self.request = None
        left, self.left = self.left, None
        if left is None or left.closed:
            return
        # A test may have closed the connection, and its transaction with it, before Django could take it back.
        left.rollback()
        left.autocommit = True
        if connection.connection is None:
            left.close()
        else:
            connection.connection = left

    def close(self) -> None:
        for raw in self.raws.values():
            raw.close()
        for name in self.names:
            self.database.done_with(name)

    def reach(self, build: Callable[..., Any], given: tuple[Any, ...], named: dict[str, Any]) -> Any:
        if self.building or not self._untouched():
            return build(*given, **named)
        try:
            key = (build.__module__, build.__qualname__, self._alike(given), self._alike(named))
        except Unlike:
            return build(*given, **named)
        forget()
        if key not in self.here.onward:
            if key not in self.here.asked:
                self.here.asked.add(key)
                return build(*given, **named)
            return self._build(key, build, given, named)
        stage = self.here.onward[key]
        self._go(stage.database)
        return self._stand(stage)

    def _untouched(self) -> bool:
        """Whether this test stands where the stage stood, with the program as it is."""
        if self.request is None or not connection.in_atomic_block or connection.savepoint_ids or connection.needs_rollback:
            return False
        if connection.settings_dict["NAME"] != self.root.database or self._patched():
            return False
        connection.ensure_connection()
        ((untouched,),) = connection.connection.execute("SELECT pg_current_xact_id_if_assigned() IS NULL").fetchall()
        return bool(untouched)

    def _patched(self) -> bool:
        assert self.request is not None
        given = getattr(self.request.node, "funcargs", {})
        patch, settings = given.get("monkeypatch"), given.get("settings")
        changed = bool(patch and (patch._setitem or any(name not in CLOCK for _, name, _ in patch._setattr)))
        return changed or bool(settings and settings._to_restore)

    def _alike(self, value: Any) -> Any:
        for place, made in enumerate(self.made):
            if value is made:
                return ("made", place)
        if isinstance(value, tuple | list):
            return tuple(self._alike(part) for part in value)
        if isinstance(value, dict):
            return tuple((key, self._alike(value[key])) for key in sorted(value))
        if value is None or isinstance(value, str | int | float):
            return value
        raise Unlike

    def _build(self, key: Any, build: Callable[..., Any], given: tuple[Any, ...], named: dict[str, Any]) -> Any:
        """The stage after this one: a copy of its database, in which `build` is called and kept."""
        parent = self.here
        if parent is not self.root:
            # Nobody may be connected to what is copied.
            self._go(self.root.database)
            self.raws.pop(parent.database).close()
        name = self.database.clone(of="" if parent is self.root else parent.database)
        self.names.append(name)
        self._go(name)
        self.building = True
        try:
            with transaction.atomic():
                result = build(*given, **named)
            connection.connection.commit()
        finally:
            self.building = False
        self.made.append(result)
        parent.onward[key] = self.here = Stage(name, tuple(copy.deepcopy(self.made)))
        return result

    def _go(self, name: str) -> None:
        """The test's transaction, in which nothing is written yet, goes on in another database."""
        raw = connection.connection
        raw.rollback()
        if self.left is None:
            self.left = raw
        if name == self.root.database:
            new = self.left
        else:
            new = self.raws.pop(name, None)
            if new is None or new.closed:
                new = self._connected(name)
            self.raws[name] = new
            while len(self.raws) > OPEN:
                self.raws.pop(next(iter(self.raws))).close()
        new.rollback()
        new.autocommit = False
        connection.connection = new

    def _connected(self, name: str) -> Any:
        new = connection.get_new_connection({**connection.get_connection_params(), "dbname": name})
        new.autocommit = True
        connection.connection = new
        connection.init_connection_state()
        return new

    def _stand(self, stage: Stage) -> Any:
        """What the builders returned, as this test has it: what it was given before is brought up to date, and is the same object."""
        known = dict(zip(map(id, stage.made), self.made, strict=False))
        for kept, own in zip(stage.made, self.made, strict=False):
            if hasattr(own, "__dict__"):
                own.__dict__.update(copy.deepcopy(kept.__dict__, dict(known)))
        result = copy.deepcopy(stage.made[-1], dict(known))
        self.made.append(result)
        self.here = stage
        return result


def forget() -> None:
    """What a process keeps of the database for a while: another database may have other rows under the same numbers."""
    from yinuo.apps.work.clocks import forget_calendar

    for name in KEEPING:
        if name in sys.modules:
            sys.modules[name].forget()
    forget_calendar()


_stages: Stages | None = None


@contextmanager
def opened(database: TestDatabase, root: str) -> Iterator[None]:
    """For the tests of this process; `root`: the database in which they begin."""
    global _stages
    _stages = stages = Stages(database, root)
    try:
        yield
    finally:
        stages.close()
        _stages = None


@contextmanager
def test(request: pytest.FixtureRequest) -> Iterator[None]:
    if _stages is None:
        yield
        return
    _stages.begin(request)
    try:
        yield
    finally:
        _stages.end()


def stage(build: Callable[P, R]) -> Callable[P, R]:
    """Marks a builder that makes the same of the same arguments, whenever it is called."""

    @wraps(build)
    def run(*given: P.args, **named: P.kwargs) -> R:
        result: R = _stages.reach(build, given, named) if _stages else build(*given, **named)
        return result

    return run
