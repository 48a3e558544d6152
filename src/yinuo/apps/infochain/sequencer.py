"""One sequencer at a time gives waiting leaves their places in the log, signs the new head and publishes it.

Held by an advisory lock and by compare-and-swap on the head: a rival finds nothing to do. A database that is behind the lock file,
or behind what a node has seen, was restored or lost: nothing is signed any more until its entries are back.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from yinuo.apps.infochain.models import Checkpoint as SignedHead
from yinuo.apps.infochain.models import Cosignature, LogEdge, LogHead, LogTile
from yinuo.apps.infochain.queries import read_tile
from yinuo.apps.infochain.storage import HeadLock
from yinuo.chain.signing import SigningKey, sign_checkpoint
from yinuo.chain.tree import WIDTH, Grown, Tree, append
from yinuo.chain.verifier import Checkpoint, Note, Unverified, hash_leaf, sha256

ADVISORY = 0x59494E554F  # “YINUO”
BATCH = 1000


class Behind(Exception):
    """The database holds less than was once signed, or something else: it must not sign."""


@dataclass(frozen=True, slots=True)
class Step:
    """What one round did: how many entries found their place, and the head afterwards."""

    entries: int
    size: int


def step(*, key: SigningKey, lock: HeadLock, at: datetime, batch: int = BATCH) -> Step | None:
    """Takes what waits, at most `batch` leaves. None = another sequencer is at work. Raises Behind."""
    with alone() as held:
        if not held:
            return None
        with transaction.atomic():
            head = LogHead.objects.select_for_update().filter(pk=1).first()
            if head is None:
                head = LogHead.objects.create(size=0, root=sha256(b""))
            _need_whole(head, lock)
            waiting = _drain(batch)
            if waiting or not head.note:
                head = _grow(head, waiting, key, at)
            elif head.refused:
                LogHead.objects.filter(pk=1).update(refused="")
        if head.published < head.size or not lock.path.exists():
            lock.write(Note.parse(head.note.encode()))
            LogHead.objects.filter(pk=1, published__lt=head.size).update(published=head.size)
        return Step(len(waiting), head.size)


@contextmanager
def alone() -> Iterator[bool]:
    """Whether no other sequencer is at work. Held beyond the commit, until the lock file is written: else an older head could
    overwrite a newer one's. Ends with the connection, so a killed sequencer keeps nobody waiting.
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


def idle() -> bool:
    """Whether nothing waits: no leaf, a first head, and that published. One small question, asked often."""
    with connection.cursor() as cursor:
        cursor.execute(_IDLE)
        return not cursor.fetchone()[0]


_IDLE = """
    SELECT EXISTS (SELECT 1 FROM trail_chainrow)
        OR NOT EXISTS (SELECT 1 FROM infochain_loghead WHERE id = 1 AND published = size AND note <> '' AND refused = '')
"""


def note_refusal(why: str) -> None:
    """Keeps why nothing is signed, for the status page; the next round that signs takes it back."""
    LogHead.objects.filter(pk=1).update(refused=why[:300])


def _need_whole(head: LogHead, lock: HeadLock) -> None:
    """Raises Behind unless the database goes on from everything that was signed and seen."""
    try:
        tree = Tree(head.size, read_tile)
        if tree.root() != bytes(head.root):
            raise Behind(f"库中日志的树根与记录的不符（{head.size} 条）")
        signed = lock.read()
        if signed is None:
            # Nothing published yet: a crash before the very first lock file, and nobody has seen a head.
            if head.published:
                raise Behind(f"锁定文件 {lock.path} 不见了，而日志已有 {head.size} 条：请从节点核对后恢复锁定文件")
        elif signed.size > head.size or Tree(signed.size, read_tile).root() != signed.root:
            raise Behind(f"数据库里的日志有 {head.size} 条，而已签到 {signed.size} 条：多半恢复了旧备份。不再签名，请从节点取回缺少的条目")
    except Unverified as error:
        raise Behind(f"日志的树不完整：{error}") from error
    seen = Cosignature.objects.order_by("-checkpoint_id").values_list("checkpoint_id", flat=True).first()
    if seen is not None and seen > head.size:
        raise Behind(f"节点见证过 {seen} 条，数据库里的日志只有 {head.size} 条：不再签名，请从节点取回缺少的条目")


_DRAIN = """
    DELETE FROM trail_chainrow WHERE id IN (SELECT id FROM trail_chainrow ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED)
    RETURNING id, outbox_id, entry
"""


def _drain(batch: int) -> list[tuple[int, object, bytes]]:
    with connection.cursor() as cursor:
        cursor.execute(_DRAIN, [batch])
        return sorted((row[0], row[1], bytes(row[2])) for row in cursor.fetchall())


_ENTRIES = """
    INSERT INTO infochain_logentry (index, outbox_id, entry, hash)
    SELECT * FROM unnest(%s::bigint[], %s::uuid[], %s::bytea[], %s::bytea[])
"""


def _grow(head: LogHead, waiting: list[tuple[int, object, bytes]], key: SigningKey, at: datetime) -> LogHead:
    entries = [row[2] for row in waiting]
    hashes = [hash_leaf(entry) for entry in entries]
    grown = append(head.size, read_tile, hashes)
    enter_entries(head.size, [row[1] for row in waiting], entries)
    keep_tiles(grown)
    note = sign_checkpoint(Checkpoint(key.name, grown.size, grown.root), key)
    text = bytes(note).decode()
    moved = LogHead.objects.filter(pk=1, size=head.size).update(size=grown.size, root=grown.root, note=text, refused="")
    if moved != 1:
        raise Behind("另一个进程同时移动了日志的头")
    SignedHead.objects.create(size=grown.size, root=grown.root, note=text, at=at)
    head.size, head.root, head.note = grown.size, grown.root, text
    return head


def enter_entries(first: int, outbox_ids: Sequence[object], entries: Sequence[bytes]) -> None:
    """Entries at their places, from `first` on."""
    places = list(range(first, first + len(entries)))
    with connection.cursor() as cursor:
        cursor.execute(_ENTRIES, [places, list(outbox_ids), list(entries), [hash_leaf(entry) for entry in entries]])


def keep_tiles(grown: Grown) -> None:
    full = [LogTile(level=tile.level, index=tile.index, data=data) for tile, data in grown.tiles.items() if tile.width == WIDTH]
    LogTile.objects.bulk_create(full)
    partial = {tile.level: data for tile, data in grown.tiles.items() if tile.width < WIDTH}
    emptied = {tile.level for tile in grown.tiles if tile.width == WIDTH} - set(partial)
    edges = [LogEdge(level=level, data=partial.get(level, b"")) for level in {*partial, *emptied}]
    LogEdge.objects.bulk_create(edges, update_conflicts=True, unique_fields=["level"], update_fields=["data"])
