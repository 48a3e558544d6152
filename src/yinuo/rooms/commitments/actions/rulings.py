"""处理决定 on promises not kept after rectification, up to stopping a project, and the lifting of a stop
(附件2·第十四条).

The promise's department proposes, its principal consents; a ruling takes effect on its paper, is delivered, published
and on the chain.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction

from yinuo.core.calendar import TZ
from yinuo.engine.base import Actor, PageRef, Refused, check_version, forbid, save
from yinuo.engine.documents.attachments import AttachedFile, attach_files
from yinuo.engine.documents.models import FileRole
from yinuo.engine.notices.actions import tell
from yinuo.engine.notices.effects import readers
from yinuo.engine.people.models import StaffRole
from yinuo.engine.people.queries import holders
from yinuo.engine.rules import pack
from yinuo.engine.trail.actions import action, answered, claim, record, remember
from yinuo.engine.work.actions import Limits, close, open_item, open_of
from yinuo.rooms.commitments import access
from yinuo.rooms.commitments.actions.common import code_of, day_text, end_review, evidence_of, locked, need_text
from yinuo.rooms.commitments.actions.settlement import end_difficulties, propose_broken
from yinuo.rooms.commitments.models import (
    Commitment,
    CommitmentState,
    Difficulty,
    DifficultyOutcome,
    Fulfilment,
    FulfilmentReport,
    Measure,
    Ruling,
    RulingState,
)
from yinuo.rooms.commitments.queries import standing_stops
from yinuo.rooms.commitments.room import CommitmentsWork
from yinuo.rooms.commitments.ruling_papers import issue_delivery, issue_ruling
from yinuo.rooms.commitments.telling import tell_platform, tell_platform_of_ruling
from yinuo.rooms.onemap.actions import revoke
from yinuo.rooms.onemap.models import ItemState
from yinuo.rooms.onemap.room import MapWork
from yinuo.rooms.projects.actions import end_project, lift_stop, stop_building
from yinuo.rooms.projects.actions.filing import about
from yinuo.rooms.projects.models import Project, ProjectState
from yinuo.rooms.projects.queries import contacts

RUNNING = (ProjectState.FILED, ProjectState.CONFIRMED)
TRIED = (
    DifficultyOutcome.HELPED,
    DifficultyOutcome.REFERRED,
    DifficultyOutcome.HANDLING_OPINION,
    DifficultyOutcome.TERMINATE,
)


@action
def propose_ruling(
    *,
    actor: Actor,
    commitment_id: int,
    measures: Sequence[str],
    facts: str,
    at: datetime,
    evidence: Sequence[int] = (),
    lifts: int | None = None,
    idempotency_key: str = "",
) -> Ruling:
    """The promise's department proposes what is to follow from it; `lifts` names the ruling whose stop is to be lifted.

    Raises: Refused before the unit has been helped and asked to rectify, for a measure that does not fit, or while
    another waits.
    """
    body = [commitment_id, list(measures), facts, list(evidence), lifts]
    claimed = claim(actor, idempotency_key, "commitments.propose_ruling", body, at=at)
    if (known := answered(claimed)) is not None:
        return Ruling.objects.get(pk=known)
    commitment = locked(commitment_id)
    if not access.can_handle(actor, commitment):
        raise forbid("处理决定由同意承诺的部门提出")
    if commitment.project.state not in RUNNING:
        raise Refused(
            "commitments.project_not_running", "项目已经竣工或者结束，不能再作处理决定", remedy="请查看项目当前状态"
        )
    former = _standing_stop(commitment, lifts) if lifts is not None else None
    chosen = [Measure.LIFT] if former else _measures(commitment, measures)
    if former is None:
        _need_grounds(commitment, chosen)
    facts = need_text(facts, "facts", "请写明认定的事实和理由")
    made = propose(actor, commitment, chosen, facts, at, evidence=evidence_of(evidence, None), lifts=former)
    remember(claimed, made)
    return made


def propose(
    actor: Actor,
    commitment: Commitment,
    measures: Sequence[Measure],
    facts: str,
    at: datetime,
    *,
    evidence: Sequence[AttachedFile] = (),
    difficulty: Difficulty | None = None,
    lifts: Ruling | None = None,
) -> Ruling:
    """Writes the proposal and lays it before the department's principal; its caller has asked who may, and locked the
    promise.
    """
    project, rules = commitment.project, pack()
    cites = rules.parameter("ruling.measures", project.rules_on).cites
    latest = difficulty or commitment.difficulties.order_by("-id").first()
    made = Ruling(
        commitment=commitment,
        difficulty=latest,
        lifts=lifts,
        measures=[str(measure) for measure in measures],
        facts=facts,
        cites=list(cites),
        proposed_by_id=actor.person_id,
        proposed_at=at,
    )
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as error:
        raise Refused(
            "commitments.ruling_waits", "这项承诺已有处理决定等待审签", remedy="请等待主要负责同志审签"
        ) from error
    attach_files(made, FileRole.EVIDENCE, evidence)
    data = {"commitment": commitment.pk, "measures": made.measures, "lifts": lifts.pk if lifts else None}
    record(actor, "commitments.propose_ruling", made, at=at, project_code=code_of(commitment), why=facts, data=data)
    open_item(
        actor=actor,
        kind=CommitmentsWork.RULING_CONSENT,
        about=about(made, project, f"审签处理决定：{made.words}", page_of(made), stage=commitment.item.stage),
        limits=Limits(None),
        rules_on=project.rules_on,
        at=at,
        department_id=commitment.department_id,
        hall_id=project.hall_id,
        role=StaffRole.PRINCIPAL,
    )
    day = at.astimezone(TZ).date()
    tell(
        "ruling_due",
        at=at,
        persons=holders(StaffRole.PRINCIPAL, day, department_id=commitment.department_id),
        project_code=code_of(commitment),
        page=page_of(made),
        project=project.name,
        measures=made.words,
    )
    return made


def _measures(commitment: Commitment, wanted: Sequence[str]) -> list[Measure]:
    """In the order of Measure. Raises Refused for one this place or this promise does not allow."""
    rules, project = pack(), commitment.project
    allowed = rules.parameter("ruling.measures", project.rules_on)
    cites = rules.cite_texts(allowed.cites)
    if not wanted or any(code not in allowed.value for code in wanted):
        raise Refused("commitments.measures", "请选择处理的措施", field="measures", cites=cites)
    chosen = [measure for measure in Measure if measure in wanted]
    if (
        Measure.TERMINATE in chosen
        and commitment.field not in rules.parameter("commitment.terminate_fields", project.rules_on).value
    ):
        words = "只有涉及国家安全、民族团结、社会稳定、生态环境、节能减排的承诺难以完成，才终止项目建设"
        raise Refused(
            "commitments.terminate_field", words, field="measures", remedy="请选择责令停止建设等其他措施", cites=cites
        )
    if Measure.STOP in chosen and Measure.TERMINATE in chosen:
        raise Refused(
            "commitments.measures", "终止项目建设的，不用再责令停止建设", field="measures", remedy="两项选一项"
        )
    if Measure.STOP in chosen and project.stopped_at is not None:
        raise Refused("commitments.stopped", "项目已经停止建设", field="measures", remedy="请选择其他措施")
    if Measure.REVOKE in chosen and commitment.item.state != ItemState.GRANTED:
        raise Refused(
            "commitments.revoked",
            f"“{commitment.item.name}”现在没有可以撤销的决定",
            field="measures",
            remedy="请选择其他措施",
        )
    return chosen


def _need_grounds(commitment: Commitment, measures: Sequence[Measure]) -> None:
    """Help and rectification come first; only what was tried in vain, or found broken, is ruled on."""
    if commitment.state != CommitmentState.DECIDED:
        raise Refused("commitments.state", f"这项承诺现在是“{commitment.get_state_display()}”，没有可以处理的履行情况")
    tried = commitment.difficulties.filter(outcome__in=TRIED).exists()
    if not tried and commitment.fulfilment != Fulfilment.BROKEN:
        cites = pack().cite_texts(pack().parameter("ruling.measures", commitment.project.rules_on).cites)
        raise Refused(
            "commitments.rectify_first",
            "先帮助指导、督促整改，整改后仍不能达到承诺要求的，再作处理决定",
            field="measures",
            remedy="请先在复核或者履约困难里提出整改",
            cites=cites,
        )


def _standing_stop(commitment: Commitment, ruling_id: int) -> Ruling:
    found = Ruling.objects.filter(pk=ruling_id, commitment=commitment, state=RulingState.MADE).first()
    if found is None or not found.stops or found.lifted_by.filter(state=RulingState.MADE).exists():
        raise Refused("commitments.no_stop", "没有可以解除的停止建设", field="lifts", remedy="请刷新页面查看")
    return found


def _take(ruling_id: int) -> Ruling:
    """The ruling, its promise and project locked before it."""
    commitment = locked(Ruling.objects.values_list("commitment_id", flat=True).get(pk=ruling_id))
    made = (
        Ruling.objects.select_for_update(no_key=True, of=("self",))
        .select_related("lifts", "proposed_by")
        .get(pk=ruling_id)
    )
    made.commitment = commitment
    return made


def _for_the_principal(actor: Actor, ruling_id: int, version: int | None) -> Ruling:
    made = _take(ruling_id)
    if not access.can_consent_ruling(actor, made.commitment):
        raise forbid("处理决定由同意承诺的部门主要负责同志审签")
    check_version(made, version)
    if made.state != RulingState.PROPOSED:
        raise Refused("commitments.ruling_state", f"这份处理决定{made.get_state_display()}", remedy="请刷新页面查看")
    if made.proposed_by_id is not None and actor.person_id == made.proposed_by_id:
        raise Refused("commitments.ruling_two", "提出处理决定的人不能自己审签", remedy="请由主要负责同志审签")
    return made


def _answer(actor: Actor, made: Ruling, state: RulingState, answer: str, at: datetime, *fields: str) -> None:
    work = open_of(made, CommitmentsWork.RULING_CONSENT)
    if work is not None:
        close(actor=actor, item=work, at=at, outcome=state)
    made.state, made.answer, made.answered_by_id, made.answered_at = state, answer, actor.person_id, at
    save(made, "state", "answer", "answered_by", "answered_at", *fields)


@action
def refuse_ruling(*, actor: Actor, ruling_id: int, reason: str, at: datetime, version: int | None = None) -> Ruling:
    """The principal does not agree, and says why; nothing takes effect, and the department may propose anew."""
    made = _for_the_principal(actor, ruling_id, version)
    reason = need_text(reason, "reason", "请写明不同意的理由")
    _answer(actor, made, RulingState.REFUSED, reason, at)
    record(actor, "commitments.refuse_ruling", made, at=at, project_code=code_of(made.commitment), why=reason)
    if made.proposed_by is not None:
        words = {"project": made.commitment.project.name, "measures": made.words, "why": reason[:60]}
        tell(
            "ruling_refused",
            at=at,
            persons=[made.proposed_by],
            project_code=code_of(made.commitment),
            page=page_of(made),
            words=words,
        )
    return made


@action
def consent_ruling(
    *, actor: Actor, ruling_id: int, number: str, at: datetime, note: str = "", version: int | None = None
) -> Ruling:
    """The principal agrees and gives it its number: the ruling is made, takes effect, and is to be delivered."""
    made = _for_the_principal(actor, ruling_id, version)
    commitment, project = made.commitment, made.commitment.project
    if project.state not in RUNNING:
        raise Refused(
            "commitments.project_not_running",
            "项目已经竣工或者结束，不能再作处理决定",
            remedy="请填写理由，不同意这份处理决定",
        )
    made.number = need_text(number, "number", "请填写处理决定的文号")[:60]
    made.document = issue_ruling(made, at)
    _answer(actor, made, RulingState.MADE, note.strip(), at, "number", "document")
    lifting = Measure.LIFT in made.measures
    record(
        actor,
        "commitments.consent_ruling",
        made,
        at=at,
        project_code=code_of(commitment),
        why=made.facts,
        data={"commitment": commitment.pk, "number": made.number, "measures": made.measures, "lifts": made.lifts_id},
        chain="anomaly.closed" if lifting else "anomaly.reported",
    )
    open_item(
        actor=actor,
        kind=MapWork.DELIVERY,
        about=about(made, project, f"送达处理决定：{made.words}", page_of(made), stage=commitment.item.stage),
        limits=Limits(pack().integer("delivery.limit", project.rules_on)),
        rules_on=project.rules_on,
        at=at,
        department_id=commitment.department_id,
        hall_id=project.hall_id,
    )
    tell(
        "ruling_made",
        at=at,
        persons=contacts(project, at),
        unit_id=project.unit_id,
        project_code=code_of(commitment),
        page=PageRef("unit:ruling", ruling_id=made.pk),
        project=project.name,
        measures=made.words,
        number=made.number,
    )
    tell_platform_of_ruling(made, at)
    _take_effect(actor, made, at)
    return made


def _take_effect(actor: Actor, made: Ruling, at: datetime) -> None:
    commitment, project = made.commitment, made.commitment.project
    why = f"{made.number}：{made.facts}"
    if Measure.LIFT in made.measures:
        _lift(actor, made, why, at)
        return
    if commitment.fulfilment != Fulfilment.BROKEN:
        commitment.fulfilment = Fulfilment.BROKEN
        save(commitment, "fulfilment")
        tell_platform(commitment, "broken", at)
        end_review(actor, commitment, at, "broken")
        propose_broken(_proposer(made), commitment, why, at)
    end_difficulties(actor, [commitment], at, "ruled", "已作出处理决定")
    if Measure.REVOKE in made.measures:
        revoke(actor=actor, item=commitment.item, why=why, at=at)
    if Measure.STOP in made.measures:
        stop_building(actor=actor, project_id=project.pk, why=why, at=at)
        _wait_for_unit(actor, made, at)
    if Measure.TERMINATE in made.measures:
        end_project(actor=actor, project_id=project.pk, why=why, at=at)


def _wait_for_unit(actor: Actor, made: Ruling, at: datetime) -> None:
    """It is the unit's turn to put right what stopped its project, without a limit."""
    commitment, project = made.commitment, made.commitment.project
    open_item(
        actor=actor,
        kind=CommitmentsWork.STOPPED,
        about=about(
            made,
            project,
            "停止建设，整改后申请解除",
            page_of(made),
            unit_page=PageRef("unit:ruling", ruling_id=made.pk),
        ),
        limits=Limits(None),
        rules_on=project.rules_on,
        at=at,
        department_id=commitment.department_id,
        hall_id=project.hall_id,
        role="unit",
        waits_for="unit",
    )


