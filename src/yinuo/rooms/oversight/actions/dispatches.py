"""督查调度: what was ordered waits with its office until the day it is due, and ends with its outcome."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from yinuo.core.calendar import TZ
from yinuo.engine.base import Actor, PageRef, Refused, forbid
from yinuo.engine.catalogue.queries import book
from yinuo.engine.notices.actions import tell
from yinuo.engine.notices.effects import readers
from yinuo.engine.people.models import Department, StaffRole
from yinuo.engine.trail.actions import action
from yinuo.engine.work.actions import Limits, close, open_item, open_of
from yinuo.engine.work.clocks import calendar
from yinuo.rooms.oversight import access
from yinuo.rooms.oversight.actions.common import day_of, evidence_of, need
from yinuo.rooms.oversight.actions.records import enter
from yinuo.rooms.oversight.models import LifeRecord, RecordKind
from yinuo.rooms.oversight.room import OversightWork
from yinuo.rooms.projects.actions import lock
from yinuo.rooms.projects.actions.filing import about


def office_of(row: LifeRecord) -> Department | None:
    """The office that has to see to it; None = the hall's supervisor."""
    key = str(row.data.get("office", ""))
    return book(row.project.hall_id).departments.get(key) if key else None


def dispatched(actor: Actor, row: LifeRecord, at: datetime) -> None:
    """A new version of what was ordered: the former one's clock ends,
    and this one's runs unless it says its outcome.
    """
    if row.replaces is not None:
        work = open_of(row.replaces, OversightWork.DISPATCH)
        if work is not None:
            close(actor=actor, item=work, at=at, outcome="answered" if row.data.get("outcome") else "corrected")
    if row.data.get("outcome"):
        return
    due, today, office, project = date.fromisoformat(row.data["due"]), day_of(at), office_of(row), row.project
    # The day of the order does not count; what is due today or was due before falls due at the end of the next working
    # day.
    days = max(
        1, calendar().working_days_between(calendar().next_working(today), due) + int(calendar().is_working(due))
    )
    work = open_item(
        actor=actor,
        kind=OversightWork.DISPATCH,
        about=about(row, project, f"督查调度：{row.data['question'][:60]}", PageRef("staff:record", record_id=row.pk)),
        limits=Limits(days),
        rules_on=project.rules_on,
        at=at,
        department_id=office.pk if office else None,
        hall_id=project.hall_id,
        role=StaffRole.APPROVER if office else StaffRole.SUPERVISOR,
    )
    told = work.due_at.astimezone(TZ).strftime("%m月%d日") if work.due_at else ""
    tell(
        "dispatched",
        at=at,
        persons=readers(work, at, *([] if office else [StaffRole.SUPERVISOR])),
        project_code=project.code or "",
        page=work.page_ref,
        project=project.name,
        text=row.data["question"][:60],
        due=told,
    )


@action
def answer_dispatch(
    *, actor: Actor, record_id: int, outcome: str, at: datetime, evidence: Sequence[int] = ()
) -> LifeRecord:
    """What came of it, as a new version; its clock ends.

    Raises Refused where it has been answered or corrected since.
    """
    project = lock(LifeRecord.objects.values_list("project_id", flat=True).get(pk=record_id))
    row = LifeRecord.objects.get(pk=record_id)
    row.project = project
    if row.kind != RecordKind.DISPATCH:
        raise Refused("oversight.kind", "这不是督查调度记录")
    if not access.can_answer_dispatch(actor, project, office_of(row)):
        raise forbid("请由交办的部门办结")
    said = need(outcome, "outcome", "请写明办理结果")
    if row.data.get("outcome") or LifeRecord.objects.filter(replaces=row).exists():
        raise Refused("oversight.answered", "这件督查调度已经办结或者更正过", remedy="请刷新页面查看最新的一版")
    return enter(
        actor, project, kind=row.kind, step="", number=row.number, on=row.on, data={**row.data, "outcome": said},
        evidence=[*row.evidence, *evidence_of(evidence, actor, project)], at=at, replaces=row, why="办结",
    )  # fmt: skip
