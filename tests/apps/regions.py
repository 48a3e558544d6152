"""A zone with published results for tests: the process is played elsewhere, here a result simply stands."""

from __future__ import annotations

import itertools
from datetime import date, datetime
from typing import Any

from tests.apps.county import County, at
from yinuo.engine.catalogue.models import RegionalResult, Zone
from yinuo.engine.documents.models import StoredFile
from yinuo.engine.people.models import Department
from yinuo.engine.rules import pack

ZONE = "chuimatan"
_numbers = itertools.count(1)
PUBLISHED = at("2026-10-12 10:00")


def new_zone(county: County, key: str = ZONE, name: str = "吹麻滩工业园区") -> Zone:
    body, _ = Department.objects.get_or_create(
        hall=county.hall, key=f"zone-{key}", defaults={"name": f"{name}管理委员会", "short_name": f"{name}管委会"}
    )
    return Zone.objects.create(
        hall_id=county.hall.pk,
        key=key,
        name=name,
        kind="industrial",
        body=body,
        place="东至大河家路，西至吹麻滩河",
        from_on=date(2024, 1, 1),
    )


def new_result(zone: Zone, matter_id: str, conditions: dict[str, Any] | None = None, **changes: Any) -> RegionalResult:
    """A result in force from October 2026 for three years, with a report of its own."""
    number = next(_numbers)
    matter = pack().matters[matter_id]
    department = Department.objects.get(hall_id=zone.hall_id, key=matter.department)
    content = b"%PDF-1.4\n%%EOF\n" + str(number).encode()
    file = StoredFile.objects.create(
        sha256=f"{number:064d}",
        name="区域评估报告.pdf",
        content_type="application/pdf",
        size=len(content),
        content=content,
        at=PUBLISHED,
    )
    values: dict[str, Any] = {
        "hall_id": zone.hall_id, "zone": zone, "matter_id": matter_id, "department": department,
        "assessment_id": -number, "title": f"{zone.name}{matter.name}区域评估报告",
        "institution": "甘肃陇原工程咨询有限公司", "qualification": "甲级",
        "report_number": f"QP-{number}", "report_on": date(2026, 9, 20), "report_file": file,
        "scope": "园区规划范围内新建、扩建项目", "conditions": conditions or {},
        "obligations": ["施工前十日内报送施工组织设计"], "document_number": f"积区评〔2026〕{number}号",
        "approved_at": PUBLISHED, "published_at": PUBLISHED, "from_on": date(2026, 10, 12), "to_on": date(2029, 10, 12),
    }  # fmt: skip
    return RegionalResult.objects.create(**{**values, **changes})


def in_zone(key: str = ZONE, **changes: Any) -> dict[str, Any]:
    """Changes to the organic-fertiliser project that settle it in a zone."""
    return {**changes, "site": {**changes.get("site", {}), "zone_id": key}}


def day(text: str) -> datetime:
    return at(f"{text} 10:00")
