"""Questions of project units: as they fall due, passed on to the department that can answer, answered, and published
(附件7·第九条).
"""

from __future__ import annotations

from collections.abc import Callable
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

from yinuo.engine.base import Actor, forbid
from yinuo.engine.catalogue.queries import book
from yinuo.engine.rules import pack
from yinuo.faces.projects.heading import head_of
from yinuo.rooms.projects import access, queries
from yinuo.rooms.projects.actions import answer_question, pass_question, publish_answer, withdraw_answer
from yinuo.rooms.projects.models import Question
from yinuo.ui.acting import actor_of, need_staff
from yinuo.ui.components.shapes import NavItem
from yinuo.ui.forms import choice, set_choices, text_area
from yinuo.ui.handling import attempt
from yinuo.ui.next import next_of


class PassForm(forms.Form):
    department_key = choice("转给哪个部门", (), "选择承办部门")

    def __init__(self, *args: Any, hall_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        offices = book(hall_id).departments
        set_choices(
            self,
            "department_key",
            [
                ("", "请选择"),
                *((key, office.name) for key, office in offices.items()),
            ],
        )


class AnswerForm(forms.Form):
    answer = text_area("答复", "写明答复", "项目单位会看到。", rows=6)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})


class PublishForm(forms.Form):
    text = text_area("公开的问题", "写下公开的问题", "改成一般的说法，不写单位、项目和个人。", rows=3)
    answer = text_area("公开的答复", "写下公开的答复", "所有人都看得到。", rows=6)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})


class WithdrawForm(forms.Form):
    why = text_area("为什么撤回", "写明为什么撤回", "提问人收到的答复不变。", rows=2)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})


VERBS = ("pass", "answer", "publish", "withdraw")


@dataclass(frozen=True, slots=True)
class Line:
    """A question with its clock as it stands now."""

    question: Question
    due: datetime | None
    light: str


def _lines(found: list[Question], now: datetime) -> list[Line]:
    by_id = queries.question_clocks([row.pk for row in found])
    return [
        Line(row, work.due_at if work else None, work.light_at(now) if work else "green")
        for row in found
        for work in [by_id.get(row.pk)]
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
        "views": [
            NavItem("等答复", here, current=not answered),
            NavItem("已答复", f"{here}?answered=1", current=answered),
        ],
        "next_url": f"{here}?{kept}after={page.after}" if page.after else "",
        "first_url": f"{here}?{kept}".rstrip("?&") if after else "",
    }
    return render(request, "staff/questions.html", context)


@need_staff
@require_http_methods(["GET", "POST"])
def question(request: HttpRequest, question_id: int) -> HttpResponse:
    """POST `do`: pass, answer, publish, withdraw."""
    actor, now = actor_of(request), timezone.now()
    found = queries.question(question_id)
    if not access.can_see_question(actor, found):
        raise forbid("只能查看本大厅、本部门的提问")
    verb = request.POST.get("do", "") if request.method == "POST" else ""
    shown = {"text": found.public_text or found.text, "answer": found.public_answer or found.answer}
    asked: dict[str, forms.Form] = {
        "pass": PassForm(request.POST if verb == "pass" else None, hall_id=found.project.hall_id),
        "answer": AnswerForm(request.POST if verb == "answer" else None),
        "publish": PublishForm(request.POST if verb == "publish" else None, initial=shown),
        "withdraw": WithdrawForm(request.POST if verb == "withdraw" else None),
    }
    if request.method == "POST" and verb not in VERBS:
        raise forbid("这个页面没有这项操作")
    words = _done(actor, found, asked[verb], verb, now) if verb else ""
    if words:
        messages.success(request, words)
        return redirect("staff:questions") if verb in ("pass", "answer") else redirect("staff:question", found.pk)
    waiting, may_answer = found.answered_at is None, access.can_answer_question(actor, found)
    context = {
        **head_of(found.project, NavItem("提问")),
        "line": _lines([found], now)[0],
        "question": found,
        "matter": matter.full_name if (matter := pack().matters.get(found.matter_id)) else "",
        "asked": asked,
        "may_pass": waiting and access.can_pass_question(actor, found),
        "may_answer": waiting and may_answer,
        "may_publish": not waiting and may_answer and found.published_at is None,
        "may_withdraw": may_answer and found.published_at is not None,
        "form": asked[verb or "answer"],
        "next": next_of(actor, now, f"/staff/questions/{found.pk}/"),
    }
    return render(request, "staff/question.html", context, status=422 if verb else 200)


def _done(actor: Actor, found: Question, form: forms.Form, verb: str, now: datetime) -> str:
    """What was done, in words; "" = nothing yet."""
    if not form.is_valid():
        return ""
    given = form.cleaned_data
    acts: dict[str, Callable[[], Question]] = {
        "pass": lambda: pass_question(
            actor=actor, question_id=found.pk, department_key=given["department_key"], at=now
        ),
        "answer": lambda: answer_question(actor=actor, question_id=found.pk, answer=given["answer"], at=now),
        "publish": lambda: publish_answer(
            actor=actor, question_id=found.pk, text=given["text"], answer=given["answer"], at=now
        ),
        "withdraw": lambda: withdraw_answer(actor=actor, question_id=found.pk, why=given["why"], at=now),
    }
    done = attempt(form, acts[verb])
    if done is None:
        return ""
    if verb == "pass":
        return f"已转给{done.department.name}，期限照旧计算。" if done.department else ""
    return {"answer": "已答复，并已告知提问人。", "publish": "已经公开。", "withdraw": "已经撤回，公众不再看到。"}[verb]
