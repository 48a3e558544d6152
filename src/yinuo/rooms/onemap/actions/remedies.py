"""复议、诉讼、投诉 (U-7): entered with body, day and claim, and how it ended. A record moves no decision and no clock
of the matter.

A reconsideration or a lawsuit is another body's and only noted here; a complaint is the hall's own to answer, within a
limit.
"""

from __future__ import annotations

from datetime import date, datetime

from yinuo.core.calendar import TZ
from yinuo.engine.base import Actor, PageRef, Refused, check_version, forbid
from yinuo.engine.notices.actions import tell
from yinuo.engine.notices.effects import readers
from yinuo.engine.people.models import StaffRole
from yinuo.engine.people.queries import holders
from yinuo.engine.rules import pack
from yinuo.engine.trail.actions import action, answered, claim, record, remember
from yinuo.engine.work.actions import Limits, close, open_item, open_of
from yinuo.rooms.onemap import access
from yinuo.rooms.onemap.actions.applying import next_number
from yinuo.rooms.onemap.actions.common import day_of, locked, need_text
from yinuo.rooms.onemap.models import Application, MapItem, Remedy, RemedyKind, RemedyOutcome
from yinuo.rooms.onemap.room import MapWork
from yinuo.rooms.projects.actions.filing import about
from yinuo.rooms.projects.queries import contacts

OF_COMPLAINTS = (RemedyOutcome.JUSTIFIED, RemedyOutcome.UNJUSTIFIED, RemedyOutcome.SETTLED, RemedyOutcome.WITHDRAWN)
OF_COURSES = tuple(
    outcome for outcome in RemedyOutcome if outcome not in (RemedyOutcome.JUSTIFIED, RemedyOutcome.UNJUSTIFIED)
)


def outcomes_of(kind: str) -> tuple[RemedyOutcome, ...]:
    return OF_COMPLAINTS if kind == RemedyKind.COMPLAINT else OF_COURSES


@action
def enter_remedy(
    *,
    actor: Actor,
    item_id: int,
    kind: str,
    body: str,
    filed_on: date,
    text: str,
    at: datetime,
    application: int | None = None,
    idempotency_key: str = "",
) -> Remedy:
    """That the unit has gone to another body about a decision on this item, or complains of how it was handled.

    `application`: its number; None = the present one. A complaint needs no decision, and no `body`: it is the hall's.
    Entered by the unit itself, or by the department and the hall from the papers they are served.
    """
    claimed = claim(
        actor, idempotency_key, "onemap.enter_remedy", [item_id, kind, body, filed_on, text, application], at=at
    )
    if (known := answered(claimed)) is not None:
        return Remedy.objects.get(pk=known)
    item = locked(item_id)
    if not access.can_enter_remedy(actor, item):
        raise forbid("只有项目单位、承办部门和大厅可以登记")
    if kind not in RemedyKind.values:
        raise Refused("onemap.remedy_kind", "请选择复议、诉讼或者投诉", field="kind")
    complaint = kind == RemedyKind.COMPLAINT
    contested, number, on = _contested(item, application, complaint=complaint)
    if not on <= filed_on <= day_of(at):
        after = "项目备案" if complaint and not number else "决定"
        raise Refused("onemap.remedy_on", f"提出的日期应在{after}之后、今天以前", field="filed_on")
    if complaint and not body.strip():
        body = item.project.hall.name
    made = Remedy.objects.create(
        item=item,
        application=contested,
        kind=kind,
        document_number=number,
        body=need_text(body, "body", "请写明向哪个机关提出")[:120],
        filed_on=filed_on,
        text=need_text(text, "text", "请写明请求和理由"),
        entered_by_id=actor.required_person_id,
        entered_as=actor.role,
        entered_at=at,
    )
    record(
        actor,
        "onemap.enter_remedy",
        made,
        at=at,
        project_code=item.project.code or "",
        why=made.text,
        data={"item": item.pk, "kind": kind, "body": made.body, "document_number": number},
    )
    if complaint:
        _open_complaint(actor, made, item, at)
    else:
        _tell(made, item, "remedy_entered", at, words=made.text)
    remember(claimed, made)
    return made


