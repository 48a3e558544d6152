"""Reading the log: its tiles and entries, its checkpoints with the nodes' signatures, and proofs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings

from yinuo.chain.leaves import canonical, read_proof
from yinuo.chain.printed import printable, proof_in
from yinuo.chain.tree import ENTRIES, WIDTH, Tile, Tree, bundle, tiles_for_inclusion
from yinuo.chain.verifier import Digest, Note, Policy, Proof, Unverified, VerifierKey, sha256
from yinuo.core.calendar import TZ
from yinuo.engine.infochain import twinning
from yinuo.engine.infochain.books import MAIN, TWIN, Book
from yinuo.engine.infochain.models import (
    Anchoring,
    AnchorState,
    AuditRun,
    Cosignature,
    Evidence,
    IssuerKey,
    LeafRecord,
    LogEntry,
    LogHead,
    TwinHead,
)
from yinuo.engine.infochain.sealing import shown
from yinuo.engine.infochain.storage import known_log
from yinuo.engine.people.models import Department
from yinuo.engine.trail.models import ChainRow

read_tiles, read_tile = MAIN.read_tiles, MAIN.read


def inclusion(index: int, size: int) -> list[bytes]:
    """The inclusion proof of the entry at `index` under the checkpoint of `size`.

    Raises Unverified where the tree is broken.
    """
    return Tree(size, read_tiles(tiles_for_inclusion(index, size))).inclusion(index)


def served(tile: Tile, published: int, book: Book = MAIN) -> bytes:
    """What is served at a tile's address: only what lies within the published head. b"" = nothing."""
    span = 256 ** max(tile.level, 0)
    if (tile.index * WIDTH + tile.width) * span > published:
        return b""
    if tile.level != ENTRIES:
        return book.read(tile)
    low = tile.index * WIDTH
    rows = LogEntry.objects.filter(index__gte=low, index__lt=low + tile.width).order_by("index")
    return bundle([bytes(entry) for entry in rows.values_list("entry", flat=True)])


published = MAIN.published


def checkpoint(size: int | None = None, book: Book = MAIN) -> Note | None:
    """The checkpoint of a size (the published one without), with every cosignature it has."""
    size = book.published() if size is None else size
    row = book.checkpoints.objects.filter(pk=size).first()
    if row is None:
        return None
    note = Note.parse(row.note.encode())
    lines = book.cosignatures.objects.filter(checkpoint=row).order_by("id").values_list("line", flat=True)
    below = b"".join(line.encode() for line in lines)
    return Note.parse(bytes(note) + below)


def witnessed(policy: Policy | None, above: int = 0, *, oldest: bool = False, book: Book = MAIN) -> Note | None:
    """The newest (or the oldest) published checkpoint with more than `above` entries that satisfies the policy.

    Without a policy simply the newest or oldest. The oldest shows since when an entry has been in the log.
    """
    sizes = book.checkpoints.objects.filter(size__gt=above, size__lte=book.published()).order_by(
        "size" if oldest else "-size"
    )
    if policy is None or policy.quorum == "none":
        first = sizes.values_list("size", flat=True).first()
        return None if first is None else checkpoint(first, book)
    for size in sizes.filter(cosignatures__isnull=False).values_list("size", flat=True).distinct()[:50]:
        note = checkpoint(size, book)
        if note is None:
            continue
        signed = note.signed_by(policy.witnesses.values())
        if policy.witnessed(name for name, key in policy.witnesses.items() if key in signed):
            return note
    return None


def size_of(note: Note) -> int:
    """How many entries stand under a checkpoint of ours."""
    return int(note.text.split("\n")[1])


@dataclass(frozen=True, slots=True)
class Proven:
    """An entry with its proof, and those of its fields that may be shown."""

    index: int
    entry: bytes
    disclosures: tuple[str, ...]
    proof: Proof


@dataclass(frozen=True, slots=True)
class Written:
    """An entry at its place in the log, those of its fields that may be shown, and its proof once it is witnessed."""

    index: int
    entry: bytes
    disclosures: tuple[str, ...]
    proof: Proof | None


class NotYet(Exception):
    """The entry is not under a checkpoint yet; the message says what it waits for."""


def prove(
    record: LeafRecord,
    policy: Policy | None,
    *,
    show: Sequence[str] | None = None,
    oldest: bool = False,
    book: Book = MAIN,
) -> Proven:
    """The proof of one leaf, its fields named in `show` disclosed (all of them without). Raises NotYet.

    `oldest`: under the first checkpoint that holds it, whose cosignatures tell by when it was in the log.
    """
    entry = LogEntry.objects.filter(outbox_id=record.outbox_id).first()
    if entry is None:
        raise NotYet("这一条还在等待写入日志，请稍后再试")
    note = witnessed(policy, above=entry.index, oldest=oldest, book=book)
    if note is None:
        raise NotYet("这一条已写入日志，正在等待节点见证，请稍后再试")
    disclosures = _disclosed(record, show)
    read = book.read_tiles(tiles_for_inclusion(entry.index, size_of(note)))
    return Proven(entry.index, bytes(entry.entry), disclosures, _proof(entry, note, disclosures, read, book.digest))


