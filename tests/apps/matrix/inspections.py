"""Who may do what in `inspections`; see test_permissions.py, whose table this is a part of."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

from tests.apps.county import BEGAN, at, graded, new_person
from yinuo.engine.base import Actor
from yinuo.engine.people.models import Membership
from yinuo.engine.people.queries import actor_of_membership
from yinuo.engine.trail.models import Entry
from yinuo.rooms.inspections import actions
from yinuo.rooms.inspections.models import Avoidance, Directed, Inspector, Member, RandomInspection
from yinuo.rooms.inspections.questions import questions_of

if TYPE_CHECKING:
    from tests.apps.world import World

BEGUN, LATER, DRAWN, VISITED = (
    at("2026-11-06 15:00"),
    at("2026-11-06 16:00"),
    at("2026-11-12 09:00"),
    at("2026-11-13 15:00"),
)
KEEPERS = {"principal", "general_convener"}
# Whoever is of the department that leads; of those drawn one is the matrix's approver.
LEAD = {"approver"}
MAY: dict[str, set[str]] = {
    "inspections.register_inspector": KEEPERS,
    "inspections.end_inspector": KEEPERS,
    "inspections.declare_avoidance": KEEPERS | {"approver"},
    "inspections.lift_avoidance": KEEPERS,
    "inspections.begin_plan": {"approver", "approver of the filing unit", "approver elsewhere", "approver abroad"},
    "inspections.change_plan": LEAD,
    "inspections.add_directed": LEAD,
    "inspections.remove_directed": LEAD,
    "inspections.announce_plan": LEAD,
    "inspections.draw_plan": LEAD,
    "inspections.void_plan": LEAD,
    "inspections.replace_member": LEAD,
    "inspections.record_visit": LEAD,
    "inspections.sign_visit": LEAD,
    "inspections.return_visit": LEAD,
    "inspections.publish_result": LEAD,
    "inspections.propose_points": LEAD,
    "inspections.record_interview": LEAD,
    "inspections.state_opinion": {"unit"},
    "inspections.report_rectified": {"unit"},
}
INNER: set[str] = set()
PLAN: dict[str, Any] = {
    "title": "施工安全抽查", "subject": "施工安全和质量", "departments": [], "from_on": date(2026, 11, 12),
    "until_on": date(2026, 12, 11), "issue": "2026130", "value_on": date(2026, 11, 8),
}  # fmt: skip


def act_of(world: World, action: str) -> Callable[[Actor], object]:
    """The action ready to be done, everything in place but its actor."""
    name = action.split(".")[1]
    approver, convener = world.actor("approver"), world.actor("general_convener")
    others = [_colleague(world, f"检查员{number}") for number in range(2)]

    def register(actor: Actor, person_id: int | None = None) -> Inspector:
        return actions.register_inspector(
            actor=actor, person_id=person_id or others[0].person_id, department_id=world.department.pk,
            certificate_no="甘E0001", at=BEGUN
        )  # fmt: skip

    if name == "register_inspector":
        return register
    inspector = register(convener, approver.person_id)
    if name == "end_inspector":
        return lambda actor: actions.end_inspector(actor=actor, inspector_id=inspector.pk, why="调离", at=DRAWN)

    def declare(actor: Actor) -> Avoidance:
        return actions.declare_avoidance(
            actor=actor,
            inspector_id=inspector.pk,
            credit_code=world.neighbour.unit.credit_code or "",
            interest="kin",
            at=BEGUN,
        )

    if name == "declare_avoidance":
        return declare
    if name == "lift_avoidance":
        row = declare(convener)
        return lambda actor: actions.lift_avoidance(actor=actor, avoidance_id=row.pk, at=LATER)
    if name == "begin_plan":
        return lambda actor: actions.begin_plan(actor=actor, at=BEGUN, **PLAN)
    for one in others:
        register(convener, one.person_id)
    return _of_a_plan(world, name, approver, others)


def _colleague(world: World, name: str) -> Membership:
    return Membership.objects.create(
        person=new_person(name), department=world.department, role="approver", from_on=BEGAN
    )


def _of_a_plan(world: World, name: str, approver: Actor, others: list[Membership]) -> Callable[[Actor], object]:
    plan = actions.begin_plan(actor=approver, at=BEGUN, **PLAN).pk
    # The project that waits for guidance nobody of the department has touched – but the second colleague has now: two
    # are left.
    project = world.reviewed
    Entry.objects.create(
        at=BEGUN, verb="onemap.answer_guidance", person_id=others[1].person_id, role="approver", entrance="web",
        subject_kind="x", subject_id="1", project_code=project.code or "",
    )  # fmt: skip

    def add(actor: Actor) -> Directed:
        return actions.add_directed(
            actor=actor, plan_id=plan, project_code=project.code or "", reason="key", note="重点", at=BEGUN
        )

    def announce(actor: Actor) -> object:
        return actions.announce_plan(actor=actor, plan_id=plan, at=LATER)

    def draw(actor: Actor) -> object:
        return actions.draw_plan(actor=actor, plan_id=plan, value="01 05 12 19 23 30 07", at=DRAWN)

    if name == "change_plan":
        return lambda actor: actions.change_plan(actor=actor, plan_id=plan, at=BEGUN, **{**PLAN, "title": "改名"})
    if name == "add_directed":
        return add
    row = add(approver).pk
    match name:
        case "remove_directed":
            return lambda actor: actions.remove_directed(actor=actor, plan_id=plan, directed_id=row, at=BEGUN)
        case "announce_plan":
            return announce
        case "void_plan":
            return lambda actor: actions.void_plan(actor=actor, plan_id=plan, why="另订", at=LATER)
    if name == "replace_member":
        _reserve(world)
    announce(approver)
    if name == "draw_plan":
        return draw
    draw(approver)
    return _of_an_inspection(world, name, RandomInspection.objects.get(plan_id=plan, project=project), others[0])


def _of_an_inspection(world: World, name: str, row: RandomInspection, other: Membership) -> Callable[[Actor], object]:
    approver, second = world.actor("approver"), actor_of_membership(other)
    keys = [question.key for question in questions_of(row)]

    def visit(actor: Actor) -> object:
        answers = {key: {"answer": "yes", "note": ""} for key in keys} | {keys[0]: {"answer": "no", "note": "没有公示"}}
        return actions.record_visit(
            actor=actor,
            inspection_id=row.pk,
            on=date(2026, 11, 13),
            answers=answers,
            outcome="rectify",
            summary="看了现场",
            rectify_days=5,
            at=VISITED,
        )

    def sign(actor: Actor) -> object:
        return actions.sign_visit(actor=actor, inspection_id=row.pk, at=VISITED)

    if name == "record_visit":
        return visit
    if name == "replace_member":
        return _replacing(row)
    visit(second)
    match name:
        case "sign_visit":
            return sign
        case "return_visit":
            return lambda actor: actions.return_visit(actor=actor, inspection_id=row.pk, why="不符合实际", at=VISITED)
    sign(approver)
    match name:
        case "publish_result":
            return lambda actor: actions.publish_result(actor=actor, inspection_id=row.pk, at=VISITED)
        case "state_opinion":
            return lambda actor: actions.state_opinion(actor=actor, inspection_id=row.pk, text="已经公示", at=VISITED)
        case "report_rectified":
            return lambda actor: actions.report_rectified(
                actor=actor, inspection_id=row.pk, text="已经公示", at=VISITED
            )
        case "propose_points":
            return lambda actor: actions.propose_points(
                actor=actor,
                inspection_id=row.pk,
                type="act",
                data={"article": "46", "item": "illegal_start"},
                basis="检查记录",
                at=VISITED,
            )
        case "record_interview":
            graded(world.company.unit, "D")
            return lambda actor: actions.record_interview(
                actor=actor,
                inspection_id=row.pk,
                on=date(2026, 11, 13),
                attendees="法定代表人",
                content="履约",
                demands="改正",
                at=VISITED,
            )
    raise NotImplementedError(name)


def _reserve(world: World) -> None:
    person = _colleague(world, "后备检查员")
    actions.register_inspector(
        actor=world.actor("general_convener"),
        person_id=person.person_id,
        department_id=world.department.pk,
        certificate_no="甘E9",
        at=BEGUN,
    )


def _replacing(row: RandomInspection) -> Callable[[Actor], object]:
    member = Member.objects.filter(inspection=row).order_by("id")[0]
    return lambda actor: actions.replace_member(
        actor=actor, inspection_id=row.pk, member_id=member.pk, why="住院", at=VISITED
    )
