"""One sequencer at a time gives waiting leaves their places in the log, signs the new head and publishes it.

Held by an advisory lock and by compare-and-swap on the head: a rival finds nothing to do. A database that is behind the
lock file, or behind what a node has seen, was restored or lost: nothing is signed any more until its entries are back.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from yinuo.chain.signing import SigningKey, sign_checkpoint
from yinuo.chain.tree import HEIGHT, Grown, Tile, Tree, append
from yinuo.chain.verifier import HASH_SIZE, Checkpoint, Note, Unverified, hash_leaf, sha256
from yinuo.engine.infochain import twinning
from yinuo.engine.infochain.books import MAIN, binary, split_off
from yinuo.engine.infochain.models import LogHead
from yinuo.engine.infochain.storage import HeadLock

ADVISORY = 0x59494E554F  # “YINUO”
BATCH = 1000


class Behind(Exception):
    """The database holds less than was once signed, or something else: it must not sign."""


@dataclass(frozen=True, slots=True)
class Step:
    """What one round did: how many entries found their place, and the head afterwards."""

    entries: int
    size: int


def step(
    *, key: SigningKey, lock: HeadLock, at: datetime, batch: int = BATCH, twin: twinning.Twin | None = None
) -> Step | None:
    """Takes what waits, at most `batch` leaves; `twin` grows in the same transaction.

    None = another sequencer is at work. Raises Behind.
    """
    with alone() as held, binary() as cursor:
        if not held:
            return None
        with transaction.atomic():
            head = _locked_head(cursor)
            _need_whole(head, lock)
            hashes = _place(cursor, head.size, batch)
            if hashes or not head.note:
                grown = append(head.size, head.read, hashes)
                head.note = _move(cursor, head, grown, key, at)
                head.size = grown.size
            elif head.refused:
                LogHead.objects.filter(pk=1).update(refused="")
            if twin is not None:
                twinning.follow(twin, size=head.size, at=at)
        if head.published < head.size or not lock.path.exists():
            lock.write(Note.parse(head.note.encode()))
            cursor.execute(_PUBLISH, {"size": head.size})
        if twin is not None:
            twinning.publish(twin)
        return Step(len(hashes), head.size)


@contextmanager
def alone() -> Iterator[bool]:
    """Whether no other sequencer is at work. Held beyond the commit, until the lock file is written: else an older head
    could overwrite a newer one's. Ends with the connection, so a killed sequencer keeps nobody waiting.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [ADVISORY])
        held: bool = cursor.fetchone()[0]
    try:
        yield held
    finally:
        if held:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [ADVISORY])


def idle(*, twin: bool = False) -> bool:
    """Whether nothing waits: no leaf, a first head, and that published; `twin`: it too. One small question, asked
    often.

    A twin that may not be signed is looked at again with the next entry.
    """
    with connection.cursor() as cursor:
        cursor.execute(_IDLE + _TWIN_IDLE if twin else _IDLE)
        return not cursor.fetchone()[0]


_IDLE = """
    SELECT EXISTS (SELECT 1 FROM trail_chainrow)
        OR NOT EXISTS (
            SELECT 1 FROM infochain_loghead
            WHERE id = 1 AND published = size AND note <> '' AND refused = ''
        )
"""
_TWIN_IDLE = """
        OR NOT EXISTS (
            SELECT 1 FROM infochain_twinhead AS twin JOIN infochain_loghead AS head USING (id)
            WHERE twin.refused <> ''
                OR (twin.size = head.size AND twin.published = twin.size AND twin.note <> ''
                    AND twin.stopped_at IS NULL)
        )
"""


def note_refusal(why: str) -> None:
    """Keeps why nothing is signed, for the status page; the next round that signs takes it back."""
    LogHead.objects.filter(pk=1).update(refused=why[:300])


@dataclass(slots=True)
class _Head:
    """The head's row, the tree's right edge, and the largest size a node has signed."""

    size: int
    root: bytes
    note: str
    published: int
    refused: str
    seen: int
    edge: dict[int, bytes]

    def read(self, tile: Tile) -> bytes:
        """A tile of the right edge, which is all that the root and appending need."""
        at_edge = tile.index == self.size >> (HEIGHT * (tile.level + 1))
        return self.edge.get(tile.level, b"")[: tile.width * HASH_SIZE] if at_edge else b""


# The edge this process has grown last, by its size and root: read again byte for byte it is not hashed again.
_grown: dict[tuple[int, bytes], dict[int, bytes]] = {}

_HEAD = """
    SELECT size, root, note, published, refused, coalesce((SELECT max(checkpoint_id) FROM infochain_cosignature), 0),
        ARRAY(SELECT level FROM infochain_logedge ORDER BY level)::int[],
        ARRAY(SELECT data FROM infochain_logedge ORDER BY level)
    FROM infochain_loghead WHERE id = 1 FOR UPDATE
"""


def _locked_head(cursor: Any) -> _Head:
    cursor.execute(_HEAD)
    row = cursor.fetchone()
    if row is None:
        LogHead.objects.create(size=0, root=sha256(b""))
        return _locked_head(cursor)
    size, root, note, published, refused, seen, levels, data = row
    return _Head(size, root, note, published, refused, seen, dict(zip(levels, data, strict=True)))


