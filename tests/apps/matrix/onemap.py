"""Who may do what in `onemap`; see test_permissions.py, whose table this is a part of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.apps.test_onemap import PDF
from tests.apps.world import LATE, NOON, TODAY, WATCHING, Act, World
from yinuo.engine.documents import actions as documents
from yinuo.engine.people.models import Department
from yinuo.rooms.onemap import actions as onemap
from yinuo.rooms.onemap.actions.moving import move_rules_on
from yinuo.rooms.onemap.models import GuidanceAnswer, MapItem

MAY: dict[str, set[str]] = {
    # The matter's department handles, the unit applies, the hall watches
    "onemap.confirm_review": {"approver of the filing unit"},
    "onemap.answer_guidance": {"approver"},
    "onemap.submit_materials": {"unit"},
    "onemap.withdraw_application": {"unit"},
    "onemap.apply_anew": {"unit"},
    "onemap.ask_document": {"unit"},
    "onemap.withdraw_document_request": {"unit"},
    "onemap.accept_document_request": {"approver"},
    "onemap.return_document_request": {"approver"},
    "onemap.give_document": {"approver"},
    "onemap.deliver_document": {"approver"},
    "onemap.enter_remedy": {"unit", "approver", "general_convener", "comprehensive"},
    "onemap.conclude_remedy of a ruling": {"approver", "general_convener", "comprehensive"},
    "onemap.conclude_remedy of a complaint": {"general_convener", "comprehensive"},
    "onemap.accept": {"approver"},
    "onemap.send_back": {"approver"},
    "onemap.refuse_acceptance": {"approver"},
    "onemap.pause_item": {"approver"},
    "onemap.resume_item": {"approver"},
    "onemap.extend_item": {"principal"},
    "onemap.decide": {"approver"},
    "onemap.deliver": {"approver"},
    "onemap.open_escalation": {"general_convener"},
    "onemap.close_escalation": {"general_convener"},
    "onemap.report_problem": {"approver", *WATCHING},
    "onemap.handle_problem": {"approver", *WATCHING},
    "onemap.take_in_result": {"administrator", "system"},
    # “1+X”: the approver puts the case, the stage's convener starts and ends it, the departments that take part speak
    "onemap.request_coordination": {"approver"},
    "onemap.start_coordination": {"stage_convener"},
    "onemap.decline_coordination": {"stage_convener"},
    "onemap.call_meeting": {"stage_convener"},
    "onemap.give_coordination_opinion": {"approver", "principal"},
    "onemap.conclude_coordination": {"stage_convener"},
    "onemap.move_rules_on": {"general_convener", "comprehensive"},
}
INNER: set[str] = {
    "onemap.conclude",
    "onemap.hand_over",
    "onemap.open_completion_guidance",
    "onemap.begin_promise",
    "onemap.end_notice",
    "onemap.leave_promise",
    "onemap.accept_with_gap",
    "onemap.fill_gap",
    "onemap.give_up",
    "onemap.revoke",
}


def act_of(world: World, action: str) -> Act:
    """The action ready to be done, everything in place but its actor."""
    if action.split(" ")[0] in AFTER_A_DECISION:
        return of_decisions(world, action)
    return of_coordination(world, action) if action in COORDINATING else of_items(world, action)


def of_items(world: World, action: str) -> Act:
    item = world.item.pk
    before: dict[str, Callable[[], None]] = {
        "onemap.withdraw_application": world.received,
        "onemap.accept": world.received,
        "onemap.send_back": world.received,
        "onemap.refuse_acceptance": world.received,
        "onemap.pause_item": world.accepted,
        "onemap.resume_item": world.paused,
        "onemap.extend_item": world.accepted,
        "onemap.decide": world.accepted,
        "onemap.deliver": world.granted,
        "onemap.open_escalation": world.late,
        "onemap.close_escalation": world.escalated,
    }
    before.get(action, lambda: None)()
    answer, file, problem = GuidanceAnswer(), None, 0
    if action == "onemap.answer_guidance":
        answer = GuidanceAnswer.objects.get(
            guidance__project=world.reviewed, department=world.department, answered_at__isnull=True
        )
    if action == "onemap.submit_materials":
        file = documents.store_upload(
            actor=world.company.actor, name="图.pdf", content=PDF, unit_id=world.company.unit.pk, at=NOON
        )
    if action == "onemap.handle_problem":
        problem = onemap.report_problem(actor=world.actor("supervisor"), item_id=item, text="超期", at=NOON).pk
    rows = [{**row, "needed": "no" if row["needed"] == "unknown" else row["needed"]} for row in answer.matters]
    points = [{"code": "incomplete.material_missing", "subject": "图", "request": "补交"}]
    acts: dict[str, Act] = {
        "onemap.confirm_review": lambda actor: onemap.confirm_review(actor=actor, project_id=world.fresh.pk, at=NOON),
        "onemap.answer_guidance": lambda actor: onemap.answer_guidance(
            actor=actor, answer_id=answer.pk, matters=rows, at=NOON,
        ),
        "onemap.submit_materials": lambda actor: onemap.submit_materials(
            actor=actor, item_id=item,
            materials=[{"id": m["id"], "file": file.pk if file else 0} for m in world.item.materials], at=NOON
        ),
        "onemap.withdraw_application": lambda actor: onemap.withdraw_application(
            actor=actor, item_id=item, why="改方案", at=NOON,
        ),
        "onemap.accept": lambda actor: onemap.accept(actor=actor, item_id=item, at=NOON),
        "onemap.send_back": lambda actor: onemap.send_back(
            actor=actor, item_id=item, kind="incomplete", points=points, reason="缺图", at=NOON
        ),
        "onemap.refuse_acceptance": lambda actor: onemap.refuse_acceptance(
            actor=actor, item_id=item, reason_code="not_accepted.not_competent", document_number="不受1",
            text="不归本部门", at=NOON
        ),
        "onemap.pause_item": lambda actor: onemap.pause_item(
            actor=actor, item_id=item, reason="expert_review", note="评审", at=NOON,
        ),
        "onemap.resume_item": lambda actor: onemap.resume_item(actor=actor, item_id=item, note="评审完", at=NOON),
        "onemap.extend_item": lambda actor: onemap.extend_item(
            actor=actor, item_id=item, days=1, reason="情况复杂", at=NOON,
        ),
        "onemap.decide": lambda actor: onemap.decide(
            actor=actor, item_id=item, granted=True, document_number="乙1", text="", at=NOON,
        ),
        "onemap.deliver": lambda actor: onemap.deliver(actor=actor, item_id=item, how="在线", at=NOON),
        "onemap.open_escalation": lambda actor: onemap.open_escalation(
            actor=actor, item_id=item, urged=[world.approver.pk], agreed="三日内办结", agreed_until=None, at=LATE
        ),
        "onemap.close_escalation": lambda actor: onemap.close_escalation(
            actor=actor, item_id=item, outcome="已办结", at=LATE,
        ),
        "onemap.report_problem": lambda actor: onemap.report_problem(actor=actor, item_id=item, text="超期", at=NOON),
        "onemap.handle_problem": lambda actor: onemap.handle_problem(
            actor=actor, problem_id=problem, handling="已办", at=NOON,
        ),
        "onemap.move_rules_on": lambda actor: move_rules_on(
            actor=actor, project_id=world.project.pk, to=TODAY, reason="新规定", at=NOON,
        ),
        "onemap.take_in_result": lambda actor: onemap.take_in_result(
            actor=actor, system="工程审批系统", external_id="E-9", project_code=world.project.code or "",
            matter_id=world.item.matter_id, status_code=11, document_number="丙1", at=NOON,
        ),
    }  # fmt: skip
    return acts[action]


AFTER_A_DECISION = {
    "onemap.apply_anew", "onemap.ask_document", "onemap.withdraw_document_request", "onemap.accept_document_request",
    "onemap.return_document_request", "onemap.give_document", "onemap.deliver_document", "onemap.enter_remedy",
    "onemap.conclude_remedy",
}  # fmt: skip


def of_decisions(world: World, action: str) -> Act:
    """What follows a decision: applied for anew, its document given later, taken to another body."""
    item, points = world.item.pk, [{"code": "incomplete.material_missing", "subject": "图", "request": "补交"}]
    stages = {"onemap.give_document": "accepted", "onemap.deliver_document": "issued"}
    asked = remedy = 0
    if action in ("onemap.apply_anew", "onemap.enter_remedy"):
        world.refused()
    elif action.startswith("onemap.conclude_remedy"):
        remedy = world.remedy("complaint" if action.endswith("complaint") else "reconsideration")
    elif action == "onemap.ask_document":
        world.granted()
        MapItem.objects.filter(pk=item).update(route="commitment")
    else:
        asked = world.document_asked(stages.get(action, "received"))
    materials = world.whole() if action == "onemap.ask_document" else []
    outcome_of = "unjustified" if action.endswith("complaint") else "upheld"
    one: dict[str, Any] = {"asked_id": asked, "at": NOON}
    acts: dict[str, Act] = {
        "onemap.apply_anew": lambda actor: onemap.apply_anew(actor=actor, item_id=item, why="已改", at=NOON),
        "onemap.ask_document": lambda actor: onemap.ask_document(
            actor=actor, item_id=item, materials=materials, purpose="贷款", at=NOON,
        ),
        "onemap.withdraw_document_request": lambda actor: onemap.withdraw_document_request(
            actor=actor, why="不要了", **one,
        ),
        "onemap.accept_document_request": lambda actor: onemap.accept_document_request(actor=actor, **one),
        "onemap.return_document_request": lambda actor: onemap.return_document_request(
            actor=actor, points=points, reason="缺", **one,
        ),
        "onemap.give_document": lambda actor: onemap.give_document(
            actor=actor, granted=True, document_number="批2", text="", **one,
        ),
        "onemap.deliver_document": lambda actor: onemap.deliver_document(actor=actor, how="在线", **one),
        "onemap.enter_remedy": lambda actor: onemap.enter_remedy(
            actor=actor, item_id=item, kind="complaint", body="政务大厅", filed_on=TODAY, text="不服", at=NOON
        ),
        "onemap.conclude_remedy": lambda actor: onemap.conclude_remedy(
            actor=actor, remedy_id=remedy, outcome=outcome_of, answer="已核查", concluded_on=TODAY, at=NOON
        ),
    }  # fmt: skip
    return acts[action.split(" ")[0]]


COORDINATING = {
    "onemap.request_coordination", "onemap.start_coordination", "onemap.decline_coordination",
    "onemap.call_meeting", "onemap.give_coordination_opinion", "onemap.conclude_coordination",
}  # fmt: skip


def of_coordination(world: World, action: str) -> Act:
    world.accepted()
    others = Department.objects.filter(hall=world.county.hall, key__in=["housing", "meteorology"]).exclude(
        pk=world.department.pk
    )
    said: dict[str, Any] = {
        "item_id": world.item.pk,
        "issue_text": "红线交叉",
        "department_ids": list(others.values_list("pk", flat=True)[:1]),
        "at": NOON,
    }
    pk = (
        onemap.request_coordination(actor=world.actor("approver"), **said).pk
        if action != "onemap.request_coordination"
        else 0
    )
    if action in ("onemap.call_meeting", "onemap.give_coordination_opinion", "onemap.conclude_coordination"):
        onemap.start_coordination(actor=world.actor("stage_convener"), coordination_id=pk, at=NOON)
    one: dict[str, Any] = {"coordination_id": pk, "at": NOON}
    acts: dict[str, Act] = {
        "onemap.request_coordination": lambda actor: onemap.request_coordination(actor=actor, **said),
        "onemap.start_coordination": lambda actor: onemap.start_coordination(actor=actor, **one),
        "onemap.decline_coordination": lambda actor: onemap.decline_coordination(actor=actor, why="不必", **one),
        "onemap.call_meeting": lambda actor: onemap.call_meeting(actor=actor, meeting_at=LATE, place="三楼", **one),
        "onemap.give_coordination_opinion": lambda actor: onemap.give_coordination_opinion(
            actor=actor, text="可以", **one
        ),
        "onemap.conclude_coordination": lambda actor: onemap.conclude_coordination(
            actor=actor, conclusion="按新方案", **one
        ),
    }
    return acts[action]