# What anybody may be shown of a project's leaves: what stands on its certificate anyway.
SHOWN_TO_ALL = ("code", "number")


def prove_leaf(label: str, n: int, policy: Policy | None, book: Book = MAIN) -> Proof:
    """The proof of a subject's n-th leaf as anybody may have it. Raises NotYet."""
    record = LeafRecord.objects.filter(subject__label=label, n=n).first()
    if record is None:
        raise NotYet("信息链上没有这一条")
    return prove(record, policy, show=SHOWN_TO_ALL, book=book).proof


@dataclass(frozen=True, slots=True)
class Printed:
    """A proof as a code to be printed, and what is told beside it: whose entry, of which day, at which place, seen by
    whom.
    """

    text: str
    issuer: str
    on: str
    place: int
    witnesses: tuple[str, ...]


def printed(proof: Proof, policy: Policy | None) -> Printed | None:
    """None where no independent node has seen it, or more would have to be printed than one code holds."""
    if policy is None or policy.quorum == "none":
        return None
    try:
        text = printable(proof, policy)
        stated = read_proof(proof_in(text.encode()), policy)
    except Unverified:
        return None
    on = datetime.fromisoformat(stated.leaf.at).astimezone(TZ).date().isoformat()
    return Printed(text, stated.leaf.issuer, on, stated.index + 1, tuple(stated.seen.witnesses))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a leaf stands: the subject's own number, and its index in the log,
    under a checkpoint the policy accepts.
    """

    n: int
    index: int


def place_of(label: str, type: str, policy: Policy | None) -> Place | None:
    """The first leaf of a type, once it is witnessed. Three queries."""
    record = LeafRecord.objects.filter(subject__label=label, type=type).order_by("n").first()
    if record is None:
        return None
    index = LogEntry.objects.filter(outbox_id=record.outbox_id).values_list("index", flat=True).first()
    if index is None or witnessed(policy, above=index) is None:
        return None
    return Place(record.n, index)


Show = Callable[[LeafRecord], Sequence[str]]


def history(label: str, policy: Policy | None, show: Show) -> list[Written]:
    """The leaves of a subject that stand in the log, oldest first, each with the fields `show` names; proven where
    witnessed.
    """
    records = leaves_of(label)
    entries = {
        entry.outbox_id: entry for entry in LogEntry.objects.filter(outbox_id__in=[one.outbox_id for one in records])
    }
    note, made = witnessed(policy), []
    size = size_of(note) if note else 0
    read = read_tiles(
        tile for entry in entries.values() if entry.index < size for tile in tiles_for_inclusion(entry.index, size)
    )
    for record in records:
        if (entry := entries.get(record.outbox_id)) is not None:
            shown_now = _disclosed(record, show(record))
            proof = _proof(entry, note, shown_now, read) if note and entry.index < size else None
            made.append(Written(entry.index, bytes(entry.entry), shown_now, proof))
    return made


def _disclosed(record: LeafRecord, show: Sequence[str] | None) -> tuple[str, ...]:
    return tuple(shown(field) for field in record.fields or [] if show is None or field[1] in show)


def _proof(
    entry: LogEntry, note: Note, disclosures: Sequence[str], read: Callable[[Tile], bytes], digest: Digest = sha256
) -> Proof:
    size = size_of(note)
    extra = canonical({"entry": bytes(entry.entry).decode(), "disclosures": list(disclosures)})
    return Proof(entry.index, tuple(Tree(size, read, digest).inclusion(entry.index)), note, extra)


def leaves_of(label: str) -> list[LeafRecord]:
    """The leaves of a subject, oldest first."""
    return list(LeafRecord.objects.filter(subject__label=label).order_by("n"))


@dataclass(frozen=True, slots=True)
class TwinStatus:
    """How the twin stands. `behind`: entries it still lacks; `stopped_at`: it has been switched off since then."""

    size: int
    published: int
    behind: int
    witnessed_size: int
    stopped_at: datetime | None
    refused: str


@dataclass(frozen=True, slots=True)
class AnchorStatus:
    """How far the log is anchored on a chain, since when, in which block and transaction.

    `waiting`: a transaction in no block yet.
    """

    size: int
    at: datetime | None
    chain_id: int
    contract: str
    account: str
    block: int
    transaction: str
    waiting: str
    error: str
    fault: str


@dataclass(frozen=True, slots=True)
class Status:
    """The log as an operator or anybody may see it."""

    size: int
    published: int
    waiting: int
    checkpoint: Note | None
    witnessed_size: int
    witnesses: dict[str, int]
    refused: str
    twin: TwinStatus | None
    anchor: AnchorStatus | None


def status(policy: Policy | None) -> Status:
    """`witnessed_size`: how many entries stand under a checkpoint the policy accepts; `witnesses`: each one's largest
    size.
    """
    head = LogHead.objects.filter(pk=1).first()
    sizes = Cosignature.objects.order_by("-checkpoint_id").values_list("checkpoint_id", flat=True)
    seen = {
        name: size
        for name in (policy.witnesses if policy else ())
        if (size := sizes.filter(witness=name).first()) is not None
    }
    note = witnessed(policy) if policy is not None and policy.quorum != "none" else None
    return Status(
        size=head.size if head else 0,
        published=head.published if head else 0,
        waiting=ChainRow.objects.count(),
        checkpoint=checkpoint() if head and head.published else None,
        witnessed_size=size_of(note) if note else 0,
        witnesses=seen,
        refused=head.refused if head else "",
        twin=_twin_status(policy, head.size if head else 0),
        anchor=_anchor_status(),
    )


def _anchor_status() -> AnchorStatus | None:
    """None = there never was a run."""
    state = AnchorState.objects.filter(pk=1).first()
    rows = Anchoring.objects.order_by("-size", "-id")
    last, waiting = rows.filter(confirmed_at__isnull=False).first(), rows.filter(confirmed_at=None, failed="").first()
    if state is None and last is None and waiting is None:
        return None
    return AnchorStatus(
        size=last.size if last else 0,
        at=last.confirmed_at if last else None,
        chain_id=last.chain_id if last else 0,
        contract=last.contract if last else "",
        account=last.account if last else "",
        block=(last.block or 0) if last else 0,
        transaction=last.transaction if last else "",
        waiting=waiting.transaction if waiting else "",
        error=state.error if state else "",
        fault=state.fault if state else "",
    )


def _twin_status(policy: Policy | None, size: int) -> TwinStatus | None:
    """None = it was never switched on."""
    head = TwinHead.objects.filter(pk=1).first()
    if head is None:
        return None
    note = witnessed(policy, book=TWIN) if policy is not None and policy.quorum != "none" else None
    return TwinStatus(
        head.size, head.published, max(0, size - head.size), size_of(note) if note else 0, head.stopped_at, head.refused
    )


def log_key() -> VerifierKey | None:
    """The log's public key; None where its key is not on this machine and nothing was signed here."""
    known = known_log(Path(settings.YINUO_CHAIN_HOME))
    return known.verifier if known else None


