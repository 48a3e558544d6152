"""好差评 and what follows a bad one, until every one is closed (附件7·第十一条、第十五条)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.db import models

from yinuo.core.calendar import TZ
from yinuo.engine.base import Actor, PageRef, Refused, check_version, forbid, save
from yinuo.engine.notices.actions import tell
from yinuo.engine.notices.effects import readers
from yinuo.engine.people.models import Person, StaffRole
from yinuo.engine.people.queries import persons_bound
from yinuo.engine.rules import pack
from yinuo.engine.trail.actions import action, answered, claim, record, remember
from yinuo.engine.work.actions import About, Limits, close, open_item, open_of
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.onemap.actions.common import locked
from yinuo.rooms.onemap.models import Application, MapItem
from yinuo.rooms.projects.actions import lock
from yinuo.rooms.projects.models import Project
from yinuo.rooms.reviews import access, links
from yinuo.rooms.reviews.effects import link_to
from yinuo.rooms.reviews.models import (
    CallBack,
    Channel,
    Finding,
    Level,
    Rectification,
    RectificationState,
    ServiceReview,
    TrackService,
)
from yinuo.rooms.reviews.room import ReviewsWork

S = RectificationState
REVIEWABLE = ("granted", "refused", "not_accepted", "exempt")
TEXT_LIMIT = 1000
Rule = Callable[[Actor, ServiceReview], bool]


@action
def give_review(
    *,
    actor: Actor,
    item_id: int,
    level: int,
    at: datetime,
    indicators: Sequence[str] = (),
    text: str = "",
    idempotency_key: str = "",
) -> ServiceReview:
    """The unit's review of a concluded matter, from its map; at the window the clerk enters it for the visitor."""
    claimed = claim(actor, idempotency_key, "reviews.give_review", [item_id, level, list(indicators), text], at=at)
    if (known := answered(claimed)) is not None:
        return ServiceReview.objects.get(pk=known)
    item = locked(item_id)
    if not access.can_give(actor, item):
        raise forbid("只能评价本单位办过的事项")
    made = _give(
        actor, item, level, indicators, text, Channel.WINDOW if actor.entrance == "window" else Channel.MAP, at
    )
    remember(claimed, made)
    return made


@action
def review_service(
    *,
    actor: Actor,
    service_id: int,
    level: int,
    at: datetime,
    indicators: Sequence[str] = (),
    text: str = "",
    idempotency_key: str = "",
) -> ServiceReview:
    """The unit's review of what a special track did for its project, once the track has ended it."""
    claimed = claim(
        actor, idempotency_key, "reviews.review_service", [service_id, level, list(indicators), text], at=at
    )
    if (known := answered(claimed)) is not None:
        return ServiceReview.objects.get(pk=known)
    service = _locked_service(service_id)
    if not access.can_review_service(actor, service):
        raise forbid("只能由项目单位自己评价")
    made = _give_service(actor, service, level, indicators, text, Channel.MAP, at)
    remember(claimed, made)
    return made


@action
def review_by_link(
    *, actor: Actor, token: str, level: int, at: datetime, indicators: Sequence[str] = (), text: str = ""
) -> ServiceReview:
    """The same through the link of a message or the code on the counter, without an account; a link serves one
    application once.
    """
    link = links.read(token)
    if link.service:
        return _give_service(actor, _locked_service(link.pk), level, indicators, text, link.channel, at)
    item = locked(Application.objects.values_list("item_id", flat=True).get(pk=link.pk))
    if item.application_id != link.pk:
        raise Refused("reviews.link", "这个评价链接已经过去", remedy="事项已经重新申报，办结后会再发链接")
    return _give(actor, item, level, indicators, text, link.channel, at)


def _locked_service(service_id: int) -> TrackService:
    """The service below its project's lock, which lets two reviews come one after the other."""
    project = lock(TrackService.objects.values_list("project_id", flat=True).get(pk=service_id))
    service = TrackService.objects.get(pk=service_id)
    service.project = project
    return service


