"""What a zone's published results mean for a project:
which fits which matter, and why another does not (附件3·三(三)).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from yinuo.core import regional
from yinuo.core.dated import Span
from yinuo.core.decision import Decision
from yinuo.core.facts import UNKNOWN, Facts, look_up
from yinuo.engine.catalogue.models import RegionalResult
from yinuo.engine.rules import pack
from yinuo.rooms.onemap import building
from yinuo.rooms.onemap.models import ItemState, MapItem
from yinuo.rooms.projects.models import Project


@dataclass(frozen=True, slots=True)
class Proposal:
    """A result of the project's zone for one of its matters, with the answer whether the project shares it."""

    result: RegionalResult
    decision: Decision

    @property
    def fits(self) -> bool | None:
        answer: bool | None = self.decision.outcome["fits"]
        return answer


def ended(result: RegionalResult) -> str:
    """Why the result is shared no longer, in words; "" while it stands (its span apart)."""
    if result.withdrawn_at is not None:
        return f"已撤回（{result.withdrawn_why}）"
    return "已由新的结果代替" if result.superseded_at is not None else ""


def as_rule(result: RegionalResult) -> regional.Result:
    """The row as core reads it."""
    return regional.Result(
        id=result.pk,
        matter=result.matter_id,
        zone=result.zone.key,
        zone_name=result.zone.name,
        number=result.document_number,
        span=Span(result.from_on, result.to_on),
        conditions=regional.Conditions.from_json(result.conditions, pack().facts),
        ended=ended(result),
    )


def zone_of(facts: Facts) -> str:
    """The key of the zone the project says it is in; "" where it says nothing."""
    zone = look_up(facts, regional.ZONE)
    return "" if zone is UNKNOWN else str(zone)


def standing_results(hall_id: int, zone_key: str, matters: Iterable[str] | None = None) -> list[RegionalResult]:
    """The zone's results that nobody has withdrawn or replaced, also those not yet or no longer in force."""
    found = RegionalResult.objects.filter(
        hall_id=hall_id, zone__key=zone_key, withdrawn_at__isnull=True, superseded_at__isnull=True
    )
    if matters is not None:
        found = found.filter(matter_id__in=list(matters))
    return list(found.select_related("zone", "department").order_by("matter_id"))


def proposals(project: Project, matters: Iterable[str], day: date) -> dict[str, Proposal]:
    """For each of the matters the result of the project's zone, with its answer; one query, and none for a project in
    no zone.
    """
    zone, asked = zone_of(project.facts), [name for name in matters if pack().matters[name].regional]
    if not zone or not asked:
        return {}
    found = standing_results(project.hall_id, zone, asked)
    if not found:
        return {}
    facts = building.with_grade(project)
    return {result.matter_id: Proposal(result, decide(result, facts, day)) for result in found}


def decide(result: RegionalResult, facts: dict[str, Any], day: date) -> Decision:
    return regional.fit(as_rule(result), facts, pack(), day, facts["unit"]["grade"])


def fitting(project: Project, items: Sequence[MapItem], day: date) -> frozenset[str]:
    """The matters not yet applied for that a result of the zone would satisfy today."""
    waiting = {item.matter_id: item for item in items if item.state == ItemState.OPEN}
    found = proposals(project, waiting, day).items()
    return frozenset(
        name
        for name, proposal in found
        if proposal.fits and proposal.result.document_number != waiting[name].share_ended
    )


def still_fits(item: MapItem, result: RegionalResult, day: date) -> Decision:
    """Of a matter satisfied already: do the facts as they are now still meet the result's place and conditions."""
    return regional.still_fits(as_rule(result), item.project.facts, pack(), day)
