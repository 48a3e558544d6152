"""A warning until it is closed: explained by the unit, handled by the office, corrected or punished (附件7·第十四条、
第十七条).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from yinuo.engine.base import Actor, Refused, forbid, save
from yinuo.engine.catalogue.queries import book
from yinuo.engine.documents.attachments import AttachedFile
from yinuo.engine.notices.actions import tell
from yinuo.engine.people.models import StaffRole
from yinuo.engine.people.queries import holders
from yinuo.engine.rules import pack
from yinuo.engine.trail.actions import action, answered, claim, record, remember
from yinuo.engine.work.actions import Limits, close, hand_over, open_item, open_of
from yinuo.rooms.credit.actions import propose_points
from yinuo.rooms.credit.models import PointProposal
from yinuo.rooms.oversight import access
from yinuo.rooms.oversight.actions.common import (
    code_of,
    day_of,
    evidence_of,
    locked,
    need,
    page_of,
    step,
    take,
    tell_owner,
    tell_unit,
    unit_page_of,
    wait_for_handling,
)
from yinuo.rooms.oversight.models import (
    AnomalyWarning,
    LifeRecord,
    StepKind,
    WarningKind,
    WarningOutcome,
    WarningState,
    Watch,
)
from yinuo.rooms.oversight.queries import penalties_to_name
from yinuo.rooms.oversight.room import OversightWork
from yinuo.rooms.oversight.watching import look, standing
from yinuo.rooms.projects.actions.filing import about

S = WarningState
# With whoever handles it, with the unit, and either.
HANDLED = (S.OPEN, S.REPORTED, S.OVERDUE)
RUNNING = (*HANDLED, S.RECTIFYING)
NOT_OWNER = "这条预警不由您处置"
# Which act of the points' rules a warning may come to (附件2·第十八条); the others are no such act.
ACTS = {
    WarningKind.BUILT_FIRST: {"article": "46", "item": "illegal_start"},
    WarningKind.START_UNREPORTED: {"article": "46", "item": "unreported"},
}


@action
def explain_warning(
    *,
    actor: Actor,
    warning_id: int,
    text: str,
    at: datetime,
    evidence: Sequence[int] = (),
    version: int | None = None,
    idempotency_key: str = "",
) -> AnomalyWarning:
    """The unit says how it was, with what shows it; the office reads it before it decides.

    It may add to it while the warning is open.
    """
    claimed = claim(actor, idempotency_key, "oversight.explain_warning", [warning_id, text, list(evidence)], at=at)
    if (known := answered(claimed)) is not None:
        return AnomalyWarning.objects.get(pk=known)
    made = locked(warning_id)
    take(made, access.can_answer(actor, made), "只能说明本单位项目的预警", RUNNING, version)
    said = need(text, "text", "请写明情况")
    step(made, StepKind.EXPLAINED, actor, at, said, evidence_of(evidence, actor, made.project))
    _moved(actor, made, "oversight.explain_warning", at, said)
    work = open_of(made, OversightWork.HANDLE)
    if work is not None:
        tell_owner("warning_explained", made, work, at)
    remember(claimed, made)
    return made


@action
def hand_warning(
    *, actor: Actor, warning_id: int, department_key: str, why: str, at: datetime, version: int | None = None
) -> AnomalyWarning:
    """The supervisor gives it to the office that can handle it; its clock runs on."""
    made = locked(warning_id)
    take(made, access.can_hand_over(actor, made), "只有监督员、总召集人可以转交预警", HANDLED, version)
    office = book(made.project.hall_id).departments.get(department_key)
    if office is None:
        raise Refused("oversight.department_key", "请选择处置部门", field="department_key")
    if office.pk == made.department_id:
        raise Refused(
            "oversight.department_key", "这条预警已经由这个部门处置", field="department_key", remedy="请选择另一个部门"
        )
    said = need(why, "why", "请写明转交的理由")
    made.department = office
    step(made, StepKind.HANDED, actor, at, f"转交{office.name}：{said}")
    _moved(actor, made, "oversight.hand_warning", at, said, "department")
    work = open_of(made, OversightWork.HANDLE)
    if work is not None:
        hand_over(actor=actor, item=work, department_id=office.pk, role=StaffRole.APPROVER, at=at)
        tell_owner("warning_found", made, work, at, why=made.why)
    return made


@action
def order_rectification(
    *, actor: Actor, warning_id: int, text: str, days: int, at: datetime, version: int | None = None
) -> AnomalyWarning:
    """责令限期改正: what to put right within so many working days; the unit's clock runs, and at its end it is the
    office's turn again.
    """
    made = locked(warning_id)
    take(made, access.can_handle(actor, made), NOT_OWNER, HANDLED, version)
    said = need(text, "text", "请写明要改正什么、达到什么要求")
    longest = pack().integer("warning.rectify_longest", made.project.rules_on)
    if not 1 <= days <= longest:
        raise Refused("oversight.days", f"改正的期限应在 1 到 {longest} 个工作日之间", field="days")
    _end_wait(actor, made, OversightWork.HANDLE, at, "ordered")
    made.state, made.rectify_days = S.RECTIFYING, days
    step(made, StepKind.ORDERED, actor, at, said)
    _moved(actor, made, "oversight.order_rectification", at, said, "state", "rectify_days")
    project = made.project
    work = open_item(
        actor=actor,
        kind=OversightWork.RECTIFY,
        about=about(made, project, f"限期改正：{made.get_kind_display()}", page_of(made), unit_page=unit_page_of(made)),
        limits=Limits(days),
        rules_on=project.rules_on,
        at=at,
        department_id=made.department_id,
        hall_id=project.hall_id,
        role="unit",
        waits_for="unit",
    )
    tell_unit("warning_ordered", made, at, why=said, until=work.due_at.strftime("%m月%d日") if work.due_at else "")
    return made


@action
def report_rectified(
    *, actor: Actor, warning_id: int, text: str, at: datetime, evidence: Sequence[int] = (), version: int | None = None
) -> AnomalyWarning:
    """The unit reports what it has put right, with what shows it; late is better than never."""
    made = locked(warning_id)
    take(made, access.can_answer(actor, made), "只能报告本单位项目的改正情况", (S.RECTIFYING, S.OVERDUE), version)
    said = need(text, "text", "请写明改正的情况")
    shown = evidence_of(evidence, actor, made.project)
    if not shown:
        raise Refused("oversight.evidence", "请附改正的证明材料", field="evidence", remedy="照片、批复、报送回执都可以")
    _end_wait(actor, made, OversightWork.RECTIFY, at, "reported")
    made.state = S.REPORTED
    step(made, StepKind.REPORTED, actor, at, said, shown)
    _moved(actor, made, "oversight.report_rectified", at, said, "state")
    work = open_of(made, OversightWork.HANDLE) or wait_for_handling(actor, made, at)
    tell_owner("warning_rectified", made, work, at)
    return made


@action
def close_warning(
    *,
    actor: Actor,
    warning_id: int,
    outcome: str,
    text: str,
    at: datetime,
    evidence: Sequence[int] = (),
    penalty_id: int | None = None,
    version: int | None = None,
) -> AnomalyWarning:
    """Corrected (with what shows it), punished (by a penalty on record) or unfounded (with the reason); the unit is
    told.
    """
    made = locked(warning_id)
    take(made, access.can_handle(actor, made), NOT_OWNER, RUNNING, version)
    if outcome not in (WarningOutcome.CORRECTED, WarningOutcome.PUNISHED, WarningOutcome.UNFOUNDED):
        raise Refused("oversight.outcome", "请选择处置的结果", field="outcome")
    said = need(text, "text", "请写明处置的情况和理由")
    shown = evidence_of(evidence, actor, made.project)
    if outcome == WarningOutcome.CORRECTED and not shown and not made.steps.filter(kind=StepKind.REPORTED).exists():
        raise Refused(
            "oversight.evidence",
            "已纠正的须有证明材料",
            field="evidence",
            remedy="请上传核查材料，或者请项目单位先报告改正情况",
        )
    if outcome == WarningOutcome.PUNISHED:
        made.penalty = _penalty(made, penalty_id)
    end(actor, made, WarningOutcome(outcome), said, at, shown)
    return made


def _penalty(made: AnomalyWarning, penalty_id: int | None) -> LifeRecord:
    """The latest version of a penalty on the project that closes no other warning, nor did before it was corrected."""
    found = next((row for row in penalties_to_name(made.project) if row.pk == penalty_id), None)
    if found is None:
        raise Refused(
            "oversight.penalty",
            "请选择本项目的行政处罚记录",
            field="penalty_id",
            remedy="先登记处罚决定；一份决定只能办结一条预警",
        )
    return found


def end(
    actor: Actor,
    made: AnomalyWarning,
    outcome: WarningOutcome,
    said: str,
    at: datetime,
    shown: Sequence[AttachedFile] = (),
) -> None:
    """Closes it, its clocks, and asks when the project is to be looked at again."""
    for kind in (OversightWork.HANDLE, OversightWork.RECTIFY):
        _end_wait(actor, made, kind, at, outcome)
    made.state, made.outcome, made.closed_at, made.closed_by_id = S.CLOSED, outcome, at, actor.person_id
    step(made, StepKind.CLOSED, actor, at, said, shown)
    _moved(
        actor, made, "oversight.close_warning", at, said, "state", "outcome", "closed_at", "closed_by", "penalty",
        chain="anomaly.closed", data={"kind": made.kind, "outcome": outcome},
    )  # fmt: skip
    tell_unit("warning_closed", made, at, outcome=outcome.label, why=said)
    if outcome == WarningOutcome.UNFOUNDED and made.department_id is not None:
        persons = holders(StaffRole.SUPERVISOR, day_of(at), hall_id=made.project.hall_id)
        words = {"project": made.project.name, "kind": made.get_kind_display(), "why": said}
        tell("warning_unfounded", at=at, persons=persons, project_code=code_of(made), page=page_of(made), words=words)
    watch = Watch.objects.select_for_update(no_key=True).filter(project_id=made.project_id).first()
    if watch is not None:
        seen = look(standing(made.project, reminded=watch.reminded_at is not None), at)
        watch.next_at = at if seen.findings else seen.next_at
        watch.save(update_fields=["next_at"])


@action
def propose_for_warning(
    *, actor: Actor, warning_id: int, basis: str, at: datetime, evidence: Sequence[int] = ()
) -> PointProposal:
    """Points for what the warning is about, once: proposed by the office that handles it, then consent and execution as
    ever (附件2·第十九条).
    """
    made = locked(warning_id)
    if not access.can_handle(actor, made) or made.department_id is None:
        raise forbid("只有处置这条预警的部门可以提出信用扣分")
    if made.kind not in ACTS:
        raise Refused(
            "oversight.no_points", f"“{made.get_kind_display()}”不是扣分的情形", remedy="附件2第十八条列出了扣分的行为"
        )
    if made.outcome in (WarningOutcome.UNFOUNDED, WarningOutcome.ENDED):
        raise Refused("oversight.no_points", f"这条预警{made.get_outcome_display()}，不能扣分")
    said = need(basis, "basis", "请写明扣分的依据")
    shown = evidence_of(evidence, actor, made.project)
    proposal = propose_points(
        actor=actor,
        unit_id=made.project.unit_id,
        project_id=made.project_id,
        project_code=code_of(made),
        type="act",
        on=day_of(made.found_at),
        data=ACTS[WarningKind(made.kind)],
        basis=said,
        shown=shown,
        evidence_note=f"预警 {made.pk}：{made.why}",
        source=(AnomalyWarning._meta.label_lower, made.pk),
        at=at,
    )
    step(made, StepKind.PROPOSED, actor, at, said, shown)
    save(made)
    record(
        actor,
        "oversight.propose_for_warning",
        made,
        at=at,
        project_code=code_of(made),
        why=said,
        data={"proposal": proposal.pk},
    )
    return proposal


def overdue(made: AnomalyWarning, at: datetime) -> None:
    """The term to put it right has passed: it is the office's turn to correct or punish."""
    actor = Actor.system()
    _end_wait(actor, made, OversightWork.RECTIFY, at, "overdue")
    made.state = S.OVERDUE
    step(made, StepKind.OVERDUE, actor, at, "改正期限届满，没有收到改正情况")
    _moved(actor, made, "oversight.rectification_overdue", at, "", "state")
    work = wait_for_handling(actor, made, at)
    tell_owner("warning_overdue", made, work, at)


def _end_wait(actor: Actor, made: AnomalyWarning, kind: str, at: datetime, outcome: str) -> None:
    work = open_of(made, kind)
    if work is not None:
        close(actor=actor, item=work, at=at, outcome=outcome)


def _moved(
    actor: Actor,
    made: AnomalyWarning,
    verb: str,
    at: datetime,
    why: str,
    *fields: str,
    chain: str = "",
    data: dict[str, object] | None = None,
) -> None:
    save(made, *fields)
    record(
        actor,
        verb,
        made,
        at=at,
        project_code=code_of(made),
        why=why,
        data=data or {"kind": made.kind, "state": made.state},
        chain=chain,
    )
