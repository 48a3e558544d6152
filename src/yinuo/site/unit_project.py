"""One project of the company: where it stands, its papers, what happened, and what the company reports of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yinuo.core.grades import named_grade
from yinuo.engine.catalogue.queries import book
from yinuo.engine.documents.models import Document
from yinuo.engine.documents.qr import qr_svg, verification_url
from yinuo.engine.documents.queries import listed, of_project
from yinuo.engine.rules import pack
from yinuo.engine.trail import queries as trail
from yinuo.faces.commitments.unit_promises import GONE
from yinuo.faces.oversight import panels as warned
from yinuo.faces.projects import unit_building as building
from yinuo.faces.projects import unit_questions as questions
from yinuo.faces.projects.factforms import words_of
from yinuo.faces.projects.own import crumbs, project_of
from yinuo.rooms.commitments.models import Commitment
from yinuo.rooms.land.queries import use_of
from yinuo.rooms.land.rules import promised
from yinuo.rooms.onemap import planning
from yinuo.rooms.onemap.models import CONCLUDED, MapItem
from yinuo.rooms.oversight import queries as supervision
from yinuo.rooms.oversight.models import RecordKind
from yinuo.rooms.projects import queries
from yinuo.rooms.projects.actions import certificate_paper, site_poster, terminate
from yinuo.rooms.projects.models import Project, ProjectState, ReportKind
from yinuo.rooms.projects.queries import grade_of
from yinuo.rooms.projects.room import ProjectsPaper
from yinuo.site import waiting
from yinuo.site.story import filed_by, story
from yinuo.ui.acting import actor_of, need_unit
from yinuo.ui.components.shapes import Event, Fact, Row
from yinuo.ui.components.text import zh_date, zh_datetime
from yinuo.ui.handling import attempt, posted

RUNNING = (ProjectState.FILED, ProjectState.CONFIRMED)
# What an agent under an agreement is not offered: the unit reports, changes and ends its project itself.
UNIT_ALONE: dict[str, Any] = {
    "own": False,
    "confirmed": False,
    "can_end": False,
    "certified": False,
    "stages": [],
    "duties": [],
    "past_warnings": [],
}
SHOWN_EVENTS, SHOWN_PAPERS, SHOWN_QUESTIONS = 10, 30, 3


@need_unit
@require_GET
def show(request: HttpRequest, project_id: int) -> HttpResponse:
    """Where the project stands and what comes next, its papers, and what happened; a fixed number of queries."""
    project, now = project_of(request, project_id), timezone.now()
    day = timezone.localdate()
    work = waiting.work_of([project])
    items = list(work.items)
    reports = list(project.reports.order_by("-at"))
    reported = {project.pk} if any(row.kind == ReportKind.COMPLETION for row in reports) else set()
    land = use_of(project.pk)
    events = _events(project, items)
    warnings = supervision.of_project(project.pk)
    promises = list(project.commitments.only("state", "fulfilment", "project_id"))
    context = {
        "project": project,
        "land": land,
        "controls": promised(land.parcel) if land else [],
        "breadcrumbs": crumbs(project),
        "grade": badge(project),
        "facts": _figures(project, work, promises, now),
        "duties": waiting.duties([project], work, (), reported, now) if project.state in RUNNING else [],
        "ready": waiting.ready(items, project) if project.state in RUNNING else [],
        "rows": _rows(project),
        "qr": _qr(project),
        "events": events[:SHOWN_EVENTS],
        "earlier_events": events[SHOWN_EVENTS:],
        "papers": _papers(project),
        "total": len(items),
        "running": project.state in RUNNING,
        "can_end": project.state in (*RUNNING, ProjectState.MANUAL),
        "confirmed": project.state == ProjectState.CONFIRMED,
        "certified": hasattr(project, "certificate"),
        # 开工以前，后三样还谈不上。
        "stages": [task for task in building.stages(project, reports, day) if task.url or task.colour]
        if project.confirmed_at
        else [],
        "participants": list(project.participants.filter(replaced_at__isnull=True).order_by("id")),
        "questions": questions.lines(
            project.questions.select_related("department", "asked_by").order_by("-asked_at")[:SHOWN_QUESTIONS], now
        ),
        "warned": warned.banners(warnings, "unit", linked=not actor_of(request).via),
        "supervised": [row for row in supervision.records(project.pk) if row.kind != RecordKind.SIGHTING],
        "past_warnings": [row for row in warnings if not row.is_open],
        "mocked": any(item.mock for item in work.items),
        "benefits": [line for line in queries.benefits_for(project, day) if line.holds]
        if project.state in RUNNING
        else [],
        "changes": [(row, _amendment(row)["changes"]) for row in queries.change_requests(project.pk)],
        "amendments": [_amendment(row) for row in project.amendments.order_by("-at")],
    }
    context |= UNIT_ALONE if actor_of(request).scope else {"own": True}
    return render(request, "unit/project.html", context)


def _figures(project: Project, work: waiting.Work, promises: list[Commitment], now: datetime) -> list[Fact]:
    """Landing, matters done, promises: the figures one asks for first; none before there is a map."""
    items = list(work.items)
    if not items:
        return []
    done = sum(item.state in CONCLUDED for item in items)
    live = [row for row in promises if row.state not in GONE]
    kept = sum(row.fulfilment == "kept" for row in live)
    made = [
        _landing(project, work, now),
        Fact("审批事项已办结", f"{done} / {len(items)}", "项", done=done, total=len(items)),
    ]
    if live:
        made.append(Fact("信用承诺", len(live), "项", note=f"已履行 {kept} 项"))
    if project.started_on:
        made.append(Fact("开工", zh_date(project.started_on)))
    return made


def _landing(project: Project, work: waiting.Work, now: datetime) -> Fact:
    if project.landed_at is not None:
        return Fact("落地", zh_date(project.landed_at), note="开工前事项全部办结", main=True)
    running = {
        row.subject_id: row
        for row in work.clocks
        if row.subject_kind == waiting.ITEM and row.kind in waiting.ITEM_CLOCKS
    }
    plan = planning.plan_of(list(work.items), running, project.rules_on, now)
    return Fact("预计落地", zh_date(plan.landing_on), note=f"还要 {plan.working_days} 个工作日", main=True)


def _papers(project: Project) -> list[Document]:
    """Everything issued on the project, the latest first."""
    if not project.code:
        return []
    rows = of_project(project.code).filter(unit_id=project.unit_id).exclude(kind=ProjectsPaper.POSTER)
    return list(listed(rows)[:SHOWN_PAPERS])


def badge(project: Project) -> dict[str, str]:
    """What the grade tag wants; empty for kinds that carry no grade."""
    if project.kind != "filing":
        return {}
    grade = grade_of(project)
    answer = named_grade(grade, pack(), timezone.localdate())
    score = project.unit.credit.score if hasattr(project.unit, "credit") else None
    return {
        "letter": grade,
        "name": answer.class_name if answer else "",
        "score": "" if score is None else f"{score.normalize():f}",
    }


def _rows(project: Project) -> list[Row]:
    facts: list[Row] = []
    if hasattr(project, "certificate"):
        facts.append(Row("备案文号", project.certificate.number))
    for path in ("kind", "project_class", "industry", "total_investment", "site.address", "content"):
        group, _, name = path.rpartition(".")
        value = (project.facts.get(group) or {}).get(name) if group else project.facts.get(path)
        facts.append(Row(pack().facts.label(path), words_of(path, value)))
    facts.append(Row("建设计划", _plan(project)))
    facts.append(Row("申报", f"{zh_datetime(project.filed_at)} {filed_by(project)}"))
    facts.append(Row("适用的规则", f"{zh_date(project.rules_on)}施行的规则"))
    if project.replaces is not None:
        facts.append(
            Row(
                "由重新备案而来",
                project.replaces.code or project.replaces.name,
                reverse("unit:project", args=[project.replaces.pk]),
                "看原项目",
            )
        )
    return facts


def _plan(project: Project) -> str:
    start, finish = project.facts.get("planned_start_on"), project.facts.get("planned_finish_on")
    return (
        f"{words_of('planned_start_on', start) or '未填'} 至 {words_of('planned_finish_on', finish) or '未填'}"
        if start or finish
        else ""
    )


def _qr(project: Project) -> dict[str, str]:
    if not project.code or not project.unit.credit_code:
        return {}
    url = verification_url(settings.YINUO_ORIGIN, project.code, project.unit.credit_code)
    return {"svg": mark_safe(qr_svg(url)), "url": url}  # noqa: S308 – drawn by segno from an address of our own


def _events(project: Project, items: list[MapItem]) -> list[Event]:
    names: dict[Any, str] = {}
    for item in items:
        names[item.pk] = names[item.matter_id] = item.name
    offices = {row.pk: row.short_name for row in book(project.hall_id).departments.values()}
    entries = trail.of_project(project.code) if project.code else trail.of_subject(project)
    return story(entries, names, offices)


def _amendment(row: Any) -> dict[str, Any]:
    changes = [
        f"{pack().facts.label(path)}：{words_of(path, old) or '未填'} → {words_of(path, new) or '未填'}"
        for path, (old, new) in row.changes.items()
        if path in pack().facts
    ]
    return {"at": getattr(row, "at", None), "kind": row.get_kind_display(), "reason": row.reason, "changes": changes}


@need_unit
@require_POST
def certificate(request: HttpRequest, project_id: int) -> HttpResponse:
    """The certificate in today's colour. A POST: it may have to be issued anew."""
    paper = certificate_paper(project=project_of(request, project_id), at=timezone.now())
    return redirect("common:document", paper.pk)


