"""What is done about a matter beside handling it: urging, passing on, coordinating, problems, documents given later,
remedies.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema, Status

from yinuo.engine.base import forbid
from yinuo.engine.people import queries as people
from yinuo.engine.work import access as work_access
from yinuo.engine.work import actions as work
from yinuo.engine.work import queries as work_queries
from yinuo.engine.work.lights import Light
from yinuo.engine.work.models import WorkItem
from yinuo.faces.onemap.api import MapItemOut, state_of
from yinuo.faces.projects.api import readable
from yinuo.rooms.onemap import actions, history, queries
from yinuo.rooms.onemap.models import Escalation, LaterDocument, LaterState, Problem, Remedy, RemedyKind, RemedyOutcome
from yinuo.ui.api import VersionIn, WhyIn, actor_of, key_of
from yinuo.ui.api_shapes import ReturnedPointOut, Shape

router = Router(tags=["协调与监督"])


class ReminderIn(Schema):
    note: str


class ReassignIn(Schema):
    person: int
    why: str = ""


class ReassignAllIn(Schema):
    """Every open item of `person` goes to `to`, at once or not at all."""

    person: int
    to: int
    why: str


class EscalateIn(Schema):
    """`urged`: the numbers of the persons urged."""

    urged: list[int]
    agreed: str
    agreed_until: date | None = None


class EscalationOutcomeIn(Schema):
    outcome: str


class ProblemIn(Schema):
    text: str


class HandlingIn(Schema):
    handling: str


class LaterIn(VersionIn):
    materials: list[dict[str, Any]]
    purpose: str


class GiveIn(VersionIn):
    granted: bool
    document_number: str
    text: str = ""
    reason_code: str = ""


class ReturnIn(VersionIn):
    points: list[dict[str, Any]]
    reason: str


class HowIn(VersionIn):
    how: str


class RemedyIn(Schema):
    """A reconsideration or a lawsuit against a decision, or a complaint of how the matter is handled (`body` may be
    left out).

    `application`: the number of the application that was decided; left out, the present one.
    """

    kind: str
    body: str = ""
    filed_on: date
    text: str
    application: int | None = None


class RemedyEndIn(VersionIn):
    outcome: str
    answer: str
    concluded_on: date


class ReminderOut(Shape):
    id: int
    light: Light
    at: datetime


class ReassignedOut(Shape):
    id: int
    assignee: int | None


class MovedOut(Shape):
    """How many items went from one person to another."""

    moved: int


class EscalationOut(Shape):
    """`urged`: the numbers of the persons urged."""

    item: int
    opened_at: datetime
    urged: list[int]
    agreed: str
    agreed_until: date | None
    closed_at: datetime | None


class ProblemOut(Shape):
    item: int
    id: int
    text: str
    found_at: datetime
    handling: str
    handled_at: datetime | None


class LaterDocumentOut(Shape):
    """A document asked for after its matter was concluded on a promise."""

    item: int
    id: int
    state: LaterState
    purpose: str
    asked_at: datetime
    accepted_at: datetime | None
    points: list[ReturnedPointOut]
    reason: str
    text: str
    concluded_at: datetime | None
    delivered_at: datetime | None
    version: int


class RemedyOut(Shape):
    """`application`: the number of the application that was decided."""

    item: int
    application: int | None
    id: int
    kind: RemedyKind
    document_number: str
    body: str
    filed_on: date
    text: str
    outcome: RemedyOutcome | Literal[""]
    answer: str
    concluded_on: date | None
    version: int


# -- what waits for somebody


def _item(request: HttpRequest, item_id: int) -> WorkItem:
    item = work_queries.item(item_id)
    if not work_access.can_see(actor_of(request), item):
        raise forbid("只能处理本大厅、本部门的待办")
    return item


@router.post("/inbox/{item_id}/remind", response={201: ReminderOut}, summary="催办")
def remind(request: HttpRequest, item_id: int, body: ReminderIn) -> Status[dict[str, Any]]:
    made = work.remind(
        actor=actor_of(request),
        item=_item(request, item_id),
        note=body.note,
        at=timezone.now(),
        idempotency_key=key_of(request),
    )
    return Status(201, {"id": made.pk, "light": made.light, "at": made.at})


@router.post("/inbox/{item_id}/reassign", response=ReassignedOut, summary="转交一件待办")
def reassign(request: HttpRequest, item_id: int, body: ReassignIn) -> dict[str, Any]:
    to = people.person(body.person)
    item = work.reassign(
        actor=actor_of(request), item=_item(request, item_id), person=to, at=timezone.now(), why=body.why
    )
    return {"id": item.pk, "assignee": item.assignee_id}


@router.post("/inbox/reassign", response=MovedOut, summary="转交一个人手上的全部待办")
def reassign_all(request: HttpRequest, body: ReassignAllIn) -> dict[str, int]:
    person, to = people.person(body.person), people.person(body.to)
    return {"moved": work.reassign_all(actor=actor_of(request), person=person, to=to, at=timezone.now(), why=body.why)}


# -- coordination and problems


def escalation_out(made: Escalation) -> dict[str, Any]:
    names = ("opened_at", "urged", "agreed", "agreed_until", "closed_at")
    return {"item": made.item_id, **{name: getattr(made, name) for name in names}}


def problem_out(made: Problem) -> dict[str, Any]:
    return {
        "item": made.item_id,
        **{name: getattr(made, name) for name in ("id", "text", "found_at", "handling", "handled_at")},
    }


@router.post("/items/{item_id}/escalation", response={201: EscalationOut}, summary="启动红灯协调")
def escalate(request: HttpRequest, item_id: int, body: EscalateIn) -> Status[dict[str, Any]]:
    made = actions.open_escalation(
        actor=actor_of(request), item_id=item_id, at=timezone.now(), idempotency_key=key_of(request), **body.dict()
    )
    return Status(201, escalation_out(made))


@router.post("/items/{item_id}/escalation/close", response=EscalationOut, summary="协调办结")
def close_escalation(request: HttpRequest, item_id: int, body: EscalationOutcomeIn) -> dict[str, Any]:
    return escalation_out(
        actions.close_escalation(actor=actor_of(request), item_id=item_id, outcome=body.outcome, at=timezone.now())
    )


@router.get("/items/{item_id}/problems", response=list[ProblemOut], summary="事项上发现的问题与处理")
def problems(request: HttpRequest, item_id: int) -> list[dict[str, Any]]:
    item = queries.item_of(item_id)
    readable(request, item.project_id)
    return [problem_out(problem) for problem in sorted(item.problems.all(), key=lambda problem: problem.pk)]


@router.post("/items/{item_id}/problems", response={201: ProblemOut}, summary="登记发现的问题")
def report_problem(request: HttpRequest, item_id: int, body: ProblemIn) -> Status[dict[str, Any]]:
    made = actions.report_problem(
        actor=actor_of(request), item_id=item_id, text=body.text, at=timezone.now(), idempotency_key=key_of(request)
    )
    return Status(201, problem_out(made))


@router.post("/problems/{problem_id}/handle", response=ProblemOut, summary="写明问题的处理情况")
def handle_problem(request: HttpRequest, problem_id: int, body: HandlingIn) -> dict[str, Any]:
    return problem_out(
        actions.handle_problem(
            actor=actor_of(request), problem_id=problem_id, handling=body.handling, at=timezone.now()
        )
    )


# -- a new application, and documents given later


def later_out(asked: LaterDocument) -> dict[str, Any]:
    names = (
        "id",
        "state",
        "purpose",
        "asked_at",
        "accepted_at",
        "points",
        "reason",
        "text",
        "concluded_at",
        "delivered_at",
        "version",
    )
    return {"item": asked.application.item_id, **{name: getattr(asked, name) for name in names}}


@router.post("/items/{item_id}/apply-anew", response=MapItemOut, summary="不予许可、不予受理以后重新申请")
def apply_anew(request: HttpRequest, item_id: int, body: WhyIn) -> dict[str, Any]:
    return state_of(
        actions.apply_anew(
            actor=actor_of(request), item_id=item_id, at=timezone.now(), idempotency_key=key_of(request), **body.dict()
        )
    )


@router.get("/items/{item_id}/later-documents", response=list[LaterDocumentOut], summary="承诺办结事项的补办文件")
def later_documents(request: HttpRequest, item_id: int) -> list[dict[str, Any]]:
    item = queries.item_of(item_id)
    readable(request, item.project_id)
    return [later_out(asked) for asked in reversed(history.later_of(item))]


@router.post(
    "/items/{item_id}/later-documents", response={201: LaterDocumentOut}, summary="承诺办结的事项申请补办审批文件"
)
def ask_document(request: HttpRequest, item_id: int, body: LaterIn) -> Status[dict[str, Any]]:
    made = actions.ask_document(
        actor=actor_of(request), item_id=item_id, at=timezone.now(), idempotency_key=key_of(request), **body.dict()
    )
    return Status(201, later_out(made))


@router.post("/later-documents/{asked_id}/accept", response=LaterDocumentOut, summary="受理补办")
def accept_document(request: HttpRequest, asked_id: int, body: VersionIn) -> dict[str, Any]:
    return later_out(
        actions.accept_document_request(
            actor=actor_of(request), asked_id=asked_id, at=timezone.now(), version=body.version
        )
    )


@router.post("/later-documents/{asked_id}/return", response=LaterDocumentOut, summary="补办材料一次性告知")
def return_document(request: HttpRequest, asked_id: int, body: ReturnIn) -> dict[str, Any]:
    return later_out(
        actions.return_document_request(actor=actor_of(request), asked_id=asked_id, at=timezone.now(), **body.dict())
    )


@router.post("/later-documents/{asked_id}/withdraw", response=LaterDocumentOut, summary="撤回补办")
def withdraw_document(request: HttpRequest, asked_id: int, body: WhyIn) -> dict[str, Any]:
    return later_out(
        actions.withdraw_document_request(actor=actor_of(request), asked_id=asked_id, at=timezone.now(), **body.dict())
    )


@router.post(
    "/later-documents/{asked_id}/give", response=LaterDocumentOut, summary="补发审批文件，或者不予补发并说明理由"
)
def give_document(request: HttpRequest, asked_id: int, body: GiveIn) -> dict[str, Any]:
    return later_out(
        actions.give_document(actor=actor_of(request), asked_id=asked_id, at=timezone.now(), **body.dict())
    )


@router.post("/later-documents/{asked_id}/deliver", response=LaterDocumentOut, summary="补发文件送达")
def deliver_document(request: HttpRequest, asked_id: int, body: HowIn) -> dict[str, Any]:
    return later_out(
        actions.deliver_document(actor=actor_of(request), asked_id=asked_id, at=timezone.now(), **body.dict())
    )


# -- remedies


def remedy_out(made: Remedy) -> dict[str, Any]:
    names = (
        "id",
        "kind",
        "document_number",
        "body",
        "filed_on",
        "text",
        "outcome",
        "answer",
        "concluded_on",
        "version",
    )
    number = made.application.number if made.application else None
    return {"item": made.item_id, "application": number, **{name: getattr(made, name) for name in names}}


@router.get("/items/{item_id}/remedies", response=list[RemedyOut], summary="对事项决定的复议、诉讼、投诉")
def remedies(request: HttpRequest, item_id: int) -> list[dict[str, Any]]:
    item = queries.item_of(item_id)
    readable(request, item.project_id)
    return [remedy_out(remedy) for remedy in reversed(history.remedies_of(item))]


@router.post("/items/{item_id}/remedies", response={201: RemedyOut}, summary="登记复议、诉讼或者投诉")
def enter_remedy(request: HttpRequest, item_id: int, body: RemedyIn) -> Status[dict[str, Any]]:
    made = actions.enter_remedy(
        actor=actor_of(request), item_id=item_id, at=timezone.now(), idempotency_key=key_of(request), **body.dict()
    )
    return Status(201, remedy_out(made))


@router.post("/remedies/{remedy_id}/conclude", response=RemedyOut, summary="登记复议、诉讼或者投诉的结果")
def conclude_remedy(request: HttpRequest, remedy_id: int, body: RemedyEndIn) -> dict[str, Any]:
    return remedy_out(
        actions.conclude_remedy(actor=actor_of(request), remedy_id=remedy_id, at=timezone.now(), **body.dict())
    )
