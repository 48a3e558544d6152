"""What stands in the database besides the tables: who may do what with them, and that some only grow."""

from __future__ import annotations

import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from yinuo.deploy.binaries import DatabaseError

if TYPE_CHECKING:
    from django.db.models import Field, Model

    from yinuo.engine.base import FixedWhenMade

EXTENSIONS = ("btree_gist", "pg_trgm")
GUARD = "refuse_change"
# One lock or one statement that never ends must not take every thread with it.
TIME_OUTS = "-c statement_timeout=60s -c lock_timeout=20s -c idle_in_transaction_session_timeout=60s"

GUARD_FUNCTION = f"""
    CREATE OR REPLACE FUNCTION {GUARD}() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '% %', TG_TABLE_NAME, coalesce(TG_ARGV[0], '只能追加，不能修改或删除')
            USING ERRCODE = 'restrict_violation';
    END $$
"""


def settings_from_url(url: str, *, lasting: bool = True) -> dict[str, Any]:
    """Django's settings of a connection from `postgresql://user:password@host:port/name?host=/socket/folder`.

    A connection is tried before each request: the server may have been started anew. `lasting`: those of the program,
    which wait for nothing for ever; the owner's, who migrates, may.
    """
    parts = urllib.parse.urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres"):
        raise DatabaseError(f"YINUO_DATABASE_URL 应以 postgresql:// 开头，而不是“{parts.scheme}”")
    query = dict(urllib.parse.parse_qsl(parts.query, keep_blank_values=True))
    if lasting:
        query.setdefault("options", TIME_OUTS)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": urllib.parse.unquote(parts.path.lstrip("/")),
        "USER": urllib.parse.unquote(parts.username or ""),
        "PASSWORD": urllib.parse.unquote(parts.password or ""),
        "HOST": query.pop("host", "") or parts.hostname or "",
        "PORT": query.pop("port", "") or str(parts.port or ""),
        "CONN_MAX_AGE": 600 if lasting else 0,
        "CONN_HEALTH_CHECKS": True,
        # Bound by the server and prepared at the third use: a third more filings per second.
        "OPTIONS": {"server_side_binding": True, "prepare_threshold": 3, "connect_timeout": 10, **query},
    }


def migrate(*, progress: Callable[[str], None] = lambda line: None, backup: str = "", resume: bool = False) -> None:
    """Brings the schema up to date as its owner, gives the application exactly what it needs, and notes the release.

    1. Our rooms' migrations run in one transaction: a failure or a kill leaves the database as it was. 2. Where a
       library's migration or
    one outside transactions is among them, each commits by itself: the release stands as begun until all is done, and a
    database left in
    between is refused (`releases.standing`) until the same program goes on with it (`resume`).
    """
    from django.db import connections, transaction
    from django.utils import timezone

    from yinuo.deploy import releases

    owner = connections["owner"]
    found = releases.standing(owner)
    if found.kind is releases.Kind.CURRENT:
        progress("设定数据库权限")
        secure_append_only()
    elif found.kind is releases.Kind.OLDER and not releases.stepwise(owner, found.pending):
        with transaction.atomic(using="owner"), owner.cursor() as cursor:
            number = releases.begin(cursor, previous=found.release, backup=backup, at=timezone.now())
            _migrate(cursor, progress)
            releases.finish(cursor, owner, number, at=timezone.now())
    else:
        with owner.cursor() as cursor:
            number = releases.unfinished(cursor) if resume or found.kind is releases.Kind.EMPTY else 0
            number = number or releases.begin(cursor, previous=found.release, backup=backup, at=timezone.now())
            _migrate(cursor, progress)
            releases.finish(cursor, owner, number, at=timezone.now())
    owner.close()


def _migrate(cursor: Any, progress: Callable[[str], None]) -> None:
    from django.core.management import call_command

    for extension in EXTENSIONS:
        cursor.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}")
    _grant_by_default(cursor, _application_role())
    if cursor.db.in_atomic_block:
        # A row written and its table altered in one transaction: no check of a foreign key may still be waiting then.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    progress("更新数据库结构")
    with new_models_alone():
        call_command("migrate", database="owner", interactive=False, verbosity=0)
    call_command("createcachetable", database="owner", verbosity=0)
    progress("设定数据库权限")
    secure_append_only()


@contextmanager
def new_models_alone() -> Iterator[None]:
    """While this is open, a migration that creates a table builds only the class of that table's model.

    Django rebuilds the classes of all related models each time: 10 700 in a first migration, four fifths of its time.
    For a new model this is not needed: its foreign keys add the reverse relations to the classes that exist. Changing a
    model still rebuilds the others.
    """
    from django.db.migrations.state import ModelState, ProjectState

    whole = ProjectState.add_model

    def alone(state: ProjectState, model_state: ModelState) -> None:
        apps = state.__dict__.pop("apps", None)
        whole(state, model_state)
        if apps is not None:
            state.__dict__["apps"] = apps
            apps.render_multiple([model_state])

    ProjectState.add_model = alone  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        ProjectState.add_model = whole  # type: ignore[method-assign]


