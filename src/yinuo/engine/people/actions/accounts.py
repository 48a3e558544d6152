"""Accounts and the hall's own data: opened, corrected and closed by the hall's administrator, each on record."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from yinuo.engine.base import Actor, Refused, column_length, forbid
from yinuo.engine.people import access, contact
from yinuo.engine.people.actions.common import text_of
from yinuo.engine.people.models import Department, Hall, Person
from yinuo.engine.trail.actions import action, record

PERSON = ("name", "phone", "email", "is_active")
CONTACT = ("phone", "address", "hours")


@action
def open_account(
    *, actor: Actor, username: str, name: str, at: datetime, phone: str = "", email: str = "", password: str = ""
) -> Person:
    """Somebody may sign in from now on; what they may do comes with a role or a binding.

    Without a password they set one by mail.
    """
    if not access.can_open_accounts(actor):
        raise forbid("只有系统管理员可以开通账号")
    person = Person(username=username.strip(), **_checked({"name": name, "phone": phone, "email": email}))
    if not person.username:
        raise Refused("people.username", "请填写登录名", field="username")
    if password:
        _need_good(password, person)
        person.set_password(password)
    elif not person.email:
        raise Refused("people.password", "请填写初始密码，或者填写邮箱由本人设置", field="password")
    else:
        person.set_unusable_password()
    try:
        with transaction.atomic():
            person.save(force_insert=True)
    except IntegrityError as error:
        raise Refused(
            "people.username_taken", "这个登录名已经有人使用", field="username", remedy="请另取一个登录名"
        ) from error
    record(actor, "people.open_account", person, at=at, data={"username": person.username})
    return person


@action
def change_account(*, actor: Actor, person_id: int, changes: dict[str, Any], at: datetime) -> Person:
    """Name, telephone, mail, and whether the account is open; closed, it signs in no more and its keys open nothing."""
    if not access.can_open_accounts(actor):
        raise forbid("只有系统管理员可以修改账号")
    person = Person.objects.select_for_update(no_key=True).get(pk=person_id)
    wanted = _checked({name: changes[name] for name in PERSON if name in changes})
    changed = [name for name, value in wanted.items() if getattr(person, name) != value]
    if "is_active" in changed and person.pk == actor.person_id:
        raise Refused("people.own_account", "不能停用自己的账号", field="is_active", remedy="请由另一位系统管理员办理")
    if changed:
        for name in changed:
            setattr(person, name, wanted[name])
        if "phone" in changed or ("is_active" in changed and person.is_active and _number_is_anothers(person)):
            # Nobody has shown that the number is the person's, or it has become somebody else's meanwhile.
            person.phone_verified_at = None
        person.save(update_fields=[*changed, "phone_verified_at"])
        # Names and numbers are erasable, so the trail says which fields, not what they said.
        record(actor, "people.change_account", person, at=at, data={"fields": changed, "is_active": person.is_active})
    return person


@action
def change_department(*, actor: Actor, department_id: int, phone: str, at: datetime) -> Department:
    """The telephone in the guides; a department's name and code are the pack's."""
    department = Department.objects.select_for_update(no_key=True).get(pk=department_id)
    if not access.can_manage_hall(actor, department.hall_id):
        raise forbid("只能修改本大厅的部门")
    phone = text_of(phone, "phone", column_length(Department, "phone"))
    if department.phone != phone:
        before, department.phone = department.phone, phone
        department.save(update_fields=["phone"])
        record(actor, "people.change_department", department, at=at, data={"before": before, "after": phone})
    return department


@action
def change_hall(*, actor: Actor, hall_id: int, phone: str, address: str, hours: str, at: datetime) -> Hall:
    """How the public reaches the hall; its name and region are the pack's."""
    hall = Hall.objects.select_for_update(no_key=True).get(pk=hall_id)
    if not access.can_manage_hall(actor, hall.pk):
        raise forbid("只能修改本大厅的联系方式")
    given = {"phone": phone, "address": address, "hours": hours}
    wanted = {name: text_of(given[name], name, column_length(Hall, name)) for name in CONTACT}
    before = {name: getattr(hall, name) for name in CONTACT}
    changed = [name for name in CONTACT if before[name] != wanted[name]]
    if changed:
        for name in changed:
            setattr(hall, name, wanted[name])
        hall.save(update_fields=changed)
        data = {"before": {name: before[name] for name in changed}, "after": {name: wanted[name] for name in changed}}
        record(actor, "people.change_hall", hall, at=at, data=data)
        transaction.on_commit(contact.forget)
    return hall


def _number_is_anothers(person: Person) -> bool:
    rows = Person.objects.filter(phone=person.phone, phone_verified_at__isnull=False, is_active=True)
    return rows.exclude(pk=person.pk).exists()


def new_username() -> str:
    """A login name of the platform's making, for somebody who signs in otherwise: a telephone may change hands."""
    return f"u{secrets.randbelow(10**10):010d}"


def _checked(values: dict[str, Any]) -> dict[str, Any]:
    """A person's fields as they can be kept. Raises Refused naming the field."""
    made = dict(values)
    for name in ("name", "phone", "email"):
        if name in made:
            made[name] = text_of(made[name], name, column_length(Person, name))
    if made.get("name") == "":
        raise Refused("people.person_name", "请填写姓名", field="name")
    if made.get("email"):
        try:
            validate_email(made["email"])
        except ValidationError as error:
            raise Refused("people.email", "邮箱写得不对", field="email") from error
    if made.get("phone") and not (made["phone"].isascii() and made["phone"].lstrip("+").replace("-", "").isdigit()):
        raise Refused("people.phone", "手机号只能是数字", field="phone")
    return made


def _need_good(password: str, person: Person) -> None:
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise Refused("people.password", "；".join(error.messages), field="password") from error
