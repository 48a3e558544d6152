"""The unit promises instead of waiting (正文·三(四)), and takes the promise back while nothing rests on it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from yinuo.core.decision import Decision
from yinuo.core.pack.types import CommitmentStandard
from yinuo.engine.base import NO_ROW, Actor, Forbidden, PageRef, Refused, Stale
from yinuo.engine.documents.actions import issue_signed
from yinuo.engine.documents.models import Document
from yinuo.engine.documents.signing import Signatory
from yinuo.engine.notices.actions import tell
from yinuo.engine.people.models import AuthorisedPerson, InForce, Person
from yinuo.engine.rules import pack
from yinuo.engine.trail.actions import action, once, record, request_hash, store
from yinuo.rooms.commitments import access, papers
from yinuo.rooms.commitments.actions.common import (
    PENDING,
    code_of,
    day_text,
    end_of,
    leave,
    need_text,
    open_decision,
    take,
)
from yinuo.rooms.commitments.models import (
    Commitment,
    CompletionVerification,
    Objection,
    ObjectionState,
    PaperSigning,
)
from yinuo.rooms.commitments.room import CommitmentsPaper
from yinuo.rooms.commitments.telling import tell_platform
from yinuo.rooms.credit.relying import rely_on
from yinuo.rooms.onemap.actions import begin_promise
from yinuo.rooms.onemap.actions import common as onemap
from yinuo.rooms.onemap.building import option_of
from yinuo.rooms.onemap.mocking import cites_of
from yinuo.rooms.onemap.models import ItemState, MapItem
from yinuo.rooms.projects.actions import need_not_stopped


@action
def commit(
    *,
    actor: Actor,
    item_id: int,
    standard_version: str,
    at: datetime,
    version: int | None = None,
    idempotency_key: str = "",
) -> Commitment:
    """Signs the letter and publishes the promise: the notice period runs from now to the close of its last working day.

    `standard_version` is the one the signer has read. Raises: Forbidden (no authority to sign), Stale (another standard
    by now), Refused (not open; not promisable: with the rule and its citation; prerequisites).
    """
    claim = once(actor, idempotency_key, request_hash([item_id, standard_version]), at=at) if idempotency_key else None
    if claim is not None and claim.answer is not None:
        return Commitment.objects.get(pk=claim.answer["commitment"])
    item = onemap.take(actor, item_id, access.can_commit, [ItemState.OPEN], version)
    binding = _signer(actor, item, at)
    decision, standard = may_be_promised(item, at)
    if standard.version != standard_version:
        raise Stale(
            "commitments.standard", "这个事项的承诺标准已经更新，您的承诺没有提交", remedy="请按新的标准阅读后再签署"
        )
    letter = _signed_letter(item, standard, binding, at)
    commitment = publish(actor, "commitments.commit", item, standard, decision, letter, at, signed_by=binding.person)
    tell(
        "commitment_published",
        at=at,
        persons=[person for person in (item.handler, binding.person) if person],
        unit_id=item.project.unit_id,
        project_code=code_of(commitment),
        page=PageRef("public:commitment", commitment_id=commitment.pk),
        matter=item.name,
        until=day_text(commitment.notice_until),
    )
    if claim is not None:
        claim.remember(201, {"commitment": commitment.pk})
    return commitment


def preview_letter(*, actor: Actor, item_id: int, at: datetime) -> bytes:
    """The letter as PDF to read before signing; nothing is written. Raises like `commit`."""
    item = MapItem.objects.select_related("project__unit", "project__hall", "department", "handler").get(pk=item_id)
    if not access.can_commit(actor, item):
        raise Forbidden("access.forbidden", "只能查看本单位的承诺书")
    binding = _binding(actor, item, at)
    if binding is None:
        raise Forbidden("commitments.binding", "您还没有获得该单位的授权，或授权已结束")
    _option(item, at)
    return papers.draft(item, _standard(item), binding, at, turn_of(item))


def may_be_promised(item: MapItem, at: datetime) -> tuple[Decision, CommitmentStandard]:
    """Whoever signs, and however: the decision that lets an open matter be promised now, and its standard.

    Raises Refused.
    """
    need_not_stopped(item.project)
    rely_on(item.project.unit, at)
    _need_no_mock(item)
    _need_time(item)
    decision = _option(item, at)
    onemap.need_prerequisites(item)
    return decision, _standard(item)


def publish(
    actor: Actor,
    verb: str,
    item: MapItem,
    standard: CommitmentStandard,
    decision: Decision,
    letter: Document,
    at: datetime,
    *,
    signed_by: Person | None = None,
    paper: PaperSigning | None = None,
) -> Commitment:
    """The promise of a signed letter, in notice from now on;
    its department's time to decide begins after the notice.
    """
    commitment = Commitment.objects.create(
        project=item.project,
        item=item,
        department=item.department,
        standard_version=standard.version,
        requirements=list(standard.requirements),
        promises=list(standard.promises),
        field=standard.field or "",
        option=store(decision, at),
        letter=letter,
        signed_by=signed_by,
        paper=paper,
        signed_at=at,
        letter_sha256=letter.sha256,
        notice_from=at,
        notice_until=end_of(onemap.day_of(at), "notice.period", item.project.rules_on),
    )
    begin_promise(item=item, at=at)
    tell_platform(commitment, "given", at)
    work = open_decision(actor, commitment, at)
    record(
        actor,
        verb,
        commitment,
        at=at,
        project_code=code_of(commitment),
        data={
            "item": item.pk,
            "matter": item.matter_id,
            "standard_version": standard.version,
            "letter_sha256": commitment.letter_sha256,
            **({"scan_sha256": paper.scan_sha256} if paper else {}),
            "notice_until": commitment.notice_until,
            "decide_by": work.due_at,
        },
        decision=commitment.option,
        chain="approval.document",
    )
    return commitment


def _need_no_mock(item: MapItem) -> None:
    if item.mock:
        raise Refused(
            "commitments.mock",
            f"“{item.name}”正在模拟审批，不能同时按信用承诺办理",
            remedy="取得土地手续、转入正式审批以后再选择办理方式",
            cites=cites_of(item, "mock.offline"),
        )


def _binding(actor: Actor, item: MapItem, at: datetime) -> AuthorisedPerson | None:
    """Who signs electronically, signs as the unit's own person; what the window takes in was signed on paper
    (paper.py).
    """
    if actor.via:
        return None
    return (
        AuthorisedPerson.objects.filter(
            InForce.on(onemap.day_of(at)),
            person_id=actor.person_id or NO_ROW,
            unit_id=item.project.unit_id,
            confirmed_at__isnull=False,
        )
        .select_related("person", "unit")
        .order_by("-may_sign", "id")
        .first()
    )


def _signer(actor: Actor, item: MapItem, at: datetime) -> AuthorisedPerson:
    binding = _binding(actor, item, at)
    if binding is None or not access.can_sign(binding):
        raise Forbidden(
            "commitments.may_not_sign",
            "您没有代表单位签署信用承诺的权限",
            remedy="请由法定代表人或获得签署授权的人员签署",
        )
    return binding


def _need_time(item: MapItem) -> None:
    """A promise is given before completion is applied for, and not again where an objection to it was upheld."""
    if CompletionVerification.objects.filter(project_id=item.project_id).exists():
        raise Refused("commitments.in_completion", "竣工验收已经申请，不能再作承诺", remedy="请按常规办理")
    if Objection.objects.filter(commitment__item=item, state=ObjectionState.UPHELD).exists():
        raise Refused(
            "commitments.upheld", f"“{item.name}”的承诺有异议并已认定成立，不能再作承诺", remedy="请按常规办理"
        )


def _option(item: MapItem, at: datetime) -> Decision:
    """Listed, offered and promisable as of now.

    Raises Refused with the rules that stand against it and their citations.
    """
    decision = option_of(item.project, item.matter_id, onemap.day_of(at))
    if decision.outcome["promisable"] is True:
        return decision
    against: Sequence[str] = [step.text for step in decision.trace if step.outcome is not True]
    names = list(dict.fromkeys(cite for step in decision.trace if step.outcome is not True for cite in step.cites))
    raise Refused(
        "commitments.not_promisable",
        f"“{item.name}”不能以信用承诺方式办理：{'；'.join(against) or '还有情况需要核实'}",
        remedy="请按常规办理，提交材料",
        cites=pack().cite_texts(names),
        data={"outcome": decision.to_json()["outcome"], "missing": list(decision.missing)},
    )


def _standard(item: MapItem) -> CommitmentStandard:
    standard = pack().matters[item.matter_id].standard_at(item.project.rules_on)
    if standard is None:
        raise Refused("commitments.no_standard", f"“{item.name}”还没有公布承诺标准", remedy="请按常规办理，提交材料")
    return standard


def turn_of(item: MapItem) -> int:
    """Which letter for the matter the next one is, counted from 1."""
    return Commitment.objects.filter(item=item).count() + 1


def _signed_letter(item: MapItem, standard: CommitmentStandard, binding: AuthorisedPerson, at: datetime) -> Document:
    unit = binding.unit
    return issue_signed(
        kind=CommitmentsPaper.LETTER,
        subject=item,
        data=papers.letter(item, standard, binding, at, turn=turn_of(item), signed=True),
        at=at,
        signatory=Signatory(id=unit.credit_code or unit.name, name=unit.name, person=binding.person.name),
        reason=f"信用承诺：{item.name}",
        project_code=item.project.code or "",
        unit_id=unit.pk,
    )


@action
def to_regular(*, actor: Actor, commitment_id: int, why: str, at: datetime, version: int | None = None) -> Commitment:
    """The unit takes the promise back before the decision; the matter is open again, to hand in or to promise anew."""
    commitment = take(actor, commitment_id, access.can_withdraw, PENDING, version)
    why = need_text(why, "why", "请写明转为常规办理的原因")
    leave(actor, commitment, why, at)
    record(
        actor,
        "commitments.to_regular",
        commitment,
        at=at,
        project_code=code_of(commitment),
        why=why,
        data={"item": commitment.item_id},
    )
    return commitment
