"""Questions to the rules, for anybody; nothing is stored."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema

from yinuo.apps.base import Refused
from yinuo.apps.rules import pack
from yinuo.core.grades import ScoreError
from yinuo.core.schema import project_schema, validate
from yinuo.core.screen import screen

router = Router(tags=["规则"], auth=None)
# Beyond it no calendar and no date arithmetic is meant seriously.
LAST_YEAR = 2100


def asked_day(as_of: date | None) -> date:
    """The day whose rules are asked for; today where none is named. Raises Refused for a day without rules."""
    day, first = as_of or timezone.localdate(), pack().valid_from
    if not first <= day <= date(LAST_YEAR, 12, 31):
        raise Refused(
            "rules.as_of", f"{day.isoformat()} 没有可用的规则", field="as_of", remedy=f"请写 {first.isoformat()} 至 {LAST_YEAR} 年的日期"
        )
    return day


class ScreenIn(Schema):
    facts: dict[str, Any]
    as_of: date | None = None


@router.get("/project-schema", response=dict[str, Any], summary="项目信息的 JSON Schema")
def schema(request: HttpRequest) -> dict[str, Any]:
    return project_schema()


@router.post("/screen", response=dict[str, Any], summary="项目要办什么、能否秒批、能否承诺")
def ask(request: HttpRequest, body: ScreenIn) -> dict[str, Any]:
    faults = {fault.path: fault.message for fault in validate(body.facts)}
    if faults:
        raise Refused("rules.facts", "项目信息有误", field=next(iter(faults)), errors=faults)
    try:
        return screen(body.facts, pack(), asked_day(body.as_of)).to_json()
    except ScoreError as error:
        raise Refused("rules.grade", str(error), field="unit.grade") from error
