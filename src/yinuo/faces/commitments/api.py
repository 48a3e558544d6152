"""Promises: given, read by everybody, objected to, decided, kept."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router, Schema, Status

from yinuo.engine.base import NO_ROW, Refused, forbid
from yinuo.engine.documents.actions import signing_provider
from yinuo.engine.documents.queries import content_of
from yinuo.engine.documents.signing import verify_pdf
from yinuo.engine.rules import pack
from yinuo.faces.projects.api import readable
from yinuo.rooms.commitments import access, actions, queries
from yinuo.rooms.commitments.models import (
    Commitment,
    CommitmentReview,
    CommitmentState,
    DifficultyOutcome,
    Fulfilment,
    Kept,
    Measure,
    Objection,
    ObjectionState,
    Ruling,
    RulingState,
)
from yinuo.rooms.projects.access import can_see
from yinuo.ui.api import PDF_ANSWER, VersionIn, WhyIn, actor_of, key_of
from yinuo.ui.api_shapes import AttachmentOut, Shape, maybe_absent
from yinuo.ui.throttle import PerAddress

router = Router(tags=["信用承诺"])
PDF = "application/pdf"
Signing = Literal["electronic", "paper"]


class CommitIn(VersionIn):
    standard_version: str


class CommitmentOut(Shape):
    id: int
    project: int
    item: int
    matter_id: str
    matter: str
    department: str
    state: CommitmentState
    fulfilment: Fulfilment
    standard_version: str
    requirements: list[str]
    promises: list[str]
    letter_number: str
    letter_sha256: str
    signing: Signing
    scan_sha256: str | None
    signed_at: datetime
    notice_from: datetime
    notice_until: datetime
    decided_at: datetime | None
    review_on: date | None
    waits_for_closing: bool
    version: int


class ObjectIn(Schema):
    """`name` and `contact` may stay empty; whoever leaves them is answered by the receipt number alone."""

    text: str
    name: str = ""
    contact: str = ""


class ObjectionAnswerIn(VersionIn):
    upheld: bool
    answer: str


class CommitmentDecisionIn(VersionIn):
    document_number: str
    text: str = ""


class FulfilmentIn(Schema):
    text: str
    evidence: list[int] = []


class ReviewedPointIn(Schema):
    """`outcome`: kept, at_risk, broken; what is not kept needs a `note`."""

    outcome: str
    note: str = ""


class CommitmentReviewIn(VersionIn):
    """`points` in the order of the promise's requirements; `on`: the day it was looked at."""

    on: date
    points: list[ReviewedPointIn]
    note: str = ""
    evidence: list[int] = []


class ClosingIn(VersionIn):
    """`outcome`: kept, broken, released; one not kept needs `evidence`."""

    outcome: str
    text: str
    evidence: list[int] = []


class HandleIn(VersionIn):
    """`days`: help with an order to rectify within so many working days."""

    outcome: str
    text: str
    days: int | None = None


class LetterCheckOut(Shape):
    """Whether a signed letter still is what was signed, and every reason why not."""

    valid: bool
    reasons: list[str]
    signer: str | None
    signer_id: str | None
    signed_at: datetime | None
    covers_entire_file: bool


class CommitmentZoneRowOut(Shape):
    """A promise as everybody may read it. `days_left`: working days of the notice still to come; 0 = over."""

    id: int
    matter: str
    department: str
    project: str
    project_code: str
    unit: str
    credit_code: str
    state: CommitmentState
    state_label: str
    fulfilment: Fulfilment
    fulfilment_label: str
    signing: Signing
    signed_at: datetime
    notice_until: datetime
    days_left: int
    decided_at: datetime | None
    objections: int


class CommitmentZoneOut(Shape):
    """`after` opens the next page, "" = no more."""

    items: list[CommitmentZoneRowOut]
    after: str


class PublicReportOut(Shape):
    at: datetime
    text: str


class PublicReviewOut(Shape):
    """A review without remarks, files and names; `points`: the outcome of each requirement."""

    round: int
    on: date
    outcome: Kept
    outcome_label: str
    points: list[Kept]


class PublicFindingOut(Shape):
    round: int
    requirement: int | None
    text: str
    met: bool
    at: datetime


class PublicCommitmentOut(CommitmentZoneRowOut):
    requirements: list[str]
    promises: list[str]
    standard_version: str
    letter_number: str
    letter_sha256: str
    takes_objections: bool
    reports: list[PublicReportOut]
    reviews: list[PublicReviewOut]
    findings: list[PublicFindingOut]


class ObjectionReceiptOut(Shape):
    id: int
    receipt_no: str
    state: ObjectionState
    raised_at: datetime


