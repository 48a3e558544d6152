"""Every write to a map: guidance and its merging, what happens to an item, results from outside, coordination."""

from yinuo.rooms.onemap.actions.care import close_escalation, handle_problem, open_escalation, report_problem
from yinuo.rooms.onemap.actions.coordination import (
    call_meeting,
    conclude_coordination,
    decline_coordination,
    give_coordination_opinion,
    request_coordination,
    start_coordination,
)
from yinuo.rooms.onemap.actions.external import take_in_result
from yinuo.rooms.onemap.actions.gaps import accept_with_gap, fill_gap, give_up
from yinuo.rooms.onemap.actions.guidance import answer_guidance, confirm_review, open_completion_guidance
from yinuo.rooms.onemap.actions.handling import accept, extend_item, pause_item, resume_item, send_back
from yinuo.rooms.onemap.actions.items import apply_anew, revoke, submit_materials, withdraw_application
from yinuo.rooms.onemap.actions.later import (
    accept_document_request,
    ask_document,
    deliver_document,
    give_document,
    return_document_request,
    withdraw_document_request,
)
from yinuo.rooms.onemap.actions.refusing import refuse_acceptance
from yinuo.rooms.onemap.actions.remedies import conclude_remedy, enter_remedy
from yinuo.rooms.onemap.actions.results import (
    begin_promise,
    conclude,
    decide,
    deliver,
    end_notice,
    hand_over,
    leave_promise,
)
from yinuo.rooms.onemap.actions.sharing import end_sharing, share_result

__all__ = [
    "accept",
    "accept_document_request",
    "accept_with_gap",
    "answer_guidance",
    "apply_anew",
    "ask_document",
    "begin_promise",
    "call_meeting",
    "close_escalation",
    "conclude",
    "conclude_coordination",
    "conclude_remedy",
    "confirm_review",
    "decide",
    "decline_coordination",
    "deliver",
    "deliver_document",
    "end_notice",
    "end_sharing",
    "enter_remedy",
    "extend_item",
    "fill_gap",
    "give_coordination_opinion",
    "give_document",
    "give_up",
    "hand_over",
    "handle_problem",
    "leave_promise",
    "open_completion_guidance",
    "open_escalation",
    "pause_item",
    "refuse_acceptance",
    "report_problem",
    "request_coordination",
    "resume_item",
    "return_document_request",
    "revoke",
    "send_back",
    "share_result",
    "start_coordination",
    "submit_materials",
    "take_in_result",
    "withdraw_application",
    "withdraw_document_request",
]
