"""Every write to a mock approval: registering, handing in at the window, the land and the conversion."""

from yinuo.rooms.mock.actions.converting import register_land, report_change
from yinuo.rooms.mock.actions.handing import hand_in, keep_file, take_back, withdraw
from yinuo.rooms.mock.actions.registering import distribute, give_opinion, keep_signed, register

__all__ = [
    "distribute",
    "give_opinion",
    "hand_in",
    "keep_file",
    "keep_signed",
    "register",
    "register_land",
    "report_change",
    "take_back",
    "withdraw",
]
