"""What is written of the scores: points by hand and their counter-events, events of halls elsewhere, the month's
bulletin.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import structlog

from yinuo.core.wording import day_words
from yinuo.engine.base import Actor, Refused, forbid
from yinuo.engine.documents.actions import issue
from yinuo.engine.inserting import insert
from yinuo.engine.rules import pack
from yinuo.engine.trail.actions import action, answered, claim, record, remember
from yinuo.rooms.halls import access, closing, papers, queries, reporting
from yinuo.rooms.halls.models import Bulletin, Honour, ManualPoint
from yinuo.rooms.halls.room import HallsPaper

log = structlog.get_logger(__name__)

TEXT_LIMIT = 1000
BASIS_LIMIT = 200
PLACES = Decimal("0.01")
LARGEST = Decimal(100)


@action
def give_points(
    *,
    actor: Actor,
    hall_id: int,
    on: date,
    points: Decimal,
    basis: str,
    evidence: str,
    reason: str,
    at: datetime,
    idempotency_key: str = "",
) -> ManualPoint:
    """对于系统无法自动评分的事项统一加减分 (附件7·第十一条): added (+) or taken (−) on the day it happened, with basis,
    evidence and reason.
    """
    claimed = claim(actor, idempotency_key, "halls.give_points", [hall_id, on, points, basis, evidence, reason], at=at)
    if (known := answered(claimed)) is not None:
        return ManualPoint.objects.get(pk=known)
    if not access.can_give_points(actor, hall_id):
        raise forbid("只有本大厅的监督员可以人工评分")
    _check_points(points)
    _check_day(hall_id, on, at)
    texts = {"basis": basis.strip(), "evidence": evidence.strip(), "reason": reason.strip()}
    asked = {"basis": "请写明评分依据的文件或者条款", "evidence": "请写明有什么证据", "reason": "请写明理由"}
    if missing := {name: asked[name] for name, text in texts.items() if not text}:
        raise Refused("halls.grounds", "人工评分须有依据、证据和理由", errors=missing)
    limits = {"basis": BASIS_LIMIT, "evidence": TEXT_LIMIT, "reason": TEXT_LIMIT}
    if longer := {name: f"不能超过 {limits[name]} 个字" for name, text in texts.items() if len(text) > limits[name]}:
        raise Refused("halls.grounds", "人工评分的文字太长，没有保存", remedy="请写要点", errors=longer)
    made = ManualPoint(hall_id=hall_id, on=on, points=points, by_id=actor.required_person_id, at=at, **texts)
    insert([made])
    record(
        actor,
        "halls.give_points",
        made,
        at=at,
        why=made.reason,
        data={"hall": hall_id, "on": on, "points": points, "basis": made.basis},
    )
    remember(claimed, made)
    return made


def _check_points(points: Decimal) -> None:
    if not points.is_finite() or points == 0:
        raise Refused("halls.points", "分值不能为 0", field="points", remedy="加分写正数，减分写负数")
    if abs(points) > LARGEST or points != points.quantize(PLACES):
        raise Refused("halls.points", f"分值最多两位小数，不超过 {LARGEST}", field="points", remedy="例如 0.5、-0.3")


def _check_day(hall_id: int, on: date, at: datetime) -> None:
    """Not in the future, and not in a quarter that is closed: its honours have been awarded."""
    day = queries.today(at)
    if on > day:
        raise Refused("halls.on", "发生日期不能晚于今天", field="on")
    if on < pack().valid_from:
        raise Refused(
            "halls.on", f"评分办法自{day_words(pack().valid_from)}起施行", field="on", remedy="请核对发生日期"
        )
    if queries.quarter_of(on) in queries.told_quarters(hall_id):
        raise Refused(
            "halls.closed", "这个季度已经通报，不能再加减分", field="on", remedy="以前评错的，请更正原来的评分"
        )


@action
def correct_points(
    *, actor: Actor, manual_id: int, reason: str, at: datetime, idempotency_key: str = ""
) -> ManualPoint:
    """Takes one back by a counter-event that names it, with just its points and on its day; once, and never of another
    counter-event.
    """
    claimed = claim(actor, idempotency_key, "halls.correct_points", [manual_id, reason], at=at)
    if (known := answered(claimed)) is not None:
        return ManualPoint.objects.get(pk=known)
    wrong = ManualPoint.objects.get(pk=manual_id)
    if not access.can_give_points(actor, wrong.hall_id):
        raise forbid("只有本大厅的监督员可以更正人工评分")
    if wrong.corrects_id is not None:
        raise Refused("halls.counter", "这一条本身是更正，不能再更正", remedy="仍应加减分的，请另外评分")
    if not reason.strip():
        raise Refused("halls.reason", "请写明为什么更正", field="reason")
    if len(reason.strip()) > TEXT_LIMIT:
        raise Refused("halls.reason", f"不能超过 {TEXT_LIMIT} 个字", field="reason", remedy="请写要点")
    made = ManualPoint(
        hall_id=wrong.hall_id,
        on=wrong.on,
        points=-wrong.points,
        basis=f"更正：{wrong.basis}"[:BASIS_LIMIT],
        evidence=f"原评分第 {wrong.pk} 号",
        reason=reason.strip(),
        by_id=actor.required_person_id,
        at=at,
        corrects=wrong,
    )
    if not insert([made], unless_taken=True):
        raise Refused("halls.corrected", "这一条已经更正过", remedy="请刷新页面查看")
    record(
        actor, "halls.correct_points", made, at=at, why=made.reason, data={"corrects": wrong.pk, "points": made.points}
    )
    remember(claimed, made)
    return made


@action
def report_events(*, actor: Actor, hall_id: int, rows: Sequence[Mapping[str, Any]], at: datetime) -> reporting.Taken:
    """Takes in events of a hall whose matters are handled elsewhere, all or none; sent again, nothing changes.

    **Shape** each row: reference, on, type, subject, what, evidence and the type's own fields (core.hall); or
    reference, evidence and `withdraws`, the reference of an earlier one.
    """
    return reporting.take_in(actor, hall_id, rows, at)


@action
def publish_bulletin(*, actor: Actor, region_id: int, month: date, at: datetime) -> Bulletin:
    """按月通报: fixes what the month's scores were when they were told. Whoever comes second gets the one that stands.

    Month by month: the one after the last told, at first the month just over; so none is left out for good.
    """
    month = queries.month_of(month)
    area = next((one for one in queries.areas() if one.region.pk == region_id), None)
    if area is None or not access.can_publish(actor, [hall.pk for hall in area.halls]):
        raise forbid("只有本地区的监督员可以发布通报")
    if queries.next_month(month) > queries.today(at):
        raise Refused("halls.month", "这个月还没有过完", field="month", remedy="月底以后再发布")
    if month < queries.month_of(pack().valid_from):
        raise Refused("halls.month", "这个月还没有实行评分", field="month")
    # In this order: whoever publishes meanwhile is found below.
    due = closing.month_due(area.region, queries.today(at))
    if (known := Bulletin.objects.filter(region_id=region_id, month=month).first()) is not None:
        return known
    if month != due:
        raise Refused(
            "halls.month",
            f"下一期应当是 {queries.name_of(due)} 的通报",
            field="month",
            remedy="通报按月逐期发布，请从这一期开始",
        )
    return _publish(actor, area, month, at)


def _publish(actor: Actor, area: queries.Area, month: date, at: datetime) -> Bulletin:
    body = closing.body_of(area, month, at)
    made = Bulletin(
        region=area.region,
        month=month,
        number=closing.number_of(area, month),
        body=body,
        sha256=closing.sha256_of(body),
        events_sha256=closing.digest_of(area, month, at),
        pack_hash=pack().hash,
        by_id=actor.person_id,
        at=at,
    )
    if not insert([made], unless_taken=True):
        # Somebody was quicker by a moment: theirs stands.
        return Bulletin.objects.get(region=area.region, month=month)
    honours = [Honour(bulletin=made, **row) for row in body["honours"]]
    if honours:
        insert(honours)
    issue(kind=HallsPaper.BULLETIN, subject=made, data=papers.bulletin(made), at=at, number=made.number)
    data = {"month": body["month"], "sha256": made.sha256, "events_sha256": made.events_sha256}
    record(actor, "halls.publish_bulletin", made, at=at, data=data)
    return made


def publish_due(at: datetime) -> int:
    """Every month that is over and untold, of every region, each by itself: from the last one told, else the last month
    alone.

    A region whose bulletin fails holds up no other; it is tried again the next night. Returns how many were published.
    """
    return sum(_publish_due(area, at) for area in queries.areas())


def _publish_due(area: queries.Area, at: datetime) -> int:
    day, done = queries.today(at), 0
    month = closing.month_due(area.region, day)
    try:
        while queries.next_month(month) <= day:
            publish_bulletin(actor=Actor.system(), region_id=area.region.pk, month=month, at=at)
            month, done = queries.next_month(month), done + 1
    except Exception:  # whatever is wrong with one region's month, the others' are told
        log.exception("bulletin failed", region=area.region.code, month=queries.name_of(month))
    return done
