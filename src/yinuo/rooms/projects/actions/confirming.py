"""What only a clerk may confirm of a project: industries the negative list marks with an asterisk are covered only in
part.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from yinuo.engine.base import NO_ROW, Actor, Refused, check_version, forbid
from yinuo.engine.people.models import Department
from yinuo.engine.rules import pack, roles
from yinuo.engine.trail.actions import action, record
from yinuo.rooms.projects.actions.drafts import merge
from yinuo.rooms.projects.actions.locking import lock
from yinuo.rooms.projects.models import Project, ProjectState

PREFIX = "confirmations."
OPEN = (ProjectState.MANUAL, ProjectState.FILED, ProjectState.CONFIRMED)


def confirmers(path: str) -> set[str]:
    """The departments, by key, whose rows of the negative list read the fact."""
    found = set()
    for row in pack().negative:
        names = [row.when, *(exception.when for exception in row.exceptions)]
        if row.department_id and any(
            name in pack().predicates and path in pack().predicates[name].facts for name in names
        ):
            found.add(row.department_id)
    return found


@action
def confirm_facts(
    *, actor: Actor, project_id: int, answers: Mapping[str, bool], note: str, at: datetime, version: int | None = None
) -> Project:
    """An approver of the filing unit, or of the department whose list row turns on it, says whether a marked industry
    is covered.

    Shape of `answers`: {fact path under `confirmations.`: yes or no}. The company's own word never counts here.
    """
    project = lock(project_id)
    if not answers or not all(can_confirm(actor, project, path) for path in answers):
        raise forbid("只有备案机关和事项承办部门可以确认")
    check_version(project, version)
    if project.state not in OPEN:
        raise Refused("projects.not_running", "这个项目现在不能再确认", remedy="请刷新页面查看最新状态")
    unknown = [path for path in answers if not path.startswith(PREFIX) or path not in pack().facts]
    if unknown:
        raise Refused("projects.confirmation", "没有这一项需要确认的内容", field=unknown[0])
    if not note.strip():
        raise Refused("projects.confirmation_note", "请写明确认的依据", field="note")
    given = {path.removeprefix(PREFIX): answer for path, answer in answers.items()}
    project.facts, project.version = merge(project.facts, {"confirmations": given}), project.version + 1
    project.save(update_fields=["facts", "version"])
    record(
        actor,
        "projects.confirm_facts",
        project,
        at=at,
        project_code=project.code or "",
        why=note.strip(),
        data={"answers": dict(answers)},
    )
    return project


def can_confirm(actor: Actor, project: Project, path: str) -> bool:
    keys = confirmers(path) | {roles().filing_department}
    return (
        actor.role == "approver"
        and actor.hall_id == project.hall_id
        and Department.objects.filter(pk=actor.department_id or NO_ROW, key__in=keys).exists()
    )
