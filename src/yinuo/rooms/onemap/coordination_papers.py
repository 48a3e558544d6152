"""协调会议纪要: who met over what, and what came of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from yinuo.engine.base import NO_ROW
from yinuo.engine.documents.wording import cited, iso, moment
from yinuo.engine.people.models import Person
from yinuo.engine.rules import pack
from yinuo.rooms.onemap.models import Coordination


def minutes(made: Coordination, at: datetime) -> dict[str, Any]:
    """shapes.CoordinationMinutesData."""
    project = made.project
    opinions = made.opinions.select_related("department", "given_by").order_by("id")
    affected = made.affected.select_related("item__department").order_by("item__position")
    assert made.started_at is not None
    return {
        "project_name": project.name,
        "project_code": project.code or "",
        "unit_name": project.unit.name,
        "credit_code": project.unit.credit_code or "",
        "issuer": made.lead.name,
        "issue": made.issue,
        "requested_from": made.requested_from.name,
        "requested_on": iso(made.requested_at),
        "started_at": moment(made.started_at),
        "convener": Person.objects.values_list("name", flat=True).get(pk=made.started_by_id or NO_ROW),
        "meeting_at": moment(made.meeting_at) if made.meeting_at else None,
        "meeting_place": made.meeting_place or None,
        "opinions": [
            {
                "department": row.department.name,
                "lead": row.department_id == made.lead_id,
                "text": row.text or None,
                "name": row.given_by.name if row.given_by else None,
            }
            for row in opinions
        ],
        "items": [
            {"name": row.item.name, "department": row.item.department.name, "paused": row.paused} for row in affected
        ],
        "conclusion": made.conclusion,
        "concluded_at": moment(at),
        "basis": cited([cite for row in pack().pauses if row.id == "coordination" for cite in row.cites]),
        "watermark": None,
    }
