"""Every write to a promise: given, published, objected to, decided, kept or not, and verified at completion."""

from yinuo.rooms.commitments.actions.audit import check_audit, hand_in_audit
from yinuo.rooms.commitments.actions.closing import close_promise
from yinuo.rooms.commitments.actions.completion import (
    apply_again,
    apply_completion,
    fail_completion,
    propose_cycle,
    record_finding,
)
from yinuo.rooms.commitments.actions.fulfilment import handle_difficulty, report_difficulty, report_fulfilment
from yinuo.rooms.commitments.actions.notice import (
    answer_objection,
    close_notices,
    decide_on_commitment,
    raise_objection,
)
from yinuo.rooms.commitments.actions.paper import commit_on_paper, letter_to_sign
from yinuo.rooms.commitments.actions.promise import commit, preview_letter, to_regular
from yinuo.rooms.commitments.actions.review import bring_forward, open_reviews, review_commitment
from yinuo.rooms.commitments.actions.rulings import (
    ask_lift,
    consent_ruling,
    deliver_ruling,
    propose_ruling,
    refuse_lift,
    refuse_ruling,
)

__all__ = [
    "answer_objection",
    "apply_again",
    "apply_completion",
    "ask_lift",
    "bring_forward",
    "check_audit",
    "close_notices",
    "close_promise",
    "commit",
    "commit_on_paper",
    "consent_ruling",
    "decide_on_commitment",
    "deliver_ruling",
    "fail_completion",
    "hand_in_audit",
    "handle_difficulty",
    "letter_to_sign",
    "open_reviews",
    "preview_letter",
    "propose_cycle",
    "propose_ruling",
    "raise_objection",
    "record_finding",
    "refuse_lift",
    "refuse_ruling",
    "report_difficulty",
    "report_fulfilment",
    "review_commitment",
    "to_regular",
]
