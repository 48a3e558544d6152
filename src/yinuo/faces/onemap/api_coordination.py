"""“1+X”: a case put, started or declined, the meeting, what the departments say, the conclusion."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router

from yinuo.faces.projects.api import readable
from yinuo.rooms.onemap import actions
from yinuo.rooms.onemap.coordinating import of_project, one
from yinuo.rooms.onemap.models import Coordination, CoordinationState, ItemState
from yinuo.ui.api import VersionIn, WhyIn, actor_of, key_of
from yinuo.ui.api_shapes import Shape

router = Router(tags=["1+X 协调"])


class RequestIn(VersionIn):
    issue: str
    items: list[int] = []
    departments: list[int] = []


class MeetingIn(VersionIn):
    meeting_at: datetime
    place: str


class CoordinationOpinionIn(VersionIn):
    text: str


class ConcludeIn(VersionIn):
    conclusion: str


class CoordinatedItemOut(Shape):
    id: int
    name: str
    state: ItemState
    paused: bool


class CoordinationOpinionOut(Shape):
    """`text` empty until the department has spoken."""

    department: str
    text: str
    version: int


class CoordinationOut(Shape):
    id: int
    project: int
    stage: str
    lead: str
    issue: str
    state: CoordinationState
    state_label: str
    started_at: datetime | None
    ends_by: datetime | None
    meeting_at: datetime | None
    meeting_place: str
    items: list[CoordinatedItemOut]
    opinions: list[CoordinationOpinionOut]
    conclusion: str
    ended_at: datetime | None
    version: int


def shown(made: Coordination) -> dict[str, Any]:
    found = one(made.pk)
    return {
        "id": found.pk,
        "project": found.project_id,
        "lead": found.lead.name,
        "state_label": found.get_state_display(),
        "items": [
            {"id": row.item_id, "name": row.item.name, "state": row.item.state, "paused": row.paused}
            for row in found.affected.all()
        ],
        "opinions": [
            {"department": row.department.name, "text": row.text, "version": row.version}
            for row in found.opinions.all()
        ],
        **{
            name: getattr(found, name)
            for name in (
                "stage",
                "issue",
                "state",
                "started_at",
                "ends_by",
                "meeting_at",
                "meeting_place",
                "conclusion",
                "ended_at",
                "version",
            )
        },
    }


@router.get("/projects/{project_id}/coordinations", response=list[CoordinationOut], summary="项目的协调")
def listed(request: HttpRequest, project_id: int) -> list[dict[str, Any]]:
    readable(request, project_id)
    return [shown(row) for row in of_project(project_id)]


@router.get("/coordinations/{coordination_id}", response=CoordinationOut, summary="查看协调")
def show(request: HttpRequest, coordination_id: int) -> dict[str, Any]:
    found = one(coordination_id)
    readable(request, found.project_id)
    return shown(found)


@router.post("/items/{item_id}/coordinate", response=CoordinationOut, summary="提请“1+X”协调")
def ask(request: HttpRequest, item_id: int, body: RequestIn) -> dict[str, Any]:
    made = actions.request_coordination(
        actor=actor_of(request),
        item_id=item_id,
        issue_text=body.issue,
        item_ids=body.items,
        department_ids=body.departments,
        version=body.version,
        idempotency_key=key_of(request),
        at=timezone.now(),
    )
    return shown(made)


@router.post("/coordinations/{coordination_id}/start", response=CoordinationOut, summary="启动协调，受影响事项暂停计时")
def start(request: HttpRequest, coordination_id: int, body: VersionIn) -> dict[str, Any]:
    made = actions.start_coordination(
        actor=actor_of(request), coordination_id=coordination_id, at=timezone.now(), version=body.version
    )
    return shown(made)


@router.post("/coordinations/{coordination_id}/decline", response=CoordinationOut, summary="不启动协调")
def decline(request: HttpRequest, coordination_id: int, body: WhyIn) -> dict[str, Any]:
    return shown(
        actions.decline_coordination(
            actor=actor_of(request), coordination_id=coordination_id, at=timezone.now(), **body.dict()
        )
    )


@router.post("/coordinations/{coordination_id}/meeting", response=CoordinationOut, summary="召集协调会议")
def meeting(request: HttpRequest, coordination_id: int, body: MeetingIn) -> dict[str, Any]:
    return shown(
        actions.call_meeting(actor=actor_of(request), coordination_id=coordination_id, at=timezone.now(), **body.dict())
    )


@router.post("/coordinations/{coordination_id}/opinion", response=CoordinationOut, summary="参加部门提出意见")
def opinion(request: HttpRequest, coordination_id: int, body: CoordinationOpinionIn) -> dict[str, Any]:
    made = actions.give_coordination_opinion(
        actor=actor_of(request), coordination_id=coordination_id, at=timezone.now(), **body.dict()
    )
    return shown(made.coordination)


@router.post("/coordinations/{coordination_id}/conclude", response=CoordinationOut, summary="形成意见，恢复计时")
def conclude(request: HttpRequest, coordination_id: int, body: ConcludeIn) -> dict[str, Any]:
    return shown(
        actions.conclude_coordination(
            actor=actor_of(request), coordination_id=coordination_id, at=timezone.now(), **body.dict()
        )
    )
