"""抽查计划: written, announced with everything the draw will rest on, drawn once, or void with a reason."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from random import SystemRandom
from typing import Any

from django.db import models

from yinuo.core.calendar import TZ
from yinuo.core.draw import Announcement, Listed, PublicValue, parse, seed_digest, short_of
from yinuo.core.wording import day_words, moment_words
from yinuo.engine.base import NO_ROW, Actor, PageRef, Refused, forbid, save
from yinuo.engine.people.models import Department
from yinuo.engine.rules import pack
from yinuo.engine.trail.actions import action, answered, claim, record, remember
from yinuo.engine.work.actions import About, Limits, close, open_item, open_of
from yinuo.engine.work.clocks import calendar
from yinuo.rooms.inspections import access, pools, seeds
from yinuo.rooms.inspections.actions.common import cites, day_of, departments_of, locked_plan, need_text
from yinuo.rooms.inspections.models import (
    Directed,
    DirectedReason,
    InspectionPlan,
    PlanDepartment,
    PlanState,
    PoolInspector,
)
from yinuo.rooms.inspections.room import InspectionsWork
from yinuo.rooms.projects.models import Project

# Easily told apart when read out.
LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
FIELDS = ("title", "subject", "from_on", "until_on", "issue", "value_on")
# Nobody plans further; a year mistyped is not carried to a calendar that does not know it.
FURTHEST = timedelta(days=730)
# A line feed, or anything else that is not seen: what is announced is a line of text.
UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def _number(at: datetime) -> str:
    """ADR 3: a number nobody counts up, so that nobody waits for another's."""
    return f"双随机{at.astimezone(TZ):%Y}-{''.join(secrets.choice(LETTERS) for _ in range(6))}"


@action
def begin_plan(
    *,
    actor: Actor,
    title: str,
    subject: str,
    departments: Sequence[int],
    from_on: date,
    until_on: date,
    issue: str,
    value_on: date,
    at: datetime,
    idempotency_key: str = "",
) -> InspectionPlan:
    """A plan of the actor's department, joint with others where `departments` names them."""
    body = [title, subject, list(departments), from_on, until_on, issue, value_on]
    claimed = claim(actor, idempotency_key, "inspections.begin_plan", body, at=at)
    if (known := answered(claimed)) is not None:
        return InspectionPlan.objects.get(pk=known)
    if not access.can_plan(actor):
        raise forbid("抽查计划由部门办理人员编制")
    lead = Department.objects.get(pk=actor.department_id or NO_ROW)
    plan = InspectionPlan(
        number=_number(at), hall_id=lead.hall_id, lead=lead, created_by_id=actor.required_person_id, created_at=at
    )
    _fill(plan, at, title=title, subject=subject, from_on=from_on, until_on=until_on, issue=issue, value_on=value_on)
    plan.save(force_insert=True)
    _set_departments(plan, departments)
    record(actor, "inspections.begin_plan", plan, at=at, data={"number": plan.number, "subject": plan.subject})
    remember(claimed, plan)
    return plan


@action
def change_plan(
    *,
    actor: Actor,
    plan_id: int,
    title: str,
    subject: str,
    departments: Sequence[int],
    from_on: date,
    until_on: date,
    issue: str,
    value_on: date,
    at: datetime,
    version: int | None = None,
) -> InspectionPlan:
    """As long as it is not announced."""
    plan = locked_plan(actor, plan_id, [PlanState.DRAFT], version)
    _fill(plan, at, title=title, subject=subject, from_on=from_on, until_on=until_on, issue=issue, value_on=value_on)
    save(plan, *FIELDS)
    _set_departments(plan, departments)
    record(actor, "inspections.change_plan", plan, at=at, data={name: getattr(plan, name) for name in FIELDS})
    return plan