class ObjectionReplyOut(Shape):
    """What the holder of a receipt number may read: the objection's course, not who it was."""

    receipt_no: str
    commitment_id: int
    matter: str
    department: str
    project: str
    text: str
    raised_at: datetime
    state: ObjectionState
    state_label: str
    answer: str
    answered_at: datetime | None


class ObjectionOut(Shape):
    """`name`, `contact`: only for those who may know who objected."""

    id: int
    text: str
    state: ObjectionState
    raised_at: datetime
    answer: str
    answered_at: datetime | None
    version: int
    name: str = maybe_absent()
    contact: str = maybe_absent()


class AnsweredObjectionOut(Shape):
    id: int
    state: ObjectionState
    answered_at: datetime
    version: int


class FulfilmentReportOut(Shape):
    id: int
    at: datetime


class DifficultyOut(Shape):
    id: int
    version: int


class HandledDifficultyOut(Shape):
    id: int
    outcome: DifficultyOutcome
    version: int


class ReviewedPointOut(Shape):
    text: str
    outcome: Kept
    note: str


class CommitmentReviewOut(Shape):
    """`points` in the order of the promise's requirements."""

    id: int
    round: int
    on: date
    outcome: Kept
    points: list[ReviewedPointOut]
    note: str
    due_at: datetime | None
    late: bool
    next_on: date
    at: datetime
    commitment: int
    evidence: list[AttachmentOut]


class ReviewLineOut(Shape):
    """A promise that waits for its review, will soon (`on`), or was reviewed (`review`)."""

    commitment: int
    matter: str
    department: str
    project_code: str
    on: date | None
    due_at: datetime | None
    review: CommitmentReviewOut | None


class ReviewLinesOut(Shape):
    items: list[ReviewLineOut]
    after: str


class RulingOut(Shape):
    id: int
    measures: list[Measure]
    facts: str
    state: RulingState
    number: str
    proposed_at: datetime
    answered_at: datetime | None
    answer: str
    delivered_at: datetime | None
    version: int
    words: str
    commitment: int
    lifts: int | None
    document: int | None
    cites: list[str]


class LiftRequestOut(Shape):
    id: int
    at: datetime


def out(commitment: Commitment) -> dict[str, Any]:
    same = (
        "id",
        "state",
        "fulfilment",
        "standard_version",
        "requirements",
        "promises",
        "letter_sha256",
        "signing",
        "signed_at",
    )
    return {
        **{name: getattr(commitment, name) for name in same},
        "scan_sha256": commitment.paper.scan_sha256 if commitment.paper else None,
        "project": commitment.project_id,
        "item": commitment.item_id,
        "matter_id": commitment.item.matter_id,
        "matter": commitment.item.name,
        "department": commitment.department.name,
        "letter_number": commitment.letter.data["number"],
        "notice_from": commitment.notice_from,
        "notice_until": commitment.notice_until,
        "decided_at": commitment.decided_at,
        "review_on": commitment.review_on,
        "waits_for_closing": commitment.waits_for_closing,
        "version": commitment.version,
    }


def readable_one(request: HttpRequest, commitment_id: int) -> Commitment:
    commitment = queries.one(commitment_id)
    readable(request, commitment.project_id)
    return commitment


@router.get("/items/{item_id}/commitment-letter", openapi_extra=PDF_ANSWER, summary="承诺书预览（PDF），签署前阅读")
def preview(request: HttpRequest, item_id: int) -> HttpResponse:
    return HttpResponse(
        actions.preview_letter(actor=actor_of(request), item_id=item_id, at=timezone.now()), content_type=PDF
    )


@router.post("/items/{item_id}/commitments", response={201: CommitmentOut}, summary="签署承诺书并公示")
def commit(request: HttpRequest, item_id: int, body: CommitIn) -> Status[dict[str, Any]]:
    made = actions.commit(
        actor=actor_of(request),
        item_id=item_id,
        standard_version=body.standard_version,
        at=timezone.now(),
        version=body.version,
        idempotency_key=key_of(request),
    )
    return Status(201, out(queries.one(made.pk)))


@router.get("/projects/{project_id}/commitments", response=list[CommitmentOut], summary="项目的全部承诺")
def of_project(request: HttpRequest, project_id: int) -> list[dict[str, Any]]:
    readable(request, project_id)
    return [out(commitment) for commitment in queries.of_project(project_id)]


@router.get("/commitments/{commitment_id}", response=CommitmentOut, summary="查看承诺")
def show(request: HttpRequest, commitment_id: int) -> dict[str, Any]:
    return out(readable_one(request, commitment_id))


