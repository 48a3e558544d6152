"""The company's credit: the score, every event behind it with its clause, what the grade brings, and how to get points back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from yinuo.apps.base import forbid
from yinuo.apps.credit import access, queries
from yinuo.apps.credit.actions import ask_relief
from yinuo.apps.credit.models import CreditEvent, ReliefKind
from yinuo.apps.credit.queries import HistoryLine
from yinuo.apps.documents.models import StoredFile
from yinuo.apps.rules import pack
from yinuo.web.acting import actor_of, need_unit
from yinuo.web.components.shapes import NavItem, State
from yinuo.web.components.text import zh_date
from yinuo.web.handling import attempt
from yinuo.web.unit.evidence import EvidenceForm, again, ticked_in
from yinuo.web.unit.home import score_words

EFFECTS = {
    "commitment": "信用承诺",
    "agency": "代办服务",
    "mock": "模拟审批",
    "deficient": "容缺受理",
    "regional": "区域评估",
    "standard_land": "标准地",
    "land_list": "用地清单制",
    "instant_filing": "秒批秒办",
    "priority": "优先办理",
    "focus": "重点关注",
    "funds": "资金安排",
    "inspection_rate": "抽查频次",
}


@need_unit
@require_GET
def show(request: HttpRequest) -> HttpResponse:
    actor, day = actor_of(request), timezone.localdate()
    unit_id = actor.unit_id or 0
    standing = queries.standing(unit_id, day)
    lines = queries.history(unit_id, day)
    context = {
        "standing": standing,
        "score": score_words(standing),
        "measures": [{"name": EFFECTS.get(row.effect, "其他"), "text": row.text, "cites": row.cites} for row in standing.measures],
        "lines": [_line(line) for line in lines],
        "reliefs": list(queries.reliefs(unit_id=unit_id)[:20]),
        "start": pack().parameter("credit.unrated_start", day).value,
        "breadcrumbs": [NavItem("我的项目", reverse("unit:projects")), NavItem("信用")],
    }
    return render(request, "unit/credit.html", context)


def _line(line: HistoryLine) -> dict[str, Any]:
    event = line.event
    points = f"{'+' if event.points > 0 else ''}{event.points.normalize():f}"
    evaluated = event.type == "rebase"
    # 评价是新的起点，不是加分或扣分。
    words = "" if evaluated else "未计分" if not event.applied else f"{points} 分"
    score = "" if event.score_after is None else f"{event.score_after.normalize():f} 分（{event.grade_after}）"
    state: State = "wait" if not event.applied else "done" if evaluated or event.points >= 0 else "red"
    cites = [pack().cite_text(cite) if "#" in cite else cite for cite in event.cites]
    return {
        "name": line.name,
        "words": words,
        "state": state,
        "why": event.why,
        "score": score,
        "on": event.on,
        "project_code": event.project_code,
        "cites": cites,
        "pk": event.pk,
        "open": line.open_relief,
        "returning": line.returning,
        "may_ask": line.taken > 0 and line.open_relief is None and not line.returning,
        "until": f"{zh_date(line.rectify_until)} 前完成整改并申请" if line.rectify_until else "",
    }


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


@need_unit
@never_cache
@require_http_methods(["GET", "POST"])
def relief(request: HttpRequest, event_id: int) -> HttpResponse:
    """Asks for the points of one event."""
    actor, now = actor_of(request), timezone.now()
    event = CreditEvent.objects.get(pk=event_id)
    if not access.can_ask_relief(actor, event.unit_id):
        raise forbid("只能就本单位的信用分提出申请")
    words = {"label": "整改情况，或者异议的理由", "hint": "申请分值修复须附整改到位的证明。"}
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
                        actor=actor, event_id=event.pk, kind=values["kind"], text=values["text"], evidence=_kept(ids), at=now
                    ),
                    {"evidence": "files"},
                )
            if done is not None:
                messages.success(request, "申请已提交，结果发短信通知。")
                return redirect("unit:credit")
            form = again(form, ids)  # type: ignore[assignment]
    else:
        form = ReliefForm(actor=actor, **words)
    line = next(row for row in queries.history(event.unit_id, timezone.localdate()) if row.event.pk == event.pk)
    context = {
        "form": form,
        "line": _line(line),
        "repair_days": pack().integer("repair.decide_limit", timezone.localdate()),
        "objection_days": pack().integer("credit_objection.limit", timezone.localdate()),
        "breadcrumbs": [NavItem("我的项目", reverse("unit:projects")), NavItem("信用", reverse("unit:credit")), NavItem("申请恢复分值")],
    }
    return render(request, "unit/relief.html", context)


def _kept(ids: list[int]) -> list[dict[str, Any]]:
    """The files as they are kept with the request."""
    found = StoredFile.objects.defer("content").in_bulk(ids)
    return [{"file": pk, "name": found[pk].name, "sha256": found[pk].sha256} for pk in ids if pk in found]
