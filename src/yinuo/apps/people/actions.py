from __future__ import annotations

import secrets
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import Q

from yinuo.apps.base import Actor, Refused, forbid
from yinuo.apps.people import access
from yinuo.apps.people.models import (
    ApiKey,
    AuthorisedPerson,
    Delegation,
    Department,
    InForce,
    Membership,
    Person,
    ProjectUnit,
    StaffRole,
    UnitType,
)
from yinuo.apps.people.queries import key_digest
from yinuo.apps.trail.actions import action, record
from yinuo.core.calendar import TZ
from yinuo.core.codes import CodeError, check_credit_code

NAME_LENGTH: int = ProjectUnit._meta.get_field("name").max_length
# Enough to tell one's keys apart, too little to guess one by.
PREFIX_LENGTH = 9
RESERVATION_LENGTH: int = ProjectUnit._meta.get_field("reservation_no").max_length


def _day(at: datetime) -> date:
    """The county's day: an instant in another zone may still be in yesterday."""
    return at.astimezone(TZ).date()


def _need_credit_code(code: str) -> None:
    try:
        check_credit_code(code)
    except CodeError as error:
        raise Refused("people.credit_code", f"统一社会信用代码有误：{error}", field="credit_code", remedy="请按营业执照逐字核对") from error


def find_or_register_unit(*, credit_code: str, name: str, type: str, **fields: object) -> ProjectUnit:
    """The unit of a credit code, made on first sight; its name never changes by somebody typing it."""
    _need_credit_code(credit_code)
    if type not in UnitType.values:
        raise Refused("people.unit_type", "请选择单位类型", field="type")
    try:
        with transaction.atomic():
            unit, _ = ProjectUnit.objects.get_or_create(credit_code=credit_code, defaults={"name": name, "type": type, **fields})
    except IntegrityError:
        unit = ProjectUnit.objects.get(credit_code=credit_code)
    return unit


@action
def register_reserved_unit(*, actor: Actor, name: str, type: str, reservation_no: str, at: datetime) -> ProjectUnit:
    """A unit that has only its name reserved (附件4·三), known by the reservation's number until it has a credit code."""
    if not access.can_register_units(actor):
        raise forbid()
    name, reservation_no = name.strip(), reservation_no.strip()
    if not name or len(name) > NAME_LENGTH:
        raise Refused("people.unit_name", f"请填写预先核准的名称，不超过 {NAME_LENGTH} 字", field="name")
    if type not in UnitType.values:
        raise Refused("people.unit_type", "请选择单位类型", field="type")
    if not reservation_no or len(reservation_no) > RESERVATION_LENGTH:
        raise Refused(
            "people.reservation_no", f"请填写企业名称预先核准号，不超过 {RESERVATION_LENGTH} 个字符", field="reservation_no",
            remedy="请按市场监管部门的核准通知书填写",
        )  # fmt: skip
    try:
        with transaction.atomic():
            unit = ProjectUnit.objects.create(name=name, type=type, reservation_no=reservation_no)
    except IntegrityError as error:
        raise Refused(
            "people.reservation_taken", "这个企业名称预先核准号已经登记过", field="reservation_no", remedy="请核对号码，或查找已登记的单位"
        ) from error
    record(actor, "people.register_reserved_unit", unit, at=at, data={"name": name, "reservation_no": reservation_no})
    return unit


@action
def give_credit_code(*, actor: Actor, unit_id: int, credit_code: str, at: datetime) -> ProjectUnit:
    """The unit has its licence now: from here on its credit code is its identity, once and for all."""
    if not access.can_register_units(actor):
        raise forbid()
    unit = ProjectUnit.objects.select_for_update(no_key=True).get(pk=unit_id)
    if unit.credit_code is not None:
        raise Refused("people.credit_code_given", f"这个单位已有统一社会信用代码 {unit.credit_code}，不能更换", field="credit_code")
    credit_code = credit_code.strip()
    _need_credit_code(credit_code)
    unit.credit_code = credit_code
    try:
        with transaction.atomic():
            unit.save(update_fields=["credit_code"])
    except IntegrityError as error:
        raise Refused(
            "people.credit_code_taken", "这个统一社会信用代码已经登记在另一个单位名下", field="credit_code", remedy="请按营业执照逐字核对"
        ) from error
    record(actor, "people.give_credit_code", unit, at=at, data={"credit_code": credit_code, "reservation_no": unit.reservation_no})
    return unit


