"""An authorised search of the log: the node signs its question, and checks the answer against what it has mirrored
itself.

The question is RFC 8785 JSON under a header of its own, so that no signature of it can pass for a cosignature. The
answer holds every entry of the project there is under a checkpoint, oldest first, with the fields the grant allows
disclosed; and the project's key, by which the node sees that the entries' subject is the project it asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from yinuo.chain.leaves import Leaf, canonical, check_disclosure, check_follows, parse, subject_of
from yinuo.chain.signing import SigningKey
from yinuo.chain.verifier import Unverified, decode64, encode64, need_sound

HEADER = b"yinuo-search/v1\n"
NONCE = range(16, 65)
FRESH_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Search:
    """What a node asks: of which project, when (seconds since 1970), under a nonce it never uses again."""

    node: str
    code: str
    nonce: str
    seconds: int

    def message(self) -> bytes:
        return HEADER + canonical({"node": self.node, "code": self.code, "nonce": self.nonce, "seconds": self.seconds})

    def signed_by(self, key: SigningKey) -> str:
        return encode64(key.private.sign(self.message()))

    def check(self, signature: str, public: bytes, now: int) -> None:
        """That this node's key signed this question, just now. Raises Unverified."""
        if len(self.nonce) not in NONCE or not self.nonce.isascii():
            raise Unverified("a nonce is 16 to 64 ASCII characters long")
        if abs(now - self.seconds) > FRESH_SECONDS:
            raise Unverified("the question is not of these five minutes; is the node's clock right?")
        need_sound(public)
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(
                decode64(signature, "the node's signature"), self.message()
            )
        except InvalidSignature:
            raise Unverified("the node's signature does not fit") from None


@dataclass(frozen=True, slots=True)
class Found:
    """One entry of the answer, checked: its place in the log and the fields shown."""

    index: int
    leaf: Leaf
    fields: dict[str, Any]


def check_answer(code: str, answer: Any, mirrored: Callable[[int], bytes], last: Callable[[str], int]) -> list[Found]:
    """The entries of an answer, oldest first.

    `mirrored`: the node's own entry at a place, b"" = not here; `last`: how many entries of a subject the node has
    seen. Raises: Unverified where an entry is not the log's, one is left out, or the subject is another project.
    """
    try:
        key, leaves = decode64(answer["key"], "the project's key"), list(answer["leaves"])
        parts = [(one["index"], one["entry"].encode(), list(one["disclosures"])) for one in leaves]
    except (KeyError, TypeError, AttributeError, UnicodeError):
        raise Unverified("the answer is not of its form") from None
    subject, before, found = subject_of(key, code), None, list[Found]()
    for index, entry, disclosures in parts:
        if type(index) is not int or mirrored(index) != entry:
            raise Unverified(f"entry {index} of the answer is not the one this node has mirrored")
        leaf = parse(entry)
        if leaf.subject != subject:
            raise Unverified(f"entry {index} speaks of another project")
        check_follows(leaf, before)
        found.append(Found(index, leaf, _fields(leaf, disclosures)))
        before = leaf
    if not found:
        raise Unverified("the answer holds no entry of the project")
    if len(found) < last(subject):
        raise Unverified(f"the answer holds {len(found)} entries of the project; this node has seen {last(subject)}")
    return found


def _fields(leaf: Leaf, disclosures: Sequence[Any]) -> dict[str, Any]:
    return dict(check_disclosure(leaf, str(one)) for one in disclosures)
