"""竣工验收: applied for, second guidance, then verified promise by promise and verification by verification
(正文·三(八)).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from yinuo.engine.base import Actor, PageRef, Refused, check_version, forbid, save
from yinuo.engine.documents.attachments import attach_files
from yinuo.engine.documents.models import FileRole
from yinuo.engine.notices.actions import tell
from yinuo.engine.notices.effects import readers
from yinuo.engine.rules import closing_stage, pack
from yinuo.engine.trail.actions import action, answered, claim, record, remember
from yinuo.engine.work.actions import Limits, close, open_item, open_of
from yinuo.rooms.commitments import access
from yinuo.rooms.commitments.actions.common import PENDING, day_text, end_reviews, evidence_of, need_text
from yinuo.rooms.commitments.actions.settlement import fail, propose_kept, settle
from yinuo.rooms.commitments.auditing import earns_points, kept_promises
from yinuo.rooms.commitments.inspection import Point, points_of, reached
from yinuo.rooms.commitments.models import (
    Commitment,
    CommitmentState,
    CompletionState,
    CompletionVerification,
    Finding,
)
from yinuo.rooms.commitments.room import CommitmentsWork
from yinuo.rooms.onemap.actions import common as onemap
from yinuo.rooms.onemap.actions import conclude, open_completion_guidance
from yinuo.rooms.onemap.models import MapItem
from yinuo.rooms.onemap.room import MapWork
from yinuo.rooms.projects.actions import lock, need_not_stopped
from yinuo.rooms.projects.actions.amending import filing_department
from yinuo.rooms.projects.actions.filing import about, page_of
from yinuo.rooms.projects.models import Project, ProjectState, ReportKind


def locked(completion_id: int) -> CompletionVerification:
    project = lock(CompletionVerification.objects.values_list("project_id", flat=True).get(pk=completion_id))
    return _of(project)


def _of(project: Project) -> CompletionVerification:
    found = (
        CompletionVerification.objects.select_for_update(no_key=True, of=("self",))
        .select_related("applied_by")
        .get(project=project)
    )
    found.project = project
    return found


@action
def apply_completion(
    *, actor: Actor, project_id: int, at: datetime, why: str = "", idempotency_key: str = ""
) -> CompletionVerification:
    """The unit applies; second guidance starts at once.

    A project that has not landed says `why` it is finished nevertheless.
    """
    claimed = claim(actor, idempotency_key, "commitments.apply_completion", [project_id, why], at=at)
    if (known := answered(claimed)) is not None:
        return CompletionVerification.objects.get(pk=known)
    project = lock(project_id)
    if not access.can_apply_completion(actor, project):
        raise forbid("只能为本单位的项目申请竣工验收")
    if project.state != ProjectState.CONFIRMED:
        raise Refused(
            "commitments.project_not_running",
            "项目没有复核确认或者已经结束，不能申请竣工验收",
            remedy="请查看项目当前状态",
        )
    need_not_stopped(project)
    if CompletionVerification.objects.filter(project=project).exists():
        raise Refused("commitments.applied", "这个项目已经申请过竣工验收", remedy="请查看验收进展")
    if not project.reports.filter(kind=ReportKind.COMPLETION).exists():
        raise Refused("commitments.report_first", "请先报送竣工信息", remedy="在“建设情况”中报送竣工后再申请验收")
    if project.landed_at is None:
        why = need_text(why, "why", "还有开工前事项没有办结，请说明原因")
    _need_decided(project)
    completion = CompletionVerification.objects.create(
        project=project, applied_by_id=actor.required_person_id, applied_at=at
    )
    end_reviews(actor, project, at, "completion")
    departments = set(
        Commitment.objects.filter(project=project, state=CommitmentState.DECIDED).values_list(
            "department__key", flat=True
        )
    )
    record(
        actor,
        "commitments.apply_completion",
        completion,
        at=at,
        project_code=project.code or "",
        why=why,
        data={"landed": project.landed_at},
    )
    tell(
        "completion_applied",
        at=at,
        unit_id=project.unit_id,
        project_code=project.code or "",
        page=page_of(project),
        project=project.name,
    )
    open_completion_guidance(actor=actor, project=project, departments=departments, at=at)
    completion.refresh_from_db()
    remember(claimed, completion)
    return completion


def _need_decided(project: Project) -> None:
    names = list(
        Commitment.objects.filter(project=project, state__in=PENDING)
        .order_by("item__position")
        .values_list("item__name", flat=True)
    )
    if names:
        listed = "、".join(f"“{name}”" for name in names)
        raise Refused(
            "commitments.undecided", f"{listed}的承诺还没有作出决定", remedy="请等待决定，或转为常规办理后再申请验收"
        )


def begin_inspection(actor: Actor, project: Project, at: datetime) -> None:
    """Second guidance is whole: every department with something to verify is asked to do so."""
    completion = _of(project)
    completion.state = CompletionState.INSPECTION
    save(completion, "state")
    _ask_departments(actor, completion, "verification.limit", at)
    settle(actor, completion, at)


def _ask_departments(actor: Actor, completion: CompletionVerification, limit: str, at: datetime) -> None:
    project = completion.project
    points: dict[int, list[Point]] = {}
    for point in points_of(completion):
        if point.pending(completion.round):
            points.setdefault(point.department.pk, []).append(point)
    for department_id, own in points.items():
        work = open_item(
            actor=actor,
            kind=CommitmentsWork.VERIFICATION,
            about=about(
                completion,
                project,
                f"竣工核验：{len(own)} 项要求",
                PageRef("staff:completion", project_id=project.pk),
                stage=closing_stage(project.rules_on),
            ),
            limits=Limits(pack().integer(limit, project.rules_on)),
            rules_on=project.rules_on,
            at=at,
            department_id=department_id,
            hall_id=project.hall_id,
            assignee_id=next((point.item.handler_id for point in own if point.item.handler_id), None),
        )
        tell(
            "verify_due",
            at=at,
            persons=readers(work, at),
            project_code=project.code or "",
            page=work.page_ref,
            project=project.name,
            count=len(own),
            due=day_text(work.due_at) if work.due_at else "",
        )


@action
def record_finding(
    *,
    actor: Actor,
    completion_id: int,
    met: bool,
    at: datetime,
    commitment_id: int | None = None,
    requirement: int | None = None,
    item_id: int | None = None,
    note: str = "",
    evidence: Sequence[int] = (),
    document_number: str = "",
    measured: str = "",
) -> Finding:
    """The inspection's word on one point: requirement `requirement` of a promise, or the verification `item_id`.

    A verification that is met gets its document (`document_number`); a promised figure is measured, and the measured
    one decides. The last point of the round settles it. Raises: Refused for a point already looked at, for a fault
    without a note.
    """
    completion = locked(completion_id)
    point = _point(completion, commitment_id, requirement, item_id)
    if not access.can_verify(actor, point.department.pk):
        raise forbid("由同意承诺、负责验收的部门核验")
    if completion.state != CompletionState.INSPECTION:
        raise Refused(
            "commitments.not_inspecting",
            f"竣工验收现在是“{completion.get_state_display()}”，不能核验",
            remedy="请刷新页面查看",
        )
    if not point.pending(completion.round):
        raise Refused("commitments.found", f"“{point.text}”已经核验过了", remedy="请刷新页面查看核验结果")
    note = note.strip() if met else need_text(note, "note", "请写明没有达到要求的情况")
    measured = _measured(point, measured, met)
    shown = evidence_of(evidence, None)
    finding = _write(completion, point, actor, met=met, note=note, measured=measured, at=at)
    attach_files(finding, FileRole.EVIDENCE, shown)
    record(
        actor,
        "commitments.record_finding",
        finding,
        at=at,
        project_code=completion.project.code or "",
        why=note,
        data={
            "commitment": commitment_id,
            "item": point.item.pk,
            "requirement": requirement,
            "round": completion.round,
            "met": met,
            **({"measured": measured} if measured else {}),
        },
    )
    if met and point.commitment is None:
        _conclude(actor, point.item.pk, document_number, note, at)
    settle(actor, _of(completion.project), at)
    return finding


def _measured(point: Point, measured: str, met: bool) -> str:
    """The figure found beside the one promised; "" where nothing is measured. The word must agree with it."""
    if point.indicator is None:
        return ""
    try:
        kept = reached(point.indicator, measured.strip())
    except ValueError:
        raise Refused(
            "commitments.measured", "请填写实测值", field="measured", remedy="只填数字，单位与承诺的指标相同"
        ) from None
    if kept != met:
        word = "达到" if kept else "没有达到"
        raise Refused(
            "commitments.measured_differs",
            f"实测值 {measured.strip()} {word}承诺的“{point.text}”，与核验结论不一致",
            field="measured",
            remedy="请核对实测值或者核验结论",
        )
    return measured.strip()


def _point(
    completion: CompletionVerification, commitment_id: int | None, requirement: int | None, item_id: int | None
) -> Point:
    for point in points_of(completion):
        if commitment_id is not None:
            hit = point.commitment is not None and (point.commitment.pk, point.requirement) == (
                commitment_id,
                requirement,
            )
        else:
            hit = point.commitment is None and point.item.pk == item_id
        if hit:
            return point
    raise Refused(
        "commitments.no_point", "这个项目的竣工验收没有这一项要求", field="requirement", remedy="请刷新页面查看"
    )


def _write(completion: CompletionVerification, point: Point, actor: Actor, *, at: datetime, **said: Any) -> Finding:
    try:
        with transaction.atomic():
            return Finding.objects.create(
                completion=completion,
                commitment=point.commitment,
                item=None if point.commitment else point.item,
                requirement=point.requirement,
                round=completion.round,
                text=point.text,
                by_id=actor.required_person_id,
                at=at,
                **said,
            )
    except IntegrityError as error:
        raise Refused("commitments.found", f"“{point.text}”已经核验过了", remedy="请刷新页面查看核验结果") from error


def _conclude(actor: Actor, item_id: int, document_number: str, note: str, at: datetime) -> None:
    """The verification's own document: the item ends, whatever stage its application had reached."""
    item: MapItem = onemap.locked(item_id)
    onemap.need_prerequisites(item)
    number = need_text(document_number, "document_number", "请填写验收意见的文号")
    for kind in (MapWork.RECEIPT, MapWork.LIMIT, MapWork.RECTIFICATION, MapWork.DELIVERY):
        work = open_of(item, kind)
        if work is not None:
            close(actor=actor, item=work, at=at, outcome="verified")
    conclude(actor=actor, item=item, granted=True, document_number=number, text=note, at=at)