@action
def ask_binding(*, actor: Actor, person: Person, unit: ProjectUnit, basis: str, at: datetime) -> AuthorisedPerson:
    """A person asks to act for a unit; the legal representative's authorisation is the basis, an official confirms it."""
    if actor.person_id != person.pk:
        raise forbid("只能为本人申请绑定")
    if not basis.strip():
        raise Refused("people.binding_basis", "请写明授权依据", field="basis", remedy="例如：法定代表人授权委托书编号")
    binding, created = AuthorisedPerson.objects.get_or_create(
        person=person, unit=unit, to_on=None, defaults={"from_on": _day(at), "basis": basis}
    )
    if created:
        record(actor, "people.ask_binding", binding, at=at, why=basis, data={"unit": unit.pk, "person": person.pk})
    return binding


@action
def authorise(
    *,
    actor: Actor,
    unit_id: int,
    account: str,
    name: str,
    basis: str,
    letter_id: int | None,
    may_sign: bool,
    from_on: date,
    to_on: date | None,
    at: datetime,
) -> AuthorisedPerson:
    """The unit names another person to act for it, with the legal representative's letter; an official confirms it.

    `account` = login name or telephone; it has to fit `name`, and whether an account is there is told to nobody who cannot say whose.
    """
    if not access.acts_for(actor, unit_id):
        raise forbid("只能为本单位授权经办人")
    if not basis.strip():
        raise Refused("people.binding_basis", "请写明授权依据", field="basis", remedy="例如：法定代表人授权委托书编号")
    if letter_id is None:
        raise Refused("people.binding_letter", "请上传法定代表人签字盖章的授权委托书", field="letter")
    if from_on < _day(at):
        raise Refused("people.binding_from", "授权开始的日期不能早于今天", field="from_on")
    if to_on is not None and to_on <= from_on:
        raise Refused("people.binding_span", "授权结束的日期应晚于开始的日期", field="to_on")
    person = _person_called(account, name)
    unit = ProjectUnit.objects.select_for_update(no_key=True).get(pk=unit_id)
    if AuthorisedPerson.objects.filter(Q(to_on__isnull=True) | Q(to_on__gt=from_on), person=person, unit=unit).exists():
        raise Refused(
            "people.bound_already",
            f"{person.name}已经获得授权，或者正在等待确认",
            field="account",
            remedy="要改期限或者范围，请先终止原来的授权",
        )
    binding = AuthorisedPerson.objects.create(
        person=person,
        unit=unit,
        basis=basis.strip()[:200],
        may_sign=may_sign,
        from_on=from_on,
        to_on=to_on,
        asked_by_id=actor.person_id,
        letter_id=letter_id,
    )
    record(
        actor,
        "people.authorise",
        binding,
        at=at,
        why=basis,
        data={"unit": unit.pk, "person": person.pk, "may_sign": may_sign, "letter": letter_id},
    )
    return binding


def _person_called(account: str, name: str) -> Person:
    text = account.strip()
    found = list(Person.objects.filter(Q(username=text) | Q(phone=text), name=name.strip(), is_active=True)[:2]) if text else []
    if len(found) != 1:
        raise Refused(
            "people.person_unknown",
            "没有姓名和登录名（手机号）都相符的账号",
            field="account",
            remedy="请核对；还没有账号的，请本人先到政务大厅开通",
        )
    return found[0]


