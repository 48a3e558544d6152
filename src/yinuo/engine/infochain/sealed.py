"""Private keys at rest: encrypted under a key derived from the instance's secret, each for one purpose."""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from yinuo.chain.verifier import Unverified, decode64, encode64


def cipher(purpose: str) -> AESGCM:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"yinuo.infochain.{purpose}".encode())
    return AESGCM(derived.derive(settings.SECRET_KEY.encode()))


def write_new(path: Path, purpose: str, public: str, private: bytes) -> bool:
    """The public half in clear and the private one sealed to it, on the disk when this returns.

    False = the file was there already.
    """
    nonce = os.urandom(12)
    sealed = nonce + cipher(purpose).encrypt(nonce, private, public.encode())
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(f"{public}\n{encode64(sealed)}\n")
        file.flush()
        os.fsync(file.fileno())
    return True


def read_public(path: Path) -> str | None:
    """The public half; None = no such file."""
    try:
        return path.read_text(encoding="utf-8").partition("\n")[0]
    except FileNotFoundError:
        return None


def read_private(path: Path, purpose: str) -> bytes:
    """Raises Unverified for a broken file, or one sealed under another secret."""
    public, _, rest = path.read_text(encoding="utf-8").partition("\n")
    sealed = decode64(rest.strip(), "a sealed key")
    try:
        return cipher(purpose).decrypt(sealed[:12], sealed[12:], public.encode())
    except (InvalidTag, ValueError):
        raise Unverified(f"{path} 解不开：实例的密钥（SECRET_KEY）已换，或者文件损坏") from None