@action
def apply_again(
    *, actor: Actor, completion_id: int, text: str, at: datetime, idempotency_key: str = ""
) -> CompletionVerification:
    """The unit has rectified: only what was not met is verified again.

    Open after a failure too, since nothing is used unverified.
    """
    claimed = claim(actor, idempotency_key, "commitments.apply_again", [completion_id, text], at=at)
    if (known := answered(claimed)) is not None:
        return CompletionVerification.objects.get(pk=known)
    completion = locked(completion_id)
    project = completion.project
    if not access.can_apply_completion(actor, project):
        raise forbid("只能为本单位的项目申请竣工验收")
    if project.state != ProjectState.CONFIRMED or completion.state not in (
        CompletionState.RECTIFYING,
        CompletionState.FAILED,
    ):
        raise Refused(
            "commitments.not_rectifying",
            f"竣工验收现在是“{completion.get_state_display()}”，不能再次申请",
            remedy="请查看验收进展",
        )
    text = need_text(text, "text", "请写明整改的情况")
    work = open_of(completion, MapWork.RECTIFICATION)
    if work is not None:
        close(actor=actor, item=work, at=at, outcome="rectified")
    completion.state, completion.round = CompletionState.INSPECTION, completion.round + 1
    completion.rectify_until = completion.concluded_at = None
    save(completion, "state", "round", "rectify_until", "concluded_at")
    record(
        actor,
        "commitments.apply_again",
        completion,
        at=at,
        project_code=project.code or "",
        why=text,
        data={"round": completion.round},
    )
    _ask_departments(actor, completion, "verification.repeat_limit", at)
    remember(claimed, completion)
    return completion


