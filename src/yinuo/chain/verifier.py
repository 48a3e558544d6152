"""Everything needed to check what the log says, and nothing else: hashlib, base64 and Ed25519 of `cryptography`.

An auditor reads this file alone (and `sm` for the log's twin in SM3 and SM2). It follows RFC 6962 and RFC 9162 (trees
and proofs) and, of C2SP, signed-note, tlog-checkpoint, tlog-cosignature, tlog-policy and tlog-proof. Parsing is strict:
what two readers could read differently is refused. What a good proof says: the entry stands at this index of a log that
so many independent witnesses have seen and never seen rewritten. What it does not say: that what the entry states is
true.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from yinuo.chain import sm

HASH_SIZE = 32
NOTE_LIMIT = 1_000_000
SIGNATURES_LIMIT = 100
PROOF_LIMIT = 63
GROUPS_DEEP = 100
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
ED25519, COSIGNATURE = 0x01, 0x04
# A type signed-note assigns no byte to is 0xff and a name of its own: SM2 with SM3 over the note's text, as GM/T 0009
# writes them.
SM2, SM2_NAME = 0xFF, b"gmt0009-sm2sm3/v1"
# The encodings of the eight points of small order, the not canonical ones too, sign bit off: a key of theirs verifies
# anything.
SMALL_ORDER = frozenset(
    bytes.fromhex(one)
    for one in (
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    )
)


class Unverified(Exception):
    """What was given does not prove what it should, or is not even of its form.

    The message says what is wrong with it.
    """


# -- the tree (RFC 6962 §2.1, RFC 9162 §2.1.3.2 and §2.1.4.2)

Digest = Callable[[bytes], bytes]


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def hash_leaf(entry: bytes, digest: Digest = sha256) -> bytes:
    return digest(b"\x00" + entry)


def hash_node(left: bytes, right: bytes, digest: Digest = sha256) -> bytes:
    return digest(b"\x01" + left + right)


def _need_hashes(hashes: Iterable[bytes]) -> None:
    if any(len(one) != HASH_SIZE for one in hashes):
        raise Unverified("a hash is not 32 bytes long")


def check_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes, digest: Digest = sha256
) -> None:
    """That the leaf hash stands at `index` of the tree of `size` leaves with this root. Raises Unverified."""
    _need_hashes([leaf, root, *proof])
    if not 0 <= index < size:
        raise Unverified("the index lies outside the tree")
    place, last, found = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise Unverified("the inclusion proof is too long")
        if place % 2 or place == last:
            found = hash_node(sibling, found, digest)
            while place % 2 == 0 and place:
                place, last = place >> 1, last >> 1
        else:
            found = hash_node(found, sibling, digest)
        place, last = place >> 1, last >> 1
    if last:
        raise Unverified("the inclusion proof is too short")
    if found != root:
        raise Unverified("the inclusion proof leads to another root")


def check_consistency(
    old_size: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes], digest: Digest = sha256
) -> None:
    """That the tree of `size` leaves begins with the tree of `old_size` leaves, unchanged. Raises Unverified."""
    _need_hashes([old_root, root, *proof])
    if not 0 <= old_size <= size:
        raise Unverified("the sizes of the consistency proof are no sizes of a growing tree")
    if old_size in (0, size):
        if proof:
            raise Unverified("the consistency proof should be empty")
        if old_size == size and old_root != root:
            raise Unverified("two roots for one size: the log has forked")
        if old_size == 0 and old_root != digest(b""):
            raise Unverified("the root of the empty tree is another")
        return
    path = list(proof)
    if old_size & (old_size - 1) == 0:
        path.insert(0, old_root)
    if not path:
        raise Unverified("the consistency proof is empty")
    place, last = old_size - 1, size - 1
    while place % 2:
        place, last = place >> 1, last >> 1
    before = after = path[0]
    for sibling in path[1:]:
        if last == 0:
            raise Unverified("the consistency proof is too long")
        if place % 2 or place == last:
            before, after = hash_node(sibling, before, digest), hash_node(sibling, after, digest)
            while place % 2 == 0 and place:
                place, last = place >> 1, last >> 1
        else:
            after = hash_node(after, sibling, digest)
        place, last = place >> 1, last >> 1
    if last:
        raise Unverified("the consistency proof is too short")
    if before != old_root:
        raise Unverified("the consistency proof leads to another old root")
    if after != root:
        raise Unverified("the consistency proof leads to another new root")


# -- strict pieces of text


def decode64(text: str, what: str) -> bytes:
    """Standard base64 with padding; another spelling of the same bytes is refused."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        raise Unverified(f"{what} is not base64") from None
    if encode64(data) != text:
        raise Unverified(f"{what} is not written as base64 writes it")
    return data


