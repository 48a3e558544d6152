"""Who may do what in `projects`; see test_permissions.py, whose table this is a part of."""

from __future__ import annotations

from tests.apps.county import facts
from tests.apps.world import NOON, TODAY, Act, World
from yinuo.engine.base import Actor
from yinuo.rooms.projects import actions as projects
from yinuo.rooms.projects.actions.confirming import confirm_facts

MAY: dict[str, set[str]] = {
    # The unit on its own, the filing unit on what was filed
    "projects.open_draft": {"unit"},
    "projects.save_draft": {"unit"},
    "projects.file_project": {"unit"},
    "projects.amend": {"unit"},
    "projects.recode": {"unit"},
    "projects.report_progress": {"unit"},
    "projects.report_participant": {"unit"},
    "projects.end_participant": {"unit"},
    "projects.ask_question": {"unit"},
    "projects.pass_question": {"general_convener"},
    "projects.answer_question": {"approver", "general_convener"},
    "projects.publish_answer": {"approver", "general_convener"},
    "projects.withdraw_answer": {"approver", "general_convener"},
    "projects.decide_by_hand": {"approver of the filing unit"},
    "projects.decide_change": {"approver of the filing unit"},
    "projects.withdraw_change": {"unit"},
    "projects.withdraw_filing": {"approver of the filing unit"},
    "projects.terminate": {"unit", "approver of the filing unit", "general_convener", "system"},
    "projects.confirm_facts": {
        "approver of the filing unit",
        "approver",
    },  # the row turns on the environment, as the item does
}
INNER: set[str] = {
    "projects.assign_code",
    "projects.complete",
    "projects.end_project",
    "projects.stop_building",
    "projects.lift_stop",
}


def act_of(world: World, action: str) -> Act:
    """The action ready to be done, everything in place but its actor."""
    unit, pk = world.company.unit.pk, world.project.pk
    draft = projects.open_draft(actor=world.company.actor, unit_id=unit, facts=facts(), at=NOON).pk
    question = world.question().pk if "question" in action or "_answer" in action else 0
    said = {"text": "验收要多久？", "answer": "两天。"}
    if "_answer" in action:
        projects.answer_question(actor=world.actor("general_convener"), question_id=question, answer="两天", at=NOON)
    if action == "projects.withdraw_answer":
        projects.publish_answer(actor=world.actor("general_convener"), question_id=question, at=NOON, **said)
    if action == "projects.report_participant":
        projects.report_progress(actor=world.company.actor, project_id=pk, kind="start", on=TODAY, at=NOON)
    builder = {"role": "design", "name": "设计院", "credit_code": "91620000710375659T", "qualification": "甲级"}
    built = 0
    if action == "projects.end_participant":
        built = projects.report_participant(actor=world.company.actor, project_id=pk, at=NOON, **builder).pk

    held = 0
    if action.endswith("_change"):
        changes = {"site": {"permanent_farmland": True}}
        asked = projects.amend(actor=world.company.actor, project_id=pk, changes=changes, reason="调整", at=NOON)
        held = asked.pk if asked else 0

    def file(actor: Actor) -> object:
        return projects.file_project(actor=actor, unit_id=unit, facts=facts(name="又一个项目"), pledged=True, at=NOON)

    def recode(actor: Actor) -> object:
        return projects.recode(
            actor=actor,
            project_id=pk,
            facts={"site": {"address": "积石山县大河家镇1号"}},
            pledged=True,
            reason="选址变化",
            at=NOON,
        )

    acts: dict[str, Act] = {
        "projects.open_draft": lambda actor: projects.open_draft(actor=actor, unit_id=unit, facts=facts(), at=NOON),
        "projects.save_draft": lambda actor: projects.save_draft(
            actor=actor, draft_id=draft, facts={"name": "改名"}, step="site", version=None, at=NOON
        ),
        "projects.file_project": file,
        "projects.amend": lambda actor: projects.amend(
            actor=actor, project_id=pk, changes={"total_investment": "8700"}, reason="扩建", at=NOON
        ),
        "projects.recode": recode,
        "projects.report_progress": lambda actor: projects.report_progress(
            actor=actor, project_id=pk, kind="start", on=TODAY, at=NOON
        ),
        "projects.report_participant": lambda actor: projects.report_participant(
            actor=actor, project_id=pk, at=NOON, **builder
        ),
        "projects.end_participant": lambda actor: projects.end_participant(
            actor=actor, participant_id=built, why="合同解除", at=NOON
        ),
        "projects.ask_question": lambda actor: projects.ask_question(
            actor=actor, project_id=pk, text="何时？", at=NOON
        ),
        "projects.pass_question": lambda actor: projects.pass_question(
            actor=actor, question_id=question, department_key="water", at=NOON
        ),
        "projects.answer_question": lambda actor: projects.answer_question(
            actor=actor, question_id=question, answer="两天", at=NOON
        ),
        "projects.publish_answer": lambda actor: projects.publish_answer(
            actor=actor, question_id=question, at=NOON, **said
        ),
        "projects.withdraw_answer": lambda actor: projects.withdraw_answer(
            actor=actor, question_id=question, why="规定变了", at=NOON
        ),
        "projects.decide_by_hand": lambda actor: projects.decide_by_hand(
            actor=actor, project_id=world.manual.pk, approve=True, why="符合规定", at=NOON
        ),
        "projects.decide_change": lambda actor: projects.decide_change(
            actor=actor, request_id=held, approve=False, why="不得占用", at=NOON
        ),
        "projects.withdraw_change": lambda actor: projects.withdraw_change(actor=actor, request_id=held, at=NOON),
        "projects.withdraw_filing": lambda actor: projects.withdraw_filing(
            actor=actor, project_id=world.fresh.pk, problem="应办核准", at=NOON
        ),
        "projects.terminate": lambda actor: projects.terminate(actor=actor, project_id=pk, why="不建了", at=NOON),
        "projects.confirm_facts": lambda actor: confirm_facts(
            actor=actor, project_id=pk, answers={"confirmations.eia_142": True}, note="现场核实", at=NOON
        ),
    }
    return acts[action]
