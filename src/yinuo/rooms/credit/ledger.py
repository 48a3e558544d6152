"""A unit's events in core's words: the score is their fold, everything else is a cache of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from yinuo.core.credit import OBJECTION, CreditFact, CreditFold, EventError, FoldedEvent, fold, with_act
from yinuo.core.dated import Gap
from yinuo.engine.base import Refused
from yinuo.engine.rules import pack
from yinuo.rooms.credit.models import CreditEvent, CreditHead


@dataclass(frozen=True, slots=True)
class Ledger:
    """Every event of a unit in the order of `seq`, and what they fold to."""

    facts: tuple[CreditFact, ...]
    fold: CreditFold

    @property
    def seq(self) -> int:
        return len(self.facts)

    @property
    def score(self) -> Decimal | None:
        """The score as the head keeps it: None as long as the unit is unrated, whatever points are counted."""
        return self.fold.score if self.fold.state.rated else None

    def taken(self, seq: int) -> Decimal:
        """What event `seq` takes from the score of today; 0 = nothing to repair: given back already, or replaced by a
        later public evaluation. Never negative.
        """
        return Decimal(0) if seq in self.fold.state.settled else self.disputed(seq)

    def disputed(self, seq: int) -> Decimal:
        """What event `seq` took when it happened and has not been given back. An objection is about the event itself,
        so it may be raised after a later evaluation too, though no point moves then.
        """
        state = self.fold.state
        return Decimal(0) if seq in state.given_back else max(Decimal(0), -state.taken.get(seq, Decimal(0)))

    def open_to(self, kind: str, seq: int) -> bool:
        """Whether a 修复 or an 异议 (`kind`) of event `seq` still has something to change."""
        return bool(self.disputed(seq) if kind == OBJECTION else self.taken(seq))

    def superseded(self, on: date) -> bool:
        """Whether an evaluation of a later day is already the new base, so that an event of `on` would move nothing."""
        return any(event.type == "rebase" and event.on > on for event in self.facts)

    def holds(self, head: CreditHead) -> bool:
        """Whether the head stands where its events lead; its grade may be of an older scale until it is rebuilt."""
        return (head.seq, head.score) == (self.seq, self.score)


@dataclass(frozen=True, slots=True)
class Step:
    """What one further event does: `points` is how the score moves, which for an event reported late is the difference
    of two folds.
    """

    event: FoldedEvent
    points: Decimal
    after: Ledger


def fact(seq: int, type: str, on: date, project_code: str, data: Mapping[str, Any]) -> CreditFact:
    return CreditFact(on=on, type=type, project=project_code, detail=data, key=seq)


def read(unit_id: int, as_of: date) -> Ledger:
    """The unit's ledger; whoever means to add to it holds the head's lock."""
    return of(CreditEvent.objects.filter(unit_id=unit_id).order_by("seq"), as_of)


def of(rows: Iterable[CreditEvent], as_of: date) -> Ledger:
    """The ledger of a unit's events, which are given in the order of `seq`."""
    facts = tuple(fact(row.seq, row.type, row.on, row.project_code, row.data) for row in rows)
    return Ledger(facts, fold(None, facts, pack(), as_of=as_of))


def add(ledger: Ledger, type: str, on: date, project_code: str, data: Mapping[str, Any], as_of: date) -> Step:
    """The ledger with one more event, taken by its day.

    Raises Refused for an event that cannot be read or has no rule on its day.
    """
    try:
        new = fact(ledger.seq + 1, type, on, project_code, with_act(type, data, on, pack()))
        facts = (*ledger.facts, new)
        folded = fold(None, facts, pack(), as_of=as_of)
    except EventError as error:
        field = error.field.rpartition(".")[2]
        raise Refused(
            "credit.event", f"信用事件填写有误：{error.message}", field=field, remedy="请改正后再提交"
        ) from error
    except Gap as error:
        raise Refused(
            "credit.no_rule", "事情发生的那一天没有生效的加减分规定", field="on", remedy="请核对发生日期"
        ) from error
    return Step(folded.events[-1], folded.score - ledger.fold.score, Ledger(facts, folded))
