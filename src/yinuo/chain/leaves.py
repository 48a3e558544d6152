"""What an entry of the log says (附件7·第十三条): salted digests and the issuing department's signature, never the data
themselves.

An entry is RFC 8785 canonical JSON. A field is disclosed as `[salt, name, value]` in the manner of RFC 9901 and checked
against `sd`; a document's first `length` bytes against `docs`. Of one subject, `n` counts from 1 without a gap and
`prev` is the hash of its last entry.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from yinuo.chain.verifier import (
    Checkpoint,
    Policy,
    Proof,
    Unverified,
    Witnessed,
    check_proof,
    decode64,
    decode_hash,
    encode64,
    hash_leaf,
    need_sound,
    sha256,
)

VERSION = 1
LIMIT = 2048
SALT_SIZE = 16
INTEGER_LIMIT = (1 << 53) - 1
# More brackets than any entry, field or proof of ours opens; far fewer than the stack bears.
OPENED = 5000
HEADER = b"yinuo-leaf/v1\n"
FIELDS = frozenset({"v", "type", "subject", "n", "prev", "sd", "docs", "issuer", "kid", "at", "sig"})


@dataclass(frozen=True, slots=True)
class DocumentDigest:
    """A salted digest of a document's first `length` bytes; what is attached behind them does not touch it."""

    digest: str
    length: int


@dataclass(frozen=True, slots=True)
class Leaf:
    """One entry.

    `subject` is an HMAC under the subject's own key; `at` an instant with its offset; `sig` by the issuer's key `kid`.
    """

    type: str
    subject: str
    n: int
    prev: str
    sd: tuple[str, ...]
    docs: tuple[DocumentDigest, ...]
    issuer: str
    kid: str
    at: str
    sig: str = ""
    # Written once: a leaf is hashed, kept and sent on as the same bytes. A changed copy writes its own.
    _entry: bytes | None = field(default=None, init=False, repr=False, compare=False)

    def unsigned(self) -> dict[str, Any]:
        return {
            "v": VERSION,
            "type": self.type,
            "subject": self.subject,
            "n": self.n,
            "prev": self.prev,
            "sd": list(self.sd),
            "docs": [[one.digest, one.length] for one in self.docs],
            "issuer": self.issuer,
            "kid": self.kid,
            "at": self.at,
        }

    def entry(self) -> bytes:
        """The bytes that stand in the log."""
        if self._entry is None:
            object.__setattr__(self, "_entry", canonical({**self.unsigned(), "sig": self.sig}))
        assert self._entry is not None
        return self._entry

    @property
    def hash(self) -> bytes:
        return hash_leaf(self.entry())


# For names within these characters Python's order is that of UTF-16, and its writing of text that of RFC 8785: six
# times as quick.
_SIMPLE = "\ud7ff"
_write = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), check_circular=False).encode


def canonical(value: Any) -> bytes:
    """RFC 8785 JSON of text in NFC and integers every reader can hold. Raises Unverified."""
    simple = _need_plain(value)
    try:
        return _write(value).encode() if simple else rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, UnicodeError):
        raise Unverified("a text is not Unicode") from None


def _need_plain(value: Any) -> bool:
    """Whether all its names are simple ones. Raises Unverified for what no entry may hold."""
    kind = type(value)
    if kind is str:
        if not value.isascii() and not unicodedata.is_normalized("NFC", value):
            raise Unverified("a text is not in normal form C")
    elif kind is int:
        if not -INTEGER_LIMIT <= value <= INTEGER_LIMIT:
            raise Unverified("an integer is too large to be read everywhere")
    elif kind is dict:
        simple = True
        for name, one in value.items():
            _need_plain(name)
            simple &= _need_plain(one) and (name.isascii() or max(name) <= _SIMPLE)
        return simple
    elif kind is list or kind is tuple:
        return min(map(_need_plain, value), default=True)
    elif value is not None and kind is not bool:
        raise Unverified("numbers other than integers are written as text")
    return True


def sign(leaf: Leaf, private: Ed25519PrivateKey) -> Leaf:
    """The leaf with its issuer's signature. Raises Unverified when the entry would be longer than 2 KiB."""
    unsigned = leaf.unsigned()
    made = replace(leaf, sig=encode64(private.sign(HEADER + canonical(unsigned))))
    # What is plain without its signature is plain with it, and its names are simple ones.
    entry = _write({**unsigned, "sig": made.sig}).encode()
    if len(entry) > LIMIT:
        raise Unverified("an entry is longer than 2 KiB")
    object.__setattr__(made, "_entry", entry)
    return made