def _give(
    actor: Actor, item: MapItem, level: int, indicators: Sequence[str], text: str, channel: Channel, at: datetime
) -> ServiceReview:
    application = item.application
    if item.state not in REVIEWABLE or application is None or application.ended_at is None:
        raise Refused("reviews.not_concluded", "事项还没有办结，办结以后才能评价", remedy="有意见可以先提问或者投诉")
    if ServiceReview.objects.filter(application=application).exists():
        raise Refused("reviews.once", "这次办理已经评价过", remedy="每次办理只评价一次，评价不能修改")
    of = {"hall_id": item.project.hall_id, "department": item.department, "handler_id": item.handler_id}
    return _spoken(
        actor, ServiceReview(application=application, **of), application.ended_at, level, indicators, text, channel, at
    )


def _give_service(
    actor: Actor,
    service: TrackService,
    level: int,
    indicators: Sequence[str],
    text: str,
    channel: Channel,
    at: datetime,
) -> ServiceReview:
    if ServiceReview.objects.filter(service=service).exists():
        raise Refused("reviews.once", "这次服务已经评价过", remedy="每次服务只评价一次，评价不能修改")
    made = ServiceReview(
        service=service, hall_id=service.hall_id, department=service.department, handler_id=service.handler_id
    )
    return _spoken(actor, made, service.ended_at, level, indicators, text, channel, at)


def _spoken(
    actor: Actor,
    made: ServiceReview,
    ended_at: datetime,
    level: int,
    indicators: Sequence[str],
    text: str,
    channel: Channel,
    at: datetime,
) -> ServiceReview:
    day = at.astimezone(TZ).date()
    window = pack().integer("review.window", day)
    if at > ended_at + timedelta(days=window):
        raise Refused(
            "reviews.window",
            f"办结超过 {window} 天，不再评价",
            remedy="有问题可以投诉",
            cites=_cites("review.window", at),
        )
    if level not in Level.values:
        raise Refused("reviews.level", "请选择评价的等级", field="level")
    offered = set(pack().parameter("review.indicators", day).value)
    made.indicators = [one for one in indicators if one in offered]
    made.text, made.level, made.channel, made.at = text.strip()[:TEXT_LIMIT], level, channel, at
    bad = level in pack().parameter("hall.review_bad", day).value
    if bad and not made.indicators and not made.text:
        raise Refused("reviews.why", "请选择或者写明哪里不满意", field="text", remedy="写清楚了才好核实和整改")
    made.person_id = actor.person_id if channel == Channel.MAP else None
    made.save()
    # Not under the project's code: what is read there is read by those reviewed.
    about = made.about
    what = {"matter": about.matter_id} if isinstance(about, MapItem) else {"track": about.track}
    record(actor, "reviews.give", made, at=at, data={**what, "level": level})
    if bad:
        _open_rectification(actor, made, at)
    return made


@action
def service_ended(
    *,
    actor: Actor,
    track: str,
    subject: models.Model,
    project: Project,
    name: str,
    page: PageRef,
    at: datetime,
    department_id: int | None = None,
    handler_id: int | None = None,
) -> TrackService:
    """A track says that it has served a project to the end; the unit is asked for a review. Said again it is the same
    service.

    Part of the track's own action, which has locked the project.
    """
    service, fresh = TrackService.objects.get_or_create(
        track=track,
        subject_kind=subject._meta.label_lower,
        subject_id=subject.pk,
        defaults={
            "project": project,
            "hall_id": project.hall_id,
            "department_id": department_id,
            "handler_id": handler_id,
            "name": name,
            "page": page.name,
            "page_args": page.args,
            "ended_at": at,
        },
    )
    if fresh:
        record(actor, "reviews.ask", service, at=at, project_code=project.code or "", data={"track": track})
        persons = _contacts(project, at)
        tell(
            "review_invited",
            at=at,
            persons=persons,
            page=PageRef("unit:service_review", service_id=service.pk),
            matter=name,
            link=link_to(service, Channel.LINK),
        )
    return service


def _contacts(project: Project, at: datetime) -> list[Person]:
    """Who filed the project, while they act for the unit; else everybody who does."""
    persons = persons_bound(project.unit_id, at.astimezone(TZ).date())
    return [person for person in persons if person.pk == project.filed_by_id] or persons


def _open_rectification(actor: Actor, review: ServiceReview, at: datetime) -> None:
    made = Rectification.objects.create(review=review, opened_at=at)
    work = _wait(actor, made, ReviewsWork.ASSIGN, "review.assign_limit", "supervisor", at)
    tell(
        "bad_review",
        at=at,
        persons=readers(work, at, StaffRole.SUPERVISOR),
        page=work.page_ref,
        matter=review.about.name,
        due=_due(work),
    )


