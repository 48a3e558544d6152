"""What changes a project after filing: review outcomes, recoding, and its ends."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from yinuo.core.calendar import TZ
from yinuo.engine.base import Actor, Refused, check_version, forbid
from yinuo.engine.catalogue.queries import book
from yinuo.engine.documents.actions import issue
from yinuo.engine.notices.actions import tell
from yinuo.engine.trail.actions import action, record
from yinuo.engine.work.actions import close, open_of
from yinuo.rooms.credit.relying import rely_on
from yinuo.rooms.projects import access, gate, papers
from yinuo.rooms.projects.actions.amending import RUNNING, drop_request, filing_department, text_given
from yinuo.rooms.projects.actions.drafts import merge
from yinuo.rooms.projects.actions.filing import after_code, ask_code, fetch_later, file_project, page_of
from yinuo.rooms.projects.actions.locking import lock
from yinuo.rooms.projects.caches import say_in_work
from yinuo.rooms.projects.models import Project, ProjectKind, ProjectState
from yinuo.rooms.projects.queries import contacts
from yinuo.rooms.projects.room import ProjectsPaper, ProjectsWork


@action
def decide_by_hand(
    *, actor: Actor, project_id: int, approve: bool, why: str, at: datetime, version: int | None = None
) -> Project:
    """The filing unit decides on a filing the rules held back; a refusal states its reasons."""
    project = lock(project_id)
    if not access.can_review(actor, project, filing_department(project)):
        raise forbid("只有备案机关可以办理")
    check_version(project, version)
    if project.state != ProjectState.MANUAL:
        raise Refused("projects.not_manual", "这个项目不在人工办理环节", remedy="请刷新页面查看最新状态")
    if approve:
        _need_confirmed(project, at)
    why = text_given(why, "why", "准予备案的理由" if approve else "不予备案的理由和依据")
    work = open_of(project, ProjectsWork.MANUAL_FILING)
    if work is not None:
        close(actor=actor, item=work, at=at, outcome="approved" if approve else "refused")
    project.version += 1
    if not approve:
        project.state, project.problem, project.closed_at = ProjectState.REFUSED, why, at
        project.save(update_fields=["state", "problem", "closed_at", "version"])
    else:
        _give_code(project)
    record(
        actor,
        "projects.decide_by_hand",
        project,
        at=at,
        project_code=project.code or "",
        why=why,
        data={"approve": approve},
    )
    outcome = "准予备案" if approve else "不予备案"
    tell(
        "filing_decided",
        at=at,
        persons=contacts(project, at),
        unit_id=project.unit_id,
        page=page_of(project),
        project=project.name,
        outcome=outcome,
        why=why,
    )
    if approve and project.code is not None:
        after_code(actor, project, book(project.hall_id), at, grade=rely_on(project.unit, at).grade)
    return project


def _need_confirmed(project: Project, at: datetime) -> None:
    """A list known only in part is looked up before anybody approves. Raises Refused naming it and the missing text."""
    open_ = gate.to_confirm(project.facts, at.astimezone(TZ).date())
    if open_:
        raise Refused(
            "projects.confirm_first",
            f"准予备案以前，请先对照目录原文确认：{'；'.join(dict.fromkeys(why for _path, why in open_))}",
            remedy="在这一页的“去确认”中逐项确认并写明依据",
        )


def _give_code(project: Project) -> None:
    """The code of a project that already has its row, under the row's lock."""
    project.code = ask_code(project)
    project.state = ProjectState.FILED if project.code else ProjectState.ASSIGNING
    project.save(update_fields=["code", "state", "version"])
    if project.code is None:
        fetch_later(project)
    else:
        say_in_work(project)


