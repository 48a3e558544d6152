"""A project that is withdrawn or given up is inspected no more; what was published of it stays."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from yinuo.engine.base import Actor
from yinuo.engine.trail.actions import record
from yinuo.rooms.inspections.models import InspectionState, RandomInspection
from yinuo.rooms.projects.models import Project


def project_ended(*, actor: Actor, subject: Project, at: datetime, why: str, **_: Any) -> None:
    """The clocks end with all of the project's (work.cancel_of_project); the caller holds its lock."""
    rows = RandomInspection.objects.select_for_update(no_key=True, of=("self",)).filter(project=subject)
    over = [InspectionState.CONCLUDED, InspectionState.CANCELLED]
    for inspection in rows.exclude(state__in=over).order_by("pk"):
        inspection.state, inspection.version = InspectionState.CANCELLED, inspection.version + 1
        inspection.save(update_fields=["state", "version"])
        record(actor, "inspections.cancel", inspection, at=at, project_code=subject.code or "", why=why)
