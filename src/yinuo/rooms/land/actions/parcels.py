"""A parcel before its sale: entered, its basics noted one by one, and declared a 标准地 when the rules say so."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from django.db import IntegrityError, transaction

from yinuo.engine.base import NO_ROW, Actor, Refused, forbid, save
from yinuo.engine.catalogue.models import Zone
from yinuo.engine.rules import pack
from yinuo.engine.trail.actions import action, answered, claim, record, remember, store
from yinuo.rooms.land import access, rules
from yinuo.rooms.land.actions.common import BEFORE_SALE, day_of, keeper_of, need_past, need_text, take
from yinuo.rooms.land.indicators import INDICATORS, number_of
from yinuo.rooms.land.models import BasicKind, LandUse, Parcel, ParcelAssessment, ParcelBasic

NUMBER = re.compile(r"[0-9A-Z][0-9A-Z-]{2,39}")
LARGEST = Decimal(100_000_000)


@action
def enter_parcel(
    *,
    actor: Actor,
    number: str,
    name: str,
    place: str,
    area: str,
    land_use: str,
    at: datetime,
    zone_id: int | None = None,
    idempotency_key: str = "",
) -> Parcel:
    """Enters a parcel natural resources (or the zone's committee) is preparing for sale; `area` in square metres."""
    claimed = claim(actor, idempotency_key, "land.enter_parcel", [number, name, place, area, land_use, zone_id], at=at)
    if (known := answered(claimed)) is not None:
        return Parcel.objects.get(pk=known)
    keeper = keeper_of(actor.hall_id, day_of(at))
    zone = Zone.objects.filter(pk=zone_id, hall_id=actor.hall_id or NO_ROW).first() if zone_id else None
    if keeper is None or not access.can_enter(actor, keeper, zone):
        raise forbid("只有自然资源部门和特殊功能区管委会可以登记地块")
    if zone_id and zone is None:
        raise Refused("land.zone", "没有这个特殊功能区", field="zone")
    if not NUMBER.fullmatch(number.strip().upper()):
        raise Refused(
            "land.number", "地块编号由大写字母、数字和短横线组成，3 到 40 位", field="number", remedy="例如 JSS-2026-03"
        )
    if land_use not in LandUse.values:
        raise Refused("land.land_use", "请选择土地用途", field="land_use")
    row = Parcel(
        hall_id=keeper.hall_id,
        department=keeper,
        number=number.strip().upper(),
        name=need_text(name, "name", "请填写地块名称", 80),
        zone=zone,
        place=need_text(place, "place", "请填写位置和四至", 240),
        area=_area(area),
        land_use=land_use,
        prepared_at=at,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise Refused(
            "land.number_taken", f"地块编号 {row.number} 已经登记", field="number", remedy="请核对编号"
        ) from error
    record(
        actor,
        "land.enter_parcel",
        row,
        at=at,
        data={"number": row.number, "area": row.area, "zone": zone.key if zone else ""},
    )
    remember(claimed, row)
    return row


def _area(text: str) -> Decimal:
    try:
        value = Decimal(text.strip().replace("，", "").replace(",", ""))
    except InvalidOperation:
        value = Decimal(0)
    if not value.is_finite() or not 0 < value < LARGEST:
        raise Refused("land.area", "请填写面积，单位平方米", field="area")
    return value.quantize(Decimal("0.01"))


@action
def record_title(
    *, actor: Actor, parcel_id: int, on: date, evidence: str, at: datetime, version: int | None = None
) -> Parcel:
    """权属清晰: no dispute, no encumbrance, since a day and by a paper."""
    parcel = take(actor, parcel_id, access.can_prepare, BEFORE_SALE, version)
    need_past(on, at, "on")
    parcel.title_evidence = need_text(evidence, "evidence", "请写明权属依据", 240)
    parcel.titled_on = on
    save(parcel, "titled_on", "title_evidence")
    record(actor, "land.record_title", parcel, at=at, data={"on": on, "evidence": parcel.title_evidence})
    return parcel


@action
def record_basic(
    *,
    actor: Actor,
    parcel_id: int,
    kind: str,
    on: date,
    evidence: str,
    at: datetime,
    ready: bool = True,
    version: int | None = None,
) -> ParcelBasic:
    """Water, power, road or levelling is there since `on` – or, `ready` False, proves not to be, which undoes a 标准地
    not sold yet.
    """
    parcel = take(actor, parcel_id, access.can_prepare, BEFORE_SALE, version)
    if kind not in BasicKind.values:
        raise Refused("land.kind", "请选择基本条件", field="kind")
    need_past(on, at, "on")
    evidence = need_text(evidence, "evidence", "请写明依据", 240)
    row = ParcelBasic.objects.create(
        parcel=parcel, kind=kind, ready=ready, on=on, evidence=evidence, by_id=actor.person_id, at=at
    )
    record(actor, "land.record_basic", parcel, at=at, why=evidence, data={"kind": kind, "ready": ready, "on": on})
    lost = parcel.standard_id is not None and not rules.standing(parcel, day_of(at)).outcome["standard"]
    if lost:
        parcel.standard, parcel.standard_at = None, None
        record(actor, "land.undo_standard", parcel, at=at, why=evidence)
    save(parcel, "standard", "standard_at")
    return row


@action
def record_assessment(
    *, actor: Actor, parcel_id: int, matter_id: str, on: date, evidence: str, at: datetime, version: int | None = None
) -> ParcelAssessment:
    """An assessment made for the parcel as a whole, where its zone has none; of matters that may be assessed so
    (负面清单三).
    """
    parcel = take(actor, parcel_id, access.can_prepare, BEFORE_SALE, version)
    matter = pack().matters.get(matter_id)
    if matter is None or not matter.regional:
        raise Refused(
            "land.matter",
            "这个事项不能做区域评估",
            field="matter_id",
            remedy="只能选择负面清单第三部分以外、可以区域评估的事项",
        )
    need_past(on, at, "on")
    evidence = need_text(evidence, "evidence", "请写明评估报告和审查意见", 240)
    if parcel.assessments.filter(matter_id=matter_id).exists():
        raise Refused("land.assessed", f"“{matter.name}”已经登记过区域评估", field="matter_id", remedy="请刷新页面查看")
    row = ParcelAssessment.objects.create(
        parcel=parcel, matter_id=matter_id, on=on, evidence=evidence, by_id=actor.person_id, at=at
    )
    save(parcel)
    record(actor, "land.record_assessment", parcel, at=at, why=evidence, data={"matter": matter_id, "on": on})
    return row


@action
def set_indicators(
    *, actor: Actor, parcel_id: int, values: Mapping[str, str], at: datetime, version: int | None = None
) -> Parcel:
    """The control indicators the parcel will be sold with; an empty value leaves one out. Fixed once it is a 标准地."""
    parcel = take(actor, parcel_id, access.can_prepare, BEFORE_SALE, version)
    if parcel.standard_id is not None:
        raise Refused(
            "land.standard_fixed", "已认定为“标准地”，控制性指标不能再改", remedy="确需改变的，按新的地块条件重新认定"
        )
    errors, rows = {}, []
    for name, text in values.items():
        if name not in INDICATORS:
            errors[name] = "没有这项指标"
        elif text.strip():
            try:
                rows.append({"id": name, "value": number_of(text)})
            except ValueError:
                errors[name] = "请填写正数"
    if errors:
        raise Refused("land.indicators", "控制性指标有误", field=next(iter(errors)), errors=errors)
    parcel.indicators = rows
    save(parcel, "indicators")
    record(actor, "land.set_indicators", parcel, at=at, data={row["id"]: row["value"] for row in rows})
    return parcel


@action
def declare_standard(*, actor: Actor, parcel_id: int, at: datetime, version: int | None = None) -> Parcel:
    """The parcel is a 标准地 from now on. Raises Refused naming everything that is missing, with the clauses."""
    parcel = take(actor, parcel_id, access.can_dispose, BEFORE_SALE, version)
    if parcel.standard_id is not None:
        raise Refused("land.standard_already", "已经认定为“标准地”", remedy="请刷新页面查看")
    decision = rules.standing(parcel, day_of(at))
    if not decision.outcome["standard"]:
        raise Refused(
            "land.not_standard",
            f"还不符合“标准地”的条件，缺：{'；'.join(decision.outcome['missing'])}",
            remedy="补齐后再认定",
            cites=rules.cites_against(decision),
            data={"missing": decision.outcome["missing"]},
        )
    stored = store(decision, at)
    parcel.standard, parcel.standard_at = stored, at
    save(parcel, "standard", "standard_at")
    record(
        actor,
        "land.declare_standard",
        parcel,
        at=at,
        decision=stored,
        data={"number": parcel.number},
        chain="approval.document",
    )
    return parcel
