"""The issuers' keys: kept encrypted under the instance's secret, opened once a process, known for half a minute."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection

from yinuo.chain.leaves import kid_of
from yinuo.chain.verifier import encode64
from yinuo.engine.infochain.models import IssuerKey
from yinuo.engine.infochain.sealed import cipher
from yinuo.engine.people.models import Department

FRESH_SECONDS = 30
# After its retirement a key may still sign for as long as a process remembers it and a transaction lasts.
REVOKED_AFTER_SECONDS = 120
PLATFORM = "一诺平台"


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who signs, opened: name, key id and private key."""

    name: str
    kid: str
    private: Ed25519PrivateKey


_issuers: dict[tuple[str, int | None], tuple[float, Issuer]] = {}


def forget() -> None:
    """After changes in this process, and between tests."""
    _issuers.clear()


def subject_name(issuer: str, public: bytes) -> str:
    """A key's name in the log: in clear, for whoever checks signatures has to know it."""
    return f"key:{issuer}:{encode64(public)}"


def issuer_of(department_id: int | None) -> Issuer:
    """The department's key at work, else the platform's, which the first start makes."""
    place = (str(connection.settings_dict["NAME"]), department_id)
    known = _issuers.get(place)
    if known is not None and time.monotonic() - known[0] < FRESH_SECONDS:
        return known[1]
    rows = IssuerKey.objects.filter(retired_at__isnull=True).order_by("department_id")
    row = rows.filter(department_id=department_id).first() if department_id is not None else None
    row = row or rows.filter(department_id__isnull=True).first()
    if row is None:
        raise RuntimeError("the platform has no key of its own: the instance was never started")
    made = Issuer(row.issuer, row.kid, open_private(bytes(row.private), row.kid))
    _issuers[place] = (time.monotonic(), made)
    return made


def new_key(department: Department | None, at: datetime) -> IssuerKey:
    """A key nobody has yet; not saved."""
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw()
    kid = kid_of(public)
    return IssuerKey(
        department=department,
        issuer=department.name if department else PLATFORM,
        kid=kid,
        public=public,
        private=_seal_private(private, kid),
        from_at=at,
    )


def _seal_private(private: Ed25519PrivateKey, kid: str) -> bytes:
    nonce = os.urandom(12)
    return nonce + cipher("keys").encrypt(nonce, private.private_bytes_raw(), kid.encode())


def open_private(sealed: bytes, kid: str) -> Ed25519PrivateKey:
    """Raises cryptography's InvalidTag when the instance's secret is another than the key was kept under."""
    return Ed25519PrivateKey.from_private_bytes(cipher("keys").decrypt(sealed[:12], sealed[12:], kid.encode()))
