"""“1+X” for the hall: a case put from its matter, the convener's answer, the meeting, what the departments say, the
conclusion.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from yinuo.core.calendar import TZ
from yinuo.engine.base import Actor, Refused, forbid
from yinuo.engine.people.models import Department
from yinuo.engine.people.queries import departments
from yinuo.engine.rules import pack
from yinuo.engine.work.actions import pause_reason
from yinuo.engine.work.queries import of_subject
from yinuo.faces.onemap.staff_item import clock_views
from yinuo.faces.projects.heading import head_of
from yinuo.rooms.onemap import access, coordinating, queries
from yinuo.rooms.onemap.actions import (
    call_meeting,
    conclude_coordination,
    decline_coordination,
    give_coordination_opinion,
    request_coordination,
    start_coordination,
)
from yinuo.rooms.onemap.actions.coordination import UNDER_WAY, lead_of
from yinuo.rooms.onemap.models import COORDINATION_OPEN, Coordination, MapItem
from yinuo.rooms.projects.access import can_see
from yinuo.ui.acting import actor_of, need_staff
from yinuo.ui.components.forms import DateInput
from yinuo.ui.components.shapes import NavItem, Row
from yinuo.ui.components.text import zh_datetime
from yinuo.ui.desks import ActionView, posted
from yinuo.ui.forms import Versioned, set_choices, text_area
from yinuo.ui.handling import attempt
from yinuo.ui.reading import today

SHOWN = 50


class RequestForm(Versioned):
    """The case: its question, what else it affects, who else is concerned."""

    key = forms.CharField(widget=forms.HiddenInput(), required=False, max_length=80)
    issue = text_area("需要协调的问题", "写明需要协调的问题", "写清卡在哪里、涉及哪些部门、希望怎样解决。", rows=4)
    items = forms.MultipleChoiceField(label="还影响哪些事项", required=False, widget=forms.CheckboxSelectMultiple())
    departments = forms.MultipleChoiceField(
        label="还涉及哪些部门（X）", required=False, widget=forms.CheckboxSelectMultiple()
    )

    def __init__(
        self, *args: Any, items: Iterable[MapItem], offices: Iterable[Department], lead: Department, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        set_choices(self, "items", [(str(row.pk), row.name) for row in items])
        self.fields["items"].help_text = "启动协调后，这些事项正在计的时限和本事项一起暂停。"
        set_choices(self, "departments", [(str(row.pk), row.short_name) for row in offices])
        self.fields["departments"].help_text = f"牵头部门（1）是{lead.name}；事项的承办部门自动参加。"


class StartForm(Versioned):
    """Nothing to write: the clocks stand still from now."""


class DeclineForm(Versioned):
    why = text_area("不启动的理由", "写明不启动协调的理由", "提请的部门会看到，计时照常。", rows=3)


class MeetingForm(Versioned):
    day = forms.DateField(label="开会的日期", widget=DateInput(), error_messages={"required": "填写开会的日期"})
    clock = forms.TimeField(
        label="时间",
        help_text="例如 09:30。",
        error_messages={"required": "填写时间", "invalid": "时间写成 09:30 的样子"},
    )
    place = forms.CharField(label="地点", max_length=120, error_messages={"required": "写明地点"})


class OpinionForm(Versioned):
    text = text_area("本部门的意见", "写明部门意见", "结束以前可以修改，会写入会议纪要。", rows=4)


class ConcludeForm(Versioned):
    conclusion = text_area("协调形成的意见", "写明协调形成的意见", "写入会议纪要；受影响事项随即恢复计时。", rows=5)


class CoordinationDesk:
    """What a coordination's state leaves open to who looks."""

    def __init__(self, request: HttpRequest, made: Coordination, actor: Actor) -> None:
        self.request, self.made, self.actor, self.now = request, made, actor, timezone.now()
        self.verb = request.POST.get("do", "") if request.method == "POST" else ""
        self.convenes = access.can_convene(actor, made, today(self.now))
        self.own = next((row for row in made.opinions.all() if access.can_join_coordination(actor, row)), None)
        self.views: dict[str, ActionView] = {}
        self.acts: dict[str, tuple[Callable[[dict[str, Any]], Any], str]] = {}
        self._fill()

    def _add(
        self,
        do: str,
        words: tuple[str, str, str],
        form: type[Any],
        act: Any,
        done: str,
        *,
        folded: bool = False,
        **start: Any,
    ) -> None:
        sent = self.verb == do
        initial = {"version": self.made.version, **start}
        bound = form(self.request.POST if sent else None, initial=initial, prefix=do)
        title, press, hint = words
        self.views[do] = ActionView(do, title, press, "secondary" if folded else "primary", hint, folded, bound, sent)
        self.acts[do] = (act, done)

    def _fill(self) -> None:
        made = self.made
        base: dict[str, Any] = {"actor": self.actor, "coordination_id": made.pk, "at": self.now}
        if self.convenes and made.state == "requested":
            longest = pause_reason("coordination", made.project.rules_on).longest
            hint = f"受影响事项正在计的时限从启动起暂停，到协调结束为止，最长 {longest} 个工作日。"
            self._add(
                "start",
                ("启动协调", "启动协调", hint),
                StartForm,
                lambda d: start_coordination(**base, **d),
                "协调已启动，受影响事项暂停计时。",
            )
            self._add(
                "decline",
                ("不启动", "不启动", ""),
                DeclineForm,
                lambda d: decline_coordination(**base, **d),
                "已告知提请的部门。",
                folded=True,
            )
        if self.own is not None and made.state == "running":
            words = ("提出意见", "提出意见", "")
            self._add(
                "opinion",
                words,
                OpinionForm,
                lambda d: give_coordination_opinion(**base, **d),
                "意见已记下。",
                version=self.own.version,
                text=self.own.text,
            )
        if self.convenes and made.state == "running":
            words = ("形成意见，结束协调", "结束协调", "")
            self._add(
                "conclude",
                words,
                ConcludeForm,
                lambda d: conclude_coordination(**base, **d),
                "协调已结束，受影响事项恢复计时，纪要已印发。",
            )
            self._add(
                "meeting",
                ("召集会议", "通知开会", ""),
                MeetingForm,
                self._call,
                "已通知参加的部门。",
                folded=True,
                place=made.meeting_place,
            )

    def _call(self, data: dict[str, Any]) -> Coordination:
        when = datetime.combine(data["day"], data["clock"], TZ)
        return call_meeting(
            actor=self.actor,
            coordination_id=self.made.pk,
            meeting_at=when,
            place=data["place"],
            version=data["version"],
            at=self.now,
        )

    def run(self) -> str:
        view = self.views.get(self.verb)
        if view is None:
            if not self.convenes and self.own is None:
                raise forbid("这次协调不由您办理")
            raise Refused(
                "onemap.coordination_state", "现在不能这样办理", remedy="可能已由他人办理。现在的情况见下面。"
            )
        if not view.form.is_valid():
            return ""
        act, done = self.acts[self.verb]
        return (
            done if attempt(view.form, lambda: act(view.form.cleaned_data), {"meeting_at": "day"}) is not None else ""
        )


