"""A company that falls to class D, here or at the province, loses its agent in the middle of the service
(附件6·四(三)4).
"""

from __future__ import annotations

from datetime import datetime

from yinuo.core.calendar import TZ
from yinuo.engine.people.models import ProjectUnit
from yinuo.engine.trail.actions import unit_of_work
from yinuo.rooms.agency.effects import end_of_project
from yinuo.rooms.agency.models import IN_FORCE, OPEN_APPLICATION, AgencyRequest, Agreement, EndKind
from yinuo.rooms.agency.queries import check_of
from yinuo.rooms.projects.actions import lock

KINDS = {"agency.provincial_grades": EndKind.PROVINCIAL}


def end_of_unit(unit_id: int, at: datetime) -> int:
    """Ends what the unit has running where the check now says no; returns how many projects lost it.

    Run twice it changes nothing.
    """
    projects = set(
        Agreement.objects.filter(project__unit_id=unit_id, state__in=IN_FORCE).values_list("project_id", flat=True)
    )
    projects |= set(
        AgencyRequest.objects.filter(project__unit_id=unit_id, state__in=OPEN_APPLICATION).values_list(
            "project_id", flat=True
        )
    )
    ended = 0
    for project_id in sorted(projects):
        with unit_of_work():
            lock(project_id)
            decision = check_of(ProjectUnit.objects.get(pk=unit_id), at.astimezone(TZ).date())
            against = [step for step in decision.trace if step.outcome is False]
            if against:
                kind = KINDS.get(against[0].rule, EndKind.GRADE)
                end_of_project(project_id, kind, "；".join(step.text for step in against), at)
                ended += 1
    return ended