@need_unit
@require_POST
def poster(request: HttpRequest, project_id: int) -> HttpResponse:
    """The poster on A3, or on A4 where that is asked for. A POST: it may have to be issued anew."""
    paper = site_poster(
        project=project_of(request, project_id), at=timezone.now(), paper=request.POST.get("paper", "a3")
    )
    return redirect("common:document", paper.pk)


class EndForm(forms.Form):
    why = forms.CharField(label="为什么终止", widget=forms.Textarea({"rows": 3}), max_length=1000)
    sure = forms.BooleanField(
        label="确定终止这个项目，全部事项一并终止，不能恢复", error_messages={"required": "确认以后才能终止"}
    )


@need_unit
@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, project_id: int) -> HttpResponse:
    """The company gives its project up: everything open on it ends."""
    project = project_of(request, project_id)
    form = EndForm(posted(request))
    if request.method == "POST" and form.is_valid():
        ended = attempt(
            form,
            lambda: terminate(
                actor=actor_of(request), project_id=project.pk, why=form.cleaned_data["why"], at=timezone.now()
            ),
        )
        if ended is not None:
            messages.success(request, "项目已终止。")
            return redirect("unit:project", project.pk)
    return render(
        request, "unit/project_end.html", {"project": project, "form": form, "breadcrumbs": crumbs(project, "终止项目")}
    )
