"""用地清单 (正文·二(七)): the survey, the key indicators, then the design points, put together into one list for the
buyer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from yinuo.core.calendar import TZ
from yinuo.engine.base import Actor, PageRef, Refused, check_version, forbid, save
from yinuo.engine.documents.actions import issue
from yinuo.engine.notices.actions import tell
from yinuo.engine.notices.effects import readers
from yinuo.engine.people.models import Department, StaffRole
from yinuo.engine.people.queries import holders
from yinuo.engine.rules import pack
from yinuo.engine.trail.actions import action, answered, claim, record, remember
from yinuo.engine.work.actions import About, Limits, close, open_item, open_of
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.land import access, papers
from yinuo.rooms.land.actions.common import BEFORE_SALE, day_of, list_served, locked, need_past, need_text, take
from yinuo.rooms.land.models import (
    UNDER_WAY,
    LandChecklist,
    ListInput,
    ListState,
    Parcel,
    ParcelStatus,
    ParcelUse,
    Part,
)
from yinuo.rooms.land.room import LandPaper, LandWork

LONGEST_LIST = 60
FIELDS = ("subject", "text", "basis")
ORDER = {Part.INDICATORS: ListState.INDICATORS, Part.DESIGN: ListState.DESIGN}


@action
def open_list(
    *,
    actor: Actor,
    parcel_id: int,
    surveyed_on: date,
    survey: str,
    at: datetime,
    indicator_departments: Sequence[str] | None = None,
    design_departments: Sequence[str] | None = None,
    idempotency_key: str = "",
) -> LandChecklist:
    """Before the land is sold: the state of the land, and who is asked what; None asks whom the pack names."""
    body = [parcel_id, surveyed_on.isoformat(), survey, indicator_departments, design_departments]
    claimed = claim(actor, idempotency_key, "land.open_list", body, at=at)
    if (known := answered(claimed)) is not None:
        return LandChecklist.objects.get(pk=known)
    parcel = take(actor, parcel_id, access.can_dispose, BEFORE_SALE, None)
    if parcel.lists.exists():
        raise Refused("land.list_opened", "这个地块已经有用地清单", remedy="请在原清单上继续办理或者更正")
    need_past(surveyed_on, at, "surveyed_on")
    day = day_of(at)
    asked = {
        Part.INDICATORS: _offices(
            parcel, indicator_departments, "land_list.indicator_departments", day, "indicator_departments"
        ),
        Part.DESIGN: _offices(parcel, design_departments, "land_list.design_departments", day, "design_departments"),
    }
    made = LandChecklist.objects.create(
        parcel=parcel,
        surveyed_on=surveyed_on,
        survey=need_text(survey, "survey", "请填写土地现状普查情况", 4000),
        opened_at=at,
        opened_by_id=actor.person_id,
    )
    ListInput.objects.bulk_create(
        ListInput(land_list=made, department=office, part=part) for part, offices in asked.items() for office in offices
    )
    record(
        actor, "land.open_list", made, at=at,
        data={
            "parcel": parcel.number,
            **{part.value: [office.key for office in offices] for part, offices in asked.items()},
        },
    )  # fmt: skip
    _ask(actor, made, Part.INDICATORS, at)
    remember(claimed, made)
    return made


def _offices(parcel: Parcel, keys: Sequence[str] | None, name: str, day: date, field: str) -> list[Department]:
    wanted = list(dict.fromkeys(keys if keys is not None else [str(key) for key in pack().parameter(name, day).value]))
    found = {row.key: row for row in Department.objects.filter(hall_id=parcel.hall_id, key__in=wanted)}
    if not wanted or (keys is not None and set(wanted) - set(found)):
        raise Refused(f"land.{field}", "请选择征求意见的部门和单位", field=field)
    return [found[key] for key in wanted if key in found]


def _ask(actor: Actor, land_list: LandChecklist, part: Part, at: datetime) -> None:
    """Every office of the part is asked, each with its own clock."""
    parcel, day = land_list.parcel, day_of(at)
    limit = pack().integer("land_list.indicator_limit" if part == Part.INDICATORS else "land_list.design_limit", day)
    for row in land_list.inputs.filter(part=part).select_related("department").order_by("id"):
        row.asked_at = at
        row.save(update_fields=["asked_at"])
        row.land_list = land_list
        utility = bool(holders(StaffRole.UTILITY, day, department_id=row.department_id))
        work = open_item(
            actor=actor,
            kind=LandWork.INPUT,
            about=_words(row, f"{part.label}：{parcel.number}", parcel, PageRef("staff:land_input", input_id=row.pk)),
            limits=Limits(limit),
            rules_on=day,
            at=at,
            department_id=row.department_id,
            hall_id=parcel.hall_id,
            role="utility" if utility else "approver",
        )
        tell(
            "land_input_due", at=at, persons=readers(work, at), page=work.page_ref, part=part.label,
            number=parcel.number, name=parcel.name,
            due=_due(work),
        )  # fmt: skip


def _words(subject: ListInput | LandChecklist, title: str, parcel: Parcel, page: PageRef) -> About:
    return About(subject=subject, title=title, subtitle=f"{parcel.name}　{parcel.place}", page=page, tags=("用地清单",))


def _due(work: WorkItem) -> str:
    local = work.due_at.astimezone(TZ) if work.due_at else None
    return f"{local.month}月{local.day}日 {local:%H:%M}" if local else ""


def _take(actor: Actor, land_list_id: int) -> LandChecklist:
    """The parcel, what waits about the list, and the list: locked in the order in which the clock does it too."""
    parcel = locked(LandChecklist.objects.values_list("parcel_id", flat=True).get(pk=land_list_id))
    inputs = list(ListInput.objects.filter(land_list_id=land_list_id).values_list("id", flat=True))
    waiting = WorkItem.objects.select_for_update(no_key=True).filter(
        kind=LandWork.INPUT, state__in=["running", "paused"]
    )
    list(
        waiting.filter(subject_kind=ListInput._meta.label_lower, subject_id__in=inputs).order_by("id").values_list("id")
    )
    found = LandChecklist.objects.select_for_update(no_key=True).get(pk=land_list_id)
    found.parcel = parcel
    return found


def _points(points: Sequence[Mapping[str, Any]], nothing: bool) -> list[dict[str, str]]:
    """The points as they are kept. Raises Refused at the first row that says nothing."""
    rows = [{name: str(point.get(name) or "").strip() for name in FIELDS} for point in points]
    rows = [row for row in rows if any(row.values())]
    if not rows and not nothing:
        raise Refused("land.points", "请至少填写一条，没有要求的请勾选“没有要求”", field="points")
    if rows and nothing:
        raise Refused("land.points", "已填写要求，不能同时勾选“没有要求”", field="nothing")
    if any(not row["subject"] or not row["text"] for row in rows):
        raise Refused("land.points", "每一条都要写明事项和要求", field="points")
    if len(rows) > LONGEST_LIST or any(
        len(row["text"]) > 1000 or len(row["subject"]) > 80 or len(row["basis"]) > 200 for row in rows
    ):
        raise Refused(
            "land.points", "内容过长：事项不超过 80 字，要求不超过 1000 字，依据不超过 200 字", field="points"
        )
    return rows


@action
def answer_input(
    *,
    actor: Actor,
    input_id: int,
    points: Sequence[Mapping[str, Any]],
    at: datetime,
    nothing: bool = False,
    version: int | None = None,
) -> ListInput:
    """A department or utility says what it has to say; also after its term, as long as the list is not put together
    yet.

    The last answer of a part opens the next one.
    """
    land_list = _take(actor, ListInput.objects.values_list("land_list_id", flat=True).get(pk=input_id))
    row = ListInput.objects.select_related("department").get(pk=input_id)
    row.land_list = land_list
    if not access.can_answer(actor, row):
        raise forbid("由被征求意见的部门或者单位提出")
    check_version(row, version)
    if row.asked_at is None:
        raise Refused("land.not_asked", "关键指标要素还没有齐备，尚未征集技术设计要点", remedy="请等待通知")
    if row.answered_at is not None:
        raise Refused("land.answered", "本部门已经提出过了", remedy="清单形成后可以更正")
    if land_list.state not in UNDER_WAY:
        raise Refused("land.list_closed", "用地清单已经汇总形成", remedy="如有补充，请在清单上更正，形成新的版本")
    row.points, row.answered_at, row.answered_by_id = _points(points, nothing), at, actor.person_id
    save(row, "points", "answered_at", "answered_by")
    work = open_of(row, LandWork.INPUT)
    if work is not None:
        close(actor=actor, item=work, at=at, outcome="answered")
    record(
        actor, "land.answer_input", row, at=at,
        data={
            "parcel": land_list.parcel.number, "part": row.part, "points": len(row.points),
            "late": row.lapsed_at is not None,
        },
    )  # fmt: skip
    advance(actor, land_list, at)
    return row


def advance(actor: Actor, land_list: LandChecklist, at: datetime) -> None:
    """Nobody of the present part is waited for any more: the next part is asked, or the list is to be put together.

    List locked.
    """
    for part, state in ORDER.items():
        waiting = land_list.inputs.filter(part=part, answered_at__isnull=True, lapsed_at__isnull=True)
        if land_list.state != state or waiting.exists():
            continue
        land_list.state = ListState.DESIGN if part == Part.INDICATORS else ListState.ASSEMBLY
        save(land_list, "state")
        if part == Part.INDICATORS:
            _ask(actor, land_list, Part.DESIGN, at)
        else:
            _ask_keeper(actor, land_list, at)
        return


def _ask_keeper(actor: Actor, land_list: LandChecklist, at: datetime) -> None:
    parcel, day = land_list.parcel, day_of(at)
    work = open_item(
        actor=actor,
        kind=LandWork.INPUT,
        about=_words(land_list, f"汇总用地清单：{parcel.number}", parcel, PageRef("staff:parcel", parcel_id=parcel.pk)),
        limits=Limits(pack().integer("land_list.assembly_limit", day)),
        rules_on=day,
        at=at,
        department_id=parcel.department_id,
        hall_id=parcel.hall_id,
    )
    tell(
        "land_assembly_due",
        at=at,
        persons=readers(work, at),
        page=work.page_ref,
        number=parcel.number,
        name=parcel.name,
        due=_due(work),
    )


@action
def assemble_list(*, actor: Actor, land_list_id: int, at: datetime, version: int | None = None) -> LandChecklist:
    """汇总: the list is fixed as it stands; who has not spoken in time is named in it.

    A buyer there already gets it at once.
    """
    land_list = _take(actor, land_list_id)
    if not access.can_dispose(actor, land_list.parcel):
        raise forbid("由自然资源部门汇总用地清单")
    check_version(land_list, version)
    if land_list.state != ListState.ASSEMBLY:
        raise Refused(
            "land.list_state",
            f"用地清单现在是“{land_list.get_state_display()}”，不能汇总",
            remedy="请等待各部门提出意见",
        )
    for row in land_list.inputs.filter(answered_at__isnull=True).order_by("id"):
        work = open_of(row, LandWork.INPUT)
        if work is not None:
            close(actor=actor, item=work, at=at, outcome="assembled without", cancelled=True)
    work = open_of(land_list, LandWork.INPUT)
    if work is not None:
        close(actor=actor, item=work, at=at, outcome="assembled")
    land_list.state, land_list.ready_at = ListState.READY, at
    save(land_list, "state", "ready_at")
    silent = list(land_list.inputs.filter(answered_at__isnull=True).values_list("department__key", flat=True))
    record(actor, "land.assemble_list", land_list, at=at, data={"parcel": land_list.parcel.number, "without": silent})
    if land_list.parcel.status == ParcelStatus.SOLD:
        issue_to_buyer(actor, land_list, at)
    return land_list


def issue_to_buyer(actor: Actor, land_list: LandChecklist, at: datetime) -> None:
    """The paper goes to the unit that has bought the land; parcel and list locked.

    It may begin to design from here (正文·二(七)).
    """
    parcel = land_list.parcel
    assert parcel.unit is not None
    use = ParcelUse.objects.select_related("project").filter(parcel=parcel, ended_at__isnull=True).first()
    code = (use.project.code or "") if use else ""
    data = papers.land_list(land_list, at, project_code=code, project_name=use.project.name if use else "")
    land_list.document = issue(
        kind=LandPaper.LIST,
        subject=land_list,
        data=data,
        at=at,
        number=data["number"],
        project_code=code,
        unit_id=parcel.unit_id,
    )
    land_list.issued_at = at
    save(land_list, "document", "issued_at")
    record(
        actor, "land.issue_list", land_list, at=at, project_code=code,
        data={"parcel": parcel.number, "number": data["number"], "version": land_list.number},
        chain="approval.document",
    )  # fmt: skip
    tell(
        "land_list_issued" if land_list.number == 1 else "land_list_corrected",
        at=at,
        unit_id=parcel.unit_id,
        project_code=code,
        page=PageRef("unit:land_parcel", parcel_id=parcel.pk),
        number=parcel.number,
        name=parcel.name,
        why=land_list.why[:80],
    )
    if use is not None:
        list_served(actor, use, at)


@action
def correct_input(
    *,
    actor: Actor,
    input_id: int,
    points: Sequence[Mapping[str, Any]],
    why: str,
    at: datetime,
    nothing: bool = False,
    version: int | None = None,
) -> LandChecklist:
    """What an office said proves wrong or incomplete: a new version of the list, and the earlier stays as it was
    issued.
    """
    old = _take(actor, ListInput.objects.values_list("land_list_id", flat=True).get(pk=input_id))
    row = ListInput.objects.select_related("department").get(pk=input_id)
    row.land_list = old
    if not access.can_correct(actor, row):
        raise forbid("由提出意见的部门或者自然资源部门更正")
    check_version(old, version)
    if old.state != ListState.READY:
        raise Refused(
            "land.list_state", f"用地清单现在是“{old.get_state_display()}”，不能更正", remedy="请刷新页面，更正最新版本"
        )
    why = need_text(why, "why", "请写明更正的原因", 400)
    changed = _points(points, nothing)
    if changed == row.points and row.answered_at is not None:
        raise Refused("land.unchanged", "内容没有变化", field="points", remedy="请修改后再提交")
    old.state = ListState.SUPERSEDED
    save(old, "state")
    made = LandChecklist.objects.create(
        parcel=old.parcel, number=old.number + 1, state=ListState.READY, surveyed_on=old.surveyed_on, survey=old.survey,
        opened_at=old.opened_at, opened_by_id=old.opened_by_id, ready_at=at, why=why,
    )  # fmt: skip
    ListInput.objects.bulk_create(
        _copied(before, made, row.pk, changed, actor, at) for before in old.inputs.order_by("id")
    )
    record(
        actor, "land.correct_input", made, at=at, why=why,
        data={"parcel": old.parcel.number, "department": row.department.key, "part": row.part, "version": made.number},
    )  # fmt: skip
    if old.parcel.status == ParcelStatus.SOLD:
        issue_to_buyer(actor, made, at)
    return made


def _copied(
    before: ListInput, to: LandChecklist, changed_id: int, points: list[dict[str, str]], actor: Actor, at: datetime
) -> ListInput:
    said: dict[str, Any] = {
        "points": before.points,
        "answered_at": before.answered_at,
        "answered_by_id": before.answered_by_id,
    }
    if before.pk == changed_id:
        said = {"points": points, "answered_at": at, "answered_by_id": actor.person_id}
    return ListInput(
        land_list=to,
        department_id=before.department_id,
        part=before.part,
        asked_at=before.asked_at,
        lapsed_at=before.lapsed_at,
        **said,
    )