def _proposer(made: Ruling) -> Actor:
    """Points are proposed in the name of who proposed the ruling; its principal may have to consent to them
    (附件7·第十二条).
    """
    commitment = made.commitment
    hall_id = commitment.project.hall_id
    return Actor(
        made.proposed_by_id, "approver", department_id=commitment.department_id, hall_id=hall_id, entrance="system"
    )


def _lift(actor: Actor, made: Ruling, why: str, at: datetime) -> None:
    """The stop ends with the last ruling that stands for it."""
    former = made.lifts
    assert former is not None
    for kind in (CommitmentsWork.STOPPED, CommitmentsWork.LIFT_REQUEST):
        work = open_of(former, kind)
        if work is not None:
            close(actor=actor, item=work, at=at, outcome="lifted")
    others = [ruling for ruling in standing_stops(made.commitment.project_id) if ruling.pk != former.pk]
    if not others:
        lift_stop(actor=actor, project_id=made.commitment.project_id, why=why, at=at)


@action
def deliver_ruling(*, actor: Actor, ruling_id: int, how: str, at: datetime, version: int | None = None) -> Ruling:
    """送达: how and when the ruling was handed to the unit, with its record."""
    made = _take(ruling_id)
    if not access.can_handle(actor, made.commitment):
        raise forbid("处理决定由作出决定的部门送达")
    check_version(made, version)
    if made.state != RulingState.MADE or made.delivered_at is not None:
        raise Refused("commitments.ruling_delivered", "这份处理决定没有作出，或者已经送达", remedy="请刷新页面查看")
    how = need_text(how, "how", "请填写送达方式")
    made.delivered_at, made.version = at, made.version + 1
    made.save(update_fields=["delivered_at", "version"])
    work = open_of(made, MapWork.DELIVERY)
    if work is not None:
        close(actor=actor, item=work, at=at, outcome="delivered")
    issue_delivery(actor, made, how, at)
    record(actor, "commitments.deliver_ruling", made, at=at, project_code=code_of(made.commitment), data={"how": how})
    return made


