"""Promises for the department that accepted them:
letter, notice, objections, the decision, and what is hard to keep.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from yinuo.core.credit import COMMITMENT_FIELDS
from yinuo.engine.base import Actor, forbid
from yinuo.engine.rules import pack
from yinuo.engine.trail.actions import seen
from yinuo.faces.commitments.staff_reviews import reviewable
from yinuo.faces.commitments.unit import signed
from yinuo.faces.projects.explaining import decision_view
from yinuo.faces.projects.heading import head_of
from yinuo.rooms.commitments import access, queries
from yinuo.rooms.commitments.actions.fulfilment import NEXT, handle_difficulty
from yinuo.rooms.commitments.actions.notice import answer_objection, decide_on_commitment
from yinuo.rooms.commitments.models import Commitment, CommitmentState, DifficultyOutcome
from yinuo.rooms.projects.access import can_see
from yinuo.ui.acting import actor_of, need_staff
from yinuo.ui.components.shapes import NavItem, Row
from yinuo.ui.components.text import zh_date, zh_datetime
from yinuo.ui.forms import Versioned, choice, set_choices, text_area
from yinuo.ui.handling import attempt
from yinuo.ui.next import next_of

OPEN = (CommitmentState.NOTICE, CommitmentState.OBJECTED, CommitmentState.DECIDABLE)


class DirectDecisionForm(Versioned):
    """On the promise alone, after the notice."""

    document_number = forms.CharField(label="决定书文号", max_length=60, error_messages={"required": "填写决定书文号"})
    text = text_area("决定的内容", "", "可写明附带的要求。", rows=3)


class ObjectionForm(Versioned):
    upheld = choice(
        "异议是否成立", [("no", "不成立，承诺继续"), ("yes", "成立，转为常规办理")], "选择异议是否成立", radio=True
    )
    answer = text_area("答复的理由和依据", "写明答复的理由和依据", "提出异议的人凭回执号能看到这段文字。")


class DifficultyForm(Versioned):
    outcome = choice("处理方式", (), "选择处理方式", radio=True)
    text = text_area("帮助指导的内容，或者处理意见和依据", "写明内容和依据")
    days = forms.IntegerField(
        label="限期整改（工作日）",
        required=False,
        min_value=1,
        help_text="帮助指导同时要求限期整改的填写；不填不计时。",
    )

    def __init__(self, *args: Any, outcomes: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_choices(self, "outcome", outcomes)


def _visible(actor: Actor, commitment: Commitment) -> None:
    if not can_see(actor, commitment.project):
        raise forbid("只能查看本大厅项目的承诺")


def _head(commitment: Commitment, label: str) -> dict[str, Any]:
    return head_of(
        commitment.project,
        NavItem(commitment.item.name, reverse("staff:item", args=[commitment.item_id])),
        NavItem(label),
    )


@need_staff
@require_http_methods(["GET", "POST"])
def commitment(request: HttpRequest, commitment_id: int) -> HttpResponse:
    """The promise as it was given, its notice and objections, how it is kept; after the notice the direct decision."""
    actor, now = actor_of(request), timezone.now()
    found = queries.one(commitment_id)
    _visible(actor, found)
    if request.method == "GET":
        seen(actor, "commitment", at=now, project_code=found.project.code or "", unit_id=found.project.unit_id)
    may = access.can_handle(actor, found) and found.state in OPEN and found.project.state == "confirmed"
    if request.method == "POST" and not access.can_handle(actor, found):
        raise forbid("这项承诺不由您办理")
    form = DirectDecisionForm(request.POST or None, initial={"version": found.version})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        done = attempt(
            form,
            lambda: decide_on_commitment(
                actor=actor,
                commitment_id=found.pk,
                document_number=data["document_number"],
                text=data["text"],
                at=now,
                version=data["version"],
            ),
        )
        if done is not None:
            messages.success(request, "已按承诺作出决定，结果已上图，承诺要求在竣工时逐条核验。")
            return redirect("staff:commitment", found.pk)
    objections = list(found.objections.all())
    waiting = [row for row in objections if row.state == "open"]
    context = {
        **_head(found, "信用承诺"),
        "commitment": found,
        "rows": _rows(found),
        "objections": [(row, access.can_see_objector(actor, row)) for row in objections],
        "difficulties": list(found.difficulties.all()),
        "rulings": queries.rulings_of(found),
        "may_rule": access.can_handle(actor, found) and queries.may_be_ruled(found),
        "reports": list(found.reports.all()),
        "history": list(found.reviews.all()),
        "may_close": access.can_handle(actor, found) and queries.waits_for_closing(found),
        "closing": getattr(found, "closing", None),
        "may_review": reviewable(actor, found),
        "findings": list(found.findings.all()),
        "option": decision_view(found.option.body) if found.option else None,
        "form": form,
        "may_decide": may and not waiting and now >= found.notice_until,
        "may_later": may and (bool(waiting) or now < found.notice_until),
        "waiting": waiting,
        "days_left": queries.days_left(found, now),
        "next": next_of(actor, now, request.path),
    }
    return render(request, "staff/commitment.html", context, status=422 if form.is_bound else 200)


def _rows(found: Commitment) -> list[Row]:
    rows = [
        Row("承诺状态", found.get_state_display()),
        Row("履行情况", found.fulfilment_word),
        Row("承诺标准版本", found.standard_version),
        *signed(found),
        Row("承诺书", found.letter.data.get("number", ""), reverse("common:document", args=[found.letter_id]), "打开"),
        Row("承诺书校验值", found.letter_sha256[:16]),
        Row("公示", f"{zh_datetime(found.notice_from)} 至 {zh_datetime(found.notice_until)}"),
    ]
    if found.field:
        rows.append(Row("涉及领域", COMMITMENT_FIELDS.get(found.field, found.field)))
    if found.decided_at:
        rows.append(Row("决定", zh_datetime(found.decided_at)))
    if found.review_on:
        rows.append(Row("下次复核", zh_date(found.review_on)))
    return rows


@need_staff
@require_http_methods(["GET", "POST"])
def objection(request: HttpRequest, objection_id: int) -> HttpResponse:
    """A reasoned reply within the term; upheld puts the matter on the regular way (正文·三(七))."""
    actor, now = actor_of(request), timezone.now()
    found = queries.objection(objection_id)
    about = queries.one(found.commitment_id)
    _visible(actor, about)
    handles = access.can_handle(actor, about)
    if request.method == "POST" and not handles:
        raise forbid("异议由同意承诺的部门答复")
    form = ObjectionForm(request.POST or None, initial={"version": found.version})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        done = attempt(
            form,
            lambda: answer_objection(
                actor=actor,
                objection_id=found.pk,
                upheld=data["upheld"] == "yes",
                answer=data["answer"],
                at=now,
                version=data["version"],
            ),
        )
        if done is not None:
            messages.success(request, "已答复，提出异议的人凭回执号可以查看。")
            return redirect("staff:objection", found.pk)
    context = {
        **_head(about, "公示异议"),
        "objection": found,
        "commitment": about,
        "shows_objector": access.can_see_objector(actor, found),
        "form": form,
        "may": handles and found.state == "open",
        "next": next_of(actor, now, request.path),
    }
    return render(request, "staff/objection.html", context, status=422 if form.is_bound else 200)


@need_staff
@require_http_methods(["GET", "POST"])
def difficulty(request: HttpRequest, difficulty_id: int) -> HttpResponse:
    """Help first, then an opinion, or up, or an end (附件2·第十四条): only what the order allows is offered."""
    actor, now = actor_of(request), timezone.now()
    found = queries.difficulty(difficulty_id)
    about = queries.one(found.commitment_id)
    _visible(actor, about)
    handles = access.can_handle(actor, about)
    if request.method == "POST" and not handles:
        raise forbid("履约困难由同意承诺的部门处理")
    rule = pack().parameter("commitment.terminate_fields", about.project.rules_on)
    ends = about.field in rule.value
    outcomes = [
        (outcome.value, str(outcome.label))
        for outcome in NEXT.get(found.outcome, ())
        if ends or outcome != DifficultyOutcome.TERMINATE
    ]
    if found.rulings.filter(state="proposed").exists():
        outcomes = []
    form = DifficultyForm(request.POST or None, outcomes=outcomes, initial={"version": found.version})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        done = attempt(
            form,
            lambda: handle_difficulty(
                actor=actor,
                difficulty_id=found.pk,
                outcome=data["outcome"],
                text=data["text"],
                days=data["days"],
                at=now,
                version=data["version"],
            ),
        )
        if done is not None:
            messages.success(request, "已记录处理结果，并告知项目单位。")
            return redirect("staff:difficulty", found.pk)
    settled = about.fulfilment not in ("pending", "rectifying")
    context = {
        **_head(about, "履约困难"),
        "difficulty": found,
        "rulings": list(found.rulings.order_by("-id")),
        "commitment": about,
        "form": form,
        "may": handles and bool(outcomes) and not settled and about.project.state == "confirmed",
        "cites": pack().cite_texts(rule.cites),
        "next": next_of(actor, now, request.path),
    }
    return render(request, "staff/difficulty.html", context, status=422 if form.is_bound else 200)