def encode64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def decode_number(text: str, what: str) -> int:
    """A decimal without sign or leading zeroes, below 2^63."""
    if (
        not text.isascii()
        or not text.isdigit()
        or (len(text) > 1 and text[0] == "0")
        or len(text) > 19
        or int(text) >= 1 << 63
    ):
        raise Unverified(f"{what} is not a plain number")
    return int(text)


def decode_hash(text: str, what: str) -> bytes:
    found = decode64(text, what)
    if len(found) != HASH_SIZE:
        raise Unverified(f"{what} is not 32 bytes long")
    return found


# -- keys and notes (C2SP signed-note, tlog-cosignature)


def typed_key(algorithm: int, public: bytes) -> bytes:
    """A public key behind its signature type."""
    return bytes([algorithm]) + (SM2_NAME if algorithm == SM2 else b"") + public


def key_id(name: str, algorithm: int, public: bytes) -> bytes:
    return sha256(name.encode() + b"\n" + typed_key(algorithm, public))[:4]


def need_key_name(name: str) -> None:
    if not name or "+" in name or any(char.isspace() or ord(char) < 0x20 for char in name):
        raise Unverified("a key's name is empty or holds a space or a plus")


def need_sound(public: bytes, algorithm: int = ED25519) -> None:
    """Raises Unverified for a public key under which signatures prove nothing."""
    if algorithm == SM2:
        try:
            sm.point_of(public)
        except ValueError as error:
            raise Unverified(f"an SM2 key is {error}") from None
    elif len(public) != HASH_SIZE or public[:31] + bytes([public[31] & 0x7F]) in SMALL_ORDER:
        raise Unverified("a public key of small order verifies anything and is refused")


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key under its name; `algorithm` says what it signs: notes (0x01; 0xff with SM2) or checkpoints it has
    witnessed (0x04).
    """

    name: str
    algorithm: int
    public: bytes

    @classmethod
    def parse(cls, text: str) -> VerifierKey:
        """Reads `name+hex id+base64 of algorithm and key`. Raises Unverified, also for keys of small order."""
        parts = text.split("+", 2)
        if len(parts) != 3:
            raise Unverified("a verifier key has three parts")
        name, id_, packed = parts
        need_key_name(name)
        data = decode64(packed, "a verifier key")
        made = next(
            (cls(name, one, data[-size:]) for one, size in _KEY_SIZES.items() if data == typed_key(one, data[-size:])),
            None,
        )
        if made is None:
            raise Unverified("a verifier key of an unknown kind")
        if id_ != made.id.hex():
            raise Unverified("a verifier key whose id does not fit")
        need_sound(made.public, made.algorithm)
        return made

    @property
    def id(self) -> bytes:
        return key_id(self.name, self.algorithm, self.public)

    @property
    def digest(self) -> Digest:
        """How a log of this key hashes its tree: one key, one kind of tree."""
        return sm.sm3 if self.algorithm == SM2 else sha256

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{encode64(typed_key(self.algorithm, self.public))}"

    def check(self, text: str, signature: bytes) -> int | None:
        """Verifies a note's signature; the seconds since 1970 for a cosignature, None for a plain one.

        Raises Unverified.
        """
        message, seconds = text.encode(), None
        if self.algorithm == COSIGNATURE:
            if len(signature) != 72:
                raise Unverified(f"the cosignature of {self.name} has not 72 bytes")
            seconds, signature = int.from_bytes(signature[:8], "big"), signature[8:]
            message = cosigned_message(text, seconds)
        if self.algorithm == SM2:
            if not sm.verifies(self.public, message, signature):
                raise Unverified(f"the signature of {self.name} does not fit")
            return None
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except (InvalidSignature, ValueError):
            raise Unverified(f"the signature of {self.name} does not fit") from None
        return seconds


_KEY_SIZES = {ED25519: HASH_SIZE, COSIGNATURE: HASH_SIZE, SM2: sm.PUBLIC_SIZE}


def cosigned_message(text: str, seconds: int) -> bytes:
    """What a witness signs: header, time, and the whole text of the checkpoint."""
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


@dataclass(frozen=True, slots=True)
class SignatureLine:
    """One line below a note: whose, and the bytes after the key's id."""

    name: str
    id: bytes
    signature: bytes

    def __str__(self) -> str:
        return f"— {self.name} {encode64(self.id + self.signature)}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text, its final newline included, and the signature lines below it."""

    text: str
    lines: tuple[SignatureLine, ...]

    @classmethod
    def parse(cls, data: bytes) -> Note:
        """Reads a signed note; nothing is verified yet. Raises Unverified."""
        if len(data) > NOTE_LIMIT:
            raise Unverified("the note is too long")
        try:
            whole = data.decode()
        except UnicodeDecodeError:
            raise Unverified("the note is not UTF-8") from None
        if CONTROL.search(whole):
            raise Unverified("the note holds a control character")
        text, gap, below = whole.rpartition("\n\n")
        if not gap or not below.endswith("\n"):
            raise Unverified("the note has no text and signatures, parted by an empty line")
        rows = below[:-1].split("\n")
        if len(rows) > SIGNATURES_LIMIT:
            raise Unverified("the note has too many signatures")
        return cls(text + "\n", tuple(cls._line(row) for row in rows))

    @staticmethod
    def _line(row: str) -> SignatureLine:
        words = row.split(" ")
        if len(words) != 3 or words[0] != "—":
            raise Unverified("a signature line is not of its form")
        _, name, packed = words
        need_key_name(name)
        data = decode64(packed, "a signature")
        if len(data) < 5:
            raise Unverified("a signature is too short")
        return SignatureLine(name, data[:4], data[4:])

    def __bytes__(self) -> bytes:
        return (self.text + "\n" + "".join(str(line) for line in self.lines)).encode()

    def signed_by(self, keys: Iterable[VerifierKey]) -> dict[VerifierKey, int | None]:
        """Which of the keys have signed, and when if they say so.

        Unknown lines are ignored; a false one of a known key refuses all.
        """
        known = {(key.name, key.id): key for key in keys}
        found: dict[VerifierKey, int | None] = {}
        for line in self.lines:
            key = known.get((line.name, line.id))
            if key is not None and key not in found:
                found[key] = key.check(self.text, line.signature)
        return found


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A log's head (C2SP tlog-checkpoint): whose, how many entries, which root."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """Reads a note's text. Raises Unverified."""
        rows = text.split("\n")
        if len(rows) < 4 or rows.pop() != "" or not all(rows):
            raise Unverified("a checkpoint has an origin, a size and a root, each on its line")
        return cls(
            rows[0], decode_number(rows[1], "the tree's size"), decode_hash(rows[2], "the root"), tuple(rows[3:])
        )

    def __str__(self) -> str:
        return "".join(f"{row}\n" for row in (self.origin, str(self.size), encode64(self.root), *self.extensions))


# -- whom to believe (C2SP tlog-policy)


@dataclass(frozen=True, slots=True)
class Group:
    """Counts as having witnessed when `threshold` of its members have."""

    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """Which logs are accepted, and which witnesses together are enough. `quorum` "none" asks for no witness."""

    logs: tuple[VerifierKey, ...]
    witnesses: Mapping[str, VerifierKey]
    groups: Mapping[str, Group]
    quorum: str
    urls: Mapping[VerifierKey, str] = field(default_factory=dict)

    @classmethod
    def parse(cls, data: bytes) -> Policy:
        """Reads a policy file. Raises Unverified naming the line."""
        if any((byte < 0x20 and byte not in (0x09, 0x0A)) or byte == 0x7F for byte in data):
            raise Unverified("the policy holds a control character")
        reader = _PolicyReader()
        # Names are opaque bytes; surrogateescape brings each of them through unchanged.
        for number, row in enumerate(data.decode("utf-8", "surrogateescape").split("\n"), 1):
            words = row.replace("\t", " ").split(" ")
            words = [word for word in words if word]
            if words and not words[0].startswith("#"):
                try:
                    reader.take(words)
                except Unverified as error:
                    raise Unverified(f"policy, line {number}: {error}") from None
        return reader.finish()

    def witnessed(self, by: Iterable[str], name: str | None = None) -> bool:
        """Whether the witnesses of these names satisfy the quorum (or the group or witness named)."""
        seen, wanted = set(by), self.quorum if name is None else name
        if wanted == "none":
            return True
        group = self.groups.get(wanted)
        if group is None:
            return wanted in seen
        return sum(self.witnessed(seen, member) for member in group.members) >= group.threshold


class _PolicyReader:
    def __init__(self) -> None:
        self.logs: list[VerifierKey] = []
        self.witnesses: dict[str, VerifierKey] = {}
        self.groups: dict[str, Group] = {}
        self.urls: dict[VerifierKey, str] = {}
        self.quorum: str | None = None
        self.member_of: dict[str, str] = {}
        self.depth: dict[str, int] = {}

    def take(self, words: list[str]) -> None:
        match words:
            case ["log", key, *url] if len(url) <= 1:
                self._add(VerifierKey.parse(key), self.logs, url)
            case ["witness", name, key, *url] if len(url) <= 1:
                self._name(name)
                found = VerifierKey.parse(key)
                self._add(found, list(self.witnesses.values()), url, witness=True)
                self.witnesses[name] = found
            case ["group", name, threshold, *members] if members:
                self._name(name)
                self.groups[name] = Group(self._threshold(threshold, len(members)), self._members(name, members))
                self.depth[name] = 1 + max(self.depth.get(member, 0) for member in members)
                if self.depth[name] > GROUPS_DEEP:
                    raise Unverified("groups stand in groups too deep")
            case ["quorum", name]:
                if self.quorum is not None:
                    raise Unverified("a second quorum")
                if name != "none":
                    self._need_known(name)
                self.quorum = name
            case _:
                raise Unverified("a line of no known form")

    def finish(self) -> Policy:
        if self.quorum is None:
            raise Unverified("the policy names no quorum")
        return Policy(tuple(self.logs), self.witnesses, self.groups, self.quorum, self.urls)

    def _add(self, key: VerifierKey, others: list[VerifierKey], url: list[str], *, witness: bool = False) -> None:
        if (key.algorithm == COSIGNATURE) != witness:
            raise Unverified("a key for another purpose")
        if any(key.public == other.public for other in others):
            raise Unverified("a key named twice")
        if not witness:
            self.logs.append(key)
        if url:
            self.urls[key] = url[0]

    def _name(self, name: str) -> None:
        if name == "none" or name in self.witnesses or name in self.groups:
            raise Unverified(f"the name {name} is taken")

    def _need_known(self, name: str) -> None:
        if name not in self.witnesses and name not in self.groups:
            raise Unverified(f"{name} is not named above")

    def _threshold(self, text: str, members: int) -> int:
        threshold = {"any": 1, "all": members}.get(text) or decode_number(text, "the threshold")
        if not 1 <= threshold <= members:
            raise Unverified("a threshold no number of the members can be")
        return threshold

    def _members(self, group: str, members: list[str]) -> tuple[str, ...]:
        for member in members:
            self._need_known(member)
            if member in self.member_of:
                raise Unverified(f"{member} is a member of two groups")
            self.member_of[member] = group
        return tuple(members)


@dataclass(frozen=True, slots=True)
class Witnessed:
    """A checkpoint that holds under a policy: who of the witnesses signed it, and when (seconds since 1970)."""

    checkpoint: Checkpoint
    log: VerifierKey
    witnesses: Mapping[str, int]


def check_checkpoint(note: Note, policy: Policy) -> Witnessed:
    """That a log of the policy signed the checkpoint and enough witnesses saw it. Raises Unverified."""
    checkpoint = Checkpoint.parse(note.text)
    logs = [key for key in policy.logs if key.name == checkpoint.origin]
    signed = note.signed_by([*logs, *policy.witnesses.values()])
    log = next((key for key in logs if key in signed), None)
    if log is None:
        raise Unverified("the checkpoint is not signed by a log of the policy")
    witnesses = {name: seconds for name, key in policy.witnesses.items() if (seconds := signed.get(key)) is not None}
    if not policy.witnessed(witnesses):
        raise Unverified("the checkpoint is not witnessed by a quorum of the policy")
    return Witnessed(checkpoint, log, witnesses)


# -- one entry's proof (C2SP tlog-proof)


@dataclass(frozen=True, slots=True)
class Proof:
    """An entry's place in a log, with all that is needed to check it offline. `extra` is not authenticated."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: Note
    extra: bytes | None = None

    HEADER: ClassVar[str] = "c2sp.org/tlog-proof@v1"

    @classmethod
    def parse(cls, data: bytes) -> Proof:
        """Reads a .tlog-proof file; nothing is verified yet. Raises Unverified."""
        head, gap, below = data.partition(b"\n\n")
        try:
            rows = head.decode("ascii").split("\n")
        except UnicodeDecodeError:
            raise Unverified("the proof's head is not plain text") from None
        if not gap or rows.pop(0) != cls.HEADER:
            raise Unverified("not a proof of the form c2sp.org/tlog-proof@v1")
        extra = None
        if rows and rows[0].startswith("extra "):
            extra = decode64(rows.pop(0)[6:], "the extra data")
        if not rows or not rows[0].startswith("index "):
            raise Unverified("the proof names no index")
        index = decode_number(rows.pop(0)[6:], "the index")
        if len(rows) > PROOF_LIMIT:
            raise Unverified("the proof is too long")
        return cls(index, tuple(decode_hash(row, "a hash of the proof") for row in rows), Note.parse(below), extra)

    def __bytes__(self) -> bytes:
        rows = [self.HEADER]
        if self.extra is not None:
            rows.append(f"extra {encode64(self.extra)}")
        rows += [f"index {self.index}", *(encode64(one) for one in self.hashes)]
        return "".join(f"{row}\n" for row in rows).encode() + b"\n" + bytes(self.checkpoint)


def check_proof(entry: bytes, proof: Proof, policy: Policy) -> Witnessed:
    """That the entry stands in a log of the policy, under a checkpoint enough witnesses saw. Raises Unverified."""
    found = check_checkpoint(proof.checkpoint, policy)
    digest = found.log.digest
    check_inclusion(
        hash_leaf(entry, digest), proof.index, found.checkpoint.size, proof.hashes, found.checkpoint.root, digest
    )
    return found
