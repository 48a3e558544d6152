"""A login of the province's identity platform: the account it serves, bound to the legal entity the platform names."""

from __future__ import annotations

from datetime import datetime

from yinuo.core.codes import CodeError, check_credit_code
from yinuo.engine.base import Actor, Refused
from yinuo.engine.notices.actions import tell
from yinuo.engine.people.actions import bind_confirmed
from yinuo.engine.people.actions.accounts import new_username
from yinuo.engine.people.actions.bindings import ask_binding
from yinuo.engine.people.actions.common import day_of
from yinuo.engine.people.actions.units import find_or_register_unit
from yinuo.engine.people.models import AuthorisedPerson, Person
from yinuo.engine.people.queries import persons_bound
from yinuo.engine.trail.actions import action, record
from yinuo.rooms.accounts import queries
from yinuo.rooms.accounts.actions.common import need_name
from yinuo.rooms.accounts.province import Claims


@action
def accept_platform_login(*, person_id: int | None, claims: Claims, issuer: str, at: datetime) -> Person:
    """`person_id`: whom this login has served before. Otherwise the account of the same verified number and name, else
    a new one.

    An official's account is never taken by a number: its holder connects the login once, signed in. Raises Refused (no
    name given).
    """
    if person_id is not None:
        person = Person.objects.select_for_update(no_key=True).get(pk=person_id)
    else:
        known = queries.account_of_number(claims.phone) if claims.phone else None
        same = (
            known is not None
            and known.name == claims.name
            and not known.memberships.exists()
            and not known.is_superuser
        )
        person = known if known is not None and same else _made(claims, free=known is None, at=at)
    if claims.credit_code:
        _bind(person, claims, issuer, at)
    return person


def _made(claims: Claims, *, free: bool, at: datetime) -> Person:
    person = Person(name=need_name(claims.name), username=new_username())
    if claims.phone and free:
        person.phone, person.phone_verified_at = claims.phone, at
    person.set_unusable_password()
    person.save(force_insert=True)
    record(Actor(person.pk, "person"), "accounts.join", person, at=at, data={"by": "oidc"})
    return person


def _bind(person: Person, claims: Claims, issuer: str, at: datetime) -> None:
    """At once, for the platform vouches for it; where the unit has ended it before, the hall is asked first."""
    try:
        check_credit_code(claims.credit_code)
    except CodeError as error:
        raise Refused(
            "accounts.credit_code",
            f"{issuer}给出的统一社会信用代码有误：{error}",
            remedy="请在那里核对单位信息，或者在线上传执照绑定单位",
        ) from error
    unit = find_or_register_unit(
        credit_code=claims.credit_code,
        name=(claims.unit_name or claims.credit_code)[:120],
        type=claims.unit_type,
        legal_representative=claims.legal_representative[:60],
    )
    day = day_of(at)
    rows = AuthorisedPerson.objects.filter(person=person, unit=unit)
    if rows.exclude(to_on__lte=day).exists():
        return
    actor, basis = Actor(person.pk, "person"), f"{issuer}法人登录"
    if rows.exists():
        ask_binding(actor=actor, person=person, unit=unit, basis=f"{basis}；本单位以前终止过授权", at=at)
        return
    others = [row for row in persons_bound(unit.pk, day) if row.pk != person.pk]
    own = bool(claims.legal_representative) and claims.legal_representative == person.name
    bind_confirmed(
        actor=actor,
        person=person,
        unit=unit,
        basis=basis,
        letter_id=None,
        may_sign=own or claims.may_sign,
        to_on=None,
        at=at,
    )
    if others:
        tell(
            "person_bound_elsewhere",
            at=at,
            persons=others,
            unit_id=unit.pk,
            name=person.name,
            unit=unit.name,
            issuer=issuer,
        )
