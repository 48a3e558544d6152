"""What happens in a project's life beside its map: its ends and new codes, questions, benefits, and whose rules it runs
under.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Router, Schema, Status

from yinuo.engine.rules import pack
from yinuo.faces.projects.api import ProjectOut, out, readable
from yinuo.rooms.onemap import moving
from yinuo.rooms.onemap.actions.moving import move_rules_on, need_movable
from yinuo.rooms.projects import actions, queries
from yinuo.rooms.projects.actions.confirming import confirm_facts
from yinuo.rooms.projects.models import ProjectState, Question
from yinuo.ui.api import VersionIn, actor_of, key_of
from yinuo.ui.api_shapes import Shape

router = Router(tags=["项目"])


class EndIn(Schema):
    why: str


class RecodeIn(Schema):
    """A major change: `facts` over the old project's, as a filing of its own with its own pledge."""

    facts: dict[str, Any]
    pledged: bool
    reason: str


class ConfirmFactsIn(VersionIn):
    """`answers`: {fact path under confirmations.: yes or no}."""

    answers: dict[str, bool]
    note: str


class QuestionIn(Schema):
    text: str
    matter_id: str = Field("", description="所问事项在规则包中的编号；问整个项目的不填")


class PassIn(Schema):
    department: str = Field(description="承办部门在规则包中的编号")


class QuestionAnswerIn(Schema):
    answer: str


class PublishIn(Schema):
    """In words that name no unit, project or person."""

    text: str
    answer: str


class WithdrawAnswerIn(Schema):
    why: str


class RulesIn(VersionIn):
    to: date
    reason: str


class QuestionOut(Shape):
    """`department`: key of the office that answers; the public words are empty until they are published."""

    id: int
    project: int
    matter_id: str
    text: str
    asked_at: datetime
    department: str | None
    answer: str
    answered_at: datetime | None
    published_at: datetime | None
    public_text: str
    public_answer: str


class QuestionsOut(Shape):
    items: list[QuestionOut]
    after: int


class PublicAnswerOut(Shape):
    id: int
    matter_id: str
    text: str
    answer: str
    department: str | None
    answered_at: datetime | None


class PublicAnswersOut(Shape):
    items: list[PublicAnswerOut]
    after: int


class ReplacedProjectOut(Shape):
    id: int
    code: str | None
    state: ProjectState


class RecodedOut(Shape):
    """The new project, and the one it replaces."""

    project: ProjectOut
    replaces: ReplacedProjectOut


class BenefitOut(Shape):
    """`holds` false = a missing fact decides; `verified` false = the source's text has not been seen."""

    id: str
    name: str
    office: str
    text: str
    how: str
    holds: bool
    why: str
    missing: list[str]
    cites: list[str]
    verified: bool


class RuleChangeOut(Shape):
    """One thing that the rules say otherwise on the other day."""

    kind: Literal["matter", "promise", "text", "parameter", "scheme"]
    subject: str
    name: str
    before: str
    after: str
    cites: list[str]


class ItemChangeOut(Shape):
    """What of the map follows."""

    kind: Literal["limits", "promise", "add", "cancel"]
    matter: str
    text: str


class RulesDifferenceOut(Shape):
    from_: date = Field(validation_alias="from", serialization_alias="from")
    to: date
    rules: list[RuleChangeOut]
    items: list[ItemChangeOut]


def question_out(question: Question) -> dict[str, Any]:
    return {
        "id": question.pk,
        "project": question.project_id,
        "matter_id": question.matter_id,
        "text": question.text,
        "asked_at": question.asked_at,
        "department": question.department.key if question.department else None,
        "answer": question.answer,
        "answered_at": question.answered_at,
        "published_at": question.published_at,
        "public_text": question.public_text if question.published_at else "",
        "public_answer": question.public_answer if question.published_at else "",
    }


def _size(size: int) -> int:
    return min(max(size, 1), 100)


@router.post("/projects/{project_id}/terminate", response=ProjectOut, summary="终止项目，其上的事项一并终止")
def terminate(request: HttpRequest, project_id: int, body: EndIn) -> dict[str, Any]:
    return out(actions.terminate(actor=actor_of(request), project_id=project_id, why=body.why, at=timezone.now()))


@router.post(
    "/projects/{project_id}/recode",
    response={201: RecodedOut},
    summary="重大变化重新备案：旧项目终止，新代码与旧代码互相关联",
)
def recode(request: HttpRequest, project_id: int, body: RecodeIn) -> Status[dict[str, Any]]:
    made = actions.recode(
        actor=actor_of(request),
        project_id=project_id,
        at=timezone.now(),
        idempotency_key=key_of(request),
        **body.dict(),
    )
    new = queries.one(made.pk)
    old = queries.one(project_id)
    number = new.certificate.number if hasattr(new, "certificate") else None
    return Status(201, {"project": out(new, number), "replaces": {"id": old.pk, "code": old.code, "state": old.state}})


