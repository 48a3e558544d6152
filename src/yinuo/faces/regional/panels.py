"""A zone's result beside a matter, for the company's and the staff's page alike: shared, there to be shared, or why not
(附件3·三(三)).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from yinuo.core.calendar import DAY, TZ
from yinuo.core.findings import labels
from yinuo.core.regional import Conditions
from yinuo.engine.catalogue.models import RegionalResult
from yinuo.engine.rules import pack
from yinuo.rooms.onemap import regional
from yinuo.rooms.onemap.models import ItemState, MapItem
from yinuo.rooms.regional import queries


@dataclass(frozen=True, slots=True)
class Panel:
    """The result and what it means for this matter.

    `fits`: True, False, None = not decidable; `shared`: it stands for the matter.
    """

    result: RegionalResult
    shared: bool
    fits: bool | None
    reasons: tuple[tuple[str, str], ...]
    missing: str
    conditions: tuple[str, ...]
    last_on: date


def panel_of(item: MapItem, now: datetime) -> Panel | None:
    """None for a matter of a project in no zone, or whose zone has no result for it."""
    if item.shared_id is not None:
        return _panel(queries.result(item.shared_id), shared=True, fits=True, reasons=(), missing="")
    if item.state != ItemState.OPEN:
        return None
    found = regional.proposals(item.project, [item.matter_id], now.astimezone(TZ).date()).get(item.matter_id)
    if found is None:
        return None
    if item.share_ended and item.share_ended == found.result.document_number:
        return _panel(
            found.result,
            shared=False,
            fits=False,
            reasons=(("承办部门已终止这个项目共享这份结果，理由见以前的申请", ""),),
            missing="",
        )
    reasons = tuple((step.text, "；".join(pack().cite_texts(step.cites))) for step in found.decision.trace)
    return _panel(
        found.result,
        shared=False,
        fits=found.fits,
        reasons=reasons,
        missing=labels(found.decision.missing, pack().facts),
    )


def _panel(
    result: RegionalResult, *, shared: bool, fits: bool | None, reasons: tuple[tuple[str, str], ...], missing: str
) -> Panel:
    assert result.to_on is not None
    conditions = Conditions.from_json(result.conditions, pack().facts).in_words(pack().facts)
    return Panel(result, shared, fits, reasons, missing, conditions, result.to_on - DAY)


def fee_of(item: MapItem, now: datetime) -> queries.Due | None:
    """What is collected with this matter; None where companies are not charged, or the matter collects nothing."""
    day = now.astimezone(TZ).date()
    if item.matter_id not in queries.charged_with(day) or not queries.charges(day):
        return None
    due = queries.due_of(item.project_id, day)
    return due if due.lines else None
