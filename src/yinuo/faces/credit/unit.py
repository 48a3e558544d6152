"""The company's credit: the score, every event behind it with its clause, what the grade brings, and how to get points
back.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from yinuo.core.grades import scale_at
from yinuo.engine.base import forbid
from yinuo.engine.register import service_names
from yinuo.engine.rules import pack
from yinuo.engine.work.queries import open_by_subject
from yinuo.faces.credit.bands import lower_band, next_band
from yinuo.faces.credit.scoreline import plain, score_line, score_words, signed
from yinuo.rooms.credit import access, queries
from yinuo.rooms.credit.actions import ask_relief, ask_review
from yinuo.rooms.credit.models import CreditRelief, PointProposal, ReliefKind
from yinuo.rooms.credit.queries import HistoryLine, Standing
from yinuo.rooms.projects.queries import by_codes
from yinuo.ui.acting import actor_of, need_unit
from yinuo.ui.components.shapes import Cell, Column, NavItem, State
from yinuo.ui.components.text import closing, zh_date
from yinuo.ui.evidence_forms import EvidenceForm, again, ticked_in
from yinuo.ui.handling import attempt

EFFECTS = {
    "commitment": "信用承诺",
    "regional": "区域评估",
    "instant_filing": "秒批秒办",
    "priority": "优先办理",
    "focus": "重点关注",
    "funds": "资金安排",
    "inspection_rate": "抽查频次",
    "interview": "约谈",
}
# How a measure reads to the company: what it gets, what is cut, what it does not get.
KINDS = (("能用的", "green", "done"), ("受限的", "amber", "yellow"), ("不能用的", "red", "ended"))
CUT = ("reduced", "limited", "more", "normal", "review", "supervision", "key_review")
LIMITED_EFFECTS = ("focus", "interview")
SHOWN_RELIEFS = 20


@need_unit
@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """A fixed number of queries however long the history."""
    actor, now = actor_of(request), timezone.now()
    day, unit_id = timezone.localdate(), actor.unit_id or 0
    standing = queries.standing(unit_id, day)
    lines = queries.history(unit_id, day)
    read = Reading(unit_id, lines)
    columns = [
        Column("日期", "date"),
        Column("事由"),
        Column("加减", "number"),
        Column("分值", "number"),
        Column("等级"),
    ]
    context = {
        "standing": standing,
        "score": score_words(standing),
        "evaluation": queries.evaluation_words(lines),
        "next_band": next_band(standing.score, day),
        "lower_band": lower_band(standing.score, day),
        "measures": _measures(standing),
        "own_text": _own_text(),
        "chart": score_line(queries.line(unit_id), day),
        "columns": columns,
        "rows": [_row(line) for line in lines if line.event.score_after is not None],
        "lines": [read.line(line) for line in lines],
        "reliefs": _reliefs(unit_id, now),
        "start": pack().parameter("credit.unrated_start", day).value,
        "breadcrumbs": [NavItem("我的项目", reverse("unit:projects")), NavItem("信用")],
    }
    return render(request, "unit/credit.html", context)


def _measures(standing: Standing) -> list[dict[str, Any]]:
    groups: list[list[dict[str, Any]]] = [[], [], []]
    for row in standing.measures:
        kind = 2 if row.value == "refused" else 1 if row.value in CUT or row.effect in LIMITED_EFFECTS else 0
        groups[kind].append(
            {
                "name": (EFFECTS | service_names()).get(row.effect, "其他"),
                "text": row.text,
                "cites": [_short(cite) for cite in row.cites],
            }
        )
    told = zip(KINDS, groups, strict=True)
    return [
        {"title": title, "state": state, "colour": colour, "rows": rows}
        for (title, colour, state), rows in told
        if rows
    ]


def _short(cite: str) -> str:
    """The article alone where the text is the county's own, which the page names once."""
    return cite.removeprefix(f"{_own_text()}·")


def _own_text() -> str:
    """The number of the text the grades stand in."""
    return pack().cite_text(scale_at(pack(), timezone.localdate()).cites[0]).partition("·")[0]


