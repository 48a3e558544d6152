"""Project units: known by their credit code or a reservation, and corrected as their licence has them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from yinuo.core.codes import CodeError, check_credit_code
from yinuo.engine.base import Actor, Refused, column_length, forbid
from yinuo.engine.people import access
from yinuo.engine.people.actions.common import text_of
from yinuo.engine.people.models import ProjectUnit, UnitType
from yinuo.engine.people.queries import find_unit, unit_by_code
from yinuo.engine.trail.actions import action, record

NAME_LENGTH = column_length(ProjectUnit, "name")
RESERVATION_LENGTH = column_length(ProjectUnit, "reservation_no")
CORRECTABLE = ("name", "legal_representative", "address", "state_owned", "foreign_invested")
FLAGS = ("state_owned", "foreign_invested")


def _need_credit_code(code: str) -> None:
    try:
        check_credit_code(code)
    except CodeError as error:
        raise Refused(
            "people.credit_code", f"统一社会信用代码有误：{error}", field="credit_code", remedy="请按营业执照逐字核对"
        ) from error


def find_or_register_unit(*, credit_code: str, name: str, type: str, **fields: object) -> ProjectUnit:
    """The unit of a credit code, made on first sight; its name never changes by somebody typing it."""
    _need_credit_code(credit_code)
    if type not in UnitType.values:
        raise Refused("people.unit_type", "请选择单位类型", field="type")
    try:
        with transaction.atomic():
            unit, _ = ProjectUnit.objects.get_or_create(
                credit_code=credit_code, defaults={"name": name, "type": type, **fields}
            )
    except IntegrityError:
        unit = unit_by_code(credit_code)
    return unit


@action
def register_unit(
    *,
    actor: Actor,
    credit_code: str,
    name: str,
    type: str,
    at: datetime,
    legal_representative: str = "",
    address: str = "",
) -> ProjectUnit:
    """A unit whose licence somebody at the hall has in hand; one known already is given back as it stands."""
    if not access.can_register_units(actor):
        raise forbid()
    credit_code = credit_code.strip().upper()
    known = find_unit(credit_code)
    if known is not None:
        return known
    name = text_of(name, "name", NAME_LENGTH)
    if not name:
        raise Refused("people.unit_name", "请照营业执照填写单位名称", field="name")
    rest = {
        field: text_of(value, field, column_length(ProjectUnit, field))
        for field, value in (("legal_representative", legal_representative), ("address", address))
    }
    unit = find_or_register_unit(credit_code=credit_code, name=name, type=type, **rest)
    record(actor, "people.register_unit", unit, at=at, data={"name": name, "credit_code": credit_code})
    return unit


@action
def register_reserved_unit(*, actor: Actor, name: str, type: str, reservation_no: str, at: datetime) -> ProjectUnit:
    """A unit that has only its name reserved (附件4·三),
    known by the reservation's number until it has a credit code.
    """
    if not access.can_register_units(actor):
        raise forbid()
    name, reservation_no = name.strip(), reservation_no.strip()
    if not name or len(name) > NAME_LENGTH:
        raise Refused("people.unit_name", f"请填写预先核准的名称，不超过 {NAME_LENGTH} 字", field="name")
    if type not in UnitType.values:
        raise Refused("people.unit_type", "请选择单位类型", field="type")
    if not reservation_no or len(reservation_no) > RESERVATION_LENGTH:
        raise Refused(
            "people.reservation_no",
            f"请填写企业名称预先核准号，不超过 {RESERVATION_LENGTH} 个字符",
            field="reservation_no",
            remedy="请按市场监管部门的核准通知书填写",
        )
    try:
        with transaction.atomic():
            unit = ProjectUnit.objects.create(name=name, type=type, reservation_no=reservation_no)
    except IntegrityError as error:
        raise Refused(
            "people.reservation_taken",
            "这个企业名称预先核准号已经登记过",
            field="reservation_no",
            remedy="请核对号码，或查找已登记的单位",
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
        raise Refused(
            "people.credit_code_given",
            f"这个单位已有统一社会信用代码 {unit.credit_code}，不能更换",
            field="credit_code",
        )
    credit_code = credit_code.strip()
    _need_credit_code(credit_code)
    unit.credit_code = credit_code
    try:
        with transaction.atomic():
            unit.save(update_fields=["credit_code"])
    except IntegrityError as error:
        raise Refused(
            "people.credit_code_taken",
            "这个统一社会信用代码已经登记在另一个单位名下",
            field="credit_code",
            remedy="请按营业执照逐字核对",
        ) from error
    record(
        actor,
        "people.give_credit_code",
        unit,
        at=at,
        data={"credit_code": credit_code, "reservation_no": unit.reservation_no},
    )
    return unit


@action
def correct_unit(*, actor: Actor, unit_id: int, changes: dict[str, Any], why: str, at: datetime) -> ProjectUnit:
    """A unit's particulars as its licence has them now; its credit code and its type stay what they are."""
    unit = ProjectUnit.objects.select_for_update(no_key=True).get(pk=unit_id)
    if not access.can_manage_unit(actor, unit):
        raise forbid("只能更正由本大厅管理的项目单位")
    if not why.strip():
        raise Refused("people.correction_reason", "请写明更正的依据", field="why", remedy="例如：营业执照变更登记日期")
    wanted: dict[str, Any] = {}
    for name in (name for name in CORRECTABLE if name in changes):
        value = changes[name]
        wanted[name] = bool(value) if name in FLAGS else text_of(value, name, column_length(ProjectUnit, name))
    if wanted.get("name") == "":
        raise Refused("people.unit_name", "单位名称不能为空", field="name")
    changed = {name: [getattr(unit, name), value] for name, value in wanted.items() if getattr(unit, name) != value}
    if changed:
        for name, (_, value) in changed.items():
            setattr(unit, name, value)
        unit.save(update_fields=list(changed))
        told = {name: pair for name, pair in changed.items() if name != "legal_representative"}
        record(
            actor, "people.correct_unit", unit, at=at, why=why.strip(), data={"fields": list(changed), "changes": told}
        )
    return unit
