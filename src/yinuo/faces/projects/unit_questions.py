"""Questions of the company: asked about a project or one of its matters, passed on, answered within a limit."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from yinuo.engine.rules import pack
from yinuo.engine.work.models import WorkItem
from yinuo.engine.work.queries import open_by_subject
from yinuo.faces.projects.own import crumbs, project_of
from yinuo.rooms.onemap.queries import matters_of
from yinuo.rooms.projects import queries
from yinuo.rooms.projects.actions import ask_question
from yinuo.rooms.projects.models import Question
from yinuo.rooms.projects.room import ProjectsWork
from yinuo.ui.acting import actor_of, need_unit
from yinuo.ui.components.shapes import NavItem, State
from yinuo.ui.components.text import closing
from yinuo.ui.forms import set_choices
from yinuo.ui.handling import attempt, posted

SHOWN = 100


class QuestionForm(forms.Form):
    matter = forms.ChoiceField(label="问哪个事项", required=False, help_text="问整个项目的不用选")
    text = forms.CharField(
        label="您的问题",
        widget=forms.Textarea({"rows": 4}),
        max_length=2000,
        error_messages={"required": "请写下您的问题"},
    )
    key = forms.CharField(widget=forms.HiddenInput, max_length=80, required=False)

    def __init__(self, *args: Any, items: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.items = items
        set_choices(self, "matter", [("", "整个项目"), *items])


@need_unit
@never_cache
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, project_id: int) -> HttpResponse:
    """A project's questions with their answers, and a new one; `?item=` chooses the matter."""
    project, now = project_of(request, project_id), timezone.now()
    items = matters_of(project.pk)
    about = next((matter for pk, matter, _name in items if str(pk) == request.GET.get("item", "")), "")
    initial = {"matter": about, "key": f"question:{uuid.uuid4()}"}
    form = QuestionForm(posted(request), items=[(matter, name) for _pk, matter, name in items], initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        asked = attempt(
            form,
            lambda: ask_question(
                actor=actor_of(request),
                project_id=project.pk,
                text=data["text"],
                matter_id=data["matter"],
                at=now,
                idempotency_key=data["key"],
            ),
            {"matter_id": "matter"},
        )
        if asked is not None:
            where = (
                f"已交给{asked.department.short_name}" if asked.department else "已交给总召集人，由他转给能答复的部门"
            )
            messages.success(request, f"问题{where}。")
            return redirect("unit:questions", project.pk)
    rows = project.questions.select_related("department", "asked_by").order_by("-asked_at")[:SHOWN]
    context = {
        "project": project,
        "form": form,
        "questions": lines(rows, now),
        "days": pack().integer("question.limit", project.rules_on),
        "breadcrumbs": crumbs(project, "提问与答复"),
    }
    return render(request, "unit/project_questions.html", context)


@need_unit
@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """Every question of the company, and the projects one may ask about."""
    unit_id, now = actor_of(request).unit_id or 0, timezone.now()
    context = {
        "questions": lines(queries.questions_of_unit(unit_id)[:SHOWN], now),
        "projects": list(queries.of_unit(unit_id).values("pk", "name")[:SHOWN]),
        "breadcrumbs": [NavItem("我的项目", reverse("unit:projects")), NavItem("提问与答复")],
    }
    return render(request, "unit/questions.html", context)


def lines(rows: Iterable[Question], now: datetime) -> list[dict[str, Any]]:
    """Each question with where it lies and by when the answer is due. One query for the clocks of those open."""
    questions = list(rows)
    open_ = [row.pk for row in questions if row.answered_at is None]
    clocks = open_by_subject(Question, open_, kind=ProjectsWork.QUESTION)
    return [{"row": row, "matter": matter_name(row), **_standing(row, clocks.get(row.pk), now)} for row in questions]


def matter_name(row: Question) -> str:
    """The matter it is about, as the rules of today name it."""
    matter = pack().matters.get(row.matter_id)
    return matter.full_name if matter else ""


def _standing(row: Question, work: WorkItem | None, now: datetime) -> dict[str, Any]:
    where = f"由{row.department.short_name}答复" if row.department else "等总召集人转办"
    if row.answered_at is not None:
        return {
            "state": "done",
            "word": "已答复",
            "where": row.department.short_name if row.department else "总召集人",
            "due": "",
        }
    if work is None:
        return {"state": "ready", "word": "等答复", "where": where, "due": ""}
    light = work.light_at(now)
    state: State = "red" if light == "red" else "yellow" if light == "yellow" else "green"
    due = f"应于 {closing(work.due_shown(now))} 前答复" + ("，已超期" if light == "red" else "")
    return {"state": state, "word": "等答复", "where": where, "due": due}
