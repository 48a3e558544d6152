"""The key that signs the twin's checkpoints with SM2.

Signing is left to `gmssl-pyx`: a private key is no business of plain integers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from yinuo.chain import sm
from yinuo.chain.verifier import SM2, SignatureLine, Unverified, VerifierKey, need_key_name


class NoLibrary(Exception):
    """`gmssl-pyx` is not installed here."""

    def __str__(self) -> str:
        return (
            "没有安装 gmssl-pyx，不能做 SM2 签名：请运行 pip install gmssl-pyx（没有现成安装包的机器须有 C 编译器和 "
            "cmake）"
        )


def _library() -> Any:
    found = sm.library()
    if found is None:
        raise NoLibrary
    return found


@dataclass(frozen=True, slots=True)
class Sm2SigningKey:
    """A private key under its name; `public` is the uncompressed point, `private` 32 bytes."""

    name: str
    public: bytes
    private: bytes = field(repr=False)

    @classmethod
    def generate(cls, name: str) -> Sm2SigningKey:
        """Raises NoLibrary."""
        need_key_name(name)
        public, private = _library().sm2_key_generate()
        return cls(name, b"\x04" + public, private)

    @property
    def verifier(self) -> VerifierKey:
        return VerifierKey(self.name, SM2, self.public)

    def sign(self, text: str) -> SignatureLine:
        """A plain signature of a note's text.

        Raises NoLibrary, and Unverified where the two halves of the key do not belong together.
        """
        message = text.encode()
        signature = _library().sm2_sign(self.private, self.public[1:], message, signer_id=sm.USER_ID)
        if not sm.verifies(self.public, message, signature):
            raise Unverified("the private key does not belong to the public one")
        return SignatureLine(self.name, self.verifier.id, signature)
