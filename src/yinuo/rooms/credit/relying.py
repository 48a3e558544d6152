"""The one place by which a grade is relied on: it is folded anew from the events, and each event is the one that was
signed.

1. Each event has its leaf; the leaf's issuer signed it, and the row says what the leaf says. 2. The events fold to a
   score. 3. The head
stands there. Where one of these fails, the action is refused and those who can look into it are told. The nightly audit
asks the same.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import connection

from yinuo.core.calendar import TZ
from yinuo.core.credit import fold
from yinuo.core.decision import plain
from yinuo.core.pack.types import Pack
from yinuo.engine.base import Refused
from yinuo.engine.infochain import proving
from yinuo.engine.infochain.proving import Stated
from yinuo.engine.people.models import ProjectUnit
from yinuo.engine.rules import pack
from yinuo.engine.trail.actions import unsealed
from yinuo.rooms.credit import ledger
from yinuo.rooms.credit.alarm import tell_of_difference
from yinuo.rooms.credit.leaves import EVENT, differing, label_of
from yinuo.rooms.credit.ledger import Ledger
from yinuo.rooms.credit.models import CreditEvent, CreditHead

# A unit's events in one text, each with its leaf's hash: part of a larger statement in which `u` is the unit.
EVENTS = """
    (SELECT jsonb_agg(jsonb_build_array(e.id, e.seq, e.type, e."on", e.project_code, e.data, e.rule, e.points::text,
                e.score_after::text, e.grade_before, e.grade_after, e.cites, e.proposal_id, e.leaf_id,
                encode(r.hash, 'hex'), r.fields IS NOT NULL)
            ORDER BY e.seq)::text
     FROM credit_creditevent e LEFT JOIN infochain_leafrecord r ON r.outbox_id = e.leaf_id WHERE e.unit_id = u.id)
"""
_HELD = f"""
    SELECT u.id, c.seq, c.score, c.grade, c.provincial_d, {EVENTS}
    FROM people_projectunit u LEFT JOIN credit_credithead c ON c.unit_id = u.id WHERE u.id = ANY(%s)
"""  # noqa: S608


class Unproven(ValueError):
    """A unit's score is not what was signed of it.

    `erased`: its last event can no longer be told from the log, by law.
    """

    def __init__(self, fault: str, *, erased: bool = False) -> None:
        super().__init__(fault)
        self.fault = fault
        self.erased = erased


@dataclass(frozen=True, slots=True)
class _Line:
    """An event as it stands in its table, and the hash its leaf has on record
    (empty: no such leaf, or an erased one).
    """

    event: CreditEvent
    hash: bytes


def rely_on(unit: ProjectUnit, at: datetime) -> CreditHead:
    """The unit's head with the grade of today, proven; whoever reads `unit.credit` afterwards reads this one.

    Raises Refused.
    """
    head, events = held([unit.pk])[unit.pk]
    head.grade = grade_of(head, events, at)
    unit.credit = head
    return head


def held(units: Collection[int]) -> dict[int, tuple[CreditHead, str | None]]:
    """Each unit's head as it stands (unsaved, where there is none) and its events as text, in one statement."""
    found = {}
    with connection.cursor() as cursor:
        cursor.execute(_HELD, [list(units)])
        for unit_id, seq, score, grade, provincial_d, events in cursor.fetchall():
            head = CreditHead(unit_id=unit_id)
            if seq is not None:
                head = CreditHead(unit_id=unit_id, seq=seq, score=score, grade=grade, provincial_d=provincial_d)
                head._state.adding = False
            found[unit_id] = head, events
    return found


# What this process has proven: the SHA-256 of a day, a head and its events; the pack they were folded by, and the grade
# they lead to.
_proofs: dict[bytes, tuple[Pack, str]] = {}
KEPT = 20_000


def forget() -> None:
    """Between tests."""
    _proofs.clear()
    proving.forget()


def grade_of(head: CreditHead, events: str | None, at: datetime) -> str:
    """The grade of today. Raises Refused where the head is not where the signed events lead.

    An unchanged head with unchanged events is proven once a day in each process; after a change of any of their columns
    it is proven anew.
    """
    day = at.astimezone(TZ).date()
    key = sha256(repr((day, head.unit_id, head.seq, head.score, head.grade, events)).encode()).digest()
    before = _proofs.get(key)
    if before is not None and before[0] is pack():
        return before[1]
    try:
        found = proven(head.unit_id, events, day)
        need_held(head, found, events)
    except Unproven as error:
        raise refusal(head.unit_id, error, at) from error
    # An event that is not signed yet, or was erased, is looked at each time.
    if all(hash and whole for *_, hash, whole in (json.loads(events) if events else ())):
        if len(_proofs) >= KEPT:
            _proofs.clear()
        _proofs[key] = pack(), found.fold.grade
    return found.fold.grade


def ledger_of(head: CreditHead, at: datetime, *, erased: bool = False) -> Ledger:
    """The locked head's ledger, proven: nothing is built on a wrong score. Raises Refused.

    `erased`: the last event may be one that can no longer be told, for what is added is a new base.
    """
    _, events = held([head.unit_id])[head.unit_id]
    try:
        found = proven(head.unit_id, events, at.astimezone(TZ).date(), erased=erased)
        need_held(head, found, events)
    except Unproven as error:
        raise refusal(head.unit_id, error, at) from error
    return found