def _fill(plan: InspectionPlan, at: datetime, **values: Any) -> None:
    day = day_of(at)
    plan.title = _line(values["title"], "title", "请填写计划的名称", 80)
    plan.issue = _line(values["issue"], "issue", "请填写用哪一期开奖号码", 20)
    if values["subject"] not in pools.subjects(day):
        raise Refused("inspections.subject", "请选择抽查事项", field="subject")
    if values["until_on"] < values["from_on"]:
        raise Refused("inspections.until_on", "检查的结束日期早于开始日期", field="until_on")
    if values["value_on"] <= day:
        raise Refused(
            "inspections.value_on",
            "须用今天以后开奖的一期",
            field="value_on",
            remedy="已经开出的号码，公布名录的人事先就知道了",
        )
    for name, label in (("value_on", "开奖日期"), ("until_on", "检查的结束日期")):
        if values[name] - day > FURTHEST:
            raise Refused(
                f"inspections.{name}", f"{label}最晚是{day_words(day + FURTHEST)}", field=name, remedy="请核对年份"
            )
    plan.subject, plan.from_on, plan.until_on, plan.value_on = (
        values[name] for name in ("subject", "from_on", "until_on", "value_on")
    )


def _line(text: str, field: str, message: str, limit: int) -> str:
    text = need_text(text, field, message, limit)
    if UNSEEN.search(text):
        raise Refused(f"inspections.{field}", "请写成一行，不要换行", field=field)
    return text


def _set_departments(plan: InspectionPlan, departments: Sequence[int]) -> None:
    wanted = {plan.lead_id, *departments}
    known = set(Department.objects.filter(pk__in=wanted, hall_id=plan.hall_id).values_list("pk", flat=True))
    if wanted - known:
        raise Refused("inspections.departments", "只能与本大厅的部门联合检查", field="departments")
    plan.departments.exclude(department_id__in=wanted).delete()
    have = set(departments_of(plan))
    PlanDepartment.objects.bulk_create([PlanDepartment(plan=plan, department_id=one) for one in sorted(wanted - have)])


@action
def add_directed(
    *, actor: Actor, plan_id: int, project_code: str, reason: str, note: str, at: datetime, version: int | None = None
) -> Directed:
    """定向检查: a project that is inspected without being drawn.

    The reason is published, the note is not. Added again it stays.
    """
    plan = locked_plan(actor, plan_id, [PlanState.DRAFT], version)
    if reason not in DirectedReason.values:
        raise Refused("inspections.reason", "请选择为什么定向检查", field="reason")
    note = need_text(note, "note", "请写明具体情形", 1000)
    project = Project.objects.filter(code=project_code.strip()).first()
    within = {one.pk for one in pools.projects_in_reach(plan.hall_id, day_of(at))}
    if project is None or project.pk not in within:
        raise Refused(
            "inspections.project",
            "没有这个项目代码，或者项目不在抽查范围",
            field="project_code",
            remedy="须是本大厅已复核、未竣工或者刚竣工的项目",
        )
    known = plan.directed.filter(project=project).first()
    if known is not None:
        return known
    made = Directed.objects.create(
        plan=plan, project=project, reason=reason, note=note, added_by_id=actor.required_person_id, added_at=at
    )
    save(plan)
    record(
        actor,
        "inspections.add_directed",
        made,
        at=at,
        why=note,
        data={"plan": plan.number, "project": project.code, "reason": reason},
    )
    return made


@action
def remove_directed(
    *, actor: Actor, plan_id: int, directed_id: int, at: datetime, version: int | None = None
) -> InspectionPlan:
    """Before the announcement only; removed again nothing happens."""
    plan = locked_plan(actor, plan_id, [PlanState.DRAFT], version)
    row = plan.directed.filter(pk=directed_id).select_related("project").first()
    if row is not None:
        code = row.project.code
        row.delete()
        save(plan)
        record(actor, "inspections.remove_directed", plan, at=at, data={"plan": plan.number, "project": code})
    return plan


