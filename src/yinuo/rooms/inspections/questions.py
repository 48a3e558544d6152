"""What a visit asks: every promise the departments of the plan decided on, requirement by requirement, then the
subject's check list.
"""

from __future__ import annotations

from dataclasses import dataclass

from yinuo.core.calendar import TZ
from yinuo.rooms.commitments.models import Commitment, CommitmentState
from yinuo.rooms.inspections.models import Answer, RandomInspection, Visit
from yinuo.rooms.inspections.pools import check_list


@dataclass(frozen=True, slots=True)
class Question:
    """`key` is stable within an inspection; `commitment` names the promise it comes from."""

    key: str
    text: str
    standard: str
    commitment: Commitment | None = None


def last_visit(inspection: RandomInspection) -> Visit | None:
    """The last one everybody has signed."""
    return inspection.visits.filter(signed_at__isnull=False).order_by("-round").first()


def questions_of(inspection: RandomInspection) -> list[Question]:
    """All of them on the first visit; on a revisit what did not meet its standard the last time."""
    before = last_visit(inspection)
    if before is not None:
        rows = before.checks.filter(answer=Answer.NO).select_related("commitment").order_by("id")
        return [Question(row.key, row.text, row.standard, row.commitment) for row in rows]
    departments = inspection.plan.departments.values("department_id")
    promised = Commitment.objects.filter(
        project_id=inspection.project_id, state=CommitmentState.DECIDED, department_id__in=departments
    ).select_related("item")
    found = [
        Question(f"c{commitment.pk}-{number}", text, f"承诺：{commitment.title}", commitment)
        for commitment in promised.order_by("item__position", "id")
        for number, text in enumerate(commitment.requirements)
    ]
    announced = inspection.plan.announced_at or inspection.created_at
    lines = check_list(inspection.plan.subject, announced.astimezone(TZ).date())
    return found + [Question(f"s{number}", text, standard) for number, (text, standard) in enumerate(lines)]
