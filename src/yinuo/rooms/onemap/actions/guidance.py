"""Review confirmed → every department concerned is asked → answers merge into the map (正文·三(三), 三(八))."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from yinuo.core.calendar import TZ
from yinuo.core.fact_specs import LEVELS
from yinuo.engine.base import Actor, PageRef, Refused, check_version, forbid, save
from yinuo.engine.catalogue.queries import HallBook, book
from yinuo.engine.notices.actions import tell
from yinuo.engine.people.models import Department, StaffRole
from yinuo.engine.people.queries import holders
from yinuo.engine.rules import closing_stage, opening_stage, pack
from yinuo.engine.trail.actions import action, record
from yinuo.engine.work.actions import Limits, close, open_item, open_of
from yinuo.rooms.onemap import access, building
from yinuo.rooms.onemap.actions import applying, sharing
from yinuo.rooms.onemap.actions.common import day_of
from yinuo.rooms.onemap.guidance_papers import issue_summary
from yinuo.rooms.onemap.models import Guidance, GuidanceAnswer, GuidanceKind, ItemState, MapItem, Outcome
from yinuo.rooms.onemap.room import MapWork
from yinuo.rooms.projects.access import can_review
from yinuo.rooms.projects.actions import lock
from yinuo.rooms.projects.actions.amending import filing_department
from yinuo.rooms.projects.actions.filing import about, page_of
from yinuo.rooms.projects.models import Project, ProjectState
from yinuo.rooms.projects.queries import contacts
from yinuo.rooms.projects.room import ProjectsWork

LIMIT_OF = {GuidanceKind.PRE_START: "guidance.limit", GuidanceKind.COMPLETION: "completion.guidance.limit"}
WORK_OF = {GuidanceKind.PRE_START: MapWork.GUIDANCE, GuidanceKind.COMPLETION: MapWork.COMPLETION_GUIDANCE}


@action
def confirm_review(*, actor: Actor, project_id: int, at: datetime, version: int | None = None) -> Project:
    """The filing unit has looked at the project and lets it go on; it goes by itself to every department concerned
    (G-1).
    """
    project = lock(project_id)
    if not can_review(actor, project, filing_department(project)):
        raise forbid("只有备案机关可以复核")
    check_version(project, version)
    if project.state != ProjectState.FILED:
        raise Refused("onemap.not_filed", "这个项目不在待复核状态", remedy="可能已由他人复核，请刷新页面查看")
    work = open_of(project, ProjectsWork.REVIEW)
    if work is not None:
        close(actor=actor, item=work, at=at, outcome="confirmed")
    project.state, project.confirmed_at, project.version = ProjectState.CONFIRMED, at, project.version + 1
    project.save(update_fields=["state", "confirmed_at", "version"])
    record(actor, "onemap.confirm_review", project, at=at, project_code=project.code or "")
    tell(
        "confirmed",
        at=at,
        persons=contacts(project, at),
        unit_id=project.unit_id,
        project_code=project.code or "",
        page=page_of(project),
        project=project.name,
    )
    _ask(actor, project, at)
    return project


def _ask(actor: Actor, project: Project, at: datetime) -> None:
    hall = book(project.hall_id)
    wanted = [want for want in building.wanted(project) if want.matter.id != building.opening_matter(project)]
    on_map = {want.matter.id for want in wanted} | (
        {opening} if (opening := building.opening_matter(project)) else set()
    )
    rows: dict[str, list[dict[str, Any]]] = {}
    for want in wanted:
        rows.setdefault(want.matter.department, []).append(building.proposal(want, on_map, project.rules_on))
    asked = {want.matter.department for want in wanted if want.matter.pre_start}
    guidance = Guidance.objects.create(project=project, kind=GuidanceKind.PRE_START, opened_at=at)
    _open_answers(actor, guidance, project, hall, rows, asked, at)


def refresh(actor: Actor, project: Project, at: datetime) -> None:
    """The facts have changed while the departments are asked: who has not answered sees the new proposal, who is newly
    concerned is asked, and what is newly needed joins an answer already given, as the catalogue has it. Project locked.
    """
    guidance = Guidance.objects.filter(project=project, kind=GuidanceKind.PRE_START, merged_at__isnull=True).first()
    if guidance is None:
        return
    hall, opening = book(project.hall_id), building.opening_matter(project)
    wanted = [want for want in building.wanted(project) if want.matter.id != opening]
    on_map = {want.matter.id for want in wanted} | ({opening} if opening else set())
    rows: dict[str, list[dict[str, Any]]] = {}
    for want in wanted:
        rows.setdefault(want.matter.department, []).append(building.proposal(want, on_map, project.rules_on))
    answers = GuidanceAnswer.objects.select_for_update(no_key=True, of=("self",)).filter(guidance=guidance)
    for answer in answers.select_related("department").order_by("id"):
        found = rows.pop(answer.department.key, [])
        if answer.answered_at is not None:
            known = {row["matter_id"] for row in answer.matters}
            found = [*answer.matters, *(r for r in found if r["needed"] == "yes" and r["matter_id"] not in known)]
        if found != answer.matters:
            answer.matters = found
            save(answer, "matters")
    asked = {want.matter.department for want in wanted if want.matter.pre_start} & rows.keys()
    if rows:
        _open_answers(actor, guidance, project, hall, rows, asked, at, again=True)


def _mature(project: Project, key: str, rows: Iterable[Mapping[str, Any]]) -> bool:
    """Where list and process are mature, the catalogue answers without waiting; never for a matter it cannot decide."""
    return key in pack().parameter("guidance.mature_departments", project.rules_on).value and all(
        row["needed"] != "unknown" for row in rows
    )


def _open_answers(
    actor: Actor,
    guidance: Guidance,
    project: Project,
    hall: HallBook,
    rows: Mapping[str, list[dict[str, Any]]],
    asked: set[str],
    at: datetime,
    *,
    again: bool = False,
) -> None:
    """`again`: others of this guidance still have their turn."""
    kind = GuidanceKind(guidance.kind)
    waiting = False
    for key, matters in sorted(rows.items()):
        generated = key not in asked or _mature(project, key, matters)
        answer = GuidanceAnswer.objects.create(
            guidance=guidance,
            department=hall.department(key),
            matters=[
                {**row, "needed": "yes" if generated and row["needed"] == "unknown" else row["needed"]}
                for row in matters
            ],
            generated=generated,
            answered_at=at if generated else None,
        )
        if not generated:
            waiting = True
            _ask_department(actor, answer, project, hall, kind, at)
    if not waiting and not again:
        _merge(guidance, project, at)


def _ask_department(
    actor: Actor, answer: GuidanceAnswer, project: Project, hall: HallBook, kind: GuidanceKind, at: datetime
) -> None:
    department: Department = answer.department
    handler = next((found for row in answer.matters if (found := hall.handler(row["matter_id"]))), None)
    page = PageRef("staff:guidance", answer_id=answer.pk)
    item = open_item(
        actor=actor,
        kind=WORK_OF[kind],
        about=about(
            answer,
            project,
            f"{kind.label}意见",
            page,
            stage=opening_stage() if kind == GuidanceKind.PRE_START else closing_stage(project.rules_on),
        ),
        limits=Limits(pack().integer(LIMIT_OF[kind], project.rules_on)),
        rules_on=project.rules_on,
        at=at,
        department_id=department.pk,
        hall_id=hall.hall.pk,
        assignee_id=handler.pk if handler else None,
    )
    persons = [handler] if handler else holders(StaffRole.APPROVER, day_of(at), department_id=department.pk)
    tell(
        "guidance_due" if kind == GuidanceKind.PRE_START else "completion_guidance_due",
        at=at,
        persons=persons,
        project_code=project.code or "",
        page=page,
        project=project.name,
        code=project.code or "",
        due=item.due_at.astimezone(TZ).strftime("%m月%d日 %H:%M") if item.due_at else "",
    )


@action
def answer_guidance(
    *, actor: Actor, answer_id: int, matters: list[dict[str, Any]], at: datetime, version: int | None = None
) -> GuidanceAnswer:
    """A department says which of its matters the project needs, at which level, with what, in what time and after what.

    Shape of `matters`: one row for each proposed matter, keys as proposed (`needed` is now "yes" or "no"); rows for
    further matters of the department may be added. The last answer merges the map. Raises Refused naming the row at
    fault.
    """
    project_id = GuidanceAnswer.objects.values_list("guidance__project_id", flat=True).get(pk=answer_id)
    project = lock(project_id)
    answer = (
        GuidanceAnswer.objects.select_for_update(no_key=True, of=("self",))
        .select_related("guidance", "department")
        .get(pk=answer_id)
    )
    if not access.can_answer(actor, answer):
        raise forbid("只能反馈本部门的辅导意见")
    check_version(answer, version)
    if answer.answered_at is not None:
        raise Refused("onemap.answered", "本部门的辅导意见已经反馈过了", remedy="请刷新页面查看")
    if project.state != ProjectState.CONFIRMED:
        raise Refused("onemap.project_not_running", "项目已经结束，不需要再反馈")
    answer.matters = _checked(answer, matters)
    answer.answered_at, answer.answered_by_id, answer.version = at, actor.person_id, answer.version + 1
    answer.save(update_fields=["matters", "answered_at", "answered_by", "version"])
    work = open_of(answer, WORK_OF[GuidanceKind(answer.guidance.kind)])
    if work is not None:
        close(actor=actor, item=work, at=at, outcome="answered")
    needed = [row["matter_id"] for row in answer.matters if row["needed"] == "yes"]
    record(actor, "onemap.answer_guidance", answer, at=at, project_code=project.code or "", data={"needed": needed})
    if not answer.guidance.answers.filter(answered_at__isnull=True).exists():
        _merge(answer.guidance, project, at)
    return answer


def _checked(answer: GuidanceAnswer, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows over the proposal, each checked; a proposed matter left out is an error, not a no."""
    proposed = {row["matter_id"]: row for row in answer.matters}
    given = {str(row.get("matter_id", "")): row for row in rows}
    errors: dict[str, str] = {}
    for matter_id in [*proposed, *(name for name in given if name not in proposed)]:
        matter, row = pack().matters.get(matter_id), given.get(matter_id)
        if matter is None or matter.department != answer.department.key:
            errors[matter_id] = "不是本部门的审批事项"
        elif row is None or row.get("needed") not in ("yes", "no"):
            errors[matter_id] = f"请选择是否需要办理“{matter.full_name}”"
        elif fault := _fault(row):
            errors[matter_id] = f"“{matter.full_name}”的{fault}"
    _raise(errors)
    project = answer.guidance.project
    on_map = {*proposed, *given}
    made = []
    for matter_id, row in given.items():
        base = proposed.get(matter_id)
        if base is None:
            want = building.Wanted(pack().matters[matter_id], "yes", ("部门前期辅导时增加",), (), None)
            base = building.proposal(want, on_map, project.rules_on)
        made.append({**base, **{key: value for key, value in row.items() if key in EDITABLE}})
    if answer.guidance.kind == GuidanceKind.PRE_START:
        _raise(dict.fromkeys(_waiting_in_a_circle(answer, made), "和其他事项互相等待，谁也办不了，请改正前置事项"))
    return made


