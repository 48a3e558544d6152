"""好差评 by machine: given by the unit on its own items, read and seen to by the hall."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema, Status

from yinuo.engine.base import forbid
from yinuo.engine.people.access import acts_for
from yinuo.rooms.projects import queries as projects
from yinuo.rooms.reviews import access, actions, queries
from yinuo.rooms.reviews.models import (
    CallBack,
    Channel,
    Finding,
    Level,
    Rectification,
    RectificationState,
    ServiceReview,
)
from yinuo.ui.api import VersionIn, actor_of, key_of
from yinuo.ui.api_shapes import Shape

router = Router(tags=["好差评"])


class ServiceReviewIn(Schema):
    """`level`: 5 very satisfied … 1 very dissatisfied; `indicators`: of the pack's list."""

    level: int
    indicators: list[str] = []
    text: str = ""


class RectificationIn(VersionIn):
    instruction: str


class RectificationAnswerIn(VersionIn):
    finding: str
    measures: str = ""
    answer: str


class AppealIn(VersionIn):
    why: str


class AppealedIn(VersionIn):
    upheld: bool
    answer: str


class CheckIn(VersionIn):
    approved: bool
    why: str = ""


class CallBackIn(VersionIn):
    call_back: str
    note: str


class RectificationOut(Shape):
    """What is done about a bad review; `returned`: how often the answer was sent back."""

    state: RectificationState
    version: int
    instruction: str
    finding: Finding | Literal[""]
    measures: str
    answer: str
    returned: int
    returned_why: str
    appeal: str
    appeal_answer: str
    call_back: CallBack | Literal[""]
    closed_at: datetime | None
    words: str


class ServiceReviewOut(Shape):
    """Without who gave it. Of a matter (`matter_id`) or of a special service (`track`)."""

    id: int
    matter: str
    matter_id: str | None
    track: str | None
    department: str | None
    level: Level
    words: str
    indicators: list[str]
    text: str
    channel: Channel
    at: datetime
    rectification: RectificationOut | None


class ServiceReviewsOut(Shape):
    reviews: list[ServiceReviewOut]
    after: int | None


class TrackServiceOut(Shape):
    """What a special track has done for the project and ended; `reviewed` once the unit has spoken."""

    id: int
    track: str
    name: str
    ended_at: datetime
    reviewed: bool


def review_out(made: ServiceReview) -> dict[str, Any]:
    """Without who gave it, for whoever asks."""
    row = getattr(made, "rectification", None)
    return {
        "id": made.pk,
        "matter": made.about.name,
        "matter_id": made.item.matter_id if made.item else None,
        "track": made.service.track if made.service else None,
        "department": made.department.name if made.department else None,
        "level": made.level,
        "words": made.get_level_display(),
        "indicators": made.indicators,
        "text": made.text,
        "channel": made.channel,
        "at": made.at,
        "rectification": rectification_out(row) if row else None,
    }


def rectification_out(row: Rectification) -> dict[str, Any]:
    names = (
        "state",
        "version",
        "instruction",
        "finding",
        "measures",
        "answer",
        "returned",
        "returned_why",
        "appeal",
        "appeal_answer",
    )
    return {
        **{name: getattr(row, name) for name in (*names, "call_back", "closed_at")},
        "words": row.get_state_display(),
    }


@router.post("/items/{item_id}/review", response={201: ServiceReviewOut}, summary="评价一次办理")
def give(request: HttpRequest, item_id: int, body: ServiceReviewIn) -> Status[dict[str, Any]]:
    made = actions.give_review(
        actor=actor_of(request),
        item_id=item_id,
        level=body.level,
        indicators=body.indicators,
        text=body.text,
        idempotency_key=key_of(request),
        at=timezone.now(),
    )
    return Status(201, review_out(queries.review(made.pk)))


