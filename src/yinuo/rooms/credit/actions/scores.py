"""Public credit evaluations taken in as events, never over one another, and the heads brought back to what their events
say.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from yinuo.core.decision import plain
from yinuo.core.facts import as_number
from yinuo.engine.base import Actor, Refused, forbid
from yinuo.engine.people.actions import find_or_register_unit
from yinuo.engine.people.models import UnitType
from yinuo.engine.trail.actions import action, record
from yinuo.rooms.credit import access, ledger
from yinuo.rooms.credit.actions.common import (
    append,
    day_of,
    decision_of,
    lock,
    need_enterprise,
    need_past,
    need_text,
)
from yinuo.rooms.credit.judging import SOURCE_MOST, RowReport, Verdict, judge, read_score
from yinuo.rooms.credit.leaves import EVENT, told
from yinuo.rooms.credit.models import BatchState, CreditEvent, EvaluationBatch
from yinuo.rooms.credit.relying import ledger_of
from yinuo.rooms.credit.tables import rows_of


@action
def import_score(
    *, actor: Actor, unit_id: int, score: Decimal | str, source: str, on: date, at: datetime
) -> tuple[CreditEvent, bool]:
    """An evaluation of the public credit platform becomes an event of its day; returns it and whether anything was new
    (F-8).

    Raises: Refused for a score out of range, a day to come, or a unit that is no enterprise.
    """
    if not access.can_import_score(actor):
        raise forbid("只有系统管理员、综合管理部门可以导入公共信用综合评价")
    number = read_score(score)
    source = need_text(source, "source", "请写明评价的来源")
    need_past(on, at)
    head = lock(unit_id)
    need_enterprise(head.unit)
    known = (
        CreditEvent.objects.filter(unit_id=unit_id, type="rebase", on=on, data__source=source).order_by("-seq").first()
    )
    if known is not None and as_number(known.data["score"]) == number:
        return known, False
    before = head.grade
    data = {"score": plain(number), "source": source}
    step = ledger.add(ledger_of(head, at, erased=True), "rebase", on, "", data, day_of(at))
    event = append(actor, head, step, at=at)
    record(
        actor,
        "credit.import_score",
        event,
        at=at,
        why=event.why,
        data={**told(event), **data},
        decision=decision_of(step, before),
        chain=EVENT,
        leaf_id=event.leaf_id,
    )
    return event, True


def import_scores(
    *, actor: Actor, rows: Sequence[Mapping[str, Any]], source: str, at: datetime, dry_run: bool = False
) -> list[RowReport]:
    """A whole list of evaluations: `credit_code`, `score`, `on`, and `name` for a unit not known yet, `grade` and
    `source` where told.

    Each row stands for itself, in its own transaction, and says what became of it; the same list sent again changes
    nothing. `dry_run` says what would become of each, and writes nothing.
    """
    if not access.can_import_score(actor):
        raise forbid("只有系统管理员、综合管理部门可以导入公共信用综合评价")
    verdicts = judge(rows, source, at)
    return [verdict.report if dry_run else take_row(actor, verdict, at) for verdict in verdicts]


def take_row(actor: Actor, verdict: Verdict, at: datetime) -> RowReport:
    """Writes what the verdict found new; refused where somebody was quicker."""
    found, report = verdict.evaluation, verdict.report
    if found is None or report.outcome != "imported":
        return report
    try:
        with transaction.atomic():
            unit = find_or_register_unit(credit_code=found.credit_code, name=found.name, type=UnitType.ENTERPRISE)
            _, new = import_score(
                actor=actor, unit_id=unit.pk, score=found.score, source=found.source, on=found.on, at=at
            )
    except Refused as refusal:
        return replace(report, outcome="refused", message=str(refusal))
    return report if new else replace(report, outcome="unchanged", message="以前已经导入")


@action
def check_evaluations(*, actor: Actor, name: str, content: bytes, source: str, at: datetime) -> EvaluationBatch:
    """A file of evaluations read and judged row by row; nothing counts before `take_evaluations` confirms it."""
    if not access.can_import_score(actor):
        raise forbid("只有系统管理员、综合管理部门可以导入公共信用综合评价")
    source = need_text(source, "source", "请写明作出评价的机构")
    if len(source) > SOURCE_MOST:
        raise Refused("credit.source", f"评价机构不超过 {SOURCE_MOST} 字", field="source")
    rows = rows_of(name, content)
    report = [verdict.report.to_json() for verdict in judge(rows, source, at)]
    batch = EvaluationBatch.objects.create(
        name=name[-120:],
        sha256=hashlib.sha256(content).hexdigest(),
        source=source,
        rows=rows,
        report=report,
        by_id=actor.person_id,
        at=at,
    )
    record(
        actor,
        "credit.check_evaluations",
        batch,
        at=at,
        data={"sha256": batch.sha256, "rows": len(rows), **batch.counts()},
    )
    return batch


@action
def take_evaluations(*, actor: Actor, batch_id: int, at: datetime) -> EvaluationBatch:
    """The good rows of a file count, all in one transaction, each judged anew; the bad are told.

    A file confirmed twice counts once.
    """
    if not access.can_import_score(actor):
        raise forbid("只有系统管理员、综合管理部门可以导入公共信用综合评价")
    batch = EvaluationBatch.objects.select_for_update(no_key=True, of=("self",)).get(pk=batch_id)
    if batch.state == BatchState.TAKEN:
        return batch
    verdicts = judge(batch.rows, batch.source, at)
    # By credit code, so that two files never wait for each other's units.
    done = {
        v.report.line: take_row(actor, v, at)
        for v in sorted(verdicts, key=lambda v: (v.report.credit_code, v.report.line))
    }
    batch.report = [done[line].to_json() for line in sorted(done)]
    batch.state, batch.taken_by_id, batch.taken_at, batch.version = (
        BatchState.TAKEN,
        actor.person_id,
        at,
        batch.version + 1,
    )
    batch.save(update_fields=["report", "state", "taken_by", "taken_at", "version"])
    record(actor, "credit.take_evaluations", batch, at=at, data={"sha256": batch.sha256, **batch.counts()})
    return batch