def _row(line: HistoryLine) -> list[object]:
    event = line.event
    moved = "" if event.type == "rebase" else signed(event.points) if event.applied else "未计分"
    return [
        event.on.isoformat(),
        Cell(line.name, note=event.why),
        moved,
        plain(event.score_after or Decimal(0)),
        event.grade_after,
    ]


class Reading:
    """What the events point to: their proposals with basis and evidence, and their projects."""

    def __init__(self, unit_id: int, lines: Sequence[HistoryLine]) -> None:
        events = [line.event for line in lines]
        ids = [event.proposal_id for event in events if event.proposal_id]
        self.proposals = queries.proposals_by_id(ids)
        codes = [event.project_code for event in events if event.project_code]
        self.projects = by_codes(codes, unit_id=unit_id)
        self.unit_id = unit_id

    def line(self, line: HistoryLine) -> dict[str, Any]:
        event = line.event
        evaluated = event.type == "rebase"
        # 评价是新的起点，不是加分或扣分。
        words = "" if evaluated else f"{signed(event.points)} 分" if event.applied else "未计分"
        state: State = "wait" if not event.applied else "done" if evaluated or event.points >= 0 else "red"
        proposal = self.proposals.get(event.proposal_id) if event.proposal_id else None
        project = self.projects.get(event.project_code)
        return {
            "name": line.name,
            "words": words,
            "state": state,
            "why": event.why,
            "score": "" if event.score_after is None else f"{plain(event.score_after)} 分（{event.grade_after}）",
            "on": event.on,
            "project": project.name if project else event.project_code,
            "project_pk": project.pk if project else None,
            "cites": [pack().cite_text(cite) if "#" in cite else cite for cite in event.cites],
            "basis": proposal.basis if proposal and proposal.basis != event.why else "",
            "office": proposal.department.short_name if proposal and proposal.department else "",
            "evidence": self._evidence(proposal) if proposal else [],
            "pk": event.pk,
            "open": line.open_relief,
            "returning": line.returning,
            "settled": line.disputed > 0 and not line.taken,
            "may_ask": line.disputed > 0 and line.open_relief is None and not line.returning,
            "until": f"{zh_date(line.rectify_until)} 前完成整改并申请" if line.rectify_until else "",
        }

    def _evidence(self, proposal: PointProposal) -> list[dict[str, Any]]:
        """The name of each piece of evidence; a link to it where it is the unit's own file."""
        told = [
            {"name": one.name, "file": one.file if one.unit_id == self.unit_id else None} for one in proposal.evidence
        ]
        return told + ([{"name": proposal.evidence_note, "file": None}] if proposal.evidence_note else [])


RELIEF_WORDS: dict[str, tuple[str, str]] = {
    "asked": ("等部门答复", "blue"),
    "accepted": ("同意", "green"),
    "rejected": ("不同意", "red"),
}


def _reliefs(unit_id: int, now: datetime) -> list[dict[str, Any]]:
    """The company's requests, each with its state, the term for the answer while it is open, and the answer."""
    rows = list(queries.reliefs(unit_id=unit_id)[:SHOWN_RELIEFS])
    due = open_by_subject(CreditRelief, [row.pk for row in rows if row.state == "asked"])
    made = []
    for row in rows:
        word, colour = RELIEF_WORDS[row.state]
        work = due.get(row.pk)
        answer_by = f"应于 {closing(work.due_shown(now))} 前答复" if work else ""
        if work and work.light_at(now) == "red":
            answer_by += "，已超期"
        until = None if hasattr(row, "review") else queries.review_until(row)
        may = until is not None and now <= until
        made.append(
            {"row": row, "word": word, "colour": colour, "due": answer_by, "review_until": until if may else None}
        )
    return made


class ReliefForm(EvidenceForm):
    kind = forms.ChoiceField(
        label="申请什么",
        choices=[
            (ReliefKind.REPAIR.value, "分值修复：已经整改到位，申请恢复分值"),
            (ReliefKind.OBJECTION.value, "异议：扣分不对，申请更正"),
        ],
        widget=forms.RadioSelect(),
    )
    field_order = ("kind", "text", "chosen", "library", "files")

    def __init__(self, *args: Any, settled: bool = False, **kwargs: Any) -> None:
        """`settled`: a later evaluation has replaced the points, so that only an objection is left."""
        super().__init__(*args, **kwargs)
        if settled:
            self.fields["kind"].choices = self.fields["kind"].choices[1:]  # type: ignore[attr-defined]
            self.fields["kind"].initial = ReliefKind.OBJECTION.value


