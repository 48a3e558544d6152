"""Every write to credit: scores taken in, points proposed, consented and carried out, and points given back."""

from yinuo.rooms.credit.actions.points import consent, execute, propose_points, refuse_consent, withdraw_proposal
from yinuo.rooms.credit.actions.provincial import list_at_province
from yinuo.rooms.credit.actions.reliefs import ask_relief, ask_review, decide_relief
from yinuo.rooms.credit.actions.scores import (
    check_evaluations,
    import_score,
    import_scores,
    take_evaluations,
)
from yinuo.rooms.credit.actions.sending import send_public
from yinuo.rooms.credit.judging import RowReport

__all__ = [
    "RowReport",
    "ask_relief",
    "ask_review",
    "check_evaluations",
    "consent",
    "decide_relief",
    "execute",
    "import_score",
    "import_scores",
    "list_at_province",
    "propose_points",
    "refuse_consent",
    "send_public",
    "take_evaluations",
    "withdraw_proposal",
]
