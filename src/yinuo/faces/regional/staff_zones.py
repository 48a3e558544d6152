"""The desk of a zone's body: its assessments, what each waits for, and the results to be kept up (附件3·三)."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from yinuo.core.calendar import DAY
from yinuo.engine.base import forbid
from yinuo.engine.catalogue.models import RegionalResult, Zone, ZoneKind
from yinuo.engine.people.queries import departments
from yinuo.engine.rules import pack
from yinuo.engine.work.queries import open_by_subject
from yinuo.rooms.regional import access, queries
from yinuo.rooms.regional.actions import begin_assessment, close_zone, open_zone
from yinuo.rooms.regional.models import RegionalAssessment
from yinuo.rooms.regional.room import RegionalWork
from yinuo.ui.acting import actor_of, need_role, need_staff
from yinuo.ui.components.forms import CodeInput, DateInput
from yinuo.ui.components.shapes import NavItem
from yinuo.ui.components.text import zh_date
from yinuo.ui.forms import choice, set_choices, text_area
from yinuo.ui.handling import attempt

CRUMB = NavItem("园区", "/staff/zones/")


@dataclass(frozen=True, slots=True)
class Line:
    """An assessment in a list: its matter, where it stands, and who has the next step."""

    row: RegionalAssessment
    matter: str
    waits: str
    colour: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A published result with the days it has left."""

    row: RegionalResult
    matter: str
    last_on: date
    light: str


WAITS = {
    "consulting": ("部门提出意见", "blue"),
    "commissioned": ("评估机构编制报告", "blue"),
    "reported": ("主体单位报送审查", "amber"),
    "submitted": ("部门审查", "blue"),
    "returned": ("主体单位修改报告", "amber"),
    "approved": ("主体单位公布", "amber"),
}


def line_of(row: RegionalAssessment) -> Line:
    waits, colour = WAITS.get(row.state, ("", "green" if row.state == "published" else ""))
    return Line(row, pack().matters[row.matter_id].full_name, waits, colour)


@need_staff
@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """One's own zones first; for the hall's others every zone, and the assessments their department has to do with."""
    actor, day = actor_of(request), timezone.localdate()
    hall = actor.hall_id or 0
    zones = queries.zones(day, hall)
    own = [zone for zone in zones if access.can_run(actor, zone)]
    rows = queries.assessments(hall, own if actor.role == "zone" else None)
    return render(
        request,
        "staff/zones.html",
        {
            "own": own,
            "others": [zone for zone in zones if zone not in own] if actor.role != "zone" else [],
            "open": [line_of(row) for row in rows.filter(state__in=queries.open_states())[:100]],
            "closed": [line_of(row) for row in rows.exclude(state__in=queries.open_states())[:50]],
            "kept": _kept(hall, own if actor.role == "zone" else None, day),
            "may_open": access.can_keep_zones(actor, hall),
        },
    )


def _kept(hall_id: int, zones: list[Zone] | None, day: date) -> list[Kept]:
    """What is in use, the first to end on top; the light is that of its upkeep."""
    found = queries.published(day).filter(hall_id=hall_id).order_by("to_on", "id")
    rows = list(found if zones is None else found.filter(zone__in=zones))
    now = timezone.now()
    works = open_by_subject(RegionalResult, [row.pk for row in rows], kind=RegionalWork.UPKEEP)
    made = []
    for row in rows:
        assert row.to_on is not None
        work = works.get(row.pk)
        made.append(
            Kept(row, pack().matters[row.matter_id].full_name, row.to_on - DAY, work.light_at(now) if work else "green")
        )
    return made


