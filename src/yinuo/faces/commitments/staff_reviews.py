"""定期复核 of promises that run: what is due for review, and the review itself, requirement by requirement
(附件2·第十九条).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from yinuo.engine.rules import pack
from yinuo.engine.trail.actions import seen
from yinuo.faces.projects.heading import head_of
from yinuo.rooms.commitments import access, queries, reviewing
from yinuo.rooms.commitments.actions import review_commitment
from yinuo.rooms.commitments.actions.review import TEXT_LIMIT
from yinuo.rooms.commitments.models import Commitment, CommitmentReview, CommitmentState, Kept
from yinuo.rooms.projects.access import can_see
from yinuo.ui.acting import actor_of, need_role, need_staff
from yinuo.ui.components.shapes import NavItem
from yinuo.ui.evidence import EvidenceForm
from yinuo.ui.exporting import Field, Listing
from yinuo.ui.forms import Versioned, choice, day_field, text_area
from yinuo.ui.handling import attempt
from yinuo.ui.next import next_of

VIEWS = (("due", "等着复核的"), ("coming", "三十天内到期的"), ("done", "已复核的"))
READERS = ("approver", "principal", *queries.WATCHING)
COLOURS = {Kept.KEPT: "green", Kept.AT_RISK: "amber", Kept.BROKEN: "red"}
FIELDS = (
    Field("承诺事项", 30),
    Field("项目", 36),
    Field("项目代码", 27),
    Field("项目单位", 30),
    Field("部门", 18),
    Field("复核结果", 14),
    Field("查看日期", 12, "date"),
    Field("到期时间", 17, "moment"),
    Field("复核时间", 17, "moment"),
    Field("下次复核", 12, "date"),
)


class PointForm(forms.Form):
    """One requirement of the letter; a prefix tells it from the others."""

    outcome = choice("履行得怎样", Kept.choices, "选择履行得怎样", radio=True)
    note = forms.CharField(
        label="情况",
        required=False,
        max_length=TEXT_LIMIT,
        widget=forms.Textarea({"rows": 2}),
        help_text="不是按承诺履行的必须写，写明要怎样改。",
    )

    def __init__(self, *args: Any, text: str, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.text = text

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("outcome") in (Kept.AT_RISK, Kept.BROKEN) and not data.get("note", "").strip():
            self.add_error("note", "写明情况和要怎样改")
        return data


class ReviewForm(EvidenceForm, Versioned):
    on = day_field("查看日期")
    note = text_area("说明", "", "项目单位看得到，不公开。", rows=3, most=TEXT_LIMIT)
    key = forms.CharField(required=False, widget=forms.HiddenInput, max_length=80)
    field_order = ("on", "note", "files", "version", "key")


def _chosen(data: Mapping[str, str]) -> str:
    view = data.get("view", "due")
    return view if view in dict(VIEWS) else "due"


@need_role(*READERS)
@require_safe
def reviews(request: HttpRequest) -> HttpResponse:
    """`?view=`; keyset by `after`. An office sees its own promises, the watchers the hall's."""
    actor, now, view = actor_of(request), timezone.now(), _chosen(request.GET)
    try:
        page = queries.reviews_of(actor, now, view=view, after=request.GET.get("after", "")[:60])
    except ValueError:
        page = queries.reviews_of(actor, now, view=view)
    here = reverse("staff:promise_reviews")
    context = {
        "rows": [(line, line.work.light_at(now) if line.work else "", _colour(line.review)) for line in page.rows],
        "view": view,
        "views": [NavItem(label, f"{here}?view={key}", current=key == view) for key, label in VIEWS],
        "next_url": f"{here}?view={view}&after={page.after}" if page.after else "",
        "first_url": f"{here}?view={view}" if request.GET.get("after") else "",
        "export_url": f"{reverse('staff:export', args=['promise-reviews'])}?view={view}",
    }
    return render(request, "staff/promise_reviews.html", context)


def _colour(row: CommitmentReview | None) -> str:
    return COLOURS[Kept(row.outcome)] if row else ""


def listing(actor: Actor, data: Mapping[str, str], now: datetime) -> Listing:
    """The list as a file, whole."""
    view = _chosen(data)
    found: list[queries.ReviewLine] = []
    after = ""
    while True:
        page = queries.reviews_of(actor, now, view=view, after=after, size=500)
        found += page.rows
        after = page.after
        if not after:
            break
    return Listing(f"承诺复核（{dict(VIEWS)[view]}）", FIELDS, found, _lines)