def _open_complaint(actor: Actor, made: Remedy, item: MapItem, at: datetime) -> None:
    """It waits for the hall's general convener, and not for whom it is about; both sides are told until when it is
    answered.
    """
    work = open_item(
        actor=actor,
        kind=MapWork.COMPLAINT,
        about=about(
            made,
            item.project,
            f"投诉：{item.name}",
            PageRef("staff:item", item_id=item.pk),
            stage=item.stage,
            matter_id=item.matter_id,
        ),
        limits=Limits(pack().integer("complaint.limit", day_of(at))),
        rules_on=day_of(at),
        at=at,
        department_id=None,
        hall_id=item.project.hall_id,
        role=StaffRole.GENERAL_CONVENER,
    )
    due = work.due_at.astimezone(TZ).strftime("%m月%d日 %H:%M") if work.due_at else ""
    code, words = item.project.code or "", {"matter": item.name, "due": due}
    conveners = readers(work, at, StaffRole.GENERAL_CONVENER)
    tell(
        "complaint",
        at=at,
        persons=conveners,
        project_code=code,
        page=PageRef("staff:item", item_id=item.pk),
        text=made.text[:60],
        words=words,
    )
    tell(
        "complaint_received",
        at=at,
        persons=contacts(item.project, at),
        unit_id=item.project.unit_id,
        project_code=code,
        page=PageRef("unit:item", item_id=item.pk),
        words=words,
    )


def _contested(item: MapItem, number: int | None, *, complaint: bool) -> tuple[Application | None, str, date]:
    """The application, with number and day of its decision; of a complaint where nothing is decided yet, the day of the
    filing.

    Raises Refused where there is no decision to contest.
    """
    if number is None or number == next_number(item):
        present, found = True, item.application
    else:
        present, found = False, item.applications.filter(number=number).first()
    if found is not None and found.ended_at is not None and (found.contested or (present and item.decided)):
        return found, found.document_number, day_of(found.ended_at)
    if complaint and present:
        return found, "", day_of(item.project.filed_at)
    raise Refused("onemap.no_decision", f"“{item.name}”还没有作出决定", remedy="作出决定以后才能登记复议、诉讼或者投诉")


def _tell(remedy: Remedy, item: MapItem, template: str, at: datetime, *, words: str) -> None:
    """The handler, the convener of the hall and the unit."""
    conveners = holders(StaffRole.GENERAL_CONVENER, day_of(at), hall_id=item.project.hall_id)
    persons = {person.pk: person for person in [*([item.handler] if item.handler else []), *conveners]}
    code, said = item.project.code or "", {"matter": item.name, "kind": remedy.get_kind_display(), "why": words[:60]}
    desk, unit_page = PageRef("staff:item", item_id=item.pk), PageRef("unit:item", item_id=item.pk)
    tell(template, at=at, persons=list(persons.values()), project_code=code, page=desk, words=said)
    tell(template, at=at, unit_id=item.project.unit_id, project_code=code, page=unit_page, words=said)


@action
def conclude_remedy(
    *,
    actor: Actor,
    remedy_id: int,
    outcome: str,
    answer: str,
    concluded_on: date,
    at: datetime,
    version: int | None = None,
) -> Remedy:
    """How it ended, in the body's words.

    What follows for the matter (a new application, another decision) is done by its own action.
    """
    item = locked(Remedy.objects.values_list("item_id", flat=True).get(pk=remedy_id))
    remedy = Remedy.objects.select_for_update(no_key=True, of=("self",)).get(pk=remedy_id)
    if not access.can_conclude_remedy(actor, item, remedy.kind):
        raise forbid(
            "投诉由总召集人、综合管理部门答复"
            if remedy.kind == RemedyKind.COMPLAINT
            else "复议、诉讼的结果由承办部门登记"
        )
    check_version(remedy, version)
    if remedy.outcome:
        raise Refused("onemap.remedy_ended", "结果已经登记过了", remedy="请刷新页面查看")
    if outcome not in outcomes_of(remedy.kind):
        raise Refused("onemap.remedy_outcome", "请选择结果", field="outcome")
    if not remedy.filed_on <= concluded_on <= day_of(at):
        raise Refused("onemap.remedy_concluded_on", "结果的日期应在提出之后、今天以前", field="concluded_on")
    remedy.outcome, remedy.answer = outcome, need_text(answer, "answer", "请写明结果和理由")
    remedy.concluded_on, remedy.concluded_by_id, remedy.version = concluded_on, actor.person_id, remedy.version + 1
    remedy.save(update_fields=["outcome", "answer", "concluded_on", "concluded_by", "version"])
    record(
        actor,
        "onemap.conclude_remedy",
        remedy,
        at=at,
        project_code=item.project.code or "",
        why=remedy.answer,
        data={"item": item.pk, "kind": remedy.kind, "outcome": outcome},
    )
    work = open_of(remedy, MapWork.COMPLAINT)
    if work is not None:
        close(actor=actor, item=work, at=at, outcome=outcome)
    _tell(remedy, item, "remedy_concluded", at, words=f"{remedy.get_outcome_display()}：{remedy.answer}")
    return remedy
