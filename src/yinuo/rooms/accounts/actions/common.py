"""What the actions on accounts share."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from yinuo.core.calendar import TZ
from yinuo.engine.base import Refused, column_length
from yinuo.engine.people.actions.accounts import new_username
from yinuo.engine.people.actions.common import day_of, text_of
from yinuo.engine.people.contact import contact
from yinuo.engine.people.models import Person
from yinuo.rooms.accounts import queries

NAME_LENGTH = column_length(Person, "name")


def need_name(name: str) -> str:
    name = text_of(name, "name", NAME_LENGTH)
    if not name:
        raise Refused("accounts.name", "请填写姓名，与身份证件一致", field="name")
    return name


def set_good_password(person: Person, password: str) -> None:
    """Sets it on the row, unsaved. Raises Refused for a weak one."""
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise Refused("accounts.password", "；".join(error.messages), field="password") from error
    person.set_password(password)


def new_account(*, name: str, phone: str, at: datetime, password: str = "") -> Person:
    """An account whose telephone has been proved. Without a password nobody signs in before one is set by a link.

    Raises: Refused when the number signs in to another account.
    """
    person = Person(name=need_name(name), phone=phone, phone_verified_at=at)
    if password:
        set_good_password(person, password)
    else:
        person.set_unusable_password()
    if queries.account_of_number(phone) is not None:
        raise taken()
    person.username = new_username()
    try:
        with transaction.atomic():
            person.save(force_insert=True)
    except IntegrityError as error:
        raise taken() from error
    return person


def taken() -> Refused:
    return Refused(
        "accounts.phone_taken",
        "这个手机号已经有账号",
        field="phone",
        remedy="请直接登录；忘了密码的，可以用短信验证码找回；号码是转来的，请到政务大厅综合窗口办理",
    )


def hall_phone(at: datetime) -> str:
    """The hall's telephone as a message ends with it; empty where none is given."""
    found = contact(day_of(at))
    return f"（{found.phone}）" if found and found.phone else ""


def moment(at: datetime) -> str:
    return f"{at.astimezone(TZ):%m月%d日 %H:%M}"
