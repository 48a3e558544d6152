"""The embedded server: who may enter, what it survives, what it refuses."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.database import home
from yinuo.deploy import binaries, embedded
from yinuo.deploy.binaries import DatabaseError, service_account
from yinuo.deploy.cli import up
from yinuo.deploy.cli.up import DatabaseSupervisor
from yinuo.deploy.embedded import APP, DATABASE, OWNER, Server

ROOT = os.geteuid() == 0
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """A folder the server's account can reach, which pytest's own temporary one is not for root."""
    folder = home().with_name(f"embedded-{os.getpid()}")
    folder.mkdir(parents=True)
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def server(place: Path) -> Iterator[Server]:
    server = Server(place / "shared")
    assert server.start() is True
    yield server
    server.stop()


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def _pid(server: Server) -> int:
    return int((server.data / "postmaster.pid").read_text().splitlines()[0])


def test_a_server_that_runs_is_used_as_it_is(server: Server) -> None:
    pid = _pid(server)
    assert Server(server.home).start() is False
    assert _pid(server) == pid


def test_a_server_that_is_still_coming_up_is_waited_for(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who began to start it was killed; a second one started beside it would not come up."""
    answers = iter([False, False])
    running = Server.running
    monkeypatch.setattr(Server, "running", lambda self: next(answers, None) is None and running(self))
    pid = _pid(server)
    assert server.start() is False
    assert _pid(server) == pid


def test_it_opens_no_network_port_and_its_folders_are_closed_to_others(server: Server) -> None:
    with server.connect() as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
    assert _mode(server.data) == 0o700
    assert _mode(server.sockets) == 0o700


def test_it_is_durable(server: Server) -> None:
    with server.connect() as connection:
        settings = [
            connection.execute(f"SHOW {name}".encode()).fetchone()
            for name in ("fsync", "full_page_writes", "synchronous_commit")
        ]
        assert settings == [("on",)] * 3
        assert connection.execute("SHOW data_checksums").fetchone() == ("on",)


def test_text_is_ordered_and_cut_by_the_builtin_rules_of_unicode(server: Server) -> None:
    with server.connect(OWNER, DATABASE) as connection:
        row = connection.execute(
            "SELECT datlocprovider, datlocale, datctype FROM pg_database WHERE datname = current_database()"
        ).fetchone()
        assert row == ("b", "C.UTF-8", embedded.CTYPE)
        connection.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        assert connection.execute("SELECT cardinality(show_trgm('供热管网'))").fetchone() == (5,)


@pytest.mark.parametrize("role", [OWNER, APP])
def test_neither_role_is_a_superuser(server: Server, role: str) -> None:
    with server.connect(role, DATABASE) as connection:
        row = connection.execute(
            "SELECT rolsuper, rolcreatedb, rolcreaterole, rolreplication FROM pg_roles WHERE rolname = %s", [role]
        )
        assert row.fetchone() == (False, False, False, False)


