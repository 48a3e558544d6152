"""The seed of an announced draw: kept encrypted under the instance's secret until the draw shows it."""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from yinuo.core.draw import SEED_SIZE, seed_digest

NONCE_SIZE = 12


class SeedLost(Exception):
    """The seed cannot be opened any more, or is not the one that was announced."""


def new_seed() -> bytes:
    return os.urandom(SEED_SIZE)


def _cipher() -> AESGCM:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"yinuo.inspections.seeds").derive(
        settings.SECRET_KEY.encode()
    )
    return AESGCM(derived)


def seal(seed: bytes, number: str) -> bytes:
    """For the plan of that number, and for no other."""
    nonce = os.urandom(NONCE_SIZE)
    return nonce + _cipher().encrypt(nonce, seed, number.encode())


def unseal(sealed: bytes, number: str, digest: str) -> bytes:
    """Raises SeedLost when the instance's secret has changed since, or the bytes have."""
    try:
        seed = _cipher().decrypt(sealed[:NONCE_SIZE], sealed[NONCE_SIZE:], number.encode())
    except (InvalidTag, ValueError) as error:
        raise SeedLost from error
    if seed_digest(seed) != digest:
        raise SeedLost
    return seed