def secure_append_only() -> None:
    """Takes UPDATE, DELETE and TRUNCATE on append-only tables from the application, and lets a trigger refuse them to
    everybody.

    The same for the fixed columns of a table whose other columns may change, and for the rows of a table that are
    closed one day. Columns that triggers write are taken from the application altogether. Where the operator gave one
    role for both, only the triggers stand.
    """
    from django.db import connections, transaction

    role = _application_role()
    apart = _role_name("default") != _role_name("owner")
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute(GUARD_FUNCTION)
        for table, column in closing_tables():
            cursor.execute(
                f'CREATE OR REPLACE TRIGGER {GUARD}_closed BEFORE UPDATE OR DELETE ON "{table}" FOR EACH ROW'
                f" WHEN (OLD.\"{column}\" IS NOT NULL) EXECUTE FUNCTION {GUARD}('结束以后不能修改或删除')"
            )
        for table in append_only_tables():
            for name, event, each in (("row", "UPDATE OR DELETE", "ROW"), ("all", "TRUNCATE", "STATEMENT")):
                cursor.execute(
                    f'CREATE OR REPLACE TRIGGER {GUARD}_{name} BEFORE {event} ON "{table}" FOR EACH {each} '
                    f"EXECUTE FUNCTION {GUARD}()"
                )
            if apart:
                cursor.execute(f'REVOKE UPDATE, DELETE, TRUNCATE ON "{table}" FROM {role}')
        for model in models_with_fixed_columns():
            _secure_fixed(cursor, model, role if apart else "")
        if apart:
            for model in models_moved_by_database():
                _secure_moved(cursor, model, role)
            for table in ("django_migrations", "yinuo_release"):
                cursor.execute(f"REVOKE ALL ON {table} FROM {role}")
                cursor.execute(f"GRANT SELECT ON {table} TO {role}")


def append_only_tables() -> Iterator[str]:
    """The tables of every model that says of itself that it only grows."""
    from django.apps import apps

    for model in apps.get_models():
        if getattr(model, "append_only", False) and model._meta.managed and not model._meta.proxy:
            yield model._meta.db_table


def _field(model: type[Model], name: str) -> Field[Any, Any]:
    from django.db.models import Field

    found = model._meta.get_field(name)
    assert isinstance(found, Field)
    return found


def closing_tables() -> Iterator[tuple[str, str]]:
    """The tables of every model whose rows never change again once a column is set, with that column."""
    from django.apps import apps

    for model in apps.get_models():
        if hasattr(model, "closes_with"):
            yield model._meta.db_table, str(_field(model, model.closes_with).column)


def models_with_fixed_columns() -> Iterator[type[FixedWhenMade]]:
    from django.apps import apps

    from yinuo.engine.base import FixedWhenMade

    return (model for model in apps.get_models() if issubclass(model, FixedWhenMade))


def _secure_fixed(cursor: Any, model: type[FixedWhenMade], role: str) -> None:
    """`role`: who is left the right to change the other columns; "" = its rights stay as they are."""
    table, columns = (
        model._meta.db_table,
        {field.name: str(field.column) for field in model._meta.local_concrete_fields},
    )
    fixed, once = ([columns[name] for name in names] for names in (model.fixed, model.set_once))
    guards = (
        ("fixed", f"UPDATE OF {', '.join(fixed)} OR DELETE", "ROW", "", "出具后不能修改或删除"),
        ("once", f"UPDATE OF {', '.join(once)}", "ROW", f"WHEN (OLD.{once[0]} IS NOT NULL)", "制成后不能更换"),
        ("all", "TRUNCATE", "STATEMENT", "", "不能清空"),
    )
    for name, event, each, when, said in guards:
        cursor.execute(
            f'CREATE OR REPLACE TRIGGER {GUARD}_{name} BEFORE {event} ON "{table}" FOR EACH {each} {when} '
            f"EXECUTE FUNCTION {GUARD}('{said}')"
        )
    if role:
        free = [
            column
            for name, column in columns.items()
            if name not in model.fixed and not _field(model, name).primary_key
        ]
        cursor.execute(f'REVOKE UPDATE, DELETE, TRUNCATE ON "{table}" FROM {role}')
        cursor.execute(f'GRANT UPDATE ({", ".join(free)}) ON "{table}" TO {role}')


def models_moved_by_database() -> Iterator[type[Any]]:
    """Those with columns that the database's own triggers write: `moved_by_database` names them."""
    from django.apps import apps

    return (model for model in apps.get_models() if hasattr(model, "moved_by_database"))


def _secure_moved(cursor: Any, model: type[Any], role: str) -> None:
    """The application may make a row, with the defaults for what it does not give, and write the columns left to it;
    none may go.
    """
    table, fields = model._meta.db_table, model._meta.local_concrete_fields
    free = [str(field.column) for field in fields if field.name not in model.moved_by_database]
    changing = [column for column in free if column != model._meta.pk.column]
    cursor.execute(f'REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON "{table}" FROM {role}')
    cursor.execute(f'GRANT INSERT ({", ".join(free)}), UPDATE ({", ".join(changing)}) ON "{table}" TO {role}')


def _role_name(alias: str) -> str:
    from django.conf import settings

    return str(settings.DATABASES[alias]["USER"])


def _application_role() -> str:
    from django.db import connections

    return str(connections["owner"].ops.quote_name(_role_name("default")))


def _grant_by_default(cursor: Any, role: str) -> None:
    """Tables made later are covered too: the rights are the owner's defaults."""
    cursor.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    cursor.execute(f"GRANT USAGE ON SCHEMA public TO {role}")
    cursor.execute(
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role}"
    )
    cursor.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {role}")
