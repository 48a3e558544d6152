"""What the departments said in a round of guidance, as one paper:
the conclusion on a page, every matter in the annex.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from yinuo.core.calendar import TZ
from yinuo.engine.documents.actions import issue
from yinuo.engine.documents.models import Document
from yinuo.engine.documents.wording import iso
from yinuo.engine.rules import pack
from yinuo.engine.work.clocks import calendar
from yinuo.rooms.onemap.models import Guidance, GuidanceKind, MapItem
from yinuo.rooms.onemap.papers import in_days
from yinuo.rooms.onemap.planning import plan_of
from yinuo.rooms.onemap.room import MapPaper
from yinuo.rooms.projects.models import Project
from yinuo.rooms.projects.papers import lines, short_code

LEVELS = {"county": "县级", "prefecture": "州级", "province": "省级", "state": "国家级"}
MARKS = {GuidanceKind.PRE_START: "辅", GuidanceKind.COMPLETION: "验辅"}


def issue_summary(guidance: Guidance, project: Project, items: Sequence[MapItem], at: datetime) -> Document:
    """The paper of a merged round; `items` is the map as it was drawn from it, empty for the second guidance."""
    data = summary(guidance, project, items, at)
    return issue(
        kind=MapPaper.GUIDANCE,
        subject=project,
        data=data,
        at=at,
        number=data["number"],
        project_code=project.code or "",
        unit_id=project.unit_id,
    )


def summary(guidance: Guidance, project: Project, items: Sequence[MapItem], at: datetime) -> dict[str, Any]:
    """shapes.GuidanceSummaryData (正文·三(三)、三(八))."""
    drawn = {item.matter_id: item for item in items}
    answers = list(guidance.answers.select_related("department").order_by("id"))
    matters = [
        _matter(row, answer.department.name, drawn.get(row["matter_id"]))
        for answer in answers
        for row in answer.matters
    ]
    place = {item.name: item.position for item in items}
    matters.sort(key=lambda row: (not row["needed"], place.get(row["name"], 0)))
    plan = plan_of(items, {}, project.rules_on, at) if items else None
    return {
        **lines(project),
        "number": f"{pack().parameter('place.name', project.rules_on).value}{MARKS[GuidanceKind(guidance.kind)]}"
        f"〔{at.astimezone(TZ).year}〕{short_code(project)}号",
        "hall": project.hall.name,
        "kind": guidance.kind,
        "departments": len({answer.department_id for answer in answers}),
        "matters": matters,
        "landing_on": plan.landing_on.isoformat() if plan else None,
        "working_days": plan.working_days if plan else 0,
        "provisional": calendar().day(plan.landing_on).provisional if plan else False,
        "chain": [drawn[name].name for name in plan.critical] if plan else [],
        "issued_on": iso(at),
        "watermark": None,
    }


def _matter(row: Mapping[str, Any], department: str, item: MapItem | None) -> dict[str, Any]:
    promisable = item.promisable if item else False
    # The company is told of the region's result with the guidance (附件3·三(三)).
    shared = f"共享区域评估结果（{item.present.document_number}），不再单独办理" if item and item.shared_id else ""
    after = item.after if item else row["after"]
    return {
        "name": row["name"],
        "department": department,
        "level": LEVELS.get(row["level"], "其他"),
        "needed": row["needed"] == "yes",
        "limit": in_days(row["days"], row["unit"]),
        "after": [pack().matters[name].full_name for name in after],
        "materials": [material["name"] for material in row["materials"]],
        "promisable": promisable,
        "way": _way(item),
        "note": "；".join(filter(None, [shared, row["note"]])),
    }


def _way(item: MapItem | None) -> str:
    if item is not None and item.shared_id is not None:
        return "共享区域评估"
    return "可以选择信用承诺制" if item is not None and item.promisable else "常规办理"
