"""双随机、一公开：一个计划已抽取，有查清公示的、有改正待复查的；一个已公布待抽取；一个还在编制。"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from yinuo.engine.base import Actor
from yinuo.engine.people.models import Membership
from yinuo.engine.people.queries import actor_of_membership
from yinuo.rooms.inspections import actions
from yinuo.rooms.inspections.models import InspectionPlan, RandomInspection
from yinuo.rooms.inspections.questions import questions_of
from yinuo.rooms.projects.models import Project
from yinuo.stories.demo.world import Scene, World

INSPECTORS = ("yangjunping", "mahaiyan", "hejianguo")
# Of no draw that was ever held: the red balls of a lottery go up to 33.
VALUE = "34 35 36 37 38 39 17"
SAFETY = "施工安全和质量"


def _lead(world: World) -> Actor:
    return world.cast.approver_of("housing")


def _begun(
    world: World, title: str, subject: str, lead: Actor, at: datetime, value_on: date, from_on: date, until_on: date
) -> InspectionPlan:
    return actions.begin_plan(
        actor=lead, title=title, subject=subject, departments=[], from_on=from_on, until_on=until_on,
        issue=f"{value_on:%Y%j}", value_on=value_on, at=at,
    )  # fmt: skip


def named(world: World) -> Scene:
    """住建局登记三名执法检查人员。"""
    at = yield world.ago(19, "10:00")
    for number, username in enumerate(INSPECTORS, start=1):
        membership = next(row for row in world.cast.memberships if row.person.username == username)
        actions.register_inspector(
            actor=world.cast.holder("principal", "housing"),
            person_id=membership.person_id,
            department_id=membership.department_id,
            certificate_no=f"甘N290{number:04}",
            at=at,
        )


def drawn(world: World) -> Scene:
    """施工安全抽查：公布、抽取；定向的一个责令改正后待复查，抽中的查清公示，最后一个还没有去。"""
    at = yield world.ago(16, "09:40")
    lead = _lead(world)
    plan = _begun(
        world, "施工安全和质量抽查", SAFETY, lead, at, world.ago(15).date(), world.ago(12).date(), world.days_later(10)
    )
    directed = Project.objects.filter(unit=world.cast.unit("fertiliser"), state="confirmed").latest("id")
    actions.add_directed(
        actor=lead,
        plan_id=plan.pk,
        project_code=directed.code or "",
        reason="complaint",
        note="群众反映夜间运土，道路扬尘",
        at=at,
    )
    at = yield world.ago(16, "10:20")
    actions.announce_plan(actor=lead, plan_id=plan.pk, at=at)
    at = yield world.ago(12, "09:10")
    actions.draw_plan(actor=lead, plan_id=plan.pk, value=VALUE, at=at)
    at = yield world.ago(9, "15:00")
    first = RandomInspection.objects.get(plan=plan, project=directed)
    _visited(first, at, fault="出入口没有冲洗设施")
    at = yield world.ago(8, "10:30")
    others = list(RandomInspection.objects.filter(plan=plan, reason="", state="waiting").order_by("id"))
    for inspection in others[:-1]:
        _visited(inspection, at)
    at = yield world.ago(6, "16:00")
    for inspection in [*others[:-1], first]:
        actions.publish_result(actor=lead, inspection_id=inspection.pk, at=at)
    at = yield world.ago(3, "09:50")
    actions.report_rectified(
        actor=world.cast.company("fertiliser"),
        inspection_id=first.pk,
        text="出入口已设冲洗平台，裸土已覆盖，每日洒水。",
        at=at,
    )


def _visited(inspection: RandomInspection, at: datetime, fault: str = "") -> None:
    """Recorded by the first of those drawn and signed by the second."""
    first, second = _those_of(inspection)
    keys = [question.key for question in questions_of(inspection)]
    answers = {key: {"answer": "yes", "note": ""} for key in keys}
    if fault:
        answers[keys[-1]] = {"answer": "no", "note": fault}
    actions.record_visit(
        actor=first,
        inspection_id=inspection.pk,
        on=at.date(),
        answers=answers,
        outcome="rectify" if fault else "clear",
        summary=fault or "查看了现场和资料，逐项符合。",
        rectify_days=10 if fault else None,
        at=at,
    )
    actions.sign_visit(actor=second, inspection_id=inspection.pk, at=at)


def _those_of(inspection: RandomInspection) -> Iterator[Actor]:
    for member in inspection.members.select_related("inspector").order_by("id"):
        row = Membership.objects.select_related("department").get(person_id=member.inspector.person_id)
        yield actor_of_membership(row)


def announced(world: World) -> Scene:
    """另一项已经公布，等开奖以后抽取。"""
    at = yield world.ago(1, "14:30")
    lead = _lead(world)
    plan = _begun(
        world,
        "信用承诺履行情况抽查",
        "信用承诺履行",
        lead,
        at,
        world.days_later(2),
        world.days_later(6),
        world.days_later(25),
    )
    at = yield world.ago(1, "15:10")
    actions.announce_plan(actor=lead, plan_id=plan.pk, at=at)


def written(world: World) -> Scene:
    """还在编制的一个。"""
    at = yield world.ago(0, "11:20")
    _begun(
        world,
        "施工安全和质量抽查（下一季度）",
        SAFETY,
        _lead(world),
        at,
        world.days_later(20),
        world.days_later(25),
        world.days_later(45),
    )


SCENES = (named, drawn, announced, written)
