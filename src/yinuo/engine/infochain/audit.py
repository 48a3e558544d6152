"""Everything the log says, checked against itself and against the rows the county works with; what does not fit is
named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby, islice, zip_longest
from operator import itemgetter
from typing import Any, TypeGuard

from django.db import connection, transaction
from django.utils.module_loading import import_string

from yinuo.chain.leaves import Leaf, check_follows, check_signature, digest_of, parse
from yinuo.chain.tree import WIDTH, Tile, append, split
from yinuo.chain.verifier import Checkpoint as Head
from yinuo.chain.verifier import Note, Unverified, VerifierKey, hash_leaf
from yinuo.engine import caches, register
from yinuo.engine.infochain.books import MAIN, TWIN, Book, binary
from yinuo.engine.infochain.models import IssuerKey, LeafRecord, LogEntry, Subject
from yinuo.engine.infochain.sealing import shown
from yinuo.engine.infochain.words import FIELDS, TYPES, in_words
from yinuo.engine.trail.models import ChainRow

STEP = 16 * WIDTH
# Stands for a row where the leaf that speaks of it cannot be read.
UNREAD: Any = object()


@dataclass
class Report:
    """What was looked at, and every fault found, in words."""

    entries: int = 0
    leaves: int = 0
    rows: int = 0
    twin: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        return not self.faults


@contextmanager
def snapshot() -> Iterator[None]:
    """Everything read inside is of one moment, though the platform goes on writing."""
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def audit(log: VerifierKey | None, twin: VerifierKey | None = None, *, at: datetime | None = None) -> Report:
    """Entries, trees, signatures, records, business rows and derived columns, in that order, as of one moment. Reads
    only.

    `at`: now, for the columns that depend on it; None = the derived columns are not looked at.
    """
    with snapshot():
        report = _audit(log, twin)
        if at is None:
            return report
        for cache in caches.every():
            report.faults += [fault for found in caches.differences(cache, at) for fault in found.words()]
        return report


def _audit(log: VerifierKey | None, twin: VerifierKey | None) -> Report:
    report = Report()
    before = _entries(report)
    for book, key in ((MAIN, log), (TWIN, twin)):
        audit_tree(report, book)
        _checkpoints(report, key, book)
    _records(report, before)
    _business(report)
    return report


def _entries(report: Report) -> dict[str, Leaf]:
    """Places without a gap, issuers' signatures, each subject's own numbers; the last leaf of each subject."""
    keys = {row.kid: bytes(row.public) for row in IssuerKey.objects.all()}
    last: dict[str, Leaf] = {}
    for index, entry in _rows():
        if index != report.entries:
            report.faults.append(f"日志在第 {report.entries} 条断开：下一条是第 {index} 条")
            report.entries = index
        report.entries += 1
        try:
            leaf = parse(entry)
            before, last[leaf.subject] = last.get(leaf.subject), leaf
            if leaf.kid in keys:
                check_signature(leaf, keys[leaf.kid])
            else:
                report.faults.append(f"第 {index} 条：签名密钥 {leaf.kid} 不在案")
            check_follows(leaf, before)
        except Unverified as error:
            report.faults.append(f"第 {index} 条：{in_words(str(error))}")
    return last


def _rows(below: int | None = None) -> Iterator[tuple[int, bytes]]:
    """Places and entries, in parts: each begins where the last one ended, not past so many rows, which would all be
    read again.
    """
    at = -1
    while True:
        with binary() as cursor:
            cursor.execute(_PART, [at, below, below, STEP])
            rows = cursor.fetchall()
        if not rows:
            return
        yield from rows
        at = rows[-1][0]


_PART = (
    "SELECT index, entry FROM infochain_logentry WHERE index > %s AND (%s::bigint IS NULL OR index < %s) ORDER BY "
    "index LIMIT %s"
)


def audit_tree(report: Report, book: Book = MAIN) -> None:
    """Tiles and head, built anew from the entries; the twin may be shorter than they are, and is judged as far as it
    goes.
    """
    head = book.heads.objects.filter(pk=1).first()
    if head is None:
        return
    count = LogEntry.objects.count()
    if book is TWIN:
        report.twin = head.size
    if head.size != count and (book is MAIN or head.size > count):
        report.faults.append(f"{book.name}的头记着 {head.size} 条，库中有 {count} 条")
    kept: dict[Tile, bytes] = {}
    edges: dict[int, bytes] = {}
    root, size = book.digest(b""), 0

    def read(tile: Tile) -> bytes:
        return edges.get(tile.level, b"")

    entries = _rows(None if book is MAIN else head.size)
    while batch := [hash_leaf(entry, book.digest) for _, entry in islice(entries, STEP)]:
        grown = append(size, read, batch, book.digest)
        size, root = grown.size, grown.root
        for tile, data in grown.tiles.items():
            if tile.width == WIDTH:
                kept[tile] = data
        partial = {tile.level: data for tile, data in grown.tiles.items() if tile.width < WIDTH}
        edges.update({tile.level: b"" for tile in grown.tiles} | partial)
    if root != bytes(head.root):
        report.faults.append(f"{book.name}的树根与条目不符")
    of = "" if book is MAIN else book.name
    stored = {Tile(row.level, row.index): bytes(row.data) for row in book.tiles.objects.all()}
    for tile in sorted({*kept, *stored}):
        if (now := kept.get(tile, b"")) != (then := stored.get(tile, b"")):
            report.faults.append(f"{of}树块 {tile.path} 与条目不符{_places(tile.level, tile.index, now, then)}")
    for row in book.edges.objects.all():
        if (now := edges.get(row.level, b"")) != bytes(row.data):
            report.faults.append(
                f"{of}第 {row.level} 层边缘的树块与条目不符{_places(row.level, size // WIDTH, now, bytes(row.data))}"
            )


def _places(level: int, index: int, now: bytes, then: bytes) -> str:
    """The entries of a lowest tile that are not what stands there, the first few."""
    if level:
        return ""
    differ = [place for place, pair in enumerate(zip_longest(split(now), split(then))) if len(set(pair)) > 1]
    return f"（第 {'、'.join(str(index * WIDTH + place) for place in differ[:3])} 条{'等' if len(differ) > 3 else ''}）"


def _checkpoints(report: Report, log: VerifierKey | None, book: Book = MAIN) -> None:
    """Each signed head: the log's signature, and that it is a beginning of the tree."""
    head = book.heads.objects.filter(pk=1).first()
    of = "" if book is MAIN else f"{book.name} "
    for row in book.checkpoints.objects.order_by("size"):
        try:
            note = Note.parse(row.note.encode())
            found = Head.parse(note.text)
            if log is not None and log not in note.signed_by([log]):
                raise Unverified("没有日志自己的签名")
            if (
                head is None
                or found.size != row.size
                or found.root != bytes(row.root)
                or (row.size > head.size and book is MAIN)
            ):
                raise Unverified("与库中记录不符")
            if row.size and row.size <= head.size and book.tree(row.size).root() != found.root:
                raise Unverified("不是现在这棵树的开头")
        except Unverified as error:
            report.faults.append(f"{of}{row.size} 条的检查点：{error}")