@router.get("/commitments/{commitment_id}/letter", openapi_extra=PDF_ANSWER, summary="承诺书原件（PDF）")
def letter(request: HttpRequest, commitment_id: int) -> HttpResponse:
    return HttpResponse(_letter(readable_one(request, commitment_id)), content_type=PDF)


@router.get(
    "/commitments/{commitment_id}/letter/check", response=LetterCheckOut, summary="核验承诺书的签名、完整性与摘要"
)
def check_letter(request: HttpRequest, commitment_id: int) -> dict[str, Any]:
    commitment = readable_one(request, commitment_id)
    report = verify_pdf(
        _letter(commitment), commitment.letter_sha256, roots=signing_provider().roots(), at=timezone.now()
    )
    return asdict(report)


def _letter(commitment: Commitment) -> bytes:
    return content_of(commitment.letter.file_id or NO_ROW)


# -- in public


@router.get("/zone", auth=None, response=CommitmentZoneOut, summary="信用承诺专区")
def zone(request: HttpRequest, state: str = "", search: str = "", after: str = "", size: int = 30) -> dict[str, Any]:
    try:
        page = queries.zone(timezone.now(), state=state, search=search[:80], after=after, size=min(max(size, 1), 100))
    except ValueError as error:
        raise Refused("api.after", "翻页游标不对", field="after", remedy="请使用上一页答复里的 after") from error
    return {"items": [asdict(row) for row in page.rows], "after": page.after}


@router.get("/zone/{commitment_id}", auth=None, response=PublicCommitmentOut, summary="一项承诺的公示页")
def public_page(request: HttpRequest, commitment_id: int) -> dict[str, Any]:
    page = queries.public_page(commitment_id, timezone.now())
    return {
        **asdict(page.row),
        "requirements": page.requirements,
        "promises": page.promises,
        "standard_version": page.standard_version,
        "letter_number": page.letter_number,
        "letter_sha256": page.letter_sha256,
        "takes_objections": page.takes_objections,
        "reports": [{"at": at, "text": text} for at, text in page.reports],
        "reviews": [asdict(row) for row in page.reviews],
        "findings": [
            {"round": f.round, "requirement": f.requirement, "text": f.text, "met": f.met, "at": f.at}
            for f in page.findings
        ],
    }


@router.post(
    "/commitments/{commitment_id}/objections",
    auth=None,
    throttle=[PerAddress("objections")],
    response={201: ObjectionReceiptOut},
    summary="对公示的承诺提出异议，任何人不登录即可",
)
def raise_objection(request: HttpRequest, commitment_id: int, body: ObjectIn) -> Status[dict[str, Any]]:
    """The receipt number is the only way to the reply. Without an account the idempotency key is optional."""
    made = actions.raise_objection(
        actor=actor_of(request),
        commitment_id=commitment_id,
        text=body.text,
        name=body.name,
        contact=body.contact,
        at=timezone.now(),
        idempotency_key=request.headers.get("Idempotency-Key", "").strip()[:80],
    )
    return Status(201, {"id": made.pk, "receipt_no": made.receipt_no, "state": made.state, "raised_at": made.raised_at})


@router.get("/objections/{receipt_no}", auth=None, response=ObjectionReplyOut, summary="凭回执编号查看异议的答复")
def objection_reply(request: HttpRequest, receipt_no: str) -> dict[str, Any]:
    return asdict(queries.objection_by_receipt(receipt_no))


# -- the department


@router.get("/commitments/{commitment_id}/objections", response=list[ObjectionOut], summary="承诺收到的异议")
def objections(request: HttpRequest, commitment_id: int) -> list[dict[str, Any]]:
    commitment = readable_one(request, commitment_id)
    return [_objection(request, objection) for objection in commitment.objections.all()]


def _objection(request: HttpRequest, objection: Objection) -> dict[str, Any]:
    shown = {
        name: getattr(objection, name)
        for name in ("id", "text", "state", "raised_at", "answer", "answered_at", "version")
    }
    if access.can_see_objector(actor_of(request), objection):
        shown |= {"name": objection.name, "contact": objection.contact}
    return shown


@router.post("/objections/{objection_id}/answer", response=AnsweredObjectionOut, summary="答复异议")
def answer_objection(request: HttpRequest, objection_id: int, body: ObjectionAnswerIn) -> dict[str, Any]:
    made = actions.answer_objection(
        actor=actor_of(request), objection_id=objection_id, at=timezone.now(), **body.dict()
    )
    return {"id": made.pk, "state": made.state, "answered_at": made.answered_at, "version": made.version}


