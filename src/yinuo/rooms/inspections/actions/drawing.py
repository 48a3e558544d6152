"""The draw: the seed is shown, the lottery's number mixed in, and what comes out is who is inspected and by whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from yinuo.core.calendar import TZ
from yinuo.core.draw import DrawError, Result, Team, draw, parse, substitute, written_value
from yinuo.core.wording import day_words, moment_words
from yinuo.engine.base import Actor, Refused, Stale, check_version, forbid, save
from yinuo.engine.notices.actions import tell
from yinuo.engine.trail.actions import action, record
from yinuo.engine.work.actions import Limits, open_item
from yinuo.engine.work.clocks import calendar
from yinuo.rooms.inspections import access, seeds
from yinuo.rooms.inspections.actions.common import (
    cites,
    day_of,
    departments_of,
    locked_inspection,
    locked_plan,
    need_state,
    need_text,
    page_of,
)
from yinuo.rooms.inspections.actions.plans import end_draw
from yinuo.rooms.inspections.models import (
    InspectionPlan,
    InspectionState,
    Inspector,
    Member,
    PlanState,
    PoolInspector,
    RandomInspection,
)
from yinuo.rooms.inspections.room import InspectionsWork
from yinuo.rooms.projects.actions import lock as lock_project
from yinuo.rooms.projects.actions.filing import about
from yinuo.rooms.projects.models import Project, ProjectState

RUNNING = (ProjectState.CONFIRMED, ProjectState.COMPLETED)


@action
def draw_plan(*, actor: Actor, plan_id: int, value: str, at: datetime, version: int | None = None) -> InspectionPlan:
    """Draws once what was announced, with the digits of the named public value; every project drawn becomes an
    inspection.

    Projects are locked in the order of their keys before the plan. Raises Refused before the term is over, for a value
    of another length, and where the seed cannot be opened any more: then the plan can only be made void.
    """
    known = InspectionPlan.objects.get(pk=plan_id)
    if not access.can_lead(actor, known) or known.state != PlanState.ANNOUNCED:
        locked_plan(actor, plan_id, [PlanState.ANNOUNCED], version)
        raise Stale("stale", "这个计划刚刚公布，还没有抽取", remedy="请刷新页面后再抽取")
    _need_time(known, at)
    outcome = _computed(known, value)
    teams = (*outcome.result.projects, *outcome.result.directed)
    keys = (
        Project.objects.filter(code__in=[team.listed.project for team in teams])
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    projects = {str(project.code): project for project in map(lock_project, list(keys))}
    plan = locked_plan(actor, plan_id, [PlanState.ANNOUNCED], version)
    plan.seed, plan.sealed, plan.value, plan.result = outcome.seed.hex(), None, outcome.value, outcome.result.to_json()
    plan.state, plan.drawn_at, plan.drawn_by_id = PlanState.DRAWN, at, actor.person_id
    save(plan, "seed", "sealed", "value", "result", "state", "drawn_at", "drawn_by")
    end_draw(actor, plan, at, "drawn")
    behind = {
        row.number: row.inspector for row in PoolInspector.objects.filter(plan=plan).select_related("inspector__person")
    }
    for team in teams:
        _begin(actor, plan, team, projects[team.listed.project], behind, at)
    record(
        actor,
        "inspections.draw_plan",
        plan,
        at=at,
        data={
            "number": plan.number,
            "announcement_sha256": plan.announcement_sha256,
            "seed": plan.seed,
            "value": plan.value,
            "drawn": ["：".join([team.listed.project, *team.inspectors]) for team in teams],
        },
        chain="inspection.drawn",
    )
    return plan


@dataclass(frozen=True, slots=True)
class Drawn:
    seed: bytes
    value: str
    result: Result


def _need_time(plan: InspectionPlan, at: datetime) -> None:
    if plan.earliest is None or at >= plan.earliest:
        return
    raise Refused(
        "inspections.too_early",
        f"公布的期限未满：最早 {moment_words(plan.earliest.astimezone(TZ))} 才能抽取",
        field="value",
        remedy="名录要先让人看过，开奖号码要先公开",
        cites=cites("inspection.announce_days", day_of(at)),
    )


def _computed(plan: InspectionPlan, value: str) -> Drawn:
    """What comes out; nothing of it can be different, so nothing has to be locked for it."""
    announcement = parse(plan.announcement or {})
    try:
        digits = written_value(value, announcement.public_value.digits)
    except DrawError as error:
        raise Refused(
            "inspections.value", str(error), field="value", remedy=f"请照“{announcement.public_value.source}”填写"
        ) from error
    try:
        seed = seeds.unseal(bytes(plan.sealed or b""), plan.number, plan.seed_sha256)
    except seeds.SeedLost as error:
        raise Refused(
            "inspections.seed_lost",
            "这个计划的种子已经解不开，不能抽取",
            remedy="请写明理由作废这个计划，另订新计划重新公布",
        ) from error
    try:
        return Drawn(seed, digits, draw(announcement, seed, digits))
    except DrawError as error:
        raise Refused("inspections.too_few", str(error), remedy="请作废这个计划，补充检查人员后另订新计划") from error


def _begin(
    actor: Actor, plan: InspectionPlan, team: Team, project: Project, behind: dict[str, Inspector], at: datetime
) -> RandomInspection:
    """A project that ended between the announcement and the draw stays in the result, and nobody goes there."""
    running = project.state in RUNNING
    inspection = RandomInspection.objects.create(
        plan=plan,
        project=project,
        rate=team.listed.rate,
        reason=team.listed.reason,
        state=InspectionState.WAITING if running else InspectionState.CANCELLED,
        created_at=at,
    )
    inspection.plan, inspection.project = plan, project
    members = [Member(inspection=inspection, inspector=behind[number], number=number) for number in team.inspectors]
    Member.objects.bulk_create(members)
    if running:
        _open_work(actor, inspection, at)
        _tell(inspection, [member.inspector for member in members], at)
    return inspection


def _open_work(actor: Actor, inspection: RandomInspection, at: datetime) -> None:
    """Each department's own clock, to the last day of the plan."""
    plan, day = inspection.plan, day_of(at)
    days = max(1, calendar().working_days_between(day + timedelta(days=1), plan.until_on + timedelta(days=1)))
    for department_id in departments_of(plan):
        open_item(
            actor=actor,
            kind=InspectionsWork.INSPECTION,
            about=about(inspection, inspection.project, f"双随机检查：{plan.subject}", page_of(inspection)),
            limits=Limits(days),
            rules_on=day,
            at=at,
            department_id=department_id,
            hall_id=plan.hall_id,
        )


