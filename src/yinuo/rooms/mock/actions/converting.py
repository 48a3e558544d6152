"""文件转换阶段 (附件4·四(三)): the land is there, the departments turn their mock documents into formal ones, or all
begins anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from yinuo.core.calendar import TZ
from yinuo.engine.base import Actor, Refused, save
from yinuo.engine.trail.actions import action, record
from yinuo.rooms.mock.actions.common import (
    end,
    end_if_done,
    end_matters,
    need_text,
    scan,
    settle,
    take,
    tell_all,
)
from yinuo.rooms.mock.changes import CASES, Change, asked, case_of, detected, reason_of
from yinuo.rooms.mock.models import LandKind, MatterOutcome, MockApplication, MockState
from yinuo.rooms.onemap.actions.common import locked
from yinuo.rooms.onemap.actions.mocking import begin_conversion, leave_mock
from yinuo.rooms.onemap.models import ItemState


@action
def register_land(
    *,
    actor: Actor,
    application_id: int,
    kind: str,
    number: str,
    on: date,
    file_id: int | None,
    answers: Mapping[str, bool],
    at: datetime,
    version: int | None = None,
) -> MockApplication:
    """The land contract or the allocation decision, registered with its scan: the conversion begins, all by one moment.

    `answers`: a yes or no to each of `changes.QUESTIONS`. Any case that holds, found in the facts or told, means
    approval anew.
    """
    application = take(actor, application_id, [MockState.RUNNING], version)
    project = application.project
    if kind not in LandKind.values:
        raise Refused("mock.land_kind", "请选择土地出让合同或者划拨决定书", field="kind")
    number = need_text(number, "number", "请填写合同或者决定书的编号")
    if on > at.astimezone(TZ).date():
        raise Refused("mock.land_on", "签订或者决定的日期不能晚于今天", field="on")
    paper = scan(file_id, project, "land_scan", LandKind(kind).label)
    told = [*detected(application), *asked(answers)]
    application.land_kind, application.land_number, application.land_on = kind, number, on
    application.land_scan, application.land_at = paper, at
    save(application, "land_kind", "land_number", "land_on", "land_scan", "land_at")
    record(
        actor,
        "mock.register_land",
        application,
        at=at,
        project_code=project.code or "",
        data={
            "kind": kind,
            "number": number,
            "on": on,
            "sha256": paper.sha256,
            "changes": [change.to_json() for change in told],
        },
    )
    if told:
        begin_again(actor, application, told, at)
    else:
        _convert(actor, application, at)
    return application


def _convert(actor: Actor, application: MockApplication, at: datetime) -> None:
    application.state = MockState.CONVERTING
    save(application, "state")
    due = ""
    for matter in application.matters.filter(outcome="").select_related("item").order_by("item__position"):
        item = locked(matter.item_id)
        if item.state == ItemState.MOCK_GRANTED:
            work = begin_conversion(actor=actor, item=item, at=at)
            due = work.due_at.astimezone(TZ).strftime("%m月%d日 %H:%M") if work.due_at else ""
        else:
            leave_mock(item=item)
            settle(matter, MatterOutcome.ORDINARY, "取得土地时尚未模拟通过，转入正式办理")
    if due:
        tell_all(application, "mock_converting", at, due=due)
    end_if_done(actor, application, at)


def begin_again(actor: Actor, application: MockApplication, told: Sequence[Change], at: datetime) -> None:
    """应重新报批: every matter is open again, the reason and its clause stand on each."""
    why = reason_of(list(told))
    application.changes = [change.to_json() for change in told]
    tell_all(application, "mock_again", at, why=why[:120])
    end_matters(actor, application, MatterOutcome.AGAIN, why, at)
    end(actor, application, MockState.ENDED, why, at)


@action
def report_change(
    *, actor: Actor, application_id: int, cases: Sequence[str], text: str, at: datetime, version: int | None = None
) -> MockApplication:
    """The window enters one of the six cases, before the land is there
    or while the departments convert: approval anew.
    """
    application = take(actor, application_id, [MockState.RUNNING, MockState.CONVERTING], version)
    if not cases or set(cases) - set(CASES):
        raise Refused("mock.case", "请选择应当重新报批的情形", field="cases")
    text = need_text(text, "text", "请写明具体情况")
    record(
        actor,
        "mock.report_change",
        application,
        at=at,
        project_code=application.project.code or "",
        why=text,
        data={"cases": list(cases)},
    )
    begin_again(actor, application, [Change(case, f"{case_of(case).text.rstrip('的')}：{text}") for case in cases], at)
    return application
