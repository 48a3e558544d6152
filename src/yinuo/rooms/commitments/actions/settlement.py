"""When every point of a round has its finding: passed, rectified, or failed – and what that means for credit
(正文·三(八), 附件2·第十七至十九条).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from yinuo.engine.base import Actor, PageRef, Refused, save
from yinuo.engine.notices.actions import tell
from yinuo.engine.rules import closing_stage, pack
from yinuo.engine.trail.actions import record
from yinuo.engine.work.actions import Limits, close, open_item, open_of
from yinuo.rooms.commitments.actions.common import day_text, end_of
from yinuo.rooms.commitments.auditing import accepted_audit, earns_points, needs_audit
from yinuo.rooms.commitments.completion_papers import issue_opinion
from yinuo.rooms.commitments.inspection import Point, points_of
from yinuo.rooms.commitments.models import (
    Commitment,
    CompletionState,
    CompletionVerification,
    Difficulty,
    Finding,
    Fulfilment,
)
from yinuo.rooms.commitments.room import CommitmentsWork
from yinuo.rooms.commitments.telling import tell_platform
from yinuo.rooms.credit.actions import propose_points
from yinuo.rooms.onemap.actions import hand_over
from yinuo.rooms.onemap.actions.common import day_of
from yinuo.rooms.onemap.models import ItemState, MapItem
from yinuo.rooms.onemap.room import MapWork
from yinuo.rooms.projects.actions import complete
from yinuo.rooms.projects.actions.amending import filing_department
from yinuo.rooms.projects.actions.filing import about, page_of

VERIFIED = "竣工验收已有结论"


def settle(actor: Actor, completion: CompletionVerification, at: datetime) -> None:
    """Sees whether the round is whole and draws the consequence; called after everything that may have ended it.

    Project locked.
    """
    if completion.state != CompletionState.INSPECTION:
        return
    points = points_of(completion)
    waiting = {point.department.pk for point in points if point.pending(completion.round)}
    for department_id in sorted({point.department.pk for point in points} - waiting):
        work = open_of(completion, CommitmentsWork.VERIFICATION, department_id)
        if work is not None:
            close(actor=actor, item=work, at=at, outcome="verified")
    if waiting:
        return
    _deliver_together(actor, completion, at)
    unmet = [point for point in points if not point.met]
    if not unmet:
        _pass(actor, completion, points, at)
    elif completion.round < pack().integer("verification.rounds", completion.project.rules_on):
        _rectify(actor, completion, unmet, at)
    else:
        fail(actor, completion, points, f"{len(unmet)} 项要求经整改后仍未达到", at)


def _deliver_together(actor: Actor, completion: CompletionVerification, at: datetime) -> None:
    """What the joint inspection granted in this round reaches the company with its opinion: no separate delivery is
    owed.
    """
    found = Finding.objects.filter(completion=completion, met=True, item__isnull=False).values("item_id")
    items = MapItem.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=found, state=ItemState.GRANTED)
    for item in items.select_related("application").filter(application__delivered_at__isnull=True).order_by("id"):
        item.project = completion.project
        hand_over(actor=actor, item=item, how=f"随竣工联合验收意见（第 {completion.round} 轮）一并送达", at=at)


def _pass(actor: Actor, completion: CompletionVerification, points: Sequence[Point], at: datetime) -> None:
    project = completion.project
    promised = _promises(points)
    for commitment in promised:
        _set(commitment, Fulfilment.KEPT, at)
    end_difficulties(actor, promised, at, "verified", VERIFIED)
    completion.state, completion.concluded_at = CompletionState.PASSED, at
    save(completion, "state", "concluded_at")
    issue_opinion(completion, points, "", at)
    kept = [commitment for commitment in promised if commitment.fulfilment == Fulfilment.KEPT]
    record(
        actor,
        "commitments.pass_completion",
        completion,
        at=at,
        project_code=project.code or "",
        data={"round": completion.round, "commitments": len(promised), "kept": len(kept)},
        chain="approval.document",
    )
    _tell_result(completion, "通过，可以投入使用", f"{len(kept)} 项承诺已履行" if promised else "", at)
    complete(actor=actor, project_id=project.pk, at=at)
    if promised and len(kept) == len(promised):
        propose_kept(Actor.system(), completion, len(kept), at, filing_department(project))


def _promises(points: Sequence[Point]) -> list[Commitment]:
    """Each promise once, as one row in memory."""
    return list({point.commitment.pk: point.commitment for point in points if point.commitment is not None}.values())


def _set(commitment: Commitment, fulfilment: Fulfilment, at: datetime) -> None:
    """A promise found broken stays so, whatever is mended later: the way back is the repair of points
    (附件2·第二十四条).
    """
    if commitment.fulfilment not in (Fulfilment.BROKEN, fulfilment):
        commitment.fulfilment = fulfilment
        save(commitment, "fulfilment")
        if fulfilment in (Fulfilment.KEPT, Fulfilment.BROKEN):
            tell_platform(commitment, fulfilment, at)


def end_difficulties(actor: Actor, promised: Sequence[Commitment], at: datetime, outcome: str, words: str) -> None:
    """The promises are settled: no clock of theirs runs on, neither the department's nor the unit's; what nobody has
    handled says why.
    """
    for difficulty in Difficulty.objects.select_for_update(no_key=True).filter(commitment__in=promised).order_by("id"):
        for kind in (CommitmentsWork.DIFFICULTY, MapWork.RECTIFICATION):
            work = open_of(difficulty, kind)
            if work is not None:
                close(actor=actor, item=work, at=at, outcome=outcome, cancelled=difficulty.handled_at is None)
        if difficulty.handled_at is None:
            difficulty.opinion, difficulty.handled_at = words, at
            save(difficulty, "opinion", "handled_at")


def propose_kept(
    actor: Actor, completion: CompletionVerification, count: int, at: datetime, department_id: int
) -> bool:
    """The points of a whole cycle; False where the rules give none yet (公共类项目没有审计结论), which stays on record
    and is told.
    """
    project = completion.project
    if not earns_points(project):
        return False
    report = accepted_audit(project)
    audit = report.conclusion if report else ""
    data = {"all_kept": True, "commitments": count, "project_class": project.project_class}
    named = f"；{report.auditor}审计报告 {report.number}：{report.get_conclusion_display()}" if report else ""
    try:
        propose_points(
            actor=actor,
            unit_id=project.unit_id,
            project_code=project.code or "",
            type="cycle_completed",
            on=day_of(at),
            data={**data, "audit": audit} if audit else data,
            basis=f"项目竣工验收通过，从备案到竣工的 {count} 项承诺全部履行{named}",
            shown=report.evidence if report else (),
            at=at,
            department_id=department_id,
            source=(completion._meta.label_lower, completion.pk),
        )
    except Refused as refusal:
        if refusal.code != "credit.no_points":
            raise
        record(
            actor,
            "commitments.no_points",
            completion,
            at=at,
            project_code=project.code or "",
            why=refusal.message,
            data=data,
        )
        if report is None and needs_audit(project):
            _tell_audit_missing(completion, at)
        return False
    return True


def _tell_audit_missing(completion: CompletionVerification, at: datetime) -> None:
    """The unit hears what stands between its kept promises and the points."""
    project = completion.project
    tell(
        "audit_missing",
        at=at,
        persons=[completion.applied_by],
        unit_id=project.unit_id,
        project_code=project.code or "",
        page=PageRef("unit:audit", project_id=project.pk),
        project=project.name,
    )


def _rectify(actor: Actor, completion: CompletionVerification, unmet: Sequence[Point], at: datetime) -> None:
    project = completion.project
    until = end_of(day_of(at), "repair.rectify_limit", project.rules_on)
    for commitment in _promises(unmet):
        _set(commitment, Fulfilment.RECTIFYING, at)
    completion.state, completion.rectify_until = CompletionState.RECTIFYING, until
    save(completion, "state", "rectify_until")
    open_item(
        actor=actor,
        kind=MapWork.RECTIFICATION,
        about=about(
            completion,
            project,
            f"竣工验收整改：{len(unmet)} 项要求",
            PageRef("staff:completion", project_id=project.pk),
            unit_page=PageRef("unit:completion", project_id=project.pk),
            stage=closing_stage(project.rules_on),
        ),
        limits=Limits(pack().integer("repair.rectify_limit", project.rules_on)),
        rules_on=project.rules_on,
        at=at,
        department_id=None,
        hall_id=project.hall_id,
        role="unit",
        waits_for="unit",
    )
    record(
        actor,
        "commitments.rectify",
        completion,
        at=at,
        project_code=project.code or "",
        data={"round": completion.round, "unmet": [_name(point) for point in unmet], "until": until},
    )
    tell(
        "rectify",
        at=at,
        persons=[completion.applied_by],
        unit_id=project.unit_id,
        project_code=project.code or "",
        page=page_of(project),
        project=project.name,
        count=len(unmet),
        due=day_text(until),
    )


def _name(point: Point) -> str:
    return f"{point.item.name}：{point.text}" if point.commitment else point.item.name


def fail(actor: Actor, completion: CompletionVerification, points: Sequence[Point], why: str, at: datetime) -> None:
    """Not passed: a promise with a requirement not met is broken, the others are kept;
    there is no plus for the cycle.
    """
    project = completion.project
    broken = {commitment.pk for commitment in _promises([point for point in points if not point.met])}
    newly = [c for c in _promises(points) if c.pk in broken and c.fulfilment != Fulfilment.BROKEN]
    for commitment in _promises(points):
        _set(commitment, Fulfilment.BROKEN if commitment.pk in broken else Fulfilment.KEPT, at)
    end_difficulties(actor, _promises(points), at, "verified", VERIFIED)
    work = open_of(completion, MapWork.RECTIFICATION)
    if work is not None:
        close(actor=actor, item=work, at=at, outcome="failed", cancelled=True)
    completion.state, completion.concluded_at, completion.rectify_until = CompletionState.FAILED, at, None
    save(completion, "state", "concluded_at", "rectify_until")
    issue_opinion(completion, points, why, at)
    record(
        actor,
        "commitments.fail_completion",
        completion,
        at=at,
        project_code=project.code or "",
        why=why,
        data={"round": completion.round, "broken": sorted(broken)},
        chain="anomaly.reported",
    )
    _tell_result(completion, "未通过，不得投入使用", why, at)
    finders = {
        point.commitment.pk: point.findings[-1].by_id
        for point in points
        if point.commitment and not point.met and point.findings
    }
    for commitment in newly:
        commitment.project = project
        propose_broken(_finder(actor, commitment, finders.get(commitment.pk)), commitment, why, at)


def _finder(actor: Actor, commitment: Commitment, person_id: int | None) -> Actor:
    """Points are proposed by the promise's own department: by whoever acts, or in the name of the person whose finding
    says so.
    """
    if actor.role == "approver" and actor.department_id == commitment.department_id:
        return actor
    hall_id = commitment.project.hall_id
    return Actor(
        person_id=person_id, role="approver", department_id=commitment.department_id, hall_id=hall_id, entrance="system"
    )


def propose_broken(actor: Actor, commitment: Commitment, why: str, at: datetime) -> None:
    """The department's proposal for a promise not kept:
    more where it touches one of the named fields (附件2·第十八条).
    """
    project = commitment.project
    if not earns_points(project):
        return
    propose_points(
        actor=actor,
        unit_id=project.unit_id,
        project_code=project.code or "",
        type="commitment_broken",
        on=day_of(at),
        data={"field": commitment.field} if commitment.field else {},
        basis=f"未完成“{commitment.item.name}”的承诺事项：{why}",
        at=at,
        department_id=commitment.department_id,
        source=(commitment._meta.label_lower, commitment.pk),
    )


def _tell_result(completion: CompletionVerification, outcome: str, why: str, at: datetime) -> None:
    project = completion.project
    tell(
        "completion_result",
        at=at,
        persons=[completion.applied_by],
        unit_id=project.unit_id,
        project_code=project.code or "",
        page=page_of(project),
        project=project.name,
        outcome=outcome,
        why=why[:80],
    )