def _lines(rows: Sequence[queries.ReviewLine]) -> list[Sequence[object]]:
    return [_line(row) for row in rows]


def _line(row: queries.ReviewLine) -> Sequence[object]:
    project, done = row.commitment.project, row.review
    due = row.work.due_at if row.work else done.due_at if done else None
    return (
        row.commitment.title,
        project.name,
        project.code or "",
        project.unit.name,
        row.commitment.department.short_name,
        done.get_outcome_display() if done else "",
        done.on if done else None,
        due,
        done.at if done else None,
        row.on or (done.next_on if done else None),
    )


@need_staff
@require_http_methods(["GET", "POST"])
def review(request: HttpRequest, commitment_id: int) -> HttpResponse:
    """What was promised with what was found before, and the form to look again."""
    actor, now = actor_of(request), timezone.now()
    found = queries.one(commitment_id)
    if not can_see(actor, found.project):
        raise forbid("只能查看本大厅项目的承诺")
    if request.method == "GET":
        seen(actor, "commitment", at=now, project_code=found.project.code or "", unit_id=found.project.unit_id)
    handles = access.can_handle(actor, found)
    if request.method == "POST" and not handles:
        raise forbid("这项承诺由同意承诺的部门复核")
    points = [
        PointForm(request.POST or None, text=text, prefix=f"point-{number}")
        for number, text in enumerate(found.requirements)
    ]
    key = f"review:{found.pk}:{found.version}"
    form = ReviewForm(
        request.POST or None,
        request.FILES or None,
        initial={"version": found.version, "on": timezone.localdate(), "key": key},
    )
    if request.method == "POST" and _valid(form, points, request, actor, now):
        data = form.cleaned_data
        done = attempt(
            form,
            lambda: review_commitment(
                actor=actor,
                commitment_id=found.pk,
                on=data["on"],
                points=[point.cleaned_data for point in points],
                note=data["note"],
                evidence=form.file_ids,
                at=now,
                version=data["version"],
                idempotency_key=data["key"],
            ),
        )
        if done is not None:
            messages.success(request, SAID[Kept(done.outcome)])
            return redirect("staff:promise_review", found.pk)
    rule = pack().parameter("commitment.review_limit", found.project.rules_on)
    context = {
        **head_of(
            found.project, NavItem(found.item.name, reverse("staff:item", args=[found.item_id])), NavItem("承诺复核")
        ),
        "commitment": found,
        "history": list(found.reviews.all()),
        "points": points,
        "form": form,
        "may": handles and reviewing.runs(found),
        "runs": reviewing.runs(found),
        "why_not": _why_not(found),
        "cites": pack().cite_texts(rule.cites),
        "next": next_of(actor, now, request.path),
    }
    return render(request, "staff/promise_review.html", context, status=422 if request.method == "POST" else 200)


def _why_not(found: Commitment) -> str:
    """Why there is nothing to review, where that is so."""
    if found.state != CommitmentState.DECIDED:
        return f"这项承诺现在是“{found.state_word}”，按承诺作出决定以后才复核。"
    if found.fulfilment not in reviewing.UNSETTLED:
        return f"履行情况已认定为“{found.get_fulfilment_display()}”，不再复核。"
    return "项目已经申请竣工验收或者已经结束，承诺在验收中逐条核验。"


SAID = {
    Kept.KEPT: "已复核，结果告知了项目单位。",
    Kept.AT_RISK: "已复核，结果告知了项目单位，不久以后再看一次。",
    Kept.BROKEN: "已复核，转入履约困难的处理，请先督促指导整改。",
}


def _valid(form: ReviewForm, points: Sequence[PointForm], request: HttpRequest, actor: Actor, now: datetime) -> bool:
    """Every part is checked, so that all that is missing is told at once; what was uploaded is kept."""
    right = [part.is_valid() for part in (form, *points)]
    kept = form.take(request, actor, now)
    return all(right) and kept


def reviewable(actor: Actor, found: Commitment) -> bool:
    return access.can_handle(actor, found) and reviewing.runs(found)
