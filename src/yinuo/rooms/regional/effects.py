"""What the rooms below set off here: a result shared or given back enters the ledger, a permit asks for what is due,
terms end by the clock.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from yinuo.engine.base import Actor, PageRef, Refused
from yinuo.engine.catalogue.models import RegionalResult
from yinuo.engine.notices.actions import tell
from yinuo.engine.rules import pack
from yinuo.engine.trail.actions import record
from yinuo.engine.work.actions import close
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.onemap.models import MapItem
from yinuo.rooms.onemap.regional import ended
from yinuo.rooms.regional import queries
from yinuo.rooms.regional.actions.common import body, day_of
from yinuo.rooms.regional.actions.publishing import tell_ended
from yinuo.rooms.regional.models import FeeEntry, FeeKind, Opinion, RegionalAssessment
from yinuo.rooms.regional.room import RegionalWork


def shared(*, actor: Actor, subject: MapItem, at: datetime, why: str) -> None:
    """A project shares a result: the ledger notes its part, whether or not anybody is asked for it (附件3·三(四))."""
    assert subject.shared is not None
    assessment = RegionalAssessment.objects.select_related("zone__body").filter(pk=subject.shared.assessment_id).first()
    if assessment is not None:
        _enter(assessment, FeeKind.SHARED, subject, assessment.share, at)
        _tell_body(assessment, subject, "共享了", at)


def given_back(*, actor: Actor, subject: MapItem, at: datetime, why: str) -> None:
    """The result no longer stands for the matter: its part is taken off again."""
    last = (
        FeeEntry.objects.filter(item=subject, kind__in=[FeeKind.SHARED, FeeKind.RETURNED])
        .select_related("assessment__zone__body")
        .last()
    )
    if last is not None and last.kind == FeeKind.SHARED:
        _enter(last.assessment, FeeKind.RETURNED, subject, -last.amount, at)
        _tell_body(last.assessment, subject, f"不再共享（{why[:60]}）", at)


def _tell_body(assessment: RegionalAssessment, item: MapItem, what: str, at: datetime) -> None:
    """The zone's body hears whose project uses its result, and whose no longer does."""
    tell(
        "regional_used",
        at=at,
        persons=body(assessment, day_of(at)),
        project_code=item.project.code or "",
        page=PageRef("staff:zone", zone_id=assessment.zone_id),
        zone=assessment.zone.name,
        matter=item.name,
        project=item.project.name,
        what=what,
    )


def _enter(assessment: RegionalAssessment, kind: FeeKind, item: MapItem, amount: Decimal, at: datetime) -> None:
    FeeEntry.objects.create(
        assessment=assessment,
        kind=kind,
        payer=assessment.payer,
        project_id=item.project_id,
        item=item,
        amount=amount,
        at=at,
    )


def granted(*, actor: Actor, subject: MapItem, at: datetime, why: str) -> None:
    """The permit waits for the fees only where the pack says so on that day; it says no."""
    day = day_of(at)
    if (
        subject.matter_id not in queries.charged_with(day)
        or not queries.charges(day)
        or not pack().flag(queries.BLOCKS, day)
    ):
        return
    due = queries.due_of(subject.project_id, day)
    if due.outstanding:
        raise Refused(
            "regional.fee_outstanding",
            f"还有 {due.outstanding:,} 元区域评估费用没有返还财政，不能核发“{subject.name}”",
            remedy="缴清并登记缴款书后再决定",
            cites=pack().cite_texts(pack().parameter(queries.BLOCKS, day).cites),
        )


def lapsed(*, actor: Actor, subject: WorkItem, at: datetime, why: str) -> None:
    """A department silent until its term has no opinion; a result nobody renewed in time is out of use."""
    if subject.kind == RegionalWork.APPROVAL and subject.subject_kind == Opinion._meta.label_lower:
        Opinion.objects.filter(pk=subject.subject_id, answered_at__isnull=True).update(lapsed=True)
        close(actor=Actor.system(), item=subject, at=at, outcome="lapsed")
    if subject.kind == RegionalWork.UPKEEP:
        result = (
            RegionalResult.objects.select_for_update(no_key=True, of=("self",))
            .select_related("zone")
            .get(pk=subject.subject_id)
        )
        close(actor=Actor.system(), item=subject, at=at, outcome="expired")
        if not ended(result):
            record(
                Actor.system(),
                "regional.expire",
                result,
                at=at,
                data={"document_number": result.document_number, "to_on": result.to_on},
            )
            tell_ended(result, "已过有效期", "", at)
