"""What the published result says on paper (评审结果公布)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings

from yinuo.core.calendar import DAY
from yinuo.core.regional import Conditions, regional_rows, which_projects
from yinuo.engine.catalogue.models import RegionalResult
from yinuo.engine.documents.wording import cited, iso
from yinuo.engine.rules import pack


def result_paper(result: RegionalResult, at: datetime) -> dict[str, Any]:
    """shapes.RegionalResultData."""
    matter, day = pack().matters[result.matter_id], result.from_on
    conditions = list(Conditions.from_json(result.conditions, pack().facts).in_words(pack().facts))
    conditions += [
        f"不适用于：{which_projects(row)}（负面清单第三部分第 {row.row} 项）"
        for row in regional_rows(matter.id, pack(), day)
    ]
    assert result.to_on is not None
    basis = [*pack().parameter("regional.sharing", day).cites, *matter.basis]
    return {
        "number": result.document_number,
        "department": result.department.name,
        "project_name": "",
        "project_code": "",
        "unit_name": result.zone.body.name,
        "credit_code": "",
        "zone": result.zone.name,
        "place": result.zone.place,
        "matter_name": matter.full_name,
        "title": result.title,
        "institution": result.institution,
        "institution_code": result.institution_code,
        "qualification": result.qualification,
        "report_number": result.report_number,
        "report_on": result.report_on.isoformat(),
        "report_sha256": result.report_file.sha256,
        "scope": result.scope,
        "conditions": conditions,
        "obligations": list(result.obligations),
        "from_on": result.from_on.isoformat(),
        "last_on": (result.to_on - DAY).isoformat(),
        "basis": cited(basis),
        "approved_on": iso(result.approved_at),
        "published_on": iso(at),
        "verify_url": f"{settings.YINUO_ORIGIN.rstrip('/')}/regional/{result.pk}/",
        "watermark": None,
    }
