"""Changes of a filed project that keep its code: made at once where the gate lets them, else by the filing office."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from yinuo.core.calendar import TZ
from yinuo.engine.base import Actor, Refused, check_version, forbid
from yinuo.engine.catalogue.queries import book
from yinuo.engine.notices.actions import tell
from yinuo.engine.rules import pack, roles
from yinuo.engine.trail.actions import action, enter, record
from yinuo.engine.work.actions import close, open_of
from yinuo.rooms.projects import access, gate, leaves
from yinuo.rooms.projects.actions.checking import faults_of, need_basics
from yinuo.rooms.projects.actions.drafts import merge, refuse_secret
from yinuo.rooms.projects.actions.filing import open_for_office, page_of
from yinuo.rooms.projects.actions.locking import lock
from yinuo.rooms.projects.caches import of_facts, say_in_work
from yinuo.rooms.projects.models import Amendment, ChangeRequest, ChangeState, Project, ProjectState
from yinuo.rooms.projects.queries import contacts
from yinuo.rooms.projects.room import ProjectsWork

# What makes another project of it (附件7·第四条: 重大变化须重新备案): the answer is a recoding, not an amendment.
MAJOR = ("kind", "industry", "region", "project_class", "site.address")
RUNNING = (ProjectState.FILED, ProjectState.CONFIRMED)
GONE = "这项变更已经办结，或者项目单位已经撤回"


def text_given(value: str, field: str, what: str) -> str:
    if not value.strip():
        raise Refused(f"projects.{field}", f"请写明{what}", field=field, remedy="项目单位会看到这段文字")
    return value.strip()


def filing_department(project: Project) -> int:
    return book(project.hall_id).department(roles().filing_department).pk


@action
def amend(
    *, actor: Actor, project_id: int, changes: dict[str, Any], reason: str, at: datetime, version: int | None = None
) -> ChangeRequest | None:
    """An adjustment that keeps the code; None when it holds at once, else the request that waits for the filing office.

    A major change is refused with the way to a new filing. Raises Refused, Forbidden.
    """
    project = lock(project_id)
    if not access.can_dispose(actor, project):
        raise forbid("只能变更本单位的项目")
    check_version(project, version)
    _need_changeable(project)
    reason = text_given(reason, "reason", "变更的原因")
    # 只有办理人员能作的确认，企业变更也不算。
    after = merge(project.facts, {key: value for key, value in changes.items() if key not in ("unit", "confirmations")})
    changed = _checked(project, after, at)
    decision = gate.judged(after, at.astimezone(TZ).date())
    stops = gate.stops_not_passed(project, decision)
    if not stops:
        _need_answers(project, decision.missing, at)
        _apply(actor, project, after, changed, reason, at, person_id=actor.required_person_id)
        return None
    return _hand_over(actor, project, changed, stops, reason, at)


def _need_changeable(project: Project) -> None:
    if project.state not in RUNNING:
        raise Refused("projects.not_running", "这个项目现在不能变更", remedy="请刷新页面查看最新状态")
    if ChangeRequest.objects.filter(project=project, state=ChangeState.PENDING).exists():
        raise Refused(
            "projects.change_pending",
            "上一次变更还在等备案机关审核",
            remedy="请等审核结果，或者先撤回上一次变更",
        )


def _checked(project: Project, after: dict[str, Any], at: datetime) -> dict[str, Any]:
    """What changes, as `changed_facts`. Raises Refused for what cannot be kept, and for a major change."""
    refuse_secret(after, at)
    # A fault that was there before, by rules that came later, does not keep the company from changing something else.
    before = faults_of(project.facts)
    faults = {path: fault for path, fault in faults_of(after).items() if before.get(path) != fault}
    if faults:
        raise Refused("projects.facts", "填写的内容有误，请改正后再提交", field=next(iter(faults)), errors=faults)
    need_basics(after)
    changed = changed_facts(project.facts, after)
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
    return changed


def _need_answers(project: Project, missing: tuple[str, ...], at: datetime) -> None:
    """What the change itself has made open is answered with it; what was open before stays as it is."""
    before = gate.judged(project.facts, at.astimezone(TZ).date()).missing
    errors = {path: f"请填写{pack().facts.label(path)}" for path in missing if path not in before}
    if errors:
        field = next(iter(errors))
        raise Refused(
            "projects.incomplete", "这样变更以后，还有内容要回答", field=field, remedy=errors[field], errors=errors
        )


def _apply(
    actor: Actor,
    project: Project,
    after: dict[str, Any],
    changed: dict[str, Any],
    reason: str,
    at: datetime,
    *,
    person_id: int,
) -> None:
    Amendment.objects.create(project=project, changes=changed, reason=reason, person_id=person_id, at=at)
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


def _hand_over(
    actor: Actor, project: Project, changed: dict[str, Any], stops: list[dict[str, Any]], reason: str, at: datetime
) -> ChangeRequest:
    request = ChangeRequest.objects.create(
        project=project,
        changes=changed,
        stops=stops,
        reason=reason,
        person_id=actor.required_person_id,
        asked_at=at,
    )
    open_for_office(actor, project, request, at)
    record(
        actor,
        "projects.ask_change",
        project,
        at=at,
        project_code=project.code or "",
        why=reason,
        data={"changes": changed, "rules": [stop["rule"] for stop in stops]},
    )
    tell(
        "change_held",
        at=at,
        persons=contacts(project, at),
        unit_id=project.unit_id,
        project_code=project.code or "",
        page=page_of(project),
        project=project.name,
        why="；".join(stop["why"] for stop in stops),
    )
    return request


def _pending(request_id: int, version: int | None) -> tuple[Project, ChangeRequest]:
    """The project, locked first as everywhere, and its request. Raises Refused for one that has ended."""
    found = ChangeRequest.objects.filter(pk=request_id).values_list("project_id", flat=True).first()
    if found is None:
        raise Refused("projects.change_gone", GONE, remedy="请刷新页面查看最新状态")
    project = lock(found)
    request = ChangeRequest.objects.select_for_update(no_key=True).get(pk=request_id)
    check_version(request, version)
    return project, request


def _need_pending(request: ChangeRequest) -> None:
    if request.state != ChangeState.PENDING:
        raise Refused("projects.change_gone", GONE, remedy="请刷新页面查看最新状态")


def _end(actor: Actor, project: Project, request: ChangeRequest, state: ChangeState, why: str, at: datetime) -> None:
    request.state, request.why, request.decided_at, request.version = state, why, at, request.version + 1
    request.decided_by_id = actor.person_id
    request.save(update_fields=["state", "why", "decided_at", "decided_by", "version"])
    work = open_of(request, ProjectsWork.CHANGE)
    if work is not None:
        cancelled = state not in (ChangeState.APPROVED, ChangeState.REFUSED)
        close(actor=actor, item=work, at=at, outcome=str(state), cancelled=cancelled)


@action
def decide_change(
    *, actor: Actor, request_id: int, approve: bool, why: str, at: datetime, version: int | None = None
) -> ChangeRequest:
    """The filing office on a change that the gate held back: agreed, it holds from now on; refused, the project stays
    as it is.

    What else has been changed meanwhile (a clerk's confirmation) is kept. Raises Refused, Forbidden.
    """
    project, request = _pending(request_id, version)
    if not access.can_review(actor, project, filing_department(project)):
        raise forbid("只有备案机关可以审核变更")
    _need_pending(request)
    why = text_given(why, "why", "同意变更的理由" if approve else "不同意变更的理由和依据")
    _end(actor, project, request, ChangeState.APPROVED if approve else ChangeState.REFUSED, why, at)
    record(
        actor,
        "projects.decide_change",
        project,
        at=at,
        project_code=project.code or "",
        why=why,
        data={"approve": approve, "changes": request.changes},
    )
    if approve:
        after = merge(project.facts, nested({path: new for path, (_old, new) in request.changes.items()}))
        changed = changed_facts(project.facts, after)
        if changed:
            _apply(actor, project, after, changed, request.reason, at, person_id=request.person_id)
    tell(
        "change_decided",
        at=at,
        persons=contacts(project, at),
        unit_id=project.unit_id,
        project_code=project.code or "",
        page=page_of(project),
        project=project.name,
        outcome="同意" if approve else "不同意",
        why=why,
    )
    return request


@action
def withdraw_change(*, actor: Actor, request_id: int, at: datetime, version: int | None = None) -> ChangeRequest:
    """The company takes its change back before it is decided on."""
    project, request = _pending(request_id, version)
    if not access.can_dispose(actor, project):
        raise forbid("只能撤回本单位的变更")
    _need_pending(request)
    _end(actor, project, request, ChangeState.WITHDRAWN, "", at)
    record(actor, "projects.withdraw_change", project, at=at, project_code=project.code or "")
    return request


def drop_request(project: Project, at: datetime) -> None:
    """The project has ended or is whole: a change that still waits ends with it."""
    for request in ChangeRequest.objects.select_for_update(no_key=True).filter(
        project=project, state=ChangeState.PENDING
    ):
        _end(Actor.system(), project, request, ChangeState.LAPSED, "", at)


def nested(values: dict[str, Any]) -> dict[str, Any]:
    """Paths to groups: {"site.address": …} → {"site": {"address": …}}."""
    made: dict[str, Any] = {}
    for path, value in values.items():
        group, _, name = path.rpartition(".")
        (made.setdefault(group, {}) if group else made)[name] = value
    return made


def changed_facts(before: dict[str, Any], after: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Shape: {path: [before, after]} of every fact that differs."""
    found: dict[str, Any] = {}
    for key in sorted({*before, *after}):
        old, new = before.get(key), after.get(key)
        if isinstance(old, dict) or isinstance(new, dict):
            found |= changed_facts(old or {}, new or {}, f"{prefix}{key}.")
        elif old != new:
            found[f"{prefix}{key}"] = [old, new]
    return found
