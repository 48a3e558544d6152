"""The paper of a mock result (附件4·四(二)): marked 模拟, with the project's code, without legal force."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from yinuo.engine.documents.wording import cited, iso
from yinuo.engine.rules import pack
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.onemap.models import MapItem
from yinuo.rooms.onemap.papers import MOCK, contact, project_lines, refusal_reasons

NO_FORCE = "本文件为模拟审批文件，不具有法律效力；未办理正式审批文件前，工程不得开工建设。"


def _cites(item: MapItem, name: str) -> tuple[str, ...]:
    return pack().parameter(name, item.project.rules_on).cites


def last_day(until: WorkItem) -> str:
    """The last whole day before the clock is over: it ends at a midnight."""
    assert until.due_at is not None
    return iso(until.due_at - timedelta(microseconds=1))


def result(
    item: MapItem, at: datetime, *, granted: bool, number: str, text: str, reason_code: str, until: WorkItem | None
) -> dict[str, Any]:
    """shapes.MockResultData."""
    return {
        **project_lines(item),
        "number": number,
        "department": item.department.name,
        "matter_name": item.name,
        "outcome": "granted" if granted else "refused",
        "accepted_on": iso(item.present.accepted_at or at),
        "contents": [text.strip()] if granted and text.strip() else [],
        "reasons": [] if granted else refusal_reasons(reason_code, text.strip()),
        "basis": cited(
            [*_cites(item, "mock.offline"), *_cites(item, "mock.validity"), *_cites(item, "mock.land_matters")]
        ),
        "no_force": NO_FORCE,
        "valid_until": last_day(until) if until else None,
        "keeper": item.project.hall.name,
        "contact": contact(item),
        "decided_on": iso(at),
        "verify_url": None,
        "watermark": MOCK,
    }
