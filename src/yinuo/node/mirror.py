"""Following a log: fetch what is new, check every entry, grow the own tree, and only then sign."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from yinuo.chain.leaves import Leaf, check_signature, kid_of, parse
from yinuo.chain.signing import SigningKey
from yinuo.chain.sm import sm3
from yinuo.chain.tree import ENTRIES, WIDTH, Tile, Tree, append, unbundle
from yinuo.chain.verifier import SM2, Checkpoint, Note, Unverified, VerifierKey, decode64, encode64, hash_leaf
from yinuo.chain.witness import Head
from yinuo.node.store import Evidence, Store

Fetch = Callable[[str], bytes]
KEY_ADDED, KEY_REVOKED = "key.added", "key.revoked"
# Where the log's twin is served, below its address; and how many entries it grows by at a time.
TWIN, TWIN_PART = "sm3/", 16 * WIDTH


class Alarm(Exception):
    """The log did what an honest log does not do; nothing is signed, and the evidence is kept."""


@dataclass(frozen=True, slots=True)
class Pinned:
    """What a node is told at its beginning by somebody it trusts, and believes nobody else: the log's key and the
    platform's.

    `twin`: the key of the log's twin in SM3 and SM2, where it has one.
    """

    log: VerifierKey
    platform: bytes
    twin: VerifierKey | None = None

    def __post_init__(self) -> None:
        if len(self.platform) != 32:
            raise Unverified("the platform's key is not 32 bytes long")
        if self.twin is not None and (self.twin.algorithm != SM2 or self.twin.name == self.log.name):
            raise Unverified("not the key of a twin")


def entries_of(fetch: Fetch, low: int, high: int) -> list[bytes]:
    """Entries [low, high) out of their bundles; the last one as wide as `high` makes it. Raises Unverified."""
    made: list[bytes] = []
    for index in range(low // WIDTH, -(-high // WIDTH)):
        width = min(WIDTH, high - index * WIDTH)
        made += unbundle(fetch(Tile(ENTRIES, index, width).path), width)
    return made[low % WIDTH :]


class Mirror:
    """One log, followed by one node."""

    def __init__(self, store: Store, fetch: Fetch, key: SigningKey, pinned: Pinned) -> None:
        self.store, self.fetch, self.key, self.pinned = store, fetch, key, pinned
        self._one_at_a_time = threading.Lock()

    def step(self, seconds: int) -> Note | None:
        """One round at a time given in seconds since 1970. The checkpoint with this node's line; None = nothing new.

        Raises: Alarm for a forked or falsified log, Unverified for what cannot be read, OSError when the log does not
        answer.
        """
        with self._one_at_a_time:
            return self._step(seconds)

    def _step(self, seconds: int) -> Note | None:
        data = self.fetch("checkpoint")
        note = Note.parse(data)
        checkpoint = Checkpoint.parse(note.text)
        if checkpoint.origin != self.pinned.log.name or self.pinned.log not in note.signed_by([self.pinned.log]):
            raise Unverified("the checkpoint is not signed by the log this node follows")
        head = self.store.head()
        if checkpoint.size < head.size:
            raise Unverified(f"the log serves {checkpoint.size} entries; {head.size} were seen before")
        if checkpoint.size == head.size:
            if checkpoint.root != head.root:
                self._alarm("fork", f"两个不同的树根，同为 {head.size} 条", data, seconds)
            return None
        return self._follow(note, checkpoint, head, data, seconds)

    def _follow(self, note: Note, checkpoint: Checkpoint, head: Head, data: bytes, seconds: int) -> Note | None:
        entries = entries_of(self.fetch, head.size, checkpoint.size)
        grown = append(head.size, self.store.read_tile, [hash_leaf(entry) for entry in entries])
        if grown.root != checkpoint.root:
            self._alarm(
                "fork", f"{checkpoint.size} 条的检查点不是从这里见过的 {head.size} 条接着写下来的", data, seconds
            )
        whole = Note(
            note.text,
            (*(line for line in note.lines if line.name == self.pinned.log.name), self.key.cosign(note.text, seconds)),
        )
        try:
            with self.store.transaction():
                if self.store.head() != head:
                    return None  # another process of this node was here first
                for place, entry in enumerate(entries, head.size):
                    self._check(place, entry)
                self.store.add_entries(head.size, entries, grown.tiles)
                self.store.keep_head(Head(grown.size, grown.root), bytes(whole))
        except Unverified as error:
            self._alarm("entry", str(error), data, seconds)
        return whole

    def step_twin(self, seconds: int) -> Note | None:
        """The same for the log's twin, out of the entries that are here already; after `step`, which brings them.

        Raises: Alarm for a twin of other entries, Unverified for what cannot be read, OSError when the log does not
        answer.
        """
        with self._one_at_a_time:
            return self._step_twin(self.pinned.twin, seconds) if self.pinned.twin else None

    def _step_twin(self, twin: VerifierKey, seconds: int) -> Note | None:
        data = self.fetch(f"{TWIN}checkpoint")
        note = Note.parse(data)
        checkpoint = Checkpoint.parse(note.text)
        if checkpoint.origin != twin.name or twin not in note.signed_by([twin]):
            raise Unverified("the twin's checkpoint is not signed by the key this node was told")
        mine = self.store.twin_note()
        last = Checkpoint.parse(Note.parse(mine).text).size if mine else 0
        if checkpoint.size < last:
            raise Unverified(f"the twin serves {checkpoint.size} entries; {last} were seen before")
        if not checkpoint.size or checkpoint.size > self.store.head().size:
            return None
        if self._twin_root(checkpoint.size) != checkpoint.root:
            self._alarm("twin", f"国密并行树 {checkpoint.size} 条的检查点说的不是同样的条目", data, seconds, mine)
        if mine and checkpoint.size == last:
            return None
        whole = Note(
            note.text, (*(line for line in note.lines if line.name == twin.name), self.key.cosign(note.text, seconds))
        )
        with self.store.transaction():
            self.store.keep_twin_note(bytes(whole))
        return whole

    def _twin_root(self, size: int) -> bytes:
        """The twin's root over the first `size` entries that are here."""
        while (built := self.store.twin_size()) < size:
            entries = [self.store.entry(place) for place in range(built, min(size, built + TWIN_PART))]
            grown = append(built, self.store.read_twin_tile, [hash_leaf(entry, sm3) for entry in entries], sm3)
            with self.store.transaction():
                self.store.grow_twin(grown.size, grown.tiles)
        return Tree(size, self.store.read_twin_tile, sm3).root()

    def _check(self, place: int, entry: bytes) -> None:
        """The entry's form, its issuer's signature, and that it follows the last of its subject. Raises Unverified."""
        try:
            leaf = parse(entry)
            self._check_issuer(leaf)
            self._check_follows(leaf)
        except Unverified as error:
            raise Unverified(f"第 {place} 条：{error}") from None
        self.store.keep_last(leaf.subject, leaf.n, leaf.hash)
        if leaf.type == KEY_ADDED:
            self._learn(leaf)
        elif leaf.type == KEY_REVOKED:
            self.store.revoke_issuer(kid_of(_named_key(leaf)[1]))

    def _check_issuer(self, leaf: Leaf) -> None:
        if leaf.kid == kid_of(self.pinned.platform):
            check_signature(leaf, self.pinned.platform)
            return
        issuer = self.store.issuer(leaf.kid)
        if issuer is None or issuer.revoked or issuer.name != leaf.issuer:
            raise Unverified(f"{leaf.issuer} 的签名密钥 {leaf.kid} 不在案或者已停用")
        if leaf.type in (KEY_ADDED, KEY_REVOKED):
            raise Unverified("只有平台的密钥能增减密钥")
        check_signature(leaf, issuer.public)

    def _check_follows(self, leaf: Leaf) -> None:
        last = self.store.last_of(leaf.subject)
        n, before = last if last else (0, b"")
        if leaf.n != n + 1 or leaf.prev != (encode64(before) if last else ""):
            raise Unverified(f"没有接着同一主体的第 {n} 条")

    def _learn(self, leaf: Leaf) -> None:
        name, public = _named_key(leaf)
        kid = kid_of(public)
        if self.store.issuer(kid) is not None:
            raise Unverified("同一把密钥登记了两次")
        self.store.add_issuer(kid, name, public)

    def _alarm(self, kind: str, text: str, seen: bytes, seconds: int, mine: bytes | None = None) -> None:
        self.store.keep_evidence(Evidence(seconds, kind, text, seen, self.store.note() if mine is None else mine))
        raise Alarm(text)


def _named_key(leaf: Leaf) -> tuple[str, bytes]:
    """Issuer and public key out of a key leaf's subject. Raises Unverified."""
    head, _, rest = leaf.subject.partition(":")
    name, _, packed = rest.rpartition(":")
    public = decode64(packed, "an issuer's key")
    if head != "key" or not name or len(public) != 32:
        raise Unverified("密钥的登记不成其形式")
    return name, public
