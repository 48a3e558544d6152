"""执法检查人员名录库: who may inspect, and whom they must not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from yinuo.engine.base import Actor, Refused, forbid, refuse_if_taken
from yinuo.engine.people.models import Department, Person
from yinuo.engine.people.queries import find_unit
from yinuo.engine.trail.actions import action, record
from yinuo.engine.work.access import works_for
from yinuo.rooms.inspections import access, pools
from yinuo.rooms.inspections.actions.common import day_of, need_text
from yinuo.rooms.inspections.models import Avoidance, Inspector, Interest


@action
def register_inspector(
    *,
    actor: Actor,
    person_id: int,
    department_id: int,
    certificate_no: str,
    at: datetime,
    subjects: Sequence[str] = (),
    from_on: date | None = None,
    to_on: date | None = None,
) -> Inspector:
    """A person of the department may inspect from a day on, until their certificate ends (`to_on`, the first day it no
    longer holds).
    """
    department = Department.objects.get(pk=department_id)
    if not access.can_keep_inspectors(actor, department):
        raise forbid("检查人员由本部门主要负责同志或者总召集人登记")
    day = day_of(at)
    # Two who register the same person wait for each other: the database's own check of spans would let them lock.
    person = Person.objects.select_for_update(no_key=True).get(pk=person_id)
    if not works_for(person, department.pk, day):
        raise Refused("inspections.person", "这个人不在本部门任职", field="person", remedy="请先在“人员”里登记任职")
    begins = from_on or day
    if to_on is not None and to_on <= max(begins, day):
        raise Refused(
            "inspections.to_on",
            "执法证的有效期已经过去，或者早于起始日期",
            field="to_on",
            remedy="请核对执法证上的日期",
        )
    unknown = set(subjects) - set(pools.subjects(day))
    if unknown:
        raise Refused("inspections.subjects", f"没有这样的抽查事项：{'、'.join(sorted(unknown))}", field="subjects")
    with refuse_if_taken(
        "inspections.inspector_once",
        f"{person.name}这段时间已经在名录里",
        field="person",
        remedy="要改事项或者证号，请先停用再登记",
    ):
        made = Inspector.objects.create(
            person=person,
            department=department,
            certificate_no=need_text(certificate_no, "certificate_no", "请填写执法证号", 40),
            subjects=list(subjects),
            from_on=begins,
            to_on=to_on,
        )
    record(
        actor,
        "inspections.register_inspector",
        made,
        at=at,
        data={"person": person.pk, "subjects": list(subjects), "to_on": to_on},
    )
    return made


def _locked(inspector_id: int) -> Inspector:
    rows = Inspector.objects.select_for_update(no_key=True, of=("self",)).select_related("department", "person")
    return rows.get(pk=inspector_id)


@action
def end_inspector(*, actor: Actor, inspector_id: int, why: str, at: datetime) -> Inspector:
    """From today on nobody draws them; what they were drawn for they finish or are replaced in."""
    inspector = _locked(inspector_id)
    if not access.can_keep_inspectors(actor, inspector.department):
        raise forbid("检查人员由本部门主要负责同志或者总召集人停用")
    why, day = need_text(why, "why", "请写明停用的原因", 200), day_of(at)
    if inspector.to_on is not None and inspector.to_on <= day:
        return inspector
    if day <= inspector.from_on:
        raise Refused("inspections.too_early", "当天登记的检查人员当天不能停用", remedy="请明天再停用")
    inspector.to_on = day
    inspector.save(update_fields=["to_on"])
    record(actor, "inspections.end_inspector", inspector, at=at, why=why)
    return inspector


@action
def declare_avoidance(
    *, actor: Actor, inspector_id: int, credit_code: str, interest: str, at: datetime, note: str = ""
) -> Avoidance:
    """回避: they will not be drawn for this unit's projects. Declared again it stays as it is."""
    inspector = _locked(inspector_id)
    if not access.can_declare(actor, inspector):
        raise forbid("回避由检查人员本人或者本部门主要负责同志申报")
    if interest not in Interest.values:
        raise Refused("inspections.interest", "请选择是什么关系", field="interest")
    unit = find_unit(credit_code.strip().upper())
    if unit is None:
        raise Refused(
            "inspections.unit", "没有这个统一社会信用代码的项目单位", field="credit_code", remedy="请核对 18 位代码"
        )
    same = Avoidance.objects.filter(
        inspector__person_id=inspector.person_id, inspector__department_id=inspector.department_id
    )
    known = same.filter(unit=unit, lifted_at__isnull=True).first()
    if known is not None:
        return known
    made = Avoidance.objects.create(
        inspector=inspector,
        unit=unit,
        interest=interest,
        note=note.strip()[:200],
        declared_by_id=actor.required_person_id,
        declared_at=at,
    )
    # What relation it is stays in the row: the trail of a person is read by more people than the row.
    record(actor, "inspections.declare_avoidance", made, at=at, data={"inspector": inspector.pk, "unit": unit.pk})
    return made


@action
def lift_avoidance(*, actor: Actor, avoidance_id: int, at: datetime) -> Avoidance:
    """The relation is over; plans announced meanwhile keep to it."""
    row = Avoidance.objects.select_for_update(no_key=True, of=("self",)).get(pk=avoidance_id)
    inspector = _locked(row.inspector_id)
    if not access.can_keep_inspectors(actor, inspector.department):
        raise forbid("回避由本部门主要负责同志或者总召集人解除")
    if row.lifted_at is None:
        row.lifted_at = at
        row.save(update_fields=["lifted_at"])
        record(actor, "inspections.lift_avoidance", row, at=at, data={"inspector": inspector.pk, "unit": row.unit_id})
    return row
