"""The audit of a public project: handed in by the unit, checked by the filing unit, and what it means for the cycle's
points (附件2·第十七条).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from yinuo.engine.base import Actor, PageRef, Refused, check_version, forbid
from yinuo.engine.documents.attachments import attach_files
from yinuo.engine.documents.models import FileRole
from yinuo.engine.notices.actions import tell
from yinuo.engine.notices.effects import readers
from yinuo.engine.rules import pack
from yinuo.engine.trail.actions import action, answered, claim, record, remember
from yinuo.engine.work.actions import Limits, close, open_item, open_of
from yinuo.rooms.commitments import access
from yinuo.rooms.commitments.actions.common import day_text, evidence_of, need_text
from yinuo.rooms.commitments.actions.settlement import propose_kept
from yinuo.rooms.commitments.auditing import kept_promises, needs_audit, settled
from yinuo.rooms.commitments.models import (
    AuditConclusion,
    AuditReport,
    AuditState,
    CompletionState,
    CompletionVerification,
)
from yinuo.rooms.commitments.room import CommitmentsWork
from yinuo.rooms.onemap.actions.common import day_of
from yinuo.rooms.projects.actions import lock
from yinuo.rooms.projects.actions.amending import filing_department
from yinuo.rooms.projects.actions.filing import about
from yinuo.rooms.projects.models import Project, ProjectState
from yinuo.rooms.projects.queries import contacts

ALIVE = (ProjectState.CONFIRMED, ProjectState.COMPLETED)


@action
def hand_in_audit(
    *,
    actor: Actor,
    project_id: int,
    auditor: str,
    number: str,
    on: date,
    conclusion: str,
    at: datetime,
    evidence: Sequence[int] = (),
    idempotency_key: str = "",
) -> AuditReport:
    """The unit hands its audit report in, at any time from the review on until the cycle is settled by one."""
    body = [project_id, auditor, number, on, conclusion, list(evidence)]
    claimed = claim(actor, idempotency_key, "commitments.hand_in_audit", body, at=at)
    if (known := answered(claimed)) is not None:
        return AuditReport.objects.get(pk=known)
    project = lock(project_id)
    if not access.can_hand_in_audit(actor, project):
        raise forbid("只能提交本单位项目的审计报告")
    _need_wanted(project)
    if AuditReport.objects.filter(project=project, state=AuditState.HANDED_IN).exists():
        raise Refused("commitments.audit_waits", "已经提交的审计报告正在核对", remedy="请等待核对结果")
    auditor = need_text(auditor, "auditor", "请填写审计机构的名称")
    number = need_text(number, "number", "请填写审计报告的文号")
    if conclusion not in AuditConclusion.values:
        raise Refused("commitments.conclusion", "请选择审计结论", field="conclusion")
    if on > day_of(at):
        raise Refused("commitments.on", "报告日期不能晚于今天", field="on")
    shown = evidence_of(evidence, project.unit_id)
    if not shown:
        raise Refused("commitments.evidence", "请上传审计报告", field="evidence", remedy="PDF 或者扫描件")
    made = AuditReport.objects.create(
        project=project,
        auditor=auditor[:120],
        number=number[:80],
        on=on,
        conclusion=conclusion,
        handed_by_id=actor.required_person_id,
        handed_at=at,
    )
    attach_files(made, FileRole.EVIDENCE, shown)
    work = open_item(
        actor=actor,
        kind=CommitmentsWork.AUDIT_CHECK,
        about=about(made, project, f"核对审计报告：{made.auditor}", PageRef("staff:completion", project_id=project.pk)),
        limits=Limits(pack().integer("audit.check_limit", project.rules_on)),
        rules_on=project.rules_on,
        at=at,
        department_id=filing_department(project),
        hall_id=project.hall_id,
    )
    record(
        actor,
        "commitments.hand_in_audit",
        made,
        at=at,
        project_code=project.code or "",
        data={"auditor": made.auditor, "number": made.number, "on": on, "conclusion": conclusion},
    )
    due = day_text(work.due_at) if work.due_at else ""
    tell(
        "audit_due",
        at=at,
        persons=readers(work, at),
        project_code=project.code or "",
        page=work.page_ref,
        project=project.name,
        due=due,
    )
    remember(claimed, made)
    return made


def _need_wanted(project: Project) -> None:
    """Raises Refused where no audit is asked for, or the points do not turn on it any more."""
    if not needs_audit(project):
        raise Refused(
            "commitments.audit_unneeded",
            "这个项目加分不需要审计报告",
            remedy="只有国有企业投资、使用政府资金和公共工程类的备案项目需要",
        )
    if project.state not in ALIVE:
        raise Refused("commitments.project_not_running", "项目没有复核确认或者已经结束", remedy="请查看项目当前状态")
    if settled(project):
        raise Refused(
            "commitments.audit_settled",
            "完整周期的加分已经按审计报告办理，不能再换",
            remedy="对分值有异议的，在“信用”里提出",
        )


@action
def check_audit(
    *,
    actor: Actor,
    audit_id: int,
    accept: bool,
    at: datetime,
    conclusion: str = "",
    note: str = "",
    version: int | None = None,
) -> AuditReport:
    """The filing unit reads the report: relied upon with the conclusion it finds there, or returned with what is wrong.

    Where the completion has passed, the cycle is settled by it at once.
    """
    project = lock(AuditReport.objects.values_list("project_id", flat=True).get(pk=audit_id))
    made = AuditReport.objects.select_for_update(no_key=True, of=("self",)).get(pk=audit_id)
    made.project = project
    if not access.can_check_audit(actor, filing_department(project)):
        raise forbid("由项目备案单位核对审计报告")
    check_version(made, version)
    if made.state != AuditState.HANDED_IN:
        raise Refused("commitments.audit_state", f"这份审计报告{made.get_state_display()}", remedy="请刷新页面查看")
    if accept and conclusion not in AuditConclusion.values:
        raise Refused("commitments.conclusion", "请选择审计结论", field="conclusion")
    note = note.strip() if accept else need_text(note, "note", "请写明退回的理由和怎样补正")
    if accept:
        _need_wanted(project)
        for former in AuditReport.objects.filter(project=project, state=AuditState.ACCEPTED):
            former.state, former.version = AuditState.REPLACED, former.version + 1
            former.save(update_fields=["state", "version"])
        made.conclusion = conclusion
    made.state = AuditState.ACCEPTED if accept else AuditState.RETURNED
    made.note, made.checked_by_id, made.checked_at, made.version = note, actor.person_id, at, made.version + 1
    made.save(update_fields=["state", "conclusion", "note", "checked_by", "checked_at", "version"])
    work = open_of(made, CommitmentsWork.AUDIT_CHECK)
    if work is not None:
        close(actor=actor, item=work, at=at, outcome=made.state)
    data = {"number": made.number, "state": made.state, "conclusion": made.conclusion}
    record(actor, "commitments.check_audit", made, at=at, project_code=project.code or "", why=note, data=data)
    outcome = f"已采信（{made.get_conclusion_display()}）" if accept else "已退回，请补正后重新提交"
    tell(
        "audit_checked",
        at=at,
        persons=contacts(project, at),
        unit_id=project.unit_id,
        project_code=project.code or "",
        page=PageRef("unit:audit", project_id=project.pk),
        project=project.name,
        outcome=outcome,
        why=note[:60],
    )
    if accept:
        _settle(actor, project, at)
    return made


def _settle(actor: Actor, project: Project, at: datetime) -> None:
    """A cycle that waited for the audit alone is settled by it."""
    completion = CompletionVerification.objects.filter(project=project, state=CompletionState.PASSED).first()
    promised = kept_promises(project)
    if completion is not None and promised:
        completion.project = project
        propose_kept(actor, completion, promised, at, filing_department(project))
