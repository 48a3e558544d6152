"""What the province's credit platform says of a unit beside the county's own score (附件6·一, 附件6·四(三))."""

from __future__ import annotations

from datetime import date, datetime

from yinuo.engine.base import Actor, forbid
from yinuo.engine.trail.actions import action, record
from yinuo.rooms.credit import access
from yinuo.rooms.credit.actions.common import lock, need_enterprise, need_past, need_text
from yinuo.rooms.credit.models import CreditHead


@action
def list_at_province(*, actor: Actor, unit_id: int, listed: bool, source: str, on: date, at: datetime) -> CreditHead:
    """The unit is listed as class D at the province, or no longer: taken in with its source and day.

    Again it changes nothing.
    """
    if not access.can_import_score(actor):
        raise forbid("只有系统管理员、综合管理部门可以登记省级信用等级")
    source = need_text(source, "source", "请写明省级信用等级的来源")
    need_past(on, at)
    head = lock(unit_id)
    need_enterprise(head.unit)
    if head.provincial_d != listed:
        head.provincial_d = listed
        head.save(update_fields=["provincial_d"])
        why = "被省社会信用信息平台列为差等" if listed else "不再被省社会信用信息平台列为差等"
        record(
            actor,
            "credit.list_at_province",
            head,
            at=at,
            why=f"{why}：{source}",
            data={"unit": unit_id, "listed": listed, "on": on},
        )
    return head
