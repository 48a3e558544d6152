"""A parcel offered and sold: who is interested, whom the grade puts first among equals,
and the contract that ends it.
"""

from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError, transaction

from yinuo.engine.base import NO_ROW, Actor, PageRef, Refused, forbid, save
from yinuo.engine.notices.actions import tell
from yinuo.engine.people.models import ProjectUnit
from yinuo.engine.rules import pack
from yinuo.engine.trail.actions import action, answered, claim, record, remember
from yinuo.rooms.credit.relying import rely_on
from yinuo.rooms.land import access, rules
from yinuo.rooms.land.actions.common import day_of, locked, need_past, need_text, take
from yinuo.rooms.land.actions.lists import issue_to_buyer
from yinuo.rooms.land.models import (
    UNDER_WAY,
    LandChecklist,
    ListState,
    Parcel,
    ParcelInterest,
    ParcelStatus,
)
from yinuo.rooms.land.queries import grades_of, interests_of


@action
def offer_parcel(*, actor: Actor, parcel_id: int, at: datetime, version: int | None = None) -> Parcel:
    """The sale is announced: from now on units may say that they are interested. The title must be clear."""
    parcel = take(actor, parcel_id, access.can_dispose, [ParcelStatus.PREPARED], version)
    if parcel.titled_on is None:
        raise Refused("land.title", "权属还没有核清，不能公开出让", remedy="请先登记权属依据")
    parcel.status, parcel.offered_at = ParcelStatus.OFFERED, at
    save(parcel, "status", "offered_at")
    record(
        actor,
        "land.offer_parcel",
        parcel,
        at=at,
        data={"number": parcel.number, "standard": parcel.standard_id is not None},
    )
    return parcel


@action
def register_interest(
    *, actor: Actor, parcel_id: int, at: datetime, note: str = "", idempotency_key: str = ""
) -> ParcelInterest:
    """A unit says that it wants the parcel; said again it stays one.

    Raises Refused for a class the track is closed to.
    """
    claimed = claim(actor, idempotency_key, "land.register_interest", [parcel_id, note], at=at)
    if (known := answered(claimed)) is not None:
        return ParcelInterest.objects.get(pk=known)
    if not access.can_be_interested(actor):
        raise forbid("请以项目单位的身份登记意向")
    parcel = locked(parcel_id)
    if parcel.status != ParcelStatus.OFFERED:
        raise Refused("land.not_offered", f"地块 {parcel.number} 没有在公开出让", remedy="请选择正在出让的地块")
    unit = ProjectUnit.objects.select_related("credit").get(pk=actor.unit_id or NO_ROW)
    grade = rely_on(unit, at).grade
    _let_in(grade, parcel, day_of(at), "不能登记意向")
    known_row = ParcelInterest.objects.filter(parcel=parcel, unit=unit).first()
    if known_row is not None:
        raise Refused("land.interested", "贵单位已经登记过意向", remedy="自然资源部门会与您联系")
    row = ParcelInterest.objects.create(
        parcel=parcel, unit=unit, note=note.strip()[:400], grade=grade, person_id=actor.person_id, at=at
    )
    record(actor, "land.register_interest", row, at=at, data={"parcel": parcel.number, "grade": grade})
    remember(claimed, row)
    return row


def _let_in(grade: str, parcel: Parcel, day: date, what: str) -> None:
    measure = rules.refusal_of(grade, parcel.standard_id is not None, day)
    if measure is not None:
        raise Refused(
            "land.grade",
            f"信用等级 {grade}，{what}：{measure.text}",
            remedy="信用修复后再申请；不带“标准地”和用地清单优惠的地块仍可参加",
            cites=pack().cite_texts(measure.cites),
        )


@action
def sell_parcel(
    *,
    actor: Actor,
    parcel_id: int,
    unit_id: int,
    contract_number: str,
    contract_on: date,
    at: datetime,
    note: str = "",
    version: int | None = None,
) -> Parcel:
    """The land contract is signed: the buyer gets the list with the land. `note` says why where another unit stood
    first in the ranking.

    Raises: Refused for a list still in work (it belongs to the land), a class that is refused, a contract number used
    before.
    """
    parcel = take(actor, parcel_id, access.can_dispose, [ParcelStatus.OFFERED], version)
    unit = ProjectUnit.objects.select_related("credit").filter(pk=unit_id).first()
    if unit is None:
        raise Refused("land.unit", "请选择受让单位", field="unit")
    number = need_text(contract_number, "contract_number", "请填写出让合同编号", 60)
    need_past(contract_on, at, "contract_on")
    day = day_of(at)
    if parcel.standard_id is not None:
        _let_in(rely_on(unit, at).grade, parcel, day, "不能受让“标准地”")
    if LandChecklist.objects.filter(parcel=parcel, state__in=UNDER_WAY).exists():
        raise Refused("land.list_under_way", "用地清单还没有汇总形成，应与土地一并发放", remedy="请先汇总形成用地清单")
    _need_reason(parcel, unit, note, day)
    parcel.status, parcel.unit, parcel.contract_number, parcel.contract_on = (
        ParcelStatus.SOLD,
        unit,
        number,
        contract_on,
    )
    parcel.sold_at, parcel.sale_note = at, note.strip()
    try:
        with transaction.atomic():
            save(parcel, "status", "unit", "contract_number", "contract_on", "sold_at", "sale_note")
    except IntegrityError as error:
        raise Refused(
            "land.contract_taken", f"合同编号 {number} 已经登记过", field="contract_number", remedy="请核对合同编号"
        ) from error
    record(
        actor,
        "land.sell_parcel",
        parcel,
        at=at,
        why=note.strip(),
        data={"number": parcel.number, "unit": unit.pk, "contract": number, "indicators": parcel.indicators},
        chain="approval.document",
    )
    tell(
        "land_sold",
        at=at,
        unit_id=unit.pk,
        page=PageRef("unit:land_parcel", parcel_id=parcel.pk),
        number=parcel.number,
        name=parcel.name,
        contract=number,
    )
    ready = LandChecklist.objects.select_for_update(no_key=True).filter(parcel=parcel, state=ListState.READY).first()
    if ready is not None:
        ready.parcel = parcel
        issue_to_buyer(actor, ready, at)
    return parcel


def _need_reason(parcel: Parcel, unit: ProjectUnit, note: str, day: date) -> None:
    """同等条件下 the preferred unit comes first; who sells to another says what was not equal."""
    interests = list(interests_of(parcel.pk))
    rows = rules.ranked(parcel, interests, grades_of([row.unit_id for row in interests]), day)
    passed_over = [row for row in rows if row.preferred and row.interest.unit_id != unit.pk]
    chosen = next((row for row in rows if row.interest.unit_id == unit.pk), None)
    if passed_over and not (chosen and chosen.preferred) and not note.strip():
        names = "、".join(row.interest.unit.name for row in passed_over)
        raise Refused(
            "land.sale_note",
            f"{names}在同等条件下列为优先选择对象，请写明选择其他单位的理由",
            field="note",
            cites=passed_over[0].cites,
        )
