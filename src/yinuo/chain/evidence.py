"""What a node tells of a log that did what an honest log does not do: what it was shown, what it holds itself, and its
word for it.

Two checkpoints that one log signed for one size with two roots are proof by themselves; everything else is a node's
report.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from yinuo.chain.leaves import canonical, shallow
from yinuo.chain.signing import SigningKey
from yinuo.chain.verifier import Checkpoint, Note, Unverified, VerifierKey, decode64, encode64, need_sound, sha256
from yinuo.chain.witness import Submission

# No signature under this header can pass for one of a checkpoint or of a search.
HEADER = b"yinuo-evidence/v1\n"
LIMIT = 300_000
KINDS = {
    "fork": "两份历史",
    "entry": "条目不成立",
    "twin": "国密并行树与日志不同",
    "submitted": "送来见证的检查点接不上",
}


@dataclass(frozen=True, slots=True)
class Told:
    """One piece of evidence; `seconds` since 1970, `seen` and `mine` as they were, byte for byte."""

    node: str
    kind: str
    text: str
    seconds: int
    seen: bytes
    mine: bytes

    def _plain(self) -> dict[str, Any]:
        return {**asdict(self), "seen": encode64(self.seen), "mine": encode64(self.mine)}

    @property
    def digest(self) -> bytes:
        return sha256(canonical(self._plain()))

    def signed_by(self, key: SigningKey) -> bytes:
        """As it is sent."""
        return canonical({**self._plain(), "signature": encode64(key.private.sign(HEADER + canonical(self._plain())))})

    def check(self, signature: str, public: bytes) -> None:
        """That this node's key signed it. Raises Unverified."""
        need_sound(public)
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(
                decode64(signature, "the node's signature"), HEADER + canonical(self._plain())
            )
        except InvalidSignature:
            raise Unverified("the node's signature does not fit") from None


def parse(body: bytes) -> tuple[Told, str]:
    """The evidence and its signature, not checked yet. Raises Unverified."""
    try:
        value = json.loads(shallow(body))
        told = Told(
            value["node"],
            value["kind"],
            value["text"],
            value["seconds"],
            decode64(value["seen"], "seen"),
            decode64(value["mine"], "mine"),
        )
        signature = value["signature"]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Unverified("not evidence of its form") from None
    texts = (told.node, told.kind, told.text, signature)
    if not all(isinstance(one, str) for one in texts) or type(told.seconds) is not int or told.kind not in KINDS:
        raise Unverified("not evidence of its form")
    return told, signature


def proves_fork(seen: bytes, mine: bytes, logs: Sequence[VerifierKey]) -> bool:
    """Whether the two are checkpoints of one size with two roots, both signed by one of the logs."""
    heads = [head_in(data, logs) for data in (seen, mine)]
    (one, other) = heads
    return (
        one is not None
        and other is not None
        and (one.origin, one.size) == (other.origin, other.size)
        and one.root != other.root
    )


def head_in(data: bytes, logs: Sequence[VerifierKey]) -> Checkpoint | None:
    """The checkpoint in what a node saw or keeps, where one of the logs has signed it."""
    try:
        note = Submission.parse(data).note if data.startswith(b"old ") else Note.parse(data)
        head = Checkpoint.parse(note.text)
        return head if any(key.name == head.origin for key in note.signed_by(logs)) else None
    except Unverified:
        return None
