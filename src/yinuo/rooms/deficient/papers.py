"""The two forms of 附件5: 5—1 the application with the department's opinion,
5—2 the notice that the applicant signs.
"""

from __future__ import annotations

from typing import Any

from yinuo.core.wording import day_words
from yinuo.engine.base import NO_ROW
from yinuo.engine.documents.wording import iso
from yinuo.engine.people.models import Person
from yinuo.rooms.deficient.models import DeficientAcceptance, DeficientState
from yinuo.rooms.onemap.papers import verify_url

BLANK_APPLICATION: dict[str, Any] = {
    "project_name": "",
    "project_code": "",
    "contact_name": None,
    "contact_phone": None,
    "site": None,
    "total_investment": None,
    "situation": None,
    "matters": [],
    "unit_name": "",
    "legal_representative": None,
    "applied_on": None,
    "opinions": [],
    "watermark": None,
}
BLANK_NOTICE: dict[str, Any] = {
    "number": "",
    "project_name": "",
    "project_code": "",
    "unit_name": "",
    "matter_name": None,
    "received_on": None,
    "missing": [],
    "due_on": None,
    "department": "",
    "issued_on": None,
    "verify_url": None,
    "watermark": None,
}


def application(row: DeficientAcceptance) -> dict[str, Any]:
    """shapes.DeficientApplicationData, as far as the department has spoken."""
    project, facts = row.item.project, row.item.project.facts
    spoken = row.opinion_at is not None
    return {
        "project_name": project.name,
        "project_code": project.code or "",
        "contact_name": row.contact_name,
        "contact_phone": row.contact_phone,
        "site": (facts.get("site") or {}).get("address"),
        "total_investment": str(facts["total_investment"]) if facts.get("total_investment") is not None else None,
        "situation": row.situation,
        "matters": [f"{row.item.name}（空缺：{'、'.join(one['name'] for one in row.missing)}）"],
        "unit_name": project.unit.name,
        "legal_representative": project.unit.legal_representative or None,
        "applied_on": iso(row.applied_at),
        "opinions": [
            {
                "department": row.item.department.name,
                "text": _opinion(row) if spoken else None,
                "name": Person.objects.values_list("name", flat=True).get(pk=row.opinion_by_id or NO_ROW)
                if spoken
                else None,
                "on": iso(row.opinion_at) if row.opinion_at else None,
            }
        ],
        "watermark": None,
    }


def _opinion(row: DeficientAcceptance) -> str:
    if row.state == DeficientState.DECLINED:
        return f"不予容缺受理：{row.opinion}"
    assert row.due_on is not None
    words = f"主件齐全，基本审批条件具备，同意容缺受理，空缺材料应在{day_words(row.due_on)}前补齐。"
    return f"{words}{row.opinion}" if row.opinion else words


def notice(row: DeficientAcceptance) -> dict[str, Any]:
    """shapes.DeficientNoticeData."""
    project = row.item.project
    assert row.due_on is not None and row.opinion_at is not None
    return {
        "number": row.number,
        "project_name": project.name,
        "project_code": project.code or "",
        "unit_name": project.unit.name,
        "matter_name": row.item.name,
        "received_on": iso(row.applied_at),
        "missing": [one["name"] for one in row.missing],
        "due_on": row.due_on.isoformat(),
        "department": row.item.department.name,
        "issued_on": iso(row.opinion_at),
        "verify_url": verify_url(row.item),
        "watermark": None,
    }
