"""The gate asked again of a project that is already filed: what of the day's lists it has not been passed for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from yinuo.core.decision import Decision
from yinuo.core.lists import list_findings
from yinuo.core.screen import screen_filing
from yinuo.engine.rules import pack
from yinuo.rooms.projects.models import ChangeRequest, ChangeState, Project, ProjectKind


def judged(facts: Mapping[str, Any], day: date) -> Decision:
    """The filing question by the lists in force on `day`."""
    return screen_filing(facts, pack(), day)


def to_confirm(facts: Mapping[str, Any], day: date) -> list[tuple[str, str]]:
    """What only the filing office can answer for the project's industry: the fact, and why it is asked."""
    return [
        (path, finding.why)
        for finding in list_findings(facts, pack(), day)
        if finding.for_reviewer
        for path in sorted(finding.missing)
    ]


def stops_not_passed(project: Project, decision: Decision) -> list[dict[str, Any]]:
    """The stops nobody has decided on: neither when the project was filed by hand nor at an earlier change.

    **Shape**: `[{rule, why, cites}]`. A project handled as 核准 or 审批 is decided elsewhere and has none.
    """
    if project.kind != ProjectKind.FILING:
        return []
    passed = {stop["rule"] for stop in project.decision.body["outcome"]["stops"]} if project.decision else set()
    for stops in ChangeRequest.objects.filter(project=project, state=ChangeState.APPROVED).values_list(
        "stops", flat=True
    ):
        passed |= {stop["rule"] for stop in stops}
    return [stop for stop in decision.outcome["stops"] if stop["rule"] not in passed]