@need_staff
@require_http_methods(["GET", "POST"])
def one(request: HttpRequest, coordination_id: int) -> HttpResponse:
    actor, made = actor_of(request), coordinating.one(coordination_id)
    if not can_see(actor, made.project):
        raise forbid("只能查看本大厅的事项")
    desk = CoordinationDesk(request, made, actor)
    if (
        done := posted(request, desk, "staff/coordination_one.html", _page, ("staff:coordination_one", coordination_id))
    ) is not None:
        return done
    return render(request, "staff/coordination_one.html", _page(desk), status=422 if request.method == "POST" else 200)


def _page(desk: CoordinationDesk) -> dict[str, Any]:
    made = desk.made
    views = list(desk.views.values())
    failed = desk.views.get(desk.verb)
    return {
        **head_of(made.project, NavItem("1+X 协调")),
        "made": made,
        "rows": rows_of(made),
        "opinions": list(made.opinions.all()),
        "affected": list(made.affected.all()),
        "clocks": [view for view in clock_views(of_subject(made), desk.now) if view.work.is_open],
        "first": [view for view in views if not view.folded],
        "others": [view for view in views if view.folded],
        "late": None,
        "typed": [],
        "form": failed.form if failed is not None else forms.Form(),
        "cites": pack().cite_texts(pause_reason("coordination", made.project.rules_on).cites),
    }