class ZoneForm(forms.Form):
    name = forms.CharField(label="名称", max_length=80, error_messages={"required": "填写名称"})
    key = forms.SlugField(
        label="代号",
        max_length=40,
        help_text="拼音，如 chuimatan；登记后不改。",
        widget=CodeInput(),
        error_messages={"required": "填写代号"},
    )
    kind = choice("类别", ZoneKind.choices, "选择类别", radio=True)
    body_id = choice("主体单位", [], "选择主体单位", help_text="管委会；没有设立管委会的，选政府指定的负责部门。")
    place = forms.CharField(label="四至范围", max_length=240, required=False)
    basis = forms.CharField(
        label="设立依据", max_length=240, help_text="批复的名称和文号。", error_messages={"required": "填写设立依据"}
    )
    from_on = forms.DateField(label="设立日期", widget=DateInput(), error_messages={"required": "填写设立日期"})

    def __init__(self, *args: Any, hall_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        offices = departments(hall_id).order_by("name").values_list("pk", "name")
        set_choices(self, "body_id", [("", "请选择"), *((str(pk), name) for pk, name in offices)])


@need_role("general_convener", "administrator")
@never_cache
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    form = ZoneForm(request.POST if request.method == "POST" else None, hall_id=actor.hall_id or 0)
    if request.method == "POST" and form.is_valid():
        values = {**form.cleaned_data, "body_id": int(form.cleaned_data["body_id"])}
        made = attempt(form, lambda: open_zone(actor=actor, at=timezone.now(), **values))
        if made is not None:
            messages.success(request, f"已登记{made.name}，企业申报时可以选择。")
            return redirect("staff:zones")
    context = {"form": form, "breadcrumbs": [CRUMB, NavItem("登记园区")]}
    return render(request, "staff/zone_new.html", context, status=422 if form.is_bound else 200)


class CloseForm(forms.Form):
    why = text_area("撤销的理由", "写明撤销的理由", rows=2)


@need_staff
@never_cache
@require_http_methods(["GET", "POST"])
def zone(request: HttpRequest, zone_id: int) -> HttpResponse:
    """One zone: place, body, results, assessments; those who keep zones may close it."""
    actor, day = actor_of(request), timezone.localdate()
    found = queries.zone(zone_id)
    if actor.hall_id != found.hall_id:
        raise forbid("只能查看本大厅的园区")
    may_close = access.can_keep_zones(actor, found.hall_id) and found.to_on is None
    form = CloseForm(request.POST if request.method == "POST" else None, label_suffix="")
    if request.method == "POST" and form.is_valid():
        done = attempt(
            form, lambda: close_zone(actor=actor, zone_id=zone_id, why=form.cleaned_data["why"], at=timezone.now())
        )
        if done is not None:
            messages.success(request, f"{found.name}已撤销。")
            return redirect("staff:zone", zone_id)
    context = {
        "zone": found,
        "form": form,
        "may_close": may_close,
        "may_run": access.can_run(actor, found) and found.to_on is None,
        "kept": _kept(found.hall_id, [found], day),
        "lines": [line_of(row) for row in queries.assessments(found.hall_id, [found])[:100]],
        "breadcrumbs": [CRUMB, NavItem(found.name)],
    }
    return render(request, "staff/zone.html", context, status=422 if form.is_bound else 200)


class BeginForm(forms.Form):
    matter_id = choice("评估事项", [], "选择评估事项", help_text="只列审批部门已纳入区域评估范围的事项。")
    requirements = text_area("评估评审的内容和具体要求", "写明评估评审的内容和具体要求", rows=5)
    departments = forms.MultipleChoiceField(
        label="征求意见的部门",
        required=False,
        widget=forms.CheckboxSelectMultiple(),
        help_text="事项的承办部门一定征求，不用选。",
    )
    key = forms.CharField(widget=forms.HiddenInput, max_length=80)

    def __init__(self, *args: Any, zone: Zone, day: date, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        matters = [(key, name) for key, name, _why in queries.assessable_matters(day)]
        set_choices(self, "matter_id", [("", "请选择"), *matters])
        keys = {row.department for row in pack().matters_at(day)}
        offices = departments(zone.hall_id).filter(key__in=keys).values_list("pk", "short_name")
        set_choices(self, "departments", [(str(pk), name) for pk, name in offices])


@need_staff
@never_cache
@require_http_methods(["GET", "POST"])
def begin(request: HttpRequest, zone_id: int) -> HttpResponse:
    """What is to be assessed, and which departments are asked before anybody is commissioned."""
    actor, day = actor_of(request), timezone.localdate()
    found = queries.zone(zone_id)
    if not access.can_run(actor, found):
        raise forbid("只有特殊功能区的主体单位可以组织区域评估")
    form = BeginForm(
        request.POST if request.method == "POST" else None,
        zone=found,
        day=day,
        initial={"key": uuid.uuid4().hex, "matter_id": request.GET.get("matter", "")},
    )
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        made = attempt(
            form,
            lambda: begin_assessment(
                actor=actor,
                zone_id=zone_id,
                matter_id=values["matter_id"],
                requirements=values["requirements"],
                departments=[int(pk) for pk in values["departments"]],
                at=timezone.now(),
                idempotency_key=values["key"],
            ),
        )
        if made is not None:
            messages.success(request, "已征求部门意见，意见齐备或者期满后委托评估机构。")
            return redirect("staff:assessment", made.pk)
    context = {
        "form": form,
        "zone": found,
        "listed": [
            (name, which, "；".join(pack().cite_texts(cites))) for name, which, cites in queries.listed_matters(day)
        ],
        "today": zh_date(day),
        "breadcrumbs": [CRUMB, NavItem(found.name, f"/staff/zones/{zone_id}/"), NavItem("组织区域评估")],
    }
    return render(request, "staff/zone_begin.html", context, status=422 if form.is_bound else 200)
