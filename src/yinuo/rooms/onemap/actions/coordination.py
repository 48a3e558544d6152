"""“1+X” (附件6·四(二)3, 附件7·第十条): an approver puts a case, the stage's convener starts it, the departments work it
out together.

From the start to the conclusion, and only then, the clocks of the matters affected stand still. A red light's
coordination (actions.care) is another thing and pauses nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from yinuo.core.calendar import TZ
from yinuo.engine.base import NO_ROW, Actor, PageRef, Refused, check_version, forbid, save
from yinuo.engine.catalogue.queries import book
from yinuo.engine.documents.actions import issue
from yinuo.engine.notices.actions import tell
from yinuo.engine.people.models import Department, Person, StaffRole
from yinuo.engine.people.queries import holders
from yinuo.engine.rules import pack
from yinuo.engine.trail.actions import action, answered, claim, record, remember
from yinuo.engine.work.actions import Limits, close, open_item, open_of, pause_reason
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.onemap import access, building
from yinuo.rooms.onemap.actions.common import GOING_ON, clock, need_text, take
from yinuo.rooms.onemap.actions.pausing import COORDINATION, go_on, halt, reason_now
from yinuo.rooms.onemap.coordination_papers import minutes
from yinuo.rooms.onemap.models import (
    COORDINATION_OPEN,
    ENDED,
    Coordination,
    CoordinationItem,
    CoordinationOpinion,
    CoordinationState,
    ItemState,
    MapItem,
)
from yinuo.rooms.onemap.room import MapPaper, MapWork
from yinuo.rooms.projects.actions import lock
from yinuo.rooms.projects.actions.filing import about
from yinuo.rooms.projects.models import Project

UNDER_WAY = (ItemState.RECEIVED, ItemState.INCOMPLETE, ItemState.ACCEPTED, ItemState.INCORRECT, ItemState.PAUSED)


@action
def request_coordination(
    *,
    actor: Actor,
    item_id: int,
    issue_text: str,
    at: datetime,
    item_ids: Iterable[int] = (),
    department_ids: Iterable[int] = (),
    version: int | None = None,
    idempotency_key: str = "",
) -> Coordination:
    """The approver of a matter under way puts its case to the lead department of its stage; no clock stops yet.

    `item_ids`: what else of the project it affects; `department_ids`: who else is concerned, beside the departments of
    those matters.
    """
    others, invited = sorted(set(item_ids)), sorted(set(department_ids))
    claimed = claim(
        actor, idempotency_key, "onemap.request_coordination", [item_id, issue_text, others, invited], at=at
    )
    if (known := answered(claimed)) is not None:
        return Coordination.objects.get(pk=known)
    item = take(actor, item_id, access.can_handle, UNDER_WAY, version, GOING_ON)
    issue_text = need_text(issue_text, "issue", "请写明需要协调的问题")
    affected = _affected(item, others)
    lead = lead_of(item.project, item.stage)
    concerned = _concerned(item.project, lead, affected, invited)
    made = Coordination.objects.create(
        project=item.project,
        stage=item.stage,
        lead=lead,
        issue=issue_text,
        requested_by_id=actor.required_person_id,
        requested_from=item.department,
        requested_at=at,
    )
    CoordinationItem.objects.bulk_create(CoordinationItem(coordination=made, item=one) for one in affected)
    CoordinationOpinion.objects.bulk_create(
        CoordinationOpinion(coordination=made, department=office) for office in concerned
    )
    _open_work(actor, made, pack().integer("coordination.start_limit", item.project.rules_on), at)
    record(
        actor,
        "onemap.request_coordination",
        made,
        at=at,
        project_code=item.project.code or "",
        why=issue_text,
        data={
            "item": item.pk,
            "items": [one.pk for one in affected],
            "departments": [office.key for office in concerned],
        },
    )
    _tell(
        made, "coordination_asked", at, conveners(made, at), why=issue_text[:60], department=item.department.short_name
    )
    remember(claimed, made)
    return made


def lead_of(project: Project, stage: str) -> Department:
    """“1”: the department that leads the stage, by the project's scheme."""
    found = next(row for row in building.scheme_of(project).stages if row.id == stage)
    return book(project.hall_id).department(found.department)