@action
def ask_lift(
    *, actor: Actor, ruling_id: int, text: str, at: datetime, evidence: Sequence[int] = (), idempotency_key: str = ""
) -> FulfilmentReport:
    """The unit has put right what stopped its project, and asks that it may go on; the department's clock runs."""
    claimed = claim(actor, idempotency_key, "commitments.ask_lift", [ruling_id, text, list(evidence)], at=at)
    if (known := answered(claimed)) is not None:
        return FulfilmentReport.objects.get(pk=known)
    made = _take(ruling_id)
    commitment, project = made.commitment, made.commitment.project
    if not access.can_report(actor, commitment):
        raise forbid("只能为本单位的项目申请解除停止建设")
    _standing_stop(commitment, made.pk)
    if open_of(made, CommitmentsWork.LIFT_REQUEST) is not None:
        raise Refused("commitments.lift_asked", "已经申请过解除，部门正在核查", remedy="请等待答复")
    text = need_text(text, "text", "请写明整改的情况")
    shown = evidence_of(evidence, project.unit_id)
    if not shown:
        raise Refused(
            "commitments.evidence", "请附整改到位的证明材料", field="evidence", remedy="照片、检测报告、批复都可以"
        )
    report = FulfilmentReport.objects.create(
        commitment=commitment, text=text, person_id=actor.required_person_id, at=at
    )
    attach_files(report, FileRole.EVIDENCE, shown)
    turn = open_of(made, CommitmentsWork.STOPPED)
    if turn is not None:
        close(actor=actor, item=turn, at=at, outcome="asked")
    work = open_item(
        actor=actor,
        kind=CommitmentsWork.LIFT_REQUEST,
        about=about(made, project, "核查整改，答复解除停止建设的申请", page_of(made), stage=commitment.item.stage),
        limits=Limits(pack().integer("stop.lift_limit", project.rules_on)),
        rules_on=project.rules_on,
        at=at,
        department_id=commitment.department_id,
        hall_id=project.hall_id,
    )
    record(
        actor,
        "commitments.ask_lift",
        report,
        at=at,
        project_code=code_of(commitment),
        why=text,
        data={"ruling": made.pk},
    )
    due = day_text(work.due_at) if work.due_at else ""
    tell(
        "lift_asked",
        at=at,
        persons=readers(work, at),
        project_code=code_of(commitment),
        page=work.page_ref,
        project=project.name,
        due=due,
    )
    remember(claimed, report)
    return report


