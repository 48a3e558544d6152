"""What a node keeps: the log as it has seen it, the issuers' keys, its own head, and evidence of what should not have
happened.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from yinuo.chain.tree import ENTRIES, WIDTH, Tile, bundle
from yinuo.chain.verifier import HASH_SIZE, sha256
from yinuo.chain.witness import Head

SCHEMA = """
    CREATE TABLE IF NOT EXISTS head (
        id INTEGER PRIMARY KEY CHECK (id = 1), size INTEGER NOT NULL, root BLOB NOT NULL, note BLOB NOT NULL
    );
    CREATE TABLE IF NOT EXISTS entry (place INTEGER PRIMARY KEY, data BLOB NOT NULL);
    CREATE TABLE IF NOT EXISTS tile (
        level INTEGER NOT NULL, place INTEGER NOT NULL, data BLOB NOT NULL, PRIMARY KEY (level, place)
    );
    CREATE TABLE IF NOT EXISTS issuer (
        kid TEXT PRIMARY KEY, name TEXT NOT NULL, public BLOB NOT NULL, revoked INTEGER NOT NULL DEFAULT 0
    );
    CREATE TABLE IF NOT EXISTS subject (name TEXT PRIMARY KEY, n INTEGER NOT NULL, last BLOB NOT NULL);
    CREATE TABLE IF NOT EXISTS twin (id INTEGER PRIMARY KEY CHECK (id = 1), size INTEGER NOT NULL, note BLOB NOT NULL);
    CREATE TABLE IF NOT EXISTS twin_tile (
        level INTEGER NOT NULL, place INTEGER NOT NULL, data BLOB NOT NULL, PRIMARY KEY (level, place)
    );
    CREATE TABLE IF NOT EXISTS evidence (
        id INTEGER PRIMARY KEY, at INTEGER NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL, seen BLOB NOT NULL,
        mine BLOB NOT NULL
    );
"""


@dataclass(frozen=True, slots=True)
class Issuer:
    """A key that may sign entries, or might: a revoked one signs nothing that comes later in the log."""

    name: str
    public: bytes
    revoked: bool


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was seen, when (seconds since 1970), and this node's own checkpoint at that time."""

    at: int
    kind: str
    text: str
    seen: bytes
    mine: bytes


