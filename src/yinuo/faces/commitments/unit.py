"""A promise: read, signed, in notice, and what the company does with it until it is verified."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from yinuo.core.pack.types import CommitmentStandard
from yinuo.engine.base import Refused, Stale
from yinuo.engine.rules import pack
from yinuo.engine.work.clocks import calendar
from yinuo.faces.onemap.unit_item import option
from yinuo.faces.projects.own import crumbs, item_of
from yinuo.rooms.commitments import access, actions, queries
from yinuo.rooms.commitments.models import Commitment, CommitmentState
from yinuo.rooms.onemap import queries as onemap
from yinuo.rooms.onemap.models import ItemState, MapItem
from yinuo.rooms.onemap.planning import regular_days
from yinuo.ui.acting import actor_of, hat_of, need_unit
from yinuo.ui.components.shapes import Row, State
from yinuo.ui.components.text import zh_date, zh_datetime
from yinuo.ui.evidence_forms import EvidenceForm, again, ticked_in
from yinuo.ui.handling import attempt, posted

GONE = (CommitmentState.REGULAR, CommitmentState.CANCELLED, CommitmentState.CARRIED)
PENDING = (CommitmentState.NOTICE, CommitmentState.OBJECTED, CommitmentState.DECIDABLE)
STATES: dict[str, State] = {
    "notice": "notice",
    "objected": "yellow",
    "decidable": "notice",
    "decided": "done",
    "regular": "ended",
    "cancelled": "ended",
    "carried": "ended",
}


class SignForm(forms.Form):
    read = forms.BooleanField(
        label="已经读过承诺书，代表本单位签署；知道承诺具有法律效力，并向社会公示",
        error_messages={"required": "确认以后才能签署"},
    )
    standard = forms.CharField(widget=forms.HiddenInput, max_length=24)
    version = forms.IntegerField(widget=forms.HiddenInput)
    key = forms.CharField(widget=forms.HiddenInput, max_length=80)


class WhyForm(forms.Form):
    why = forms.CharField(
        label="为什么转为常规办理",
        widget=forms.Textarea({"rows": 3}),
        max_length=1000,
        error_messages={"required": "写明原因"},
    )
    version = forms.IntegerField(widget=forms.HiddenInput)


class ReportForm(EvidenceForm):
    """What was done for a promise; sent twice it is one report."""

    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=80)


class TextForm(forms.Form):
    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=80)
    text = forms.CharField(
        label="遇到了什么困难",
        help_text="写明哪一条承诺难以做到、原因、打算怎么办。部门会限期指导帮助。",
        widget=forms.Textarea({"rows": 5}),
        max_length=4000,
        error_messages={"required": "写明遇到的困难"},
    )


def present(item: MapItem) -> Commitment | None:
    """The promise the matter stands on now, whole; None = there is none (any more)."""
    found = next((row for row in queries.of_item(item.pk) if row.state not in GONE), None)
    return queries.one(found.pk) if found else None


@need_unit
@never_cache
@require_http_methods(["GET", "POST"])
def commit(request: HttpRequest, item_id: int) -> HttpResponse:
    """Standard and letter to read and sign; once signed, the promise as it stands."""
    item = item_of(request, item_id)
    given = present(item)
    if given is not None:
        return render(request, "unit/commitment.html", _standing(item, given))
    standard = pack().matters[item.matter_id].standard_at(item.project.rules_on)
    form = SignForm(posted(request), initial=_initial(item, standard))
    if request.method == "POST" and form.is_valid():
        made = attempt(form, lambda: _sign(request, item, form))
        if made is not None:
            messages.success(request, "承诺书已签署，正在公示。")
            return redirect("unit:commit", item.pk)
        if isinstance(getattr(form, "refusal", None), Stale):
            item = item_of(request, item_id)
            form.data = {**_initial(item, standard), "key": f"commit:{uuid.uuid4()}"}
    hat = hat_of(request)
    at_window = hat is not None and hat.stand_in is not None and hat.actor.entrance == "window"
    context = {
        "item": item,
        "form": form,
        "standard": standard,
        "paper_url": reverse("staff:window_promise", args=[hat.actor.via.partition(":")[2], item.pk])
        if hat and at_window
        else "",
        "may_sign": access.can_sign(hat.binding if hat else None),
        "possible": item.promisable and standard is not None and item.state == ItemState.OPEN,
        "option": option(item),
        "waiting": onemap.waiting_for(item),
        "notice_days": pack().integer("notice.period", item.project.rules_on),
        "guide_standard_cites": pack().cite_texts(standard.cites) if standard else [],
        "breadcrumbs": crumbs(item.project, (item.name, reverse("unit:item", args=[item.pk])), "信用承诺"),
    }
    return render(request, "unit/commit.html", context)


def _initial(item: MapItem, standard: CommitmentStandard | None) -> dict[str, Any]:
    return {"standard": standard.version if standard else "", "version": item.version, "key": f"commit:{uuid.uuid4()}"}


def _sign(request: HttpRequest, item: MapItem, form: SignForm) -> Commitment:
    return actions.commit(
        actor=actor_of(request),
        item_id=item.pk,
        standard_version=form.cleaned_data["standard"],
        version=form.cleaned_data["version"],
        idempotency_key=form.cleaned_data["key"],
        at=timezone.now(),
    )


@need_unit
@never_cache
@require_GET
def letter(request: HttpRequest, item_id: int) -> HttpResponse:
    """The letter to read before signing; nothing is kept of it."""
    item = item_of(request, item_id)
    pdf = actions.preview_letter(actor=actor_of(request), item_id=item.pk, at=timezone.now())
    answer = HttpResponse(pdf, content_type="application/pdf")
    answer["Content-Disposition"] = "inline"
    return answer


def signed(given: Commitment) -> list[Row]:
    """Who signed and when; of a paper letter also its scan, and how it came in."""
    paper = given.paper
    if paper is None:
        return [Row("签署", f"{given.signed_by.name if given.signed_by else ''} · {zh_datetime(given.signed_at)}")]
    by = f"（{paper.authority}）" if paper.authority else ""
    return [
        Row("签署", f"纸质签字盖章 · {paper.get_capacity_display()} {paper.signer}{by} · {zh_date(paper.signed_on)}"),
        Row("收件", f"综合窗口核对原件 · {zh_datetime(paper.at)}"),
        Row("扫描件", f"SHA-256 {paper.scan_sha256[:16]}…", reverse("common:file", args=[paper.scan_id]), "打开"),
    ]


def _standing(item: MapItem, given: Commitment) -> dict[str, Any]:
    now = timezone.now()
    days = queries.days_left(given, now)
    rows = [
        Row("承诺书", given.letter.data.get("number", "")),
        *signed(given),
        Row("公示", f"{zh_datetime(given.notice_from)} 至 {zh_datetime(given.notice_until)}"),
        Row("指纹（SHA-256）", given.letter_sha256),
        Row("履约情况", "作出决定以后开始" if given.state in PENDING else given.fulfilment_word),
    ]
    if given.review_on:
        rows.append(Row("下次复核", zh_date(given.review_on)))
    try:
        zone_url = reverse("public:commitment", args=[given.pk])
    except NoReverseMatch:
        zone_url = ""
    findings = {row.requirement: row for row in given.findings.all()}
    return {
        "item": item,
        "given": given,
        "state": STATES[given.state],
        "days_left": days,
        "counted": "（含今天）" if calendar().is_working(timezone.localdate(now)) else "",
        "rows": rows,
        "requirements": [(text, findings.get(number)) for number, text in enumerate(given.requirements)],
        "zone_url": zone_url,
        "pending": given.state in PENDING,
        "binding": given.state == CommitmentState.DECIDED and given.fulfilment in ("pending", "rectifying"),
        "closing_waits": given.waits_for_closing,
        "closing": getattr(given, "closing", None),
        "objections": list(given.objections.all()),
        "rulings": [row for row in queries.rulings_of(given) if row.state == "made"],
        "difficulties": list(given.difficulties.all()),
        "reports": list(given.reports.all()),
        "history": list(given.reviews.all()),
        "breadcrumbs": crumbs(item.project, (item.name, reverse("unit:item", args=[item.pk])), "信用承诺"),
    }


def given_of(request: HttpRequest, item_id: int) -> tuple[MapItem, Commitment]:
    item = item_of(request, item_id)
    given = present(item)
    if given is None:
        raise Refused("commitments.none", "这个事项没有有效的承诺", remedy="请回到事项页面查看")
    return item, given


@need_unit
@never_cache
@require_http_methods(["GET", "POST"])
def regular(request: HttpRequest, item_id: int) -> HttpResponse:
    """Back to the regular route, as long as nothing has been decided."""
    item, given = given_of(request, item_id)
    form = WhyForm(posted(request), initial={"version": given.version})
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        done = attempt(
            form,
            lambda: actions.to_regular(
                actor=actor_of(request),
                commitment_id=given.pk,
                why=values["why"],
                version=values["version"],
                at=timezone.now(),
            ),
        )
        if done is not None:
            messages.success(request, "已转为常规办理，可以提交材料。")
            return redirect("unit:item", item.pk)
    context = {
        **_about(item, "转为常规办理"),
        "form": form,
        "rows": _both_ways(item, given),
        "upheld": given.state == CommitmentState.OBJECTED,
    }
    return render(request, "unit/commitment_regular.html", context)


def _both_ways(item: MapItem, given: Commitment) -> list[Row]:
    """Staying with the promise and going the regular way, side by side."""
    now, days = timezone.now(), regular_days(item)
    left = queries.days_left(given, now)
    stay = f"公示到 {zh_datetime(given.notice_until)}，还有 {left} 个工作日" if left else "公示期已满，部门可以直接决定"
    return [
        Row("继续承诺", stay),
        Row(
            "转为常规办理", f"交齐材料、受理以后 {days} 个工作日内办结" if days else "交齐材料、受理以后按办事指南办理"
        ),
    ]


@need_unit
@never_cache
@require_http_methods(["GET", "POST"])
def difficulty(request: HttpRequest, item_id: int) -> HttpResponse:
    item, given = given_of(request, item_id)
    form = TextForm(posted(request), initial={"key": f"difficulty:{uuid.uuid4()}"})
    if request.method == "POST" and form.is_valid():
        done = attempt(
            form,
            lambda: actions.report_difficulty(
                actor=actor_of(request),
                commitment_id=given.pk,
                text=form.cleaned_data["text"],
                idempotency_key=form.cleaned_data["key"],
                at=timezone.now(),
            ),
        )
        if done is not None:
            messages.success(request, "已报告给承诺的部门，部门会限期指导帮助。")
            return redirect("unit:commit", item.pk)
    return render(request, "unit/commitment_difficulty.html", {**_about(item, "报告履约困难"), "form": form})


@need_unit
@never_cache
@require_http_methods(["GET", "POST"])
def fulfilment(request: HttpRequest, item_id: int) -> HttpResponse:
    item, given = given_of(request, item_id)
    actor, now = actor_of(request), timezone.now()
    words: dict[str, Any] = {"label": "做到了哪些，怎么做的", "hint": "对照承诺标准逐条写，附照片、检测报告等证明。"}
    if request.method == "POST":
        form = ReportForm(request.POST, request.FILES, actor=actor, ticked=ticked_in(request.POST), **words)
        if form.is_valid():
            ids = form.evidence(now)
            done = None
            if form.is_valid():
                said = {"text": form.cleaned_data["text"], "evidence": ids, "idempotency_key": form.cleaned_data["key"]}
                done = attempt(
                    form,
                    lambda: actions.report_fulfilment(actor=actor, commitment_id=given.pk, at=now, **said),
                    {"evidence": "files"},
                )
            if done is not None:
                messages.success(request, "已报告履约情况，并在承诺专区公开。")
                return redirect("unit:commit", item.pk)
            form = again(form, ids)
    else:
        form = ReportForm(actor=actor, initial={"key": f"fulfilment:{uuid.uuid4()}"}, **words)
    return render(request, "unit/commitment_fulfilment.html", {**_about(item, "报告履约情况"), "form": form})


def _about(item: MapItem, title: str) -> dict[str, Any]:
    promise = ("信用承诺", reverse("unit:commit", args=[item.pk]))
    return {
        "item": item,
        "breadcrumbs": crumbs(item.project, (item.name, reverse("unit:item", args=[item.pk])), promise, title),
    }
