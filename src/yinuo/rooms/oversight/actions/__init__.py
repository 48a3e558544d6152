"""Every write of this room."""

from __future__ import annotations

from yinuo.rooms.oversight.actions.clues import hand_clue, record_clue_answer
from yinuo.rooms.oversight.actions.dispatches import answer_dispatch
from yinuo.rooms.oversight.actions.finding import look_at, sweep
from yinuo.rooms.oversight.actions.intake import take_in_record
from yinuo.rooms.oversight.actions.records import correct_record, record_life
from yinuo.rooms.oversight.actions.warnings import (
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
