"""容缺受理: accepted with a gap, completed or given up (附件5). The item itself is moved by onemap.actions.gaps."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from yinuo.core.calendar import TZ
from yinuo.engine.base import Actor, PageRef, Refused, check_version, forbid, save
from yinuo.engine.documents.actions import issue
from yinuo.engine.documents.attachments import AttachedFile, attach_files
from yinuo.engine.documents.models import Document, FileRole, StoredFile
from yinuo.engine.notices.actions import tell
from yinuo.engine.notices.effects import readers
from yinuo.engine.people.models import Person
from yinuo.engine.rules import pack
from yinuo.engine.trail.actions import action, answered, claim, record, remember
from yinuo.engine.work.actions import Limits, close, open_item, open_of, pause_reason
from yinuo.engine.work.clocks import calendar
from yinuo.rooms.credit.relying import rely_on
from yinuo.rooms.deficient import access, papers
from yinuo.rooms.deficient.models import DeficientAcceptance, DeficientState
from yinuo.rooms.deficient.room import SERVICE, DeficientPaper, DeficientWork
from yinuo.rooms.deficient.rules import checked_gap
from yinuo.rooms.onemap.actions import accept_with_gap, fill_gap
from yinuo.rooms.onemap.actions.common import (
    clock,
    day_of,
    locked,
    need_going_on,
    need_prerequisites,
    need_text,
    page_of,
    take,
)
from yinuo.rooms.onemap.actions.gaps import open_gap
from yinuo.rooms.onemap.actions.items import checked_materials
from yinuo.rooms.onemap.actions.pausing import halt
from yinuo.rooms.onemap.gap import PAUSE
from yinuo.rooms.onemap.models import ItemState, MapItem, Submission
from yinuo.rooms.onemap.reach import need_files_in_reach
from yinuo.rooms.onemap.room import MapWork
from yinuo.rooms.projects.actions.filing import about
from yinuo.rooms.projects.models import ProjectState
from yinuo.rooms.reviews.actions import service_ended

# What waits for the department until it has spoken; the receipt’s clock since the opinion is late.
ASKED = (DeficientWork.OPINION, MapWork.RECEIPT)
WHERE = "请带齐已有的材料到政务大厅综合窗口办理"


@action
def apply_deficient(
    *,
    actor: Actor,
    item_id: int,
    materials: Sequence[dict[str, Any]],
    missing: Sequence[str],
    situation: str,
    contact_name: str,
    contact_phone: str,
    no_secret: bool,
    at: datetime,
    version: int | None = None,
    idempotency_key: str = "",
) -> DeficientAcceptance:
    """Form 5—1 at the window: what is handed in, what is missing. What cannot be tolerated is refused on the spot, with
    its clause.

    Shape of `materials`: as `onemap.submit_materials`; `missing`: ids of the item's materials. The item stays as it is
    until accepted.
    """
    body = [item_id, list(materials), sorted(missing), situation, contact_name, contact_phone]
    claimed = claim(actor, idempotency_key, "deficient.apply", body, at=at)
    if (known := answered(claimed)) is not None:
        return DeficientAcceptance.objects.get(pk=known)
    item = take(actor, item_id, access.can_apply, [ItemState.OPEN], version)
    _need_window(actor, item)
    _need_no_secret(no_secret, item)
    need_going_on(item)
    need_prerequisites(item)
    if DeficientAcceptance.objects.filter(item=item, state__in=("applied", "notified")).exists():
        raise Refused(
            "deficient.pending", f"“{item.name}”已经申请容缺受理，还没有办完", remedy="请等部门审核，或者签署承诺"
        )
    rely_on(item.project.unit, at)
    published, gap = checked_gap(item, missing, day_of(at))
    handed = _handed(item, materials, gap)
    row = DeficientAcceptance.objects.create(
        item=item,
        tolerance=published,
        number=f"RQ{at.astimezone(TZ):%y%m%d}{secrets.token_hex(4).upper()}",
        situation=need_text(situation, "situation", "请填写项目基本概况及进展情况"),
        contact_name=need_text(contact_name, "contact_name", "请填写联系人")[:60],
        contact_phone=need_text(contact_phone, "contact_phone", "请填写联系电话")[:40],
        missing=gap,
        applied_by_id=actor.required_person_id,
        applied_at=at,
    )
    attach_files(row, FileRole.MATERIAL, handed)
    row.item = item
    row.form = _paper(row, DeficientPaper.APPLICATION, papers.application(row), at)
    row.save(update_fields=["form"])
    _ask_department(actor, row, at)
    _record(actor, row, "deficient.apply", at, why=row.situation, missing=[one["id"] for one in gap])
    remember(claimed, row)
    return row


def _need_window(actor: Actor, item: MapItem) -> None:
    if not access.is_window(actor, item):
        raise Refused(
            "deficient.window_only", "容缺受理只在综合窗口办理", remedy=WHERE, cites=_cites("deficient.excluded", item)
        )


def _need_no_secret(no_secret: bool, item: MapItem) -> None:
    if not no_secret:
        cites = pack().cite_texts(pack().parameter("filing.secret_refused", item.project.rules_on).cites)
        raise Refused(
            "deficient.secret",
            "请确认所交材料不涉及国家秘密",
            field="no_secret",
            remedy="涉密的材料按保密规定在线下办理",
            cites=cites,
        )


def _handed(item: MapItem, materials: Sequence[dict[str, Any]], gap: Iterable[dict[str, Any]]) -> list[AttachedFile]:
    """Everything but the gap, main and secondary.

    Raises Refused naming what is neither handed in nor named as missing.
    """
    lacking, given = {row["id"] for row in gap}, {str(row.get("id")) for row in materials}
    both = [row["name"] for row in item.materials if row["id"] in lacking & given]
    if both:
        raise Refused("deficient.both", f"“{both[0]}”已经交来，不是空缺", field="missing")
    handed = checked_materials(item, materials)
    for row in item.materials:
        if row["id"] not in lacking | given:
            raise Refused(
                "deficient.left_out",
                f"“{row['name']}”没有交来，也没有列为空缺",
                field=row["id"],
                remedy="请交来，或者列入空缺的材料",
            )
    return handed


def _ask_department(actor: Actor, row: DeficientAcceptance, at: datetime) -> None:
    item = row.item
    work = open_item(
        actor=actor,
        kind=DeficientWork.OPINION,
        about=about(
            row,
            item.project,
            f"容缺审核：{item.name}",
            PageRef("staff:deficient_one", deficient_id=row.pk),
            stage=item.stage,
            tags=("容缺",),
            matter_id=item.matter_id,
        ),
        limits=Limits(pack().integer("deficient.opinion_limit", item.project.rules_on)),
        rules_on=item.project.rules_on,
        at=at,
        department_id=item.department_id,
        hall_id=item.project.hall_id,
        assignee_id=item.handler_id,
    )
    due = work.due_at.astimezone(TZ).strftime("%m月%d日 %H:%M") if work.due_at else ""
    tell(
        "gap_asked",
        at=at,
        persons=readers(work, at),
        project_code=item.project.code or "",
        page=work.page_ref,
        matter=item.name,
        due=due,
    )


@action
def agree_to_gap(
    *, actor: Actor, deficient_id: int, days: int, at: datetime, opinion: str = "", version: int | None = None
) -> DeficientAcceptance:
    """The department agrees: notice 5—2 says what is missing, until when, and what follows if it does not come."""
    row = _take(actor, deficient_id, access.can_judge, [DeficientState.APPLIED], version)
    if not 1 <= days <= row.tolerance.days:
        message = f"容缺时限应为 1 至 {row.tolerance.days} 个工作日，不能超过部门公布的最长时限"
        raise Refused("deficient.days", message, field="days", cites=_cites("deficient.published", row.item))
    row.state, row.days, row.due_on = DeficientState.NOTIFIED, days, calendar().add_working_days(day_of(at), days)
    _spoken(actor, row, opinion.strip(), at)
    row.notice = _paper(row, DeficientPaper.NOTICE, papers.notice(row), at, number=row.number)
    row.form = _paper(row, DeficientPaper.APPLICATION, papers.application(row), at)
    save(row, "state", "days", "due_on", "opinion", "opinion_by", "opinion_at", "notice", "form")
    _record(actor, row, "deficient.agree", at, why=row.opinion, days=days, due_on=row.due_on)
    _tell_unit(row, "gap_noticed", at, until=_day_text(row.due_on), what=_names(row.missing))
    return row


@action
def decline_gap(
    *, actor: Actor, deficient_id: int, why: str, at: datetime, version: int | None = None
) -> DeficientAcceptance:
    """The department does not agree and says why; the company may hand in everything the ordinary way."""
    row = _take(actor, deficient_id, access.can_judge, [DeficientState.APPLIED], version)
    row.state, row.ended_at, row.ended_why = DeficientState.DECLINED, at, "部门不同意容缺受理"
    _spoken(actor, row, need_text(why, "why", "请写明不予容缺受理的理由"), at)
    row.form = _paper(row, DeficientPaper.APPLICATION, papers.application(row), at)
    save(row, "state", "opinion", "opinion_by", "opinion_at", "form", "ended_at", "ended_why")
    _record(actor, row, "deficient.decline", at, why=row.opinion)
    _tell_unit(row, "gap_declined", at, why=row.opinion[:60])
    return row


def _spoken(actor: Actor, row: DeficientAcceptance, text: str, at: datetime) -> None:
    row.opinion, row.opinion_by_id, row.opinion_at = text, actor.person_id, at
    for kind in ASKED:
        work = open_of(row, kind)
        if work is not None:
            close(actor=actor, item=work, at=at, outcome=row.state)


@action
def sign_gap_commitment(
    *, actor: Actor, deficient_id: int, file_id: int, signed_by: str, at: datetime, version: int | None = None
) -> DeficientAcceptance:
    """The applicant has signed the notice: its scan is kept, and the matter is received and accepted with the gap.

    Raises: Refused once the day of the notice is over, or where the matter has been applied for in another way
    meanwhile.
    """
    row = _take(actor, deficient_id, access.can_apply, [DeficientState.NOTIFIED], version)
    item = row.item
    _need_window(actor, item)
    if item.state != ItemState.OPEN:
        raise Refused("deficient.overtaken", f"“{item.name}”已经用别的方式申报", remedy="请刷新页面查看最新状态")
    last = _last_day(row)
    if at > calendar().closing(last):
        raise Refused(
            "deficient.notice_over",
            "通知书载明的补齐日期已过，不能再签署",
            remedy="请重新申请容缺受理，或者补齐材料后申报",
        )
    need_prerequisites(item)
    scan = _scan(actor, row, file_id)
    row.signed_by = need_text(signed_by, "signed_by", "请填写承诺人姓名")[:60]
    accept_with_gap(
        actor=actor,
        item=item,
        materials=row.materials,
        note=f"容缺受理，空缺：{_names(row.missing)}",
        until=last,
        received_at=row.applied_at,
        handler_id=row.opinion_by_id,
        at=at,
    )
    row.state, row.application, row.due_on = DeficientState.WAITING, item.application, last
    row.commitment, row.commitment_sha256, row.signed_at = scan, scan.sha256, at
    save(row, "state", "due_on", "application", "commitment", "commitment_sha256", "signed_by", "signed_at")
    _record(actor, row, "deficient.accept", at, sha256=scan.sha256, due_on=row.due_on)
    _tell_unit(row, "gap_open", at, until=_day_text(row.due_on), what=_names(row.missing))
    return row


def _last_day(row: DeficientAcceptance) -> date:
    """The day of the notice; where it has become a day off since, the next working day."""
    assert row.due_on is not None
    return row.due_on if calendar().is_working(row.due_on) else calendar().next_working(row.due_on)


def _scan(actor: Actor, row: DeficientAcceptance, file_id: int) -> StoredFile:
    """The scan, from the unit's library or stored by the clerk beside the work. Raises Refused."""
    found = StoredFile.objects.defer("content").filter(pk=file_id).first()
    own = found is not None and (
        found.unit_id == row.item.project.unit_id or (found.unit_id is None and found.by_id == actor.person_id)
    )
    if found is None or not own:
        raise Refused("deficient.commitment", "请上传签署后的《容缺受理通知书》扫描件", field="commitment")
    return found


