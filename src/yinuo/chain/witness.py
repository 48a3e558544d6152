"""What a witness answers (C2SP tlog-witness): a checkpoint is cosigned only after its proof that nothing before it was
rewritten.

Pure: the state before goes in, the answer and the state after come out. Whoever calls persists the state before the
answer leaves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from yinuo.chain.signing import SigningKey
from yinuo.chain.verifier import (
    PROOF_LIMIT,
    Checkpoint,
    Note,
    Unverified,
    VerifierKey,
    check_consistency,
    decode_hash,
    decode_number,
    encode64,
)

TEXT = "text/plain; charset=utf-8"
SIZE = "text/x.tlog.size"


@dataclass(frozen=True, slots=True)
class Head:
    """The last checkpoint of a log this witness has cosigned."""

    size: int
    root: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, body and its type.

    `head` is set when the state moves on; `evidence` when what was asked may show a rewritten history and should be
    kept.
    """

    status: int
    body: str = ""
    content_type: str = TEXT
    head: Head | None = None
    evidence: bool = False


@dataclass(frozen=True, slots=True)
class Submission:
    """A request to add-checkpoint."""

    old_size: int
    proof: tuple[bytes, ...]
    note: Note

    @classmethod
    def parse(cls, body: bytes) -> Submission:
        """Raises Unverified."""
        head, gap, below = body.partition(b"\n\n")
        try:
            first, *rows = head.decode("ascii").split("\n")
        except UnicodeDecodeError:
            raise Unverified("the request's head is not plain text") from None
        if not gap or not first.startswith("old "):
            raise Unverified("the request names no old size")
        if len(rows) > PROOF_LIMIT:
            raise Unverified("the consistency proof is too long")
        proof = tuple(decode_hash(row, "a hash of the proof") for row in rows)
        return cls(decode_number(first[4:], "the old size"), proof, Note.parse(below))

    def __bytes__(self) -> bytes:
        rows = [f"old {self.old_size}", *(encode64(one) for one in self.proof)]
        return "".join(f"{row}\n" for row in rows).encode() + b"\n" + bytes(self.note)


def add_checkpoint(
    body: bytes, *, logs: Mapping[str, Sequence[VerifierKey]], heads: Mapping[str, Head], key: SigningKey, seconds: int
) -> Answer:
    """The answer to a submitted checkpoint, with the statuses of tlog-witness.

    `heads` without a log = nothing seen of it yet.
    """
    try:
        asked = Submission.parse(body)
        checkpoint = Checkpoint.parse(asked.note.text)
    except Unverified as error:
        return Answer(400, f"{error}\n")
    keys = logs.get(checkpoint.origin)
    if keys is None:
        return Answer(404, "a log this witness does not know\n")
    try:
        signed = asked.note.signed_by(keys)
    except Unverified as error:
        return Answer(403, f"{error}\n")
    if not signed:
        return Answer(403, "not signed by a key of this log\n")
    if asked.old_size > checkpoint.size:
        return Answer(400, "the old size is larger than the checkpoint's\n")
    last = heads.get(checkpoint.origin, Head(0, b""))
    if asked.old_size != last.size:
        return Answer(409, f"{last.size}\n", SIZE)
    if last.size and last.size == checkpoint.size and last.root != checkpoint.root:
        return Answer(409, f"{last.size}\n", SIZE, evidence=True)
    try:
        if last.size:
            check_consistency(last.size, last.root, checkpoint.size, checkpoint.root, asked.proof)
        elif asked.proof:
            raise Unverified("the consistency proof should be empty")
    except Unverified as error:
        return Answer(422, f"{error}\n", evidence=True)
    line = key.cosign(asked.note.text, seconds)
    return Answer(200, str(line), head=Head(checkpoint.size, checkpoint.root))
