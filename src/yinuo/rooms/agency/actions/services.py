"""What is done under an agreement: the log, the plan, the green channel, the package handed in for the unit
(附件6·四(二)).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from yinuo.engine.base import Actor, PageRef, Refused
from yinuo.engine.notices.actions import tell
from yinuo.engine.notices.effects import readers
from yinuo.engine.trail.actions import action, answered, claim, record, remember
from yinuo.engine.work.actions import add_tag
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.agency import access, queries
from yinuo.rooms.agency.actions.common import code_of, day_of, need_force, need_text, take, tell_unit
from yinuo.rooms.agency.models import (
    IN_FORCE,
    Agreement,
    FilingPlan,
    GreenChannel,
    Package,
    ServiceEntry,
    ServiceKind,
)
from yinuo.rooms.onemap.actions import submit_materials
from yinuo.rooms.onemap.models import ENDED, MapItem, Submission

GREEN = "绿色通道"


def need_service(agreement: Agreement, kind: str) -> None:
    if kind not in agreement.services:
        label = ServiceKind(kind).label
        raise Refused("agency.outside", f"协议没有委托“{label}”", field="kind", remedy="需要的，请项目单位重新申请")


def need_matter(agreement: Agreement, matter_id: str) -> MapItem:
    """The matter on the project's map. Raises Refused for one the agreement does not cover."""
    found = (
        MapItem.objects.filter(project_id=agreement.project_id, matter_id=matter_id)
        .select_related("department", "handler")
        .first()
    )
    if found is None or not agreement.covers(matter_id):
        raise Refused(
            "agency.outside_matter", "这个事项不在协议委托的范围内", field="matter", remedy="协议写明的事项见协议第二条"
        )
    return found


@action
def log_service(
    *,
    actor: Actor,
    agreement_id: int,
    kind: str,
    on: date,
    text: str,
    at: datetime,
    matter_id: str = "",
    idempotency_key: str = "",
) -> ServiceEntry:
    """Puts down what was done for the unit; what was handed in is put down by itself."""
    agreement = take(actor, agreement_id, access.can_serve, IN_FORCE, None)
    claimed = claim(actor, idempotency_key, "agency.log", [agreement_id, kind, on, text, matter_id], at=at)
    if (known := answered(claimed)) is not None:
        return ServiceEntry.objects.get(pk=known)
    if kind not in ServiceKind.values:
        raise Refused("agency.kind", "请选择服务的种类", field="kind")
    need_service(agreement, kind)
    if matter_id:
        need_matter(agreement, matter_id)
    if not agreement.from_on <= on <= day_of(at):
        raise Refused("agency.on", "服务日期应在协议开始以后、今天以前", field="on")
    text = need_text(text, "text", "请写明做了什么")
    made = ServiceEntry.objects.create(
        agreement=agreement, kind=kind, matter_id=matter_id, on=on, text=text, by_id=actor.person_id, at=at
    )
    record(
        actor,
        "agency.log",
        made,
        at=at,
        project_code=code_of(agreement),
        why=text,
        data={"kind": kind, "matter": matter_id, "on": on},
    )
    remember(claimed, made)
    return made


@action
def draw_plan(
    *, actor: Actor, agreement_id: int, at: datetime, note: str = "", idempotency_key: str = ""
) -> FilingPlan:
    """The dates on which each matter is to be handed in and concluded, as the planner has them today; shared with the
    unit.
    """
    agreement = take(actor, agreement_id, access.can_serve, IN_FORCE, None)
    claimed = claim(actor, idempotency_key, "agency.plan", [agreement_id, note], at=at)
    if (known := answered(claimed)) is not None:
        return FilingPlan.objects.get(pk=known)
    need_force(agreement, day_of(at))
    need_service(agreement, ServiceKind.GUIDE)
    rows = queries.planned_rows(agreement, at)
    if not rows:
        raise Refused("agency.no_map", "“一张图”还没有生成，或者没有要办的事项", remedy="前期辅导完成后再制定进度计划")
    made = FilingPlan.objects.create(agreement=agreement, rows=rows, note=note.strip(), by_id=actor.person_id, at=at)
    record(
        actor, "agency.plan", made, at=at, project_code=code_of(agreement), why=made.note, data={"matters": len(rows)}
    )
    tell_unit("agency_planned", agreement, at, count=len(rows))
    remember(claimed, made)
    return made


