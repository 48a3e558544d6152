"""What the company reports while it builds: start, progress, investment and completion, and who builds with it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from yinuo.core.dated import all_at
from yinuo.core.facts import UNKNOWN, look_up
from yinuo.engine.rules import pack
from yinuo.faces.projects.factforms import plain_number
from yinuo.faces.projects.own import crumbs, project_of
from yinuo.rooms.projects.actions import end_participant, report_participant, report_progress
from yinuo.rooms.projects.models import (
    Participant,
    ParticipantRole,
    ProgressReport,
    Project,
    ProjectState,
    ReportKind,
)
from yinuo.rooms.projects.queries import participants_elsewhere
from yinuo.ui.acting import actor_of, need_unit
from yinuo.ui.components.forms import CodeInput, DateInput, DecimalInput
from yinuo.ui.components.shapes import Colour, Column, Task
from yinuo.ui.components.text import grouped, zh_date
from yinuo.ui.handling import attempt, posted

UNREPORTED = {"article": "46", "item": "unreported"}
ONCE = (ReportKind.START, ReportKind.COMPLETION)


@dataclass(frozen=True, slots=True)
class Cost:
    """What not reporting costs, with its articles."""

    text: str
    cites: tuple[str, ...]


def cost_of_silence(day: date) -> Cost:
    """The rule on information not reported (附件2·第十八条)."""
    rule = next(rule for rule in all_at(pack().point_rules, day) if dict(rule.match) == UNREPORTED)
    return Cost(rule.text, tuple(pack().cite_texts(rule.cites)))


def stages(project: Project, reports: list[ProgressReport], today: date) -> list[Task]:
    """The four things to report, each with how it stands: reported, due, or not its time yet.

    `reports` newest first.
    """
    last = {kind: next((row for row in reports if row.kind == kind), None) for kind in ReportKind}
    url = reverse("unit:report", args=[project.pk])
    return [_stage(project, kind, last[kind], f"{url}?kind={kind}", today) for kind in ReportKind]


def _stage(project: Project, kind: ReportKind, last: ProgressReport | None, url: str, today: date) -> Task:
    if kind in ONCE and last is not None:
        return Task(kind.label, "已报送", "green", hint=zh_date(last.on))
    if kind != ReportKind.START and project.started_on is None:
        return Task(kind.label, "开工以后", "", hint="先报送开工建设信息")
    if project.started_on is not None and project.state != ProjectState.CONFIRMED:
        return Task(kind.label, "不用再报", "", hint=f"上次 {zh_date(last.on)}" if last else "")
    word, colour, hint = _due(project, kind, last, today)
    return Task(kind.label, word, colour, url if project.state == ProjectState.CONFIRMED else "", hint)


def _due(project: Project, kind: ReportKind, last: ProgressReport | None, today: date) -> tuple[str, Colour, str]:
    planned = look_up(project.facts, {"start": "planned_start_on", "completion": "planned_finish_on"}.get(kind, ""))
    if planned is not UNKNOWN:
        day = date.fromisoformat(str(planned))
        verb = "开工" if kind == ReportKind.START else "建成"
        if day <= today:
            return "该报送了", "amber", f"计划 {zh_date(day)} {verb}，{verb}了就要报送"
        return "还没到", "grey", f"计划 {zh_date(day)} {verb}"
    if kind in ONCE:
        return "还没报送", "grey", ""
    since = last.on if last else project.started_on
    told = f"上次 {zh_date(last.on)}" if last else "还没有报送过"
    if since is not None and (today - since).days > pack().integer("progress.report_interval", today):
        return "该报送了", "amber", f"{told}，已有 {(today - since).days} 天"
    return "随时可报", "blue", told


class ReportForm(forms.Form):
    """One kind of report; only what belongs to it is asked."""

    kind = forms.ChoiceField(choices=ReportKind.choices, widget=forms.HiddenInput)
    key = forms.CharField(widget=forms.HiddenInput, max_length=80, required=False)
    on = forms.DateField(label="发生日期", widget=DateInput(), error_messages={"invalid": "填写日期，如 2027-03-01"})
    percent = forms.IntegerField(label="形象进度", required=False, min_value=0, max_value=100, help_text="0 到 100")
    invested = forms.CharField(
        label="累计完成投资", required=False, widget=DecimalInput(), help_text="从开工到现在一共完成的投资"
    )
    text = forms.CharField(label="说明", required=False, widget=forms.Textarea({"rows": 3}), max_length=2000)

    LABELS = {"start": "哪天开工", "progress": "截至哪天", "investment": "截至哪天", "completion": "哪天竣工"}

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].label = self.LABELS[kind]
        if kind not in (ReportKind.PROGRESS, ReportKind.INVESTMENT):
            del self.fields["percent"], self.fields["invested"]
        for name, needed in (("percent", ReportKind.PROGRESS), ("invested", ReportKind.INVESTMENT)):
            if name in self.fields:
                self.fields[name].required = kind == needed

    def clean_invested(self) -> Any:
        typed = plain_number(self.cleaned_data["invested"])
        return forms.DecimalField(max_digits=16, decimal_places=4, min_value=0, required=False).clean(typed)


@need_unit
@never_cache
@require_http_methods(["GET", "POST"])
def report(request: HttpRequest, project_id: int) -> HttpResponse:
    """Without a kind: the four with how each stands; with one (`?kind=`): its form."""
    project, today = project_of(request, project_id), timezone.localdate()
    kind = (request.POST if request.method == "POST" else request.GET).get("kind", "")
    form = None
    if kind in ReportKind.values:
        form = ReportForm(
            posted(request), kind=kind, initial={"kind": kind, "on": today, "key": f"report:{uuid.uuid4()}"}
        )
        if request.method == "POST" and form.is_valid():
            values = {name: value for name, value in form.cleaned_data.items() if name != "key"}
            key = form.cleaned_data["key"]
            made = attempt(
                form,
                lambda: report_progress(
                    actor=actor_of(request), project_id=project.pk, at=timezone.now(), idempotency_key=key, **values
                ),
            )
            if made is not None:
                messages.success(request, f"已报送{made.get_kind_display()}信息。")
                return redirect("unit:report", project.pk)
    reports = list(project.reports.order_by("-at"))
    columns = [
        Column("报送内容"),
        Column("发生日期", "date"),
        Column("进度"),
        Column("完成投资", "number"),
        Column("说明"),
    ]
    label = ReportKind(kind).label if form else ""
    way = (
        crumbs(project, ("报送建设信息", reverse("unit:report", args=[project.pk])), label)
        if form
        else crumbs(project, "报送建设信息")
    )
    context = {
        "project": project,
        "form": form,
        "label": label,
        "stages": stages(project, reports, today),
        "cost": cost_of_silence(today),
        "columns": columns,
        "rows": [_report_row(row) for row in reports],
        "breadcrumbs": way,
    }
    return render(request, "unit/project_report.html", context)


def _report_row(row: ProgressReport) -> list[object]:
    percent = "" if row.percent is None else f"{row.percent}%"
    invested = "" if row.invested is None else f"{grouped(row.invested)} 万元"
    return [row.get_kind_display(), row.on.isoformat(), percent, invested, row.text]


# -- who builds with the company

MAIN_ROLES = (ParticipantRole.SURVEY, ParticipantRole.DESIGN, ParticipantRole.CONSTRUCTION, ParticipantRole.SUPERVISION)
SHOWN_EARLIER = 6


class ParticipantForm(forms.Form):
    role = forms.ChoiceField(label="类别", choices=ParticipantRole.choices)
    name = forms.CharField(label="单位名称", max_length=120)
    credit_code = forms.CharField(
        label="统一社会信用代码", max_length=18, widget=CodeInput(), help_text="18 位，不含 I、O、S、V、Z"
    )
    qualification = forms.CharField(
        label="资质", required=False, max_length=120, help_text="如：建筑工程施工总承包三级"
    )

    def clean_credit_code(self) -> str:
        return str(self.cleaned_data["credit_code"]).strip().upper()


class LeavingForm(forms.Form):
    why = forms.CharField(label="为什么不再参建", max_length=200, help_text="如：合同解除、分包结束")


@need_unit
@require_http_methods(["GET", "POST"])
def leaving(request: HttpRequest, project_id: int, participant_id: int) -> HttpResponse:
    """A unit builds no longer with the company: it leaves the list and the site poster, and stays in the record."""
    project = project_of(request, project_id)
    row = project.participants.get(pk=participant_id)
    form = LeavingForm(posted(request))
    if request.method == "POST" and form.is_valid():
        why = form.cleaned_data["why"]
        ended = attempt(
            form, lambda: end_participant(actor=actor_of(request), participant_id=row.pk, why=why, at=timezone.now())
        )
        if ended is not None:
            messages.success(request, f"已记下：{ended.name}不再参建。")
            return redirect("unit:participants", project.pk)
    way = crumbs(project, ("参建单位", reverse("unit:participants", args=[project.pk])), "不再参建")
    return render(
        request, "unit/participant_end.html", {"project": project, "row": row, "form": form, "breadcrumbs": way}
    )


@need_unit
@require_http_methods(["GET", "POST"])
def participants(request: HttpRequest, project_id: int) -> HttpResponse:
    """The units it builds with, reported by the company (报备); those of its earlier projects are offered."""
    project = project_of(request, project_id)
    present = list(project.participants.filter(replaced_at__isnull=True).order_by("id"))
    earlier = _earlier(project, present)
    taken = next((row for row in earlier if str(row.pk) == request.GET.get("take", "")), None)
    initial = (
        {"role": taken.role, "name": taken.name, "credit_code": taken.credit_code, "qualification": taken.qualification}
        if taken
        else {}
    )
    if not initial and request.GET.get("role") in ParticipantRole.values:
        initial = {"role": request.GET["role"]}
    form = ParticipantForm(posted(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        made = attempt(
            form,
            lambda: report_participant(
                actor=actor_of(request), project_id=project.pk, at=timezone.now(), **form.cleaned_data
            ),
        )
        if made is not None:
            messages.success(request, f"已报备{made.get_role_display()}单位：{made.name}。")
            return redirect("unit:participants", project.pk)
    gone = list(project.participants.filter(replaced_at__isnull=False).order_by("-replaced_at", "-id"))
    have = {row.role for row in present}
    context = {
        "project": project,
        "form": form,
        "present": present,
        "gone": gone,
        "lacking": [role.label for role in MAIN_ROLES if role not in have],
        "earlier": earlier,
        "open": project.state == ProjectState.CONFIRMED,
        "breadcrumbs": crumbs(project, "参建单位"),
    }
    return render(request, "unit/project_participants.html", context)


def _earlier(project: Project, present: list[Participant]) -> list[Participant]:
    """Of the company's other projects, each role and unit once, the latest first."""
    known = {(row.role, row.credit_code) for row in present}
    found: list[Participant] = []
    for row in participants_elsewhere(project):
        if (row.role, row.credit_code) not in known and len(found) < SHOWN_EARLIER:
            known.add((row.role, row.credit_code))
            found.append(row)
    return found
