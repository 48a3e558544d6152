"""A colleague is invited by a link to their telephone, makes or uses an account, and waits to be confirmed like anybody
named.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import date, datetime, timedelta

from yinuo.core.calendar import TZ
from yinuo.engine.base import NO_ROW, Actor, PageRef, Refused, forbid
from yinuo.engine.documents.models import StoredFile
from yinuo.engine.notices.actions import tell, tell_number
from yinuo.engine.people import access
from yinuo.engine.people.actions.common import day_of
from yinuo.engine.people.models import AuthorisedPerson, Person, ProjectUnit
from yinuo.engine.trail.actions import action, record
from yinuo.rooms.accounts.actions import codes
from yinuo.rooms.accounts.actions.common import need_name, new_account
from yinuo.rooms.accounts.models import Invitation, Purpose
from yinuo.rooms.accounts.queries import account_of_number

LASTS = timedelta(days=7)
WAITING_MOST = 20


def digest_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


@action
def invite(
    *,
    actor: Actor,
    unit_id: int,
    name: str,
    phone: str,
    basis: str,
    letter_id: int | None,
    may_sign: bool,
    from_on: date,
    to_on: date | None,
    at: datetime,
) -> tuple[Invitation, str]:
    """Sends the link by text message; gives it back once, for a demonstration's screen. The same number again replaces
    the link before.

    Raises: Forbidden (not the unit's own person), Refused naming the field.
    """
    if not access.is_own(actor, unit_id):
        raise forbid("只能由本单位的经办人邀请")
    name, phone = need_name(name), codes.normal_phone(phone)
    if not codes.can_be_sent():
        raise Refused(
            "accounts.no_gateway",
            "短信服务还没有开通，现在发不了邀请",
            field="phone",
            remedy="请改由对方带委托书到综合窗口办理",
        )
    if not basis.strip():
        raise Refused("people.binding_basis", "请写明授权依据", field="basis", remedy="例如：法定代表人授权委托书编号")
    letter = StoredFile.objects.defer("content").filter(pk=letter_id, unit_id=unit_id).first() if letter_id else None
    if letter is None:
        raise Refused("people.binding_letter", "请上传法定代表人签字盖章的授权委托书", field="letter")
    day = day_of(at)
    if from_on < day:
        raise Refused("people.binding_from", "授权开始的日期不能早于今天", field="from_on")
    if to_on is not None and to_on <= from_on:
        raise Refused("people.binding_span", "授权结束的日期应晚于开始的日期", field="to_on")
    unit = ProjectUnit.objects.select_for_update(no_key=True).get(pk=unit_id)
    waiting = Invitation.objects.filter(unit=unit, binding__isnull=True, taken_back_at__isnull=True, expires_at__gt=at)
    waiting.filter(phone=phone).update(taken_back_at=at)
    if waiting.count() >= WAITING_MOST:
        raise Refused(
            "accounts.invited_most",
            f"已有 {WAITING_MOST} 个邀请在等对方接受",
            field="phone",
            remedy="请先撤回不用的邀请",
        )
    known = account_of_number(phone)
    if known is not None and _bound(known, unit, from_on):
        raise Refused("people.bound_already", f"{known.name}已经获得授权，或者正在等待确认", field="phone")
    secret = secrets.token_urlsafe(24)
    made = Invitation.objects.create(
        unit=unit,
        invited_by_id=actor.required_person_id,
        name=name,
        phone=phone,
        may_sign=may_sign,
        from_on=from_on,
        to_on=to_on,
        basis=basis.strip()[:200],
        letter=letter,
        digest=digest_of(secret),
        made_at=at,
        expires_at=at + LASTS,
    )
    record(actor, "accounts.invite", made, at=at, why=basis, data={"unit": unit.pk, "may_sign": may_sign})
    inviter = Person.objects.values_list("name", flat=True).get(pk=actor.person_id or NO_ROW)
    until = f"{made.expires_at.astimezone(TZ):%m月%d日}"
    tell_number(
        "invited",
        phone,
        at=at,
        link=PageRef("entrance:invitation", secret=secret),
        inviter=inviter,
        unit=unit.name,
        until=until,
    )
    return made, secret


def _bound(person: Person, unit: ProjectUnit, day: date) -> bool:
    rows = AuthorisedPerson.objects.filter(person=person, unit=unit)
    return rows.exclude(to_on__lte=day).exists()


@action
def take_back(*, actor: Actor, invitation_id: int, at: datetime) -> Invitation:
    """The link no longer opens anything.

    A second time changes nothing. Raises: Forbidden, Refused where it has been accepted.
    """
    found = Invitation.objects.select_for_update(no_key=True).get(pk=invitation_id)
    if not access.is_own(actor, found.unit_id):
        raise forbid("只能撤回本单位的邀请")
    if found.binding_id is not None:
        raise Refused("accounts.accepted", "对方已经接受，不能撤回", remedy="不再需要的，请终止授权")
    if found.taken_back_at is None:
        found.taken_back_at = at
        found.save(update_fields=["taken_back_at"])
        record(actor, "accounts.take_back", found, at=at)
    return found


def invitation_of(secret: str, at: datetime) -> Invitation:
    """The invitation a link opens. Raises Refused for one that is over, taken back, used, or never was."""
    found = Invitation.objects.select_related("unit", "invited_by").filter(digest=digest_of(secret)).first()
    if found is None or found.taken_back_at is not None or at >= found.expires_at or found.binding_id is not None:
        raise Refused(
            "accounts.invitation", "这个邀请链接已经失效", remedy="邀请只能用一次，七天内有效；请对方重新邀请"
        )
    return found


@action
def accept(
    *, secret: str, at: datetime, proof_id: int | None = None, password: str = "", person_id: int | None = None
) -> tuple[Person, AuthorisedPerson]:
    """Whoever has the link and the telephone it was sent to becomes the unit's person, to be confirmed by the hall.

    `person_id`: somebody signed in whose verified number it is; else the number is proved here, and a new account made.
    Raises: Refused (the link is over; another number; the number has an account: sign in first).
    """
    opened = invitation_of(secret, at)
    unit = ProjectUnit.objects.select_for_update(no_key=True).get(pk=opened.unit_id)
    found = (
        Invitation.objects.select_for_update(no_key=True, of=("self",)).select_related("invited_by").get(pk=opened.pk)
    )
    invitation_of(secret, at)
    if person_id is not None:
        person = Person.objects.get(pk=person_id, is_active=True)
        if person.phone_verified_at is None or person.phone != found.phone:
            raise Refused(
                "accounts.other_number",
                "您的账号不是受邀请的手机号",
                remedy="请用受邀请的手机号登录，或者请对方重新邀请",
            )
        if person.name != found.name:
            raise Refused(
                "accounts.other_name", f"邀请的是{found.name}，和您账号的姓名不一致", remedy="请对方按您的姓名重新邀请"
            )
    else:
        phone = codes.use(proof_id, Purpose.INVITED, at)
        if phone != found.phone:
            raise Refused("accounts.other_number", "这不是受邀请的手机号", field="phone")
        person = new_account(name=found.name, phone=phone, at=at, password=password)
        record(Actor(person.pk, "person"), "accounts.join", person, at=at)
    if _bound(person, unit, found.from_on):
        raise Refused("people.bound_already", "您已经获得这个单位的授权，或者正在等待确认")
    begins = max(found.from_on, day_of(at))
    if found.to_on is not None and found.to_on <= begins:
        raise Refused("accounts.invitation", "邀请写明的授权期限已经过去", remedy="请对方重新邀请")
    binding = AuthorisedPerson.objects.create(
        person=person,
        unit=unit,
        basis=found.basis,
        may_sign=found.may_sign,
        from_on=begins,
        to_on=found.to_on,
        asked_by_id=found.invited_by_id,
        letter_id=found.letter_id,
    )
    found.binding = binding
    found.save(update_fields=["binding"])
    record(
        Actor(person.pk, "person"), "accounts.accept", binding, at=at, data={"unit": unit.pk, "invitation": found.pk}
    )
    tell("invitation_accepted", at=at, persons=[found.invited_by], unit_id=unit.pk, name=person.name)
    return person, binding