@router.post("/commitments/{commitment_id}/decide", response=CommitmentOut, summary="公示期满，按承诺直接决定")
def decide(request: HttpRequest, commitment_id: int, body: CommitmentDecisionIn) -> dict[str, Any]:
    made = actions.decide_on_commitment(
        actor=actor_of(request), commitment_id=commitment_id, at=timezone.now(), **body.dict()
    )
    return out(queries.one(made.pk))


@router.post("/commitments/{commitment_id}/to-regular", response=CommitmentOut, summary="收回承诺，转常规办理")
def to_regular(request: HttpRequest, commitment_id: int, body: WhyIn) -> dict[str, Any]:
    made = actions.to_regular(actor=actor_of(request), commitment_id=commitment_id, at=timezone.now(), **body.dict())
    return out(queries.one(made.pk))


# -- keeping it


@router.post("/commitments/{commitment_id}/fulfilment", response={201: FulfilmentReportOut}, summary="报告履约情况")
def report_fulfilment(request: HttpRequest, commitment_id: int, body: FulfilmentIn) -> Status[dict[str, Any]]:
    made = actions.report_fulfilment(
        actor=actor_of(request), commitment_id=commitment_id, text=body.text, evidence=body.evidence, at=timezone.now()
    )
    return Status(201, {"id": made.pk, "at": made.at})


@router.post("/commitments/{commitment_id}/difficulties", response={201: DifficultyOut}, summary="报告履约困难")
def report_difficulty(request: HttpRequest, commitment_id: int, body: FulfilmentIn) -> Status[dict[str, Any]]:
    made = actions.report_difficulty(
        actor=actor_of(request), commitment_id=commitment_id, text=body.text, at=timezone.now()
    )
    return Status(201, {"id": made.pk, "version": made.version})


@router.post(
    "/difficulties/{difficulty_id}/handle", response=HandledDifficultyOut, summary="帮助指导、处理意见、上报或者终止"
)
def handle_difficulty(request: HttpRequest, difficulty_id: int, body: HandleIn) -> dict[str, Any]:
    made = actions.handle_difficulty(
        actor=actor_of(request), difficulty_id=difficulty_id, at=timezone.now(), **body.dict()
    )
    return {"id": made.pk, "outcome": made.outcome, "version": made.version}


# -- reviews of promises that run


def _review(row: CommitmentReview) -> dict[str, Any]:
    same = ("id", "round", "on", "outcome", "points", "note", "due_at", "late", "next_on", "at")
    return {
        **{name: getattr(row, name) for name in same},
        "commitment": row.commitment_id,
        "evidence": [one.to_json() for one in row.evidence],
    }


@router.get("/commitments/{commitment_id}/reviews", response=list[CommitmentReviewOut], summary="承诺的定期复核")
def reviews(request: HttpRequest, commitment_id: int) -> list[dict[str, Any]]:
    return [_review(row) for row in readable_one(request, commitment_id).reviews.all()]


@router.post("/commitments/{commitment_id}/reviews", response={201: CommitmentReviewOut}, summary="复核履行中的承诺")
def review_commitment(request: HttpRequest, commitment_id: int, body: CommitmentReviewIn) -> Status[dict[str, Any]]:
    made = actions.review_commitment(
        actor=actor_of(request),
        commitment_id=commitment_id,
        idempotency_key=key_of(request),
        at=timezone.now(),
        **body.dict(),
    )
    return Status(201, _review(made))


@router.post("/commitments/{commitment_id}/close", response=CommitmentOut, summary="项目终止以后认定承诺")
def close_promise(request: HttpRequest, commitment_id: int, body: ClosingIn) -> dict[str, Any]:
    actions.close_promise(actor=actor_of(request), commitment_id=commitment_id, at=timezone.now(), **body.dict())
    return out(queries.one(commitment_id))


@router.get(
    "/commitment-reviews", response=ReviewLinesOut, summary="待复核、将到期或者已复核的承诺（view：due、coming、done）"
)
def reviews_of(request: HttpRequest, view: str = "due", after: str = "", size: int = 40) -> dict[str, Any]:
    """A department its own, the watchers their hall's; `after` opens the next page, empty = no more."""
    if view not in ("due", "coming", "done"):
        raise Refused("api.view", "没有这样的列表", field="view", remedy="view 写 due、coming 或者 done")
    try:
        page = queries.reviews_of(
            actor_of(request), timezone.now(), view=view, after=after, size=min(max(size, 1), 100)
        )
    except ValueError as error:
        raise Refused("api.after", "翻页游标不对", field="after", remedy="请使用上一页答复里的 after") from error
    items = [
        {
            "commitment": row.commitment.pk,
            "matter": row.commitment.title,
            "department": row.commitment.department.name,
            "project_code": row.commitment.project.code,
            "on": row.on,
            "due_at": row.work.due_at if row.work else None,
            "review": _review(row.review) if row.review else None,
        }
        for row in page.rows
    ]
    return {"items": items, "after": page.after}