@router.post("/projects/{project_id}/confirm-facts", response=ProjectOut, summary="办理人员确认带星号的行业")
def confirm(request: HttpRequest, project_id: int, body: ConfirmFactsIn) -> dict[str, Any]:
    return out(confirm_facts(actor=actor_of(request), project_id=project_id, at=timezone.now(), **body.dict()))


@router.get("/projects/{project_id}/benefits", response=list[BenefitOut], summary="不来即享：不申请也能享受什么")
def benefits(request: HttpRequest, project_id: int) -> list[dict[str, Any]]:
    """`holds` false = a missing fact decides; `verified` false = the source's text has not been seen."""
    found = queries.benefits_for(readable(request, project_id), timezone.localdate())
    names = ("id", "name", "office", "text", "how", "holds", "why", "missing", "cites", "verified")
    return [{name: getattr(line, name) for name in names} for line in found]


# -- questions


@router.post("/projects/{project_id}/questions", response={201: QuestionOut}, summary="就项目提问")
def ask(request: HttpRequest, project_id: int, body: QuestionIn) -> Status[dict[str, Any]]:
    made = actions.ask_question(
        actor=actor_of(request),
        project_id=project_id,
        text=body.text,
        matter_id=body.matter_id,
        at=timezone.now(),
        idempotency_key=key_of(request),
    )
    return Status(201, question_out(made))


@router.get("/questions", response=QuestionsOut, summary="提问：未答复的先到期先列，已答复的新的先列")
def questions(request: HttpRequest, answered: bool = False, after: int = 0, size: int = 30) -> dict[str, Any]:
    page = queries.questions(actor_of(request), answered=answered, after=max(after, 0), size=_size(size))
    return {"items": [question_out(question) for question in page.questions], "after": page.after}


@router.post("/questions/{question_id}/pass", response=QuestionOut, summary="总召集人转给能答复的部门")
def pass_on(request: HttpRequest, question_id: int, body: PassIn) -> dict[str, Any]:
    return question_out(
        actions.pass_question(
            actor=actor_of(request), question_id=question_id, department_key=body.department, at=timezone.now()
        )
    )


@router.post("/questions/{question_id}/answer", response=QuestionOut, summary="答复提问")
def answer(request: HttpRequest, question_id: int, body: QuestionAnswerIn) -> dict[str, Any]:
    return question_out(
        actions.answer_question(actor=actor_of(request), question_id=question_id, answer=body.answer, at=timezone.now())
    )


@router.post("/questions/{question_id}/publish", response=QuestionOut, summary="公开提问和答复，不写单位、项目和个人")
def publish(request: HttpRequest, question_id: int, body: PublishIn) -> dict[str, Any]:
    return question_out(
        actions.publish_answer(
            actor=actor_of(request), question_id=question_id, text=body.text, answer=body.answer, at=timezone.now()
        )
    )


@router.post("/questions/{question_id}/withdraw", response=QuestionOut, summary="撤回公开的问答")
def withdraw(request: HttpRequest, question_id: int, body: WithdrawAnswerIn) -> dict[str, Any]:
    return question_out(
        actions.withdraw_answer(actor=actor_of(request), question_id=question_id, why=body.why, at=timezone.now())
    )


@router.get("/answers", auth=None, response=PublicAnswersOut, summary="公开的问答，新的先列；可以只看一个事项的")
def answers(request: HttpRequest, matter_id: str = "", after: int = 0, size: int = 30) -> dict[str, Any]:
    page = queries.published_answers(matter_id or None, after=max(after, 0), size=_size(size))
    return {
        "items": [
            {
                "id": row.pk,
                "matter_id": row.matter_id,
                "text": row.public_text,
                "answer": row.public_answer,
                "department": row.department.key if row.department else None,
                "answered_at": row.answered_at,
            }
            for row in page.questions
        ],
        "after": page.after,
    }


# -- whose rules


@router.get(
    "/projects/{project_id}/rules-on/{to}",
    response=RulesDifferenceOut,
    by_alias=True,
    summary="改为适用另一天的规则，会改变什么",
)
def difference(request: HttpRequest, project_id: int, to: date) -> dict[str, Any]:
    """Nothing is stored. Refused for a day the project could not be moved to."""
    project = readable(request, project_id)
    need_movable(project, to, timezone.now())
    return {
        "from": project.rules_on,
        "to": to,
        "rules": [
            {
                "kind": c.kind,
                "subject": c.subject,
                "name": c.name,
                "before": c.before,
                "after": c.after,
                "cites": pack().cite_texts(c.cites),
            }
            for c in moving.difference(project, to)
        ],
        "items": [{"kind": c.kind, "matter": c.matter_id, "text": c.text} for c in moving.item_changes(project, to)],
    }


@router.post("/projects/{project_id}/rules-on", response=ProjectOut, summary="改变项目适用的规则日期，写明理由")
def move_rules(request: HttpRequest, project_id: int, body: RulesIn) -> dict[str, Any]:
    return out(move_rules_on(actor=actor_of(request), project_id=project_id, at=timezone.now(), **body.dict()))