def _records(report: Report, last: dict[str, Leaf]) -> None:
    """Each leaf's private side: in the log or waiting for it, and its fields those of its digests."""
    placed = dict(LogEntry.objects.values_list("outbox_id", "entry"))
    waiting = dict(ChainRow.objects.values_list("outbox_id", "entry"))
    for record in LeafRecord.objects.select_related("subject").order_by("id").iterator(STEP):
        report.leaves += 1
        entry = placed.pop(record.outbox_id, None) or waiting.get(record.outbox_id)
        name = f"{record.subject_id[:12]}… 的第 {record.n} 条"
        if entry is None:
            report.faults.append(f"{name}既不在日志里，也不在等待写入")
            continue
        try:
            leaf = parse(bytes(entry))
            if leaf.hash != bytes(record.hash) or (leaf.subject, leaf.n, leaf.type) != (
                record.subject_id,
                record.n,
                record.type,
            ):
                raise Unverified("与日志不符")
            if record.fields is None and record.subject.key is not None:
                raise Unverified("内容已经丢失（恢复旧备份以后从节点取回的条目）")
            if record.fields is not None and sorted(digest_of(shown(one)) for one in record.fields) != list(leaf.sd):
                raise Unverified("记录的内容与日志里的摘要不符")
        except Unverified as error:
            report.faults.append(f"{name}：{error}")
        except (TypeError, ValueError):
            # Who may write the record must not be able to stop the audit by it.
            report.faults.append(f"{name}：记录的内容读不懂")
    report.faults += [f"日志里有一条没有记录的条目（{outbox}）" for outbox in placed]