# -- rulings on promises not kept


class RulingIn(Schema):
    """`measures`: stop, revoke, recover, terminate; or `lifts`, the ruling whose stop is to be lifted."""

    measures: list[str] = []
    facts: str
    evidence: list[int] = []
    lifts: int | None = None


class RulingConsentIn(VersionIn):
    number: str
    note: str = ""


class RulingReasonIn(VersionIn):
    reason: str


class DeliverRulingIn(VersionIn):
    how: str


class LiftIn(Schema):
    text: str
    evidence: list[int] = []


class DenyLiftIn(Schema):
    reason: str


def ruling_out(row: Ruling) -> dict[str, Any]:
    same = (
        "id",
        "measures",
        "facts",
        "state",
        "number",
        "proposed_at",
        "answered_at",
        "answer",
        "delivered_at",
        "version",
    )
    return {
        **{name: getattr(row, name) for name in same},
        "words": row.words,
        "commitment": row.commitment_id,
        "lifts": row.lifts_id,
        "document": row.document_id,
        "cites": pack().cite_texts(row.cites),
    }


@router.get("/commitments/{commitment_id}/rulings", response=list[RulingOut], summary="一项承诺的处理决定")
def rulings(request: HttpRequest, commitment_id: int) -> list[dict[str, Any]]:
    actor, found = actor_of(request), queries.one(commitment_id)
    rows = queries.rulings_of(found)
    for row in rows:
        row.commitment = found
    if not can_see(actor, found.project):
        raise forbid("只能查看本单位或者本大厅项目的处理决定")
    return [ruling_out(row) for row in rows if access.can_see_ruling(actor, row)]


@router.post(
    "/commitments/{commitment_id}/rulings", response={201: RulingOut}, summary="提出处理决定，或者提出解除停止建设"
)
def propose_ruling(request: HttpRequest, commitment_id: int, body: RulingIn) -> Status[dict[str, Any]]:
    made = actions.propose_ruling(
        actor=actor_of(request),
        commitment_id=commitment_id,
        idempotency_key=key_of(request),
        at=timezone.now(),
        **body.dict(),
    )
    return Status(201, ruling_out(made))


@router.post("/rulings/{ruling_id}/consent", response=RulingOut, summary="主要负责同志同意，作出处理决定")
def consent_ruling(request: HttpRequest, ruling_id: int, body: RulingConsentIn) -> dict[str, Any]:
    return ruling_out(
        actions.consent_ruling(actor=actor_of(request), ruling_id=ruling_id, at=timezone.now(), **body.dict())
    )


@router.post("/rulings/{ruling_id}/refuse", response=RulingOut, summary="主要负责同志不同意处理决定")
def refuse_ruling(request: HttpRequest, ruling_id: int, body: RulingReasonIn) -> dict[str, Any]:
    return ruling_out(
        actions.refuse_ruling(actor=actor_of(request), ruling_id=ruling_id, at=timezone.now(), **body.dict())
    )


@router.post("/rulings/{ruling_id}/deliver", response=RulingOut, summary="登记处理决定的送达")
def deliver_ruling(request: HttpRequest, ruling_id: int, body: DeliverRulingIn) -> dict[str, Any]:
    return ruling_out(
        actions.deliver_ruling(actor=actor_of(request), ruling_id=ruling_id, at=timezone.now(), **body.dict())
    )


@router.post("/rulings/{ruling_id}/ask-lift", response={201: LiftRequestOut}, summary="申请解除停止建设")
def ask_lift(request: HttpRequest, ruling_id: int, body: LiftIn) -> Status[dict[str, Any]]:
    made = actions.ask_lift(
        actor=actor_of(request), ruling_id=ruling_id, idempotency_key=key_of(request), at=timezone.now(), **body.dict()
    )
    return Status(201, {"id": made.pk, "at": made.at})


@router.post("/rulings/{ruling_id}/deny-lift", response=RulingOut, summary="答复不解除停止建设")
def refuse_lift(request: HttpRequest, ruling_id: int, body: DenyLiftIn) -> dict[str, Any]:
    return ruling_out(
        actions.refuse_lift(actor=actor_of(request), ruling_id=ruling_id, reason=body.reason, at=timezone.now())
    )
