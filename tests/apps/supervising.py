"""What the tests of supervision share: a start that is seen, a penalty on record, something to show."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from tests.apps.county import Company
from tests.apps.test_onemap import PDF
from yinuo.engine.base import Actor
from yinuo.engine.documents.actions import store_upload
from yinuo.rooms.oversight import actions
from yinuo.rooms.oversight.models import AnomalyWarning, LifeRecord
from yinuo.rooms.projects.models import Project

PENALTY = {
    "authority": "县住建局",
    "fact": "未取得施工许可证擅自施工",
    "clause": "《建筑法》第六十四条",
    "amount": "2.5",
    "published_until": "2027-11-06",
}


def see_start(
    watcher: Actor, project: Project, at: datetime, on: date | None = None, means: str = "patrol"
) -> AnomalyWarning:
    """A sighting of a start; the warning it leads to at once, where it does."""
    sighted(watcher, project, at, on, means)
    return AnomalyWarning.objects.filter(project=project).latest("id")


def sighted(
    watcher: Actor, project: Project, at: datetime, on: date | None = None, means: str = "patrol"
) -> LifeRecord:
    data = {"means": means, "note": "基坑已经开挖"}
    return actions.record_life(
        actor=watcher, project_id=project.pk, kind="sighting", on=on or at.date(), data=data, at=at
    )


def penalise(
    watcher: Actor, project: Project, at: datetime, number: str = "积建罚〔2026〕7号", **changes: Any
) -> LifeRecord:
    return actions.record_life(
        actor=watcher,
        project_id=project.pk,
        kind="penalty",
        number=number,
        on=at.date(),
        data={**PENALTY, **changes},
        at=at,
    )


def evidence(company: Company, at: datetime) -> list[int]:
    file = store_upload(actor=company.actor, name="整改照片.pdf", content=PDF, unit_id=company.unit.pk, at=at)
    return [file.pk]