def _tell(inspection: RandomInspection, inspectors: Sequence[Inspector], at: datetime) -> None:
    """Those drawn are told.

    The unit reads with everybody that it was drawn; on which day somebody comes nobody announces.
    """
    tell(
        "inspection_drawn",
        at=at,
        persons=[one.person for one in inspectors],
        page=page_of(inspection),
        project=inspection.project.name,
        subject=inspection.plan.subject,
        until=day_words(inspection.plan.until_on),
    )


@action
def replace_member(
    *, actor: Actor, inspection_id: int, member_id: int, why: str, at: datetime, version: int | None = None
) -> RandomInspection:
    """Somebody cannot go: the next by the same ranks comes in, nobody chooses. Only while nothing of the visit is
    signed.

    Both numbers go to the chain; the reason is published with the plan, where it can be mended.
    """
    inspection = locked_inspection(inspection_id)
    plan = inspection.plan
    if not access.can_see_to(actor, departments_of(plan)):
        raise forbid("替换检查人员由参加检查的部门办理")
    check_version(inspection, version)
    need_state(inspection, [InspectionState.WAITING, InspectionState.RECTIFYING, InspectionState.REINSPECTION])
    why = need_text(why, "why", "请写明为什么不能参加", 200)
    rows = list(
        Member.objects.select_for_update(no_key=True, of=("self",))
        .filter(inspection=inspection)
        .select_related("inspector__department")
    )
    leaving = next((row for row in rows if row.pk == member_id and row.left_at is None), None)
    if leaving is None or leaving.inspector.department_id != actor.department_id:
        raise Refused("inspections.member", "只能替换本部门正在参加的检查人员", field="member")
    try:
        number = substitute(
            parse(plan.announcement or {}),
            bytes.fromhex(plan.seed),
            plan.value,
            project=str(inspection.project.code),
            department=leaving.inspector.department.key,
            out={row.number for row in rows},
        )
    except DrawError as error:
        raise Refused(
            "inspections.too_few", str(error), remedy="名录里没有别人了；请由其余部门先行检查，本部门另订计划"
        ) from error
    coming = PoolInspector.objects.select_related("inspector__person").get(plan=plan, number=number).inspector
    leaving.left_at, leaving.left_why = at, why
    leaving.save(update_fields=["left_at", "left_why"])
    Member.objects.create(inspection=inspection, inspector=coming, number=number)
    save(inspection)
    _tell(inspection, [coming], at)
    record(
        actor,
        "inspections.replace_member",
        inspection,
        at=at,
        project_code=inspection.project.code or "",
        why=why,
        data={"number": plan.number, "code": inspection.project.code, "out": leaving.number, "in": number},
        chain="inspection.replaced",
        issuer_id=plan.lead_id,
    )
    return inspection
