"""Which release a database is of, held against this program's; told before anything is started or changed.

The table `yinuo_release` has a row for each time a program brought the database to its release: its version, the
migrations that stood applied afterwards, the backup made before, and when what follows a migration was done. Its
columns never change, for every later program reads them first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from yinuo import __version__
from yinuo.deploy.binaries import DatabaseError

TABLE = """
    CREATE TABLE IF NOT EXISTS yinuo_release (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        version text NOT NULL,
        previous text NOT NULL,
        migrations text[] NOT NULL,
        backup text NOT NULL,
        began_at timestamptz NOT NULL,
        finished_at timestamptz,
        audited_at timestamptz
    )
"""
VERSION = re.compile(r"(\d+)\.(\d+)\.(\d+)(\.dev\d+)?")


FIRST = "0.9.0"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of `yinuo_release`."""

    version: str
    previous: str
    migrations: list[str]
    backup: str
    finished: bool
    audited: bool


class UnfitDatabase(DatabaseError):
    """The database is not one this program may work on; the message says what to do. Nothing was changed."""

    exit_code = 2


class Kind(StrEnum):
    EMPTY = "empty"
    CURRENT = "current"
    OLDER = "older"
    NEWER = "newer"
    HALF = "half"
    UNRELEASED = "unreleased"
    FOREIGN = "foreign"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a database stands to this program. `release`: the version it was last brought to; `pending`: migrations it
    lacks, in order; `audited`: what follows the migration was done too (columns derived anew, audit); `why`: for a kind
    that is refused, what is wrong and the remedy, in Chinese.
    """

    kind: Kind
    release: str = ""
    pending: tuple[str, ...] = ()
    why: str = ""
    resumable: bool = False
    audited: bool = True

    def refuse_unfit(self, *, resume: bool = False) -> None:
        """Raises UnfitDatabase unless the database is empty, current or older; or half migrated by this release, to be
        gone on with.
        """
        if self.why and not (resume and self.resumable):
            raise UnfitDatabase(self.why)


def ordered(version: str) -> tuple[int, int, int, int]:
    """A version as something to compare; a development version comes before its release.

    Raises ValueError for anything else.
    """
    found = VERSION.fullmatch(version)
    if found is None:
        raise ValueError(f"{version} is no version")
    return int(found[1]), int(found[2]), int(found[3]), 0 if found[4] else 1


def standing(connection: Any) -> Standing:
    """Reads only. `connection`: Django's, of the owner's role."""
    with connection.cursor() as cursor:
        tables = _tables(cursor)
        if not tables - {"yinuo_release"}:
            return Standing(Kind.EMPTY)
        if "django_migrations" not in tables:
            return Standing(Kind.FOREIGN, why="这个数据库里有别的程序的表，不是一诺的数据库：请换一个空的数据库")
        rows = _releases(cursor) if "yinuo_release" in tables else []
        return _held_against(cursor, connection, rows)


def _held_against(cursor: Any, connection: Any, rows: list[Row]) -> Standing:
    if not rows:
        return Standing(Kind.UNRELEASED, why=UNRELEASED)
    last = rows[-1]
    release, backup = last.version, last.backup
    if release != __version__ and ordered(release) < ordered(FIRST):
        return Standing(Kind.UNRELEASED, release, why=UNRELEASED)
    if ordered(release) > ordered(__version__):
        return Standing(Kind.NEWER, release, why=_newer(release, backup))
    if not last.finished:
        return _broken_off(release, last.previous, backup)
    applied = set(applied_migrations(connection))
    if applied != set(last.migrations):
        other = sorted(applied ^ set(last.migrations))
        return Standing(
            Kind.HALF,
            release,
            why=(
                f"数据库结构不是 {release} 升级完的样子（{_few(other)}），可能升级到一半或者被手工改过。"
                f"请{_go_back(backup)}"
            ),
        )
    shipped = shipped_migrations(connection)
    known = {name.partition(".")[0] for name in shipped}
    if unknown := sorted(name for name in applied - set(shipped) if name.partition(".")[0] in known):
        return Standing(Kind.NEWER, release, why=_newer(release, backup, unknown))
    pending = tuple(name for name in shipped if name not in applied)
    if not pending and (lacking := lacking_columns(cursor)):
        return Standing(Kind.HALF, release, why=f"数据库结构和程序不一致，缺少 {_few(lacking)}。请{_go_back(backup)}")
    if pending or release != __version__:
        return Standing(Kind.OLDER, release, pending)
    return Standing(Kind.CURRENT, release, audited=last.audited)


def _broken_off(release: str, previous: str, backup: str) -> Standing:
    """A first start that was interrupted has nothing to lose and goes on; an upgrade is told."""
    if not previous and release == __version__:
        return Standing(Kind.EMPTY)
    go_on = (
        "运行 yinuo upgrade --resume 接着做完；或者"
        if release == __version__
        else f"用 {release} 的程序运行 yinuo upgrade --resume 接着做完；或者"
    )
    return Standing(
        Kind.HALF,
        release,
        why=f"数据库从 {previous or '空库'} 升级到 {release} 时中断，只做了一半。请{go_on}{_go_back(backup)}",
        resumable=release == __version__,
    )


UNRELEASED = (
    "这个数据库由 0.9.0 以前的开发版建立，没有升级的办法：0.9.0 是第一个发布的版本。"
    "数据要留的，请用建立它的那个程序导出；要重新开始的，请用 --data 另选一个文件夹，或者换一个空的数据库"
)


def _newer(release: str, backup: str, unknown: list[str] | None = None) -> str:
    seen = f"，有本程序不认识的结构（{_few(unknown)}）" if unknown else ""
    older = f"；或者用升级以前的备份恢复：yinuo restore {backup} --force" if backup else ""
    return (
        f"这个数据库已经由 {release} 使用{seen}，本程序是 {__version__}，不能打开更新的数据库。"
        f"请安装 {release} 或者更新的版本{older}"
    )


def _go_back(backup: str) -> str:
    if backup:
        return f"用升级以前的备份恢复（yinuo restore {backup} --force），再运行 yinuo upgrade"
    return "用升级以前的备份恢复，再运行 yinuo upgrade"


def _few(names: list[str]) -> str:
    return "、".join(names[:3]) + (f" 等 {len(names)} 处" if len(names) > 3 else "")


def _tables(cursor: Any) -> set[str]:
    cursor.execute(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema() AND table_type "
        "= 'BASE TABLE'"
    )
    return {name for (name,) in cursor.fetchall()}


def _releases(cursor: Any) -> list[Row]:
    cursor.execute(
        "SELECT version, previous, migrations, backup, finished_at IS NOT NULL, audited_at IS NOT NULL FROM "
        "yinuo_release ORDER BY id"
    )
    return [Row(*values) for values in cursor.fetchall()]


def applied_migrations(connection: Any) -> Iterator[str]:
    from django.db.migrations.recorder import MigrationRecorder

    return (f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations())


def shipped_migrations(connection: Any) -> list[str]:
    """The migrations of this program and its libraries, each after those it needs."""
    from django.db.migrations.loader import MigrationLoader

    graph = MigrationLoader(connection).graph
    names: dict[str, None] = {}
    for leaf in graph.leaf_nodes():
        names |= dict.fromkeys(f"{app}.{name}" for app, name in graph.forwards_plan(leaf))
    return list(names)


def lacking_columns(cursor: Any) -> list[str]:
    """Columns the models have and the database has not: an edited migration or a hand in the schema."""
    from django.apps import apps

    cursor.execute(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema()"
    )
    found = set(cursor.fetchall())
    wanted = {
        (model._meta.db_table, field.column)
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
        for field in model._meta.local_concrete_fields
    }
    return sorted(f"{table}.{column}" for table, column in wanted - found)


def begin(cursor: Any, *, previous: str, backup: str, at: datetime) -> int:
    """Notes that the database is being brought to this release; unfinished until `finish`. Returns the row's number."""
    cursor.execute(TABLE)
    cursor.execute(
        (
            "INSERT INTO yinuo_release (version, previous, migrations, backup, began_at) VALUES (%s, %s, '{}', %s, "
            "%s) RETURNING id"
        ),
        [__version__, previous, backup, at],
    )
    (number,) = cursor.fetchone()
    return int(number)