def _business(report: Report) -> None:
    """The newest leaf of each kind against the row it speaks of, as that reads today; and the rows of which no leaf
    speaks.
    """
    erased = set(Subject.objects.filter(key__isnull=True).values_list("label", flat=True))
    for type, marks, apart, handler, standing in register.leaves():
        now, newest, told = import_string(handler), _newest(type, marks, apart), set()
        while leaves := list(islice(newest, STEP)):
            for (label, said), row in _rows_now(now, leaves):
                report.rows += 1
                if row is UNREAD:
                    report.faults.append(f"{label}：日志条目的内容读不懂（{TYPES[type]}）")
                    continue
                report.faults += _differences(label, _which(type, [(name, said[name]) for name in apart]), said, row)
                told.add((label, tuple(str(said[name]) for name in apart)))
        for label, values in import_string(standing)() if standing else ():
            if (label, values) not in told and label not in erased:
                report.faults.append(
                    f"{label}：业务表里有（{_which(type, list(zip(apart, values, strict=True)))}），日志里没有"
                )


def _rows_now(
    now: Callable[..., Any], leaves: Sequence[tuple[str, dict[str, Any]]]
) -> list[tuple[tuple[str, dict[str, Any]], Any]]:
    """Each leaf with its row as that reads today; one by one where a leaf among them cannot be read, for it must not
    stop the audit.
    """
    try:
        return list(zip(leaves, now(leaves), strict=True))
    except caches.UNREADABLE:
        if len(leaves) == 1:
            return [(leaves[0], UNREAD)]
        return [found for leaf in leaves for found in _rows_now(now, [leaf])]


def _newest(type: str, marks: Set[str], apart: Sequence[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Subject and fields of the leaves that state all of `marks`; of those a subject has alike in `apart` the newest
    alone.
    """
    records = (
        LeafRecord.objects.filter(type=type, fields__isnull=False)
        .order_by("subject_id", "n")
        .values_list("subject__label", "fields")
    )
    for label, leaves in groupby(records.iterator(STEP), key=itemgetter(0)):
        told = ({name: value for _, name, value in fields} for _, fields in leaves if _readable(fields))
        yield from (
            (label, said)
            for said in {str([said[name] for name in apart]): said for said in told if marks <= said.keys()}.values()
        )


def _readable(fields: Any) -> TypeGuard[list[Any]]:
    """Whether they are fields at all; where they are not, `_records` names the leaf."""
    return isinstance(fields, list) and all(
        isinstance(one, list) and len(one) == 3 and isinstance(one[1], str) for one in fields
    )


def _which(type: str, apart: Sequence[tuple[str, Any]]) -> str:
    return "，".join(
        [TYPES[type], *(f"{FIELDS.get(name, name)} {value}" for name, value in apart if not isinstance(value, list))]
    )


def _said(value: Any) -> str:
    """A value in words; of what is made of parts only these."""
    if isinstance(value, list):
        return "；".join(map(_said, value))
    return " ".join(_said(value[name]) for name in sorted(value)) if isinstance(value, dict) else str(value)


def _differences(label: str, which: str, said: dict[str, Any], row: dict[str, Any] | None) -> list[str]:
    if row is None:
        return [f"{label}：日志里有（{which}），业务表里没有"]
    return [
        f"{label}：{FIELDS.get(name, name)}现为“{_said(row[name])}”，日志里是“{_said(value)}”（{which}）"
        for name, value in said.items()
        if name in row and row[name] != value
    ]
