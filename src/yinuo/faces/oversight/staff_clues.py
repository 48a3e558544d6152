"""线索移送: a clue to a breach by staff goes to the competent body; read by whoever handed it over and the supervisors
not concerned.
"""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from yinuo.engine.base import NO_ROW, Actor, forbid
from yinuo.engine.people.queries import members
from yinuo.rooms.oversight import access, actions, queries
from yinuo.rooms.oversight.actions.common import TEXT_LIMIT
from yinuo.rooms.oversight.models import ClueBody
from yinuo.ui.acting import actor_of, need_role
from yinuo.ui.components.forms import DateInput
from yinuo.ui.forms import choice, set_choices, text_area
from yinuo.ui.handling import attempt
from yinuo.ui.reading import today

READERS = ("supervisor", "principal")
DATE = {"invalid": "日期请写成 2026-11-30"}


class ClueForm(forms.Form):
    person_id = forms.TypedChoiceField(label="涉及的人员", coerce=int, error_messages={"required": "选择涉及的人员"})
    text = text_area("线索", "写明是什么线索", "写事实，不下结论。材料随函移送，不在这里上传。", most=TEXT_LIMIT)
    body = choice("移送给", ClueBody.choices, "选择移送给哪类机关")
    body_name = forms.CharField(label="机关名称", max_length=80, error_messages={"required": "写明移送的机关"})
    handed_on = forms.DateField(
        label="移送日期", widget=DateInput(), error_messages={"required": "填写移送日期", **DATE}
    )
    receipt = forms.CharField(label="对方的回执编号", max_length=80, error_messages={"required": "填写对方的回执编号"})
    key = forms.CharField(required=False, widget=forms.HiddenInput, max_length=80)

    def __init__(self, *args: Any, actor: Actor, day: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        rows = members(actor.hall_id, day).exclude(person_id=actor.person_id or NO_ROW)
        names: dict[int, str] = {}
        for row in rows.order_by("department__name", "person__name", "id"):
            names.setdefault(row.person_id, f"{row.department.short_name} {row.person.name}")
        set_choices(self, "person_id", [("", "请选择"), *names.items()])


class AnswerForm(forms.Form):
    answered_on = forms.DateField(
        label="答复日期", widget=DateInput(), error_messages={"required": "填写答复日期", **DATE}
    )
    answer = text_area("答复的要点", "写明答复的要点", most=TEXT_LIMIT)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})


@need_role(*READERS)
@never_cache
@require_safe
def clues(request: HttpRequest) -> HttpResponse:
    return render(request, "staff/clues.html", {"rows": queries.clues(actor_of(request))})


@need_role(*READERS)
@never_cache
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    actor, now = actor_of(request), timezone.now()
    day = today(now)
    form = ClueForm(
        request.POST or None, actor=actor, day=day, initial={"key": f"clue:{uuid.uuid4()}", "handed_on": day}
    )
    if request.method == "POST" and form.is_valid():
        said = {name: value for name, value in form.cleaned_data.items() if name != "key"}
        made = attempt(
            form, lambda: actions.hand_clue(actor=actor, at=now, idempotency_key=form.cleaned_data["key"], **said)
        )
        if made is not None:
            messages.success(request, "移送已登记。")
            return redirect("staff:clue", made.pk)
    return render(request, "staff/clue_new.html", {"form": form}, status=422 if form.is_bound else 200)


@need_role(*READERS)
@never_cache
@require_http_methods(["GET", "POST"])
def clue(request: HttpRequest, clue_id: int) -> HttpResponse:
    """One clue; POST enters what the body answered."""
    actor, now = actor_of(request), timezone.now()
    found = queries.clue(clue_id)
    if not access.can_see_clue(actor, found):
        raise forbid("您不能查看这条线索")
    form = None if found.answer else AnswerForm(request.POST or None, initial={"answered_on": today(now)})
    if request.method == "POST":
        if form is None:
            raise forbid("已经登记过答复")
        if form.is_valid():
            done = attempt(
                form, lambda: actions.record_clue_answer(actor=actor, clue_id=found.pk, at=now, **form.cleaned_data)
            )
            if done is not None:
                messages.success(request, "答复已登记。")
                return redirect("staff:clue", found.pk)
    return render(
        request,
        "staff/clue.html",
        {"clue": found, "form": form},
        status=422 if form is not None and form.is_bound else 200,
    )