EDITABLE = ("needed", "level", "days", "unit", "materials", "note", "after")


def _raise(errors: dict[str, str]) -> None:
    if errors:
        raise Refused("onemap.guidance", "辅导意见还有需要改正的地方", field=next(iter(errors)), errors=errors)


def _fault(row: Mapping[str, Any]) -> str:
    """What of a row cannot be kept, in words; "" = nothing. What is left out stays as proposed."""
    days = row.get("days")
    if days is not None and (not isinstance(days, int) or isinstance(days, bool) or not 0 <= days <= 365):
        return "办理时限应为 0 到 365 的整数"
    if row.get("unit", "working") not in ("working", "calendar") or row.get("level", "county") not in list(LEVELS):
        return "时限单位或审批层级有误"
    if not _texts(row.get("after", [])) or not isinstance(row.get("note", ""), str):
        return "前置事项或说明有误"
    materials = row.get("materials", [])
    if not isinstance(materials, list) or not all(
        isinstance(one, dict) and isinstance(one.get("main"), bool) for one in materials
    ):
        return "材料有误"
    if not all(_texts([one.get("id"), one.get("name")]) for one in materials):
        return "材料有误"
    notes = [one.get(name, "") for one in materials for name in ("note", "issued_by")]
    return "" if all(isinstance(note, str) for note in notes) else "材料说明有误"


