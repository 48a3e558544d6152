"""After an older backup was restored: the entries it lacks come back from a node's mirror, and what was written since
goes on from them.

Nothing is sequenced anew: the log goes on exactly as it was signed. What those entries said privately is lost with the
database that held it; `yinuo chain audit` names them.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction

from yinuo.chain.leaves import Leaf, build, kid_of, parse
from yinuo.chain.tree import append
from yinuo.chain.verifier import Checkpoint, Note, Unverified, VerifierKey, decode64, encode64, hash_leaf
from yinuo.core.ids import new_id
from yinuo.engine.infochain import keys
from yinuo.engine.infochain.books import MAIN
from yinuo.engine.infochain.models import Checkpoint as SignedHead
from yinuo.engine.infochain.models import IssuerKey, LeafRecord, LogHead, Subject
from yinuo.engine.infochain.sealing import KEY_ADDED, KEY_REVOKED, shown
from yinuo.engine.infochain.sequencer import Behind, alone, enter_entries
from yinuo.engine.infochain.storage import HeadLock
from yinuo.engine.people.models import Department
from yinuo.engine.trail.models import ChainRow

LOST = "恢复旧备份，私钥已失"


@dataclass(frozen=True, slots=True)
class Recovered:
    """How many entries came back, of them those whose private side is here, and how many waiting leaves were written
    anew.
    """

    entries: int
    known: int
    resealed: int
    size: int


def recover(
    *, note: Note, fetch: Callable[[int, int], Sequence[bytes]], log: VerifierKey, lock: HeadLock, at: datetime
) -> Recovered:
    """Takes from a mirror what the database lacks up to the checkpoint the node holds; run again it finds nothing to
    do.

    `fetch(low, high)`: the mirror's entries [low, high). Raises Behind where the mirror is not this log's, or ends
    before what was signed; nothing is changed then.
    """
    target = Checkpoint.parse(note.text)
    if target.origin != log.name or log not in note.signed_by([log]):
        raise Behind("这个节点的检查点不是本日志签的")
    signed = lock.read()
    if signed is not None and signed.size > target.size:
        raise Behind(f"这个节点只到 {target.size} 条，而已签到 {signed.size} 条：请换一个节点")
    with alone() as held:
        if not held:
            raise Behind("定序进程正在工作：请先停下平台，或者等它停止签名")
        _need_keys_at_rest(target, fetch, at)
        with transaction.atomic():
            with connection.cursor() as cursor:
                # Nobody seals a leaf meanwhile.
                cursor.execute("LOCK TABLE infochain_subject IN EXCLUSIVE MODE")
            head = LogHead.objects.select_for_update().get(pk=1)
            made = _bring_back(head, target, note, fetch, at)
        if made.entries:
            lock.write(note)
        elif signed is None:
            vouch(lock=lock)
    keys.forget()
    return made


def vouch(*, lock: HeadLock) -> int:
    """Writes the lock file anew from the database's own head, where somebody has made sure that no more was ever
    signed.

    How many entries the log has. Raises Behind where there is a lock file: then it decides.
    """
    if lock.read() is not None:
        raise Behind("锁定文件还在，以它为准")
    head = LogHead.objects.get(pk=1)
    if head.size and MAIN.tree(head.size).root() != bytes(head.root):
        raise Behind(f"库中日志的树根与记录的不符（{head.size} 条）：请先恢复一份完好的备份")
    if head.note:
        lock.write(Note.parse(head.note.encode()))
        LogHead.objects.filter(pk=1).update(published=head.size, refused="")
    return head.size


def _need_keys_at_rest(target: Checkpoint, fetch: Callable[[int, int], Sequence[bytes]], at: datetime) -> None:
    """A key the lost days revoked must sign nothing after its revocation: it is retired first, and rests as long as a
    process may remember it. Raises Behind until then.
    """
    size = LogHead.objects.values_list("size", flat=True).get(pk=1)
    entries = fetch(size, target.size) if size < target.size else []
    try:
        leaves = [parse(entry) for entry in entries]
        kids = {kid_of(named_key(leaf)[1]) for leaf in leaves if leaf.type == KEY_REVOKED}
    except Unverified as error:
        raise Behind(f"节点的条目读不懂，不能用它恢复：{error}") from None
    IssuerKey.objects.filter(kid__in=kids, retired_at__isnull=True).update(retired_at=at, reason=LOST)
    rest = timedelta(seconds=keys.REVOKED_AFTER_SECONDS)
    if IssuerKey.objects.filter(kid__in=kids, revoked_at__isnull=True, retired_at__gt=at - rest).exists():
        raise Behind(f"有部门密钥在丢失的日子里已经作废，刚刚停用；请过 {keys.REVOKED_AFTER_SECONDS} 秒再运行一次")


def _bring_back(
    head: LogHead, target: Checkpoint, note: Note, fetch: Callable[[int, int], Sequence[bytes]], at: datetime
) -> Recovered:
    if MAIN.tree(head.size).root() != bytes(head.root):
        raise Behind(f"库中日志的树根与记录的不符（{head.size} 条）：请先恢复一份完好的备份")
    if head.size >= target.size:
        if MAIN.tree(target.size).root() != target.root:
            raise Behind("节点的检查点与数据库里的日志不是同一本：不能用它恢复")
        return Recovered(0, 0, 0, head.size)
    entries = list(fetch(head.size, target.size))
    grown = append(head.size, MAIN.read, [hash_leaf(entry) for entry in entries])
    if (grown.size, grown.root) != (target.size, target.root):
        raise Behind("节点的条目接不上数据库里的日志，或者到不了它的检查点：不能用它恢复")
    leaves = [parse(entry) for entry in entries]
    waiting = {bytes(row.entry): row for row in ChainRow.objects.order_by("id")}
    known = [waiting.pop(entry, None) for entry in entries]
    places = [row.outbox_id if row else new_id() for row in known]
    enter_entries(head.size, places, entries)
    MAIN.keep(grown)
    ChainRow.objects.filter(pk__in=[row.pk for row in known if row]).delete()
    text = bytes(Note(note.text, tuple(line for line in note.lines if line.name == target.origin))).decode()
    SignedHead.objects.get_or_create(size=target.size, defaults={"root": target.root, "note": text, "at": at})
    LogHead.objects.filter(pk=1).update(
        size=target.size, root=target.root, note=text, published=target.size, refused=""
    )
    _keys(leaves, at)
    resealed = _reseal(list(waiting.values()), _subjects(leaves))
    _note_lost([(place, leaf) for place, leaf, row in zip(places, leaves, known, strict=True) if row is None])
    return Recovered(len(entries), sum(row is not None for row in known), resealed, target.size)


def _keys(leaves: Sequence[Leaf], at: datetime) -> None:
    """Keys the lost days added: nobody holds them any more. Keys they revoked: nobody may use them any more."""
    for leaf in leaves:
        if leaf.type == KEY_ADDED:
            issuer, public = named_key(leaf)
            department = Department.objects.filter(name=issuer).order_by("id").first()
            IssuerKey.objects.get_or_create(
                kid=kid_of(public),
                defaults={
                    "department": department,
                    "issuer": issuer,
                    "public": public,
                    "private": b"",
                    "from_at": at,
                    "retired_at": at,
                    "reason": LOST,
                },
            )
        elif leaf.type == KEY_REVOKED:
            kid = kid_of(named_key(leaf)[1])
            IssuerKey.objects.filter(kid=kid, retired_at__isnull=True).update(retired_at=at, reason=LOST)
            IssuerKey.objects.filter(kid=kid, revoked_at__isnull=True).update(revoked_at=at)


def _subjects(leaves: Sequence[Leaf]) -> set[str]:
    """Every subject goes on from its last leaf in the log; which they are that have leaves after all.

    A project that is gone with the lost days has no row to go on.
    """
    last = {leaf.subject: leaf for leaf in leaves}
    present = {row.name: row for row in Subject.objects.filter(name__in=last)}
    for name, leaf in last.items():
        row = present.get(name)
        if row is not None:
            # Leaves written since the restore are numbered anew below, beginning here.
            Subject.objects.filter(pk=row.pk).update(n=leaf.n, last=leaf.hash)
        elif name.startswith("key:"):
            Subject.objects.create(
                label=f"key:{kid_of(named_key(leaf)[1])}", key=os.urandom(32), name=name, n=leaf.n, last=leaf.hash
            )
    return set(present)


def _note_lost(lost: Sequence[tuple[UUID, Leaf]]) -> None:
    """A record without content for each leaf whose private side is gone, so that its subject's history has no gap."""
    present = set(Subject.objects.filter(name__in={leaf.subject for _, leaf in lost}).values_list("name", flat=True))
    LeafRecord.objects.bulk_create(
        LeafRecord(
            outbox_id=place,
            subject_id=leaf.subject,
            n=leaf.n,
            type=leaf.type,
            hash=leaf.hash,
            fields=None,
            at=datetime.fromisoformat(leaf.at),
        )
        for place, leaf in lost
        if leaf.subject in present
    )


