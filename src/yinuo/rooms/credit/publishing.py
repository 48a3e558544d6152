"""What the public credit platform is told (附件2·第四条、第七条)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from yinuo.core.masking import masked
from yinuo.engine.feeds.actions import write
from yinuo.engine.people.models import ProjectUnit, UnitType
from yinuo.rooms.credit.models import PUBLIC_FEED, PublicKind


def publish(kind: PublicKind, unit: ProjectUnit, project_code: str, data: Mapping[str, Any], at: datetime) -> None:
    """Inside the action that it tells of. Units that are no enterprises have no credit to be told of (附件2·第六条).

    `data` holds publishable fields alone: no person, no contact; numbers of persons are masked in free text.
    """
    if unit.type != UnitType.ENTERPRISE or not unit.credit_code:
        return
    told = {name: masked(value) if isinstance(value, str) else value for name, value in data.items()}
    write(PUBLIC_FEED, kind, unit, project_code=project_code, data=told, at=at)


def digest_over(digests: list[str]) -> str:
    """Of a batch: SHA-256 over its entries' digests, in order."""
    return hashlib.sha256("".join(digests).encode()).hexdigest()
