"""A project is looked at: by the clock when its moment has come, and at once when something is reported or recorded of
it.
"""

from __future__ import annotations

from datetime import datetime

from yinuo.engine.base import Actor, PageRef
from yinuo.engine.catalogue.queries import book
from yinuo.engine.notices.actions import tell
from yinuo.engine.people.models import Department
from yinuo.engine.people.queries import persons_bound
from yinuo.engine.rules import pack, roles
from yinuo.engine.trail.actions import action, record
from yinuo.rooms.oversight.actions.common import day_of, step, tell_owner, tell_unit, wait_for_handling
from yinuo.rooms.oversight.models import AnomalyWarning, StepKind, WarningKind, Watch
from yinuo.rooms.oversight.watching import Finding, Look, look, standing
from yinuo.rooms.projects.actions import lock
from yinuo.rooms.projects.models import Project

TERMS = {
    WarningKind.START_UNREPORTED: "warning.start_report_term",
    WarningKind.NOT_STARTED: "warning.not_started_term",
    WarningKind.IDLE: "warning.idle_term",
}


@action
def look_at(*, project_id: int, at: datetime) -> list[AnomalyWarning]:
    """Opens a warning for everything that is out of order now, and keeps when to look again; a second look finds
    nothing new.
    """
    project = lock(project_id)
    watch = Watch.objects.select_for_update(no_key=True).filter(project=project).first()
    reminded = watch is not None and watch.reminded_at is not None
    seen = look(standing(project, reminded=reminded), at)
    made = [_open(project, finding, at) for finding in seen.findings]
    if made:
        # What has just been opened is waited for no longer.
        seen = Look(seen.findings, look(standing(project, reminded=reminded or seen.remind), at).next_at, seen.remind)
    if seen.remind:
        _remind(project, at)
    _keep(project, watch, seen, at)
    return made


def _keep(project: Project, watch: Watch | None, seen: Look, at: datetime) -> None:
    if watch is None:
        Watch.objects.create(project=project, next_at=seen.next_at, reminded_at=at if seen.remind else None)
        return
    watch.next_at, watch.reminded_at = seen.next_at, at if seen.remind else watch.reminded_at
    watch.save(update_fields=["next_at", "reminded_at"])


def _remind(project: Project, at: datetime) -> None:
    months = pack().integer("warning.not_started_reminder", project.rules_on)
    limit = pack().integer("warning.not_started_term", project.rules_on)
    tell(
        "start_reminder",
        at=at,
        persons=persons_bound(project.unit_id, day_of(at)),
        unit_id=project.unit_id,
        project_code=project.code or "",
        page=PageRef("unit:project", project_id=project.pk),
        project=project.name,
        months=months,
        limit=limit,
    )
    record(
        Actor.system(),
        "oversight.remind_start",
        project,
        at=at,
        project_code=project.code or "",
        data={"months": months},
    )


def _open(project: Project, finding: Finding, at: datetime) -> AnomalyWarning:
    """The database keeps it to one open warning of the kind; the project's lock keeps two finders apart."""
    actor = Actor.system()
    former = AnomalyWarning.objects.filter(project=project, kind=finding.kind).order_by("-id").first()
    names = [TERMS[finding.kind]] if finding.kind in TERMS else ["warning.built_first"]
    cites = [text for name in names for text in pack().cite_texts(pack().parameter(name, project.rules_on).cites)]
    made = AnomalyWarning.objects.create(
        project=project,
        kind=finding.kind,
        source=finding.source,
        record=finding.record,
        why=finding.why,
        matters=[item.name for item in finding.matters],
        cites=cites,
        department=_owner(project, finding),
        former=former,
        found_at=at,
    )
    step(made, StepKind.FOUND, actor, at, made.why)
    record(
        actor,
        "oversight.warn",
        made,
        at=at,
        project_code=project.code or "",
        why=made.why,
        data={
            "kind": made.kind,
            "source": made.source,
            "since": finding.since,
            "record": finding.record.pk if finding.record else None,
        },
        chain="anomaly.reported",
    )
    work = wait_for_handling(actor, made, at)
    tell_owner("warning_found", made, work, at, why=made.why)
    tell_unit("warning_found_unit", made, at, why=made.why)
    return made


def _owner(project: Project, finding: Finding) -> Department | None:
    """Whose it is to handle, by the pack: the office of the first matter not decided, the filing unit, a named office;
    else the supervisor.
    """
    named = pack().parameter(f"warning.owner.{finding.kind}", project.rules_on).value
    if named == "matter" and finding.matters:
        return finding.matters[0].department
    key = roles().filing_department if named in ("matter", "filing") else named
    return book(project.hall_id).departments.get(key)


def sweep(now: datetime, batch: int = 200) -> int:
    """Looks at every project whose moment has come, each in a transaction of its own; costs what is due.

    Returns how many.
    """
    turned = 0
    due = Watch.objects.filter(next_at__lte=now)
    while ids := list(due.order_by("next_at", "project_id").values_list("project_id", flat=True)[:batch]):
        for project_id in ids:
            look_at(project_id=project_id, at=now)
        turned += len(ids)
        if len(ids) < batch:
            break
    return turned
