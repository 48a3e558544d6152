"""Which day's rules a project runs under, and moving it: what would change is shown before it is decided (U-6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from yinuo.core.wording import day_words
from yinuo.engine.base import Refused, forbid
from yinuo.engine.rules import pack
from yinuo.engine.trail.queries import of_subject
from yinuo.faces.projects.heading import head_of, visible_project
from yinuo.rooms.onemap import moving
from yinuo.rooms.onemap.actions.moving import move_rules_on, need_movable
from yinuo.rooms.onemap.moving import ItemChange, RuleChange
from yinuo.rooms.projects.access import can_move_rules
from yinuo.ui.acting import actor_of, need_staff
from yinuo.ui.components.forms import DateInput
from yinuo.ui.components.shapes import NavItem
from yinuo.ui.forms import Versioned, text_area
from yinuo.ui.handling import attempt

KINDS = {
    "matter": "要不要办",
    "promise": "能不能承诺",
    "text": "事项的规定",
    "parameter": "期限和标准",
    "scheme": "阶段",
}


class DayForm(forms.Form):
    """Which day is asked about; asking writes nothing."""

    to = forms.DateField(
        label="改为适用哪一天的规则",
        widget=DateInput(),
        error_messages={"required": "填写日期", "invalid": "日期写作 2026-11-06"},
    )


class MoveForm(Versioned):
    to = forms.DateField(widget=forms.HiddenInput())
    reason = text_area("理由", "写明为什么改变", "项目单位会看到；差异和理由一并留存。", rows=3)


@dataclass(frozen=True, slots=True)
class Group:
    title: str
    rows: Sequence[RuleChange]


@need_staff
@require_http_methods(["GET", "POST"])
def rules_on(request: HttpRequest, project_id: int) -> HttpResponse:
    actor, now = actor_of(request), timezone.now()
    found = visible_project(actor, project_id)
    may = can_move_rules(actor, found)
    if request.method == "POST" and not may:
        raise forbid("只有总召集人、综合管理部门可以改变项目适用的规则日期")
    form = MoveForm(request.POST or None, initial={"version": found.version})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        moved = attempt(
            form,
            lambda: move_rules_on(
                actor=actor, project_id=found.pk, to=data["to"], reason=data["reason"], at=now, version=data["version"]
            ),
        )
        if moved is not None:
            messages.success(request, f"项目已改为适用{day_words(moved.rules_on)}的规则，并已告知项目单位。")
            return redirect("staff:project", found.pk)
    asked = DayForm(
        {"to": request.POST.get("to", "")} if request.method == "POST" else request.GET if "to" in request.GET else None
    )
    to = asked.cleaned_data["to"] if asked.is_bound and asked.is_valid() else None
    refusal = _refusal(found, to, now) if to else None
    if refusal is not None:
        asked.add_error("to", str(refusal)) if refusal.field == "to" else asked.add_error(None, str(refusal))
    ready = may and to is not None and refusal is None
    form.initial["to"] = to
    context = {
        **head_of(found, NavItem("适用的规则")),
        "asked": asked,
        "form": form,
        "to": to,
        "ready": ready,
        "may": may,
        "pack": pack(),
        "past": [entry for entry in of_subject(found) if entry.verb == "onemap.move_rules_on"],
        **(_difference(found, to) if ready and to else {"groups": [], "items": []}),
    }
    bad = form.is_bound or (asked.is_bound and bool(asked.errors))
    return render(request, "staff/rules_on.html", context, status=422 if bad else 200)


def _refusal(project: Any, to: date, now: Any) -> Refused | None:
    try:
        need_movable(project, to, now)
    except Refused as refusal:
        return refusal
    return None


def _difference(project: Any, to: date) -> dict[str, Any]:
    changes = moving.difference(project, to)
    groups = [Group(title, [change for change in changes if change.kind == kind]) for kind, title in KINDS.items()]
    items: list[ItemChange] = moving.item_changes(project, to)
    return {"groups": [group for group in groups if group.rows], "items": items}