def twin_key() -> VerifierKey | None:
    """The public key of the twin; None where it was never switched on."""
    return twinning.known_key(Path(settings.YINUO_CHAIN_HOME))


def twin_policy_text() -> str:
    """The policy in force, asking the same nodes about the twin.

    Empty where there is none. Raises Unverified for a broken file.
    """
    key = twin_key()
    if key is None:
        return ""
    rows = [row for row in policy_text().splitlines() if row.split()[:1] != ["log"]]
    return "".join(f"{row}\n" for row in (f"log {key}", *rows))


def policy() -> Policy | None:
    """The policy in force: the operator's file, else the log alone, which no node witnesses.

    Raises Unverified for a broken file.
    """
    try:
        return Policy.parse(Path(settings.YINUO_CHAIN_POLICY).read_bytes())
    except FileNotFoundError:
        log = log_key()
        return Policy((log,), {}, {}, "none") if log else None


def policy_text() -> str:
    """The policy file as it is; without one, what it would say of the log alone."""
    try:
        return Path(settings.YINUO_CHAIN_POLICY).read_text(encoding="utf-8")
    except FileNotFoundError:
        log = log_key()
        return f"log {log}\nquorum none\n" if log else ""


def platform_key() -> bytes | None:
    row = (
        IssuerKey.objects.filter(department__isnull=True, retired_at__isnull=True)
        .values_list("public", flat=True)
        .first()
    )
    return None if row is None else bytes(row)


def departments_without_key() -> list[int]:
    having = IssuerKey.objects.filter(retired_at__isnull=True, department_id__isnull=False).values_list(
        "department_id", flat=True
    )
    return list(Department.objects.exclude(pk__in=having).order_by("id").values_list("pk", flat=True))


def last_audit() -> AuditRun | None:
    return AuditRun.objects.order_by("-id").first()


def evidence_count() -> int:
    """How many pieces of evidence nodes have reported of this log."""
    return Evidence.objects.count()
