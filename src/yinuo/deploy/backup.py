"""A whole instance in one file, and back: the database of one instant, the stored files and keys, and a list with their
digests.

The file is a plain tar: `manifest.json` first, then `database.dump` (pg_dump's custom format) and the data folder's own
files under `home/`. It holds everything the county keeps, the secret key too: who has it has the instance.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any, Protocol

import psycopg

from yinuo.deploy.binaries import Binaries, DatabaseError, locate, service_account
from yinuo.deploy.embedded import DATABASE, SUPERUSER, Server

FORMAT = 1
MANIFEST, DUMP, HOME = "manifest.json", "database.dump", "home"
# Made anew by whoever starts: the server's own files, what processes print, and locks; and other backups.
NOT_KEPT = {"postgres", "run", "log", "backups"}
# What bears witness against a database that goes back: it never comes out of a backup, and a restore leaves it where it
# is.
LOG_HEADS, NODES = ("chain/head", "chain/head.twin"), "nodes"
CHUNK = 1 << 20


class Database(Protocol):
    """A server and the data folder that belongs to it."""

    @property
    def home(self) -> Path: ...

    def url(self, role: str, database: str = DATABASE) -> str: ...

    def connect(self, role: str = SUPERUSER, database: str = DATABASE) -> psycopg.Connection[tuple[object, ...]]: ...


@dataclass(frozen=True)
class OwnDatabase:
    """The operator's PostgreSQL, reached as the owner of the tables, whatever role is asked for."""

    home: Path
    address: str

    def url(self, role: str, database: str = DATABASE) -> str:
        return self.address

    def connect(self, role: str = SUPERUSER, database: str = DATABASE) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(self.address, autocommit=True, connect_timeout=10)


class BackupError(DatabaseError):
    """A sentence for the operator: what is wrong with the file or the instance, and that nothing was changed."""


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup holds: `files` path → (size, SHA-256), `rows` table → number of rows at its instant."""

    made_at: str
    version: str
    postgres: str
    files: dict[str, tuple[int, str]]
    rows: dict[str, int]

    def to_json(self) -> str:
        kept = {
            "format": FORMAT,
            "made_at": self.made_at,
            "version": self.version,
            "postgres": self.postgres,
            "files": {name: {"size": size, "sha256": digest} for name, (size, digest) in sorted(self.files.items())},
            "rows": dict(sorted(self.rows.items())),
        }
        return json.dumps(kept, ensure_ascii=False, indent=1) + "\n"


def back_up(server: Database, target: Path, *, at: datetime, version: str) -> Backup:
    """Writes the instance as of one instant; a backup that breaks off leaves no file.

    The instance may go on working meanwhile.
    """
    if target.exists():
        raise BackupError(f"{target} 已经存在，没有覆盖：请换一个文件名")
    binaries = locate(service_account())
    draft = target.with_name(f".{target.name}.part")
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".yinuo-backup-") as place:
        dump = Path(place) / DUMP
        rows = _dump(server, binaries.bin / "pg_dump", dump)
        found = {DUMP: dump, **{f"{HOME}/{name}": path for name, path in kept_files(server.home)}}
        made = Backup(
            at.isoformat(timespec="seconds"),
            version,
            binaries.major,
            {name: _digest(path) for name, path in found.items()},
            rows,
        )
        try:
            with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
                    _put(tar, MANIFEST, made.to_json().encode())
                    for name, path in found.items():
                        tar.add(path, arcname=name, recursive=False)
                file.flush()
                os.fsync(file.fileno())
            read(draft)  # what was written is what was meant
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)
    return made


def kept_files(home: Path) -> Iterator[tuple[str, Path]]:
    """The instance's own files by their path in the data folder; links are not followed and not kept."""
    for path in sorted(home.rglob("*")):
        name = path.relative_to(home).as_posix()
        if name.split("/")[0] in NOT_KEPT or name.endswith((".lock", ".part")) or name.startswith("."):
            continue
        if name in LOG_HEADS or (name.startswith(f"{NODES}/") and path.name != "node.json"):
            continue
        if path.is_file() and not path.is_symlink():
            yield name, path