class Store:
    """One SQLite file, written through to the disk before anybody is answered; one thread at a time."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.RLock()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.executescript(SCHEMA)

    def close(self) -> None:
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything inside, or nothing; on the disk when it ends."""
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    # -- the head

    def head(self) -> Head:
        with self._lock:
            row = self._db.execute("SELECT size, root FROM head").fetchone()
        return Head(row[0], row[1]) if row else Head(0, sha256(b""))

    def note(self) -> bytes:
        """The last checkpoint this node signed, with its own line; b"" = none yet."""
        with self._lock:
            row = self._db.execute("SELECT note FROM head").fetchone()
        return bytes(row[0]) if row else b""

    def keep_head(self, head: Head, note: bytes) -> None:
        self._db.execute("INSERT OR REPLACE INTO head VALUES (1, ?, ?, ?)", (head.size, head.root, note))

    # -- the mirror

    def mirrored(self) -> int:
        """How many entries are here."""
        with self._lock:
            row = self._db.execute("SELECT max(place) FROM entry").fetchone()
        return 0 if row[0] is None else int(row[0]) + 1

    def read_tile(self, tile: Tile) -> bytes:
        """A tile's bytes, or the beginning of a wider one; b"" = not here."""
        if tile.level == ENTRIES:
            low = tile.index * WIDTH
            with self._lock:
                rows = self._db.execute(
                    "SELECT data FROM entry WHERE place >= ? AND place < ? ORDER BY place", (low, low + tile.width)
                )
                found = [bytes(row[0]) for row in rows]
            return bundle(found) if len(found) == tile.width else b""
        with self._lock:
            row = self._db.execute(
                "SELECT data FROM tile WHERE level = ? AND place = ?", (tile.level, tile.index)
            ).fetchone()
        data = bytes(row[0])[: tile.width * HASH_SIZE] if row else b""
        return data if len(data) == tile.width * HASH_SIZE else b""

    def entry(self, place: int) -> bytes:
        """One entry; b"" = not here."""
        with self._lock:
            row = self._db.execute("SELECT data FROM entry WHERE place = ?", (place,)).fetchone()
        return bytes(row[0]) if row else b""

    def add_entries(self, first: int, entries: Sequence[bytes], tiles: Mapping[Tile, bytes]) -> None:
        self._db.executemany("INSERT INTO entry VALUES (?, ?)", list(enumerate(entries, first)))
        self._db.executemany(
            "INSERT OR REPLACE INTO tile VALUES (?, ?, ?)",
            [(tile.level, tile.index, data) for tile, data in tiles.items()],
        )

    # -- the twin: grown out of the entries that are here

    def twin_size(self) -> int:
        """How far the twin is built."""
        with self._lock:
            row = self._db.execute("SELECT size FROM twin").fetchone()
        return int(row[0]) if row else 0

    def twin_note(self) -> bytes:
        """The last checkpoint of the twin this node signed, with its own line; b"" = none yet."""
        with self._lock:
            row = self._db.execute("SELECT note FROM twin").fetchone()
        return bytes(row[0]) if row else b""

    def keep_twin_note(self, note: bytes) -> None:
        self._db.execute("UPDATE twin SET note = ?", (note,))

    def grow_twin(self, size: int, tiles: Mapping[Tile, bytes]) -> None:
        self._db.execute(
            "INSERT INTO twin VALUES (1, ?, x'') ON CONFLICT (id) DO UPDATE SET size = excluded.size", (size,)
        )
        self._db.executemany(
            "INSERT OR REPLACE INTO twin_tile VALUES (?, ?, ?)",
            [(tile.level, tile.index, data) for tile, data in tiles.items()],
        )

    def read_twin_tile(self, tile: Tile) -> bytes:
        """A tile's bytes, or the beginning of a wider one; b"" = not here."""
        if tile.level == ENTRIES:
            return self.read_tile(tile)
        with self._lock:
            row = self._db.execute(
                "SELECT data FROM twin_tile WHERE level = ? AND place = ?", (tile.level, tile.index)
            ).fetchone()
        data = bytes(row[0])[: tile.width * HASH_SIZE] if row else b""
        return data if len(data) == tile.width * HASH_SIZE else b""

    # -- who may sign, and what came last of each subject

    def issuer(self, kid: str) -> Issuer | None:
        row = self._db.execute("SELECT name, public, revoked FROM issuer WHERE kid = ?", (kid,)).fetchone()
        return Issuer(row[0], row[1], bool(row[2])) if row else None

    def add_issuer(self, kid: str, name: str, public: bytes) -> None:
        self._db.execute("INSERT INTO issuer (kid, name, public) VALUES (?, ?, ?)", (kid, name, public))

    def revoke_issuer(self, kid: str) -> None:
        self._db.execute("UPDATE issuer SET revoked = 1 WHERE kid = ?", (kid,))

    def last_of(self, subject: str) -> tuple[int, bytes] | None:
        with self._lock:
            row = self._db.execute("SELECT n, last FROM subject WHERE name = ?", (subject,)).fetchone()
        return (row[0], row[1]) if row else None

    def keep_last(self, subject: str, n: int, last: bytes) -> None:
        self._db.execute("INSERT OR REPLACE INTO subject VALUES (?, ?, ?)", (subject, n, last))

    # -- evidence

    def keep_evidence(self, one: Evidence) -> None:
        """Kept once, however often it is seen."""
        with self._lock:
            known = self._db.execute(
                "SELECT 1 FROM evidence WHERE kind = ? AND seen = ?", (one.kind, one.seen)
            ).fetchone()
            if known is None:
                self._db.execute(
                    "INSERT INTO evidence (at, kind, text, seen, mine) VALUES (?, ?, ?, ?, ?)",
                    (one.at, one.kind, one.text, one.seen, one.mine),
                )

    def evidence(self) -> list[Evidence]:
        with self._lock:
            rows = self._db.execute("SELECT at, kind, text, seen, mine FROM evidence ORDER BY id").fetchall()
        return [Evidence(*row) for row in rows]
