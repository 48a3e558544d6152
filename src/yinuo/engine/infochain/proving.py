"""What a leaf states, once it is known that its issuer signed just that: for whoever is about to rely on a row the leaf
speaks of.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from django.db import connection

from yinuo.chain.leaves import check_signature, digest_of, parse, subject_of
from yinuo.chain.verifier import Unverified
from yinuo.engine.infochain import keys
from yinuo.engine.infochain.sealing import shown


@dataclass(frozen=True, slots=True)
class Stated:
    """A leaf that was found whole.

    **Shape** `label`: the subject it speaks of; `fields`: what it states by name, None = erased; `fault`: why it cannot
    be believed.
    """

    label: str = ""
    type: str = ""
    fields: Mapping[str, Any] | None = None
    fault: str = ""


# What this process has found whole, by the leaf's hash and label: an entry that was verified once states the same for
# ever.
_known: dict[tuple[bytes, str], Stated] = {}
KEPT = 20_000


def forget() -> None:
    """Between tests."""
    _known.clear()


# The key is looked up by what the entry says; whether the entry says so truly is asked below.
_LEAVES = """
    SELECT r.outbox_id, r.type, r.subject_id, r.n, r.hash, r.fields, s.label, s.key, leaf.entry, k.issuer, k.kid,
        k.public, k.private
    FROM infochain_leafrecord r
    JOIN infochain_subject s ON s.name = r.subject_id
    LEFT JOIN infochain_logentry l ON l.outbox_id = r.outbox_id
    LEFT JOIN trail_chainrow c ON c.outbox_id = r.outbox_id
    CROSS JOIN LATERAL (SELECT coalesce(l.entry, c.entry) AS entry) leaf
    LEFT JOIN infochain_issuerkey k ON k.kid = substring(encode(leaf.entry, 'escape') FROM '"kid":"([0-9a-f]{16})"')
    WHERE r.outbox_id = ANY(%s)
"""


def remembered(hash: bytes, label: str) -> Stated | None:
    """What this process knows already of the leaf with that hash and subject."""
    return _known.get((hash, label))


def stated(leaf_ids: Collection[UUID]) -> dict[UUID, Stated]:
    """What each of these leaves states, in one statement; one that has no record is left out.

    A leaf counts when it stands in the log or waits for its place there, its hash and its fields are those on record,
    its subject is the one its label gives, and its signature fits a key of the registry that this instance's own secret
    vouches for.
    """
    found: dict[UUID, Stated] = {}
    with connection.cursor() as cursor:
        cursor.execute(_LEAVES, [list(leaf_ids)])
        for outbox_id, type, name, n, hash, fields, label, key, entry, *signer in cursor.fetchall():
            try:
                said = _checked(
                    type,
                    name,
                    n,
                    bytes(hash),
                    json.loads(fields) if isinstance(fields, str) else fields,
                    label,
                    key,
                    entry,
                    *signer,
                )
            except Unverified as error:
                found[outbox_id] = Stated(label, type, fault=str(error))
                continue
            found[outbox_id] = Stated(label, type, said)
            if said is not None:
                if len(_known) >= KEPT:
                    _known.clear()
                _known[bytes(hash), label] = found[outbox_id]
    return found


def _checked(
    type: str,
    name: str,
    n: int,
    hash: bytes,
    fields: list[Any] | None,
    label: str,
    key: bytes | None,
    entry: bytes | None,
    issuer: str | None,
    kid: str | None,
    public: bytes | None,
    private: bytes | None,
) -> dict[str, Any] | None:
    """The fields, None where they were erased. Raises Unverified, in words for people."""
    if entry is None:
        raise Unverified("既不在日志里，也不在等待写入")
    try:
        leaf = parse(bytes(entry))
        digests = None if fields is None else sorted(digest_of(shown(one)) for one in fields)
    except (Unverified, ValueError, TypeError):
        raise Unverified("日志条目读不懂") from None
    if leaf.hash != hash or (leaf.type, leaf.subject, leaf.n) != (type, name, n):
        raise Unverified("记录与日志条目不符")
    if (fields is None) != (key is None):
        raise Unverified("记录的内容已经丢失")
    if digests is not None and digests != list(leaf.sd):
        raise Unverified("记录的内容与日志条目里的摘要不符")
    if key is not None and not name.startswith("key:") and subject_of(bytes(key), label) != name:
        raise Unverified("记录的主体与日志条目不符")
    if kid is None or public is None or issuer != leaf.issuer or not is_ours(kid, bytes(public), bytes(private or b"")):
        raise Unverified(f"签名密钥 {leaf.kid} 不在案")
    try:
        check_signature(leaf, bytes(public))
    except Unverified:
        raise Unverified("签名与内容不符") from None
    return None if fields is None else {name: value for _, name, value in fields}


@lru_cache(maxsize=1000)
def is_ours(kid: str, public: bytes, private: bytes) -> bool:
    """Whether a key of the registry was made by this instance: its private half opens under the instance's secret,
    which no table holds.

    Whoever can write tables alone cannot put a key of theirs into the registry.
    """
    try:
        return keys.open_private(private, kid).public_key().public_bytes_raw() == public
    except (InvalidTag, ValueError):
        return False