def shallow(text: bytes) -> bytes:
    """The same text; ValueError where so much is opened that nesting could outgrow the stack, whatever limit is set for
    recursion.
    """
    if text.count(b"[") + text.count(b"{") > OPENED:
        raise ValueError("nested too deeply")
    return text


def parse(entry: bytes) -> Leaf:
    """Reads an entry of the log, refusing any spelling but the canonical one.

    Raises Unverified; verifies no signature.
    """
    try:
        value = json.loads(shallow(entry), object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise Unverified("an entry is not JSON") from None
    if not isinstance(value, dict) or set(value) != FIELDS or value["v"] != VERSION or canonical(value) != entry:
        raise Unverified("an entry is not of its form")
    texts = [value[name] for name in ("type", "subject", "prev", "issuer", "kid", "at", "sig")]
    n, sd, docs = value["n"], value["sd"], value["docs"]
    if not all(isinstance(text, str) for text in texts) or not _whole(n) or n < 1:
        raise Unverified("a field of an entry is not of its form")
    if not isinstance(sd, list) or not all(isinstance(one, str) for one in sd) or sd != sorted(set(sd)):
        raise Unverified("an entry's field digests are not in order")
    if not isinstance(docs, list) or not all(
        isinstance(one, list) and len(one) == 2 and isinstance(one[0], str) and _whole(one[1]) and one[1] >= 0
        for one in docs
    ):
        raise Unverified("an entry's documents are not of their form")
    if (value["n"] == 1) != (value["prev"] == ""):
        raise Unverified("an entry's predecessor does not fit its number")
    if value["prev"]:
        decode_hash(value["prev"], "an entry's predecessor")
    made = [DocumentDigest(one[0], one[1]) for one in docs]
    return Leaf(
        value["type"],
        value["subject"],
        n,
        value["prev"],
        tuple(sd),
        tuple(made),
        value["issuer"],
        value["kid"],
        value["at"],
        value["sig"],
    )


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a name occurs twice")
    return made


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def kid_of(public: bytes) -> str:
    """A key's short name: the first eight bytes of its hash."""
    return sha256(public)[:8].hex()


def check_signature(leaf: Leaf, public: bytes) -> None:
    """That the issuer's key signed this entry. Raises Unverified."""
    need_sound(public)
    if leaf.kid != kid_of(public):
        raise Unverified("the entry names another key")
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(
            decode64(leaf.sig, "the issuer's signature"), HEADER + canonical(leaf.unsigned())
        )
    except InvalidSignature:
        raise Unverified(f"the signature of {leaf.issuer} does not fit") from None


def check_follows(leaf: Leaf, before: Leaf | None) -> None:
    """That the entry is the next of its subject. Raises Unverified."""
    if before is None:
        if leaf.n != 1:
            raise Unverified(f"entry {leaf.n} of a subject of which nothing came before")
        return
    if leaf.subject != before.subject or leaf.n != before.n + 1 or leaf.prev != encode64(before.hash):
        raise Unverified(f"entry {leaf.n} does not follow entry {before.n} of its subject")


# -- subjects, fields and documents


def subject_of(key: bytes, code: str) -> str:
    """A project's name in the log: nobody without its key can tell which project it is."""
    return _short(hmac.new(key, code.encode(), hashlib.sha256).digest())


def disclosure(salt: bytes, name: str, value: Any) -> str:
    """A field as it is shown to whoever may see it.

    Raises Unverified for a short salt: unsalted digests are guessed.
    """
    if len(salt) < SALT_SIZE:
        raise Unverified("a salt is shorter than 128 bits")
    return _short(canonical([_short(salt), name, value]))


def digest_of(shown: str) -> str:
    """What stands in `sd` for a disclosure."""
    return _short(sha256(shown.encode("ascii")))


def check_disclosure(leaf: Leaf, shown: str) -> tuple[str, Any]:
    """The field's name and value, when the entry holds its digest. Raises Unverified."""
    try:
        found = digest_of(shown)
        salt, name, value = json.loads(shallow(base64.urlsafe_b64decode(shown + "=" * (-len(shown) % 4))))
    except (ValueError, TypeError, UnicodeError, RecursionError):
        raise Unverified("a disclosed field is not of its form") from None
    if found not in leaf.sd or not isinstance(salt, str) or not isinstance(name, str):
        raise Unverified("a disclosed field is not the one in the entry")
    return name, value


def document_digest(salt: bytes, data: bytes, length: int | None = None) -> DocumentDigest:
    """The digest of a document's first `length` bytes (all of them without a length)."""
    length = len(data) if length is None else length
    if len(salt) < SALT_SIZE or length > len(data):
        raise Unverified("a salt is too short, or a document shorter than said")
    return DocumentDigest(_short(sha256(salt + data[:length])), length)


def check_document(leaf: Leaf, salt: bytes, data: bytes) -> None:
    """That the document is one the entry speaks of; bytes behind its length are not. Raises Unverified."""
    if not any(len(data) >= one.length and document_digest(salt, data, one.length) == one for one in leaf.docs):
        raise Unverified("the document is not the one in the entry")


@dataclass(frozen=True, slots=True)
class Stated:
    """What a proof file states, checked: the entry, its place, who witnessed it, and the fields it discloses."""

    index: int
    leaf: Leaf
    seen: Witnessed
    fields: dict[str, Any]


def taken_out(data: bytes) -> bytes:
    """The proof a PDF carries as its uncompressed attachment; anything else as it is.

    Raises Unverified for a PDF without one.
    """
    return all_taken_out(data)[0]


def all_taken_out(data: bytes) -> list[bytes]:
    """Every proof a PDF carries, the log's own first, its twin's after it. Raises Unverified for a PDF without one."""
    if not data.startswith(b"%PDF-"):
        return [data]
    found, at = [], 0
    while (begin := data.find(Proof.HEADER.encode() + b"\n", at)) >= 0 and (at := data.find(b"endstream", begin)) >= 0:
        found.append(data[begin:at].rstrip(b"\r\n") + b"\n")
    if not found:
        raise Unverified("the PDF carries no proof")
    return found


def read_proof(data: bytes, policy: Policy) -> Stated:
    """Checks a .tlog-proof that carries its entry and disclosures as extra data. Raises Unverified.

    The issuer's signature is not among it: every witness has checked that before it signed.
    """
    proof = Proof.parse(data)
    try:
        extra = json.loads(shallow(proof.extra or b""))
        entry, disclosed = extra["entry"].encode(), list(extra["disclosures"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Unverified("the proof carries no entry") from None
    seen = check_proof(entry, proof, policy)
    leaf = parse(entry)
    return Stated(proof.index, leaf, seen, dict(check_disclosure(leaf, str(one)) for one in disclosed))


def read_all(data: bytes, policy: Policy) -> list[Stated]:
    """A proof file, or every proof of a PDF that a log of the policy signed: the log's own, then its twin's, of one
    entry. Raises Unverified.
    """
    known, proofs = {key.name for key in policy.logs}, all_taken_out(data)
    asked = [one for one in proofs if Checkpoint.parse(Proof.parse(one).checkpoint.text).origin in known] or proofs[:1]
    found = [read_proof(one, policy) for one in asked]
    if any((one.index, one.leaf) != (found[0].index, found[0].leaf) for one in found):
        raise Unverified("the proofs of the log and of its twin are not of one entry")
    return found


def build(
    *,
    type: str,
    subject: str,
    n: int,
    prev: bytes | None,
    disclosures: Sequence[str],
    documents: Sequence[DocumentDigest],
    issuer: str,
    private: Ed25519PrivateKey,
    at: str,
    kid: str = "",
) -> Leaf:
    """A signed leaf; the order of its fields says nothing of what they hold.

    `kid`: the key's short name, where the caller has it.
    """
    kid = kid or kid_of(private.public_key().public_bytes_raw())
    digests = tuple(sorted(digest_of(one) for one in disclosures))
    leaf = Leaf(type, subject, n, encode64(prev) if prev else "", digests, tuple(documents), issuer, kid, at)
    return sign(leaf, private)


def _short(data: bytes) -> str:
    """base64url without padding, as RFC 9901 writes it."""
    return binascii.b2a_base64(data, newline=False).rstrip(b"=").translate(_URL_SAFE).decode("ascii")


_URL_SAFE = bytes.maketrans(b"+/", b"-_")
