"""What the public credit platform is told (附件2·第四条、第七条): entries written with what they tell of, and how they read."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import rfc8785

from yinuo.apps.credit.models import PublicEntry, PublicKind
from yinuo.apps.people.models import ProjectUnit, UnitType
from yinuo.apps.trail.actions import current
from yinuo.core.calendar import TZ
from yinuo.core.masking import masked


def publish(kind: PublicKind, unit: ProjectUnit, project_code: str, data: Mapping[str, Any], at: datetime) -> None:
    """Inside the action that it tells of. Units that are no enterprises have no credit to be told of (附件2·第六条)."""
    if unit.type != UnitType.ENTERPRISE or not unit.credit_code:
        return
    told = {name: masked(value) if isinstance(value, str) else value for name, value in data.items()}
    row = PublicEntry(kind=kind, unit=unit, project_code=project_code, data=told, at=at)
    row.digest = digest_of(row)
    current().add(row)


def told(row: PublicEntry) -> dict[str, Any]:
    """The entry as other systems read it: the enterprise by its code and name, nobody by name."""
    return {
        "kind": row.kind,
        "unit_code": row.unit.credit_code,
        "project_code": row.project_code,
        "at": row.at.astimezone(TZ).replace(microsecond=0).isoformat(),
        "data": row.data,
    }


def digest_of(row: PublicEntry) -> str:
    """SHA-256 of the canonical JSON of what is told, in hexadecimal."""
    return hashlib.sha256(rfc8785.dumps(told(row))).hexdigest()


def digest_over(digests: list[str]) -> str:
    """Of a batch: SHA-256 over its entries' digests, in order."""
    return hashlib.sha256("".join(digests).encode()).hexdigest()
