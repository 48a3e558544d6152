"""Who may do what in `oversight`; see test_permissions.py, whose table this is a part of."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tests.apps.county import at
from tests.apps.supervising import evidence, penalise, see_start
from yinuo.engine.base import Actor
from yinuo.rooms.oversight import actions

if TYPE_CHECKING:
    from tests.apps.world import World

LATER = at("2026-11-06 15:00")
ON = LATER.date()
# An office concerned, the filing unit, and those who watch over the hall.
RECORDING = {"approver", "approver of the filing unit", "supervisor", "general_convener", "comprehensive"}
MAY: dict[str, set[str]] = {
    "oversight.record_life": RECORDING,
    # The office that recorded it, and those who watch over the hall; no other office concerned.
    "oversight.correct_record": RECORDING - {"approver of the filing unit"},
    "oversight.explain_warning": {"unit"},
    "oversight.hand_warning": {"supervisor", "general_convener"},
    "oversight.order_rectification": {"approver"},
    "oversight.report_rectified": {"unit"},
    "oversight.close_warning": {"approver"},
    "oversight.propose_for_warning": {"approver"},
    "oversight.take_in_record": {"system", "administrator"},
    "oversight.answer_dispatch": {"approver"},
    "oversight.hand_clue": {"supervisor", "principal", "principal of the filing unit", "principal elsewhere"},
    "oversight.record_clue_answer": {"supervisor"},
}
INNER: set[str] = {"oversight.look_at"}
PATROL = {"means": "patrol", "note": "基坑已经开挖"}


def act_of(world: World, action: str) -> Callable[[Actor], object]:
    """The action ready to be done, everything in place but its actor: a warning of a start before its approvals, with
    the matrix's office.
    """
    project, watcher = world.project.pk, world.actor("supervisor")
    common: dict[str, Any] = {"at": LATER}

    if action == "oversight.record_life":
        return lambda actor: actions.record_life(
            actor=actor, project_id=project, kind="sighting", on=ON, data=PATROL, **common
        )
    if action == "oversight.correct_record":
        row = penalise(world.actor("approver"), world.project, LATER).pk
        data = {
            "authority": "县住建局",
            "fact": "未批先建",
            "clause": "建筑法第六十四条",
            "amount": "3",
            "published_until": "2027-11-06",
        }
        return lambda actor: actions.correct_record(
            actor=actor, record_id=row, on=ON, data=data, why="金额有误", **common
        )

    if action == "oversight.take_in_record":
        sent = {
            "system": "省监管平台",
            "record_id": "1",
            "project_code": world.project.code or "",
            "kind": "inspection",
            "on": ON,
        }
        data = {"body": "县应急局", "subject": "安全生产", "result": "none"}
        return lambda actor: actions.take_in_record(actor=actor, data=data, **sent, **common)
    if action == "oversight.answer_dispatch":
        order_ = {"question": "进度滞后", "measure": "增加人手", "due": "2026-11-20", "office": world.department.key}
        row = actions.record_life(actor=watcher, project_id=project, kind="dispatch", on=ON, data=order_, **common).pk
        return lambda actor: actions.answer_dispatch(actor=actor, record_id=row, outcome="已按计划推进", **common)
    if action in ("oversight.hand_clue", "oversight.record_clue_answer"):
        concerned = world.county.person("approver", "development_reform").pk
        told: dict[str, Any] = {
            "text": "收受礼品",
            "body": "discipline",
            "body_name": "县纪委监委",
            "handed_on": ON,
            "receipt": "收〔2026〕1号",
        }
        if action == "oversight.hand_clue":
            return lambda actor: actions.hand_clue(actor=actor, person_id=concerned, **told, **common)
        clue = actions.hand_clue(actor=watcher, person_id=concerned, **told, **common).pk
        return lambda actor: actions.record_clue_answer(
            actor=actor, clue_id=clue, answer="已受理", answered_on=ON, **common
        )

    made = see_start(watcher, world.project, LATER)
    if action == "oversight.hand_warning":
        return lambda actor: actions.hand_warning(
            actor=actor, warning_id=made.pk, department_key="meteorology", why="由气象局处置", **common
        )
    if made.department_id != world.department.pk:
        actions.hand_warning(
            actor=watcher, warning_id=made.pk, department_key=world.department.key, why="由其处置", **common
        )

    def order(actor: Actor) -> object:
        return actions.order_rectification(actor=actor, warning_id=made.pk, text="停止建设，补办手续", days=5, **common)

    if action == "oversight.order_rectification":
        return order
    if action == "oversight.explain_warning":
        return lambda actor: actions.explain_warning(actor=actor, warning_id=made.pk, text="只是平整场地", **common)
    if action == "oversight.close_warning":
        return lambda actor: actions.close_warning(
            actor=actor, warning_id=made.pk, outcome="unfounded", text="不是开工", **common
        )
    if action == "oversight.propose_for_warning":
        return lambda actor: actions.propose_for_warning(
            actor=actor, warning_id=made.pk, basis="违法擅自开工", **common
        )
    if action == "oversight.report_rectified":
        order(world.actor("approver"))
        shown = evidence(world.company, LATER)
        return lambda actor: actions.report_rectified(
            actor=actor, warning_id=made.pk, text="已经停工", evidence=shown, **common
        )
    raise NotImplementedError(action)