def _affected(item: MapItem, others: Sequence[int]) -> list[MapItem]:
    """The matters affected, in the map's order, each in no other coordination. Raises Refused."""
    rows = {
        row.pk: row
        for row in MapItem.objects.filter(project_id=item.project_id, pk__in=[item.pk, *others]).select_related(
            "department"
        )
    }
    if len(rows) < len({item.pk, *others}) or any(row.state in ENDED for row in rows.values()):
        raise Refused("onemap.coordination_items", "受影响的事项应是本项目还没有办结的事项", field="items")
    busy = (
        CoordinationItem.objects.filter(item_id__in=rows, coordination__state__in=COORDINATION_OPEN)
        .select_related("item")
        .first()
    )
    if busy is not None:
        raise Refused(
            "onemap.coordinating",
            f"“{busy.item.name}”已经提请协调，还没有结束",
            field="items",
            remedy="请在原来的协调中一并研究",
        )
    return sorted(rows.values(), key=lambda row: row.position)


def _concerned(
    project: Project, lead: Department, affected: Sequence[MapItem], invited: Sequence[int]
) -> list[Department]:
    """“1” first, then “X”.

    Raises Refused for an office of another hall, and where there is nobody to coordinate with.
    """
    rows = {row.department_id: row.department for row in affected}
    rows |= {row.pk: row for row in Department.objects.filter(pk__in=invited, hall_id=project.hall_id)}
    if any(number not in rows for number in invited):
        raise Refused("onemap.coordination_departments", "只能选择本大厅的部门", field="departments")
    rest = [row for number, row in sorted(rows.items()) if number != lead.pk]
    if not rest:
        raise Refused(
            "onemap.coordination_departments",
            "请选择协调涉及的部门",
            field="departments",
            remedy="“1”是牵头部门，“X”是特殊情况涉及的其他部门",
            cites=pack().cite_texts(pause_reason(COORDINATION, project.rules_on).cites),
        )
    return [lead, *rest]


@action
def start_coordination(*, actor: Actor, coordination_id: int, at: datetime, version: int | None = None) -> Coordination:
    """The stage's convener starts it: every running clock affected stands still from now, at most for the pack's
    longest term.
    """
    made = _take(actor, coordination_id, _convenes(at), [CoordinationState.REQUESTED], version)
    work = _close_work(actor, made, at, "started")
    longest = pause_reason(COORDINATION, made.project.rules_on)
    running = _open_work(
        actor, made, longest.longest, at, longest.longest_unit, assignee_id=actor.person_id if work else None
    )
    assert running.due_at is not None
    made.state, made.started_by_id, made.started_at, made.ends_by = (
        CoordinationState.RUNNING,
        actor.person_id,
        at,
        running.due_at,
    )
    save(made, "state", "started_by", "started_at", "ends_by")
    paused = []
    for link in _links(made):
        if link.item.state == ItemState.ACCEPTED:
            halt(actor, link.item, COORDINATION, made.issue, at, ends_by=made.ends_by)
            link.paused = True
            link.save(update_fields=["paused"])
            paused.append(link.item_id)
    record(
        actor,
        "onemap.start_coordination",
        made,
        at=at,
        project_code=made.project.code or "",
        why=made.issue,
        data={"paused": paused, "ends_by": made.ends_by},
    )
    words = {"why": made.issue[:60], "lead": made.lead.short_name}
    _tell(made, "coordination_started", at, participants(made, at), **words)
    _tell_unit(made, "coordination_started", at, **words)
    return made


@action
def decline_coordination(
    *, actor: Actor, coordination_id: int, why: str, at: datetime, version: int | None = None
) -> Coordination:
    """No special case: the convener says why, the clocks have never stopped."""
    made = _take(actor, coordination_id, _convenes(at), [CoordinationState.REQUESTED], version)
    _close_work(actor, made, at, "declined")
    made.state, made.conclusion = CoordinationState.DECLINED, need_text(why, "why", "请写明不启动协调的理由")
    made.ended_by_id, made.ended_at = actor.person_id, at
    save(made, "state", "conclusion", "ended_by", "ended_at")
    record(actor, "onemap.decline_coordination", made, at=at, project_code=made.project.code or "", why=made.conclusion)
    _tell(made, "coordination_declined", at, [made.requested_by], why=made.conclusion[:60])
    return made


