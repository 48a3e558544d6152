"""Who acts for a unit: asked or named with the legal representative's letter, confirmed, ended."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import Q

from yinuo.engine.base import Actor, Refused, forbid, refuse_if_taken
from yinuo.engine.people import access, queries
from yinuo.engine.people.actions.common import day_of
from yinuo.engine.people.models import AuthorisedPerson, Person, ProjectUnit
from yinuo.engine.trail.actions import action, record


@action
def ask_binding(*, actor: Actor, person: Person, unit: ProjectUnit, basis: str, at: datetime) -> AuthorisedPerson:
    """A person asks to act for a unit; the legal representative's authorisation is the basis,
    an official confirms it.
    """
    if actor.person_id != person.pk:
        raise forbid("只能为本人申请绑定")
    if not basis.strip():
        raise Refused("people.binding_basis", "请写明授权依据", field="basis", remedy="例如：法定代表人授权委托书编号")
    ProjectUnit.objects.select_for_update(no_key=True).get(pk=unit.pk)
    with refuse_if_taken(
        "people.bound_already",
        "您在这段时间已有本单位的授权，或者正在等待确认",
        field="basis",
        remedy="要改期限，请先终止原来的授权",
    ):
        binding, created = AuthorisedPerson.objects.get_or_create(
            person=person, unit=unit, to_on=None, defaults={"from_on": day_of(at), "basis": basis}
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

    `account` = login name or telephone; it has to fit `name`, and whether an account is there is told to nobody who
    cannot say whose.
    """
    if not access.is_own(actor, unit_id):
        raise forbid("只能由本单位的经办人为本单位授权")
    if not basis.strip():
        raise Refused("people.binding_basis", "请写明授权依据", field="basis", remedy="例如：法定代表人授权委托书编号")
    if letter_id is None:
        raise Refused("people.binding_letter", "请上传法定代表人签字盖章的授权委托书", field="letter")
    if from_on < day_of(at):
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
    found = (
        list(Person.objects.filter(Q(username=text) | Q(phone=text), name=name.strip(), is_active=True)[:2])
        if text
        else []
    )
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
        record(
            actor, "people.confirm_binding", binding, at=at, data={"unit": binding.unit_id, "person": binding.person_id}
        )
    return binding


@action
def bind_confirmed(
    *,
    actor: Actor,
    person: Person,
    unit: ProjectUnit,
    basis: str,
    letter_id: int | None,
    may_sign: bool,
    to_on: date | None,
    at: datetime,
) -> AuthorisedPerson:
    """The person acts for the unit from today: whoever calls has compared the papers. One who does already, or waits,
    gets what this says.

    `to_on`: the first day it no longer holds; None = until ended.
    """
    day = day_of(at)
    if to_on is not None and to_on <= day:
        raise Refused("people.binding_span", "授权结束的日期应晚于今天", field="to_on")
    ProjectUnit.objects.select_for_update(no_key=True).get(pk=unit.pk)
    rows = AuthorisedPerson.objects.select_for_update(no_key=True).filter(
        Q(to_on__isnull=True) | Q(to_on__gt=day), person=person, unit=unit
    )
    for row in rows:
        # A later beginning asked for before would overlap; the papers shown today are the newer.
        row.to_on = max(day, row.from_on)
        row.save(update_fields=["to_on"])
    made = AuthorisedPerson.objects.create(
        person=person,
        unit=unit,
        basis=basis.strip()[:200],
        confirmed_at=at,
        may_sign=may_sign,
        from_on=day,
        to_on=to_on,
        letter_id=letter_id,
    )
    data = {"unit": unit.pk, "person": person.pk, "may_sign": may_sign, "letter": letter_id}
    record(actor, "people.bind_confirmed", made, at=at, why=basis, data=data)
    return made


@action
def end_binding(*, actor: Actor, binding: AuthorisedPerson, at: datetime, why: str) -> AuthorisedPerson:
    """The unit or an official ends it from today; what the person did before stays theirs.

    The last person of a unit does not end themselves: nobody would be left who could name another.
    """
    if not (access.is_own(actor, binding.unit_id) or access.can_manage_unit(actor, binding.unit)):
        raise forbid("只能由本单位，或者项目所在大厅的总召集人、管理员终止")
    day = day_of(at)
    unit = ProjectUnit.objects.select_for_update(no_key=True).get(pk=binding.unit_id)
    if binding.person_id == actor.person_id and not queries.has_others(unit.pk, binding.person_id, day):
        raise Refused(
            "people.last_person",
            "您是本单位最后一位经办人，现在不能终止自己的授权",
            remedy="请先授权或者邀请接手的人，政务大厅确认以后再终止；没有人接手的，请到综合窗口办理",
        )
    end = max(day, binding.from_on)
    if binding.to_on is None or binding.to_on > end:
        binding.to_on = end
        binding.save(update_fields=["to_on"])
        record(
            actor,
            "people.end_binding",
            binding,
            at=at,
            why=why,
            data={"unit": binding.unit_id, "person": binding.person_id},
        )
    return binding
