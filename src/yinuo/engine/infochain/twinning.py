"""The twin: a second tree over the same entries, hashed with SM3 and signed with SM2 (docs/adr/0009-twin-tree.md).

It is a function of the entries, so it can be begun later, stand still, and be made anew; what must never happen is that
it is signed otherwise than before. It never holds up the log itself: what is wrong with it is noted on its own head.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import transaction

from yinuo.chain.signing import SignsNotes, sign_checkpoint
from yinuo.chain.sm import sm3
from yinuo.chain.sm_signing import NoLibrary, Sm2SigningKey
from yinuo.chain.tree import append
from yinuo.chain.verifier import Checkpoint, Note, Unverified, VerifierKey, hash_leaf
from yinuo.engine.infochain import sealed
from yinuo.engine.infochain.books import TWIN, binary
from yinuo.engine.infochain.models import TwinCheckpoint, TwinEdge, TwinHead, TwinTile
from yinuo.engine.infochain.storage import HeadLock

# So many entries a round while it catches up: the log's own rounds wait for these.
CATCH_UP = 5000
KEY_FILE, LOCK_FILE, PURPOSE = "twin_key", "head.twin", "twin"


class Unfit(Exception):
    """The twin must not be signed as it stands; the message says why."""


@dataclass(frozen=True, slots=True)
class Twin:
    """What signing it takes."""

    key: SignsNotes
    lock: HeadLock


def opened(folder: Path, origin: str) -> Twin:
    """The twin's key, made when it is switched on for the first time, and its lock file.

    Raises: Unfit when its key is gone or is another's, NoLibrary without `gmssl-pyx`, Unverified for a broken file.
    """
    path, lock = folder / KEY_FILE, HeadLock(folder / LOCK_FILE)
    public = sealed.read_public(path)
    if public is None:
        if lock.path.exists() or TwinCheckpoint.objects.exists():
            raise Unfit(f"密钥文件 {path} 不见了，而国密并行树已经签过：请从备份放回")
        made = Sm2SigningKey.generate(origin)
        sealed.write_new(path, PURPOSE, str(made.verifier), made.private)
        return Twin(made, lock)
    verifier = VerifierKey.parse(public)
    key = Sm2SigningKey(verifier.name, verifier.public, sealed.read_private(path, PURPOSE))
    key.sign("probe\n")
    return Twin(key, lock)


def known_key(folder: Path) -> VerifierKey | None:
    """The twin's public key where it has one."""
    try:
        public = sealed.read_public(folder / KEY_FILE)
        return VerifierKey.parse(public) if public else None
    except Unverified:
        return None


def follow(twin: Twin, *, size: int, at: datetime) -> None:
    """Within the sequencer's transaction, when the log has come to `size` entries. A fault of its own it notes."""
    try:
        with transaction.atomic():
            _follow(twin, size, at)
    except (Unfit, Unverified, NoLibrary) as error:
        note_refusal(str(error), at)


def _follow(twin: Twin, size: int, at: datetime) -> None:
    head = TwinHead.objects.select_for_update().filter(pk=1).first()
    if head is None:
        head = TwinHead.objects.create(size=0, root=sm3(b""), began_at=at)
    if head.size > size:
        raise Unfit(f"国密并行树有 {head.size} 条，日志只有 {size} 条")
    if TWIN.tree(head.size).root() != bytes(head.root):
        raise Unfit(f"国密并行树的树块与它的树根不符（{head.size} 条）：请运行 yinuo chain rebuild-twin")
    grown = head.size < size
    if grown:
        _grow(head, size)
    signed = _signed(head)
    if head.size == size and (grown or signed != size):
        _need_same(twin.lock, head)
    if head.size == size and signed != size:
        note = sign_checkpoint(Checkpoint(twin.key.name, head.size, bytes(head.root)), twin.key)
        head.note = bytes(note).decode()
        TwinCheckpoint.objects.get_or_create(
            size=head.size, defaults={"root": bytes(head.root), "note": head.note, "at": at}
        )
    head.refused = ""
    if head.size == size:
        head.stopped_at = None
    head.save(update_fields=["note", "refused", "stopped_at"])


def _grow(head: TwinHead, size: int) -> None:
    """By what the log has just taken in; while catching up by a part of what is there."""
    with binary() as cursor:
        cursor.execute(_TAKEN_IN, [head.size, min(size, head.size + CATCH_UP)])
        hashes = [hash_leaf(entry, sm3) for (entry,) in cursor.fetchall()]
    grown = append(head.size, TWIN.read, hashes, sm3)
    TWIN.keep(grown)
    head.size, head.root = grown.size, grown.root
    head.save(update_fields=["size", "root"])


_TAKEN_IN = "SELECT entry FROM infochain_logentry WHERE index >= %s AND index < %s ORDER BY index"


def _signed(head: TwinHead) -> int | None:
    return Checkpoint.parse(Note.parse(head.note.encode()).text).size if head.note else None


def _need_same(lock: HeadLock, head: TwinHead) -> None:
    """Raises Unfit unless the tree goes on from what was signed last."""
    signed = lock.read()
    if signed is None:
        if head.published:
            raise Unfit(f"锁定文件 {lock.path} 不见了，而国密并行树已签到 {head.published} 条：请核对后恢复锁定文件")
    elif signed.size > head.size or TWIN.tree(signed.size).root() != signed.root:
        raise Unfit(f"国密并行树已签到 {signed.size} 条，现在的 {head.size} 条不是接着它写下来的")


def publish(twin: Twin) -> None:
    """After the commit: the lock file, then the served head."""
    head = TwinHead.objects.filter(pk=1).first()
    signed = _signed(head) if head else None
    if head is None or signed is None or (signed == head.published and twin.lock.path.exists()):
        return
    twin.lock.write(Note.parse(head.note.encode()))
    TwinHead.objects.filter(pk=1).update(published=signed)


def note_refusal(why: str, at: datetime) -> None:
    """Why it is not signed although it is switched on; the next round that goes well takes it back."""
    TwinHead.objects.get_or_create(pk=1, defaults={"root": sm3(b""), "began_at": at})
    TwinHead.objects.filter(pk=1).update(refused=why[:300])


def stand_still(at: datetime) -> None:
    """Switched off: the twin says since when."""
    TwinHead.objects.filter(pk=1, stopped_at__isnull=True).update(stopped_at=at)


@transaction.atomic
def tear_down() -> int:
    """Throws the tree away, so that the next rounds build it anew out of the entries; how many it had.

    What was signed stays.
    """
    head = TwinHead.objects.select_for_update().filter(pk=1).first()
    if head is None:
        return 0
    TwinTile.objects.all().delete()
    TwinEdge.objects.all().delete()
    TwinHead.objects.filter(pk=1).update(size=0, root=sm3(b""), refused="")
    return head.size
