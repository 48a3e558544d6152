"""What `trail` hands over at the end of an action becomes signed leaves, in the action's own transaction."""

from __future__ import annotations

import base64
import os
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from yinuo.chain.leaves import SALT_SIZE, build, disclosure, subject_of
from yinuo.engine.infochain import keys
from yinuo.engine.infochain.models import IssuerKey, LeafRecord, Subject
from yinuo.engine.inserting import new_row
from yinuo.engine.trail.actions import UnitOfWork
from yinuo.engine.trail.models import ChainRow

KEY_ADDED, KEY_REVOKED = "key.added", "key.revoked"


def seal(rows: Sequence[ChainRow], unit: UnitOfWork) -> None:
    """Gives every row its leaf: numbered within its subject, signed by its issuer, its fields as salted digests only.

    The subjects' rows are locked in the order of their labels, after everything else the action locked.
    """
    labels = {row.label for row in rows}
    subjects = _subjects(sorted(labels - {row.label for row in rows if row.first}))
    new = labels - set(subjects)
    for row in rows:
        subject = subjects.get(row.label)
        if subject is None:
            subject = subjects[row.label] = _new_subject(row)
        _seal(row, subject, unit)
    for label, subject in subjects.items():
        if label in new:
            unit.add(subject)
    _move_on([subject for label, subject in subjects.items() if label not in new])


def key_row(type: str, key: IssuerKey, at: datetime, reason: str = "") -> ChainRow:
    """The leaf of a key's coming or going; the key itself is the subject, in clear."""
    row = ChainRow(type=type, label=f"key:{key.kid}", at=at)
    row.payload, row.issuer_id = {"issuer": key.issuer, "kid": key.kid, "reason": reason}, None
    row.subject_name = keys.subject_name(key.issuer, bytes(key.public))
    return row


_LOCK = (
    "SELECT id, label, key, name, n, last FROM infochain_subject WHERE label = ANY(%s) ORDER BY label FOR NO KEY UPDATE"
)


def _subjects(labels: list[str]) -> dict[str, Subject]:
    if not labels:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [labels])
        return {
            row[1]: Subject(id=row[0], label=row[1], key=row[2], name=row[3], n=row[4], last=row[5])
            for row in cursor.fetchall()
        }


def _new_subject(row: ChainRow) -> Subject:
    key = os.urandom(32)
    name = row.subject_name or subject_of(key, row.label)
    return new_row(Subject, label=row.label, key=key, name=name, n=0, last=b"")


def _seal(row: ChainRow, subject: Subject, unit: UnitOfWork) -> None:
    issuer = keys.issuer_of(row.issuer_id)
    stated = [(os.urandom(SALT_SIZE), name, as_said(value)) for name, value in row.payload.items()]
    fields = [[_text(salt), name, value] for salt, name, value in stated]
    leaf = build(
        type=row.type,
        subject=subject.name,
        n=subject.n + 1,
        prev=bytes(subject.last) if subject.n else None,
        disclosures=[disclosure(*one) for one in stated],
        documents=[],
        issuer=issuer.name,
        private=issuer.private,
        at=row.at.isoformat(),
        kid=issuer.kid,
    )
    row.entry = leaf.entry()
    subject.n, subject.last = leaf.n, leaf.hash
    unit.add(
        new_row(
            LeafRecord,
            outbox_id=row.outbox_id,
            subject_id=subject.name,
            n=leaf.n,
            type=row.type,
            hash=leaf.hash,
            fields=fields,
            at=row.at,
        )
    )


def shown(field: Sequence[Any]) -> str:
    """A field of a leaf's record as it is disclosed."""
    salt, name, value = field
    return disclosure(base64.urlsafe_b64decode(salt + "=" * (-len(salt) % 4)), name, value)


def _text(salt: bytes) -> str:
    return base64.urlsafe_b64encode(salt).rstrip(b"=").decode("ascii")


def as_said(value: Any) -> Any:
    """A value every reader reads alike: text in normal form C, fractions as text."""
    match value:
        case str():
            return unicodedata.normalize("NFC", value)
        case float():
            return repr(value)
        case list():
            return [as_said(one) for one in value]
        case dict():
            return {as_said(name): as_said(one) for name, one in value.items()}
        case _:
            return value


def _move_on(subjects: Sequence[Subject]) -> None:
    if subjects:
        with connection.cursor() as cursor:
            cursor.executemany(
                "UPDATE infochain_subject SET n = %s, last = %s WHERE id = %s",
                [(one.n, bytes(one.last), one.pk) for one in subjects],
            )