@action
def announce_plan(*, actor: Actor, plan_id: int, at: datetime, version: int | None = None) -> InspectionPlan:
    """Both lists, rates and exclusions as they are at this moment, the digest of a new seed: published, logged, and
    fixed from now on.

    Refused where a project could be drawn that a department has too few inspectors for.
    """
    plan = locked_plan(actor, plan_id, [PlanState.DRAFT], version)
    day = day_of(at)
    if plan.value_on <= day:
        raise Refused(
            "inspections.value_on",
            "所选的一期今天或者以前就开奖了",
            field="value_on",
            remedy="请改用今天以后开奖的一期",
        )
    plan.earliest = earliest(at, plan.value_on)
    if plan.until_on < day_of(plan.earliest):
        raise Refused(
            "inspections.until_on",
            f"最早 {moment_words(plan.earliest.astimezone(TZ))} 才能抽取，检查在那以前就结束了",
            field="until_on",
            remedy="请推迟检查的日期",
            cites=cites("inspection.announce_days", day),
        )
    seed = seeds.new_seed()
    announcement, numbers = _announcement(plan, seed, day)
    plan.team, plan.announcement = announcement.team, announcement.to_json()
    plan.announcement_sha256, plan.seed_sha256 = announcement.digest(), seed_digest(seed)
    plan.sealed = seeds.seal(seed, plan.number)
    plan.state, plan.announced_at, plan.announced_by_id = PlanState.ANNOUNCED, at, actor.person_id
    save(
        plan,
        "team",
        "announcement",
        "announcement_sha256",
        "seed_sha256",
        "sealed",
        "state",
        "announced_at",
        "announced_by",
        "earliest",
    )
    PoolInspector.objects.bulk_create(
        [PoolInspector(plan=plan, number=number, inspector_id=key) for key, number in numbers.items()]
    )
    _open_draw(actor, plan, at)
    _told(actor, "announce_plan", plan, at, chain="inspection.announced", earliest=plan.earliest)
    return plan


def earliest(at: datetime, value_on: date) -> datetime:
    """When a plan announced at `at` may be drawn: its days are over, and so is the day the public value is known."""
    days = calendar()
    term = days.closing(days.add_working_days(day_of(at), pack().integer("inspection.announce_days", day_of(at))))
    return max(term, datetime.combine(value_on + timedelta(days=1), time(), TZ))


def draw_by(plan: InspectionPlan) -> datetime | None:
    """By when an announced plan is to be drawn: whoever holds the seed could reckon the result once the value is out,
    and wait.
    """
    if plan.earliest is None or plan.announced_at is None:
        return None
    days = calendar()
    return days.closing(days.add_working_days(day_of(plan.earliest), _draw_limit(plan.announced_at)))


def overdue(plan: InspectionPlan, now: datetime) -> bool:
    """Whether it was (or, still waiting, is) past its term; late stays late, also after the draw or the end."""
    by = draw_by(plan)
    return by is not None and (plan.drawn_at or plan.void_at or now) > by


def _draw_limit(at: datetime) -> int:
    return pack().integer("inspection.draw_limit", day_of(at))


def _open_draw(actor: Actor, plan: InspectionPlan, at: datetime) -> None:
    """The leading department's clock, from the announcement to the last day of drawing."""
    assert plan.earliest is not None, "an announced plan has its earliest draw"
    day = day_of(at)
    waiting = calendar().working_days_between(day + timedelta(days=1), day_of(plan.earliest) + timedelta(days=1))
    open_item(
        actor=actor,
        kind=InspectionsWork.DRAW,
        about=About(
            subject=plan,
            title=f"双随机抽取：{plan.subject}",
            subtitle=plan.title,
            page=PageRef("staff:inspection_plan", plan_id=plan.pk),
        ),
        limits=Limits(waiting + _draw_limit(at)),
        rules_on=day,
        at=at,
        department_id=plan.lead_id,
        hall_id=plan.hall_id,
    )


def end_draw(actor: Actor, plan: InspectionPlan, at: datetime, outcome: str) -> None:
    """The clock of the draw ends; the caller holds the plan's lock."""
    work = open_of(plan, InspectionsWork.DRAW)
    if work is not None:
        close(actor=actor, item=work, at=at, outcome=outcome)