def refusal(unit_id: int, error: Unproven, at: datetime) -> Refused:
    """In words for whoever acts; those who can look into it are told once the action is taken back."""
    if error.erased:
        return Refused(
            "credit.erased",
            "这家单位最近一次加减分的内容已经依法删除，信用等级无从核对",
            remedy="请信用综合管理部门导入最新的公共信用综合评价以后再办理",
        )
    made = Refused(
        "credit.head_differs",
        "这家单位的信用分与记录不一致，暂不能办理",
        remedy="请等系统管理员、监督员核对改正以后再来办理",
    )
    made.afterwards = partial(tell_of_difference, unit_id=unit_id, fault=error.fault, at=at)
    return made


def need_held(head: CreditHead, found: Ledger, events: str | None) -> None:
    """That the head stands where the events lead: its grade the one of today's scale, or of the scale of its last
    event. Raises Unproven.
    """
    grades = {found.fold.grade, *(json.loads(events)[-1][10:11] if events else ())}
    if not found.holds(head):
        raise Unproven(
            f"存着第 {head.seq} 次以后 {_score(head.score)}，按记录应为第 {found.seq} 次以后 {_score(found.score)}"
        )
    if head.grade not in grades:
        raise Unproven(f"存着等级 {head.grade}，按记录应为 {found.fold.grade}")


def _score(score: Decimal | None) -> str:
    return "未评级" if score is None else f"{plain(score)} 分"


def proven(unit_id: int, events: str | None, day: date, *, erased: bool = False) -> Ledger:
    """The ledger of a unit's events, each of them the one that was signed. Raises Unproven, and what core raises."""
    lines = [_line(unit_id, row) for row in json.loads(events)] if events else []
    if [line.event.seq for line in lines] != list(range(1, len(lines) + 1)):
        raise Unproven("加减分的序号不连续")
    said = _said(lines)
    for line, leaf in zip(lines, said, strict=True):
        _need_same(line.event, leaf)
    found = ledger.of([line.event for line in lines], day)
    _need_score_of_then(lines, said, found)
    if said and said[-1].fields is None and not erased:
        raise Unproven(f"第 {len(said)} 次加减分的内容已经删除", erased=True)
    return found


def _line(unit_id: int, row: Sequence[Any]) -> _Line:
    key, seq, type, on, project, data, rule, points, score, before, after, cites, proposal_id, leaf_id, hash, whole = (
        row
    )
    event = CreditEvent(
        id=key,
        unit_id=unit_id,
        seq=seq,
        type=type,
        on=date.fromisoformat(on),
        project_code=project,
        data=data,
        rule=rule,
        points=Decimal(points),
        score_after=None if score is None else Decimal(score),
        grade_before=before,
        grade_after=after,
        cites=cites,
        proposal_id=proposal_id,
        leaf_id=leaf_id and UUID(leaf_id),
    )
    return _Line(event, bytes.fromhex(hash) if hash and whole else b"")


def _said(lines: Sequence[_Line]) -> list[Stated]:
    """What the leaf of each event states: remembered, read and verified now, or entered by the present action and not
    signed yet.
    """
    known = [proving.remembered(line.hash, label_of(line.event)) if line.hash else None for line in lines]
    wanted = {
        line.event.leaf_id for line, leaf in zip(lines, known, strict=True) if leaf is None and line.event.leaf_id
    }
    found = proving.stated(wanted) if wanted else {}
    found |= {key: Stated(row.label, row.type, row.payload) for key, row in unsealed(wanted - found.keys()).items()}
    missing = Stated(fault="没有签名的日志条目")
    return [
        leaf or (found.get(line.event.leaf_id, missing) if line.event.leaf_id else missing)
        for line, leaf in zip(lines, known, strict=True)
    ]


def _need_same(event: CreditEvent, leaf: Stated) -> None:
    fault = leaf.fault
    if not fault and (leaf.type, leaf.label) != (EVENT, label_of(event)):
        fault = "日志条目说的是另一件事"
    if not fault and leaf.fields is not None:
        if not {"unit", "seq"} <= leaf.fields.keys():
            fault = "日志条目说的是另一件事"
        elif names := differing(event, dict(leaf.fields)):
            fault = f"与签名的日志条目不同（{'、'.join(names)}）"
    if fault:
        raise Unproven(f"第 {event.seq} 次加减分{fault}")


def _need_score_of_then(lines: Sequence[_Line], said: Sequence[Stated], found: Ledger) -> None:
    """Where a leaf does not state all that the score is folded from (those of before 0.10, and erased ones), the scores
    signed since do.

    Raises Unproven where the events up to one of these no longer fold to the score its leaf states.
    """
    full = [leaf.fields is not None and "detail" in leaf.fields for leaf in said]
    if all(full):
        return
    days = [line.event.on for line in lines]
    in_order = days == sorted(days)
    for place in range(full.index(False), len(lines)):
        if said[place].fields is None:
            continue
        then = found.fold.events[place].score if in_order else fold(None, found.facts[: place + 1], pack()).score
        told = lines[place].event.score_after
        if then != told:
            signed = "空的" if told is None else f"{plain(told)} 分"
            raise Unproven(f"第 {place + 1} 次加减分以后按记录应为 {plain(then)} 分，签名的日志条目是 {signed}")