@action
def say_only_gap_left(
    *, actor: Actor, deficient_id: int, note: str, at: datetime, version: int | None = None
) -> DeficientAcceptance:
    """The review is done but for the gap: the approver's clock stands still until it is filled (so that no term reddens
    the approver).
    """
    row = _take(actor, deficient_id, access.can_judge, [DeficientState.WAITING], version)
    _need_in_time(row, at)
    if row.item.state != ItemState.ACCEPTED:
        message = f"“{row.item.name}”现在是“{row.item.get_state_display()}”，不能这样办理"
        raise Refused("onemap.state", message, remedy="请刷新页面查看最新状态")
    clock(row.item)
    halt(actor, row.item, PAUSE, need_text(note, "note", "请写明审查情况"), at)
    row.only_gap_at = at
    save(row, "only_gap_at")
    _record(actor, row, "deficient.only_gap", at, why=note)
    return row


@action
def supply_gap(
    *,
    actor: Actor,
    deficient_id: int,
    materials: Sequence[dict[str, Any]],
    at: datetime,
    note: str = "",
    version: int | None = None,
    idempotency_key: str = "",
) -> Submission:
    """Everything that was missing, at once, online or at the window; after the term it is refused, ticked or not."""
    claimed = claim(actor, idempotency_key, "deficient.supply", [deficient_id, list(materials), note], at=at)
    if (known := answered(claimed)) is not None:
        return Submission.objects.get(pk=known)
    row = _take(actor, deficient_id, access.can_supply, [DeficientState.WAITING], version)
    _need_in_time(row, at)
    supplied = _supplied(row, materials)
    need_files_in_reach(actor, [one.file for one in supplied])
    submission = fill_gap(actor=actor, item=row.item, materials=supplied, note=note, at=at)
    row.state, row.completed_at, row.ended_at = DeficientState.COMPLETED, at, at
    save(row, "state", "completed_at", "ended_at")
    _record(actor, row, "deficient.supply", at, submission=submission.pk)
    _served(actor, row, at)
    item = row.item
    persons = [item.handler] if item.handler else []
    tell(
        "gap_filled",
        at=at,
        persons=persons,
        project_code=item.project.code or "",
        page=PageRef("staff:item", item_id=item.pk),
        matter=item.name,
    )
    remember(claimed, submission)
    return submission