@action
def refuse_lift(*, actor: Actor, ruling_id: int, reason: str, at: datetime) -> Ruling:
    """What was put right does not suffice: the stop stands, and the unit hears what is still missing."""
    made = _take(ruling_id)
    if not access.can_handle(actor, made.commitment):
        raise forbid("由作出决定的部门答复")
    work = open_of(made, CommitmentsWork.LIFT_REQUEST)
    if work is None:
        raise Refused("commitments.lift_not_asked", "没有等待答复的解除申请", remedy="请刷新页面查看")
    if made.lifted_by.filter(state=RulingState.PROPOSED).exists():
        raise Refused("commitments.ruling_waits", "已经提出解除停止建设，等待审签", remedy="请等待主要负责同志审签")
    reason = need_text(reason, "reason", "请写明还差什么、怎样整改")
    close(actor=actor, item=work, at=at, outcome="refused")
    _wait_for_unit(actor, made, at)
    project = made.commitment.project
    record(actor, "commitments.refuse_lift", made, at=at, project_code=code_of(made.commitment), why=reason)
    words = {"project": project.name, "why": reason[:80]}
    tell(
        "lift_refused",
        at=at,
        unit_id=project.unit_id,
        project_code=code_of(made.commitment),
        page=PageRef("unit:ruling", ruling_id=made.pk),
        words=words,
    )
    return made


def end_rulings(actor: Actor, project: Project, at: datetime) -> None:
    """The project has ended: what was only proposed is moot."""
    waiting = Ruling.objects.select_for_update(no_key=True).filter(
        commitment__project=project, state=RulingState.PROPOSED
    )
    for made in waiting.order_by("id"):
        work = open_of(made, CommitmentsWork.RULING_CONSENT)
        if work is not None:
            close(actor=actor, item=work, at=at, outcome="project ended", cancelled=True)
        made.state, made.version = RulingState.MOOT, made.version + 1
        made.save(update_fields=["state", "version"])


def page_of(made: Ruling) -> PageRef:
    return PageRef("staff:ruling", ruling_id=made.pk)