def _texts(values: Any) -> bool:
    return isinstance(values, list) and all(isinstance(value, str) and value for value in values)


def _waiting_in_a_circle(answer: GuidanceAnswer, made: list[dict[str, Any]]) -> list[str]:
    """Rows of this answer that, with what the other departments have said, would wait for each other."""
    rows = {row["matter_id"]: row for other in answer.guidance.answers.exclude(pk=answer.pk) for row in other.matters}
    rows |= {row["matter_id"]: row for row in made}
    rows = {name: row for name, row in rows.items() if row["needed"] != "no"}
    after = {
        name: {*building.prerequisites(name, set(rows)), *(first for first in row["after"] if first in rows)}
        for name, row in rows.items()
    }
    circle = building.circle(after)
    return [row["matter_id"] for row in made if row["matter_id"] in circle]


def _merge(guidance: Guidance, project: Project, at: datetime) -> None:
    guidance.merged_at = at
    guidance.save(update_fields=["merged_at"])
    if guidance.kind == GuidanceKind.PRE_START:
        _draw(guidance, project, at)
    else:
        _settle_completion(guidance, project, at)


def _draw(guidance: Guidance, project: Project, at: datetime) -> None:
    """Puts every needed matter on the map; the filing itself is the first and already done."""
    hall = book(project.hall_id)
    rows = {
        row["matter_id"]: row
        for answer in guidance.answers.order_by("id")
        for row in answer.matters
        if row["needed"] == "yes"
    }
    opening = building.opening_matter(project)
    if opening is not None:
        want = building.Wanted(pack().matters[opening], "yes", (), (), None)
        rows = {opening: building.proposal(want, {opening}, project.rules_on), **rows}
    scheme, on_map = building.scheme_of(project), set(rows)
    for row in rows.values():
        extra = [name for name in row["after"] if name in on_map]
        row["after"] = list(dict.fromkeys([*building.prerequisites(row["matter_id"], on_map), *extra]))
    ordered = building.in_order((pack().matters[name] for name in rows), scheme)
    items = [building.build_item(project, rows[m.id], n, on_map, hall, scheme) for n, m in enumerate(ordered, 1)]
    MapItem.objects.bulk_create(items)
    for item in items:
        if item.matter_id == opening:
            _granted_by_filing(item, project)
    found = sharing.propose(project, items, at)
    issue_summary(guidance, project, items, at)
    record(
        Actor.system(),
        "onemap.draw",
        guidance,
        at=at,
        project_code=project.code or "",
        data={"matters": [item.matter_id for item in items]},
    )
    from yinuo.rooms.onemap.planning import landing_text

    tell(
        "map_ready",
        at=at,
        persons=contacts(project, at),
        unit_id=project.unit_id,
        project_code=project.code or "",
        page=PageRef("unit:map", project_id=project.pk),
        project=project.name,
        count=len(items),
        landing=landing_text(project, items, at),
    )
    sharing.tell_drawn(project, items, found, at)