@action
def ask_green_channel(
    *, actor: Actor, agreement_id: int, matters: Sequence[str], reason: str, at: datetime
) -> list[GreenChannel]:
    """Asks the departments to take these matters first: the mark stands in their inbox as long as the matter runs."""
    agreement = take(actor, agreement_id, access.can_serve_or_head, IN_FORCE, None)
    need_force(agreement, day_of(at))
    need_service(agreement, ServiceKind.COORDINATE)
    reason = need_text(reason, "reason", "请写明开辟绿色通道的理由：项目投资规模、建设计划、审批时限等")
    if not matters:
        raise Refused("agency.green_matters", "请选择要优先办理的事项", field="matters")
    items = [need_matter(agreement, name) for name in dict.fromkeys(matters)]
    over = [item.name for item in items if item.state in ENDED]
    if over:
        raise Refused("agency.green_over", f"“{over[0]}”已经办结，无需绿色通道", field="matters")
    made = []
    for item in items:
        row, new = GreenChannel.objects.get_or_create(
            agreement=agreement,
            matter_id=item.matter_id,
            defaults={"reason": reason, "by_id": actor.person_id, "at": at},
        )
        if new:
            _ask_department(actor, agreement, item, reason, at)
        made.append(row)
    names = "、".join(item.name for item in items)
    record(
        actor, "agency.green", agreement, at=at, project_code=code_of(agreement), why=reason, data={"matters": names}
    )
    return made


def _ask_department(actor: Actor, agreement: Agreement, item: MapItem, reason: str, at: datetime) -> None:
    open_ones = WorkItem.objects.filter(
        subject_kind="onemap.mapitem", subject_id=item.pk, state__in=["running", "paused"]
    )
    persons = {person.pk: person for work in open_ones.select_related("assignee") for person in readers(work, at)}
    if not persons and item.handler is not None:
        persons = {item.handler.pk: item.handler}
    mark(item)
    tell(
        "agency_green",
        at=at,
        persons=persons.values(),
        project_code=code_of(agreement),
        page=PageRef("staff:item", item_id=item.pk),
        project=agreement.project.name,
        matter=item.name,
        why=reason,
    )


def mark(item: MapItem) -> None:
    """What is open on the matter shows in the inbox that it goes first."""
    for work in WorkItem.objects.filter(
        subject_kind="onemap.mapitem", subject_id=item.pk, state__in=["running", "paused"]
    ).order_by("id"):
        add_tag(item=work, tag=GREEN)


@action
def submit_package(
    *, actor: Actor, agreement_id: int, parts: Sequence[dict[str, Any]], at: datetime, idempotency_key: str = ""
) -> Package:
    """Several matters handed in together for the unit, in the order of their prerequisites; all of them or none.

    Shape of `parts`: [{"item": id, "materials": […as submit_materials…], "note": text?} …].
    """
    agreement = take(actor, agreement_id, access.can_act, IN_FORCE, None)
    claimed = claim(actor, idempotency_key, "agency.package", [agreement_id, list(parts)], at=at)
    if (known := answered(claimed)) is not None:
        return Package.objects.get(pk=known)
    need_force(agreement, day_of(at))
    need_service(agreement, ServiceKind.ACT)
    by_item = {part.get("item"): part for part in parts}
    items = list(MapItem.objects.filter(pk__in=[key for key in by_item if isinstance(key, int)]).order_by("position"))
    if len(items) < 2 or len(items) != len(parts):
        raise Refused(
            "agency.package", "套餐申报至少选择两个事项，每个事项一次", field="parts", remedy="单个事项请直接申报"
        )
    for item in items:
        if item.project_id != agreement.project_id or not agreement.covers(item.matter_id):
            raise Refused("agency.outside_matter", "这个事项不在协议委托的范围内", field="parts")
    submissions = [_hand_in(actor, item, by_item[item.pk], at) for item in queries.in_order(items)]
    made = Package.objects.create(
        agreement=agreement, submissions=[row.pk for row in submissions], by_id=actor.person_id, at=at
    )
    data = {"submissions": made.submissions}
    record(
        actor,
        "agency.package",
        made,
        at=at,
        project_code=code_of(agreement),
        why="、".join(item.name for item in items),
        data=data,
    )
    remember(claimed, made)
    return made


def _hand_in(actor: Actor, item: MapItem, part: dict[str, Any], at: datetime) -> Submission:
    """A refusal says which of the matters it is about."""
    try:
        return submit_materials(
            actor=actor, item_id=item.pk, materials=part.get("materials") or [], at=at, note=str(part.get("note") or "")
        )
    except Refused as refusal:
        refusal.message = f"“{item.name}”：{refusal.message}"
        raise
