"""Reviews as the hall reads them, a bad one until it is closed, and the code that stands on the counter
(附件7·第十一条).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_http_methods, require_safe

from yinuo.core.calendar import TZ
from yinuo.engine.base import Actor, forbid
from yinuo.engine.documents.qr import qr_svg
from yinuo.rooms.reviews import access, actions, queries
from yinuo.rooms.reviews.effects import link_to
from yinuo.rooms.reviews.models import CallBack, Channel, Finding, Rectification, ServiceReview
from yinuo.ui.acting import actor_of, need_role, need_staff
from yinuo.ui.components.shapes import Column, NavItem
from yinuo.ui.forms import YES_NO, choice, text_area
from yinuo.ui.handling import attempt
from yinuo.ui.next import next_of

VIEWS = (("open", "没办完的差评"), ("bad", "全部差评"), ("all", "全部评价"))
READERS = ("supervisor", "general_convener", "comprehensive", "approver", "principal")
COUNTED_DAYS = 90


class StepForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})


class AssignForm(StepForm):
    instruction = text_area("请部门核实什么", "写明请部门核实什么", "部门看得到。请不要写出评价人。")


class AnswerForm(StepForm):
    finding = choice("核实的结果", Finding.choices, "选择核实的结果", radio=True)
    measures = text_area("整改的措施", "", "属实和部分属实的必须写。")
    answer = text_area("给评价人的答复", "写明给评价人的答复", "监督员审核以后才发给评价人。", rows=6)


class AppealForm(StepForm):
    why = text_area("为什么不应计为差评", "写明为什么不应计为差评", "只能申诉一次，由监督员复核。")


class AppealedForm(StepForm):
    upheld = choice(
        "申诉成立吗", [("yes", "成立，不计差评"), ("no", "不成立，请部门整改")], "选择申诉成不成立", radio=True
    )
    answer = text_area("复核的理由", "写明复核的理由")


class CheckForm(StepForm):
    approved = choice("答复可以发出吗", YES_NO, "选择答复可不可以发出", radio=True)
    why = text_area("要怎样修改", "", "不发出的必须写。")


class CallBackForm(StepForm):
    call_back = choice("回访的结果", CallBack.choices, "选择回访的结果", radio=True)
    note = text_area("回访的情况", "写明回访的情况")


Step = tuple[type[StepForm], str, str, Callable[..., Rectification]]
# What may be done next, by state: the form, its heading, its button, the action.
SUPERVISING: dict[str, tuple[str, Step]] = {
    "new": ("assign", (AssignForm, "转办", "转给部门", actions.assign_bad_review)),
    "appealed": ("decide", (AppealedForm, "复核申诉", "作出复核", actions.decide_appeal)),
    "answered": ("check", (CheckForm, "审核答复", "审核", actions.check_answer)),
    "checked": ("close", (CallBackForm, "回访", "办结", actions.close_bad_review)),
}
RECTIFYING: dict[str, Step] = {
    "answer": (AnswerForm, "核实整改", "提交答复", actions.answer_bad_review),
    "appeal": (AppealForm, "误评、不实的，可以申诉", "申诉", actions.appeal_bad_review),
}


@need_role(*READERS)
@require_safe
def reviews(request: HttpRequest) -> HttpResponse:
    """`?view=`; keyset by `after`. A department sees its own, without who gave them."""
    actor, now = actor_of(request), timezone.now()
    view = request.GET.get("view", "open")
    view = view if view in dict(VIEWS) else "open"
    text = request.GET.get("after", "")
    after = int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else 0
    page = queries.reviews(actor, view=view, after=after)
    here = reverse("staff:reviews")
    until = now.astimezone(TZ).date() + timedelta(days=1)
    context = {
        "page": page,
        "view": view,
        "views": [NavItem(label, f"{here}?view={key}", current=key == view) for key, label in VIEWS],
        "next_url": f"{here}?view={view}&after={page.after}" if page.after else "",
        "first_url": f"{here}?view={view}" if after else "",
        "columns": [
            Column("部门"),
            Column("评价", "number"),
            Column("好评", "number"),
            Column("差评", "number"),
            Column("好评率", "number"),
        ],
        "tallies": [
            [
                row.department,
                row.total,
                row.good,
                row.bad,
                f"{round(row.share * 100)}%" if row.share is not None else "—",
            ]
            for row in queries.tallies(actor, until - timedelta(days=COUNTED_DAYS), until)
        ],
        "days": COUNTED_DAYS,
    }
    return render(request, "staff/reviews.html", context)


@need_role(*READERS)
@require_http_methods(["GET", "POST"])
def review(request: HttpRequest, review_id: int) -> HttpResponse:
    """POST `do`: the one step that is next; those reviewed see neither project nor person."""
    actor, now = actor_of(request), timezone.now()
    found = queries.review(review_id)
    if not access.can_see(actor, found):
        raise forbid("只能查看本大厅、本部门的评价")
    made = getattr(found, "rectification", None)
    verb = request.POST.get("do", "") if request.method == "POST" else ""
    steps = _steps(actor, found, made)
    forms_ = {
        name: form(request.POST if verb == name else None, initial={"version": made.version if made else 0})
        for name, (form, _, _, _) in steps.items()
    }
    if verb and verb not in steps:
        raise forbid("这条评价现在不能这样办理")
    if verb and forms_[verb].is_valid() and _done(actor, found, forms_[verb], steps[verb], now):
        messages.success(request, "已办理。")
        return redirect("staff:service_review", found.pk)
    context = {
        "review": found,
        "row": made,
        "giver": access.can_see_giver(actor, found),
        "steps": [(name, forms_[name], heading, button) for name, (_, heading, button, _) in steps.items()],
        "form": forms_.get(verb),
        "next": next_of(actor, now, f"/staff/reviews/{found.pk}/"),
        "breadcrumbs": [NavItem("好差评", reverse("staff:reviews")), NavItem(found.about.name)],
    }
    return render(request, "staff/service_review.html", context, status=422 if verb else 200)


def _steps(actor: Actor, found: ServiceReview, made: Rectification | None) -> dict[str, Step]:
    if made is None:
        return {}
    if access.can_supervise(actor, found) and made.state in SUPERVISING:
        name, step = SUPERVISING[made.state]
        return {name: step}
    if access.can_rectify(actor, found) and made.state == "assigned":
        return {name: step for name, step in RECTIFYING.items() if name != "appeal" or not made.appeal}
    return {}


def _done(actor: Actor, found: ServiceReview, form: StepForm, step: Step, now: datetime) -> bool:
    values: dict[str, Any] = {**form.cleaned_data}
    for name in ("upheld", "approved"):
        if name in values:
            values[name] = values[name] == "yes"
    return attempt(form, lambda: step[3](actor=actor, review_id=found.pk, at=now, **values)) is not None


@need_staff
@require_safe
def counter_code(request: HttpRequest, item_id: int) -> HttpResponse:
    """The code somebody at the counter scans to review what has just been concluded."""
    item = queries.item_to_review(item_id)
    if not access.can_invite(actor_of(request), item):
        raise forbid("只能给本部门、本大厅办结的事项出示评价码")
    ready = item.state in actions.REVIEWABLE
    url = f"{settings.YINUO_ORIGIN.rstrip('/')}{link_to(item.present, Channel.COUNTER).url}" if ready else ""
    code = mark_safe(qr_svg(url)) if ready else ""  # noqa: S308 – drawn by segno from an address of our own
    context = {"item": item, "code": code, "url": url, "given": queries.review_of(item) is not None}
    return render(request, "staff/review_code.html", context)
