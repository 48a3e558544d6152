"""Every promise of the company and how it is kept: what is to be done first, then what is in notice, being kept, and
settled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from yinuo.rooms.commitments.models import Commitment, CommitmentState, Fulfilment
from yinuo.rooms.commitments.queries import PromiseProgress, days_left, promises_of
from yinuo.ui.acting import actor_of, need_unit
from yinuo.ui.components.shapes import Colour, Fact, NavItem
from yinuo.ui.components.text import closing, zh_date

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

SHOWN = 200
GONE = (CommitmentState.REGULAR, CommitmentState.CANCELLED, CommitmentState.CARRIED)
NOTICE = (CommitmentState.NOTICE, CommitmentState.OBJECTED, CommitmentState.DECIDABLE)


@dataclass(frozen=True, slots=True)
class Line:
    """One promise: how it stands in words, by when something is due, and what the company can do with it."""

    given: Commitment
    word: str
    colour: Colour
    due: str = ""
    note: str = ""
    action: str = ""
    action_url: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    id: str
    title: str
    lines: Sequence[Line]


@need_unit
@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """One query for all of them."""
    now = timezone.now()
    rows = list(promises_of(actor_of(request).unit_id or 0)[:SHOWN])
    lines = [(_group(row), line_of(row, now)) for row in rows]
    titles = {
        "act": "要您做的",
        "notice": "公示和待决定",
        "keeping": "正在履行",
        "settled": "已有结果",
        "gone": "转常规或者终止的",
    }
    groups = [Group(key, title, [line for name, line in lines if name == key]) for key, title in titles.items()]
    live = [row for row in rows if row.state not in GONE]
    context = {
        "facts": [
            Fact("作出的承诺", len(live), "项"),
            Fact("已履行", sum(row.fulfilment == Fulfilment.KEPT for row in live), "项"),
            Fact("正在履行", sum(row.fulfilment in (Fulfilment.PENDING, Fulfilment.RECTIFYING) for row in live), "项"),
            _broken(live),
        ],
        "groups": [group for group in groups if group.lines],
        "breadcrumbs": [NavItem("我的项目", reverse("unit:projects")), NavItem("我的承诺")],
    }
    return render(request, "unit/promises.html", context)


def _broken(live: Sequence[Commitment]) -> Fact:
    count = sum(row.fulfilment == Fulfilment.BROKEN for row in live)
    return Fact("未履行", count, "项", note="整改后可以申请修复" if count else "")


def _group(given: WithAnnotations[Commitment, PromiseProgress]) -> str:
    if given.state in GONE:
        return "gone"
    if given.fulfilment == Fulfilment.RECTIFYING or given.waits_for_closing or _to_report(given):
        return "act"
    if given.fulfilment in (Fulfilment.KEPT, Fulfilment.BROKEN):
        return "settled"
    return "notice" if given.state in NOTICE else "keeping"


def _to_report(given: WithAnnotations[Commitment, PromiseProgress]) -> bool:
    """Building has begun, the promise binds, and nothing has been reported of it yet."""
    begun = given.project.started_on is not None and given.project.state == "confirmed"
    waiting = given.state == CommitmentState.DECIDED and given.fulfilment == Fulfilment.PENDING
    return begun and waiting and given.reported_at is None


def line_of(given: WithAnnotations[Commitment, PromiseProgress], now: datetime) -> Line:
    reported = given.reported_at
    last = f"{zh_date(reported)} 报告过履约" if reported else "还没有报告过履约"
    if given.open_difficulties:
        last += "；报告的困难，部门正在帮助"
    report = reverse("unit:fulfilment", args=[given.item_id])
    if given.state in GONE:
        return Line(given, given.get_state_display(), "grey")
    if given.waits_for_closing:
        return Line(given, given.fulfilment_word, "amber", "等部门认定履行情况", last, "报告履约", report)
    if given.fulfilment == Fulfilment.RECTIFYING:
        completion = getattr(given.project, "completion", None)
        due = f"{closing(completion.rectify_until)} 前整改好" if completion and completion.rectify_until else ""
        return Line(given, "整改中", "amber", due, last, "报告整改", report)
    if given.fulfilment == Fulfilment.KEPT:
        return Line(given, "已履行", "green", note=last if reported else "")
    if given.fulfilment == Fulfilment.BROKEN:
        return Line(given, "未履行", "red", note=last, action="看信用", action_url=reverse("unit:credit"))
    if given.state in NOTICE:
        left = days_left(given, now)
        due = f"公示还有 {left} 个工作日" if left else "公示期满，等部门决定"
        objected = given.state == CommitmentState.OBJECTED
        return Line(
            given,
            given.get_state_display(),
            "amber" if objected else "purple",
            due,
            "异议答复以前不能直接决定" if objected else "",
        )
    return Line(given, "履行中", "blue", "竣工验收时逐条核对", last, "报告履约", report)