@action
def call_meeting(
    *, actor: Actor, coordination_id: int, meeting_at: datetime, place: str, at: datetime, version: int | None = None
) -> Coordination:
    """When and where the departments meet; called again, it is moved. Everybody who takes part is told."""
    made = _take(actor, coordination_id, _convenes(at), [CoordinationState.RUNNING], version)
    place = need_text(place, "place", "请写明开会的地点")
    if meeting_at < at:
        raise Refused("onemap.meeting_at", "开会的时间不能早于现在", field="meeting_at")
    made.meeting_at, made.meeting_place = meeting_at, place[:120]
    save(made, "meeting_at", "meeting_place")
    record(
        actor,
        "onemap.call_meeting",
        made,
        at=at,
        project_code=made.project.code or "",
        why=place,
        data={"meeting_at": meeting_at},
    )
    when = f"{meeting_at.astimezone(TZ):%m月%d日 %H:%M}"
    _tell(made, "coordination_meeting", at, participants(made, at), when=when, place=made.meeting_place)
    return made


@action
def give_coordination_opinion(
    *, actor: Actor, coordination_id: int, text: str, at: datetime, version: int | None = None
) -> CoordinationOpinion:
    """A department that takes part says what it thinks; given again before the conclusion, the later one counts."""
    made = _locked(coordination_id)
    found = (
        CoordinationOpinion.objects.select_for_update(no_key=True)
        .filter(coordination=made, department_id=actor.department_id or NO_ROW)
        .first()
    )
    if found is None or not access.can_join_coordination(actor, found):
        raise forbid("只有参加协调的部门可以提出意见")
    check_version(found, version)
    _need_state(made, [CoordinationState.RUNNING])
    found.text, found.given_by_id, found.given_at = need_text(text, "text", "请写明部门意见"), actor.person_id, at
    save(found, "text", "given_by", "given_at")
    record(
        actor,
        "onemap.give_coordination_opinion",
        made,
        at=at,
        project_code=made.project.code or "",
        why=found.text,
        data={"department": found.department_id},
    )
    return found


@action
def conclude_coordination(
    *, actor: Actor, coordination_id: int, conclusion: str, at: datetime, version: int | None = None
) -> Coordination:
    """The conclusion is put down in the minutes, and the clocks that stood still for it run again."""
    made = _take(actor, coordination_id, _convenes(at), [CoordinationState.RUNNING], version)
    _close_work(actor, made, at, "concluded")
    made.state, made.conclusion = (
        CoordinationState.CONCLUDED,
        need_text(conclusion, "conclusion", "请写明协调形成的意见"),
    )
    made.ended_by_id, made.ended_at = actor.person_id, at
    made.minutes = issue(
        kind=MapPaper.COORDINATION,
        subject=made,
        data=minutes(made, at),
        at=at,
        project_code=made.project.code or "",
        unit_id=made.project.unit_id,
    )
    save(made, "state", "conclusion", "ended_by", "ended_at", "minutes")
    resumed = []
    for link in _links(made):
        # What was decided, taken back or paused for something else meanwhile goes its own way.
        if link.item.state == ItemState.PAUSED and reason_now(clock(link.item)) == COORDINATION:
            go_on(actor, link.item, "“1+X”协调结束", at)
            resumed.append(link.item_id)
    record(
        actor,
        "onemap.conclude_coordination",
        made,
        at=at,
        project_code=made.project.code or "",
        why=made.conclusion,
        data={"resumed": resumed},
    )
    words = {"why": made.conclusion[:60]}
    _tell(made, "coordination_concluded", at, participants(made, at), **words)
    _tell_unit(made, "coordination_concluded", at, **words)
    return made


# -- what they share


def _locked(coordination_id: int) -> Coordination:
    """The project first, then the coordination."""
    project = lock(Coordination.objects.values_list("project_id", flat=True).get(pk=coordination_id))
    made = (
        Coordination.objects.select_for_update(no_key=True, of=("self",))
        .select_related("lead", "requested_by")
        .get(pk=coordination_id)
    )
    made.project = project
    return made


