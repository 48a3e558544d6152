from __future__ import annotations

from datetime import date, datetime

from yinuo.apps.base import Actor, Refused, forbid
from yinuo.apps.catalogue import access, queries
from yinuo.apps.catalogue.models import CommitmentOffer, MatterHandler
from yinuo.apps.people.models import Department, InForce, Person
from yinuo.apps.rules import pack
from yinuo.apps.trail.actions import action, record
from yinuo.core.calendar import TZ


def _of_department(matter_id: str, department: Department) -> None:
    matter = pack().matters.get(matter_id)
    if matter is None:
        raise Refused("catalogue.matter", "没有这个审批事项", field="matter_id")
    if matter.department != department.key:
        raise Refused("catalogue.department", f"“{matter.full_name}”不是{department.name}的事项", field="matter_id")


@action
def offer_commitment(
    *, actor: Actor, department: Department, matter_id: str, offered: bool, from_on: date, basis: str, at: datetime
) -> CommitmentOffer:
    """A department publishes from when its matter may (or may no longer) be promised. Running promises are untouched."""
    if not access.can_offer(actor, department):
        raise forbid("只有承办部门可以决定本部门事项是否实行信用承诺")
    _of_department(matter_id, department)
    if not basis.strip():
        raise Refused("catalogue.basis", "请写明依据", field="basis")
    if from_on < at.astimezone(TZ).date():
        raise Refused("catalogue.from_on", "生效日期不能早于今天", field="from_on", remedy="承诺事项的公布不溯及既往")
    matter = pack().matters[matter_id]
    if offered and matter.standard_at(from_on) is None:
        raise Refused(
            "catalogue.standard", "这个事项还没有承诺标准，不能实行信用承诺", field="matter_id", remedy="请先在规则包公布承诺内容和标准"
        )
    CommitmentOffer.objects.select_for_update().filter(
        hall_id=department.hall_id, matter_id=matter_id, to_on=None, from_on__lt=from_on
    ).update(to_on=from_on)
    made, _ = CommitmentOffer.objects.update_or_create(
        hall_id=department.hall_id,
        matter_id=matter_id,
        to_on=None,
        defaults={
            "department": department,
            "offered": offered,
            "basis": basis,
            "from_on": from_on,
            "published_at": at,
            "published_by_id": actor.person_id,
        },
    )
    record(actor, "catalogue.offer", made, at=at, why=basis, data={"matter": matter_id, "offered": offered, "from_on": from_on})
    return made


@action
def set_handler(*, actor: Actor, department: Department, matter_id: str, person: Person, at: datetime) -> MatterHandler:
    """Who handles the matter from now on; the guide shows it, and new items go to them."""
    if not access.can_set_handler(actor, department):
        raise forbid()
    _of_department(matter_id, department)
    day = at.astimezone(TZ).date()
    if not person.is_active or not person.memberships.filter(InForce.on(day), department=department).exists():
        raise Refused("catalogue.handler", f"{person.name}不在{department.name}", field="person")
    MatterHandler.objects.filter(hall_id=department.hall_id, matter_id=matter_id, to_on=None).exclude(person=person).update(to_on=day)
    made, created = MatterHandler.objects.get_or_create(
        hall_id=department.hall_id,
        matter_id=matter_id,
        person=person,
        to_on=None,
        defaults={"department": department, "from_on": day},
    )
    if created:
        record(actor, "catalogue.set_handler", made, at=at, data={"matter": matter_id, "person": person.pk})
        queries.forget()
    return made
