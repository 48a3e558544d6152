"""Who may do what in `reviews`; see test_permissions.py, whose table this is a part of."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.apps.county import at
from yinuo.engine.base import Actor, PageRef
from yinuo.rooms.mock.room import SERVICE
from yinuo.rooms.reviews import actions

if TYPE_CHECKING:
    from tests.apps.world import World

LATER = at("2026-11-06 15:00")
MAY: dict[str, set[str]] = {
    "reviews.give_review": {"unit"},
    "reviews.review_service": {"unit"},
    "reviews.assign_bad_review": {"supervisor"},
    "reviews.answer_bad_review": {"approver"},
    "reviews.appeal_bad_review": {"approver"},
    "reviews.decide_appeal": {"supervisor"},
    "reviews.check_answer": {"supervisor"},
    "reviews.close_bad_review": {"supervisor"},
}
INNER: set[str] = {"reviews.service_ended"}


def act_of(world: World, action: str) -> Callable[[Actor], object]:
    """The action ready to be done, everything in place but its actor."""
    if action == "reviews.review_service":
        service = actions.service_ended(
            actor=Actor.system(),
            track=SERVICE,
            subject=world.project,
            project=world.project,
            name="模拟审批",
            page=PageRef("unit:project", project_id=world.project.pk),
            at=LATER,
        )
        return lambda actor: actions.review_service(actor=actor, service_id=service.pk, level=5, at=LATER)
    world.granted()
    if action == "reviews.give_review":
        return lambda actor: actions.give_review(actor=actor, item_id=world.item.pk, level=5, at=LATER)
    review = actions.give_review(
        actor=world.actor("unit"), item_id=world.item.pk, level=1, text="等了太久", at=LATER
    ).pk
    supervisor, approver = world.actor("supervisor"), world.actor("approver")

    def assign(actor: Actor) -> object:
        return actions.assign_bad_review(actor=actor, review_id=review, instruction="请核实", at=LATER)

    def answer(actor: Actor) -> object:
        return actions.answer_bad_review(
            actor=actor, review_id=review, finding="true", measures="增设窗口", answer="已经改进", at=LATER
        )

    def appeal(actor: Actor) -> object:
        return actions.appeal_bad_review(actor=actor, review_id=review, why="点错了", at=LATER)

    def check(actor: Actor) -> object:
        return actions.check_answer(actor=actor, review_id=review, approved=True, at=LATER)

    def decide(actor: Actor) -> object:
        return actions.decide_appeal(actor=actor, review_id=review, upheld=True, answer="确系误评", at=LATER)

    def end(actor: Actor) -> object:
        return actions.close_bad_review(actor=actor, review_id=review, call_back="satisfied", note="电话回访", at=LATER)

    if action == "reviews.assign_bad_review":
        return assign
    assign(supervisor)
    match action:
        case "reviews.answer_bad_review":
            return answer
        case "reviews.appeal_bad_review":
            return appeal
        case "reviews.decide_appeal":
            appeal(approver)
            return decide
        case "reviews.check_answer":
            answer(approver)
            return check
        case "reviews.close_bad_review":
            answer(approver)
            check(supervisor)
            return end
    raise NotImplementedError(action)