@action
def withdraw_filing(
    *, actor: Actor, project_id: int, problem: str, at: datetime, version: int | None = None
) -> Project:
    """撤回备案: a project found faulty at review or later loses its filing, with the concrete problem stated;
    everything open on it ends.
    """
    project = lock(project_id)
    if not access.can_review(actor, project, filing_department(project)):
        raise forbid("只有备案机关可以撤回备案")
    check_version(project, version)
    if project.kind != ProjectKind.FILING or project.state not in RUNNING:
        raise Refused("projects.not_running", "这个项目现在不能撤回备案", remedy="请刷新页面查看最新状态")
    problem = text_given(problem, "problem", "存在的具体问题")
    review = open_of(project, ProjectsWork.REVIEW)
    if review is not None:
        close(actor=actor, item=review, at=at, outcome="withdrawn")
    at_review = project.state == ProjectState.FILED
    project.state, project.problem, project.closed_at, project.version = (
        ProjectState.WITHDRAWN,
        problem,
        at,
        project.version + 1,
    )
    project.save(update_fields=["state", "problem", "closed_at", "version"])
    drop_request(project, at)
    data = papers.withdrawal(project, at, at_review=at_review)
    issue(
        kind=ProjectsPaper.WITHDRAWAL,
        subject=project,
        data=data,
        at=at,
        number=data["number"],
        project_code=project.code or "",
        unit_id=project.unit_id,
    )
    record(
        actor,
        "projects.withdraw_filing",
        project,
        at=at,
        project_code=project.code or "",
        why=problem,
        data={"problem": problem},
        chain="approval.document",
    )
    tell(
        "withdrawn",
        at=at,
        persons=contacts(project, at),
        unit_id=project.unit_id,
        project_code=project.code or "",
        page=page_of(project),
        project=project.name,
        problem=problem,
    )
    return project


@action
def terminate(*, actor: Actor, project_id: int, why: str, at: datetime) -> Project:
    """Ends a project at its unit's wish or by its hall; everything open on it ends."""
    project = lock(project_id)
    if not access.can_terminate(actor, project, filing_department(project)):
        raise forbid("只有项目单位、备案机关和总召集人可以终止项目")
    return end_project(actor=actor, project_id=project_id, why=why, at=at)


@action
def end_project(*, actor: Actor, project_id: int, why: str, at: datetime) -> Project:
    """For `terminate` and the rooms above, which have asked who may: a broken promise ends a project by force
    (附件2·第十四条).
    """
    project = lock(project_id)
    if project.state not in (*RUNNING, ProjectState.MANUAL):
        raise Refused("projects.not_running", "这个项目已经结束", remedy="请刷新页面查看最新状态")
    why = text_given(why, "why", "终止的原因")
    project.state, project.problem, project.closed_at, project.version = (
        ProjectState.TERMINATED,
        why,
        at,
        project.version + 1,
    )
    project.save(update_fields=["state", "problem", "closed_at", "version"])
    drop_request(project, at)
    # What has no code yet is in no chain: there its life begins with the code.
    chain = "anomaly.reported" if project.code else ""
    record(actor, "projects.terminate", project, at=at, project_code=project.code or "", why=why, chain=chain)
    return project


@action
def recode(
    *,
    actor: Actor,
    project_id: int,
    facts: dict[str, Any],
    pledged: bool,
    reason: str,
    at: datetime,
    idempotency_key: str = "",
) -> Project:
    """A major change: the old project ends, a new one with a new code is filed, and each names the other."""
    old = lock(project_id)
    if not access.can_dispose(actor, old):
        raise forbid("只能变更本单位的项目")
    ended = Refused("projects.not_running", "这个项目现在不能重新备案", remedy="请刷新页面查看最新状态")
    # A request sent again finds the old project ended by itself: its key, not the state, says what to answer.
    if old.state not in RUNNING and not idempotency_key:
        raise ended
    reason = text_given(reason, "reason", "重大变化的情况")
    filing = file_project(
        actor=actor,
        unit_id=old.unit_id,
        facts=merge({key: value for key, value in old.facts.items() if key != "unit"}, facts),
        pledged=pledged,
        at=at,
        idempotency_key=idempotency_key,
        allow_duplicate=True,
    )
    new = filing.project
    if filing.repeated:
        return new
    if old.state not in RUNNING:
        raise ended
    new.replaces = old
    new.save(update_fields=["replaces"])
    terminate(actor=Actor.system(), project_id=old.pk, why=f"重大变化重新备案：{reason}", at=at)
    record(
        actor,
        "projects.recode",
        new,
        at=at,
        project_code=new.code or "",
        why=reason,
        data={"old": old.code, "new": new.code},
    )
    return new


@action
def complete(*, actor: Actor, project_id: int, at: datetime) -> Project:
    """Called when completion has passed: the project's life is whole."""
    project = lock(project_id)
    if project.state != ProjectState.CONFIRMED:
        raise Refused("projects.not_running", "这个项目现在不能办结竣工")
    project.state, project.completed_at, project.version = ProjectState.COMPLETED, at, project.version + 1
    project.save(update_fields=["state", "completed_at", "version"])
    drop_request(project, at)
    record(actor, "projects.complete", project, at=at, project_code=project.code or "", chain="approval.document")
    return project
