"""The instance's own settings: `yinuo.env` in the data folder, lines of `YINUO_NAME=value`; environment variables win
over it.

A value is what stands behind the first `=`, to the letter: no quotes, no escapes, no references. Empty lines and lines
that begin with `#` are left alone; a name without a value is as good as none. The file is replaced as a whole and
readable by its owner alone, for it holds passwords.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from yinuo.deploy.binaries import DatabaseError

NAME = "yinuo.env"
KEY = re.compile(r"YINUO_[A-Z0-9_]+")
# Where the file lies, and what one process of ours tells another: not to be chosen in it.
NOT_HERE = {"YINUO_DATA", "YINUO_SUPERVISED", "YINUO_PARENT"}


_from_file: set[str] = set()


class EnvFileError(DatabaseError):
    """The file cannot be read as it stands; the message names the line."""


def path(home: Path) -> Path:
    return home / NAME


def load(home: Path) -> None:
    """Makes the file's values this process's environment, where that does not say otherwise. Raises EnvFileError."""
    for key, value in read(home).items():
        if key not in os.environ:
            os.environ[key] = value
            _from_file.add(key)


def outside() -> dict[str, str]:
    """What the environment says by itself, without the file: it wins."""
    return {key: value for key, value in os.environ.items() if key.startswith("YINUO_") and key not in _from_file}


def read(home: Path) -> dict[str, str]:
    """The file's values; none without a file. Raises EnvFileError."""
    found: dict[str, str] = {}
    for number, line in enumerate(_lines(home), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        key, equals, value = line.partition("=")
        try:
            if not equals:
                raise ValueError("应写作 YINUO_名称=值")
            check(key, value)
        except ValueError as error:
            raise EnvFileError(f"{path(home)} 第 {number} 行：{error}") from None
        if key in found:
            raise EnvFileError(f"{path(home)} 第 {number} 行：{key} 写了两次")
        found[key] = value
    return {key: value for key, value in found.items() if value}


def check(key: str, value: str) -> None:
    """Raises ValueError in words for what the file cannot hold."""
    if not KEY.fullmatch(key):
        raise ValueError(f"名称应为 YINUO_ 加大写字母、数字、下划线，现为“{key}”")
    if key in NOT_HERE:
        raise ValueError(f"{key} 不能写在这个文件里")
    if any(ord(sign) < 32 or ord(sign) == 127 for sign in value):
        raise ValueError(f"{key} 的值含有换行或控制字符")
    if value != value.strip():
        raise ValueError(f"{key} 的值前后有空格")
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        raise ValueError(f"{key} 的值不要加引号：引号会成为值的一部分")


def write(home: Path, changes: Mapping[str, str | None]) -> list[str]:
    """Sets and (None) removes keys; other lines stay as they are. Returns the keys that changed; without any the file
    is not touched.

    Raises EnvFileError for a file that cannot be read, ValueError for a value it cannot hold; then it is as it was.
    """
    before = read(home)
    for key, value in changes.items():
        check(key, value or "")
    changed = [key for key, value in changes.items() if before.get(key) != value]
    if not changed:
        return []
    waiting = {key: value for key in changed if (value := changes[key])}
    lines = []
    for line in _lines(home):
        key = line.partition("=")[0]
        if key not in changed:
            lines.append(line)
        elif key in waiting:
            lines.append(f"{key}={waiting.pop(key)}")
    while lines and not lines[-1]:
        lines.pop()
    _replace(home, "".join(f"{line}\n" for line in [*lines, *(f"{key}={value}" for key, value in waiting.items())]))
    return changed


def _replace(home: Path, text: str) -> None:
    """Whole or not at all: what is killed in between leaves the old file,
    and a draft that the next writer overwrites.
    """
    draft = home / f".{NAME}.part"
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    if os.geteuid() == 0:
        # Set up by root, the file belongs to whom the data folder belongs to.
        owner = home.stat()
        os.chown(draft, owner.st_uid, owner.st_gid)
    draft.replace(path(home))
    folder = os.open(home, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _lines(home: Path) -> list[str]:
    try:
        text = path(home).read_text(encoding="utf-8-sig")
    except (FileNotFoundError, NotADirectoryError):
        return []
    except UnicodeDecodeError:
        raise EnvFileError(f"{path(home)} 不是 UTF-8 文字") from None
    return text.split("\n")
