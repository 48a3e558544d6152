"""What a completion has to verify, point by point, and how far it has come:
derived from promises, items and findings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from yinuo.core.facts import as_number
from yinuo.engine.people.models import Department
from yinuo.rooms.commitments.models import Commitment, CommitmentState, CompletionVerification, Finding
from yinuo.rooms.onemap.models import ItemState, MapItem

NOT_NEEDED = (ItemState.EXEMPT, ItemState.CANCELLED)
Key = tuple[int | None, int | None, int | None]


@dataclass(frozen=True, slots=True)
class Point:
    """One thing to verify: a requirement of a promise the matter was decided on, or a verification that has its own
    document.

    `findings` oldest first. A verification its department has granted meanwhile is met by that.
    """

    text: str
    department: Department
    item: MapItem
    commitment: Commitment | None
    requirement: int | None
    findings: tuple[Finding, ...]

    @property
    def indicator(self) -> dict[str, Any] | None:
        """The figure promised (控制性指标), where the requirement is one that is measured."""
        figures = self.commitment.indicators if self.commitment else []
        return figures[self.requirement] if figures and self.requirement is not None else None

    @property
    def granted(self) -> bool:
        return self.commitment is None and self.item.state == ItemState.GRANTED

    @property
    def met(self) -> bool | None:
        """The last word; None = nobody has looked yet."""
        if self.granted:
            return True
        return self.findings[-1].met if self.findings else None

    def pending(self, round_number: int) -> bool:
        """To be looked at in this round: what was met before is not looked at again."""
        return not self.granted and not any(finding.met or finding.round == round_number for finding in self.findings)


def points_of(completion: CompletionVerification) -> list[Point]:
    """Every point of the project's completion in the map's order, in three queries."""
    findings: dict[Key, list[Finding]] = {}
    for finding in Finding.objects.filter(completion=completion).select_related("by").order_by("id"):
        key = (finding.commitment_id, None if finding.commitment_id else finding.item_id, finding.requirement)
        findings.setdefault(key, []).append(finding)
    promised = Commitment.objects.filter(project_id=completion.project_id, state=CommitmentState.DECIDED)
    points = [
        Point(
            text,
            commitment.department,
            commitment.item,
            commitment,
            number,
            tuple(findings.get((commitment.pk, None, number), ())),
        )
        for commitment in promised.select_related("item__application", "department").order_by("item__position", "id")
        for number, text in enumerate(commitment.requirements)
    ]
    decided = {point.item.pk for point in points}
    items = MapItem.objects.filter(project_id=completion.project_id, completion=True).exclude(state__in=NOT_NEEDED)
    points += [
        Point(item.name, item.department, item, None, None, tuple(findings.get((None, item.pk, None), ())))
        for item in items.select_related("application", "department").order_by("position")
        if item.pk not in decided
    ]
    return points


def reached(indicator: Mapping[str, Any], measured: str) -> bool:
    """Whether the measured figure is on the promised side. Raises ValueError for what is no number."""
    found, bound = as_number(measured), as_number(indicator["value"])
    return found >= bound if indicator["side"] == "least" else found <= bound
