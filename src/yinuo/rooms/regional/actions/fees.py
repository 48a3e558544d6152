"""What a sharing project returns to finance with its permit to build – where the pack's switch is on (附件3·三(四))."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from yinuo.engine.base import Actor, Refused, forbid
from yinuo.engine.rules import pack
from yinuo.engine.trail.actions import action, answered, claim, record, remember
from yinuo.rooms.onemap.models import MapItem
from yinuo.rooms.projects.actions import lock
from yinuo.rooms.regional import access, queries
from yinuo.rooms.regional.actions.common import day_of, need_text
from yinuo.rooms.regional.models import FeeEntry, FeeKind


@action
def settle_fee(
    *, actor: Actor, project_id: int, amount: Decimal, voucher: str, at: datetime, idempotency_key: str = ""
) -> FeeEntry:
    """The project's share has been returned to finance: all that is due, under the number of its payment slip.

    Raises Refused with the clause where companies are not to be charged on that day.
    """
    claimed = claim(actor, idempotency_key, "regional.settle_fee", [project_id, str(amount), voucher], at=at)
    if (known := answered(claimed)) is not None:
        return FeeEntry.objects.get(pk=known)
    project = lock(project_id)
    day = day_of(at)
    permit = (
        MapItem.objects.filter(project=project, matter_id__in=queries.charged_with(day))
        .select_related("department")
        .first()
    )
    if permit is None or not access.can_settle(actor, permit.department):
        raise forbid("费用随施工许可收取，由办理施工许可的部门登记")
    if not queries.charges(day):
        rule = pack().parameter(queries.CHARGE, day)
        raise Refused(
            "regional.not_charged",
            "区域评估的费用不向项目单位收取",
            remedy="请退还已收的款项",
            cites=pack().cite_texts(rule.cites),
        )
    due = queries.due_of(project.pk, day)
    if not due.outstanding:
        raise Refused("regional.nothing_due", "这个项目没有应返还的费用，或者已经缴清", remedy="请刷新页面查看")
    if amount != due.outstanding:
        raise Refused(
            "regional.amount",
            f"应返还 {due.outstanding:,} 元，与填写的金额不一致",
            field="amount",
            remedy="请核对缴款书",
        )
    voucher = need_text(voucher, "voucher", "请填写缴款书编号")
    if FeeEntry.objects.filter(voucher=voucher).exclude(project=project).exists():
        raise Refused("regional.voucher", f"缴款书“{voucher}”已经登记给别的项目", field="voucher")
    made = [
        FeeEntry(
            assessment_id=line.assessment_id,
            kind=FeeKind.SETTLED,
            payer=line.payer,
            project=project,
            item=permit,
            amount=line.outstanding,
            voucher=voucher,
            by_id=actor.person_id,
            at=at,
        )
        for line in due.lines
        if line.outstanding
    ]
    FeeEntry.objects.bulk_create(made)
    record(
        actor,
        "regional.settle_fee",
        made[0],
        at=at,
        project_code=project.code or "",
        data={"amount": amount, "voucher": voucher, "assessments": [entry.assessment_id for entry in made]},
    )
    remember(claimed, made[0])
    return made[0]
