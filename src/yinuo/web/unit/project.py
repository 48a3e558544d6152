"""One project of the company: where it stands, its papers, what happened, and what the company reports of it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yinuo.apps.catalogue.queries import book
from yinuo.apps.documents.qr import qr_svg, verification_url
from yinuo.apps.onemap.models import CONCLUDED, MapItem
from yinuo.apps.projects.actions import ask_question, certificate_paper, report_participant, report_progress, site_poster, terminate
from yinuo.apps.projects.models import Participant, ParticipantRole, ProgressReport, Project, ProjectState, ReportKind
from yinuo.apps.projects.queries import grade_of
from yinuo.apps.rules import pack
from yinuo.apps.trail import queries as trail
from yinuo.core.grades import named_grade
from yinuo.core.schema import FACTS
from yinuo.web.acting import actor_of, need_unit
from yinuo.web.components.forms import CodeInput, DateInput, DecimalInput
from yinuo.web.components.shapes import Column, Event, Row
from yinuo.web.components.text import grouped, iso
from yinuo.web.handling import attempt
from yinuo.web.story import story
from yinuo.web.unit.factforms import plain_number, words_of
from yinuo.web.unit.own import crumbs, posted, project_of

RUNNING = (ProjectState.FILED, ProjectState.CONFIRMED)


@need_unit
@require_GET
def show(request: HttpRequest, project_id: int) -> HttpResponse:
    project = project_of(request, project_id)
    items = list(MapItem.objects.filter(project=project).order_by("position").values("pk", "matter_id", "name", "state"))
    context = {
        "project": project,
        "breadcrumbs": crumbs(project),
        "grade": badge(project),
        "rows": _rows(project),
        "qr": _qr(project),
        "events": _events(project, items),
        "done": sum(item["state"] in CONCLUDED for item in items),
        "total": len(items),
        "running": project.state in RUNNING,
        "can_end": project.state in (*RUNNING, ProjectState.MANUAL),
        "confirmed": project.state == ProjectState.CONFIRMED,
        "certified": hasattr(project, "certificate"),
        "reports": list(project.reports.order_by("-at")),
        "participants": list(project.participants.filter(replaced_at__isnull=True).order_by("id")),
        "questions": list(project.questions.order_by("-asked_at")),
        "amendments": [_amendment(row) for row in project.amendments.order_by("-at")],
    }
    return render(request, "unit/project.html", context)


def badge(project: Project) -> dict[str, str]:
    """What the grade tag wants; empty for kinds that carry no grade."""
    if project.kind != "filing":
        return {}
    grade = grade_of(project)
    answer = named_grade(grade, pack(), timezone.localdate())
    score = project.unit.credit.score if hasattr(project.unit, "credit") else None
    return {"letter": grade, "name": answer.class_name if answer else "", "score": "" if score is None else f"{score.normalize():f}"}


def _rows(project: Project) -> list[Row]:
    facts: list[Row] = [Row("状态", project.get_state_display())]
    if hasattr(project, "certificate"):
        facts.append(Row("备案文号", project.certificate.number))
    for path in ("kind", "project_class", "industry", "total_investment", "site.address", "content"):
        group, _, name = path.rpartition(".")
        value = (project.facts.get(group) or {}).get(name) if group else project.facts.get(path)
        facts.append(Row(FACTS[path].label, words_of(path, value)))
    facts.append(Row("建设计划", _plan(project)))
    facts.append(Row("适用规则日", f"{project.rules_on.isoformat()} 的规则"))
    if project.replaces is not None:
        facts.append(Row("由重新备案而来", project.replaces.code or project.replaces.name))
    return facts


def _plan(project: Project) -> str:
    start, finish = project.facts.get("planned_start_on"), project.facts.get("planned_finish_on")
    return (
        f"{words_of('planned_start_on', start) or '未填'} 至 {words_of('planned_finish_on', finish) or '未填'}" if start or finish else ""
    )


def _qr(project: Project) -> dict[str, str]:
    if not project.code or not project.unit.credit_code:
        return {}
    url = verification_url(settings.YINUO_ORIGIN, project.code, project.unit.credit_code)
    return {"svg": mark_safe(qr_svg(url)), "url": url}  # noqa: S308 – drawn by segno from an address of our own


def _events(project: Project, items: list[dict[str, Any]]) -> list[Event]:
    names: dict[Any, str] = {}
    for item in items:
        names[item["pk"]] = names[item["matter_id"]] = item["name"]
    offices = {row.pk: row.short_name for row in book(project.hall_id).departments.values()}
    entries = trail.of_project(project.code) if project.code else trail.of_subject(project)
    return story(entries, names, offices)


def _amendment(row: Any) -> dict[str, Any]:
    changes = [
        f"{FACTS[path].label}：{words_of(path, old) or '未填'} → {words_of(path, new) or '未填'}"
        for path, (old, new) in row.changes.items()
        if path in FACTS
    ]
    return {"at": row.at, "reason": row.reason, "changes": changes}


@need_unit
@require_POST
def certificate(request: HttpRequest, project_id: int) -> HttpResponse:
    """The certificate in today's colour. A POST: it may have to be issued anew."""
    paper = certificate_paper(project=project_of(request, project_id), at=timezone.now())
    return redirect("common:document", paper.pk)


@need_unit
@require_POST
def poster(request: HttpRequest, project_id: int) -> HttpResponse:
    paper = site_poster(project=project_of(request, project_id), at=timezone.now())
    return redirect("common:document", paper.pk)