@action
def fail_completion(
    *, actor: Actor, completion_id: int, reason: str, at: datetime, version: int | None = None
) -> CompletionVerification:
    """情节严重: a department whose requirement was not met ends the rectification; the broken promises go to credit."""
    completion = locked(completion_id)
    points = points_of(completion)
    unmet = {point.department.pk for point in points if point.met is False}
    if not any(access.can_verify(actor, department_id) for department_id in unmet):
        raise forbid("只有核验发现问题的部门可以认定未通过")
    check_version(completion, version)
    if completion.state != CompletionState.RECTIFYING:
        raise Refused(
            "commitments.not_rectifying",
            f"竣工验收现在是“{completion.get_state_display()}”，不能认定未通过",
            remedy="请刷新页面查看",
        )
    fail(actor, completion, points, need_text(reason, "reason", "请写明情节严重的事实和依据"), at)
    return completion


@action
def propose_cycle(*, actor: Actor, completion_id: int, at: datetime) -> bool:
    """The filing unit proposes the points of a kept cycle anew: what was proposed before was refused or withdrawn
    (附件2·第十七条).

    False = the rules give no points, which stays on record with the reason.
    """
    completion = locked(completion_id)
    project = completion.project
    office = filing_department(project)
    if not access.can_propose_cycle(actor, office):
        raise forbid("由项目备案单位提出完整周期的加分")
    if completion.state != CompletionState.PASSED:
        raise Refused("commitments.not_passed", "竣工验收通过后才能提出完整周期的加分", remedy="请查看验收进展")
    kept = kept_promises(project)
    if not kept or not earns_points(project):
        raise Refused(
            "commitments.not_kept", "只有企业备案项目履行了全部承诺才加分", remedy="没有承诺或者有承诺没有履行的不加分"
        )
    return propose_kept(actor, completion, kept, at, office)
