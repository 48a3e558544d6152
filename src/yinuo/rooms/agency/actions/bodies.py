"""The bodies and their people: opened and closed, agents named, trained and appraised (附件6·三, 五)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import IntegrityError, transaction

from yinuo.engine.base import Actor, Refused, forbid, refuse_if_taken
from yinuo.engine.people.models import Person
from yinuo.engine.trail.actions import action, answered, claim, record, remember
from yinuo.rooms.agency import access, queries
from yinuo.rooms.agency.actions.common import body_of, day_of, need_text, works
from yinuo.rooms.agency.models import (
    IN_FORCE,
    OPEN_APPLICATION,
    AgencyBody,
    Appraisal,
    AppraisalGrade,
    BodyLevel,
    ServiceAgent,
    Training,
)

HEAD = "代办服务机构由本大厅总召集人管理"


@action
def open_body(
    *,
    actor: Actor,
    hall_id: int,
    level: str,
    name: str,
    place: str,
    phone: str,
    at: datetime,
    parent_id: int | None = None,
) -> AgencyBody:
    """A body of the hall: the county's own, or a township's below it."""
    if not access.can_head(actor, hall_id):
        raise forbid(HEAD)
    if level not in BodyLevel.values:
        raise Refused("agency.level", "请选择机构的层级", field="level")
    name = need_text(name, "name", "请填写机构名称")[:80]
    place = need_text(place, "place", "请填写代办窗口的地址")[:160]
    phone = need_text(phone, "phone", "请填写联系电话")[:40]
    parent = body_of(parent_id, day_of(at)) if parent_id and level == BodyLevel.TOWNSHIP else None
    if level == BodyLevel.TOWNSHIP and (
        parent is None or parent.level != BodyLevel.COUNTY or parent.hall_id != hall_id
    ):
        raise Refused("agency.parent", "请选择指导它的县级机构", field="parent", remedy="乡镇机构由县级机构指导、考核")
    try:
        with transaction.atomic():
            body = AgencyBody.objects.create(
                hall_id=hall_id, level=level, parent=parent, name=name, place=place, phone=phone, from_on=day_of(at)
            )
    except IntegrityError as error:
        raise Refused(
            "agency.name_taken", "已经有一个同名的代办服务机构", field="name", remedy="请换一个名称"
        ) from error
    record(
        actor, "agency.open_body", body, at=at, why=name, data={"level": level, "parent": parent.pk if parent else None}
    )
    return body


@action
def close_body(*, actor: Actor, body_id: int, why: str, at: datetime) -> AgencyBody:
    """The body works no longer from today; first whatever it still serves is ended or finished."""
    body = AgencyBody.objects.select_for_update(no_key=True).get(pk=body_id)
    if not access.can_head(actor, body.hall_id):
        raise forbid(HEAD)
    why = need_text(why, "why", "请写明撤销的原因")
    busy = (
        body.agreements.filter(state__in=("offered", *IN_FORCE)).exists()
        or body.requests.filter(state__in=OPEN_APPLICATION).exists()
    )
    if busy or body.agents.filter(to_on__isnull=True).exists() or body.below.filter(to_on__isnull=True).exists():
        raise Refused("agency.body_busy", "机构还有在办的委托、代办员或者下级机构", remedy="请先办结委托、解除代办员")
    if body.to_on is None:
        body.to_on = max(day_of(at), body.from_on)
        body.save(update_fields=["to_on"])
        record(actor, "agency.close_body", body, at=at, why=why)
    return body


@action
def add_agent(*, actor: Actor, body_id: int, person_id: int, phone: str, at: datetime) -> ServiceAgent:
    """Somebody with the role of an agent in the body's hall takes their place in it."""
    day = day_of(at)
    body = body_of(body_id, day)
    if not access.can_head(actor, body.hall_id):
        raise forbid(HEAD)
    person = Person.objects.filter(pk=person_id).first()
    if person is None or not works(person, body, day):
        raise Refused(
            "agency.person",
            "请选择本大厅角色为代办员的人员",
            field="person",
            remedy="先在“人员与分工”中授予“代办员”角色",
        )
    phone = need_text(phone, "phone", "请填写服务电话")[:40]
    # Two who name the same person wait for each other.
    Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    with refuse_if_taken(
        "agency.agent_taken", f"{person.name}已经是代办员", field="person", remedy="请先解除原来的登记"
    ):
        agent = ServiceAgent.objects.create(body=body, person=person, phone=phone, from_on=day)
    record(
        actor,
        "agency.add_agent",
        agent,
        at=at,
        why=f"{body.name}：{person.name}",
        data={"body": body.pk, "person": person.pk},
    )
    return agent