def _supplied(row: DeficientAcceptance, materials: Sequence[dict[str, Any]]) -> list[AttachedFile]:
    """Only what was missing, and all of it. Raises Refused naming what is still left out."""
    wanted = {one["id"]: one["name"] for one in row.missing}
    if any(str(one.get("id")) not in wanted for one in materials):
        raise Refused("deficient.not_missing", "只补交通知书载明的材料", field="materials")
    item = row.item
    whole = [dict(one, main=True) for one in item.materials if one["id"] in wanted]
    shown = MapItem(pk=item.pk, project=item.project, materials=whole)
    return checked_materials(shown, materials)


def _need_in_time(row: DeficientAcceptance, at: datetime) -> None:
    """Raises Refused after the term, whether or not a ticker has said so yet."""
    gap = open_gap(row.item)
    if gap.due_at is not None and at > gap.due_at:
        raise Refused(
            "deficient.lapsed",
            f"容缺材料没有在{_day_text(row.due_on)}前补齐，视为放弃申请，作退件处理",
            remedy="可以补齐材料后重新申报",
            cites=pack().cite_texts(pause_reason(PAUSE, row.item.project.rules_on).cites),
        )


# -- what they share


def _take(actor: Actor, deficient_id: int, may: Any, states: Iterable[str], version: int | None) -> DeficientAcceptance:
    """The row with its project and item locked first; allowed, fresh, and in one of `states`."""
    item = locked(DeficientAcceptance.objects.values_list("item_id", flat=True).get(pk=deficient_id))
    row = (
        DeficientAcceptance.objects.select_for_update(no_key=True, of=("self",))
        .select_related("tolerance")
        .get(pk=deficient_id)
    )
    row.item = item
    if not may(actor, item):
        raise forbid("这件容缺受理不由您办理")
    check_version(row, version)
    if item.project.state not in (ProjectState.CONFIRMED, ProjectState.COMPLETED):
        raise Refused(
            "onemap.project_not_running", "项目未复核确认或已经结束，不能办理事项", remedy="请查看项目当前状态"
        )
    if row.state not in set(states):
        message = f"“{item.name}”的容缺受理现在是“{row.get_state_display()}”，不能这样办理"
        raise Refused("deficient.state", message, remedy="可能已由他人办理，请刷新页面查看最新状态")
    return row


