"""容缺材料和时限: what a department publishes of its own matters (附件5·三(二))."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from yinuo.core.calendar import TZ
from yinuo.core.pack.types import Matter
from yinuo.engine.base import Actor, Refused, forbid
from yinuo.engine.catalogue.announcing import announce, of_department
from yinuo.engine.catalogue.models import Tolerance
from yinuo.engine.people.models import Department
from yinuo.engine.rules import pack
from yinuo.engine.trail.actions import action, record
from yinuo.engine.work.actions import pause_reason
from yinuo.rooms.deficient import access
from yinuo.rooms.deficient.rules import not_tolerated


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
    of_department(matter_id, department)
    if not basis.strip():
        raise Refused("catalogue.basis", "请写明依据", field="basis")
    if from_on < at.astimezone(TZ).date():
        raise Refused("catalogue.from_on", "生效日期不能早于今天", field="from_on", remedy="容缺材料的公布不溯及既往")
    wanted = list(dict.fromkeys(materials))
    if wanted:
        _need_tolerable(pack().matters[matter_id], wanted, days, from_on)
    said = {"materials": wanted, "days": days if wanted else 0, "basis": basis.strip()}
    made, new = announce(Tolerance, said, actor, department, matter_id, from_on, at)
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
