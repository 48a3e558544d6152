"""Every write to a promise: given, published, objected to, decided, kept or not, and verified at completion."""

from yinuo.apps.commitments.actions.completion import apply_again, apply_completion, fail_completion, propose_cycle, record_finding
from yinuo.apps.commitments.actions.fulfilment import handle_difficulty, report_difficulty, report_fulfilment
from yinuo.apps.commitments.actions.notice import answer_objection, close_notices, decide_on_commitment, raise_objection
from yinuo.apps.commitments.actions.promise import commit, preview_letter, to_regular

__all__ = [
    "answer_objection",
    "apply_again",
    "apply_completion",
    "close_notices",
    "commit",
    "decide_on_commitment",
    "fail_completion",
    "handle_difficulty",
    "preview_letter",
    "propose_cycle",
    "raise_objection",
    "record_finding",
    "report_difficulty",
    "report_fulfilment",
    "to_regular",
]