@action
def end_agent(*, actor: Actor, agent_id: int, why: str, at: datetime) -> ServiceAgent:
    """Serves no longer from today; what they serve is passed on first, so that no company is left alone."""
    agent = (
        ServiceAgent.objects.select_for_update(no_key=True, of=("self",))
        .select_related("body", "person")
        .get(pk=agent_id)
    )
    if not access.can_head(actor, agent.body.hall_id):
        raise forbid(HEAD)
    why = need_text(why, "why", "请写明解除的原因")
    if agent.agreements.filter(state__in=("offered", *IN_FORCE)).exists():
        raise Refused("agency.agent_busy", f"{agent.person.name}还有在办的代办服务", remedy="请先改派给其他代办员")
    if agent.to_on is None:
        agent.to_on = max(day_of(at), agent.from_on)
        agent.save(update_fields=["to_on"])
        record(actor, "agency.end_agent", agent, at=at, why=why)
    return agent


@action
def record_training(
    *, actor: Actor, body_id: int, on: date, topic: str, agents: Sequence[int], at: datetime, idempotency_key: str = ""
) -> Training:
    """A session that has taken place, with those who were there: agents of the body or of one below it."""
    body = AgencyBody.objects.get(pk=body_id)
    if not access.can_head(actor, body.hall_id):
        raise forbid(HEAD)
    claimed = claim(actor, idempotency_key, "agency.record_training", [body_id, on, topic, list(agents)], at=at)
    if (known := answered(claimed)) is not None:
        return Training.objects.get(pk=known)
    topic = need_text(topic, "topic", "请写明培训内容")[:160]
    if on > day_of(at):
        raise Refused("agency.training_on", "培训日期不能晚于今天", field="on")
    there = {row.pk for row in queries.agents_of_body(body)}
    if not agents or set(agents) - there:
        raise Refused(
            "agency.training_agents",
            "请选择参加培训的代办员",
            field="agents",
            remedy="只能选择本机构和下级机构的代办员",
        )
    made = Training.objects.create(
        body=body, on=on, topic=topic, agents=sorted(set(agents)), by_id=actor.person_id, at=at
    )
    record(actor, "agency.record_training", made, at=at, why=topic, data={"on": on, "agents": made.agents})
    remember(claimed, made)
    return made


@action
def appraise_agent(*, actor: Actor, agent_id: int, year: int, grade: str, text: str, at: datetime) -> Appraisal:
    """The year's appraisal with the figures behind it, once (附件6·三(一)3, 五(三))."""
    agent = ServiceAgent.objects.select_related("body", "person").get(pk=agent_id)
    if not access.can_head(actor, agent.body.hall_id):
        raise forbid(HEAD)
    if grade not in AppraisalGrade.values:
        raise Refused("agency.grade", "请选择考核等次", field="grade")
    if not agent.from_on.year <= year <= day_of(at).year:
        raise Refused("agency.year", f"请填写 {agent.from_on.year} 年至今年", field="year")
    text = need_text(text, "text", "请写明评语")[:400]
    figures = queries.figures_of([agent.pk], year)[agent.pk].to_json()
    try:
        with transaction.atomic():
            made = Appraisal.objects.create(
                agent=agent, year=year, grade=grade, text=text, figures=figures, by_id=actor.person_id, at=at
            )
    except IntegrityError as error:
        raise Refused(
            "agency.appraised", f"{agent.person.name} {year} 年已经考核过", field="year", remedy="一年考核一次"
        ) from error
    record(actor, "agency.appraise_agent", made, at=at, why=text, data={"year": year, "grade": grade, **figures})
    return made