def _announcement(plan: InspectionPlan, seed: bytes, day: date) -> tuple[Announcement, dict[int, str]]:
    """What is announced, and which inspector stands behind which number: numbers are given by chance, so that nobody is
    known by one.
    """
    offices = list(plan.departments.select_related("department").order_by("id"))
    inspectors = pools.inspectors_for(plan, [one.department_id for one in offices], day)
    directed = {row.project_id: row for row in plan.directed.order_by("id")}
    projects = pools.projects_in_reach(plan.hall_id, day)
    if not projects:
        raise Refused("inspections.nobody", "现在没有在抽查范围内的项目", remedy="项目复核以后进入名录")
    gone = set(directed) - {project.pk for project in projects}
    if gone:
        names = "、".join(directed[key].project.name for key in sorted(gone))
        raise Refused("inspections.directed", f"定向检查的项目已不在抽查范围：{names}", remedy="请从计划里去掉")
    order = list(range(1, len(inspectors) + 1))
    SystemRandom().shuffle(order)
    numbers = {one.pk: f"{number:03}" for one, number in zip(inspectors, order, strict=True)}
    codes = {project.pk: str(project.code) for project in projects}
    rates = {name: str(pack().parameter(f"inspection.rate_{name}", day).value) for name in pools.RATES}
    made = Announcement(
        plan=plan.number,
        departments=tuple(sorted(one.department.key for one in offices)),
        team=pack().integer("inspection.team", day),
        rates=rates,
        projects=tuple(
            Listed(codes[one.project.pk], str(one.project.unit.credit_code), rate=one.rate)
            for one in pools.rated([project for project in projects if project.pk not in directed], day)
        ),
        directed=tuple(
            Listed(codes[project.pk], str(project.unit.credit_code), reason=directed[project.pk].reason)
            for project in projects
            if project.pk in directed
        ),
        inspectors={numbers[one.pk]: one.department.key for one in inspectors},
        conflicts=frozenset(
            (codes[project], numbers[inspector]) for inspector, project in pools.forbidden(inspectors, projects, day)
        ),
        public_value=PublicValue(
            str(pack().parameter("inspection.public_value", day).value),
            plan.issue,
            plan.value_on,
            pack().integer("inspection.public_value_digits", day),
        ),
        seed_sha256=seed_digest(seed),
    )
    _need_enough(made, {one.department.key: one.department.short_name for one in offices}, day)
    # Read back as a verifier will: what is published is what was drawn from.
    return parse(made.to_json()), numbers


def _need_enough(made: Announcement, names: dict[str, str], day: date) -> None:
    short = short_of(made)
    if not short:
        return
    project, department, free = short[0]
    more = f"等 {len(short)} 处" if len(short) > 1 else ""
    raise Refused(
        "inspections.too_few",
        f"检查人员不够：项目 {project}，{names[department]}回避以后只有 {free} 名，应有 {made.team} 名{more}",
        remedy="请部门补充登记检查人员，或者从联合检查里去掉这个部门",
        cites=cites("inspection.team", day),
        data={"short": [{"project": one, "department": office, "free": count} for one, office, count in short]},
    )


@action
def void_plan(*, actor: Actor, plan_id: int, why: str, at: datetime, version: int | None = None) -> InspectionPlan:
    """The plan will not be drawn, for a reason everybody reads. A new plan begins anew.

    Its seed is shown as far as it can be opened: with the lottery's number anybody sees what would have been drawn.
    """
    plan = locked_plan(actor, plan_id, [PlanState.DRAFT, PlanState.ANNOUNCED], version)
    plan.void_why, plan.void_at = need_text(why, "why", "请写明作废的理由", 1000), at
    announced = plan.state == PlanState.ANNOUNCED
    if announced:
        with suppress(seeds.SeedLost):
            plan.seed = seeds.unseal(bytes(plan.sealed or b""), plan.number, plan.seed_sha256).hex()
    plan.state, plan.sealed = PlanState.VOID, None
    save(plan, "void_why", "void_at", "state", "seed", "sealed")
    end_draw(actor, plan, at, "void")
    _told(actor, "void_plan", plan, at, chain="inspection.void" if announced else "", why=plan.void_why, seed=plan.seed)
    return plan


def _told(
    actor: Actor, verb: str, plan: InspectionPlan, at: datetime, *, chain: str, why: str = "", **more: Any
) -> None:
    data = {
        "number": plan.number,
        "announcement_sha256": plan.announcement_sha256,
        "seed_sha256": plan.seed_sha256,
        **more,
    }
    record(
        actor, f"inspections.{verb}", plan, at=at, why=why, data={**data, **({"why": why} if why else {})}, chain=chain
    )


def label_of(plan: models.Model) -> str:
    """What the information chain calls the plan."""
    return f"{plan._meta.label_lower}:{plan.pk}"
