"""A matter that ended in a contract signed outside the platform, such as the supply of land."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Max

from yinuo.engine.base import Actor, Refused
from yinuo.engine.catalogue.queries import book
from yinuo.engine.rules import pack
from yinuo.engine.trail.actions import action, record
from yinuo.engine.work.actions import close, open_of
from yinuo.rooms.onemap import building
from yinuo.rooms.onemap.actions import applying
from yinuo.rooms.onemap.actions.results import land
from yinuo.rooms.onemap.models import DECIDED, ItemState, MapItem, Outcome
from yinuo.rooms.onemap.room import MapWork
from yinuo.rooms.projects.models import Project


@action
def take_over(*, actor: Actor, item: MapItem, old: MapItem, project: Project, at: datetime) -> bool:
    """A decision under the code that this project replaces holds for the matter on its map, under the same number.

    `item` is locked and of `project`; False = it is not open any more, or `old` is not granted.
    """
    if item.state != ItemState.OPEN or old.state != ItemState.GRANTED or old.application is None:
        return False
    former = old.application
    item.project, item.route = project, old.route
    applying.settle(
        item,
        ItemState.GRANTED,
        Outcome.GRANTED,
        at,
        text=f"原代码 {old.project.code} 的决定继续有效",
        document_number=former.document_number,
        delivered_at=former.delivered_at or at,
    )
    record(
        actor,
        "onemap.take_over",
        item,
        at=at,
        project_code=project.code or "",
        data={
            "matter": item.matter_id,
            "document_number": former.document_number,
            "granted": True,
            "route": item.route,
            "from": old.pk,
        },
        chain="approval.document",
    )
    land(item, at)
    return True


@action
def take_in_contract(
    *, actor: Actor, project: Project, matter_id: str, contract: str, text: str, at: datetime
) -> MapItem:
    """The matter stands on the map as granted by `contract`; one still open there, or under way, ends with it.

    Project locked. Raises Refused for a map not drawn yet, or a matter refused or granted by another document.
    """
    items = MapItem.objects.filter(project=project)
    top = items.aggregate(top=Max("position"))["top"]
    if top is None:
        raise Refused("onemap.no_map", "项目的“一张图”还没有生成", remedy="前期辅导完成后再办理")
    item = (
        items.select_for_update(no_key=True, of=("self",))
        .select_related("department", "handler", "application")
        .filter(matter_id=matter_id)
        .first()
    )
    if item is None:
        on_map = set(items.values_list("matter_id", flat=True)) | {matter_id}
        want = building.Wanted(pack().matters[matter_id], "yes", (), (), None)
        row = building.proposal(want, on_map, project.rules_on)
        item = building.build_item(project, row, top + 1, on_map, book(project.hall_id), building.scheme_of(project))
        item.save(force_insert=True)
    item.project = project
    if item.state == ItemState.GRANTED and item.present.document_number == contract:
        return item
    if item.state in DECIDED:
        raise Refused(
            "onemap.state",
            (
                f"“{item.name}”已是“{item.get_state_display()}”（{item.present.document_number}），"
                f"与合同 {contract} 不符"
            ),
            remedy="请先核对该事项的办理结果",
        )
    for kind in (MapWork.RECEIPT, MapWork.LIMIT, MapWork.RECTIFICATION):
        work = open_of(item, kind)
        if work is not None:
            close(actor=actor, item=work, at=at, outcome="contracted")
    applying.settle(item, ItemState.GRANTED, Outcome.GRANTED, at, text=text, document_number=contract, delivered_at=at)
    record(
        actor,
        "onemap.take_in_contract",
        item,
        at=at,
        project_code=project.code or "",
        data={"matter": matter_id, "document_number": contract, "granted": True, "route": item.route},
        chain="approval.document",
    )
    land(item, at)
    return item