def _need_whole(head: _Head, lock: HeadLock) -> None:
    """Raises Behind unless the database goes on from everything that was signed and seen."""
    try:
        if head.edge != _grown.get((head.size, head.root)) and Tree(head.size, head.read).root() != head.root:
            raise Behind(f"库中日志的树根与记录的不符（{head.size} 条）")
        signed = lock.read()
        if signed is None:
            # Nothing published yet: a crash before the very first lock file, and nobody has seen a head.
            if head.published:
                raise Behind(f"锁定文件 {lock.path} 不见了，而日志已有 {head.size} 条：请从节点核对后恢复锁定文件")
        elif (signed.size, signed.root) != (head.size, head.root) and not _begins_with(head, signed):
            raise Behind(
                f"数据库里的日志有 {head.size} 条，而已签到 {signed.size} 条：多半恢复了旧备份。不再签名，"
                f"请从节点取回缺少的条目"
            )
    except Unverified as error:
        raise Behind(f"日志的树不完整：{error}") from error
    if head.seen > head.size:
        raise Behind(f"节点见证过 {head.seen} 条，数据库里的日志只有 {head.size} 条：不再签名，请从节点取回缺少的条目")


def _begins_with(head: _Head, signed: Checkpoint) -> bool:
    return signed.size <= head.size and MAIN.tree(signed.size).root() == signed.root


# No entry is fetched only to be sent back: it is moved where it lies, and hashed here, where SHA-256 takes a quarter of
# the time.
# The batch stands in the text: with a limit it does not know PostgreSQL plans every round anew.
_PLACE = """
    WITH taken AS (
        DELETE FROM trail_chainrow
        WHERE ctid = ANY(ARRAY(SELECT ctid FROM trail_chainrow ORDER BY id LIMIT {batch} FOR UPDATE SKIP LOCKED))
        RETURNING id, outbox_id, entry
    )
    INSERT INTO infochain_logentry (index, outbox_id, entry)
    SELECT %s + row_number() OVER (ORDER BY id) - 1, outbox_id, entry FROM taken
    RETURNING index, entry
"""


def _place(cursor: Any, first: int, batch: int) -> list[bytes]:
    """Moves what waits to its places from `first` on; the leaf hashes in their order."""
    cursor.execute(_PLACE.format(batch=int(batch)), [first])
    return [hash_leaf(entry) for _, entry in sorted(cursor.fetchall())]


_MOVE = """
    WITH tile AS (
        INSERT INTO infochain_logtile (level, index, data)
        SELECT * FROM unnest(%(levels)s::int[], %(indexes)s::bigint[], %(tiles)b::bytea[])
    ), edge AS (
        INSERT INTO infochain_logedge (level, data) SELECT * FROM unnest(%(edges)s::int[], %(data)b::bytea[])
        ON CONFLICT (level) DO UPDATE SET data = excluded.data
    ), signed AS (
        INSERT INTO infochain_checkpoint (size, root, note, at) VALUES (%(size)s, %(root)s, %(note)s, %(at)s)
    )
    UPDATE infochain_loghead SET size = %(size)s, root = %(root)s, note = %(note)s, refused = ''
    WHERE id = 1 AND size = %(before)s
"""


def _move(cursor: Any, head: _Head, grown: Grown, key: SigningKey, at: datetime) -> str:
    """Keeps the grown tree and signs its head; the signed note.

    Raises Behind where the head was moved by somebody else.
    """
    note = bytes(sign_checkpoint(Checkpoint(key.name, grown.size, grown.root), key)).decode()
    full, edges = split_off(grown)
    values = {
        "levels": [tile.level for tile in full],
        "indexes": [tile.index for tile in full],
        "tiles": list(full.values()),
        "edges": list(edges),
        "data": list(edges.values()),
        "size": grown.size,
        "root": grown.root,
        "note": note,
        "at": at,
        "before": head.size,
    }
    cursor.execute(_MOVE, values)
    if cursor.rowcount != 1:
        raise Behind("另一个进程同时移动了日志的头")
    _grown.clear()
    _grown[grown.size, grown.root] = head.edge | edges
    return note


# Lost in a crash it is done again by the next round, so nobody waits for the disk: this one statement alone commits
# without.
_PUBLISH = """
    UPDATE infochain_loghead SET published = %(size)s
    WHERE id = 1 AND published < %(size)s AND set_config('synchronous_commit', 'off', true) = 'off'
"""


_ENTRIES = """
    INSERT INTO infochain_logentry (index, outbox_id, entry) SELECT * FROM unnest(%s::bigint[], %s::uuid[], %s::bytea[])
"""


def enter_entries(first: int, outbox_ids: Sequence[object], entries: Sequence[bytes]) -> None:
    """Entries at their places, from `first` on."""
    places = list(range(first, first + len(entries)))
    with connection.cursor() as cursor:
        cursor.execute(_ENTRIES, [places, list(outbox_ids), list(entries)])