def _paper(row: DeficientAcceptance, kind: str, data: dict[str, Any], at: datetime, number: str = "") -> Document:
    project = row.item.project
    return issue(
        kind=kind,
        subject=row.item,
        data=data,
        at=at,
        number=number,
        project_code=project.code or "",
        unit_id=project.unit_id,
    )


def _record(actor: Actor, row: DeficientAcceptance, verb: str, at: datetime, why: str = "", **data: Any) -> None:
    item = row.item
    code = item.project.code or ""
    record(
        actor, verb, row, at=at, project_code=code, why=why, data={"item": item.pk, "matter": item.matter_id, **data}
    )


def _tell_unit(row: DeficientAcceptance, template: str, at: datetime, **words: str) -> None:
    item = row.item
    filed_by: Person = item.project.filed_by
    code = item.project.code or ""
    unit = item.project.unit_id
    tell(
        template,
        at=at,
        persons=[filed_by],
        unit_id=unit,
        project_code=code,
        page=page_of(item),
        matter=item.name,
        words=words,
    )


def _served(actor: Actor, row: DeficientAcceptance, at: datetime) -> None:
    """Accepted with a gap and over, however it ended: the company may say how it was served."""
    item = row.item
    service_ended(
        actor=actor,
        track=SERVICE,
        subject=row,
        project=item.project,
        name=f"容缺受理：{item.name}"[:160],
        page=PageRef("unit:deficient", item_id=item.pk),
        department_id=item.department_id,
        handler_id=item.handler_id,
        at=at,
    )


def _names(rows: Iterable[dict[str, Any]]) -> str:
    return "、".join(one["name"] for one in rows)


def _day_text(day: date | None) -> str:
    return f"{day.month}月{day.day}日" if day else ""


def _cites(parameter: str, item: MapItem) -> list[str]:
    return pack().cite_texts(pack().parameter(parameter, item.project.rules_on).cites)
