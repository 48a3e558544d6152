"""Events of a hall whose matters are handled in another system: its reporter takes them in, each once by its reference.

What core's fold would refuse is refused here, before anything is written; a batch is taken whole or not at all.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from yinuo.core.credit import EventError
from yinuo.core.hall import HallFact, check
from yinuo.core.wording import day_words
from yinuo.engine.base import Actor, Refused, forbid
from yinuo.engine.inserting import insert
from yinuo.engine.people.models import Hall
from yinuo.engine.rules import pack
from yinuo.engine.trail.actions import record
from yinuo.rooms.halls import access, queries
from yinuo.rooms.halls.models import EventType, ReportedEvent

MOST = 5000
CHUNK = 500
TEXTS = {"reference": 80, "what": 160, "evidence": 200, "handler": 60, "subject": 80}
MARKS = ("light", "track")
NUMBERS = ("level", "days", "approval_days")
# The detail's own names, as core and the interface write them, beside the row's.
SUBJECTS = ("matter", "project")
SAME = ("on", "type", "subject", "mark", "kind", *NUMBERS, "points", "what", "handler", "evidence")


@dataclass(frozen=True, slots=True)
class Taken:
    """How many of a batch were new, and how many had been taken in before."""

    new: int
    known: int


def take_in(actor: Actor, hall_id: int, rows: Sequence[Mapping[str, Any]], at: datetime) -> Taken:
    if not access.can_report(actor, hall_id):
        raise forbid("只有本大厅的监督员、总召集人可以报送评分事件")
    if not rows or len(rows) > MOST:
        raise Refused("halls.rows", f"一次报送 1 至 {MOST} 条", field="rows")
    # Two who report the same at once: the second waits, and finds it there.
    hall = Hall.objects.select_for_update(no_key=True).get(pk=hall_id)
    known = {
        row.reference: row
        for row in ReportedEvent.objects.filter(hall=hall, reference__in=[_reference(row) for row in rows])
    }
    errors: dict[str, str] = {}
    made: dict[str, ReportedEvent] = {}
    places: dict[str, int] = {}
    before = 0
    for place, row in enumerate(rows):
        try:
            event = _event(row, hall, known | made, at)
        except EventError as error:
            errors[f"rows[{place}].{error.field}"] = error.message
            continue
        event.by_id, event.at = actor.required_person_id, at
        earlier = known.get(event.reference) or made.get(event.reference)
        if earlier is None:
            made[event.reference], places[event.reference] = event, place
        elif any(getattr(earlier, name) != getattr(event, name) for name in SAME) or _of(earlier) != _of(event):
            errors[f"rows[{place}].reference"] = f"编号 {event.reference} 已经用于另一条内容"
        else:
            before += 1
    errors |= {
        f"rows[{places[event.reference]}].{field}": words
        for event, field, words in _by_hand(actor, hall, made.values())
    }
    if errors:
        first = next(iter(errors))
        raise Refused(
            "halls.report", f"{len(errors)} 条不能接收，全部没有写入", field=first, remedy=errors[first], errors=errors
        )
    _write(list(made.values()))
    if made:
        _record(actor, hall, list(made.values()), at)
    return Taken(len(made), before)


def _by_hand(actor: Actor, hall: Hall, new: Iterable[ReportedEvent]) -> list[tuple[ReportedEvent, str, str]]:
    """Points by hand are the supervisor's alone, taking them back too, and a quarter that was told gets no more
    (附件7·第十一条).
    """
    manual = [event for event in new if event.type == EventType.MANUAL]
    if manual and not access.can_give_points(actor, hall.pk):
        return [
            (event, "withdraws" if event.withdraws else "type", "人工评分只能由本大厅的监督员报送和撤回")
            for event in manual
        ]
    told = queries.told_quarters(hall.pk) if manual else set()
    late = [event for event in manual if event.withdraws is None and queries.quarter_of(event.on) in told]
    return [(event, "on", "这个季度已经通报，不能再加减分") for event in late]


def _reference(row: Mapping[str, Any]) -> str:
    return str(row.get("reference", "")).strip()


def _of(event: ReportedEvent) -> str:
    return event.withdraws.reference if event.withdraws else ""


def _event(row: Mapping[str, Any], hall: Hall, known: Mapping[str, ReportedEvent], at: datetime) -> ReportedEvent:
    """Raises: EventError naming the field."""
    texts = {name: str(row.get(name) or "").strip() for name in TEXTS}
    texts["subject"] = texts["subject"] or next((str(row[name]).strip() for name in SUBJECTS if row.get(name)), "")
    for name, limit in TEXTS.items():
        if len(texts[name]) > limit:
            raise EventError(name, f"不超过 {limit} 字")
    for name, words in (("reference", "编号"), ("evidence", "出处")):
        if not texts[name]:
            raise EventError(name, f"{words}不能为空")
    if (withdrawn := str(row.get("withdraws") or "").strip()) != "":
        return _withdrawal(texts, withdrawn, hall, known)
    on = _day(row.get("on"), at)
    detail = _detail(row, texts)
    fact = HallFact(str(hall.pk), on, str(row.get("type", "")), detail)
    check(fact)
    if fact.type == "manual" and (abs(points := Decimal(detail["points"])) > 100 or points != round(points, 2)):
        raise EventError("points", "最多两位小数，不超过 100")
    if not texts["what"]:
        raise EventError("what", "内容不能为空")
    return ReportedEvent(
        hall=hall,
        on=on,
        type=fact.type,
        mark=detail.get("light") or detail.get("track") or "",
        kind=detail.get("kind") or "",
        points=Decimal(detail["points"]) if fact.type == "manual" else None,
        **{name: detail.get(name) for name in NUMBERS},
        **texts,
    )


def _withdrawal(
    texts: Mapping[str, str], withdrawn: str, hall: Hall, known: Mapping[str, ReportedEvent]
) -> ReportedEvent:
    """The row that takes an earlier one back: it carries its day and type, and counts nothing."""
    earlier = ReportedEvent.objects.filter(hall=hall, reference=withdrawn).first()
    if earlier is None or earlier.withdraws_id is not None:
        raise EventError("withdraws", f"没有报送过编号 {withdrawn}")
    other = getattr(earlier, "withdrawn_by", None)
    if other is None:
        other = next((one for one in known.values() if one.withdraws_id == earlier.pk), None)
    if other is not None and other.reference != texts["reference"]:
        raise EventError("withdraws", f"编号 {withdrawn} 已经撤回过")
    values = {**texts, "what": texts["what"] or f"撤回：{earlier.what}"[: TEXTS["what"]]}
    return ReportedEvent(hall=hall, on=earlier.on, type=earlier.type, withdraws=earlier, **values)


def _day(value: Any, at: datetime) -> date:
    try:
        day = (
            value
            if isinstance(value, date) and not isinstance(value, datetime)
            else date.fromisoformat(str(value or "").strip())
        )
    except ValueError:
        raise EventError("on", "日期写作 2026-11-05") from None
    if not pack().valid_from <= day <= queries.today(at):
        raise EventError("on", f"日期应在{day_words(pack().valid_from)}至今天之间")
    return day


def _detail(row: Mapping[str, Any], texts: Mapping[str, str]) -> dict[str, Any]:
    """What core asks of the type, from the row's fields; a field that is not a number stays as it came, for core to
    refuse.
    """
    kind = str(row.get("type", ""))
    subject = "project" if kind in ("landed", "track_praised") else "matter"
    detail: dict[str, Any] = {name: row.get(name) or None for name in (*MARKS, "kind")}
    detail |= {name: _whole(row.get(name)) for name in NUMBERS}
    if kind == "manual":
        return {"points": str(row.get("points") or ""), "basis": texts["what"]}
    return {subject: texts["subject"], **{name: value for name, value in detail.items() if value is not None}}


def _whole(value: Any) -> Any:
    text = str(value if value is not None else "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else text or None


def _write(events: Sequence[ReportedEvent]) -> None:
    for begin in range(0, len(events), CHUNK):
        insert(events[begin : begin + CHUNK])


def _record(actor: Actor, hall: Hall, events: Sequence[ReportedEvent], at: datetime) -> None:
    """Who answers for the batch, and its digest: that is the reporter's signature under it."""
    text = json.dumps(
        [[event.reference, event.on.isoformat(), event.type, event.subject, event.mark, _of(event)] for event in events]
    )
    data = {"events": len(events), "sha256": hashlib.sha256(text.encode()).hexdigest()}
    record(actor, "halls.report_events", hall, at=at, data=data)
