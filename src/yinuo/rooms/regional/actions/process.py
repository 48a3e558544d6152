"""From asking the departments to the approved report, in the order of 附件3·三(一): asked, commissioned, reported,
submitted, approved.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction

from yinuo.core.codes import CodeError, check_credit_code
from yinuo.core.dated import RuleError
from yinuo.core.findings import condition
from yinuo.core.regional import ConditionError, Conditions, assessable
from yinuo.engine.base import Actor, Refused, forbid, save
from yinuo.engine.catalogue.models import RegionalResult, Zone
from yinuo.engine.documents.models import StoredFile
from yinuo.engine.notices.actions import tell
from yinuo.engine.people.models import Department
from yinuo.engine.rules import pack
from yinuo.engine.trail.actions import action, answered, claim, record, remember
from yinuo.engine.work.actions import Limits, close, open_of
from yinuo.engine.work.models import WorkItem, WorkState
from yinuo.rooms.regional import access
from yinuo.rooms.regional.actions.common import (
    ask,
    body,
    day_of,
    due_words,
    name_of,
    need_text,
    office,
    page_of,
    take,
)
from yinuo.rooms.regional.models import (
    AssessmentState,
    FeeEntry,
    FeeKind,
    Opinion,
    Payer,
    RegionalAssessment,
)
from yinuo.rooms.regional.room import RegionalWork

OPEN = (AssessmentState.CONSULTING, AssessmentState.COMMISSIONED, AssessmentState.REPORTED, AssessmentState.SUBMITTED)
ENDABLE = (*OPEN, AssessmentState.RETURNED, AssessmentState.APPROVED)
DAYS_OF_YEAR = 366


@action
def begin_assessment(
    *,
    actor: Actor,
    zone_id: int,
    matter_id: str,
    requirements: str,
    departments: Sequence[int],
    at: datetime,
    idempotency_key: str = "",
) -> RegionalAssessment:
    """The zone's body sets out what is to be assessed and asks the departments; the matter's own is always among them.

    Raises Refused with the clause for a matter part three of the list or the catalogue keeps out of regional
    assessment.
    """
    claimed = claim(
        actor,
        idempotency_key,
        "regional.begin_assessment",
        [zone_id, matter_id, requirements, list(departments)],
        at=at,
    )
    if (known := answered(claimed)) is not None:
        return RegionalAssessment.objects.get(pk=known)
    zone = Zone.objects.select_for_update(no_key=True, of=("self",)).select_related("body").get(pk=zone_id)
    if not access.can_run(actor, zone):
        raise forbid("只有特殊功能区的主体单位可以组织区域评估")
    day = day_of(at)
    if day < zone.from_on or (zone.to_on is not None and zone.to_on <= day):
        raise Refused("regional.zone_closed", f"{zone.name}已经撤销或者还没有设立", field="zone_id")
    decision = need_assessable(matter_id, day)
    requirements = need_text(requirements, "requirements", "请写明评估评审的内容和具体要求")
    own = Department.objects.get(hall_id=zone.hall_id, key=pack().matters[matter_id].department)
    asked = {
        own.pk: own,
        **{row.pk: row for row in Department.objects.filter(hall_id=zone.hall_id, pk__in=departments)},
    }
    if unknown := set(departments) - asked.keys():
        raise Refused("regional.departments", f"没有编号为 {min(unknown)} 的部门", field="departments")
    standing = RegionalResult.objects.filter(
        zone=zone, matter_id=matter_id, withdrawn_at__isnull=True, superseded_at__isnull=True
    ).first()
    try:
        with transaction.atomic():
            made = RegionalAssessment.objects.create(
                zone=zone,
                matter_id=matter_id,
                department=own,
                requirements=requirements,
                replaces=standing,
                begun_at=at,
                begun_by_id=actor.required_person_id,
            )
    except IntegrityError as error:
        raise Refused(
            "regional.twice", "这个事项已有一项区域评估正在进行", field="matter_id", remedy="请在原来的评估上继续办理"
        ) from error
    for row in sorted(asked.values(), key=lambda department: department.pk):
        _ask_opinion(actor, made, row, at)
    data = {"zone": zone.key, "matter": matter_id, "departments": sorted(asked)}
    record(actor, "regional.begin_assessment", made, at=at, decision=decision, data=data)
    remember(claimed, made)
    return made


def need_assessable(matter_id: str, day: date) -> Any:
    """Raises Refused with the row or the choice that keeps the matter out."""
    if matter_id not in pack().matters:
        raise Refused("regional.matter", "没有这个审批事项", field="matter_id")
    try:
        decision = assessable(matter_id, pack(), day)
    except RuleError as error:
        raise Refused("regional.matter", "这个审批事项现在没有公布", field="matter_id") from error
    if not decision.outcome["assessable"]:
        listed = any(step.rule.startswith("negative.") for step in decision.trace)
        raise Refused(
            "regional.listed" if listed else "regional.not_taken_in",
            f"“{pack().matters[matter_id].full_name}”不能作区域评估：{decision.trace[0].text}",
            field="matter_id",
            remedy="由单个项目依法办理" if listed else "请先由审批部门确定纳入区域评估范围",
            cites=pack().cite_texts(decision.cites),
        )
    return decision


def _ask_opinion(actor: Actor, assessment: RegionalAssessment, department: Department, at: datetime) -> None:
    opinion = Opinion.objects.create(assessment=assessment, department=department, asked_at=at)
    limits = Limits(pack().integer("regional.opinion_limit", day_of(at)))
    work = ask(
        actor, opinion, assessment, f"征求意见：{name_of(assessment)}区域评估", limits, at, department=department
    )
    tell(
        "regional_opinion_due",
        at=at,
        persons=office(department, day_of(at)),
        page=page_of(assessment),
        zone=assessment.zone.name,
        matter=name_of(assessment),
        due=due_words(work),
    )


@action
def give_opinion(*, actor: Actor, opinion_id: int, text: str, at: datetime) -> Opinion:
    """A department's opinion on what is to be assessed and how; late ones are taken while the institution is not
    commissioned.
    """
    assessment_id = Opinion.objects.values_list("assessment_id", flat=True).get(pk=opinion_id)
    assessment = (
        RegionalAssessment.objects.select_for_update(no_key=True, of=("self",))
        .select_related("zone")
        .get(pk=assessment_id)
    )
    opinion = Opinion.objects.select_for_update(no_key=True).get(pk=opinion_id)
    if not access.can_answer(actor, opinion):
        raise forbid("只能提出本部门的意见")
    if assessment.state != AssessmentState.CONSULTING:
        raise Refused("regional.state", "已经委托评估，不再征求意见", remedy="有意见的请直接与主体单位联系")
    if opinion.answered_at is not None:
        raise Refused("regional.answered", "本部门的意见已经提出过了", remedy="请刷新页面查看")
    opinion.text = need_text(text, "text", "请写明意见；没有意见的写“无意见”")
    opinion.answered_at, opinion.answered_by_id = at, actor.person_id
    opinion.save(update_fields=["text", "answered_at", "answered_by"])
    work = open_of(opinion, RegionalWork.APPROVAL)
    if work is not None:
        close(actor=actor, item=work, at=at, outcome="answered")
    record(actor, "regional.give_opinion", opinion, at=at, why=opinion.text, data={"assessment": assessment.pk})
    return opinion


@action
def commission_assessment(
    *,
    actor: Actor,
    assessment_id: int,
    institution: str,
    institution_code: str,
    qualification: str,
    payer: str,
    cost: Decimal,
    share: Decimal,
    at: datetime,
    version: int | None = None,
) -> RegionalAssessment:
    """按程序委托具备相应资质的机构, once the departments have been heard or their term is over; finance pays
    (附件3·三(四)).
    """
    found = take(actor, assessment_id, access.can_run, [AssessmentState.CONSULTING], version)
    _need_heard(found, at)
    found.institution = need_text(institution, "institution", "请填写评估机构的名称")
    found.qualification = need_text(qualification, "qualification", "请填写评估机构的资质：只能委托具备相应资质的机构")
    try:
        check_credit_code(institution_code)
    except CodeError as error:
        raise Refused(
            "regional.institution_code", f"评估机构的统一社会信用代码有误：{error.reason}", field="institution_code"
        ) from error
    if payer not in Payer.values:
        raise Refused("regional.payer", "请选择费用由谁负担", field="payer")
    for field, amount in (("cost", cost), ("share", share)):
        if not amount.is_finite() or amount < 0 or amount != amount.quantize(Decimal("0.01")):
            raise Refused(f"regional.{field}", "金额应为不小于 0、最多两位小数的数字（元）", field=field)
    if share > cost or (payer == Payer.DEPARTMENT and share):
        raise Refused(
            "regional.share",
            "每个项目应返还的金额不能超过评估费用；财政负担的没有应返还的金额",
            field="share",
            remedy="财政负担的请填 0",
        )
    found.institution_code, found.payer, found.cost, found.share = institution_code, payer, cost, share
    found.state, found.commissioned_at = AssessmentState.COMMISSIONED, at
    save(
        found,
        *("institution", "institution_code", "qualification", "payer", "cost", "share", "state", "commissioned_at"),
    )
    kind = FeeKind.BORNE if payer == Payer.DEPARTMENT else FeeKind.ADVANCED
    FeeEntry.objects.create(assessment=found, kind=kind, payer=payer, amount=cost, by_id=actor.person_id, at=at)
    record(
        actor,
        "regional.commission_assessment",
        found,
        at=at,
        data={"institution": institution, "payer": payer, "cost": cost},
    )
    return found


def _need_heard(assessment: RegionalAssessment, at: datetime) -> None:
    """Raises Refused while a department still has time to answer;
    who was silent until its term is over has no opinion.
    """
    waiting = [
        row for row in assessment.opinions.select_related("department").order_by("id") if row.answered_at is None
    ]
    works = {
        work.subject_id: work
        for work in WorkItem.objects.select_for_update(no_key=True).filter(
            subject_kind=Opinion._meta.label_lower,
            subject_id__in=[row.pk for row in waiting],
            kind=RegionalWork.APPROVAL,
            state=WorkState.RUNNING,
        )
    }
    in_time = [row for row in waiting if row.pk in works and (due := works[row.pk].due_at) is not None and at <= due]
    if in_time:
        names = "、".join(row.department.short_name for row in in_time)
        raise Refused("regional.opinions", f"{names}还没有提出意见", remedy="请等意见齐备；逾期没有答复的视为没有意见")
    for row in waiting:
        if row.pk in works:
            close(actor=Actor.system(), item=works[row.pk], at=at, outcome="lapsed")
        row.lapsed = True
        row.save(update_fields=["lapsed"])


@action
def record_report(
    *,
    actor: Actor,
    assessment_id: int,
    title: str,
    report_number: str,
    report_on: date,
    file_id: int,
    scope: str,
    conditions: dict[str, Any],
    obligations: Sequence[str],
    from_on: date,
    to_on: date,
    at: datetime,
    version: int | None = None,
) -> RegionalAssessment:
    """The institution's report with its range, conditions and validity; written anew after it was returned.

    Shape of `conditions`: core.regional.Conditions. `to_on` is the first day it no longer holds.
    """
    states = (AssessmentState.COMMISSIONED, AssessmentState.REPORTED, AssessmentState.RETURNED)
    found = take(actor, assessment_id, access.can_run, states, version)
    found.title = need_text(title, "title", "请填写报告名称")
    found.report_number = need_text(report_number, "report_number", "请填写报告编号")
    found.scope = need_text(scope, "scope", "请写明适用范围")
    found.conditions = checked(conditions, day_of(at)).to_json()
    found.obligations = [line.strip() for line in obligations if line.strip()]
    _need_span(report_on, from_on, to_on, at)
    file = StoredFile.objects.defer("content").filter(pk=file_id, unit_id__isnull=True).first()
    if file is None or file.by_id != actor.person_id:
        raise Refused("regional.file", "请上传评估评审报告", field="file_id")
    if file.content_type != "application/pdf":
        raise Refused("regional.file", "评估评审报告要向社会公开，请上传 PDF 文件", field="file_id")
    found.report_file, found.report_on, found.from_on, found.to_on = file, report_on, from_on, to_on
    found.state = AssessmentState.REPORTED
    save(
        found,
        *(
            "title",
            "report_number",
            "report_on",
            "report_file",
            "scope",
            "conditions",
            "obligations",
            "from_on",
            "to_on",
            "state",
        ),
    )
    record(actor, "regional.record_report", found, at=at, data={"number": report_number, "sha256": file.sha256})
    return found


def checked(conditions: dict[str, Any], day: date) -> Conditions:
    """The conditions as core reads them, each excluded kind known to the pack. Raises Refused."""
    try:
        found = Conditions.from_json(conditions, pack().facts)
        for row in found.excluded:
            condition(row.predicate, pack(), day)
    except ConditionError as error:
        raise Refused("regional.conditions", str(error), field="conditions") from error
    except RuleError as error:
        raise Refused("regional.conditions", "不适用的情形要从规则包的条件里选", field="conditions") from error
    return found


def _need_span(report_on: date, from_on: date, to_on: date, at: datetime) -> None:
    if report_on > day_of(at):
        raise Refused("regional.report_on", "报告日期不能晚于今天", field="report_on")
    if to_on <= from_on or to_on <= day_of(at):
        raise Refused("regional.to_on", "失效日期应晚于生效日期和今天", field="to_on")
    years = pack().integer("regional.longest_years", day_of(at))
    if to_on > from_on + timedelta(days=years * DAYS_OF_YEAR):
        raise Refused(
            "regional.to_on",
            f"一次最长有效 {years} 年",
            field="to_on",
            remedy="期满前更新评估",
            cites=pack().cite_texts(pack().parameter("regional.longest_years", day_of(at)).cites),
        )


@action
def submit_assessment(
    *, actor: Actor, assessment_id: int, at: datetime, version: int | None = None
) -> RegionalAssessment:
    """报相关部门审查审批: the department of the matter takes it from here, with its clock."""
    found = take(actor, assessment_id, access.can_run, [AssessmentState.REPORTED], version)
    need_assessable(found.matter_id, day_of(at))
    found.state, found.submitted_at, found.reason = AssessmentState.SUBMITTED, at, ""
    save(found, "state", "submitted_at", "reason")
    limits = Limits(pack().integer("regional.approval_limit", day_of(at)))
    work = ask(actor, found, found, f"审查区域评估报告：{name_of(found)}", limits, at)
    record(actor, "regional.submit_assessment", found, at=at, data={"number": found.report_number})
    tell(
        "regional_approval_due",
        at=at,
        persons=office(found.department, day_of(at)),
        page=page_of(found),
        zone=found.zone.name,
        matter=name_of(found),
        due=due_words(work),
    )
    return found


@action
def approve_assessment(
    *, actor: Actor, assessment_id: int, document_number: str, text: str, at: datetime, version: int | None = None
) -> RegionalAssessment:
    """The department approves the report under a number of its own; the result may be published."""
    found = take(actor, assessment_id, access.can_approve, [AssessmentState.SUBMITTED], version, of_zone=False)
    found.document_number = need_text(document_number, "document_number", "请填写批准文号")
    found.state, found.decided_at, found.decided_by_id, found.reason = (
        AssessmentState.APPROVED,
        at,
        actor.person_id,
        text.strip(),
    )
    _close(actor, found, at, "approved")
    try:
        with transaction.atomic():
            save(found, "state", "document_number", "decided_at", "decided_by", "reason")
    except IntegrityError as error:
        raise Refused(
            "regional.document_number", f"文号“{document_number}”已经用过", field="document_number"
        ) from error
    record(
        actor,
        "regional.approve_assessment",
        found,
        at=at,
        why=text,
        data={
            "matter": found.matter_id,
            "zone": found.zone.key,
            "document_number": found.document_number,
            "granted": True,
        },
        chain="approval.document",
    )
    _tell_body(found, "批准", text, at)
    return found


@action
def return_assessment(
    *, actor: Actor, assessment_id: int, reason: str, at: datetime, version: int | None = None
) -> RegionalAssessment:
    """The department returns the report with what is to be mended."""
    found = take(actor, assessment_id, access.can_approve, [AssessmentState.SUBMITTED], version, of_zone=False)
    found.reason = need_text(reason, "reason", "请写明退回的理由和要修改的内容")
    found.state, found.decided_at, found.decided_by_id = AssessmentState.RETURNED, at, actor.person_id
    _close(actor, found, at, "returned")
    save(found, "state", "reason", "decided_at", "decided_by")
    record(actor, "regional.return_assessment", found, at=at, why=found.reason)
    _tell_body(found, "退回修改", found.reason, at)
    return found


def _close(
    actor: Actor, assessment: RegionalAssessment, at: datetime, outcome: str, *, cancelled: bool = False
) -> None:
    work = open_of(assessment, RegionalWork.APPROVAL)
    if work is not None:
        close(actor=actor, item=work, at=at, outcome=outcome, cancelled=cancelled)


def _tell_body(assessment: RegionalAssessment, outcome: str, why: str, at: datetime) -> None:
    tell(
        "regional_decided",
        at=at,
        persons=body(assessment, day_of(at)),
        page=page_of(assessment),
        zone=assessment.zone.name,
        matter=name_of(assessment),
        outcome=outcome,
        why=why[:60],
    )


@action
def cancel_assessment(
    *, actor: Actor, assessment_id: int, reason: str, at: datetime, version: int | None = None
) -> RegionalAssessment:
    """The body gives the assessment up before it is published; what finance has paid stays in the ledger."""
    found = take(actor, assessment_id, access.can_run, ENDABLE, version)
    found.reason = need_text(reason, "reason", "请写明终止的理由")
    found.state = AssessmentState.CANCELLED
    _close(actor, found, at, "cancelled", cancelled=True)
    for opinion in found.opinions.filter(answered_at__isnull=True).order_by("id"):
        work = open_of(opinion, RegionalWork.APPROVAL)
        if work is not None:
            close(actor=actor, item=work, at=at, outcome="cancelled", cancelled=True)
    save(found, "state", "reason")
    record(actor, "regional.cancel_assessment", found, at=at, why=found.reason)
    return found