@action
def confirm_binding(*, actor: Actor, binding: AuthorisedPerson, may_sign: bool, at: datetime) -> AuthorisedPerson:
    """An official of the hall that keeps the unit has seen the authorisation."""
    if not access.can_manage_unit(actor, binding.unit):
        raise forbid("请由项目所在大厅的总召集人或者管理员确认")
    if binding.confirmed_at is None:
        binding.confirmed_at, binding.may_sign = at, may_sign
        binding.save(update_fields=["confirmed_at", "may_sign"])
        record(actor, "people.confirm_binding", binding, at=at, data={"unit": binding.unit_id, "person": binding.person_id})
    return binding


@action
def end_binding(*, actor: Actor, binding: AuthorisedPerson, at: datetime, why: str) -> AuthorisedPerson:
    """The unit or an official ends it from today; what the person did before stays theirs."""
    if not (access.acts_for(actor, binding.unit_id) or access.can_manage_unit(actor, binding.unit)):
        raise forbid("只能由本单位，或者项目所在大厅的总召集人、管理员终止")
    end = max(_day(at), binding.from_on)
    if binding.to_on is None or binding.to_on > end:
        binding.to_on = end
        binding.save(update_fields=["to_on"])
        record(actor, "people.end_binding", binding, at=at, why=why, data={"unit": binding.unit_id, "person": binding.person_id})
    return binding


@action
def give_role(
    *, actor: Actor, person: Person, department: Department, role: str, at: datetime, from_on: date, stage: str = ""
) -> Membership:
    if not access.can_manage_hall(actor, department.hall_id):
        raise forbid("只能安排本大厅人员的角色")
    if role not in StaffRole.values:
        raise Refused("people.role", "请选择角色", field="role")
    membership, created = Membership.objects.get_or_create(
        person=person, department=department, role=role, stage=stage, to_on=None, defaults={"from_on": from_on}
    )
    if created:
        record(actor, "people.give_role", membership, at=at, data={"person": person.pk, "role": role, "department": department.pk})
    return membership


@action
def end_role(*, actor: Actor, membership: Membership, at: datetime, why: str) -> Membership:
    if not access.can_manage_hall(actor, membership.department.hall_id):
        raise forbid("只能终止本大厅人员的角色")
    if membership.to_on is None:
        # One that has not begun never holds for a day.
        membership.to_on = max(_day(at), membership.from_on)
        membership.save(update_fields=["to_on"])
        record(actor, "people.end_role", membership, at=at, why=why, data={"person": membership.person_id, "role": membership.role})
    return membership


@action
def delegate(*, actor: Actor, person: Person, substitute: Person, from_on: date, to_on: date, reason: str, at: datetime) -> Delegation:
    """While it holds, the substitute may handle the person's items; nothing waits for somebody on leave."""
    day = _day(at)
    if actor.person_id != person.pk and not any(access.can_manage_hall(actor, hall) for hall in _halls(person, day)):
        raise forbid("只能由本人或总召集人安排代班")
    if person.pk == substitute.pk:
        raise Refused("people.delegate_self", "代班人不能是本人", field="substitute")
    if to_on <= from_on:
        raise Refused("people.delegate_span", "结束日期应晚于开始日期", field="to_on")
    shared = set(person.memberships.filter(InForce.on(day)).values_list("department_id", flat=True))
    if not substitute.memberships.filter(InForce.on(day), department_id__in=shared).exists():
        raise Refused("people.delegate_department", f"{substitute.name}与您不在同一部门", field="substitute", remedy="请选择本部门同事")
    # Pressed twice it is one arrangement.
    Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    known = Delegation.objects.filter(person=person, substitute=substitute, from_on=from_on, to_on=to_on).first()
    if known is not None:
        return known
    made = Delegation.objects.create(person=person, substitute=substitute, from_on=from_on, to_on=to_on, reason=reason[:120])
    record(actor, "people.delegate", made, at=at, why=reason, data={"person": person.pk, "substitute": substitute.pk})
    return made