def _wait(actor: Actor, made: Rectification, kind: ReviewsWork, limit: str, role: str, at: datetime) -> WorkItem:
    """Its clock. It names the matter and neither project nor unit: those reviewed must not learn who spoke."""
    day, review = at.astimezone(TZ).date(), made.review
    return open_item(
        actor=actor,
        kind=kind,
        about=About(
            made, f"差评：{review.about.name}", kind.label, PageRef("staff:service_review", review_id=review.pk)
        ),
        limits=Limits(pack().integer(limit, day)),
        rules_on=day,
        at=at,
        department_id=review.department_id if role == "approver" else None,
        hall_id=review.hall_id,
        role=role,
    )


def _due(work: WorkItem) -> str:
    return work.due_at.astimezone(TZ).strftime("%m月%d日 %H:%M") if work.due_at else ""


def _cites(parameter: str, at: datetime) -> list[str]:
    return pack().cite_texts(pack().parameter(parameter, at.astimezone(TZ).date()).cites)


def _take(actor: Actor, review_id: int, may: Rule, states: Sequence[str], version: int | None) -> Rectification:
    """The rectification locked below its project. Raises Forbidden, Stale, Refused in this order."""
    review = ServiceReview.objects.select_related(
        "application__item__project", "service__project", "department", "handler"
    ).get(pk=review_id)
    lock(review.about.project_id)
    made = Rectification.objects.select_for_update(no_key=True).filter(review=review).first()
    if not may(actor, review):
        raise forbid("这条评价不由您处理")
    if made is None:
        raise Refused("reviews.good", "不是差评，不用整改")
    made.review = review
    check_version(made, version)
    if made.state not in states:
        raise Refused(
            "reviews.state",
            f"这条差评现在是“{made.get_state_display()}”，不能这样办理",
            remedy="请刷新页面查看最新状态",
        )
    return made


def _save(actor: Actor, made: Rectification, state: str, kind: str, at: datetime, *fields: str) -> None:
    """Moves on: the clock it waited under is closed, the row keeps what was said."""
    work = open_of(made, kind)
    if work is not None:
        close(actor=actor, item=work, at=at, outcome=state)
    made.state = state
    save(made, "state", *fields)


def _need(text: str, field: str, message: str) -> str:
    if not text.strip():
        raise Refused(f"reviews.{field}", message, field=field)
    return text.strip()[:TEXT_LIMIT]


def _told(actor: Actor, verb: str, made: Rectification, at: datetime, why: str = "") -> None:
    record(actor, verb, made, at=at, why=why, data={"review": made.review_id, "state": made.state})


@action
def assign_bad_review(
    *, actor: Actor, review_id: int, instruction: str, at: datetime, version: int | None = None
) -> Rectification:
    """转办: the supervisor hands it to the department that was reviewed, with what to look into."""
    made = _take(actor, review_id, access.can_supervise, [S.NEW], version)
    made.instruction = _need(instruction, "instruction", "请写明请部门核实什么")
    _save(actor, made, S.ASSIGNED, ReviewsWork.ASSIGN, at, "instruction")
    _to_department(actor, made, at)
    _told(actor, "reviews.assign", made, at, made.instruction)
    return made


def _to_department(actor: Actor, made: Rectification, at: datetime) -> None:
    role = "approver" if made.review.department_id else "general_convener"
    work = _wait(actor, made, ReviewsWork.RECTIFY, "review.rectify_limit", role, at)
    roles = [] if made.review.department_id else [StaffRole.GENERAL_CONVENER]
    tell(
        "bad_review",
        at=at,
        persons=readers(work, at, *roles),
        page=work.page_ref,
        matter=made.review.about.name,
        due=_due(work),
    )