def rows_of(made: Coordination) -> list[Row]:
    rows = [
        Row("牵头部门", made.lead.name),
        Row("提请", f"{zh_datetime(made.requested_at)}，{made.requested_from.name} {made.requested_by.name}"),
    ]
    if made.started_at and made.started_by:
        rows.append(Row("启动", f"{zh_datetime(made.started_at)}，{made.started_by.name}"))
    if made.is_open and made.ends_by:
        rows.append(Row("最迟", f"{zh_datetime(made.ends_by)} 恢复计时"))
    if made.meeting_at:
        rows.append(Row("会议", f"{zh_datetime(made.meeting_at)}，{made.meeting_place}"))
    if made.ended_at:
        rows.append(Row("结束", f"{zh_datetime(made.ended_at)}{'，' + made.ended_by.name if made.ended_by else ''}"))
    if made.minutes_id:
        rows.append(Row("会议纪要", "协调会议纪要", reverse("common:document", args=[made.minutes_id]), "打开"))
    return rows


@need_staff
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """A convener's stage, a department's own, everybody else the hall's."""
    actor = actor_of(request)
    rows, ended = coordinating.in_reach(actor), request.GET.get("view") == "ended"
    found = list(
        (rows.exclude(state__in=COORDINATION_OPEN) if ended else rows.filter(state__in=COORDINATION_OPEN))[:SHOWN]
    )
    here = reverse("staff:coordination")
    context = {
        "rows": found,
        "ended": ended,
        "views": [NavItem("进行中", here, current=not ended), NavItem("已结束", f"{here}?view=ended", current=ended)],
        "breadcrumbs": [NavItem("待办", reverse("staff:inbox")), NavItem("1+X 协调")],
    }
    return render(request, "staff/coordination.html", context)


@need_staff
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, item_id: int) -> HttpResponse:
    """An approver puts the case of a matter under way."""
    actor, item, now = actor_of(request), queries.item_of(item_id), timezone.now()
    if not access.can_handle(actor, item):
        raise forbid("只有这个事项的办理人员可以提请协调")
    lead = lead_of(item.project, item.stage)
    others = queries.open_items(item.project_id).exclude(pk=item.pk)
    offices = departments(item.project.hall_id).exclude(pk__in=[lead.pk, item.department_id])
    form = RequestForm(
        request.POST if request.method == "POST" else None,
        items=others,
        offices=offices,
        lead=lead,
        initial={"version": item.version, "key": f"coordinate:{uuid.uuid4()}"},
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        made = attempt(
            form,
            lambda: request_coordination(
                actor=actor,
                item_id=item.pk,
                issue_text=data["issue"],
                item_ids=[int(number) for number in data["items"]],
                department_ids=[int(number) for number in data["departments"]],
                version=data["version"],
                idempotency_key=data["key"],
                at=now,
            ),
        )
        if made is not None:
            messages.success(request, f"已提请{lead.short_name}协调，启动以前计时照常。")
            return redirect("staff:coordination_one", made.pk)
    context = {
        **head_of(item.project, NavItem(item.name, reverse("staff:item", args=[item.pk])), NavItem("提请协调")),
        "item": item,
        "form": form,
        "lead": lead,
        "possible": item.state in UNDER_WAY,
        "cites": pack().cite_texts(pause_reason("coordination", item.project.rules_on).cites),
    }
    return render(request, "staff/coordination_ask.html", context, status=422 if form.errors else 200)
