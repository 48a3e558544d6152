"""Decisions, inspections and penalties for other systems: written with what they tell of, placed in the feed after it is committed.

Numbers that are given inside a transaction become visible out of order; so a place is given by one writer at a time to what is
committed, and who reads on from a place misses nothing.
"""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction

from yinuo.apps.inspections.models import Inspection
from yinuo.apps.onemap.models import MapItem
from yinuo.apps.oversight.actions.common import day_of
from yinuo.apps.oversight.models import LifeRecord, RecordKind, Shared, SharedKind
from yinuo.apps.oversight.specs import SPECS
from yinuo.apps.projects.models import Project
from yinuo.apps.trail.actions import current

LOCK = 0x736861726564  # "shared"
PLACE = """
    INSERT INTO oversight_sharedplace (entry_id)
    SELECT s.id FROM oversight_shared s LEFT JOIN oversight_sharedplace p ON p.entry_id = s.id WHERE p.id IS NULL ORDER BY s.id
"""
SHARED_RECORDS = {RecordKind.INSPECTION: SharedKind.INSPECTION, RecordKind.PENALTY: SharedKind.PENALTY}


def share(kind: SharedKind, project: Project, number: str, data: dict[str, object], at: datetime) -> None:
    """Inside the action that it tells of."""
    told = {
        "project_code": project.code,
        "project": project.name,
        "unit": project.unit.name,
        "unit_code": project.unit.credit_code,
        **data,
    }
    row = Shared(kind=kind, project=project, hall_id=project.hall_id, number=number[:80], on=day_of(at), data=told, at=at)
    current().add(row)


def share_decision(item: MapItem, at: datetime) -> None:
    data: dict[str, object] = {
        "matter": item.matter_id,
        "matter_name": item.name,
        "department": item.department.name,
        "granted": item.state == "granted",
        "route": item.route,
        "document_number": item.document_number,
    }
    share(SharedKind.DECISION, item.project, item.document_number, data, at)


def share_inspection(made: Inspection, at: datetime) -> None:
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
    share(SharedKind.INSPECTION, made.project, made.plan.number, data, at)


def share_record(row: LifeRecord, at: datetime) -> None:
    """An inspection or a penalty, by hand or from another system; `round` > 1 corrects what was shared before."""
    kind = SHARED_RECORDS.get(RecordKind(row.kind))
    if kind is not None:
        fields = {one.name: row.data.get(one.name) for one in SPECS[row.kind].fields}
        data: dict[str, object] = {**fields, "number": row.number, "on": row.on.isoformat(), "record": row.pk, "round": row.round}
        share(kind, row.project, row.number, {**data, "replaces": row.replaces_id, "system": row.system}, at)


def place_shared() -> int:
    """Gives a place to every committed entry that has none; one at a time, so that places are seen in their order. Returns how many."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        cursor.execute(PLACE)
        return int(cursor.rowcount)
