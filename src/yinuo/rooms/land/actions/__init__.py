"""Every write to land: parcels prepared and sold, their lists, and the projects that build on them (正文·二(二),
二(七)).
"""

from yinuo.rooms.land.actions.lists import answer_input, assemble_list, correct_input, open_list
from yinuo.rooms.land.actions.parcels import (
    declare_standard,
    enter_parcel,
    record_assessment,
    record_basic,
    record_title,
    set_indicators,
)
from yinuo.rooms.land.actions.sale import offer_parcel, register_interest, sell_parcel
from yinuo.rooms.land.actions.uses import settle_project

__all__ = [
    "answer_input",
    "assemble_list",
    "correct_input",
    "declare_standard",
    "enter_parcel",
    "offer_parcel",
    "open_list",
    "record_assessment",
    "record_basic",
    "record_title",
    "register_interest",
    "sell_parcel",
    "set_indicators",
    "settle_project",
]
