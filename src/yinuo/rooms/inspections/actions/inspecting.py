"""The inspection itself: recorded on site, signed by all who were there,
answered by the company, put right, published.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from yinuo.core.calendar import TZ
from yinuo.core.grades import UNRATED, allows
from yinuo.core.wording import moment_words
from yinuo.engine.base import NO_ROW, Actor, Refused, check_version, forbid, save
from yinuo.engine.documents.attachments import AttachedFile, attach_files
from yinuo.engine.documents.models import FileRole
from yinuo.engine.notices.actions import tell
from yinuo.engine.rules import pack
from yinuo.engine.trail.actions import action, record
from yinuo.engine.work.actions import Limits, close, open_item, open_of
from yinuo.engine.work.clocks import calendar
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.credit import actions as credit
from yinuo.rooms.credit.models import CreditHead, PointProposal
from yinuo.rooms.inspections import access, pools
from yinuo.rooms.inspections.actions.common import (
    cites,
    day_of,
    departments_of,
    evidence_of,
    locked_inspection,
    members_of,
    need_state,
    need_text,
    page_of,
    unit_page_of,
)
from yinuo.rooms.inspections.models import (
    Answer,
    Check,
    InspectionState,
    Interview,
    Member,
    Outcome,
    RandomInspection,
    Signature,
    Statement,
    StatementKind,
    Visit,
)
from yinuo.rooms.inspections.questions import Question, last_visit, questions_of
from yinuo.rooms.inspections.room import InspectionsWork
from yinuo.rooms.onemap.reach import need_files_in_reach
from yinuo.rooms.projects.actions.filing import about

S = InspectionState
VISITING = (S.WAITING, S.RECTIFYING, S.REINSPECTION)
FAULTY = (Outcome.CORRECTED, Outcome.RECTIFY, Outcome.PENALTY)
POINTS = ("act", "commitment_broken")


def _take(
    actor: Actor, inspection_id: int, states: Sequence[str], version: int | None
) -> tuple[RandomInspection, list[Member]]:
    """The inspection for one of those who inspect it. Raises Forbidden, Stale, Refused in this order."""
    inspection = locked_inspection(inspection_id)
    members = members_of(inspection)
    if not access.can_inspect(actor, [member.inspector.person_id for member in members]):
        raise forbid("只有抽中的检查人员可以记录、签名")
    check_version(inspection, version)
    need_state(inspection, states)
    return inspection, members


@action
def record_visit(
    *,
    actor: Actor,
    inspection_id: int,
    on: date,
    answers: Mapping[str, Mapping[str, str]],
    outcome: str,
    summary: str,
    at: datetime,
    rectify_days: int | None = None,
    files: Sequence[int] = (),
    version: int | None = None,
) -> Visit:
    """One inspector writes down what was found, and signs it with that; `answers`: question key → {answer, note}.

    It counts once the others have signed too. A fault needs words, a term needs its days, and the outcome fits the
    answers.
    """
    inspection, _ = _take(actor, inspection_id, VISITING, version)
    if on > day_of(at) or on < day_of(inspection.plan.drawn_at or at):
        raise Refused("inspections.on", "检查日期应在抽取之日到今天之间", field="on")
    checks = _checks(questions_of(inspection), answers)
    _need_fitting(outcome, checks, rectify_days, at)
    visit = Visit.objects.create(
        inspection=inspection,
        round=inspection.visits.count() + 1,
        on=on,
        outcome=outcome,
        summary=need_text(summary, "summary", "请写明检查的情况"),
        rectify_days=rectify_days if outcome == Outcome.RECTIFY else None,
        recorded_by_id=actor.required_person_id,
        recorded_at=at,
    )
    attach_files(visit, FileRole.EVIDENCE, evidence_of(files, None))
    for check in checks:
        check.visit = visit
    Check.objects.bulk_create(checks)
    inspection.state = S.RECORDED
    save(inspection, "state")
    record(
        actor,
        "inspections.record_visit",
        inspection,
        at=at,
        project_code=inspection.project.code or "",
        why=visit.summary,
        data={"round": visit.round, "outcome": outcome, "faults": sum(check.answer == Answer.NO for check in checks)},
    )
    _sign(actor, inspection, visit, at)
    return visit


def _checks(questions: Sequence[Question], answers: Mapping[str, Mapping[str, str]]) -> list[Check]:
    """Every question answered. Raises Refused naming each one that is not, and each fault without words."""
    errors: dict[str, str] = {}
    made = []
    for question in questions:
        given = answers.get(question.key, {})
        answer, note = given.get("answer", ""), given.get("note", "").strip()[:1000]
        if answer not in Answer.values:
            errors[question.key] = "请选择符合、不符合或者不涉及"
        elif answer == Answer.NO and not note:
            errors[question.key] = "不符合的，请写明情况"
        made.append(
            Check(
                key=question.key,
                text=question.text,
                standard=question.standard,
                commitment=question.commitment,
                answer=answer,
                note=note,
            )
        )
    if errors:
        raise Refused("inspections.answers", f"还有 {len(errors)} 项没有填好", errors=errors, remedy="请逐项填写")
    return made


def _need_fitting(outcome: str, checks: Sequence[Check], rectify_days: int | None, at: datetime) -> None:
    if outcome not in Outcome.values:
        raise Refused("inspections.outcome", "请选择检查结果", field="outcome")
    faults = sum(check.answer == Answer.NO for check in checks)
    if faults and outcome == Outcome.CLEAR:
        raise Refused(
            "inspections.outcome", f"有 {faults} 项不符合，不能写“未发现问题”", field="outcome", remedy="请核对逐项结论"
        )
    if not faults and outcome != Outcome.CLEAR:
        raise Refused(
            "inspections.outcome", "没有不符合的项，结果应为“未发现问题”", field="outcome", remedy="请核对逐项结论"
        )
    longest = pack().integer("inspection.rectify_longest", day_of(at))
    if outcome == Outcome.RECTIFY and (rectify_days is None or not 1 <= rectify_days <= longest):
        raise Refused(
            "inspections.rectify_days",
            f"改正的期限应为 1 至 {longest} 个工作日",
            field="rectify_days",
            cites=cites("inspection.rectify_longest", day_of(at)),
        )


@action
def sign_visit(*, actor: Actor, inspection_id: int, at: datetime, version: int | None = None) -> Visit:
    """Another inspector stands by what was written; signed again it stays. The last signature makes it count."""
    inspection = locked_inspection(inspection_id)
    members = members_of(inspection)
    if not access.can_inspect(actor, [member.inspector.person_id for member in members]):
        raise forbid("只有抽中的检查人员可以记录、签名")
    visit = inspection.visits.order_by("-round").first()
    if visit is not None and visit.signatures.filter(person_id=actor.person_id or NO_ROW).exists():
        return visit
    check_version(inspection, version)
    need_state(inspection, [S.RECORDED])
    assert visit is not None, "what is recorded has a visit"
    _sign(actor, inspection, visit, at)
    return visit


def _sign(actor: Actor, inspection: RandomInspection, visit: Visit, at: datetime) -> None:
    Signature.objects.create(visit=visit, person_id=actor.required_person_id, at=at)
    code = inspection.project.code or ""
    record(actor, "inspections.sign_visit", inspection, at=at, project_code=code, data={"round": visit.round})
    signed = set(visit.signatures.values_list("person_id", flat=True))
    if all(member.inspector.person_id in signed for member in members_of(inspection)):
        _count(actor, inspection, visit, at)


def _count(actor: Actor, inspection: RandomInspection, visit: Visit, at: datetime) -> None:
    """Everybody has signed: the outcome holds, and what follows from it begins."""
    visit.signed_at = at
    visit.save(update_fields=["signed_at"])
    first = not inspection.first_outcome
    inspection.outcome = visit.outcome
    if first:
        inspection.first_outcome, inspection.inspected_at = visit.outcome, at
    _end(
        actor,
        inspection,
        [InspectionsWork.INSPECTION, InspectionsWork.RECTIFY, InspectionsWork.REVISIT],
        at,
        visit.outcome,
    )
    if visit.outcome == Outcome.RECTIFY:
        _rectify(actor, inspection, visit, at)
    else:
        inspection.state, inspection.concluded_at, inspection.rectify_until = S.CONCLUDED, at, None
    save(inspection, "state", "outcome", "first_outcome", "inspected_at", "concluded_at", "rectify_until")
    if first:
        _open_publication(actor, inspection, at)
    record(
        actor,
        "inspections.conclude_visit",
        inspection,
        at=at,
        project_code=inspection.project.code or "",
        data={
            "number": inspection.plan.number,
            "code": inspection.project.code,
            "outcome": visit.outcome,
            "round": visit.round,
        },
        chain="inspection.result",
        issuer_id=inspection.plan.lead_id,
    )


def _rectify(actor: Actor, inspection: RandomInspection, visit: Visit, at: datetime) -> None:
    days = calendar()
    term = visit.rectify_days or 0
    inspection.state = S.RECTIFYING
    inspection.rectify_until = days.closing(days.add_working_days(day_of(at), term))
    open_item(
        actor=actor,
        kind=InspectionsWork.RECTIFY,
        about=about(
            inspection, inspection.project, "检查问题改正", page_of(inspection), unit_page=unit_page_of(inspection)
        ),
        limits=Limits(term),
        rules_on=day_of(at),
        at=at,
        department_id=inspection.plan.lead_id,
        hall_id=inspection.plan.hall_id,
        waits_for="unit",
    )
    tell(
        "inspection_rectify",
        at=at,
        unit_id=inspection.project.unit_id,
        project_code=inspection.project.code or "",
        page=unit_page_of(inspection),
        project=inspection.project.name,
        until=moment_words(inspection.rectify_until.astimezone(TZ)),
    )


def _open_publication(actor: Actor, inspection: RandomInspection, at: datetime) -> None:
    open_item(
        actor=actor,
        kind=InspectionsWork.PUBLISH,
        about=about(inspection, inspection.project, "双随机检查结果公示", page_of(inspection)),
        limits=Limits(pack().integer("inspection.publish_limit", day_of(at))),
        rules_on=day_of(at),
        at=at,
        department_id=inspection.plan.lead_id,
        hall_id=inspection.plan.hall_id,
    )


def _end(actor: Actor, inspection: RandomInspection, kinds: Sequence[str], at: datetime, outcome: str) -> None:
    rows = WorkItem.objects.select_for_update(no_key=True).filter(
        subject_kind=inspection._meta.label_lower,
        subject_id=inspection.pk,
        kind__in=kinds,
        state__in=["running", "paused"],
    )
    for work in rows.order_by("id"):
        close(actor=actor, item=work, at=at, outcome=outcome)


@action
def return_visit(
    *, actor: Actor, inspection_id: int, why: str, at: datetime, version: int | None = None
) -> RandomInspection:
    """An inspector who does not stand by it sends it back; it stays on record and counts for nothing, and the visit is
    written anew.

    One written before the unit has reported leaves it its term: it still reports what it has put right.
    """
    inspection, _ = _take(actor, inspection_id, [S.RECORDED], version)
    visit = inspection.visits.order_by("-round").first()
    assert visit is not None, "what is recorded has a visit"
    visit.returned_why = need_text(why, "why", "请写明哪里不符合实际", 1000)
    visit.save(update_fields=["returned_why"])
    if not inspection.first_outcome:
        inspection.state = S.WAITING
    else:
        inspection.state = S.RECTIFYING if open_of(inspection, InspectionsWork.RECTIFY) else S.REINSPECTION
    save(inspection, "state")
    code = inspection.project.code or ""
    record(
        actor,
        "inspections.return_visit",
        inspection,
        at=at,
        project_code=code,
        why=visit.returned_why,
        data={"round": visit.round},
    )
    return inspection


@action
def state_opinion(*, actor: Actor, inspection_id: int, text: str, at: datetime, files: Sequence[int] = ()) -> Statement:
    """陈述意见: what the unit says to what was found, as often as it wants; who publishes reads it before.

    The same words and files again of the same visit are the same statement: a form sent twice.
    """
    inspection = locked_inspection(inspection_id)
    if not access.can_answer(actor, inspection):
        raise forbid("只有被检查的项目单位可以陈述意见")
    found = last_visit(inspection)
    if found is None:
        raise Refused("inspections.no_visit", "还没有检查，没有可以陈述的内容", remedy="检查人员签齐名以后再提交")
    text, evidence = need_text(text, "text", "请写明您的意见"), evidence_of(files, inspection.project.unit_id)
    need_files_in_reach(actor, files)
    last = inspection.statements.filter(at__gte=found.signed_at).order_by("-id").first()
    if last is not None and (last.text, last.person_id, _contents(last.evidence)) == (
        text,
        actor.person_id,
        _contents(evidence),
    ):
        return last
    return _state(actor, inspection, StatementKind.OPINION, text, evidence, at)


def _contents(evidence: Sequence[AttachedFile]) -> list[tuple[str, str]]:
    """A file sent again is stored anew, with the same name and content."""
    return [(one.name, one.sha256) for one in evidence]


@action
def report_rectified(
    *, actor: Actor, inspection_id: int, text: str, at: datetime, files: Sequence[int] = (), version: int | None = None
) -> Statement:
    """改正情况报告: the inspectors come again within their term."""
    inspection = locked_inspection(inspection_id)
    if not access.can_answer(actor, inspection):
        raise forbid("只有被检查的项目单位可以报告改正情况")
    check_version(inspection, version)
    need_state(inspection, [S.RECTIFYING])
    text, evidence = need_text(text, "text", "请写明怎样改正的"), evidence_of(files, inspection.project.unit_id)
    need_files_in_reach(actor, files)
    made = _state(actor, inspection, StatementKind.RECTIFIED, text, evidence, at)
    _end(actor, inspection, [InspectionsWork.RECTIFY], at, "reported")
    inspection.state = S.REINSPECTION
    save(inspection, "state")
    work = None
    for department_id in departments_of(inspection.plan):
        work = open_item(
            actor=actor,
            kind=InspectionsWork.REVISIT,
            about=about(inspection, inspection.project, "双随机检查复查", page_of(inspection)),
            limits=Limits(pack().integer("inspection.reinspect_limit", day_of(at))),
            rules_on=day_of(at),
            at=at,
            department_id=department_id,
            hall_id=inspection.plan.hall_id,
        )
    tell(
        "inspection_rectified",
        at=at,
        persons=[member.inspector.person for member in members_of(inspection)],
        page=page_of(inspection),
        project=inspection.project.name,
        due=f"{work.due_at.astimezone(TZ):%m月%d日}" if work and work.due_at else "",
    )
    return made


def _state(
    actor: Actor,
    inspection: RandomInspection,
    kind: StatementKind,
    text: str,
    evidence: Sequence[AttachedFile],
    at: datetime,
) -> Statement:
    made = Statement.objects.create(
        inspection=inspection, kind=kind, text=text, person_id=actor.required_person_id, at=at
    )
    attach_files(made, FileRole.EVIDENCE, evidence)
    verb = "state_opinion" if kind == StatementKind.OPINION else "report_rectified"
    record(actor, f"inspections.{verb}", inspection, at=at, project_code=inspection.project.code or "", why=text)
    return made


@action
def publish_result(*, actor: Actor, inspection_id: int, at: datetime, version: int | None = None) -> RandomInspection:
    """公示: from here on everybody reads the outcome, and every later one. Published again nothing happens."""
    inspection = locked_inspection(inspection_id)
    if not access.can_see_to(actor, departments_of(inspection.plan)):
        raise forbid("检查结果由参加检查的部门公示")
    if inspection.published_at is not None:
        return inspection
    check_version(inspection, version)
    if not inspection.outcome:
        raise Refused(
            "inspections.no_result", "检查人员还没有全部签名，没有可以公示的结果", remedy="请先完成检查记录和签名"
        )
    inspection.published_at = at
    save(inspection, "published_at")
    _end(actor, inspection, [InspectionsWork.PUBLISH], at, "published")
    code = inspection.project.code or ""
    tell(
        "inspection_published",
        at=at,
        unit_id=inspection.project.unit_id,
        project_code=code,
        page=unit_page_of(inspection),
        project=inspection.project.name,
        outcome=inspection.get_outcome_display(),
    )
    record(
        actor, "inspections.publish_result", inspection, at=at, project_code=code, data={"outcome": inspection.outcome}
    )
    return inspection


@action
def propose_points(
    *,
    actor: Actor,
    inspection_id: int,
    type: str,
    data: Mapping[str, Any],
    basis: str,
    at: datetime,
    check_id: int | None = None,
) -> PointProposal:
    """Points for what the inspection established, laid before the three who move them (credit): once for each fault and
    kind.

    `check_id`: the fault it is about; its promise's field goes with it. Evidence is that of the visit.
    """
    inspection = locked_inspection(inspection_id)
    if not access.can_see_to(actor, departments_of(inspection.plan)):
        raise forbid("加减分由参加检查的部门提出")
    if type not in POINTS:
        raise Refused("inspections.type", "请选择扣分的情形", field="type")
    visit = inspection.visits.filter(signed_at__isnull=False, outcome__in=FAULTY).order_by("-round").first()
    if visit is None:
        raise Refused("inspections.no_fault", "检查没有查出问题，不能据此扣分", remedy="请先完成检查记录和签名")
    check = Check.objects.filter(
        pk=check_id or NO_ROW, visit__inspection=inspection, visit__signed_at__isnull=False, answer=Answer.NO
    ).first()
    if check_id is not None and check is None:
        raise Refused("inspections.check", "请选择查出的问题", field="check_id")
    if type == "commitment_broken" and (check is None or check.commitment_id is None):
        raise Refused(
            "inspections.check", "违背承诺的扣分，须指明是哪一项承诺", field="check_id", remedy="请选择承诺书带出的一项"
        )
    if type == "commitment_broken" and check is not None and check.commitment is not None and check.commitment.field:
        data = {"field": check.commitment.field}
    return credit.propose_points(
        actor=actor,
        unit_id=inspection.project.unit_id,
        project_id=inspection.project_id,
        project_code=inspection.project.code or "",
        type=type,
        on=visit.on,
        data=data,
        basis=basis,
        shown=visit.evidence,
        source=("inspections.check", check.pk) if check else ("inspections.randominspection", inspection.pk),
        at=at,
    )


@action
def record_interview(
    *,
    actor: Actor,
    inspection_id: int,
    on: date,
    attendees: str,
    content: str,
    demands: str,
    at: datetime,
    files: Sequence[int] = (),
) -> Interview:
    """约谈 (附件2·第二十三条(三)): of units of the poor class.

    The same day, persons and words again are the same interview.
    """
    inspection = locked_inspection(inspection_id)
    if not access.can_see_to(actor, departments_of(inspection.plan)):
        raise forbid("约谈由参加检查的部门记录")
    day = day_of(at)
    if not may_be_interviewed(inspection.project.unit_id, day):
        raise Refused("inspections.not_poor", "只约谈差等次的企业", remedy="其他企业可以在检查记录里写明提醒的内容")
    if on > day:
        raise Refused("inspections.on", "约谈日期不能晚于今天", field="on")
    values = {
        "attendees": need_text(attendees, "attendees", "请写明参加约谈的人员", 400),
        "content": need_text(content, "content", "请写明约谈的内容"),
        "demands": need_text(demands, "demands", "请写明对企业的要求"),
    }
    known = inspection.interviews.filter(on=on, **values).first()
    if known is not None:
        return known
    made = Interview.objects.create(inspection=inspection, on=on, by_id=actor.required_person_id, at=at, **values)
    attach_files(made, FileRole.EVIDENCE, evidence_of(files, None))
    record(
        actor,
        "inspections.record_interview",
        inspection,
        at=at,
        project_code=inspection.project.code or "",
        why=made.demands,
        data={"on": on},
    )
    return made


def may_be_interviewed(unit_id: int, day: date) -> bool:
    """Whether the measures of the unit's class name 约谈 (附件2·第二十三条(三))."""
    head = CreditHead.objects.filter(pk=unit_id).first()
    grade = UNRATED if head is None else (pools.LOWEST_GRADE if head.provincial_d else head.grade)
    return allows("interview", grade, pack(), day) is not None
