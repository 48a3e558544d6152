"""Every write to 代办服务: bodies and agents, application and agreement, service and its end (附件6)."""

from yinuo.rooms.agency.actions.applications import (
    apply_for_service,
    assign_agent,
    offer_agreement,
    refuse_service,
    sign_agreement,
    withdraw_service_application,
)
from yinuo.rooms.agency.actions.bodies import (
    add_agent,
    appraise_agent,
    close_body,
    end_agent,
    open_body,
    record_training,
)
from yinuo.rooms.agency.actions.endings import (
    archive,
    confirm_finished,
    confirm_return,
    end_by_law,
    end_by_wish,
    reject_finished,
    report_finished,
)
from yinuo.rooms.agency.actions.services import ask_green_channel, draw_plan, log_service, submit_package

__all__ = [
    "add_agent",
    "apply_for_service",
    "appraise_agent",
    "archive",
    "ask_green_channel",
    "assign_agent",
    "close_body",
    "confirm_finished",
    "confirm_return",
    "draw_plan",
    "end_agent",
    "end_by_law",
    "end_by_wish",
    "log_service",
    "offer_agreement",
    "open_body",
    "record_training",
    "refuse_service",
    "reject_finished",
    "report_finished",
    "sign_agreement",
    "submit_package",
    "withdraw_service_application",
]
