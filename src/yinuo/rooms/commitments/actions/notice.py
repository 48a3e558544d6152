"""While the promise is published: objections and their answers; when the period is over: the decision (正文·二(一),
三(七)).
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

from yinuo.core.calendar import TZ
from yinuo.engine.base import NO_ROW, Actor, PageRef, Refused, check_version, forbid, save
from yinuo.engine.documents.actions import signing_provider
from yinuo.engine.documents.queries import content_of
from yinuo.engine.documents.signing import verify_pdf
from yinuo.engine.notices.actions import tell
from yinuo.engine.notices.effects import readers
from yinuo.engine.rules import pack
from yinuo.engine.trail.actions import action, once, record, request_hash, unit_of_work
from yinuo.engine.trail.queries import of_subject
from yinuo.engine.work.actions import Limits, close, open_item, open_of
from yinuo.rooms.commitments import access
from yinuo.rooms.commitments.actions.common import (
    code_of,
    day_text,
    end_decision,
    leave,
    locked,
    need_running,
    need_state,
    need_text,
    open_decision,
    take,
)
from yinuo.rooms.commitments.models import Commitment, CommitmentState, Objection, ObjectionState
from yinuo.rooms.commitments.reviewing import first_on
from yinuo.rooms.onemap.actions import common as onemap
from yinuo.rooms.onemap.actions import conclude, end_notice
from yinuo.rooms.onemap.building import barred
from yinuo.rooms.onemap.room import MapWork
from yinuo.rooms.projects.actions.filing import about
from yinuo.rooms.projects.models import ProjectState

PUBLISHED = (CommitmentState.NOTICE, CommitmentState.OBJECTED)
LONGEST_OBJECTION = 2000


@action
def raise_objection(
    *,
    actor: Actor,
    commitment_id: int,
    text: str,
    at: datetime,
    name: str = "",
    contact: str = "",
    idempotency_key: str = "",
) -> Objection:
    """Anybody objects while the promise is published; the receipt number is how the objector reads the reply.

    Who it was stands in this row alone, so that it can be erased. Raises: Refused after the period.
    """
    body = request_hash([commitment_id, text, name, contact])
    claim = once(actor, idempotency_key, body, at=at) if idempotency_key else None
    if claim is not None and claim.answer is not None:
        return Objection.objects.get(pk=claim.answer["objection"])
    if not access.can_object(actor):
        raise forbid()
    commitment = locked(commitment_id)
    if commitment.state not in PUBLISHED or at >= commitment.notice_until:
        raise Refused(
            "commitments.notice_over", "公示期已满，不再接收异议", remedy="如发现未按承诺建设，请向监管部门反映"
        )
    text = need_text(text, "text", "请写明异议的内容和理由")
    if len(text) > LONGEST_OBJECTION:
        raise Refused("commitments.text", f"异议内容不能超过 {LONGEST_OBJECTION} 字", field="text", remedy="请写明要点")
    objection = Objection.objects.create(
        commitment=commitment,
        receipt_no=_receipt_number(at),
        text=text,
        name=name.strip()[:60],
        contact=contact.strip()[:80],
        raised_at=at,
    )
    if commitment.state == CommitmentState.NOTICE:
        commitment.state = CommitmentState.OBJECTED
        save(commitment, "state")
        end_decision(actor, commitment, at, "objection", cancelled=True)
    _ask_department(actor, objection, at)
    record(
        actor,
        "commitments.object",
        objection,
        at=at,
        project_code=code_of(commitment),
        data={"commitment": commitment.pk},
    )
    if claim is not None:
        claim.remember(201, {"objection": objection.pk})
    return objection


def _receipt_number(at: datetime) -> str:
    """Random: the number is the only key to the reply."""
    return f"Y{at.astimezone(TZ):%y%m%d}{secrets.token_hex(6).upper()}"


def _ask_department(actor: Actor, objection: Objection, at: datetime) -> None:
    commitment = objection.commitment
    item, project = commitment.item, commitment.project
    work = open_item(
        actor=actor,
        kind=MapWork.OBJECTION,
        about=about(
            objection,
            project,
            f"公示异议：{item.name}",
            PageRef("staff:objection", objection_id=objection.pk),
            stage=item.stage,
            matter_id=item.matter_id,
        ),
        limits=Limits(pack().integer("objection.answer_limit", project.rules_on)),
        rules_on=project.rules_on,
        at=at,
        department_id=commitment.department_id,
        hall_id=project.hall_id,
        assignee_id=item.handler_id,
    )
    tell(
        "objection",
        at=at,
        persons=readers(work, at),
        project_code=code_of(commitment),
        page=work.page_ref,
        matter=item.name,
        receipt=objection.receipt_no,
        due=day_text(work.due_at) if work.due_at else "",
    )
    tell(
        "objection_raised",
        at=at,
        unit_id=project.unit_id,
        project_code=code_of(commitment),
        page=onemap.page_of(item),
        matter=item.name,
    )


@action
def answer_objection(
    *, actor: Actor, objection_id: int, upheld: bool, answer: str, at: datetime, version: int | None = None
) -> Objection:
    """A reasoned reply: upheld puts the matter on the regular way, rejected lets the promise go on."""
    commitment = locked(Objection.objects.values_list("commitment_id", flat=True).get(pk=objection_id))
    objection = Objection.objects.select_for_update(no_key=True).get(pk=objection_id)
    objection.commitment = commitment
    if not access.can_handle(actor, commitment):
        raise forbid("异议由同意承诺的部门答复")
    check_version(objection, version)
    need_running(commitment)
    if objection.state != ObjectionState.OPEN:
        raise Refused("commitments.answered", "这条异议已经答复过了", remedy="请刷新页面查看")
    objection.state = ObjectionState.UPHELD if upheld else ObjectionState.REJECTED
    objection.answer = need_text(answer, "answer", "请写明答复的理由和依据")
    objection.answered_by_id, objection.answered_at, objection.version = actor.person_id, at, objection.version + 1
    objection.save(update_fields=["state", "answer", "answered_by", "answered_at", "version"])
    work = open_of(objection, MapWork.OBJECTION)
    if work is not None:
        close(actor=actor, item=work, at=at, outcome=objection.state)
    if upheld:
        leave(actor, commitment, f"公示异议成立：{objection.answer}", at)
        _bar(commitment, objection.answer)
    elif not _open_objections(commitment):
        _go_on(actor, commitment, at)
    record(
        actor,
        "commitments.answer_objection",
        objection,
        at=at,
        project_code=code_of(commitment),
        data={"commitment": commitment.pk, "upheld": upheld},
    )
    if commitment.state == CommitmentState.DECIDABLE:
        _tell_decidable(commitment, at)
    tell(
        "objection_answered",
        at=at,
        unit_id=commitment.project.unit_id,
        project_code=code_of(commitment),
        page=onemap.page_of(commitment.item),
        matter=commitment.item.name,
        outcome="成立，转常规办理" if upheld else "不成立",
        answer=objection.answer[:80],
    )
    return objection


def _bar(commitment: Commitment, answer: str) -> None:
    """An objection upheld: this matter of this project is not promised again, and its page says why."""
    item = commitment.item
    cites = pack().parameter("objection.answer_limit", commitment.project.rules_on).cites
    item.promisable, item.promisable_why = (
        False,
        barred(item.promisable_why, f"公示异议成立，不能再作承诺：{answer}", cites),
    )
    save(item, "promisable", "promisable_why")


def _open_objections(commitment: Commitment) -> bool:
    return Objection.objects.filter(commitment=commitment, state=ObjectionState.OPEN).exists()


def _go_on(actor: Actor, commitment: Commitment, at: datetime) -> None:
    """The last objection was rejected: published again, or to be decided if the period is over by now."""
    open_decision(actor, commitment, at)
    if at >= commitment.notice_until:
        _make_decidable(commitment, at)
    else:
        commitment.state = CommitmentState.NOTICE
        save(commitment, "state")


def _make_decidable(commitment: Commitment, at: datetime) -> None:
    commitment.state = CommitmentState.DECIDABLE
    save(commitment, "state")
    end_notice(item=commitment.item)


def _tell_decidable(commitment: Commitment, at: datetime) -> None:
    """Asks the department to decide, unless what was recorded of the notice's end has decided already (“标准地”)."""
    item = commitment.item
    work = open_of(item, MapWork.DECISION)
    if work is not None:
        tell(
            "decidable",
            at=at,
            persons=readers(work, at),
            project_code=code_of(commitment),
            page=PageRef("staff:item", item_id=item.pk),
            matter=item.name,
        )


