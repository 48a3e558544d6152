"""Every write to a map: guidance and its merging, what happens to an item, results from outside, coordination."""

from yinuo.apps.onemap.actions.care import close_escalation, handle_problem, open_escalation, report_problem
from yinuo.apps.onemap.actions.external import take_in_result
from yinuo.apps.onemap.actions.guidance import answer_guidance, confirm_review, open_completion_guidance
from yinuo.apps.onemap.actions.handling import accept, extend_item, pause_item, resume_item, send_back
from yinuo.apps.onemap.actions.items import submit_materials, withdraw_application
from yinuo.apps.onemap.actions.results import conclude, decide, deliver, set_route

__all__ = [
    "accept",
    "answer_guidance",
    "close_escalation",
    "conclude",
    "confirm_review",
    "decide",
    "deliver",
    "extend_item",
    "handle_problem",
    "open_completion_guidance",
    "open_escalation",
    "pause_item",
    "report_problem",
    "resume_item",
    "send_back",
    "set_route",
    "submit_materials",
    "take_in_result",
    "withdraw_application",
]
