"""An instance in one file and back again: whole, of one instant, refused where a byte is missing or something would be
lost.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import stat
import tarfile
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import psycopg
import pytest

from tests.config.answers import Ask
from tests.database import home
from yinuo.deploy import backup
from yinuo.deploy.backup import MANIFEST, BackupError, back_up, check, is_empty, read, restore
from yinuo.deploy.embedded import APP, DATABASE, OWNER, SUPERUSER, Server

pytestmark = pytest.mark.slow
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
TABLES = """
    CREATE TABLE kept (id bigint PRIMARY KEY, text text NOT NULL);
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''append only''; END';
    CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON kept FOR EACH ROW EXECUTE FUNCTION refuse();
    REVOKE ALL ON kept FROM PUBLIC;
    GRANT SELECT, INSERT ON kept TO yinuo_app;
    INSERT INTO kept SELECT number, '第' || number || '行' FROM generate_series(1, 1000) number;
"""


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    folder = home().with_name(f"backup-{os.getpid()}")
    folder.mkdir(parents=True)
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def instance(place: Path) -> Iterator[Server]:
    """A small instance: a table that only grows, a key, a stored file, and what is not kept."""
    server = Server(place / "instance", durable=False)
    server.start()
    with server.connect(SUPERUSER, DATABASE) as connection:
        connection.execute(f"GRANT CREATE, USAGE ON SCHEMA public TO {OWNER}".encode())
        connection.execute(f"GRANT USAGE ON SCHEMA public TO {APP}".encode())
    with server.connect(OWNER, DATABASE) as connection:
        connection.execute(TABLES.encode())
    (server.home / "secret_key").write_text("密钥", encoding="utf-8")
    (server.home / "files" / "2026").mkdir(parents=True)
    (server.home / "files" / "2026" / "图.pdf").write_bytes(b"%PDF-1.4 \x00\xff")
    (server.home / "log").mkdir()
    (server.home / "log" / "web.log").write_text("not kept", encoding="utf-8")
    for name in ("chain/head", "chain/head.twin", "chain/log_key", "nodes/bank/node.db", "nodes/bank/node.json"):
        (server.home / name).parent.mkdir(parents=True, exist_ok=True)
        (server.home / name).write_text("earlier", encoding="utf-8")
    (server.home / "link").symlink_to("/etc/passwd")
    yield server
    server.stop()


@pytest.fixture(scope="module")
def whole(instance: Server, place: Path) -> Path:
    target = place / "whole.tar"
    back_up(instance, target, at=NOW, version="1")
    return target


@pytest.fixture(scope="module")
def spare(place: Path) -> Iterator[Server]:
    server = Server(place / "spare", durable=False)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def empty(spare: Server) -> Server:
    """A server on which nothing has been yet: making one anew for every test would take a minute."""
    for path in spare.home.iterdir():
        if path.name not in backup.NOT_KEPT and path.suffix != ".lock":
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    spare.drop_database(DATABASE)
    spare.create_database(DATABASE)
    return spare


def rows(server: Server, role: str = APP) -> list[tuple[object, ...]]:
    with server.connect(role, DATABASE) as connection:
        return connection.execute(b"SELECT count(*), min(text), max(id) FROM kept").fetchall()


def test_it_holds_the_database_the_files_and_the_key_and_nothing_of_the_server(whole: Path) -> None:
    made = read(whole)
    assert set(made.files) == {
        "database.dump",
        "home/secret_key",
        "home/files/2026/图.pdf",
        "home/chain/log_key",
        "home/nodes/bank/node.json",
    }
    assert made.rows == {"public.kept": 1000}
    assert made.made_at == "2026-11-24T12:00:00+00:00"
    assert stat.S_IMODE(whole.stat().st_mode) == 0o600


def test_restored_it_is_the_same_with_its_owner_its_rights_and_its_triggers(whole: Path, empty: Server) -> None:
    assert is_empty(empty)
    restore(empty, whole)
    assert rows(empty) == [(1000, "第1000行", 1000)]
    assert (empty.home / "files" / "2026" / "图.pdf").read_bytes() == b"%PDF-1.4 \x00\xff"
    assert (empty.home / "secret_key").read_text(encoding="utf-8") == "密钥"
    # How far the log was signed no backup tells: the nodes have to be asked.
    assert (empty.home / "nodes" / "bank" / "node.json").exists()
    assert not (empty.home / "chain" / "head").exists()
    with empty.connect(APP, DATABASE) as connection:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(b"DELETE FROM kept")
        connection.execute(b"INSERT INTO kept VALUES (1001, 'new')")
    with (
        empty.connect(OWNER, DATABASE) as connection,
        pytest.raises(psycopg.errors.RaiseException, match="append only"),
    ):
        connection.execute(b"UPDATE kept SET text = 'x' WHERE id = 1")
    with empty.connect() as connection:
        (owner,) = connection.execute(
            b"SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'yinuo'"
        ).fetchone() or ("",)
        assert owner == OWNER
    with pytest.raises(psycopg.OperationalError):
        empty.connect(APP, "yinuo_restoring")


def test_an_instance_with_data_is_not_touched_without_force_and_replaced_with_it(whole: Path, empty: Server) -> None:
    restore(empty, whole)
    with empty.connect(APP, DATABASE) as connection:
        connection.execute(b"INSERT INTO kept VALUES (2000, 'later')")
    (empty.home / "files" / "later.pdf").write_bytes(b"later")
    seen = [
        empty.home / "chain" / "head",
        empty.home / "nodes" / "bank" / "node.db",
        empty.home / "nodes" / "bank" / "node.json",
    ]
    for path in seen:
        path.write_text("later", encoding="utf-8")
    with pytest.raises(BackupError, match="已有数据"):
        restore(empty, whole)
    assert rows(empty)[0][0] == 1001
    restore(empty, whole, force=True)
    assert rows(empty)[0][0] == 1000
    assert not (empty.home / "files" / "later.pdf").exists()
    assert [path.read_text(encoding="utf-8") for path in seen] == ["later"] * 3
    assert (empty.home / "chain" / "log_key").read_text(encoding="utf-8") == "earlier"


def test_an_instance_of_which_only_a_key_is_left_is_not_empty(whole: Path, empty: Server) -> None:
    (empty.home / "secret_key").write_text("x", encoding="utf-8")
    with pytest.raises(BackupError, match="已有数据"):
        restore(empty, whole)
    assert (empty.home / "secret_key").read_text(encoding="utf-8") == "x"


@pytest.mark.parametrize("lost", [1, 600, 5000, 0.5])
def test_a_truncated_backup_is_refused_before_anything_is_done(
    whole: Path, empty: Server, tmp_path: Path, lost: float
) -> None:
    content = whole.read_bytes()
    # The closing blocks of a tar are zeros: the file's own end stands before them.
    end = len(content.rstrip(b"\0"))
    broken = tmp_path / "broken.tar"
    broken.write_bytes(content[: int(end * lost) if lost < 1 else end - int(lost)])
    with pytest.raises(BackupError, match=r"不完整|已损坏"):
        restore(empty, broken)
    assert is_empty(empty)


def test_a_byte_changed_anywhere_is_noticed(whole: Path, tmp_path: Path) -> None:
    content = bytearray(whole.read_bytes())
    for place in (whole.read_bytes().find(b"PGDMP") + 100, whole.read_bytes().find(b"%PDF") + 1):
        changed = bytearray(content)
        changed[place] ^= 1
        broken = tmp_path / "changed.tar"
        broken.write_bytes(changed)
        with pytest.raises(BackupError, match="已损坏"):
            read(broken)


def repacked(
    whole: Path, target: Path, *, add: dict[str, bytes] | None = None, drop: str = "", **manifest: object
) -> Path:
    """The backup written anew with something added, left out, or said otherwise in its list."""
    with tarfile.open(whole) as old, tarfile.open(target, "w") as new:
        for member in old:
            content = old.extractfile(member).read()  # type: ignore[union-attr]
            if member.name == drop:
                continue
            if member.name == MANIFEST and manifest:
                content = json.dumps({**json.loads(content), **manifest}).encode()
            member.size = len(content)
            new.addfile(member, io.BytesIO(content))
        for name, content in (add or {}).items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            new.addfile(info, io.BytesIO(content))
    return target


def test_a_file_too_few_too_many_or_outside_is_refused(whole: Path, tmp_path: Path) -> None:
    for changes, says in (
        ({"drop": "home/secret_key"}, "缺少"),
        ({"drop": MANIFEST}, "没有清单"),
        ({"add": {"home/extra": b"x"}}, "清单以外"),
        ({"add": {"../outside": b"x"}}, "清单以外"),
        ({"add": {"home/secret_key": b"x"}}, "清单以外"),
        ({"format": 2}, "第 2 版"),
        ({"files": None}, "读不懂"),
    ):
        with pytest.raises(BackupError, match=says):
            read(repacked(whole, tmp_path / "repacked.tar", **changes))  # type: ignore[arg-type]


def test_what_is_no_backup_is_told_so(tmp_path: Path) -> None:
    for name, content in (("empty", b""), ("text", b"hello" * 500), ("zeros", b"\0" * 10240)):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(BackupError):
            read(tmp_path / name)


def test_another_postgresqls_backup_is_refused(whole: Path, empty: Server, tmp_path: Path) -> None:
    old = repacked(whole, tmp_path / "old.tar", postgres="9")
    for act in (check, partial(restore, empty)):
        with pytest.raises(BackupError, match="PostgreSQL 9"):
            act(old)


def test_a_restored_database_with_other_rows_than_listed_is_not_used(
    whole: Path, empty: Server, tmp_path: Path
) -> None:
    with pytest.raises(BackupError, match="行数"):
        restore(empty, repacked(whole, tmp_path / "rows.tar", rows={"public.kept": 999}))
    assert is_empty(empty)


def test_a_dump_that_cannot_be_read_leaves_the_old_instance_as_it_was(
    whole: Path, empty: Server, tmp_path: Path
) -> None:
    restore(empty, whole)
    dump = b"PGDMP nonsense"
    files = {
        **json.loads(read(whole).to_json())["files"],
        "database.dump": {"size": len(dump), "sha256": hashlib.sha256(dump).hexdigest()},
    }
    broken = repacked(whole, tmp_path / "dump.tar", drop="database.dump", add={"database.dump": dump}, files=files)
    for act in (check, partial(restore, empty, force=True)):
        with pytest.raises(BackupError, match="pg_restore"):
            act(broken)
    assert check(whole) == read(whole)
    assert rows(empty)[0][0] == 1000


def test_an_existing_file_is_not_overwritten_and_a_failure_leaves_none(
    instance: Server, whole: Path, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = whole.read_bytes()
    with pytest.raises(BackupError, match="已经存在"):
        back_up(instance, whole, at=NOW, version="1")
    assert whole.read_bytes() == before

    def fail(*_: object) -> None:
        raise BackupError("disk full")

    monkeypatch.setattr(backup, "read", fail)
    with pytest.raises(BackupError):
        back_up(instance, place / "failed.tar", at=NOW, version="1")
    assert [path.name for path in place.iterdir() if "failed" in path.name or path.name.startswith(".yinuo")] == []


def test_rows_written_meanwhile_are_not_in_it(
    instance: Server, empty: Server, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The list and the dump are of one instant, though the instance works on."""
    run = backup._run

    def late(program: Path, *arguments: str) -> None:
        with instance.connect(APP, DATABASE) as connection:
            connection.execute(b"INSERT INTO kept SELECT coalesce(max(id), 0) + 1, 'late' FROM kept")
        run(program, *arguments)

    monkeypatch.setattr(backup, "_run", late)
    target = place / "meanwhile.tar"
    made = back_up(instance, target, at=NOW, version="1")
    monkeypatch.setattr(backup, "_run", run)
    assert restore(empty, target).rows == made.rows