@need_unit
@never_cache
@require_http_methods(["GET", "POST"])
def relief(request: HttpRequest, event_id: int) -> HttpResponse:
    """Asks for the points of one event."""
    actor, now = actor_of(request), timezone.now()
    event = queries.event(event_id)
    if not access.can_ask_relief(actor, event.unit_id):
        raise forbid("只能就本单位的信用分提出申请")
    line = next(row for row in queries.history(event.unit_id, timezone.localdate()) if row.event.pk == event.pk)
    words: dict[str, Any] = {
        "label": "整改情况，或者异议的理由",
        "hint": "申请分值修复须附整改到位的证明。",
        "settled": line.disputed > 0 and not line.taken,
    }
    if request.method == "POST":
        form = ReliefForm(request.POST, request.FILES, actor=actor, ticked=ticked_in(request.POST), **words)
        if form.is_valid():
            ids = form.evidence(now)
            done = None
            if form.is_valid():
                values = form.cleaned_data
                done = attempt(
                    form,
                    lambda: ask_relief(
                        actor=actor, event_id=event.pk, kind=values["kind"], text=values["text"], evidence=ids, at=now
                    ),
                    {"evidence": "files"},
                )
            if done is not None:
                messages.success(request, "申请已提交，结果发短信通知。")
                return redirect("unit:credit")
            form = again(form, ids)
    else:
        form = ReliefForm(actor=actor, **words)
    context = {
        "form": form,
        "line": Reading(event.unit_id, [line]).line(line),
        "repair_days": pack().integer("repair.decide_limit", timezone.localdate()),
        "cites": pack().cite_texts(pack().parameter("repair.decide_limit", timezone.localdate()).cites),
        "objection_days": pack().integer("credit_objection.limit", timezone.localdate()),
        "breadcrumbs": [
            NavItem("我的项目", reverse("unit:projects")),
            NavItem("信用", reverse("unit:credit")),
            NavItem("申请恢复分值"),
        ],
    }
    return render(request, "unit/relief.html", context)


class ReviewForm(EvidenceForm):
    """Why the unit does not accept the answer."""


@need_unit
@never_cache
@require_http_methods(["GET", "POST"])
def review(request: HttpRequest, relief_id: int) -> HttpResponse:
    """复核: asks that somebody else look at a refused application."""
    actor, now = actor_of(request), timezone.now()
    found = queries.relief(relief_id)
    if not access.can_ask_relief(actor, found.event.unit_id):
        raise forbid("只能就本单位的信用分提出申请")
    words: dict[str, Any] = {"label": "不服的理由", "hint": "写明答复哪里不对，可以补充材料。"}
    form = ReviewForm(actor=actor, **words)
    if request.method == "POST":
        form = ReviewForm(request.POST, request.FILES, actor=actor, ticked=ticked_in(request.POST), **words)
        if form.is_valid():
            ids = form.evidence(now)
            text = form.cleaned_data["text"]
            if (
                form.is_valid()
                and attempt(form, lambda: ask_review(actor=actor, relief_id=found.pk, text=text, evidence=ids, at=now))
                is not None
            ):
                messages.success(request, "复核申请已提交，结果发短信通知。")
                return redirect("unit:credit")
            form = again(form, ids)
    day = timezone.localdate()
    context = {
        "form": form,
        "relief": found,
        "until": queries.review_until(found),
        "days": pack().integer("credit_review.limit", day),
        "cites": pack().cite_texts(pack().parameter("credit_review.limit", day).cites),
        "breadcrumbs": [
            NavItem("我的项目", reverse("unit:projects")),
            NavItem("信用", reverse("unit:credit")),
            NavItem("申请复核"),
        ],
    }
    return render(request, "unit/review_relief.html", context, status=422 if form.errors else 200)