def _reseal(rows: Sequence[ChainRow], moved: set[str]) -> int:
    """Leaves that wait and no longer follow, or whose key is gone, are written anew with the same salts; how many."""
    olds = [(row, parse(bytes(row.entry))) for row in rows]
    records = {one.outbox_id: one for one in LeafRecord.objects.filter(outbox_id__in=[row.outbox_id for row in rows])}
    subjects = {one.name: one for one in Subject.objects.filter(name__in={leaf.subject for _, leaf in olds})}
    first: dict[str, Leaf] = {}
    for _, leaf in olds:
        first.setdefault(leaf.subject, leaf)
    for name in set(first) - moved:
        # Nothing of it was lost: it goes on from the leaf before the first that waits.
        subjects[name].n, subjects[name].last = first[name].n - 1, decode64(first[name].prev, "a predecessor")
    # The new numbers are higher: the last one moves first, or two records would meet.
    made: list[tuple[ChainRow, LeafRecord, Leaf]] = []
    alive = set(IssuerKey.objects.filter(retired_at__isnull=True).values_list("kid", flat=True))
    department = dict(IssuerKey.objects.values_list("kid", "department_id"))
    anew: set[str] = {name for name in moved & set(first) if first[name].prev != encode64(bytes(subjects[name].last))}
    changed = 0
    for row, old in olds:
        subject, record = subjects[old.subject], records[row.outbox_id]
        leaf = old
        prev = bytes(subject.last) if subject.n else None
        if old.subject in anew or old.kid not in alive:
            issuer = keys.issuer_of(department.get(old.kid))
            leaf = build(
                type=old.type,
                subject=old.subject,
                n=subject.n + 1,
                prev=prev,
                disclosures=[shown(field) for field in record.fields or []],
                documents=old.docs,
                issuer=issuer.name,
                private=issuer.private,
                at=old.at,
            )
            changed += 1
            # Whatever of the subject comes next has another predecessor.
            anew.add(old.subject)
        subject.n, subject.last = leaf.n, leaf.hash
        made.append((row, record, leaf))
    for row, record, leaf in reversed(made):
        ChainRow.objects.filter(pk=row.pk).update(entry=leaf.entry())
        LeafRecord.objects.filter(pk=record.pk).update(n=leaf.n, hash=leaf.hash)
    for subject in subjects.values():
        Subject.objects.filter(pk=subject.pk).update(n=subject.n, last=subject.last)
    return changed


def named_key(leaf: Leaf) -> tuple[str, bytes]:
    """Issuer and public key out of a key leaf's subject. Raises Unverified."""
    head, _, rest = leaf.subject.partition(":")
    name, _, packed = rest.rpartition(":")
    if head != "key" or not name:
        raise Unverified("密钥的登记不成其形式")
    return name, decode64(packed, "an issuer's key")
