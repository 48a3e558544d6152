from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, TypeVar

from django.db.models import Q, Value
from django.db.models.functions import Greatest

from yinuo.core.calendar import TZ
from yinuo.core.pack.types import Matter
from yinuo.engine.base import Actor, Refused, forbid, refuse_if_taken
from yinuo.engine.catalogue import access, queries
from yinuo.engine.catalogue.models import Announced, CommitmentOffer, MatterHandler, Tolerance
from yinuo.engine.people.models import Department, InForce, Person
from yinuo.engine.rules import pack
from yinuo.engine.trail.actions import action, record
from yinuo.engine.work.actions import pause_reason

A = TypeVar("A", bound=Announced)


def _of_department(matter_id: str, department: Department) -> None:
    matter = pack().matters.get(matter_id)
    if matter is None:
        raise Refused("catalogue.matter", "没有这个审批事项", field="matter_id")
    if matter.department != department.key:
        raise Refused("catalogue.department", f"“{matter.full_name}”不是{department.name}的事项", field="matter_id")


def _announce(
    model: type[A],
    said: dict[str, Any],
    actor: Actor,
    department: Department,
    matter_id: str,
    from_on: date,
    at: datetime,
) -> tuple[A, bool]:
    """Writes a department's decision that holds from `from_on` on: its row, and whether it is new.

    1. The department's row is locked: two of its decisions wait for each other.
    2. A decision that already holds from that day on, in the same words, stays as it is.
    3. What was planned from that day on is marked as replaced and stays readable.
    4. What is in force before that day ends on it.
    5. The decision is written.
    """
    Department.objects.select_for_update(no_key=True).get(pk=department.pk)
    rows = model._default_manager.filter(hall_id=department.hall_id, matter_id=matter_id, replaced_at__isnull=True)
    planned = list(rows.filter(from_on__gte=from_on).order_by("from_on"))
    if (
        len(planned) == 1
        and planned[0].from_on == from_on
        and all(getattr(planned[0], name) == value for name, value in said.items())
    ):
        return planned[0], False
    rows.filter(from_on__gte=from_on).update(replaced_at=at)
    rows.filter(Q(to_on__isnull=True) | Q(to_on__gt=from_on)).update(to_on=from_on)
    with refuse_if_taken(
        "catalogue.once", "这个事项在这段时间已有另一个决定", field="from_on", remedy="请刷新页面，核对已公布的决定"
    ):
        made = model._default_manager.create(
            hall_id=department.hall_id,
            matter_id=matter_id,
            department=department,
            from_on=from_on,
            published_at=at,
            published_by_id=actor.person_id,
            **said,
        )
    return made, True


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
    _of_department(matter_id, department)
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
    made, new = _announce(
        CommitmentOffer, {"offered": offered, "basis": basis.strip()}, actor, department, matter_id, from_on, at
    )
    if new:
        data = {"matter": matter_id, "offered": offered, "from_on": from_on}
        record(actor, "catalogue.offer", made, at=at, why=basis, data=data)
    return made


@action
def publish_tolerance(
    *,
    actor: Actor,
    department: Department,
    matter_id: str,
    materials: Sequence[str],
    days: int,
    from_on: date,
    basis: str,
    at: datetime,
) -> Tolerance:
    """A department publishes which secondary materials of its matter may come later and how long at most; none ends it
    (附件5·三(二)).

    What has been accepted with a gap by then keeps its own term.
    """
    if not access.can_tolerate(actor, department):
        raise forbid("只有承办部门可以公布本部门事项的容缺材料")
    _of_department(matter_id, department)
    if not basis.strip():
        raise Refused("catalogue.basis", "请写明依据", field="basis")
    if from_on < at.astimezone(TZ).date():
        raise Refused("catalogue.from_on", "生效日期不能早于今天", field="from_on", remedy="容缺材料的公布不溯及既往")
    wanted = list(dict.fromkeys(materials))
    if wanted:
        _need_tolerable(pack().matters[matter_id], wanted, days, from_on)
    said = {"materials": wanted, "days": days if wanted else 0, "basis": basis.strip()}
    made, new = _announce(Tolerance, said, actor, department, matter_id, from_on, at)
    if new:
        verb = "catalogue.tolerate" if wanted else "catalogue.tolerate_no_more"
        data = {"matter": matter_id, "materials": wanted, "days": made.days, "from_on": from_on}
        record(actor, verb, made, at=at, why=basis, data=data)
    return made


def _need_tolerable(matter: Matter, materials: Sequence[str], days: int, day: date) -> None:
    """Raises Refused for a matter without 容缺受理, a main material or one the matter does not ask for, and a term too
    long or none.
    """
    scope = pack().cite_texts(pack().parameter("deficient.excluded", day).cites)
    if (why := not_tolerated(matter, day)) is not None:
        raise Refused("catalogue.tolerance_handling", why, field="matter_id", cites=scope)
    known = {material.id: material for material in matter.materials}
    for name in materials:
        if name not in known:
            raise Refused("catalogue.tolerance_material", f"“{matter.full_name}”没有这份材料", field="materials")
        if known[name].main:
            raise Refused(
                "catalogue.tolerance_main",
                f"“{known[name].name}”是主要材料，不能容缺",
                field="materials",
                remedy="只能选择次要材料",
                cites=scope,
            )
    longest = pause_reason("deficient_gap", day)
    if not 1 <= days <= longest.longest:
        raise Refused("catalogue.tolerance_days", f"容缺时限应为 1 至 {longest.longest} 个工作日", field="days")


def not_tolerated(matter: Matter, day: date) -> str | None:
    """Why a matter of its kind is outside 容缺受理 (即办件、上报件); None where it is not."""
    if matter.handling not in pack().parameter("deficient.excluded", day).value:
        return None
    kind = {"instant": "即办件", "reported_upward": "上报件"}.get(matter.handling, "不适用容缺受理的事项")
    return f"“{matter.full_name}”是{kind}，不适用容缺受理"


@action
def set_handler(*, actor: Actor, department: Department, matter_id: str, person: Person, at: datetime) -> MatterHandler:
    """Who handles the matter from now on; the guide shows it, and new items go to them."""
    if not access.can_set_handler(actor, department):
        raise forbid()
    _of_department(matter_id, department)
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
