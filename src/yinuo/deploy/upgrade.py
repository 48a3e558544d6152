"""Brings an instance's database to this program's release: checks, backs up, migrates, audits.

An empty one is set up.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.db import connections
from django.utils import timezone

from yinuo import __version__
from yinuo.deploy import database, embedded, paths, releases
from yinuo.deploy.backup import BackupError, Database, OwnDatabase, back_up
from yinuo.deploy.binaries import DatabaseError
from yinuo.deploy.releases import Kind, Standing, standing
from yinuo.engine import bootstrap

LOCK = 0x79696E756F75  # "yinuou": two programs on one database upgrade it one after the other
SESSIONS_END_WITHIN_SECONDS = 30
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Upgrade:
    """What was found, the backup made before (none for an empty or a current database), the rows derived anew (each on
    the trail), and the audit's first faults afterwards.
    """

    found: Standing
    backup: Path | None = None
    rebuilt: int = 0
    faults: list[str] = field(default_factory=list)


def bring_up(progress: Progress, *, target: Path | None = None, resume: bool = False) -> Upgrade:
    """Brings the database up; a current one only gets its rights set anew, and what its upgrade still lacks (5 and 6).

    1. Refuses a database that is newer, half migrated or not ours. 2. Waits until nobody else works on it. 3. Backs it
       up.
    4. Migrates and notes the release. 5. Derives the stored derived columns anew: another program or pack may derive
       them otherwise.
    6. Compares everything with the log, and the pages that rows name with those that are there.

    `target`: the backup's file. `resume`: goes on with an upgrade to this release that broke off; its backup is there
    already. Raises: UnfitDatabase, BackupError, DatabaseError; then the database is as it was.
    """
    with _exclusively():
        found = standing(connections["owner"])
        found.refuse_unfit(resume=resume)
        kept = None
        if found.kind in (Kind.OLDER, Kind.HALF):
            _wait_until_unused()
            if found.kind is Kind.OLDER:
                progress(f"备份 {found.release} 的数据")
                kept = _back_up(target)
            progress(f"升级到 {__version__}")
        database.migrate(progress=progress, backup=str(kept or ""), resume=resume)
        _follow_pack(progress)
        if found.kind in (Kind.EMPTY, Kind.CURRENT) and found.audited:
            return Upgrade(found)
        progress("重算由记录推出的列")
        rebuilt = _rebuild()
        progress("审计")
        faults = _audit()
        with connections["owner"].cursor() as cursor:
            releases.note_audit(cursor, at=timezone.now())
        return Upgrade(found, kept, rebuilt, faults)


def _follow_pack(progress: Progress) -> None:
    progress("同步规则包")
    bootstrap.sync_pack(timezone.localdate())
    bootstrap.begin_log(timezone.now())


@contextmanager
def _exclusively() -> Iterator[None]:
    """Held on a connection of its own: `migrate` closes the owner's."""
    owner = connections["owner"].copy("owner")
    try:
        with owner.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        yield
    finally:
        owner.close()


def _wait_until_unused() -> None:
    """Raises DatabaseError while programs of the former release still work on the database,
    on this machine or another.
    """
    connections["default"].close()
    deadline = time.monotonic() + SESSIONS_END_WITHIN_SECONDS
    while (count := _sessions()) and time.monotonic() < deadline:
        time.sleep(0.5)
    if count:
        raise DatabaseError(
            f"还有 {count} 个连接在使用这个数据库：请先在每台机器上停止 yinuo up，再升级。没有改动任何东西"
        )


def _sessions() -> int:
    if settings.DATABASES["default"]["USER"] == settings.DATABASES["owner"]["USER"]:
        return 0  # one role for both: an operator's own session could not be told from the program's
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = %s",
            [settings.DATABASES["default"]["USER"]],
        )
        (count,) = cursor.fetchone()
    return int(count)


def _back_up(target: Path | None) -> Path:
    home = paths.default_home()
    place = target or home / "backups" / f"{timezone.localtime():%Y%m%d-%H%M%S}-{__version__}-之前.tar"
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _refuse_full_disk(place.parent)
    back_up(_database(home), place, at=timezone.localtime(), version=__version__)
    return place


def _database(home: Path) -> Database:
    address = os.environ.get("YINUO_DATABASE_OWNER_URL") or os.environ.get("YINUO_DATABASE_URL")
    return OwnDatabase(home, address) if address else embedded.Server(home)


def _refuse_full_disk(folder: Path) -> None:
    """A dump is compressed and smaller than the database; what is as large surely has room."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        (size,) = cursor.fetchone()
    if shutil.disk_usage(folder).free < size:
        raise BackupError(
            f"{folder} 的空间不够放升级以前的备份（至少 {size >> 20} MB）：请腾出空间，或用 --backup 另选一个地方"
        )


def _rebuild() -> int:
    from yinuo.engine import caches
    from yinuo.engine.base import Actor

    return sum(len(caches.rebuild(cache, actor=Actor.system(), at=timezone.now())) for cache in caches.every())


def _audit() -> list[str]:
    from yinuo.deploy.checks import lost_pages
    from yinuo.engine.infochain.tasks import audit_now

    return [*audit_now(timezone.now()).faults, *lost_pages()]
