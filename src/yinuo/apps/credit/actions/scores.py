"""Public credit evaluations taken in as events, never over one another, and the heads brought back to what their events say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from yinuo.apps.base import Actor, Refused, forbid
from yinuo.apps.credit import access, ledger, queries
from yinuo.apps.credit.actions.common import append, day_of, decision_of, ledger_of, lock, need_enterprise, need_past, need_text
from yinuo.apps.credit.models import CreditEvent, CreditHead
from yinuo.apps.people.actions import find_or_register_unit
from yinuo.apps.people.models import ProjectUnit, UnitType
from yinuo.apps.trail.actions import action, record
from yinuo.core.decision import plain
from yinuo.core.facts import as_number

CENT = Decimal("0.01")
# More of them is no score, and no number that could be rounded.
WHOLE_DIGITS = 9


@dataclass(frozen=True, slots=True)
class RowReport:
    """What became of one row: imported, unchanged (already known) or refused, and why. `line` counts from 1."""

    line: int
    credit_code: str
    outcome: str
    message: str = ""


@action
def import_score(*, actor: Actor, unit_id: int, score: Decimal | str, source: str, on: date, at: datetime) -> tuple[CreditEvent, bool]:
    """An evaluation of the public credit platform becomes an event of its day; returns it and whether anything was new (F-8).

    Raises: Refused for a score out of range, a day to come, or a unit that is no enterprise.
    """
    if not access.can_import_score(actor):
        raise forbid("只有系统管理员、综合管理部门可以导入公共信用综合评价")
    number = read_score(score)
    source = need_text(source, "source", "请写明评价的来源")
    need_past(on, at)
    head = lock(unit_id)
    need_enterprise(head.unit)
    known = CreditEvent.objects.filter(unit_id=unit_id, type="rebase", on=on, data__source=source).order_by("-seq").first()
    if known is not None and as_number(known.data["score"]) == number:
        return known, False
    before = head.grade
    data = {"score": plain(number), "source": source}
    step = ledger.add(ledger_of(head, day_of(at)), "rebase", on, "", data, day_of(at))
    event = append(actor, head, step, at=at)
    record(
        actor,
        "credit.import_score",
        event,
        at=at,
        why=event.why,
        data={"unit": unit_id, "seq": event.seq, "on": on, "score_after": event.score_after, "grade": event.grade_after, **data},
        decision=decision_of(step, before),
    )
    return event, True


def read_score(value: Decimal | str) -> Decimal:
    """A score with at most two decimals. Raises Refused."""
    try:
        number = as_number(value)
    except ValueError as error:
        raise Refused("credit.score", f"分值有误：{error}", field="score") from error
    if number.adjusted() > WHOLE_DIGITS or number != number.quantize(CENT):
        raise Refused("credit.score", "分值最多两位小数", field="score")
    return number


def import_scores(*, actor: Actor, rows: Iterable[Mapping[str, Any]], source: str, at: datetime) -> list[RowReport]:
    """A whole list of evaluations: `credit_code`, `score`, `on`, and `name` for a unit not known yet.

    Each row stands for itself, in its own transaction, and says what became of it; the same list sent again changes nothing.
    """
    if not access.can_import_score(actor):
        raise forbid("只有系统管理员、综合管理部门可以导入公共信用综合评价")
    return [_row(actor, line, row, source, at) for line, row in enumerate(rows, start=1)]


def _row(actor: Actor, line: int, row: Mapping[str, Any], source: str, at: datetime) -> RowReport:
    code = str(row.get("credit_code") or "").strip()
    try:
        with transaction.atomic():
            unit = _unit(code, str(row.get("name") or "").strip())
            _, new = import_score(actor=actor, unit_id=unit.pk, score=row.get("score") or "", source=source, on=_day(row.get("on")), at=at)
    except Refused as refusal:
        return RowReport(line, code, "refused", str(refusal))
    return RowReport(line, code, "imported" if new else "unchanged")


def _unit(code: str, name: str) -> ProjectUnit:
    """A company may be evaluated before it files its first project: then its name makes it known."""
    found = ProjectUnit.objects.filter(credit_code=code).first() if code else None
    if found is not None:
        return found
    if not name:
        raise Refused("credit.unit", "没有这个统一社会信用代码的项目单位", field="credit_code", remedy="请核对代码，或者补充单位名称")
    return find_or_register_unit(credit_code=code, name=name, type=UnitType.ENTERPRISE)


def _day(value: Any) -> date:
    if isinstance(value, datetime):
        return day_of(value)
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value or ""))
    except ValueError as error:
        raise Refused("credit.on", "评价日期应写作 2026-10-01 这样的形式", field="on") from error


def rebuild(*, actor: Actor, at: datetime, unit_id: int | None = None) -> list[queries.Difference]:
    """Brings the heads (one unit's, or all) back to the fold of their events, each in its own transaction; returns what differed."""
    if not access.can_rebuild(actor):
        raise forbid("只有系统管理员可以重新计算信用分")
    heads = CreditHead.objects.all() if unit_id is None else CreditHead.objects.filter(pk=unit_id)
    found = [_rebuild_one(actor=actor, unit_id=pk, at=at) for pk in heads.order_by("pk").values_list("pk", flat=True)]
    return [difference for difference in found if difference is not None]


@action
def _rebuild_one(*, actor: Actor, unit_id: int, at: datetime) -> queries.Difference | None:
    head = lock(unit_id)
    difference = queries.difference(head, day_of(at))
    if difference is not None:
        head.seq, head.score, head.grade = difference.seq, difference.score, difference.grade
        head.save(update_fields=["seq", "score", "grade"])
        record(actor, "credit.rebuild", head, at=at, data=difference.to_json())
    return difference
