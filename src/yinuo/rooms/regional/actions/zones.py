"""Which zones there are, and whose body makes the assessments there (附件3·二(一))."""

from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError, transaction

from yinuo.engine.base import Actor, Refused, forbid
from yinuo.engine.catalogue.models import Zone, ZoneKind
from yinuo.engine.people.models import Department
from yinuo.engine.trail.actions import action, record
from yinuo.rooms.regional import access
from yinuo.rooms.regional.actions.common import day_of, need_text


@action
def open_zone(
    *, actor: Actor, key: str, name: str, kind: str, body_id: int, place: str, basis: str, from_on: date, at: datetime
) -> Zone:
    """Enters a zone with its committee, or with the department the government named where there is none."""
    office = Department.objects.filter(pk=body_id).first()
    if office is None or not access.can_keep_zones(actor, office.hall_id):
        raise forbid("只有总召集人、系统管理员可以登记本大厅的特殊功能区")
    name, basis = need_text(name, "name", "请填写特殊功能区的名称"), need_text(basis, "basis", "请填写设立依据")
    if kind not in ZoneKind.values:
        raise Refused("regional.zone_kind", "请选择特殊功能区的类别", field="kind")
    try:
        with transaction.atomic():
            made = Zone.objects.create(
                hall_id=office.hall_id,
                key=need_text(key, "key", "请填写代号"),
                name=name,
                kind=kind,
                body=office,
                place=place.strip(),
                basis=basis,
                from_on=from_on,
            )
    except IntegrityError as error:
        raise Refused("regional.zone_key", f"代号“{key}”已经用过", field="key", remedy="请换一个代号") from error
    record(actor, "regional.open_zone", made, at=at, why=basis, data={"key": key, "body": office.pk})
    return made


@action
def close_zone(*, actor: Actor, zone_id: int, why: str, at: datetime) -> Zone:
    """From today the zone is offered to no new project;
    its results are withdrawn one by one, with their own reasons.
    """
    zone = Zone.objects.select_for_update(no_key=True).get(pk=zone_id)
    if not access.can_keep_zones(actor, zone.hall_id):
        raise forbid("只有总召集人、系统管理员可以撤销本大厅的特殊功能区")
    why = need_text(why, "why", "请写明撤销的理由")
    day = day_of(at)
    if zone.to_on is not None and zone.to_on <= day:
        raise Refused("regional.zone_closed", "这个特殊功能区已经撤销")
    if zone.results.filter(withdrawn_at__isnull=True, superseded_at__isnull=True, to_on__gt=day).exists():
        raise Refused(
            "regional.zone_results", "还有在用的区域评估结果，不能撤销", remedy="请先撤回这些结果，写明各自的理由"
        )
    zone.to_on = max(day, zone.from_on)
    zone.save(update_fields=["to_on"])
    record(actor, "regional.close_zone", zone, at=at, why=why)
    return zone