class ReportForm(forms.Form):
    kind = forms.ChoiceField(label="报送什么", choices=ReportKind.choices, widget=forms.RadioSelect())
    on = forms.DateField(label="发生日期", widget=DateInput(), error_messages={"invalid": "填写日期，如 2027-03-01"})
    percent = forms.IntegerField(label="形象进度", required=False, min_value=0, max_value=100, help_text="报送建设进度时填写，0 到 100")
    invested = forms.CharField(label="累计完成投资", required=False, widget=DecimalInput(), help_text="报送完成投资时填写")
    text = forms.CharField(label="说明", required=False, widget=forms.Textarea({"rows": 3}), max_length=2000)

    def clean_invested(self) -> Any:
        typed = plain_number(self.cleaned_data["invested"])
        return forms.DecimalField(max_digits=16, decimal_places=4, min_value=0, required=False).clean(typed)


@need_unit
@require_http_methods(["GET", "POST"])
def report(request: HttpRequest, project_id: int) -> HttpResponse:
    project = project_of(request, project_id)
    form = ReportForm(posted(request), initial={"kind": "progress" if project.started_on else "start"})
    if request.method == "POST" and form.is_valid():
        made = attempt(
            form, lambda: report_progress(actor=actor_of(request), project_id=project.pk, at=timezone.now(), **form.cleaned_data)
        )
        if made is not None:
            messages.success(request, f"已报送{made.get_kind_display()}信息。")
            return redirect("unit:project", project.pk)
    rows = [_report_row(row) for row in project.reports.order_by("-at")]
    columns = [Column("报送内容"), Column("发生日期", "date"), Column("进度"), Column("完成投资", "number"), Column("说明")]
    return render(
        request,
        "unit/project_report.html",
        {"project": project, "form": form, "columns": columns, "rows": rows, "breadcrumbs": crumbs(project, "报送建设信息")},
    )


def _report_row(row: ProgressReport) -> list[object]:
    percent = "" if row.percent is None else f"{row.percent}%"
    invested = "" if row.invested is None else f"{grouped(row.invested)} 万元"
    return [row.get_kind_display(), row.on.isoformat(), percent, invested, row.text]


class ParticipantForm(forms.Form):
    role = forms.ChoiceField(label="类别", choices=ParticipantRole.choices)
    name = forms.CharField(label="单位名称", max_length=120)
    credit_code = forms.CharField(label="统一社会信用代码", max_length=18, widget=CodeInput(), help_text="18 位，不含 I、O、S、V、Z")
    qualification = forms.CharField(label="资质", required=False, max_length=120, help_text="如：建筑工程施工总承包三级")

    def clean_credit_code(self) -> str:
        return str(self.cleaned_data["credit_code"]).strip().upper()


@need_unit
@require_http_methods(["GET", "POST"])
def participants(request: HttpRequest, project_id: int) -> HttpResponse:
    """The units it builds with, reported by the company (报备)."""
    project = project_of(request, project_id)
    form = ParticipantForm(posted(request))
    if request.method == "POST" and form.is_valid():
        made = attempt(
            form, lambda: report_participant(actor=actor_of(request), project_id=project.pk, at=timezone.now(), **form.cleaned_data)
        )
        if made is not None:
            messages.success(request, f"已报备{made.get_role_display()}单位：{made.name}。")
            return redirect("unit:participants", project.pk)
    rows = [_participant_row(row) for row in project.participants.filter(replaced_at__isnull=True).order_by("id")]
    columns = [Column("类别"), Column("单位"), Column("统一社会信用代码"), Column("资质"), Column("报备时间", "date")]
    return render(
        request,
        "unit/project_participants.html",
        {"project": project, "form": form, "columns": columns, "rows": rows, "breadcrumbs": crumbs(project, "参建单位")},
    )


def _participant_row(row: Participant) -> list[object]:
    return [row.get_role_display(), row.name, row.credit_code, row.qualification, iso(row.reported_at)]


class QuestionForm(forms.Form):
    text = forms.CharField(
        label="您的问题", widget=forms.Textarea({"rows": 4}), max_length=2000, error_messages={"required": "请写下您的问题"}
    )


@need_unit
@require_http_methods(["GET", "POST"])
def questions(request: HttpRequest, project_id: int) -> HttpResponse:
    project = project_of(request, project_id)
    form = QuestionForm(posted(request))
    if request.method == "POST" and form.is_valid():
        asked = attempt(
            form,
            lambda: ask_question(actor=actor_of(request), project_id=project.pk, text=form.cleaned_data["text"], at=timezone.now()),
        )
        if asked is not None:
            messages.success(request, "问题已交给总召集人，由他转给能答复的部门。")
            return redirect("unit:questions", project.pk)
    context = {
        "project": project,
        "form": form,
        "questions": list(project.questions.select_related("department").order_by("-asked_at")),
        "days": pack().integer("question.limit", project.rules_on),
        "breadcrumbs": crumbs(project, "提问与答复"),
    }
    return render(request, "unit/project_questions.html", context)


class EndForm(forms.Form):
    why = forms.CharField(label="为什么终止", widget=forms.Textarea({"rows": 3}), max_length=1000)
    sure = forms.BooleanField(label="确定终止这个项目，全部事项一并终止，不能恢复", error_messages={"required": "确认以后才能终止"})


@need_unit
@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, project_id: int) -> HttpResponse:
    """The company gives its project up: everything open on it ends."""
    project = project_of(request, project_id)
    form = EndForm(posted(request))
    if request.method == "POST" and form.is_valid():
        ended = attempt(
            form,
            lambda: terminate(actor=actor_of(request), project_id=project.pk, why=form.cleaned_data["why"], at=timezone.now()),
        )
        if ended is not None:
            messages.success(request, "项目已终止。")
            return redirect("unit:project", project.pk)
    return render(request, "unit/project_end.html", {"project": project, "form": form, "breadcrumbs": crumbs(project, "终止项目")})