# -- the commands


def test_the_commands_make_it_check_it_and_put_it_back(
    instance: Server, place: Path, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("YINUO_DATABASE_URL", raising=False)
    target, other = place / "by-command.tar", place / "by-command"
    code, out, err = ask("backup", str(target), "--data", str(instance.home))
    assert (code, err) == (0, "")
    assert "已备份到" in out
    assert ask("restore", str(target), "--check")[0] == 0
    code, out, err = ask("restore", str(target), "--data", str(other))
    assert (code, err) == (0, "")
    assert "已恢复" in out
    code, _, err = ask("restore", str(target), "--data", str(other))
    assert code == 1
    assert "--force" in err
    assert ask("restore", str(target), "--data", str(other), "--force")[0] == 0


def test_the_commands_refuse_in_one_line(
    place: Path, ask: Ask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("YINUO_DATABASE_URL", raising=False)
    for words, says in (
        (("backup", str(tmp_path / "x.tar"), "--data", str(tmp_path / "nothing")), "没有系统的数据"),
        (("restore", str(tmp_path / "gone.tar"), "--data", str(tmp_path)), "没有文件"),
    ):
        code, out, err = ask(*words)
        assert (code, out) == (1, "")
        assert says in err
        assert err.count("\n") == 1
    monkeypatch.setenv("YINUO_DATABASE_URL", "postgresql://elsewhere/yinuo")
    assert "自备" in ask("backup")[2]