def close_notices(now: datetime, batch: int = 200) -> int:
    """Every promise whose period is over without open objection can be decided now; returns how many.

    Each is its own transaction.
    """
    due = Commitment.objects.filter(state=CommitmentState.NOTICE, notice_until__lte=now).order_by("notice_until", "id")
    return sum(_close_notice(pk, now) for pk in list(due.values_list("id", flat=True)[:batch]))


def _close_notice(commitment_id: int, now: datetime) -> int:
    with unit_of_work():
        commitment = locked(commitment_id)
        if (
            commitment.state != CommitmentState.NOTICE
            or now < commitment.notice_until
            or commitment.project.state != ProjectState.CONFIRMED
        ):
            return 0
        _make_decidable(commitment, now)
        record(Actor.system(), "commitments.close_notice", commitment, at=now, project_code=code_of(commitment))
        _tell_decidable(commitment, now)
        return 1


@action
def decide_on_commitment(
    *, actor: Actor, commitment_id: int, document_number: str, at: datetime, text: str = "", version: int | None = None
) -> Commitment:
    """Grants the matter on the promise alone, once the notice is over and no objection is open.

    The letter is checked against the digest kept at signing first: nothing is decided on a changed one. Raises:
    Refused.
    """
    states = (*PUBLISHED, CommitmentState.DECIDABLE)
    commitment = take(actor, commitment_id, access.can_handle, states, version)
    _need_decidable(commitment, at)
    _need_whole_letter(commitment, at)
    number = need_text(document_number, "document_number", "请填写决定书文号")
    commitment.state, commitment.decided_at = CommitmentState.DECIDED, at
    commitment.review_on = first_on(commitment, at.astimezone(TZ).date())
    save(commitment, "state", "decided_at", "review_on")
    end_decision(actor, commitment, at, "granted")
    record(
        actor,
        "commitments.decide",
        commitment,
        at=at,
        project_code=code_of(commitment),
        data={"item": commitment.item_id, "document_number": number, "letter_sha256": commitment.letter_sha256},
    )
    named = f"{commitment.project.unit.name}信用承诺书（{commitment.letter.data['number']}）"
    conclude(
        actor=actor, item=commitment.item, granted=True, document_number=number, text=text, at=at, commitment=named
    )
    return commitment


