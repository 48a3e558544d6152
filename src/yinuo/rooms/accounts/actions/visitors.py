"""At the counter: whose identity a clerk has compared gets an account, or back into it, and acts for the unit from then
on.
"""

from __future__ import annotations

from datetime import date, datetime

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str

from yinuo.engine.base import Actor, PageRef, Refused
from yinuo.engine.notices.actions import tell, tell_number
from yinuo.engine.people.actions import bind_confirmed
from yinuo.engine.people.actions.common import day_of
from yinuo.engine.people.models import AuthorisedPerson, InForce, Person, ProjectUnit
from yinuo.engine.people.queries import persons_bound
from yinuo.engine.trail.actions import action, record
from yinuo.rooms.accounts import queries
from yinuo.rooms.accounts.actions import codes
from yinuo.rooms.accounts.actions.common import new_account
from yinuo.rooms.accounts.actions.own import set_phone
from yinuo.rooms.accounts.models import Purpose


@action
def bind_proven(
    *,
    actor: Actor,
    unit_id: int,
    name: str,
    person_id: int | None,
    proof_id: int | None,
    basis: str,
    letter_id: int | None,
    may_sign: bool,
    to_on: date | None,
    at: datetime,
) -> AuthorisedPerson:
    """Binds the person in front of the clerk to the unit, at once, with the account of their proved number.

    `person_id`: whom the clerk has compared them with, a person bound to the unit; their account gets the number, which
    may be new. Without it the account is the one the number signs in to, if it has this name, else a new one: a name
    alone is nobody's, for others bear it. By text message comes a link to set the password; the old one no longer
    holds. Whoever is bound already and brings no new letter stays bound as they are. The unit's other persons are told
    of a new one. The caller (the window) has compared identity and papers. Raises: Refused.
    """
    day = day_of(at)
    unit = ProjectUnit.objects.select_for_update(no_key=True).get(pk=unit_id)
    phone = codes.use(proof_id, Purpose.WINDOW, at)
    person = _account(unit, name, phone, person_id, day)
    back = person is not None
    if person is None:
        person = new_account(name=name, phone=phone, at=at)
        record(actor, "accounts.open_for_visitor", person, at=at, data={"unit": unit.pk})
    else:
        person = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
        set_phone(actor, person, phone, at)
    others = [row for row in persons_bound(unit.pk, day) if row.pk != person.pk]
    bound = AuthorisedPerson.objects.filter(
        InForce.on(day), person=person, unit=unit, confirmed_at__isnull=False
    ).first()
    binding = bound if letter_id is None else None
    if binding is None:
        binding = bind_confirmed(
            actor=actor,
            person=person,
            unit=unit,
            basis=basis,
            letter_id=letter_id,
            may_sign=may_sign,
            to_on=to_on,
            at=at,
        )
    if others and bound is None:
        tell("person_bound", at=at, persons=others, unit_id=unit.pk, name=person.name, unit=unit.name)
    if back:
        # Whoever had the old password is out; who stands at the counter sets a new one.
        person.set_unusable_password()
        person.save(update_fields=["password"])
        record(actor, "accounts.recover_for_visitor", person, at=at, data={"unit": unit.pk})
    send_password_link(person=person, at=at)
    return binding


def _account(unit: ProjectUnit, name: str, phone: str, person_id: int | None, day: date) -> Person | None:
    if person_id is not None:
        bound = AuthorisedPerson.objects.filter(
            InForce.on(day), unit=unit, confirmed_at__isnull=False, person_id=person_id
        )
        found = bound.filter(person__name=name, person__is_active=True).select_related("person").first()
        if found is None:
            raise Refused("accounts.not_bound", f"{name}现在不是本单位的经办人", remedy="请结束来访，按委托书重新登记")
        return found.person
    known = queries.account_of_number(phone)
    if known is not None and known.name != name:
        raise Refused(
            "accounts.other_name",
            "这个手机号是另一个人的登录账号",
            field="phone",
            remedy="请换本人的手机号；号码已经转给本人的，请系统管理员先停用原来的账号",
        )
    return known


def password_link(person: Person) -> PageRef:
    """Where the account's holder sets a password; it ends when the password changes, or after three days."""
    return PageRef(
        "account_reset_password_from_key",
        uidb36=user_pk_to_url_str(person),
        key=default_token_generator.make_token(person),
    )


@action
def send_password_link(*, person: Person, at: datetime) -> None:
    """By text message to the account's telephone."""
    tell_number("password_link", person.phone, at=at, link=password_link(person), name=person.name)
