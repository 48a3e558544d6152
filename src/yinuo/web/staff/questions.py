"""Questions of project units: as they fall due, passed on to the department that can answer, and answered (附件7·第九条)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from yinuo.apps.base import Actor, forbid
from yinuo.apps.catalogue.queries import book
from yinuo.apps.projects import access, queries
from yinuo.apps.projects.actions import answer_question, pass_question
from yinuo.apps.projects.models import Question
from yinuo.apps.rules import pack
from yinuo.apps.work.models import WorkItem, WorkKind
from yinuo.web.acting import actor_of, need_staff
from yinuo.web.components.shapes import NavItem
from yinuo.web.handling import attempt
from yinuo.web.staff.forms import choice, text_area
from yinuo.web.staff.next import next_of
from yinuo.web.staff.projects import head_of


class PassForm(forms.Form):
    department_key = choice("转给哪个部门", (), "选择承办部门")

    def __init__(self, *args: Any, hall_id: int, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
        offices = book(hall_id).departments
        self.fields["department_key"].choices = [("", "请选择"), *((key, office.name) for key, office in offices.items())]  # type: ignore[attr-defined]


class AnswerForm(forms.Form):
    answer = text_area("答复", "写明答复", "项目单位会看到。", rows=6)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)


@dataclass(frozen=True, slots=True)
class Line:
    """A question with its clock as it stands now."""

    question: Question
    due: datetime | None
    light: str


def _lines(found: list[Question], now: datetime) -> list[Line]:
    works = WorkItem.objects.filter(
        kind=WorkKind.QUESTION, subject_kind=Question._meta.label_lower, subject_id__in=[row.pk for row in found]
    ).order_by("id")
    by_id = {work.subject_id: work for work in works}
    return [
        Line(row, work.due_at if work else None, work.light_at(now) if work else "green") for row in found for work in [by_id.get(row.pk)]
    ]


@need_staff
@require_safe
def questions(request: HttpRequest) -> HttpResponse:
    """`?answered=1` = those answered; keyset by `after`."""
    actor, now = actor_of(request), timezone.now()
    answered = request.GET.get("answered") == "1"
    text = request.GET.get("after", "")
    after = int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else 0
    page = queries.questions(actor, answered=answered, after=after)
    here = reverse("staff:questions")
    kept = "answered=1&" if answered else ""
    context = {
        "lines": _lines(page.questions, now),
        "answered": answered,
        "views": [NavItem("等答复", here, current=not answered), NavItem("已答复", f"{here}?answered=1", current=answered)],
        "next_url": f"{here}?{kept}after={page.after}" if page.after else "",
        "first_url": f"{here}?{kept}".rstrip("?&") if after else "",
    }
    return render(request, "staff/questions.html", context)


@need_staff
@require_http_methods(["GET", "POST"])
def question(request: HttpRequest, question_id: int) -> HttpResponse:
    """POST `do`: pass, answer."""
    actor, now = actor_of(request), timezone.now()
    found = queries.question(question_id)
    if not access.can_see_question(actor, found):
        raise forbid("只能查看本大厅、本部门的提问")
    verb = request.POST.get("do", "") if request.method == "POST" else ""
    passing = PassForm(request.POST if verb == "pass" else None, hall_id=found.project.hall_id)
    answering = AnswerForm(request.POST if verb == "answer" else None)
    if request.method == "POST" and verb not in ("pass", "answer"):
        raise forbid("这个页面没有这项操作")
    words = _done(actor, found, passing, answering, verb, now)
    if words:
        messages.success(request, words)
        return redirect("staff:questions")
    waiting = found.answered_at is None
    context = {
        **head_of(found.project, NavItem("提问")),
        "line": _lines([found], now)[0],
        "question": found,
        "matter": matter.full_name if (matter := pack().matters.get(found.matter_id)) else "",
        "passing": passing,
        "answering": answering,
        "may_pass": waiting and access.can_pass_question(actor, found),
        "may_answer": waiting and access.can_answer_question(actor, found),
        "form": passing if verb == "pass" else answering,
        "next": next_of(actor, now, f"/staff/questions/{found.pk}/"),
    }
    return render(request, "staff/question.html", context, status=422 if verb else 200)


def _done(actor: Actor, found: Question, passing: PassForm, answering: AnswerForm, verb: str, now: datetime) -> str:
    """What was done, in words; "" = nothing yet."""
    if verb == "pass" and passing.is_valid():
        key = passing.cleaned_data["department_key"]
        passed = attempt(passing, lambda: pass_question(actor=actor, question_id=found.pk, department_key=key, at=now))
        return f"已转给{passed.department.name}，期限照旧计算。" if passed is not None and passed.department else ""
    if verb == "answer" and answering.is_valid():
        text = answering.cleaned_data["answer"]
        done = attempt(answering, lambda: answer_question(actor=actor, question_id=found.pk, answer=text, at=now))
        return "已答复，并已告知提问人。" if done is not None else ""
    return ""
