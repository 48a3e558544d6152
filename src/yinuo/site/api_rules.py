"""Questions to the rules, for anybody; nothing is stored."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Router, Schema

from yinuo.core.grades import ScoreError
from yinuo.core.schema import project_schema, validate
from yinuo.core.screen import screen
from yinuo.engine.base import Refused
from yinuo.engine.rules import pack
from yinuo.ui.api import asked_day
from yinuo.ui.api_shapes import Shape

router = Router(tags=["规则"], auth=None)


class ScreenIn(Schema):
    facts: dict[str, Any]
    as_of: date | None = None


class StopOut(Shape):
    """Why a project is not approved at once."""

    rule: str
    why: str
    cites: list[str]


class ScreenedMatterOut(Shape):
    """One matter's answer; null and "unknown" = not decidable, `missing` would decide it."""

    id: str
    name: str
    department: str
    needed: Literal["yes", "no", "unknown"]
    listed: bool | None
    offered: bool
    promisable: bool | None
    why: list[str]
    missing: list[str]
    cites: list[str]


class ContradictionOut(Shape):
    """Answers that do not fit each other, or one that the law does not admit; `clause` in words."""

    facts: list[str]
    clause: str
    why: str


class ScreeningOut(Shape):
    """`instant` null = not decidable from the facts, and `missing` says which would decide.

    `decided_by`: county, prefecture, province or state.
    """

    instant: bool | None
    stops: list[StopOut]
    contradictions: list[ContradictionOut]
    decided_by: str
    missing: list[str]
    matters: list[ScreenedMatterOut]


@router.get("/project-schema", response=dict[str, Any], summary="项目信息的 JSON Schema")
def schema(request: HttpRequest) -> dict[str, Any]:
    return project_schema(pack().facts)


@router.post("/screen", response=ScreeningOut, summary="项目要办什么、能否秒批、能否承诺")
def ask(request: HttpRequest, body: ScreenIn) -> dict[str, Any]:
    faults = {fault.path: fault.message for fault in validate(body.facts, pack().facts)}
    if faults:
        raise Refused("rules.facts", "项目信息有误", field=next(iter(faults)), errors=faults)
    try:
        return screen(body.facts, pack(), asked_day(body.as_of)).to_json()
    except ScoreError as error:
        raise Refused("rules.grade", str(error), field="unit.grade") from error
