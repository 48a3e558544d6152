"""Every write to people, units and what they may do."""

from yinuo.engine.people.actions.accounts import change_account, change_department, change_hall, open_account
from yinuo.engine.people.actions.bindings import ask_binding, authorise, bind_confirmed, confirm_binding, end_binding
from yinuo.engine.people.actions.keys import issue_key, revoke_key
from yinuo.engine.people.actions.roles import delegate, end_delegation, end_role, give_role
from yinuo.engine.people.actions.units import (
    correct_unit,
    find_or_register_unit,
    give_credit_code,
    register_reserved_unit,
    register_unit,
)

__all__ = [
    "ask_binding",
    "authorise",
    "bind_confirmed",
    "change_account",
    "change_department",
    "change_hall",
    "confirm_binding",
    "correct_unit",
    "delegate",
    "end_binding",
    "end_delegation",
    "end_role",
    "find_or_register_unit",
    "give_credit_code",
    "give_role",
    "issue_key",
    "open_account",
    "register_reserved_unit",
    "register_unit",
    "revoke_key",
]
