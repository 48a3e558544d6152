"""Red lights are coordinated, problems are written down and handled; neither stops a clock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from yinuo.engine.base import Actor, PageRef, Refused, forbid
from yinuo.engine.notices.actions import tell
from yinuo.engine.people.models import Person
from yinuo.engine.trail.actions import action, answered, claim, record, remember
from yinuo.engine.work.actions import open_of
from yinuo.engine.work.lights import Light
from yinuo.rooms.onemap import access
from yinuo.rooms.onemap.actions.common import locked, need_text
from yinuo.rooms.onemap.models import Escalation, Problem
from yinuo.rooms.onemap.room import MapWork


@action
def open_escalation(
    *,
    actor: Actor,
    item_id: int,
    urged: Sequence[int],
    agreed: str,
    agreed_until: date | None,
    at: datetime,
    idempotency_key: str = "",
) -> Escalation:
    """启动协调机制 on a red light: who was urged and what was agreed. The clock runs on."""
    claimed = claim(actor, idempotency_key, "onemap.escalate", [item_id, sorted(urged), agreed, agreed_until], at=at)
    if (known := answered(claimed)) is not None:
        return Escalation.objects.get(pk=known)
    item = locked(item_id)
    if not access.can_escalate(actor, item):
        raise forbid("只有总召集人可以启动协调")
    work = open_of(item, MapWork.LIMIT) or open_of(item, MapWork.RECEIPT)
    if work is None or work.light_at(at) != Light.RED:
        raise Refused("onemap.not_red", "只有红灯事项需要启动协调", remedy="黄灯事项请由监督员催办")
    inside = Person.objects.filter(pk__in=urged, is_active=True, memberships__department__hall_id=item.project.hall_id)
    people = list(inside.distinct().order_by("id"))
    if not people:
        raise Refused("onemap.urged", "请选择催办的人员", field="urged")
    made, created = Escalation.objects.get_or_create(
        item=item,
        defaults={
            "opened_at": at,
            "opened_by_id": actor.person_id,
            "urged": [person.pk for person in people],
            "agreed": need_text(agreed, "agreed", "请写明协调的意见"),
            "agreed_until": agreed_until,
        },
    )
    if not created:
        raise Refused("onemap.escalated", "这个事项已经启动过协调", remedy="请在原协调记录中办结")
    record(
        actor,
        "onemap.escalate",
        made,
        at=at,
        project_code=item.project.code or "",
        why=agreed,
        data={"item": item.pk, "urged": made.urged},
    )
    tell(
        "urged",
        at=at,
        persons=people,
        project_code=item.project.code or "",
        page=PageRef("staff:item", item_id=item.pk),
        title=item.name,
        note=agreed[:60],
    )
    remember(claimed, made)
    return made


@action
def close_escalation(*, actor: Actor, item_id: int, outcome: str, at: datetime) -> Escalation:
    item = locked(item_id)
    if not access.can_escalate(actor, item):
        raise forbid("只有总召集人可以办结协调")
    made = Escalation.objects.select_for_update().get(item=item)
    if made.closed_at is None:
        made.closed_at, made.agreed = at, f"{made.agreed}\n{need_text(outcome, 'outcome', '请写明协调的结果')}"
        made.save(update_fields=["closed_at", "agreed"])
        record(
            actor,
            "onemap.close_escalation",
            made,
            at=at,
            project_code=item.project.code or "",
            why=outcome,
            data={"item": item.pk},
        )
    return made


@action
def report_problem(*, actor: Actor, item_id: int, text: str, at: datetime, idempotency_key: str = "") -> Problem:
    """A problem found in supervision (附件7·第十七条); it shows on the map with its handling."""
    claimed = claim(actor, idempotency_key, "onemap.report_problem", [item_id, text], at=at)
    if (known := answered(claimed)) is not None:
        return Problem.objects.get(pk=known)
    item = locked(item_id)
    if not access.can_report_problem(actor, item):
        raise forbid()
    made = Problem.objects.create(
        item=item, text=need_text(text, "text", "请写明发现的问题"), found_by_id=actor.required_person_id, found_at=at
    )
    record(
        actor,
        "onemap.report_problem",
        made,
        at=at,
        project_code=item.project.code or "",
        why=text,
        chain="anomaly.reported",
    )
    remember(claimed, made)
    return made


@action
def handle_problem(*, actor: Actor, problem_id: int, handling: str, at: datetime) -> Problem:
    item = locked(Problem.objects.values_list("item_id", flat=True).get(pk=problem_id))
    if not access.can_report_problem(actor, item):
        raise forbid()
    made = Problem.objects.select_for_update().get(pk=problem_id)
    if made.handled_at is None:
        made.handling, made.handled_at = need_text(handling, "handling", "请写明处理情况"), at
        made.save(update_fields=["handling", "handled_at"])
        record(
            actor,
            "onemap.handle_problem",
            made,
            at=at,
            project_code=item.project.code or "",
            why=handling,
            chain="anomaly.closed",
        )
    return made