def _need_decidable(commitment: Commitment, at: datetime) -> None:
    cites = pack().cite_texts(pack().parameter("notice.period", commitment.project.rules_on).cites)
    if commitment.state == CommitmentState.OBJECTED or _open_objections(commitment):
        raise Refused(
            "commitments.objection_open", "公示期间的异议还没有答复，不能直接决定", remedy="请先答复异议", cites=cites
        )
    if at < commitment.notice_until:
        until = day_text(commitment.notice_until)
        raise Refused(
            "commitments.in_notice", f"公示期到{until}，期满前不能直接决定", remedy="请在公示期满后办理", cites=cites
        )
    need_state(commitment, (CommitmentState.NOTICE, CommitmentState.DECIDABLE))


def _need_whole_letter(commitment: Commitment, at: datetime) -> None:
    """Against the digests on the trail, which nobody can rewrite, and not only against the row's; the scan of a paper
    one too.
    """
    content = content_of(commitment.letter.file_id or NO_ROW)
    given = of_subject(commitment).get(verb__in=("commitments.commit", "commitments.commit_on_paper")).data
    signed = given["letter_sha256"]
    report = verify_pdf(content, signed, roots=signing_provider().roots(), at=at)
    if not report.valid or signed != commitment.letter_sha256 or not _scan_whole(commitment, given.get("scan_sha256")):
        raise Refused(
            "commitments.letter_altered",
            f"承诺书与签署时不一致，不能据以决定：{'；'.join(report.reasons) or '登记的摘要与留痕记录不一致'}",
            remedy="请联系系统管理员核查承诺书原件",
            data={"reasons": list(report.reasons)},
        )


def _scan_whole(commitment: Commitment, sha256: str | None) -> bool:
    if commitment.paper is None:
        return sha256 is None
    return hashlib.sha256(commitment.paper.scan.content).hexdigest() == sha256 == commitment.paper.scan_sha256