def test_the_owner_owns_the_database_and_the_application_may_only_come_in(server: Server) -> None:
    with server.connect(OWNER, DATABASE) as owner:
        owner.execute("CREATE TABLE IF NOT EXISTS mine (id int)")
    with server.connect(APP, DATABASE) as application:
        for statement in (
            b"CREATE TABLE theirs (id int)",
            b"SELECT * FROM mine",
            b"CREATE TEMP TABLE passing (id int)",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                application.execute(statement)


@pytest.mark.skipif(not ROOT, reason="only root can become somebody else")
def test_another_user_of_the_machine_does_not_get_in(server: Server) -> None:
    knock = ["ls", str(server.sockets / embedded.SOCKET_NAME)]
    assert subprocess.run(knock, capture_output=True, check=False).returncode == 0
    stranger = subprocess.run(knock, user="nobody", extra_groups=[], capture_output=True, text=True, check=False)
    assert "Permission denied" in stranger.stderr


@pytest.mark.skipif(not ROOT, reason="only root needs a user of its own for the server")
def test_started_by_root_it_runs_as_a_system_user(server: Server) -> None:
    status = Path(f"/proc/{_pid(server)}/status").read_text()
    uid = next(line.split()[1] for line in status.splitlines() if line.startswith("Uid:"))
    assert int(uid) == service_account().uid != 0


def test_two_servers_stand_side_by_side(server: Server, place: Path) -> None:
    other = Server(place / "other")
    try:
        other.start()
        with server.connect(OWNER, DATABASE) as first, other.connect(OWNER, DATABASE) as second:
            first.execute("CREATE TABLE only_here (id int)")
            assert second.execute("SELECT to_regclass('only_here')").fetchone() == (None,)
    finally:
        other.stop()
    assert not other.running()
    assert server.running()


def test_a_killed_server_is_started_again_and_has_lost_nothing_committed(place: Path) -> None:
    server = Server(place / "killed")
    server.start()
    try:
        with server.connect(OWNER, DATABASE) as connection:
            connection.execute("CREATE TABLE kept (id int)")
            connection.execute("INSERT INTO kept VALUES (1)")
        pid = _pid(server)
        os.kill(pid, signal.SIGKILL)
        deadline = time.monotonic() + 10
        while server.running() and time.monotonic() < deadline:
            time.sleep(0.05)
        # Its children notice within moments that they are orphans.
        deadline = time.monotonic() + 20
        while True:
            try:
                assert server.start() is True
                break
            except DatabaseError:
                assert time.monotonic() < deadline
                time.sleep(0.5)
        assert _pid(server) != pid
        with server.connect(OWNER, DATABASE) as connection:
            assert connection.execute("SELECT id FROM kept").fetchall() == [(1,)]
    finally:
        server.stop()


def test_a_pid_file_that_names_somebody_else_does_not_keep_it_from_starting(place: Path) -> None:
    server = Server(place / "stale")
    server.start()
    server.stop()
    account = service_account()
    with subprocess.Popen(["sleep", "60"], **({"user": account.uid} if account.foreign else {})) as bystander:
        try:
            account.write(
                server.data / "postmaster.pid",
                f"{bystander.pid}\n{server.data}\n1700000000\n5432\n{server.sockets}\n\n\n",
            )
            assert server.start() is True
            assert bystander.poll() is None
        finally:
            server.stop()
            bystander.kill()


def test_data_of_another_major_version_is_refused_with_a_way_out(place: Path) -> None:
    server = Server(place / "old")
    server.start()
    server.stop()
    (server.data / "PG_VERSION").write_text("15\n")
    with pytest.raises(DatabaseError, match=r"PostgreSQL 15 的数据，安装的是 18.*pg_dump"):
        server.start()


def test_a_folder_with_other_things_in_it_is_not_touched(place: Path) -> None:
    server = Server(place / "full")
    server.data.mkdir(parents=True)
    (server.data / "thesis.doc").write_text("不要删")
    with pytest.raises(DatabaseError, match="里有文件，却不是数据库"):
        server.start()
    assert [file.name for file in server.data.iterdir()] == ["thesis.doc"]


def test_a_path_too_long_for_a_socket_gets_a_short_folder_of_its_own(place: Path) -> None:
    server = Server(place / ("long" * 30))
    assert len(os.fsencode(server.sockets / embedded.SOCKET_NAME)) <= embedded.LONGEST_SOCKET_PATH
    assert server.sockets != Server(place / ("long" * 31)).sockets
    try:
        server.start()
        assert server.running()
        assert _mode(server.sockets) == 0o700
    finally:
        server.stop()
        shutil.rmtree(server.sockets)


@pytest.mark.skipif(not ROOT, reason="the server's account is ours")
def test_a_folder_the_system_user_cannot_reach_is_refused_before_anything_is_written(place: Path) -> None:
    closed = place / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(DatabaseError, match="到不了"):
        Server(closed / "data").start()
    assert not (closed / "data" / "postgres").exists()


@pytest.mark.skipif(not ROOT, reason="the server's account is ours")
def test_programs_in_a_closed_home_are_copied_with_their_libraries(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(binaries, "COPIES", place / "copies")
    monkeypatch.setattr(binaries, "traversable", lambda folder: False)
    account = service_account()
    found = binaries.locate(account)
    assert found.bin.is_relative_to(place / "copies")
    assert "PostgreSQL" in account.run([str(found.bin / "psql"), "--version"]).stdout
    assert binaries.locate(account) == found


def test_a_machine_without_a_way_to_make_a_user_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries.shutil, "which", lambda *arguments, **options: None)
    with pytest.raises(DatabaseError, match="请先建立这个用户，或以普通用户运行"):
        binaries._make_user()


def test_the_server_that_died_is_started_again_while_up_runs(place: Path) -> None:
    mortal = Server(place / "mortal", durable=False)
    supervisor, stop = DatabaseSupervisor(mortal), threading.Event()
    mortal.start()
    try:
        assert mortal.alive() and not supervisor.restart_if_dead(stop)
        held = mortal.connect()
        os.kill(_pid(mortal), signal.SIGKILL)
        while mortal.alive():
            time.sleep(0.01)
        assert supervisor.restart_if_dead(stop)
        assert mortal.running() and not supervisor.restart_if_dead(stop)
        with pytest.raises(psycopg.OperationalError):
            held.execute("SELECT 1")
    finally:
        mortal.stop()
    stop.set()
    assert not supervisor.restart_if_dead(stop), "who is asked to stop starts nothing"


class Broken:
    """A server that will not stand."""

    log = Path("server.log")

    def __init__(self, starts: bool) -> None:
        self.starts = starts

    def alive(self) -> bool:
        return False

    def start(self) -> bool:
        if not self.starts:
            raise DatabaseError("磁盘坏了")
        return True


def test_up_ends_where_the_server_does_not_come_back_or_dies_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(up, "RESTARTED_WITHIN_SECONDS", 0)
    with pytest.raises(DatabaseError, match="磁盘坏了"):
        DatabaseSupervisor(Broken(starts=False)).restart_if_dead(threading.Event())  # type: ignore[arg-type]
    supervisor = DatabaseSupervisor(Broken(starts=True))  # type: ignore[arg-type]
    assert [supervisor.restart_if_dead(threading.Event()) for _ in range(up.DEATHS - 1)] == [True] * (up.DEATHS - 1)
    with pytest.raises(DatabaseError, match="停了 5 次"):
        supervisor.restart_if_dead(threading.Event())
    assert not DatabaseSupervisor(None).restart_if_dead(threading.Event()), "another's database is not ours to start"
