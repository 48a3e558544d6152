"""What every action of this room begins and ends with."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from yinuo.core.calendar import TZ
from yinuo.engine.base import Actor, PageRef, Refused, check_version, forbid
from yinuo.engine.documents.attachments import AttachedFile, attach_files, own_files
from yinuo.engine.documents.models import FileRole
from yinuo.engine.notices.actions import tell
from yinuo.engine.notices.effects import readers
from yinuo.engine.people.models import StaffRole
from yinuo.engine.people.queries import persons_bound
from yinuo.engine.rules import pack
from yinuo.engine.work.actions import Limits, open_item
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.oversight import access
from yinuo.rooms.oversight.models import AnomalyWarning, StepKind, WarningStep
from yinuo.rooms.oversight.room import OversightWork
from yinuo.rooms.projects.actions import lock
from yinuo.rooms.projects.actions.filing import about
from yinuo.rooms.projects.models import Project

TEXT_LIMIT = 2000


def day_of(at: datetime) -> date:
    return at.astimezone(TZ).date()


def need(text: str, field: str, message: str) -> str:
    """The text as it is kept, whole. Raises Refused for none and for one that is too long."""
    said = text.strip()
    if not said:
        raise Refused(f"oversight.{field}", message, field=field)
    if len(said) > TEXT_LIMIT:
        raise Refused(f"oversight.{field}", f"不能超过 {TEXT_LIMIT} 个字", field=field, remedy="请写要点")
    return said


def locked(warning_id: int) -> AnomalyWarning:
    """The warning locked, its project before it."""
    project = lock(AnomalyWarning.objects.values_list("project_id", flat=True).get(pk=warning_id))
    made = (
        AnomalyWarning.objects.select_for_update(no_key=True, of=("self",))
        .select_related("department", "record")
        .get(pk=warning_id)
    )
    made.project = project
    return made


def take(
    made: AnomalyWarning, allowed: bool, refusal: str, states: Sequence[str], version: int | None
) -> AnomalyWarning:
    """Raises Forbidden, Stale, Refused in this order."""
    if not allowed:
        raise forbid(refusal)
    check_version(made, version)
    if made.state not in states:
        raise Refused(
            "oversight.state",
            f"这条预警现在是“{made.get_state_display()}”，不能这样办理",
            remedy="请刷新页面查看最新状态",
        )
    return made


def step(
    made: AnomalyWarning,
    kind: StepKind,
    actor: Actor,
    at: datetime,
    text: str = "",
    evidence: Sequence[AttachedFile] = (),
) -> WarningStep:
    taken = WarningStep.objects.create(
        warning=made,
        kind=kind,
        text=text,
        role=actor.role,
        department_id=actor.department_id,
        person_id=actor.person_id,
        at=at,
    )
    attach_files(taken, FileRole.EVIDENCE, evidence)
    return taken


def evidence_of(files: Sequence[int], actor: Actor, project: Project) -> list[AttachedFile]:
    """Files of the unit's library where the unit speaks, else of nobody's library."""
    return own_files(files, unit_id=project.unit_id if actor.role == "unit" else None, room="oversight")


def code_of(made: AnomalyWarning) -> str:
    return made.project.code or ""


def page_of(made: AnomalyWarning) -> PageRef:
    return PageRef("staff:warning", warning_id=made.pk)


def unit_page_of(made: AnomalyWarning) -> PageRef:
    return PageRef("unit:warning", warning_id=made.pk)


def wait_for_handling(actor: Actor, made: AnomalyWarning, at: datetime) -> WorkItem:
    """Its clock with whoever has to handle it, who is told; opened again each time it is their turn."""
    project = made.project
    work = open_item(
        actor=actor,
        kind=OversightWork.HANDLE,
        about=about(made, project, f"预警：{made.get_kind_display()}", page_of(made)),
        limits=Limits(pack().integer("warning.handle_limit", project.rules_on)),
        rules_on=project.rules_on,
        at=at,
        department_id=made.department_id,
        hall_id=project.hall_id,
        role=access.owner_role(made),
    )
    return work


def tell_owner(template: str, made: AnomalyWarning, work: WorkItem, at: datetime, **words: object) -> None:
    tell(
        template,
        at=at,
        persons=readers(work, at, StaffRole.SUPERVISOR),
        project_code=made.project.code or "",
        page=page_of(made),
        project=made.project.name,
        kind=made.get_kind_display(),
        due=work.due_at.astimezone(TZ).strftime("%m月%d日 %H:%M") if work.due_at else "",
        words=words,
    )


def tell_unit(template: str, made: AnomalyWarning, at: datetime, **words: object) -> None:
    """The unit and everybody who acts for it."""
    project = made.project
    tell(
        template,
        at=at,
        persons=persons_bound(project.unit_id, day_of(at)),
        unit_id=project.unit_id,
        project_code=project.code or "",
        page=unit_page_of(made),
        project=project.name,
        kind=made.get_kind_display(),
        words=words,
    )
