"""The hall's score for those who answer for it: points by hand and what takes them back, the month's bulletin, who
needs a word.

附件7·第十一条、第十二条、第十九条、第二十二条.
"""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from yinuo.core.decision import plain
from yinuo.engine.base import Actor, forbid
from yinuo.engine.rules import pack
from yinuo.faces.halls.shared import signed, tabs
from yinuo.rooms.halls import access, closing, queries
from yinuo.rooms.halls.actions import (
    BASIS_LIMIT,
    TEXT_LIMIT,
    correct_points,
    give_points,
    publish_bulletin,
)
from yinuo.ui.acting import CONVENING, actor_of, need_role
from yinuo.ui.components.forms import DateInput
from yinuo.ui.components.shapes import NavItem
from yinuo.ui.forms import text_area
from yinuo.ui.handling import attempt

SHOWN = 100


class PointsForm(forms.Form):
    key = forms.CharField(widget=forms.HiddenInput(), required=False, max_length=80)
    on = forms.DateField(label="发生日期", widget=DateInput(), error_messages={"required": "填写发生日期"})
    points = forms.DecimalField(
        label="分值",
        max_digits=6,
        decimal_places=2,
        help_text="加分写正数，减分写负数，例如 0.5、-0.3。",
        error_messages={"required": "填写分值", "invalid": "写成数字，例如 0.5、-0.3"},
    )
    basis = forms.CharField(
        label="评分依据",
        max_length=BASIS_LIMIT,
        help_text="哪份文件、哪一条，或者哪次督查。公开页面上会显示。",
        error_messages={"required": "写明评分依据"},
    )
    evidence = text_area(
        "证据",
        "写明有什么证据",
        "例如通报文号、检查记录、来访登记。只有大厅的管理人员看得到。",
        rows=3,
        most=TEXT_LIMIT,
    )
    reason = text_area("理由", "写明理由", "为什么加减、为什么是这个分值。", rows=3, most=TEXT_LIMIT)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})


class CorrectionForm(forms.Form):
    key = forms.CharField(widget=forms.HiddenInput(), required=False, max_length=80)
    reason = text_area(
        "为什么更正", "写明为什么更正", "更正是另记一条相反的分值，原来的留在记录里。", rows=3, most=TEXT_LIMIT
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})


@need_role(*CONVENING)
@require_http_methods(["GET", "POST"])
def scores(request: HttpRequest) -> HttpResponse:
    """POST gives points; the month's bulletin has its own address."""
    actor, now = actor_of(request), timezone.now()
    hall_id = _hall_of(actor)
    may = access.can_give_points(actor, hall_id)
    if request.method == "POST" and not may:
        raise forbid("只有监督员可以人工评分")
    form = PointsForm(request.POST if request.method == "POST" else None, initial={"key": f"points:{uuid.uuid4()}"})
    if form.is_bound and form.is_valid():
        values = dict(form.cleaned_data)
        key = values.pop("key")
        given = attempt(form, lambda: give_points(actor=actor, hall_id=hall_id, at=now, idempotency_key=key, **values))
        if given is not None:
            messages.success(request, f"已记 {signed(given.points)} 分。")
            return redirect("staff:scores")
    day = queries.today(now)
    area = queries.area_of(hall_id)
    (line,) = [one for one in queries.ranking(area, day, now).lines if one.hall.pk == hall_id]
    context = {
        "tabs": tabs(reverse("staff:scores")),
        "line": line,
        "score": plain(line.score),
        "of": len(area.halls),
        "form": form if may else None,
        "rows": _rows(hall_id),
        "offenders": closing.offenders([hall_id], day, now) if access.can_open(actor, hall_id) else None,
        "repeat": pack().integer("hall.repeat_count", max(queries.quarter_of(day), pack().valid_from)),
        "repeat_cites": pack().cite_texts(pack().parameter("hall.repeat_count", max(day, pack().valid_from)).cites),
        "months": _untold(area, day) if may else [],
        "region": area.region,
        "reports": access.can_report(actor, hall_id),
    }
    return render(request, "staff/scores.html", context, status=422 if form.is_bound else 200)


def _hall_of(actor: Actor) -> int:
    if actor.hall_id is None:
        raise forbid("您不在任何政务大厅")
    return actor.hall_id


def _rows(hall_id: int) -> list[dict[str, Any]]:
    found = queries.manual_points(hall_id)[:SHOWN]
    return [{"row": row, "points": signed(row.points), "corrected": hasattr(row, "corrected_by")} for row in found]


def _untold(area: queries.Area, day: date) -> list[date]:
    """The month whose bulletin comes next, where it is over."""
    month = closing.month_due(area.region, day)
    return [month] if queries.next_month(month) <= day else []


@need_role("supervisor")
@require_http_methods(["POST"])
def publish(request: HttpRequest) -> HttpResponse:
    """POST `month`: 2026-10. Pressed twice, there is one bulletin."""
    actor = actor_of(request)
    try:
        month = date.fromisoformat(f"{request.POST.get('month', '')}-01")
    except ValueError:
        raise forbid("请从页面上选择要发布的月份") from None
    made = publish_bulletin(
        actor=actor, region_id=queries.area_of(_hall_of(actor)).region.pk, month=month, at=timezone.now()
    )
    messages.success(request, f"{made.number}已发布。")
    return redirect("public:bulletin", made.pk)


@need_role(*CONVENING)
@require_http_methods(["GET", "POST"])
def manual(request: HttpRequest, manual_id: int) -> HttpResponse:
    """One entry whole; POST takes it back by a counter-event."""
    actor, now = actor_of(request), timezone.now()
    found = queries.manual_point(manual_id)
    if not access.can_open(actor, found.hall_id):
        raise forbid("只能查看本大厅的人工评分")
    corrected = getattr(found, "corrected_by", None)
    may = access.can_give_points(actor, found.hall_id) and corrected is None and found.corrects_id is None
    form = CorrectionForm(
        request.POST if request.method == "POST" else None, initial={"key": f"correct:{uuid.uuid4()}"}
    )
    if form.is_bound and form.is_valid():
        values = form.cleaned_data
        done = attempt(
            form,
            lambda: correct_points(
                actor=actor, manual_id=found.pk, reason=values["reason"], idempotency_key=values["key"], at=now
            ),
        )
        if done is not None:
            messages.success(request, "已更正。")
            return redirect("staff:manual_points", found.pk)
    context = {
        "row": found,
        "points": signed(found.points),
        "corrected": corrected,
        "form": form if may or form.is_bound else None,
        "breadcrumbs": [NavItem("大厅评分", reverse("staff:scores")), NavItem("人工评分")],
    }
    return render(request, "staff/manual_points.html", context, status=422 if form.is_bound else 200)
