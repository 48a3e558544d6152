"""Keys that sign: a log its checkpoints, a witness what it has seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from yinuo.chain.verifier import (
    COSIGNATURE,
    ED25519,
    Checkpoint,
    Note,
    SignatureLine,
    Unverified,
    VerifierKey,
    cosigned_message,
    decode64,
    encode64,
    need_key_name,
)

PREFIX = "PRIVATE+KEY+"


@dataclass(frozen=True)
class SigningKey:
    """A private key under its name; `algorithm` as in its VerifierKey."""

    name: str
    algorithm: int
    private: Ed25519PrivateKey

    @classmethod
    def generate(cls, name: str, algorithm: int = ED25519) -> SigningKey:
        need_key_name(name)
        return cls(name, algorithm, Ed25519PrivateKey.generate())

    @classmethod
    def parse(cls, text: str) -> SigningKey:
        """Reads what str() wrote (the form of Go's note package). Raises Unverified."""
        head, _, rest = text.partition(PREFIX)
        name, _, tail = rest.partition("+")
        id_, _, packed = tail.partition("+")
        data = decode64(packed, "a signing key")
        if head or len(data) != 33 or data[0] not in (ED25519, COSIGNATURE):
            raise Unverified("not a signing key of a known kind")
        need_key_name(name)
        made = cls(name, data[0], Ed25519PrivateKey.from_private_bytes(data[1:]))
        if made.verifier.id.hex() != id_:
            raise Unverified("a signing key whose id does not fit")
        return made

    def __str__(self) -> str:
        packed = encode64(bytes([self.algorithm]) + self.private.private_bytes_raw())
        return f"{PREFIX}{self.name}+{self.verifier.id.hex()}+{packed}"

    def __repr__(self) -> str:
        return f"<SigningKey {self.verifier}>"

    @property
    def verifier(self) -> VerifierKey:
        return VerifierKey(self.name, self.algorithm, self.private.public_key().public_bytes_raw())

    def sign(self, text: str) -> SignatureLine:
        """A plain signature of a note's text."""
        if self.algorithm != ED25519:
            raise ValueError("a witness's key signs checkpoints only")
        return SignatureLine(self.name, self.verifier.id, self.private.sign(text.encode()))

    def cosign(self, text: str, seconds: int) -> SignatureLine:
        """What a witness says of a checkpoint's text at a time, in seconds since 1970."""
        if self.algorithm != COSIGNATURE:
            raise ValueError("only a witness's key cosigns")
        signature = self.private.sign(cosigned_message(text, seconds))
        return SignatureLine(self.name, self.verifier.id, seconds.to_bytes(8, "big") + signature)


class SignsNotes(Protocol):
    """A log's key of any kind."""

    @property
    def name(self) -> str: ...

    @property
    def verifier(self) -> VerifierKey: ...

    def sign(self, text: str) -> SignatureLine: ...


def sign_checkpoint(checkpoint: Checkpoint, *keys: SignsNotes) -> Note:
    """The checkpoint as a note, signed by the log (by two keys while one follows the other)."""
    text = str(checkpoint)
    return Note(text, tuple(key.sign(text) for key in keys))
