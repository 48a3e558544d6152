"""What a person does for themselves: an account by telephone, a lost password, another number, another mail address."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from yinuo.core.masking import mask_phone
from yinuo.engine.base import Actor, Refused, column_length, forbid
from yinuo.engine.notices.actions import tell, tell_number
from yinuo.engine.people.actions.common import day_of, text_of
from yinuo.engine.people.models import InForce, Person, StaffRole
from yinuo.engine.trail.actions import action, record
from yinuo.rooms.accounts import queries
from yinuo.rooms.accounts.actions import codes
from yinuo.rooms.accounts.actions.common import hall_phone, moment, need_name, new_account, set_good_password, taken
from yinuo.rooms.accounts.models import Purpose


def acting_for_oneself(person: Person) -> Actor:
    """A person who acts for no unit and in no role: for their own account alone."""
    return Actor(person.pk, "person")


@action
def join(*, proof_id: int | None, name: str, password: str, at: datetime) -> Person:
    """A new account whose telephone is proved; which unit it acts for is asked afterwards. Raises Refused."""
    need_name(name)
    phone = codes.use(proof_id, Purpose.JOIN, at)
    person = new_account(name=name, phone=phone, at=at, password=password)
    record(acting_for_oneself(person), "accounts.join", person, at=at)
    tell("account_opened", at=at, persons=[person], phone=mask_phone(phone))
    return person


@action
def reset_password(*, proof_id: int | None, name: str, password: str, at: datetime) -> Person | None:
    """Who has the telephone in hand and knows the account's name sets a new password; every session of the account
    ends.

    The name is asked for because numbers change hands; None = no account has both, and the try is counted. The second
    factor stays. Administrators are not reset by a telephone alone. Raises Refused.
    """
    phone = codes.use(proof_id, Purpose.RESET, at)
    found = list(
        Person.objects.select_for_update(no_key=True).filter(phone=phone, name=need_name(name), is_active=True)[:2]
    )
    if len(found) != 1:
        codes.give_back(proof_id)
        return None
    person = found[0]
    if person.is_superuser or person.memberships.filter(InForce.on(day_of(at)), role=StaffRole.ADMINISTRATOR).exists():
        raise Refused(
            "accounts.administrator",
            "系统管理员的密码不能用短信找回",
            field="name",
            remedy="请用邮箱找回，或者由另一位系统管理员办理",
        )
    set_good_password(person, password)
    if person.phone_verified_at is None and queries.account_of_number(phone) is None:
        person.phone_verified_at = at
    person.save(update_fields=["password", "phone_verified_at"])
    record(acting_for_oneself(person), "accounts.reset_password", person, at=at)
    tell("password_reset", at=at, persons=[person], when=moment(at), hall=hall_phone(at))
    return person


@action
def change_phone(*, actor: Actor, proof_id: int | None, at: datetime, old_proof_id: int | None = None) -> Person:
    """Another number, proved by a code to it and by one to the number before; an account whose number was never proved
    has none to ask.

    Whoever no longer has the old number goes to the window. Raises Refused.
    """
    if actor.person_id is None:
        raise forbid("请先登录")
    person = Person.objects.select_for_update(no_key=True).get(pk=actor.person_id)
    before = person.phone if person.phone_verified_at else ""
    if before and codes.use(old_proof_id, Purpose.PHONE, at) != before:
        raise Refused(
            "accounts.old_phone",
            "请先验证原来的手机号",
            field="phone",
            remedy="原来的号码已经不用的，请带身份证件到综合窗口更换",
        )
    phone = codes.use(proof_id, Purpose.PHONE, at)
    if phone == before:
        raise Refused("accounts.same_phone", "这就是现在的手机号", field="phone")
    set_phone(actor, person, phone, at)
    return person


def set_phone(actor: Actor, person: Person, phone: str, at: datetime) -> None:
    """Within an action, the person's row locked: the number proved is the account's from here on; the number before is
    told.
    """
    before, verified = person.phone, person.phone_verified_at
    if before == phone and verified:
        return
    if (other := queries.account_of_number(phone)) is not None and other.pk != person.pk:
        raise taken()
    person.phone, person.phone_verified_at = phone, at
    try:
        with transaction.atomic():
            person.save(update_fields=["phone", "phone_verified_at"])
    except IntegrityError as error:
        raise taken() from error
    record(actor, "accounts.change_phone", person, at=at)
    if before and before != phone:
        told = {"when": moment(at), "phone": mask_phone(phone), "hall": hall_phone(at)}
        tell("phone_changed", at=at, persons=[person], words=told)
        tell_number("old_phone_changed", before, at=at, phone=mask_phone(phone), hall=hall_phone(at))


@action
def change_mail(*, actor: Actor, mail: str, at: datetime) -> Person:
    """The address messages go to, and by which a password may be set anew; empty takes it away.

    The caller has asked for the password.
    """
    if actor.person_id is None:
        raise forbid("请先登录")
    person = Person.objects.select_for_update(no_key=True).get(pk=actor.person_id)
    mail = text_of(mail, "email", column_length(Person, "email"))
    if mail:
        try:
            validate_email(mail)
        except ValidationError as error:
            raise Refused(
                "accounts.mail", "邮箱地址有误", field="email", remedy="写成 name@example.com 这样"
            ) from error
    if person.email != mail:
        person.email = mail
        person.save(update_fields=["email"])
        record(actor, "accounts.change_mail", person, at=at)
    return person


@action
def sign_out_elsewhere(*, actor: Actor, at: datetime) -> Person:
    """Every session of the person ends; the page they are at begins a new one."""
    if actor.person_id is None:
        raise forbid("请先登录")
    person = Person.objects.select_for_update(no_key=True).get(pk=actor.person_id)
    person.sign_outs += 1
    person.save(update_fields=["sign_outs"])
    record(actor, "accounts.sign_out_elsewhere", person, at=at)
    return person