def finish(cursor: Any, connection: Any, number: int, *, at: datetime) -> None:
    """The database has this release's structure; a new one has nothing to derive anew or to audit."""
    cursor.execute(
        "UPDATE yinuo_release SET migrations = %s, finished_at = %s, audited_at = CASE WHEN previous = '' THEN "
        "%s::timestamptz END "
        "WHERE id = %s",
        [sorted(applied_migrations(connection)), at, at, number],
    )


def note_audit(cursor: Any, *, at: datetime) -> None:
    cursor.execute("UPDATE yinuo_release SET audited_at = %s WHERE audited_at IS NULL", [at])


def _key(name: str) -> tuple[str, str]:
    app, _, migration = name.partition(".")
    return app, migration


def notes(connection: Any, names: tuple[str, ...]) -> list[tuple[str, str]]:
    """What each of these migrations says of its locks and its time (`Migration.note`); nothing for a library's."""
    from django.db.migrations.loader import MigrationLoader

    disk = MigrationLoader(connection).disk_migrations
    return [(name, str(getattr(disk[_key(name)], "note", ""))) for name in names]


def stepwise(connection: Any, names: tuple[str, ...]) -> list[str]:
    """Those that must commit by themselves: an index made concurrently, or a library's, which may use what another has
    just committed.
    """
    from django.conf import settings
    from django.db.migrations.loader import MigrationLoader

    disk = MigrationLoader(connection).disk_migrations
    pairs = [_key(name) for name in names]
    return [".".join(pair) for pair in pairs if not disk[pair].atomic or pair[0] not in settings.OWN_APPS]


def unfinished(cursor: Any) -> int:
    """The number of the release begun and not finished; 0 for none."""
    cursor.execute("SELECT to_regclass('yinuo_release') IS NOT NULL")
    if not cursor.fetchone()[0]:
        return 0
    cursor.execute("SELECT id FROM yinuo_release WHERE finished_at IS NULL ORDER BY id DESC LIMIT 1")
    row = cursor.fetchone()
    return int(row[0]) if row else 0
