"""Every write to accounts: opened, asked for, invited, recovered; passwords and telephones changed."""

from yinuo.rooms.accounts.actions.admissions import admit, ask_admission, decline, withdraw_admission
from yinuo.rooms.accounts.actions.codes import ask_code, prove
from yinuo.rooms.accounts.actions.invitations import accept, invite, take_back
from yinuo.rooms.accounts.actions.own import change_mail, change_phone, join, reset_password, sign_out_elsewhere
from yinuo.rooms.accounts.actions.provincial import accept_platform_login
from yinuo.rooms.accounts.actions.visitors import bind_proven, send_password_link

__all__ = [
    "accept",
    "accept_platform_login",
    "admit",
    "ask_admission",
    "ask_code",
    "bind_proven",
    "change_mail",
    "change_phone",
    "decline",
    "invite",
    "join",
    "prove",
    "reset_password",
    "send_password_link",
    "sign_out_elsewhere",
    "take_back",
    "withdraw_admission",
]
