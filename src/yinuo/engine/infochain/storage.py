"""The log's key and its lock file: both lie beside the database, so that a restored database does not bring its own
witness along.
"""

from __future__ import annotations

import os
from pathlib import Path

from yinuo.chain.signing import SigningKey
from yinuo.chain.verifier import Checkpoint, Note, Unverified

SECTOR = 512


class HeadLock:
    """The last head that was signed, on another path than the database, written through to the disk."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> Checkpoint | None:
        """Raises Unverified for a file that is no checkpoint."""
        try:
            return Checkpoint.parse(Note.parse(self.path.read_bytes()).text)
        except FileNotFoundError:
            return None

    def write(self, note: Note) -> None:
        """Replaces the file as a whole; when this returns it is on the disk."""
        if self._overwrite(bytes(note)):
            return
        beside = self.path.with_name(f"{self.path.name}.new")
        with beside.open("wb") as file:
            file.write(bytes(note))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self.path)
        folder = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _overwrite(self, data: bytes) -> bool:
        """In place, at a fifth of the time, where the old head is as long: within one sector, which a disk writes whole
        or not at all (PostgreSQL keeps its `pg_control` so). Whether it was.
        """
        try:
            handle = os.open(self.path, os.O_WRONLY)
        except FileNotFoundError:
            return False
        try:
            if len(data) > SECTOR or os.fstat(handle).st_size != len(data):
                return False
            os.pwrite(handle, data, 0)
            os.fsync(handle)
        finally:
            os.close(handle)
        return True


def log_key(folder: Path, origin: str) -> SigningKey:
    """The log's key: made at the first start under its origin, kept for its life.

    Raises Unverified for a broken file.
    """
    path = folder / "log_key"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return SigningKey.parse(path.read_text(encoding="utf-8").strip())
    made = SigningKey.generate(origin)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(f"{made}\n")
        file.flush()
        os.fsync(file.fileno())
    return made


def known_log(folder: Path) -> SigningKey | None:
    """The log's key where there is one already."""
    try:
        return SigningKey.parse((folder / "log_key").read_text(encoding="utf-8").strip())
    except (FileNotFoundError, Unverified):
        return None
