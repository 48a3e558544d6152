"""用地清单 as the buyer gets it: the parcel, the survey, key indicators, design points,
and what is already assessed.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from yinuo.core.calendar import TZ
from yinuo.engine.documents.wording import cited, iso
from yinuo.engine.rules import pack
from yinuo.rooms.land import rules
from yinuo.rooms.land.indicators import requirements
from yinuo.rooms.land.models import BasicKind, LandChecklist, ListInput, Part


def number_of(land_list: LandChecklist, at: datetime) -> str:
    """One number for a parcel's list in all its versions; from the second on it says which."""
    parcel = land_list.parcel
    first = f"{parcel.department.short_name}用地清单〔{at.astimezone(TZ).year}〕{parcel.number}"
    return first if land_list.number == 1 else f"{first}（第{land_list.number}版）"


def land_list(
    row: LandChecklist, at: datetime, *, project_code: str, project_name: str, watermark: str | None = None
) -> dict[str, Any]:
    """shapes.LandListData."""
    parcel, day = row.parcel, at.astimezone(TZ).date()
    unit, basics = parcel.unit, rules.basics_of(parcel)
    inputs = list(row.inputs.select_related("department").order_by("id"))
    return {
        "project_name": project_name,
        "project_code": project_code,
        "unit_name": unit.name if unit else "",
        "credit_code": (unit.credit_code or "") if unit else "",
        "number": number_of(row, at),
        "department": parcel.department.name,
        "version": row.number,
        "why": row.why,
        "parcel_number": parcel.number,
        "parcel_name": parcel.name,
        "zone": parcel.zone.name if parcel.zone else "",
        "place": parcel.place,
        "area": f"{parcel.area.normalize():f}",
        "mu": parcel.mu,
        "land_use": str(parcel.get_land_use_display()),
        "standard": parcel.standard_id is not None,
        "contract": parcel.contract_number,
        "contract_on": parcel.contract_on.isoformat() if parcel.contract_on else None,
        "surveyed_on": row.surveyed_on.isoformat(),
        "survey": row.survey,
        "basics": [
            {"name": str(label), "on": basics[kind].on.isoformat(), "evidence": basics[kind].evidence}
            for kind, label in BasicKind.choices
            if kind in basics and basics[kind].ready
        ],
        "assessed": [
            {"name": one.name, "on": one.on.isoformat(), "evidence": one.evidence}
            for one in rules.assessed(parcel, day).values()
        ],
        "controls": requirements(parcel.indicators),
        "indicators": _said(inputs, Part.INDICATORS),
        "design": _said(inputs, Part.DESIGN),
        "silent": [one.department.name for one in inputs if one.answered_at is None],
        "basis": cited(pack().parameter("land_list.indicator_departments", day).cites),
        "issued_on": iso(at),
        "verify_url": None,
        "watermark": watermark,
    }


def _said(inputs: list[ListInput], part: Part) -> list[dict[str, Any]]:
    return [
        {"office": one.department.name, "points": [dict(point) for point in one.points]}
        for one in inputs
        if one.part == part and one.answered_at is not None
    ]
