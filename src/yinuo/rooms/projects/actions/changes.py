"""What changes a project after filing: review outcomes, amendments, recoding, and its ends."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from yinuo.engine.base import Actor, Refused, check_version, forbid
from yinuo.engine.catalogue.queries import book
from yinuo.engine.documents.actions import issue
from yinuo.engine.notices.actions import tell
from yinuo.engine.rules import pack, roles
from yinuo.engine.trail.actions import action, enter, record
from yinuo.engine.work.actions import close, open_of
from yinuo.rooms.credit.relying import rely_on
from yinuo.rooms.projects import access, leaves, papers
from yinuo.rooms.projects.actions.checking import faults_of, need_basics
from yinuo.rooms.projects.actions.drafts import merge, refuse_secret
from yinuo.rooms.projects.actions.filing import after_code, ask_code, fetch_later, file_project, page_of
from yinuo.rooms.projects.actions.locking import lock
from yinuo.rooms.projects.caches import of_facts, say_in_work
from yinuo.rooms.projects.models import Amendment, Project, ProjectKind, ProjectState
from yinuo.rooms.projects.queries import contacts
from yinuo.rooms.projects.room import ProjectsPaper, ProjectsWork

# What makes another project of it (附件7·第四条: 重大变化须重新备案): the answer is a recoding, not an amendment.
MAJOR = ("kind", "industry", "region", "project_class", "site.address")
RUNNING = (ProjectState.FILED, ProjectState.CONFIRMED)


def _text(value: str, field: str, what: str) -> str:
    if not value.strip():
        raise Refused(f"projects.{field}", f"请写明{what}", field=field, remedy="项目单位会看到这段文字")
    return value.strip()


def filing_department(project: Project) -> int:
    return book(project.hall_id).department(roles().filing_department).pk


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
    why = _text(why, "why", "准予备案的理由" if approve else "不予备案的理由和依据")
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
    problem = _text(problem, "problem", "存在的具体问题")
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
    why = _text(why, "why", "终止的原因")
    project.state, project.problem, project.closed_at, project.version = (
        ProjectState.TERMINATED,
        why,
        at,
        project.version + 1,
    )
    project.save(update_fields=["state", "problem", "closed_at", "version"])
    # What has no code yet is in no chain: there its life begins with the code.
    chain = "anomaly.reported" if project.code else ""
    record(actor, "projects.terminate", project, at=at, project_code=project.code or "", why=why, chain=chain)
    return project


@action
def amend(
    *, actor: Actor, project_id: int, changes: dict[str, Any], reason: str, at: datetime, version: int | None = None
) -> Project:
    """An adjustment that keeps the code. A major change is refused with the way to a new filing. Raises Refused."""
    project = lock(project_id)
    if not access.can_dispose(actor, project):
        raise forbid("只能变更本单位的项目")
    check_version(project, version)
    if project.state not in RUNNING:
        raise Refused("projects.not_running", "这个项目现在不能变更", remedy="请刷新页面查看最新状态")
    reason = _text(reason, "reason", "变更的原因")
    # 只有办理人员能作的确认，企业变更也不算。
    after = merge(project.facts, {key: value for key, value in changes.items() if key not in ("unit", "confirmations")})
    refuse_secret(after, at)
    faults = faults_of(after)
    if faults:
        raise Refused("projects.facts", "填写的内容有误，请改正后再提交", field=next(iter(faults)), errors=faults)
    need_basics(after)
    changed = _changed(project.facts, after)
    if not changed:
        raise Refused("projects.unchanged", "没有任何内容发生变化", field="changes")
    major = [path for path in changed if path in MAJOR]
    if major:
        names = "、".join(pack().facts.label(path) for path in major)
        raise Refused(
            "projects.major_change",
            f"{names}的变化属于重大变化，需要重新备案并重新赋码",
            field=major[0],
            remedy="请使用“重新备案”，新旧代码会互相关联",
        )
    Amendment.objects.create(project=project, changes=changed, reason=reason, person_id=actor.required_person_id, at=at)
    said = of_facts(after)
    renamed = said["name"] != project.name
    project.facts, project.version = after, project.version + 1
    project.name, project.total_investment = said["name"], said["total_investment"]
    project.save(update_fields=["facts", "name", "total_investment", "version"])
    if renamed:
        say_in_work(project)
    if project.code is not None:
        enter("project.basic", project.code, leaves.basic(project), at=at, issuer_id=actor.department_id)
    record(actor, "projects.amend", project, at=at, project_code=project.code or "", why=reason, data=changed)
    return project


def _changed(before: dict[str, Any], after: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Shape: {path: [before, after]} of every fact that differs."""
    found: dict[str, Any] = {}
    for key in sorted({*before, *after}):
        old, new = before.get(key), after.get(key)
        if isinstance(old, dict) or isinstance(new, dict):
            found |= _changed(old or {}, new or {}, f"{prefix}{key}.")
        elif old != new:
            found[f"{prefix}{key}"] = [old, new]
    return found


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
    reason = _text(reason, "reason", "重大变化的情况")
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
    record(actor, "projects.complete", project, at=at, project_code=project.code or "", chain="approval.document")
    return project