def _convenes(at: datetime) -> Callable[[Actor, Coordination], bool]:
    return lambda actor, made: access.can_convene(actor, made, at.astimezone(TZ).date())


def _take(
    actor: Actor,
    coordination_id: int,
    may: Callable[[Actor, Coordination], bool],
    states: Iterable[str],
    version: int | None,
) -> Coordination:
    made = _locked(coordination_id)
    if not may(actor, made):
        raise forbid("“1+X”协调由该阶段的召集人启动和办结")
    check_version(made, version)
    _need_state(made, states)
    return made


def _need_state(made: Coordination, states: Iterable[str]) -> None:
    if made.state not in set(states):
        raise Refused(
            "onemap.coordination_state",
            f"这次协调现在是“{made.get_state_display()}”，不能这样办理",
            remedy="可能已由他人办理，请刷新页面查看最新状态",
        )


def _links(made: Coordination) -> list[CoordinationItem]:
    """The matters affected, locked in the order of their numbers."""
    items = {
        row.pk: row
        for row in MapItem.objects.select_for_update(no_key=True, of=("self",))
        .select_related("department", "handler")
        .filter(coordinations__coordination=made)
        .order_by("pk")
    }
    links = list(CoordinationItem.objects.filter(coordination=made).order_by("item_id"))
    for link in links:
        link.item = items[link.item_id]
        link.item.project = made.project
    return links


def _open_work(
    actor: Actor, made: Coordination, days: int, at: datetime, unit: str = "working", assignee_id: int | None = None
) -> WorkItem:
    """What waits for the convener: first the answer, then the conclusion within the longest term."""
    project = made.project
    found = holders(StaffRole.STAGE_CONVENER, at.astimezone(TZ).date(), hall_id=project.hall_id, stage=made.stage)
    return open_item(
        actor=actor,
        kind=MapWork.COORDINATION,
        about=about(
            made,
            project,
            f"“1+X”协调：{made.issue[:40]}",
            PageRef("staff:coordination_one", coordination_id=made.pk),
            stage=made.stage,
            tags=("1+X",),
        ),
        limits=Limits(days, unit),
        rules_on=project.rules_on,
        at=at,
        department_id=None,
        hall_id=project.hall_id,
        role="stage_convener" if found else "general_convener",
        assignee_id=assignee_id,
    )


def _close_work(actor: Actor, made: Coordination, at: datetime, outcome: str) -> WorkItem | None:
    work = open_of(made, MapWork.COORDINATION)
    return close(actor=actor, item=work, at=at, outcome=outcome) if work is not None else None


def conveners(made: Coordination, at: datetime) -> list[Person]:
    """The stage's conveners; where it has none, the hall's general conveners (附件7·第九条)."""
    day, hall = at.astimezone(TZ).date(), made.project.hall_id
    return holders(StaffRole.STAGE_CONVENER, day, hall_id=hall, stage=made.stage) or holders(
        StaffRole.GENERAL_CONVENER, day, hall_id=hall
    )


def participants(made: Coordination, at: datetime) -> list[Person]:
    """The handlers of the matters affected, and the heads and approvers of the departments that take part."""
    day = at.astimezone(TZ).date()
    offices = set(CoordinationOpinion.objects.filter(coordination=made).values_list("department_id", flat=True))
    handled = {
        row.item.department_id: row.item.handler
        for row in made.affected.select_related("item__handler")
        if row.item.handler
    }
    found = list(handled.values())
    for number in sorted(offices - set(handled)):
        found += holders(StaffRole.APPROVER, day, department_id=number)
    return list({person.pk: person for person in found}.values())


def _tell(made: Coordination, template: str, at: datetime, persons: Iterable[Person], **words: str) -> None:
    code, page = made.project.code or "", PageRef("staff:coordination_one", coordination_id=made.pk)
    tell(template, at=at, persons=list(persons), project_code=code, page=page, project=made.project.name, words=words)


def _tell_unit(made: Coordination, template: str, at: datetime, **words: str) -> None:
    project = made.project
    page = PageRef("unit:map", project_id=project.pk)
    tell(
        template,
        at=at,
        unit_id=project.unit_id,
        project_code=project.code or "",
        page=page,
        project=project.name,
        words=words,
    )
