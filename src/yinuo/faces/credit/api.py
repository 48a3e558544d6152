"""Credit: what a unit has and gets, points on their way, points asked back, evaluations taken in."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Router, Schema, Status

from yinuo.core.decision import plain
from yinuo.core.grades import ScoreError, measures_of
from yinuo.engine.base import Refused, forbid
from yinuo.engine.feeds.queries import placed, read_on, told
from yinuo.engine.people.queries import unit_by_code
from yinuo.engine.rules import pack
from yinuo.rooms.credit import access, actions, queries
from yinuo.rooms.credit.models import (
    PUBLIC_FEED,
    CreditEvent,
    CreditRelief,
    PointProposal,
    ProposalState,
    PublicKind,
    ReliefKind,
    ReliefState,
    SendState,
)
from yinuo.rooms.credit.platform import platform
from yinuo.rooms.projects.queries import unit_of
from yinuo.ui.api import VersionIn, WhyIn, actor_of, asked_day, key_if_any
from yinuo.ui.api_shapes import Shape

router = Router(tags=["信用"])


class ProposeIn(Schema):
    project: int
    type: str = Field(max_length=24)
    on: date
    data: dict[str, Any] = {}
    basis: str
    evidence: list[int] = []


class ConsentIn(VersionIn):
    note: str = ""


class RefuseIn(VersionIn):
    reason: str


class ReliefIn(Schema):
    """`event` is the number of the credit event the unit asks about."""

    event: int
    kind: str
    text: str
    evidence: list[int] = []


class DecideReliefIn(VersionIn):
    accept: bool
    answer: str


class ScoreRow(Schema):
    credit_code: str
    score: Decimal
    on: date
    name: str = Field("", max_length=120)
    grade: str = Field("", max_length=4)
    source: str = Field("", max_length=120)


class ScoresIn(Schema):
    """`source`: who evaluated, where a row does not say; `dry_run`: only told what would become of each row."""

    source: str = Field(max_length=120)
    rows: list[ScoreRow] = Field(min_length=1, max_length=5000)
    dry_run: bool = False


class MeasureOut(Shape):
    """What a class of units gets, is limited in or is refused."""

    effect: str
    value: str
    text: str
    cites: list[str]


class CreditUnitOut(Shape):
    name: str
    credit_code: str | None


class CreditEventOut(Shape):
    """`points`, `score_after`: decimal strings."""

    id: int
    seq: int
    type: str
    on: date
    project_code: str
    applied: bool
    grade_before: str
    grade_after: str
    why: str
    cites: list[str]
    at: datetime
    points: str
    score_after: str | None


class CreditHistoryLineOut(CreditEventOut):
    """`taken` above 0 = points that may be repaired; `disputed` above 0 = those that may be objected to, though a later
    evaluation may have replaced them.
    """

    name: str
    taken: str
    disputed: str
    rectify_until: datetime | None


class CreditStandingOut(Shape):
    """What a unit is and gets today; `class` is the class whose measures hold, also for an unrated unit."""

    unit: CreditUnitOut
    rated: bool
    score: str | None
    grade: str
    class_: str = Field(validation_alias="class", serialization_alias="class")
    class_name: str
    colour: str
    cites: list[str]
    measures: list[MeasureOut]
    history: list[CreditHistoryLineOut]


class CreditActOut(Shape):
    """An act of the list of a day; `points`, `cap_per_project`: decimal strings."""

    id: str
    article: str
    item: str
    text: str
    points: str
    cap_per_project: str | None
    cites: list[str]


class PointProposalOut(Shape):
    """`data`: what the type of event asks for; `expected_points`: a decimal string."""

    id: int
    project_code: str
    state: ProposalState
    type: str
    on: date
    data: dict[str, Any]
    basis: str
    cites: list[str]
    proposed_at: datetime
    consent_note: str
    version: int
    unit: str | None
    expected_points: str
    department: str
    consented_at: datetime | None
    executed_at: datetime | None


class PointProposalsOut(Shape):
    items: list[PointProposalOut]
    after: int


class PointProposalAndEventOut(PointProposalOut):
    event: CreditEventOut | None


class CreditReliefOut(Shape):
    """A repair or an objection; `of`: the request that this one asks to review."""

    id: int
    kind: ReliefKind
    state: ReliefState
    text: str
    answer: str
    asked_at: datetime
    decided_at: datetime | None
    version: int
    event: int
    of: int | None


class EvaluationRowOut(Shape):
    """What became, or would become, of one row; `line` counts from 1."""

    line: int
    credit_code: str
    outcome: Literal["imported", "unchanged", "refused"]
    message: str
    name: str
    score: str
    grade: str
    on: str
    source: str


class PublicCreditOut(Shape):
    """An entry for the public credit platform; `data`: what the kind tells."""

    place: int
    unit: str
    digest: str
    kind: PublicKind
    unit_code: str | None
    project_code: str
    at: str
    data: dict[str, Any]


class PublicCreditFeedOut(Shape):
    items: list[PublicCreditOut]
    next: int


class PublicBatchOut(Shape):
    id: int
    first: int
    last: int
    count: int
    digest: str
    state: SendState
    made_at: datetime
    attempts: int
    error: str
    sent_at: datetime | None
    receipt: str


class SentOut(Shape):
    arrived: int


def proposal_out(proposal: PointProposal) -> dict[str, Any]:
    same = (
        "id",
        "project_code",
        "state",
        "type",
        "on",
        "data",
        "basis",
        "cites",
        "proposed_at",
        "consent_note",
        "version",
    )
    return {
        **{name: getattr(proposal, name) for name in same},
        "unit": proposal.unit.credit_code,
        "expected_points": plain(proposal.expected_points),
        "department": proposal.department.key if proposal.department else "",
        "consented_at": proposal.consented_at,
        "executed_at": proposal.executed_at,
    }


def event_out(event: CreditEvent) -> dict[str, Any]:
    same = ("id", "seq", "type", "on", "project_code", "applied", "grade_before", "grade_after", "why", "cites", "at")
    return {
        **{name: getattr(event, name) for name in same},
        "points": plain(event.points),
        "score_after": number(event.score_after),
    }


def number(value: Decimal | None) -> str | None:
    return None if value is None else plain(value)


def relief_out(relief: CreditRelief) -> dict[str, Any]:
    same = ("id", "kind", "state", "text", "answer", "asked_at", "decided_at", "version")
    return {**{name: getattr(relief, name) for name in same}, "event": relief.event_id, "of": relief.of_id}


def _known(states: str, choices: Any) -> list[str]:
    wanted = [state for state in states.split(",") if state]
    unknown = [state for state in wanted if state not in choices.values]
    if unknown:
        raise Refused(
            "api.state", f"没有名为 {unknown[0]} 的状态", field="state", remedy="可选：" + "、".join(choices.values)
        )
    return wanted


@router.get("/credit/measures/{grade}", auth=None, response=list[MeasureOut], summary="某一等级享受和不享受什么")
def measures(request: HttpRequest, grade: str, as_of: date | None = None) -> list[dict[str, Any]]:
    rules = pack()
    try:
        found = measures_of(grade, rules, asked_day(as_of))
    except ScoreError as error:
        raise Refused("credit.grade", str(error), field="grade") from error
    return [
        {"effect": row.effect, "value": row.value, "text": row.text, "cites": rules.cite_texts(row.cites)}
        for row in found
    ]


@router.get(
    "/credit/units/{credit_code}", response=CreditStandingOut, by_alias=True, summary="单位的信用分、等级、措施与历史"
)
def unit(request: HttpRequest, credit_code: str) -> dict[str, Any]:
    found = unit_by_code(credit_code)
    if not access.can_see(actor_of(request), found.pk):
        raise forbid("只能查看本单位的信用分")
    day = timezone.localdate()
    standing = queries.standing(found.pk, day)
    return {
        "unit": {"name": found.name, "credit_code": found.credit_code},
        "rated": standing.rated,
        "score": number(standing.score),
        "grade": standing.grade,
        "class": standing.class_,
        "class_name": standing.class_name,
        "colour": standing.colour,
        "cites": standing.cites,
        "measures": [
            {"effect": m.effect, "value": m.value, "text": m.text, "cites": m.cites} for m in standing.measures
        ],
        "history": [
            {
                **event_out(line.event),
                "name": line.name,
                "taken": plain(line.taken),
                "disputed": plain(line.disputed),
                "rectify_until": line.rectify_until,
            }
            for line in queries.history(found.pk, day)
        ],
    }


# -- proposals


@router.get("/credit/acts", auth=None, response=list[CreditActOut], summary="某一天的扣分行为清单")
def acts(request: HttpRequest, on: date | None = None) -> list[dict[str, Any]]:
    """An act is proposed as `{"act": id}`, by the list of the day it happened."""
    return [
        {
            "id": line.id,
            "article": line.article,
            "item": line.item,
            "text": line.text,
            "points": plain(line.points),
            "cap_per_project": number(line.cap),
            "cites": line.cites,
        }
        for line in queries.acts(asked_day(on))
    ]


@router.get("/credit/proposals", response=PointProposalsOut, summary="加减分建议")
def proposals(request: HttpRequest, state: str = "", unit: str = "", after: int = 0, size: int = 30) -> dict[str, Any]:
    """`state`: one or several of proposed, consented, refused, executed, withdrawn, by commas.

    `unit`: a credit code.
    """
    page = queries.page(
        actor_of(request),
        states=_known(state, ProposalState),
        unit_id=unit_by_code(unit).pk if unit else None,
        after=max(after, 0),
        size=min(max(size, 1), 100),
    )
    return {"items": [proposal_out(proposal) for proposal in page.proposals], "after": page.after}


@router.post("/credit/proposals", response={201: PointProposalOut}, summary="提出加减分")
def propose(request: HttpRequest, body: ProposeIn) -> Status[dict[str, Any]]:
    actor = actor_of(request)
    made = actions.propose_points(
        actor=actor,
        unit_id=unit_of(body.project),
        project_code="",
        project_id=body.project,
        type=body.type,
        on=body.on,
        data=body.data,
        basis=body.basis,
        evidence=body.evidence,
        at=timezone.now(),
        idempotency_key=key_if_any(request),
    )
    return Status(201, proposal_out(queries.one(made.pk)))


@router.get("/credit/proposals/{proposal_id}", response=PointProposalAndEventOut, summary="查看加减分建议")
def proposal(request: HttpRequest, proposal_id: int) -> dict[str, Any]:
    found = queries.one(proposal_id)
    if not access.can_see_proposal(actor_of(request), found):
        raise forbid("只能查看本大厅的加减分")
    event = queries.event_of(found)
    return {**proposal_out(found), "event": event_out(event) if event else None}


@router.post("/credit/proposals/{proposal_id}/consent", response=PointProposalOut, summary="主要负责同志审签同意")
def consent(request: HttpRequest, proposal_id: int, body: ConsentIn) -> dict[str, Any]:
    actions.consent(
        actor=actor_of(request), proposal_id=proposal_id, note=body.note, at=timezone.now(), version=body.version
    )
    return proposal_out(queries.one(proposal_id))


@router.post("/credit/proposals/{proposal_id}/refuse", response=PointProposalOut, summary="主要负责同志不同意")
def refuse(request: HttpRequest, proposal_id: int, body: RefuseIn) -> dict[str, Any]:
    actions.refuse_consent(
        actor=actor_of(request), proposal_id=proposal_id, reason=body.reason, at=timezone.now(), version=body.version
    )
    return proposal_out(queries.one(proposal_id))


@router.post("/credit/proposals/{proposal_id}/execute", response=CreditEventOut, summary="总召集人执行")
def execute(request: HttpRequest, proposal_id: int, body: VersionIn) -> dict[str, Any]:
    return event_out(
        actions.execute(actor=actor_of(request), proposal_id=proposal_id, at=timezone.now(), version=body.version)
    )


@router.post("/credit/proposals/{proposal_id}/withdraw", response=PointProposalOut, summary="提出部门撤回")
def withdraw(request: HttpRequest, proposal_id: int, body: WhyIn) -> dict[str, Any]:
    actions.withdraw_proposal(
        actor=actor_of(request), proposal_id=proposal_id, why=body.why, at=timezone.now(), version=body.version
    )
    return proposal_out(queries.one(proposal_id))


# -- points asked back


@router.get(
    "/credit/reliefs", response=list[CreditReliefOut], summary="修复与异议申请：单位看本单位的，部门看本部门办理的"
)
def reliefs(request: HttpRequest, state: str = "") -> list[dict[str, Any]]:
    actor, states = actor_of(request), _known(state, ReliefState)
    if actor.unit_id is not None:
        return [relief_out(row) for row in queries.reliefs(unit_id=actor.unit_id, states=states)[:100]]
    if actor.department_id is None:
        raise forbid("只有项目单位和办理部门可以查看")
    return [relief_out(row) for row in queries.reliefs(department_id=actor.department_id, states=states)[:100]]


@router.post("/credit/reliefs", response={201: CreditReliefOut}, summary="申请分值修复，或者提出异议")
def ask_relief(request: HttpRequest, body: ReliefIn) -> Status[dict[str, Any]]:
    actor = actor_of(request)
    made = actions.ask_relief(
        actor=actor,
        event_id=body.event,
        kind=body.kind,
        text=body.text,
        evidence=body.evidence,
        at=timezone.now(),
    )
    return Status(201, relief_out(made))


class ReliefReviewIn(Schema):
    text: str
    evidence: list[int] = []


@router.post("/credit/reliefs/{relief_id}/review", response={201: CreditReliefOut}, summary="对不同意的答复申请复核")
def ask_review(request: HttpRequest, relief_id: int, body: ReliefReviewIn) -> Status[dict[str, Any]]:
    actor = actor_of(request)
    made = actions.ask_review(
        actor=actor, relief_id=relief_id, text=body.text, evidence=body.evidence, at=timezone.now()
    )
    return Status(201, relief_out(made))


@router.post("/credit/reliefs/{relief_id}/decide", response=CreditReliefOut, summary="办理修复或者异议申请")
def decide_relief(request: HttpRequest, relief_id: int, body: DecideReliefIn) -> dict[str, Any]:
    made = actions.decide_relief(actor=actor_of(request), relief_id=relief_id, at=timezone.now(), **body.dict())
    return relief_out(made)


# -- evaluations


@router.post("/credit/scores", response=list[EvaluationRowOut], summary="导入公共信用综合评价，逐行答复")
def import_scores(request: HttpRequest, body: ScoresIn) -> list[dict[str, Any]]:
    """Each row stands for itself; the same list sent again changes nothing."""
    rows = [row.dict() for row in body.rows]
    now: datetime = timezone.now()
    reports = actions.import_scores(
        actor=actor_of(request), rows=rows, source=body.source, at=now, dry_run=body.dry_run
    )
    return [report.to_json() for report in reports]


# -- what the public credit platform is told


@router.get(
    "/credit/public", response=PublicCreditFeedOut, summary="共享到公共信用平台的信用信息（since：上次读到的序号）"
)
def public_feed(request: HttpRequest, since: int = 0, size: int = 100, kind: str = "") -> dict[str, Any]:
    """Grades, points with basis and clause, promises given, kept and broken, rulings; in the order of their places.

    Ask again from `next`. `digest` is the SHA-256 of the entry's canonical JSON (RFC 8785) of kind, unit_code,
    project_code, at, data.
    """
    actor = actor_of(request)
    if not access.can_read_public(actor):
        raise forbid("只有对接的系统和管理人员可以读取")
    if kind and kind not in PublicKind.values:
        raise Refused(
            "api.kind", f"没有名为 {kind} 的类别", field="kind", remedy="可选：" + "、".join(PublicKind.values)
        )
    feed = read_on(placed(PUBLIC_FEED, kind=kind), max(since, 0), min(max(size, 1), 500))
    rows = [
        {"place": row.number, "unit": row.entry.unit.name, "digest": row.entry.digest, **told(row.entry)}
        for row in feed.entries
    ]
    return {"items": rows, "next": feed.next}


@router.get("/credit/public/batches", response=list[PublicBatchOut], summary="送往公共信用平台的批次")
def public_batches(request: HttpRequest) -> list[dict[str, Any]]:
    if not access.can_send_public(actor_of(request)):
        raise forbid("只有信用综合管理部门和系统管理员可以查看")
    same = ("id", "first", "last", "count", "digest", "state", "made_at", "attempts", "error", "sent_at", "receipt")
    return [{name: getattr(row, name) for name in same} for row in queries.public_batches()[:100]]


@router.post("/credit/public/send", response=SentOut, summary="现在送出没有送达的信用信息")
def send_public(request: HttpRequest) -> dict[str, Any]:
    return {"arrived": actions.send_public(actor=actor_of(request), platform=platform(), clock=timezone.now)}
