"""Changes of a filed project that keep its code: made at once where the gate lets them, else by the filing office.

What a change is the rules say, not the company (附件7·第四条): a correction adds words, a notified change holds at
once, a major change is looked at again by the filing office; only what makes another authority's project of it is filed
anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from yinuo.core.calendar import TZ
from yinuo.engine.base import Actor, PageRef, Refused, check_version, forbid
from yinuo.engine.catalogue.queries import book
from yinuo.engine.notices.actions import tell
from yinuo.engine.people.models import StaffRole
from yinuo.engine.people.queries import holders
from yinuo.engine.rules import pack, roles
from yinuo.engine.trail.actions import action, enter, record
from yinuo.engine.work.actions import close, open_of
from yinuo.rooms.projects import access, gate, leaves
from yinuo.rooms.projects.actions.checking import faults_of, need_basics
from yinuo.rooms.projects.actions.drafts import merge, refuse_secret
from yinuo.rooms.projects.actions.filing import open_for_office, page_of
from yinuo.rooms.projects.actions.locking import lock
from yinuo.rooms.projects.caches import of_facts, say_in_work
from yinuo.rooms.projects.models import (
    Amendment,
    AmendmentKind,
    ChangeRequest,
    ChangeState,
    Project,
    ProjectState,
)
from yinuo.rooms.projects.queries import contacts
from yinuo.rooms.projects.room import ProjectsWork

# The rule of a major change among the stops of a request.
REVIEW_FACTS = "change.review_facts"
NUMERALS = frozenset("〇零一二三四五六七八九十百千两")
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
    reason = text_given(reason, "reason", "变更的原因")
    change = judge_change(project, changes, at)
    if not change.stops:
        _apply(actor, project, change, reason, at, person_id=actor.required_person_id)
        return None
    return _hand_over(actor, project, change, reason, at)


@dataclass(frozen=True, slots=True)
class Change:
    """What a change of facts comes to: its kind, the facts after it, what differs ({path: [before, after]}), and the
    rules by which the filing office decides on it first ([{rule, why, cites}], none = it holds at once).
    """

    kind: AmendmentKind
    after: dict[str, Any]
    changed: dict[str, Any]
    stops: list[dict[str, Any]]


def judge_change(project: Project, changes: dict[str, Any], at: datetime) -> Change:
    """Raises Refused for what cannot be kept, what is missing, and for what must be filed anew."""
    _need_changeable(project)
    day = at.astimezone(TZ).date()
    # 只有办理人员能作的确认，企业变更也不算。
    after = merge(project.facts, {key: value for key, value in changes.items() if key not in ("unit", "confirmations")})
    changed = _checked(project, after, at)
    kind, stops = kind_of(changed, day)
    decision = gate.judged(after, day)
    held = gate.stops_not_passed(project, decision)
    if not held:
        _need_answers(project, decision.missing, at)
    return Change(kind, after, changed, [*stops, *held])


def kind_of(changed: dict[str, Any], day: date) -> tuple[AmendmentKind, list[dict[str, Any]]]:
    """The kind of a change that keeps the code, and the stop of a major one."""
    rules = pack()
    correctable = rules.parameter("change.correction_facts", day).value
    share = Fraction(str(rules.parameter("change.correction_share", day).value))
    added = {path for path, (old, new) in changed.items() if path in correctable and only_adds(old, new, share)}
    review = rules.parameter(REVIEW_FACTS, day)
    major = [path for path in changed if path in review.value and path not in added]
    if major:
        names = "、".join(rules.facts.label(path) for path in major)
        stop = {
            "rule": REVIEW_FACTS,
            "why": f"{names}的变化属于重大变更，由备案机关审核；代码不变，已办结的决定和作出的承诺都保留",
            "cites": list(review.cites),
        }
        return AmendmentKind.MAJOR, [stop]
    return (AmendmentKind.CORRECTION if added == changed.keys() else AmendmentKind.NOTIFIED), []


def only_adds(old: Any, new: Any, share: Fraction) -> bool:
    """Whether a text is only added to: every character stands as before, no number comes in, and what is added is no
    more than `share` of the old text.
    """
    if not isinstance(old, str) or not isinstance(new, str) or not old:
        return False
    rest, added = iter(old), []
    wanted = next(rest, None)
    for character in new:
        if character == wanted:
            wanted = next(rest, None)
        else:
            added.append(character)
    number = any(character.isdigit() or character in NUMERALS for character in added)
    return wanted is None and not number and len(added) <= share * len(old)


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
    recode = pack().parameter("change.recode_facts", at.astimezone(TZ).date())
    anew = [path for path in changed if path in recode.value]
    if anew:
        names = "、".join(pack().facts.label(path) for path in anew)
        raise Refused(
            "projects.major_change",
            f"{names}的变化须重新备案并重新赋码",
            field=anew[0],
            remedy="请使用“重新备案”，新旧代码会互相关联，原有的承诺转入新代码",
            cites=pack().cite_texts(recode.cites),
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
    change: Change,
    reason: str,
    at: datetime,
    *,
    person_id: int,
) -> None:
    Amendment.objects.create(
        project=project, kind=change.kind, changes=change.changed, reason=reason, person_id=person_id, at=at
    )
    said = of_facts(change.after)
    renamed = said["name"] != project.name
    project.facts, project.version = change.after, project.version + 1
    for column, value in said.items():
        setattr(project, column, value)
    project.save(update_fields=["facts", "version", *said])
    if renamed:
        say_in_work(project)
    if project.code is not None:
        enter("project.basic", project.code, leaves.basic(project), at=at, issuer_id=actor.department_id)
    record(actor, "projects.amend", project, at=at, project_code=project.code or "", why=reason, data=change.changed)
    if change.kind == AmendmentKind.NOTIFIED and person_id == actor.person_id:
        _tell_office(project, change, reason, at)


def _tell_office(project: Project, change: Change, reason: str, at: datetime) -> None:
    """告知备案机关: what holds without a decision is told to those who keep the filing."""
    labels = [pack().facts.label(path) for path in change.changed if path in pack().facts]
    tell(
        "change_notified",
        at=at,
        persons=holders(StaffRole.APPROVER, at.astimezone(TZ).date(), department_id=filing_department(project)),
        project_code=project.code or "",
        page=PageRef("staff:project", project_id=project.pk),
        project=project.name,
        what="、".join(labels)[:60],
        why=reason[:60],
    )


def _hand_over(actor: Actor, project: Project, change: Change, reason: str, at: datetime) -> ChangeRequest:
    request = ChangeRequest.objects.create(
        project=project,
        kind=change.kind,
        changes=change.changed,
        stops=change.stops,
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
        data={"kind": change.kind, "changes": change.changed, "rules": [stop["rule"] for stop in change.stops]},
    )
    tell(
        "change_held",
        at=at,
        persons=contacts(project, at),
        unit_id=project.unit_id,
        project_code=project.code or "",
        page=page_of(project),
        project=project.name,
        why="；".join(stop["why"] for stop in change.stops),
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
            kind = AmendmentKind(request.kind)
            _apply(actor, project, Change(kind, after, changed, []), request.reason, at, person_id=request.person_id)
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