def _dump(server: Database, program: Path, target: Path) -> dict[str, int]:
    """The database of one snapshot, and how many rows each table has in that snapshot."""
    with server.connect(SUPERUSER, DATABASE) as connection:
        connection.execute(b"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        (snapshot,) = connection.execute(b"SELECT pg_export_snapshot()").fetchone() or ("",)
        rows = _rows(connection)
        _run(
            program, "--format=custom", f"--snapshot={snapshot}", "--file", str(target), server.url(SUPERUSER, DATABASE)
        )
        connection.execute(b"COMMIT")
    return rows


def _rows(connection: Any) -> dict[str, int]:
    tables = connection.execute(
        b"SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) FROM pg_tables "
        b"WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1"
    ).fetchall()
    counted = {name: connection.execute(f"SELECT count(*) FROM {name}".encode()).fetchone()[0] for (name,) in tables}  # noqa: S608 - quoted
    return {str(name): int(number) for name, number in counted.items()}


def _put(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(content), 0o600
    tar.addfile(info, io.BytesIO(content))


def _digest(path: Path) -> tuple[int, str]:
    with path.open("rb") as file:
        return _digest_of(file)


def _digest_of(file: IO[bytes]) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    while chunk := file.read(CHUNK):
        digest.update(chunk)
        size += len(chunk)
    return size, digest.hexdigest()


def read(source: Path) -> Backup:
    """Reads a backup through to its last byte.

    Raises BackupError where anything is missing, too much, or not as it was written.
    """
    try:
        with tarfile.open(source, mode="r:") as tar:
            first = tar.next()
            if first is None or first.name != MANIFEST:
                raise BackupError(f"{source} 不是一诺的备份：没有清单")
            made = _manifest(source, tar.extractfile(first))
            seen: set[str] = set()
            while (member := tar.next()) is not None:
                _check(source, tar, member, made, seen)
    except (tarfile.TarError, EOFError, OSError) as error:
        raise BackupError(f"{source} 读不完整，可能没有拷贝完：{error}") from error
    missing = made.files.keys() - seen
    if missing:
        raise BackupError(f"{source} 不完整，缺少 {sorted(missing)[0]} 等 {len(missing)} 个文件")
    return made


def _manifest(source: Path, file: IO[bytes] | None) -> Backup:
    try:
        data = json.loads(file.read() if file else b"")
        if data["format"] != FORMAT:
            raise BackupError(f"{source} 是第 {data['format']} 版的备份，本程序只认识第 {FORMAT} 版")
        files = {name: (int(row["size"]), str(row["sha256"])) for name, row in data["files"].items()}
        return Backup(
            data["made_at"],
            data["version"],
            data["postgres"],
            files,
            {name: int(n) for name, n in data["rows"].items()},
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BackupError(f"{source} 的清单读不懂") from error


def _check(source: Path, tar: tarfile.TarFile, member: tarfile.TarInfo, made: Backup, seen: set[str]) -> None:
    path = PurePosixPath(member.name)
    if (
        not member.isfile()
        or path.is_absolute()
        or ".." in path.parts
        or member.name not in made.files
        or member.name in seen
    ):
        raise BackupError(f"{source} 里有清单以外的内容：{member.name}")
    file = tar.extractfile(member)
    if file is None or _digest_of(file) != made.files[member.name]:
        raise BackupError(f"{source} 已损坏：{member.name} 与清单的摘要不符")
    seen.add(member.name)


def check(source: Path) -> Backup:
    """Does all that `restore` needs, but for the database itself. Raises BackupError."""
    made, binaries = _fitting(source)
    with tempfile.TemporaryDirectory(prefix="yinuo-check-") as place:
        _unpack(source, Path(place))
        # Written out as SQL the whole dump is read, compressed data too.
        _run(binaries.bin / "pg_restore", f"--file={os.devnull}", f"{place}/{DUMP}")
    return made


def _fitting(source: Path) -> tuple[Backup, Binaries]:
    made, binaries = read(source), locate(service_account())
    if made.postgres != binaries.major:
        raise BackupError(f"备份来自 PostgreSQL {made.postgres}，安装的是 {binaries.major}：请用相同的版本恢复")
    return made, binaries


def is_empty(server: Server) -> bool:
    """Whether nothing of an instance is there: no table in the database, no file of its own."""
    if any(True for _ in kept_files(server.home)):
        return False
    with server.connect(SUPERUSER, DATABASE) as connection:
        return not _rows(connection)


def restore(server: Server, source: Path, *, force: bool = False) -> Backup:
    """Puts a backup in the place of an empty instance, or with `force` of any. The old one is there until the new one
    is whole.

    The server runs and nobody else uses it: the caller holds the instance's lock. Raises BackupError; then nothing was
    changed.
    """
    made, binaries = _fitting(source)
    if not force and not is_empty(server):
        raise BackupError(f"{server.home} 已有数据，没有恢复：请另选一个空的文件夹；确要替换，请加 --force")
    fresh = f"{DATABASE}_restoring"
    with tempfile.TemporaryDirectory(dir=server.home, prefix=".yinuo-restore-") as place:
        _unpack(source, Path(place))
        server.drop_database(fresh)
        server.create_database(fresh)
        try:
            _run(
                binaries.bin / "pg_restore",
                "--exit-on-error",
                "--single-transaction",
                "--dbname",
                server.url(SUPERUSER, fresh),
                f"{place}/{DUMP}",
            )
            with server.connect(SUPERUSER, fresh) as connection:
                if _rows(connection) != made.rows:
                    raise BackupError("恢复出的行数与清单不符，没有启用")
        except DatabaseError:
            server.drop_database(fresh)
            raise
        server.drop_database(DATABASE)
        with server.connect() as connection:
            connection.execute(f'ALTER DATABASE "{fresh}" RENAME TO "{DATABASE}"'.encode())
        _replace_files(server.home, Path(place) / HOME)
    return made


def _unpack(source: Path, place: Path) -> None:
    """Only regular files, by names `read` has checked: nothing of the archive's owners, modes or links is taken over.

    The early Pythons 3.11 have no filter for `extractall`.
    """
    with tarfile.open(source, mode="r:") as tar:
        for member in tar:
            file = tar.extractfile(member)
            if file is None:
                continue
            target = place / member.name
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with open(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as written:
                shutil.copyfileobj(file, written, CHUNK)


def _replace_files(home: Path, kept: Path) -> None:
    """The backup's files in place of the instance's own; what belongs to the server and to running processes stays.

    So do the log's lock files and the nodes beside this instance: they have seen what the backup has not.
    """
    for head in LOG_HEADS:
        if (home / head).is_file():
            (kept / head).parent.mkdir(mode=0o700, exist_ok=True)
            shutil.copy2(home / head, kept / head)
    if (home / NODES).is_dir():
        shutil.rmtree(kept / NODES, ignore_errors=True)
    for path in home.iterdir():
        if path.name == NODES:
            continue
        if path.name in NOT_KEPT or path.name.startswith(".") or path.suffix in (".lock", ".part"):
            continue
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    for path in sorted(kept.iterdir()) if kept.is_dir() else []:
        shutil.move(path, home / path.name)


def _run(program: Path, *arguments: str) -> None:
    done = subprocess.run(
        [str(program), *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
    )
    if done.returncode:
        raise BackupError(f"{program.name} 没有成功：{' '.join(done.stderr.split())[:400]}")
