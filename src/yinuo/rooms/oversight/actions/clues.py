"""Clues to breaches of discipline or law by staff:
handed to the competent body, and that they were (附件7·第二十二条).
"""

from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError, transaction

from yinuo.engine.base import NO_ROW, Actor, Refused, forbid, save
from yinuo.engine.people.models import InForce, Membership
from yinuo.engine.trail.actions import action, answered, claim, current, enter, record, remember
from yinuo.rooms.oversight import access
from yinuo.rooms.oversight.actions.common import day_of, need
from yinuo.rooms.oversight.models import Clue, ClueBody


@action
def hand_clue(
    *,
    actor: Actor,
    person_id: int,
    text: str,
    body: str,
    body_name: str,
    handed_on: date,
    receipt: str,
    at: datetime,
    idempotency_key: str = "",
) -> Clue:
    """移送.

    The trail and the chain say that a clue was handed over, and nothing of what it says or whom it concerns.
    """
    if not access.can_hand_clue(actor):
        raise forbid("只有监督员、主要负责同志可以移送线索")
    said = [person_id, text, body, body_name, handed_on, receipt]
    claimed = claim(actor, idempotency_key, "oversight.hand_clue", said, at=at)
    if (known := answered(claimed)) is not None:
        return Clue.objects.get(pk=known)
    member = (
        Membership.objects.filter(
            InForce.on(day_of(at)), person_id=person_id, department__hall_id=actor.hall_id or NO_ROW
        )
        .order_by("id")
        .first()
    )
    if member is None:
        raise forbid("只能移送涉及本大厅工作人员的线索")
    if person_id == actor.person_id:
        raise Refused(
            "oversight.person", "不能移送涉及本人的线索", field="person_id", remedy="请由其他监督员、主要负责同志移送"
        )
    if body not in ClueBody.values:
        raise Refused("oversight.body", "请选择移送给哪类机关", field="body")
    if handed_on > day_of(at):
        raise Refused("oversight.handed_on", "移送日期不能晚于今天", field="handed_on")
    name, number = need(body_name, "body_name", "请写明移送的机关"), need(receipt, "receipt", "请填写对方的回执编号")
    for field, value in (("body_name", name), ("receipt", number)):
        if len(value) > 80:
            raise Refused(f"oversight.{field}", "不能超过 80 个字", field=field)
    try:
        with transaction.atomic():
            made = Clue.objects.create(
                hall_id=actor.required_hall_id,
                person_id=person_id,
                department_id=member.department_id,
                text=need(text, "text", "请写明是什么线索"),
                body=body,
                body_name=name,
                handed_on=handed_on,
                receipt=number,
                handed_by_id=actor.required_person_id,
                at=at,
            )
    except IntegrityError as error:
        raise Refused(
            "oversight.receipt", "这个回执编号已经登记过", field="receipt", remedy="请核对回执编号"
        ) from error
    record(actor, "oversight.hand_clue", made, at=at)
    # Not even the office that handed it over is named: the platform signs.
    enter("clue.handed", f"{Clue._meta.label_lower}:{made.pk}", {}, at=at)
    current().dispatch = True
    remember(claimed, made)
    return made


@action
def record_clue_answer(*, actor: Actor, clue_id: int, answer: str, answered_on: date, at: datetime) -> Clue:
    """What the body answered, once."""
    made = Clue.objects.select_for_update(no_key=True).get(pk=clue_id)
    if not access.can_see_clue(actor, made):
        raise forbid("您不能查看这条线索")
    if made.answer:
        raise Refused("oversight.clue_answered", "已经登记过答复", remedy="请刷新页面查看")
    if not made.handed_on <= answered_on <= day_of(at):
        raise Refused("oversight.answered_on", "答复日期应在移送日期和今天之间", field="answered_on")
    made.answer, made.answered_on, made.answer_entered_at = need(answer, "answer", "请写明答复的要点"), answered_on, at
    save(made, "answer", "answered_on", "answer_entered_at")
    record(actor, "oversight.record_clue_answer", made, at=at)
    return made
