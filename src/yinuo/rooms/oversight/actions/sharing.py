"""Decisions, inspections and penalties for other systems (正文·一(二))."""

from __future__ import annotations

from datetime import datetime

from yinuo.engine.feeds.actions import write
from yinuo.rooms.inspections.models import RandomInspection
from yinuo.rooms.onemap.models import MapItem
from yinuo.rooms.oversight.actions.common import day_of
from yinuo.rooms.oversight.models import SHARED_FEED, LifeRecord, RecordKind, SharedKind
from yinuo.rooms.oversight.specs import SPECS
from yinuo.rooms.projects.models import Project

SHARED_RECORDS = {RecordKind.INSPECTION: SharedKind.INSPECTION, RecordKind.PENALTY: SharedKind.PENALTY}


def share(kind: SharedKind, project: Project, data: dict[str, object], at: datetime) -> None:
    """Inside the action that it tells of."""
    told = {
        "project_code": project.code,
        "project": project.name,
        "unit": project.unit.name,
        "unit_code": project.unit.credit_code,
        **data,
    }
    write(SHARED_FEED, kind, project.unit, hall_id=project.hall_id, project_code=project.code or "", data=told, at=at)


def share_decision(item: MapItem, at: datetime) -> None:
    data: dict[str, object] = {
        "matter": item.matter_id,
        "matter_name": item.name,
        "department": item.department.name,
        "granted": item.state == "granted",
        "route": item.route,
        "document_number": item.present.document_number,
    }
    share(SharedKind.DECISION, item.project, data, at)


def share_inspection(made: RandomInspection, at: datetime) -> None:
    """The published result of a random inspection."""
    data: dict[str, object] = {
        "number": made.plan.number,
        "on": day_of(made.inspected_at or at).isoformat(),
        "body": made.plan.lead.name,
        "subject": made.plan.title,
        "result": made.outcome,
        "note": made.get_outcome_display(),
        "inspection": made.pk,
    }
    share(SharedKind.INSPECTION, made.project, data, at)


def share_record(row: LifeRecord, at: datetime) -> None:
    """An inspection or a penalty, by hand or from another system; `round` > 1 corrects what was shared before."""
    kind = SHARED_RECORDS.get(RecordKind(row.kind))
    if kind is not None:
        fields = {one.name: row.data.get(one.name) for one in SPECS[row.kind].fields}
        data: dict[str, object] = {
            **fields,
            "number": row.number,
            "on": row.on.isoformat(),
            "record": row.pk,
            "round": row.round,
        }
        share(kind, row.project, {**data, "replaces": row.replaces_id, "system": row.system}, at)
