"""Every write of this room."""

from __future__ import annotations

from yinuo.apps.oversight.actions.clues import hand_clue, record_clue_answer
from yinuo.apps.oversight.actions.dispatches import answer_dispatch
from yinuo.apps.oversight.actions.finding import look_at, sweep
from yinuo.apps.oversight.actions.intake import take_in_record
from yinuo.apps.oversight.actions.records import correct_record, record_life
from yinuo.apps.oversight.actions.warnings import (
    close_warning,
    explain_warning,
    hand_warning,
    order_rectification,
    propose_for_warning,
    report_rectified,
)

__all__ = [
    "answer_dispatch",
    "close_warning",
    "correct_record",
    "explain_warning",
    "hand_clue",
    "hand_warning",
    "look_at",
    "order_rectification",
    "propose_for_warning",
    "record_clue_answer",
    "record_life",
    "report_rectified",
    "sweep",
    "take_in_record",
]
