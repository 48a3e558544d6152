"""Every write of random inspections, in the order of their life: people, plans, the draw, the inspection."""

from yinuo.rooms.inspections.actions.drawing import draw_plan, replace_member
from yinuo.rooms.inspections.actions.inspecting import (
    propose_points,
    publish_result,
    record_interview,
    record_visit,
    report_rectified,
    return_visit,
    sign_visit,
    state_opinion,
)
from yinuo.rooms.inspections.actions.plans import (
    add_directed,
    announce_plan,
    begin_plan,
    change_plan,
    remove_directed,
    void_plan,
)
from yinuo.rooms.inspections.actions.registry import (
    declare_avoidance,
    end_inspector,
    lift_avoidance,
    register_inspector,
)

__all__ = [
    "add_directed",
    "announce_plan",
    "begin_plan",
    "change_plan",
    "declare_avoidance",
    "draw_plan",
    "end_inspector",
    "lift_avoidance",
    "propose_points",
    "publish_result",
    "record_interview",
    "record_visit",
    "register_inspector",
    "remove_directed",
    "replace_member",
    "report_rectified",
    "return_visit",
    "sign_visit",
    "state_opinion",
    "void_plan",
]