@router.get("/projects/{project_id}/services", response=list[TrackServiceOut], summary="专项服务（办完后可评价）")
def services(request: HttpRequest, project_id: int) -> list[dict[str, Any]]:
    """What special tracks have done for the project and ended; `reviewed` once the unit has spoken."""
    project = projects.one(project_id)
    actor = actor_of(request)
    if not acts_for(actor, project.unit_id) or actor.via:
        raise forbid("只能查看本单位的项目")
    return [
        {
            "id": one.pk,
            "track": one.track,
            "name": one.name,
            "ended_at": one.ended_at,
            "reviewed": one.given is not None,
        }
        for one in queries.services_of(project_id)
    ]


@router.post("/services/{service_id}/review", response={201: ServiceReviewOut}, summary="评价一次专项服务")
def give_for_service(request: HttpRequest, service_id: int, body: ServiceReviewIn) -> Status[dict[str, Any]]:
    made = actions.review_service(
        actor=actor_of(request),
        service_id=service_id,
        level=body.level,
        indicators=body.indicators,
        text=body.text,
        idempotency_key=key_of(request),
        at=timezone.now(),
    )
    return Status(201, review_out(queries.review(made.pk)))


@router.get("/reviews", response=ServiceReviewsOut, summary="评价（view：open、bad、all）")
def reviews(request: HttpRequest, view: str = "open", after: int = 0) -> dict[str, Any]:
    page = queries.reviews(actor_of(request), view=view, after=after)
    return {"reviews": [review_out(one) for one in page.reviews], "after": page.after or None}


@router.get("/reviews/{review_id}", response=ServiceReviewOut, summary="一条评价")
def review(request: HttpRequest, review_id: int) -> dict[str, Any]:
    found = queries.review(review_id)
    if not access.can_see(actor_of(request), found):
        raise forbid("只能查看本大厅、本部门的评价")
    return review_out(found)


@router.post("/reviews/{review_id}/assign", response=RectificationOut, summary="转办差评")
def assign(request: HttpRequest, review_id: int, body: RectificationIn) -> dict[str, Any]:
    return rectification_out(
        actions.assign_bad_review(
            actor=actor_of(request),
            review_id=review_id,
            instruction=body.instruction,
            version=body.version,
            at=timezone.now(),
        )
    )


@router.post("/reviews/{review_id}/answer", response=RectificationOut, summary="核实整改并答复")
def answer(request: HttpRequest, review_id: int, body: RectificationAnswerIn) -> dict[str, Any]:
    return rectification_out(
        actions.answer_bad_review(actor=actor_of(request), review_id=review_id, at=timezone.now(), **body.dict())
    )


@router.post("/reviews/{review_id}/appeal", response=RectificationOut, summary="申诉误评、不实")
def appeal(request: HttpRequest, review_id: int, body: AppealIn) -> dict[str, Any]:
    return rectification_out(
        actions.appeal_bad_review(
            actor=actor_of(request), review_id=review_id, why=body.why, version=body.version, at=timezone.now()
        )
    )


@router.post("/reviews/{review_id}/appeal/decide", response=RectificationOut, summary="复核申诉")
def decide_appeal(request: HttpRequest, review_id: int, body: AppealedIn) -> dict[str, Any]:
    return rectification_out(
        actions.decide_appeal(actor=actor_of(request), review_id=review_id, at=timezone.now(), **body.dict())
    )


@router.post("/reviews/{review_id}/check", response=RectificationOut, summary="审核答复")
def check(request: HttpRequest, review_id: int, body: CheckIn) -> dict[str, Any]:
    return rectification_out(
        actions.check_answer(actor=actor_of(request), review_id=review_id, at=timezone.now(), **body.dict())
    )


@router.post("/reviews/{review_id}/close", response=RectificationOut, summary="回访并办结")
def close(request: HttpRequest, review_id: int, body: CallBackIn) -> dict[str, Any]:
    return rectification_out(
        actions.close_bad_review(actor=actor_of(request), review_id=review_id, at=timezone.now(), **body.dict())
    )
