"""Scores of the halls by machine: the ranking, events and bulletins for everybody.

A supervisor also enters points by hand.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema, Status

from yinuo.core.decision import plain
from yinuo.core.masking import masked
from yinuo.engine.base import Refused
from yinuo.engine.people import queries as people
from yinuo.engine.rules import pack
from yinuo.rooms.halls import actions, queries
from yinuo.rooms.halls.models import Bulletin, EventType
from yinuo.ui.api import actor_of, key_of
from yinuo.ui.api_shapes import Shape

router = Router(tags=["大厅评分"])
PAGE = 100


class ManualPointIn(Schema):
    """`points`: + added, − taken, two decimals at most; `on`: the day it happened."""

    on: date
    points: Decimal
    basis: str
    evidence: str
    reason: str


class CorrectionIn(Schema):
    reason: str


class BulletinIn(Schema):
    """`month`: its first day."""

    region_id: int
    month: date


class ReportedIn(Schema):
    """As `yinuo policy hall` takes an event, with its reference, words and evidence; or `withdraws` an earlier
    reference.
    """

    reference: str
    evidence: str
    on: str = ""
    type: str = ""
    subject: str = ""
    what: str = ""
    level: int | None = None
    light: str = ""
    track: str = ""
    kind: str = ""
    days: int | None = None
    approval_days: int | None = None
    points: str = ""
    handler: str = ""
    withdraws: str = ""


class HallReportIn(Schema):
    rows: list[ReportedIn]


class RankedHallOut(Shape):
    """`rank_before`: at the end of the month before, null at the first; scores: decimal strings."""

    id: int
    hall: str
    rank: int
    score: str
    change: str
    rank_before: int | None
    course: list[str]


class RankedRegionOut(Shape):
    region_id: int
    region: str
    mean: str
    months: list[str]
    course: list[str]
    halls: list[RankedHallOut]


class RankingOut(Shape):
    as_of: datetime
    regions: list[RankedRegionOut]


class HallEventOut(Shape):
    """What counted, why and by which clause; which of `light` to `approval_days` are there depends on `type`."""

    on: date
    type: EventType
    light: str | None
    level: int | None
    track: str | None
    days: int | None
    approval_days: int | None
    what: str
    office: str
    points: str
    score: str
    why: str
    cites: list[str]


class HallMonthOut(Shape):
    """`before`: the score the month began with; `next`: the page after this one, null at the end."""

    hall_id: int
    hall: str
    month: str
    before: str
    score: str
    events: list[HallEventOut]
    total: int
    next: int | None


class BulletinLineOut(Shape):
    id: int
    region_id: int
    month: date
    number: str


class BulletinsOut(Shape):
    bulletins: list[BulletinLineOut]


class BulletinOut(BulletinLineOut):
    """`body`: what the paper shows; `events_sha256`: of the events it rests on."""

    body: dict[str, Any]
    sha256: str
    events_sha256: str
    pack_hash: str
    at: datetime


class ManualPointOut(Shape):
    """`points`: a decimal string; `corrects_id`: the points this entry takes back."""

    id: int
    hall_id: int
    on: date
    basis: str
    evidence: str
    reason: str
    at: datetime
    corrects_id: int | None
    points: str


class ReportedOut(Shape):
    """How many events were new, and how many had been taken in before."""

    new: int
    known: int


def points_out(manual_id: int) -> dict[str, Any]:
    row = queries.manual_point(manual_id)
    names = ("id", "hall_id", "on", "basis", "evidence", "reason", "at", "corrects_id")
    return {**{name: getattr(row, name) for name in names}, "points": plain(row.points)}


def bulletin_out(row: Bulletin) -> dict[str, Any]:
    names = ("id", "region_id", "month", "number", "body", "sha256", "events_sha256", "pack_hash", "at")
    return {name: getattr(row, name) for name in names}


@router.get("/halls/ranking", auth=None, response=RankingOut, summary="政务大厅实时排名")
def ranking(request: HttpRequest) -> dict[str, Any]:
    """One entry a region; scores as decimal strings, `months` beside `course` from the first to the present; as fresh
    as `as_of`.
    """
    as_of, found = queries.rankings(timezone.now())
    return {"as_of": as_of, "regions": [_ranked(one) for one in found]}


def _ranked(found: queries.Ranking) -> dict[str, Any]:
    return {
        "region_id": found.area.region.pk,
        "region": found.area.region.name,
        "mean": plain(found.mean),
        "months": [queries.name_of(month) for month in found.months],
        "course": [plain(score) for score in found.course],
        "halls": [
            {
                "id": line.hall.pk,
                "hall": line.hall.name,
                "rank": line.rank,
                "score": plain(line.score),
                "change": plain(line.change),
                "rank_before": line.before,
                "course": [plain(score) for score in line.course],
            }
            for line in found.lines
        ],
    }


@router.get(
    "/halls/{hall_id}/events", auth=None, response=HallMonthOut, summary="一个大厅一个月的评分事件（month：2026-11）"
)
def events(request: HttpRequest, hall_id: int, month: str = "", page: int = 1) -> dict[str, Any]:
    """Each with what it counted, why and by which clause; no person is named.

    `next` is the page after this one, null at the end.
    """
    now = timezone.now()
    day = queries.today(now)
    hall = people.hall(hall_id)
    try:
        first = date.fromisoformat(f"{month}-01") if month else queries.month_of(day)
    except ValueError:
        first = date.max
    if not queries.month_of(pack().valid_from) <= first <= day:
        raise Refused("halls.month", "没有这个月的评分", field="month", remedy="写作 2026-11，不晚于本月")
    found = queries.hall_month(hall, first, day, now)
    begin, end = (max(page, 1) - 1) * PAGE, max(page, 1) * PAGE
    return {
        "hall_id": hall.pk,
        "hall": hall.name,
        "month": queries.name_of(first),
        "before": plain(found.before),
        "score": plain(found.score),
        "events": [
            {
                "on": one.event.fact.on,
                "type": one.event.fact.type,
                "light": one.event.fact.detail.get("light"),
                "level": one.event.fact.detail.get("level"),
                "track": one.event.fact.detail.get("track"),
                "days": one.event.fact.detail.get("days"),
                "approval_days": one.event.fact.detail.get("approval_days"),
                "what": "" if one.event.project else masked(one.event.what),
                "office": one.event.office,
                "points": plain(one.point.points),
                "score": plain(one.score),
                "why": masked(one.point.why),
                "cites": pack().cite_texts(one.point.cites),
            }
            for one in found.told[begin:end]
        ],
        "total": len(found.told),
        "next": max(page, 1) + 1 if len(found.told) > end else None,
    }


@router.get("/halls/bulletins", auth=None, response=BulletinsOut, summary="各期通报")
def bulletins(request: HttpRequest) -> dict[str, Any]:
    rows = queries.bulletins()[:200]
    return {
        "bulletins": [
            {"id": row.pk, "region_id": row.region_id, "month": row.month, "number": row.number} for row in rows
        ]
    }


@router.get("/halls/bulletins/{bulletin_id}", auth=None, response=BulletinOut, summary="一期通报")
def bulletin(request: HttpRequest, bulletin_id: int) -> dict[str, Any]:
    return bulletin_out(queries.bulletin(bulletin_id))


@router.post("/halls/bulletins", response={201: BulletinOut}, summary="发布一个月的通报")
def publish(request: HttpRequest, body: BulletinIn) -> Status[dict[str, Any]]:
    made = actions.publish_bulletin(
        actor=actor_of(request), region_id=body.region_id, month=body.month, at=timezone.now()
    )
    return Status(201, bulletin_out(made))


@router.post("/halls/{hall_id}/points", response={201: ManualPointOut}, summary="人工评分")
def give(request: HttpRequest, hall_id: int, body: ManualPointIn) -> Status[dict[str, Any]]:
    made = actions.give_points(
        actor=actor_of(request), hall_id=hall_id, idempotency_key=key_of(request), at=timezone.now(), **body.dict()
    )
    return Status(201, points_out(made.pk))


@router.post("/halls/{hall_id}/reports", response={201: ReportedOut}, summary="报送大厅评分事件（另有系统办理的大厅）")
def report(request: HttpRequest, hall_id: int, body: HallReportIn) -> Status[dict[str, Any]]:
    """All or none; a row sent again under its reference changes nothing."""
    rows = [row.dict() for row in body.rows]
    taken = actions.report_events(actor=actor_of(request), hall_id=hall_id, rows=rows, at=timezone.now())
    return Status(201, {"new": taken.new, "known": taken.known})


@router.post("/halls/points/{manual_id}/correct", response={201: ManualPointOut}, summary="更正人工评分")
def correct(request: HttpRequest, manual_id: int, body: CorrectionIn) -> Status[dict[str, Any]]:
    made = actions.correct_points(
        actor=actor_of(request),
        manual_id=manual_id,
        reason=body.reason,
        idempotency_key=key_of(request),
        at=timezone.now(),
    )
    return Status(201, points_out(made.pk))
