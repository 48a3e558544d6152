"""Every write at the window: a visit opened and closed, documents handed out against signature, promises on paper taken
in, accounts given.
"""

from yinuo.rooms.window.actions.binding import bind_visitor
from yinuo.rooms.window.actions.handing_out import hand_out
from yinuo.rooms.window.actions.promising import print_letter, take_promise
from yinuo.rooms.window.actions.visits import close_left_open, close_visit, open_visit

__all__ = ["bind_visitor", "close_left_open", "close_visit", "hand_out", "open_visit", "print_letter", "take_promise"]
