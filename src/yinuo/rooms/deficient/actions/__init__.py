from yinuo.rooms.deficient.actions.acceptance import (
    agree_to_gap,
    apply_deficient,
    decline_gap,
    say_only_gap_left,
    sign_gap_commitment,
    supply_gap,
)
from yinuo.rooms.deficient.actions.publishing import publish_tolerance

__all__ = [
    "agree_to_gap",
    "apply_deficient",
    "decline_gap",
    "publish_tolerance",
    "say_only_gap_left",
    "sign_gap_commitment",
    "supply_gap",
]
