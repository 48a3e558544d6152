"""How this room's uses of a file are told."""

from django.db.models import Q

from yinuo.engine.documents.usage import FileUse
from yinuo.rooms.credit.models import CreditRelief, PointProposal, ProposalState, ReliefState

USES = [
    # A proposal is no business of the unit's before it is carried out.
    FileUse(
        PointProposal, "信用分变动", "{basis}", "proposed_at", "unit:credit", shown=Q(state=ProposalState.EXECUTED)
    ),
    FileUse(
        CreditRelief, "信用修复或者异议", "{event__why}", "asked_at", "unit:credit", running=Q(state=ReliefState.ASKED)
    ),
]
