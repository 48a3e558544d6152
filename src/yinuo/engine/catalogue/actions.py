from __future__ import annotations

from datetime import date, datetime

from django.db.models import Value
from django.db.models.functions import Greatest

from yinuo.core.calendar import TZ
from yinuo.engine.base import Actor, Refused, forbid, refuse_if_taken
from yinuo.engine.catalogue import access, queries
from yinuo.engine.catalogue.announcing import announce, of_department
from yinuo.engine.catalogue.models import CommitmentOffer, MatterHandler
from yinuo.engine.people.models import Department, InForce, Person
from yinuo.engine.rules import pack
from yinuo.engine.trail.actions import action, record


@action
def offer_commitment(
    *, actor: Actor, department: Department, matter_id: str, offered: bool, from_on: date, basis: str, at: datetime
) -> CommitmentOffer:
    """A department publishes from when its matter may (or may no longer) be promised. Running promises are untouched.

    Raises Refused for another department's matter, a day gone by, no basis, and a matter without a standard on that
    day.
    """
    if not access.can_offer(actor, department):
        raise forbid("只有承办部门可以决定本部门事项是否实行信用承诺")
    of_department(matter_id, department)
    if not basis.strip():
        raise Refused("catalogue.basis", "请写明依据", field="basis")
    if from_on < at.astimezone(TZ).date():
        raise Refused("catalogue.from_on", "生效日期不能早于今天", field="from_on", remedy="承诺事项的公布不溯及既往")
    matter = pack().matters[matter_id]
    if offered and matter.standard_at(from_on) is None:
        raise Refused(
            "catalogue.standard",
            "这个事项还没有承诺标准，不能实行信用承诺",
            field="matter_id",
            remedy="请先在规则包公布承诺内容和标准",
        )
    made, new = announce(
        CommitmentOffer, {"offered": offered, "basis": basis.strip()}, actor, department, matter_id, from_on, at
    )
    if new:
        data = {"matter": matter_id, "offered": offered, "from_on": from_on}
        record(actor, "catalogue.offer", made, at=at, why=basis, data=data)
    return made


@action
def set_handler(*, actor: Actor, department: Department, matter_id: str, person: Person, at: datetime) -> MatterHandler:
    """Who handles the matter from now on; the guide shows it, and new items go to them."""
    if not access.can_set_handler(actor, department):
        raise forbid()
    of_department(matter_id, department)
    day = at.astimezone(TZ).date()
    if not person.is_active or not person.memberships.filter(InForce.on(day), department=department).exists():
        raise Refused("catalogue.handler", f"{person.name}不在{department.name}", field="person")
    Department.objects.select_for_update(no_key=True).get(pk=department.pk)
    current = MatterHandler.objects.filter(hall_id=department.hall_id, matter_id=matter_id, to_on=None)
    current.exclude(person=person).update(to_on=Greatest("from_on", Value(day)))
    with refuse_if_taken(
        "catalogue.handler_once", f"{person.name}已经是这个事项的办理人", field="person", remedy="请刷新页面查看"
    ):
        made, created = current.get_or_create(
            person=person,
            defaults={"hall_id": department.hall_id, "matter_id": matter_id, "department": department, "from_on": day},
        )
    if created:
        record(actor, "catalogue.set_handler", made, at=at, data={"matter": matter_id, "person": person.pk})
        queries.forget()
    return made