@action
def answer_bad_review(
    *, actor: Actor, review_id: int, finding: str, measures: str, answer: str, at: datetime, version: int | None = None
) -> Rectification:
    """核实整改: what was found, what was done about it, and the answer to the one who spoke."""
    made = _take(actor, review_id, access.can_rectify, [S.ASSIGNED], version)
    if finding not in Finding.values:
        raise Refused("reviews.finding", "请选择核实的结果", field="finding")
    made.finding, made.answer = finding, _need(answer, "answer", "请写明给评价人的答复")
    made.measures = (
        _need(measures, "measures", "请写明整改的措施") if finding != Finding.UNTRUE else measures.strip()[:TEXT_LIMIT]
    )
    _save(actor, made, S.ANSWERED, ReviewsWork.RECTIFY, at, "finding", "measures", "answer")
    _wait(actor, made, ReviewsWork.CHECK, "review.check_limit", "supervisor", at)
    _told(actor, "reviews.answer", made, at, made.answer)
    return made


@action
def appeal_bad_review(
    *, actor: Actor, review_id: int, why: str, at: datetime, version: int | None = None
) -> Rectification:
    """A review given by mistake or untrue: the department says why it should not count, once."""
    made = _take(actor, review_id, access.can_rectify, [S.ASSIGNED], version)
    if made.appeal:
        raise Refused("reviews.appeal_once", "已经申诉过，不能再次申诉", remedy="请核实整改并答复")
    made.appeal = _need(why, "why", "请写明为什么不应计为差评")
    _save(actor, made, S.APPEALED, ReviewsWork.RECTIFY, at, "appeal")
    _wait(actor, made, ReviewsWork.CHECK, "review.check_limit", "supervisor", at)
    _told(actor, "reviews.appeal", made, at, made.appeal)
    return made


@action
def decide_appeal(
    *, actor: Actor, review_id: int, upheld: bool, answer: str, at: datetime, version: int | None = None
) -> Rectification:
    """Upheld: the review stays on record and counts no points. Else the department goes on where it stood."""
    made = _take(actor, review_id, access.can_supervise, [S.APPEALED], version)
    made.appeal_answer = _need(answer, "answer", "请写明复核的理由")
    if upheld:
        made.closed_at = at
        _save(actor, made, S.SET_ASIDE, ReviewsWork.CHECK, at, "appeal_answer", "closed_at")
    else:
        _save(actor, made, S.ASSIGNED, ReviewsWork.CHECK, at, "appeal_answer")
        _to_department(actor, made, at)
    _told(actor, "reviews.decide_appeal", made, at, made.appeal_answer)
    return made


@action
def check_answer(
    *, actor: Actor, review_id: int, approved: bool, at: datetime, why: str = "", version: int | None = None
) -> Rectification:
    """差评反馈内容的规范性审核: the supervisor lets the answer go out, or sends it back with what to mend."""
    made = _take(actor, review_id, access.can_supervise, [S.ANSWERED], version)
    if approved:
        _save(actor, made, S.CHECKED, ReviewsWork.CHECK, at)
        _wait(actor, made, ReviewsWork.CALL_BACK, "review.call_back_limit", "supervisor", at)
        _tell_giver(made, at)
    else:
        made.returned, made.returned_why = made.returned + 1, _need(why, "why", "请写明答复要怎样修改")
        _save(actor, made, S.ASSIGNED, ReviewsWork.CHECK, at, "returned", "returned_why")
        _to_department(actor, made, at)
    _told(actor, "reviews.check", made, at, why)
    return made


def _tell_giver(made: Rectification, at: datetime) -> None:
    """The answer goes to the person who spoke, else to the unit."""
    person, page = made.review.person, made.review.page
    tell(
        "review_answered",
        at=at,
        persons=[person] if person is not None else (),
        unit_id=made.review.about.project.unit_id if person is None else None,
        page=page,
        matter=made.review.about.name,
        answer=made.answer[:200],
    )


@action
def close_bad_review(
    *, actor: Actor, review_id: int, call_back: str, note: str, at: datetime, version: int | None = None
) -> Rectification:
    """回访 and the end; who is still not satisfied is told of the other ways, and that is on record."""
    made = _take(actor, review_id, access.can_supervise, [S.CHECKED], version)
    if call_back not in CallBack.values:
        raise Refused("reviews.call_back", "请选择回访的结果", field="call_back")
    made.call_back, made.call_back_note, made.closed_at = call_back, _need(note, "note", "请写明回访的情况"), at
    _save(actor, made, S.CLOSED, ReviewsWork.CALL_BACK, at, "call_back", "call_back_note", "closed_at")
    _told(actor, "reviews.close", made, at, note)
    return made