def _granted_by_filing(item: MapItem, project: Project) -> None:
    """The filing is the first matter, applied for, accepted and granted the moment it was filed."""
    on, number = project.filed_at, project.certificate.number
    application = applying.settle(item, ItemState.GRANTED, Outcome.GRANTED, on, document_number=number, delivered_at=on)
    application.accepted_at = on
    application.save(update_fields=["accepted_at"])


@action
def open_completion_guidance(*, actor: Actor, project: Project, departments: set[str], at: datetime) -> Guidance:
    """Second guidance: the departments with verifications on the map, and those of `departments` (which accepted
    promises), are asked at once.
    """
    hall = book(project.hall_id)
    items = list(
        MapItem.objects.filter(project=project, completion=True)
        .exclude(state=ItemState.CANCELLED)
        .select_related("department")
    )
    rows: dict[str, list[dict[str, Any]]] = {key: [] for key in departments}
    for item in items:
        if not item.concluded:
            rows.setdefault(item.department.key, []).append(
                {
                    "matter_id": item.matter_id,
                    "name": item.name,
                    "needed": "unknown",
                    "why": [],
                    "missing": [],
                    "level": item.level,
                    "days": item.limit_value,
                    "unit": item.limit_unit,
                    "after": item.after,
                    "materials": item.materials,
                    "promisable": False,
                    "note": "",
                }
            )
    guidance = Guidance.objects.create(project=project, kind=GuidanceKind.COMPLETION, opened_at=at)
    _open_answers(actor, guidance, project, hall, rows, set(rows), at)
    return guidance


def _settle_completion(guidance: Guidance, project: Project, at: datetime) -> None:
    """Verifications not needed are off the list; the inspection can begin (effect on `onemap.completion_ready`)."""
    rows = {row["matter_id"]: row for answer in guidance.answers.order_by("id") for row in answer.matters}
    items = MapItem.objects.select_for_update(no_key=True, of=("self",)).select_related("application")
    for item in items.filter(project=project, completion=True, matter_id__in=rows).order_by("id"):
        row = rows[item.matter_id]
        if row["needed"] == "no" and not item.concluded:
            applying.settle(item, ItemState.EXEMPT, Outcome.EXEMPT, at, text=row["note"] or "二次辅导：无需验收")
        elif row["note"] != item.guidance_note:
            item.guidance_note, item.version = row["note"], item.version + 1
            item.save(update_fields=["guidance_note", "version"])
    issue_summary(guidance, project, [], at)
    record(Actor.system(), "onemap.completion_ready", guidance, at=at, project_code=project.code or "")