@action
def end_delegation(*, actor: Actor, delegation_id: int, at: datetime, why: str) -> Delegation:
    """Back earlier than planned: from today the substitute handles no more of the person's items; what was handled stays theirs."""
    row = Delegation.objects.select_for_update(of=("self",)).select_related("person").get(pk=delegation_id)
    day = _day(at)
    if actor.person_id != row.person_id and not any(access.can_manage_hall(actor, hall) for hall in _halls(row.person, day)):
        raise forbid("只能由本人或总召集人结束代班")
    if row.to_on is not None and row.to_on <= day:
        raise Refused("people.delegation_ended", "这次代班已经结束", remedy="请刷新页面查看")
    # One that has not begun never holds for a day.
    row.to_on = max(day, row.from_on)
    row.save(update_fields=["to_on"])
    record(actor, "people.end_delegation", row, at=at, why=why, data={"person": row.person_id, "substitute": row.substitute_id})
    return row


def _halls(person: Person, day: date) -> set[int]:
    return set(person.memberships.filter(InForce.on(day)).values_list("department__hall_id", flat=True))


@action
def issue_key(
    *,
    actor: Actor,
    person: Person,
    name: str,
    expires_at: datetime,
    at: datetime,
    unit: ProjectUnit | None = None,
    membership: Membership | None = None,
) -> tuple[ApiKey, str]:
    """A machine's key for what its person may do; the secret is shown once and never kept.

    For one of the person's roles, for a unit they are bound to, or – by an administrator alone – for another system.
    """
    if actor.role != "system" and not _may_issue(actor, unit, membership):
        raise forbid()
    bound = AuthorisedPerson.objects.filter(InForce.on(_day(at)), person=person, confirmed_at__isnull=False)
    if (membership is not None and membership.person_id != person.pk) or (unit is not None and not bound.filter(unit=unit).exists()):
        raise Refused("people.key_person", f"{person.name}没有这个角色或者单位授权", field="person", remedy="请先授予角色或者确认绑定")
    if not name.strip():
        raise Refused("people.key_name", "请写明密钥的用途", field="name", remedy="例如：财政系统查询进度")
    if expires_at <= at:
        raise Refused("people.key_expiry", "到期时间应晚于现在", field="expires_at")
    secret = "yk_" + secrets.token_urlsafe(32)
    key = ApiKey.objects.create(
        person=person,
        unit=unit,
        membership=membership,
        name=name.strip(),
        prefix=secret[:PREFIX_LENGTH],
        digest=key_digest(secret),
        issued_at=at,
        expires_at=expires_at,
    )
    record(actor, "people.issue_key", key, at=at, data={"person": person.pk, "expires_at": expires_at})
    return key, secret


def _may_issue(actor: Actor, unit: ProjectUnit | None, membership: Membership | None) -> bool:
    if membership is not None:
        return access.can_manage_hall(actor, membership.department.hall_id)
    return access.can_manage_unit(actor, unit) if unit is not None else actor.role == "administrator"


@action
def revoke_key(*, actor: Actor, key_id: int, at: datetime, why: str) -> ApiKey:
    """From this moment the key opens nothing; its person may do it too, for a lost key cannot wait. Again, it changes nothing."""
    key = ApiKey.objects.select_for_update(of=("self",)).select_related("unit", "membership__department").get(pk=key_id)
    own = actor.person_id is not None and actor.person_id == key.person_id
    if actor.role != "system" and not own and not _may_issue(actor, key.unit, key.membership):
        raise forbid("只有密钥的持有人、总召集人和管理员可以停用")
    if key.revoked_at is None:
        key.revoked_at = at
        key.save(update_fields=["revoked_at"])
        record(actor, "people.revoke_key", key, at=at, why=why, data={"person": key.person_id, "prefix": key.prefix})
    return key
