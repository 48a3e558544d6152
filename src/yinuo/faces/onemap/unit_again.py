"""After a decision, and between the two ways:
applying anew, changing to a promise, a document needed later, remedies.
"""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from yinuo.core.calendar import TZ
from yinuo.engine.base import Refused
from yinuo.engine.rules import pack
from yinuo.faces.onemap.materials import Handing
from yinuo.faces.onemap.unit_item import TOLD, clock_of, may_switch, refusals, switch_rows
from yinuo.faces.projects.own import crumbs, item_of
from yinuo.rooms.onemap import history, queries
from yinuo.rooms.onemap.actions import (
    apply_anew,
    ask_document,
    enter_remedy,
    withdraw_application,
    withdraw_document_request,
)
from yinuo.rooms.onemap.actions.applying import next_number
from yinuo.rooms.onemap.models import CONTESTED, ItemState, LaterDocument, MapItem, RemedyKind, Route
from yinuo.rooms.projects.papers import remedies as remedies_of_law
from yinuo.ui import uploads
from yinuo.ui.acting import actor_of, need_unit
from yinuo.ui.components.forms import DateInput
from yinuo.ui.components.shapes import Row
from yinuo.ui.components.text import zh_datetime
from yinuo.ui.forms import set_choices
from yinuo.ui.handling import attempt, posted


class WhyForm(forms.Form):
    """A reason, on the version of the row it was written for."""

    why = forms.CharField(
        label="原因", widget=forms.Textarea({"rows": 4}), max_length=1000, error_messages={"required": "写明原因"}
    )
    version = forms.IntegerField(widget=forms.HiddenInput)
    key = forms.CharField(widget=forms.HiddenInput, max_length=80)

    def __init__(self, *args: Any, label: str, hint: str = "", missing: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["why"]
        field.label, field.help_text, field.error_messages["required"] = label, hint, missing


def _key(what: str) -> str:
    return f"{what}:{uuid.uuid4()}"


def _page(item: MapItem, title: str, **more: Any) -> dict[str, Any]:
    return {
        "item": item,
        "breadcrumbs": crumbs(item.project, (item.name, reverse("unit:item", args=[item.pk])), title),
        **more,
    }


@need_unit
@never_cache
@require_http_methods(["GET", "POST"])
def again(request: HttpRequest, item_id: int) -> HttpResponse:
    """A refused matter is applied for anew, with the reasons of the refusal before one's eyes."""
    item = item_of(request, item_id)
    words = {
        "label": "上次没有准予、没有受理的原因，现在怎样解决了",
        "hint": "部门审核新的申报时会看到这段话。",
        "missing": "写明上次的原因已怎样解决",
    }
    form = WhyForm(posted(request), initial={"version": item.version, "key": _key("again")}, **words)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        done = attempt(
            form,
            lambda: apply_anew(
                actor=actor_of(request),
                item_id=item.pk,
                why=values["why"],
                version=values["version"],
                idempotency_key=values["key"],
                at=timezone.now(),
            ),
        )
        if done is not None:
            messages.success(request, f"可以开始第 {next_number(done)} 次申请，请按办事指南交齐材料。")
            return redirect("unit:item", item.pk)
    found = refusals(item, history.past_of(item))
    context = _page(
        item,
        "重新申报",
        form=form,
        refusal=found[0] if found else None,
        possible=item.state in CONTESTED or item.not_needed,
    )
    return render(request, "unit/item_again.html", context)


@need_unit
@never_cache
@require_http_methods(["GET", "POST"])
def to_promise(request: HttpRequest, item_id: int) -> HttpResponse:
    """From the regular way to a promise: the application is taken back, and the promise is signed on the next page."""
    item, now = item_of(request, item_id), timezone.now()
    words = {"label": "为什么改走信用承诺", "missing": "写明改走信用承诺的原因"}
    form = WhyForm(posted(request), initial={"version": item.version, "key": _key("switch")}, **words)
    if not may_switch(item) and request.method == "GET":
        raise Refused("unit.no_switch", "这个事项现在不能改走信用承诺", remedy="请回到事项页面查看能不能承诺和原因")
    if request.method == "POST" and form.is_valid():
        done = attempt(form, lambda: _switch(request, item, form))
        if done is not None:
            messages.success(request, "常规申报已撤回，读过承诺书就可以签署。")
            return redirect("unit:commit", item.pk)
    told = [clock_of(work, now) for work in queries.clocks_of(item) if work.kind in TOLD]
    context = _page(item, "改走信用承诺", form=form, rows=switch_rows(item, told, now))
    return render(request, "unit/item_to_promise.html", context)


def _switch(request: HttpRequest, item: MapItem, form: WhyForm) -> MapItem:
    if not may_switch(item):
        raise Refused("unit.no_switch", "这个事项现在不能改走信用承诺", remedy="请回到事项页面查看能不能承诺和原因")
    why = f"改走信用承诺：{form.cleaned_data['why']}"
    return withdraw_application(
        actor=actor_of(request), item_id=item.pk, why=why, version=form.cleaned_data["version"], at=timezone.now()
    )


# -- a document needed later


@need_unit
@never_cache
@require_http_methods(["GET", "POST"])
def later(request: HttpRequest, item_id: int) -> HttpResponse:
    """补办审批文件 (正文·三(七)): what was asked for, where it stands, and the form while nothing is under way."""
    item = item_of(request, item_id)
    asked = history.later_of(item)
    open_one = next((row for row in asked if row.is_open), None)
    handing = None
    if (
        item.state == ItemState.GRANTED
        and item.route == Route.COMMITMENT
        and (open_one is None or open_one.state == "incomplete")
    ):
        handing = Handing(request, item, open_one.submission if open_one else None, what="later")
        note = handing.form.fields["note"]
        note.required, note.label = True, "需要审批文件的用途"
        note.help_text = "例如：银行放款要求提供批文。"
        if open_one is not None and request.method == "GET":
            handing.form.initial["note"] = open_one.purpose
    if request.method == "POST":
        answer = _asked(request, item, handing)
        if answer is not None:
            return answer
    context = _page(
        item,
        "补办审批文件",
        form=handing.form if handing else None,
        groups=handing.form.groups() if handing else [],
        limit=uploads.mebibytes(),
        asked=[(row, _rows(row)) for row in asked],
        open_one=open_one,
        cites=pack().cite_texts(pack().parameter("commitment.legal_effect", item.project.rules_on).cites),
        withdrawal=_withdrawal(open_one),
    )
    return render(request, "unit/item_later.html", context)


def _asked(request: HttpRequest, item: MapItem, handing: Handing | None) -> HttpResponse | None:
    if handing is None:
        raise Refused("onemap.document_asked", "现在不能申请补办审批文件", remedy="请回到事项页面查看最新状态")
    made = handing.run(
        lambda rows: ask_document(
            actor=actor_of(request),
            item_id=item.pk,
            materials=rows,
            purpose=handing.form.cleaned_data["note"],
            version=handing.form.cleaned_data["version"],
            idempotency_key=handing.form.cleaned_data["key"],
            at=timezone.now(),
        )
    )
    if made is None and not handing.repeated:
        return None
    messages.success(
        request, f"已收到材料，回执编号 {made.submission.receipt_no}。" if made else "这份申请已经提交过了。"
    )
    return redirect("unit:later", item.pk)


def _rows(asked: LaterDocument) -> list[Row]:
    rows = [
        Row("用途", asked.purpose),
        Row("申请", f"{zh_datetime(asked.asked_at)} · {asked.person.name} · 回执 {asked.submission.receipt_no}"),
    ]
    if asked.accepted_at:
        rows.append(
            Row("受理", zh_datetime(asked.accepted_at) + ("（逾期未告知，视为受理）" if asked.deemed_accepted else ""))
        )
    if asked.document is not None:
        rows.append(Row("文件", asked.document.number, reverse("common:document", args=[asked.document.pk]), "打开"))
    if asked.text:
        rows.append(Row("理由" if asked.state == "declined" else "说明", asked.text))
    if asked.delivered_at:
        rows.append(Row("送达", zh_datetime(asked.delivered_at)))
    return rows


def _withdrawal(asked: LaterDocument | None, data: Any = None) -> WhyForm | None:
    if asked is None:
        return None
    words = {"label": "为什么不需要了", "missing": "写明撤回的原因"}
    return WhyForm(data, initial={"version": asked.version, "key": _key("later-back")}, prefix="back", **words)


@need_unit
@never_cache
@require_http_methods(["GET", "POST"])
def later_withdraw(request: HttpRequest, item_id: int) -> HttpResponse:
    """The document is needed no more."""
    item = item_of(request, item_id)
    asked = next((row for row in history.later_of(item) if row.is_open), None)
    if asked is None:
        raise Refused("onemap.state", "没有可以撤回的补办申请", remedy="请回到事项页面查看最新状态")
    form = _withdrawal(asked, posted(request))
    assert form is not None
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        done = attempt(
            form,
            lambda: withdraw_document_request(
                actor=actor_of(request),
                asked_id=asked.pk,
                why=values["why"],
                version=values["version"],
                at=timezone.now(),
            ),
        )
        if done is not None:
            messages.success(request, "补办申请已撤回，承诺和决定不受影响。")
            return redirect("unit:later", item.pk)
    return render(request, "unit/item_later_withdraw.html", _page(item, "撤回补办申请", form=form))


# -- remedies


class RemedyForm(forms.Form):
    """What was brought, to whom and when; the kinds as the law names them."""

    kind = forms.ChoiceField(
        label="途径",
        choices=RemedyKind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "选择复议、诉讼或者投诉"},
    )
    body = forms.CharField(
        label="向哪个机关提出",
        max_length=120,
        required=False,
        help_text="例如：县人民政府、县人民法院。投诉不用填，由本大厅办理。",
    )
    filed_on = forms.DateField(label="提出的日期", widget=DateInput(), error_messages={"required": "填写提出的日期"})
    text = forms.CharField(
        label="请求和理由",
        widget=forms.Textarea({"rows": 5}),
        max_length=4000,
        error_messages={"required": "写明请求和理由"},
    )
    key = forms.CharField(widget=forms.HiddenInput, max_length=80)

    def __init__(self, *args: Any, decided: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not decided:
            # Nothing is decided: there is nothing another body could undo.
            set_choices(self, "kind", [(RemedyKind.COMPLAINT.value, RemedyKind.COMPLAINT.label)])
            self.initial["kind"] = RemedyKind.COMPLAINT.value
            del self.fields["body"]


@need_unit
@never_cache
@require_http_methods(["GET", "POST"])
def remedy(request: HttpRequest, item_id: int) -> HttpResponse:
    """Tells the platform that a decision is contested, the body itself being gone to as the law says; or complains to
    the hall.
    """
    item, now = item_of(request, item_id), timezone.now()
    past = history.past_of(item)
    decided = item.decided
    which = item.application if decided else next((row for row in past if row.contested), None)
    form = RemedyForm(posted(request), decided=which is not None, initial={"key": _key("remedy"), "filed_on": _today()})
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        said = {**{name: values[name] for name in ("kind", "filed_on", "text")}, "body": values.get("body", "")}
        done = attempt(
            form,
            lambda: enter_remedy(
                actor=actor_of(request),
                item_id=item.pk,
                application=which.number if which else None,
                idempotency_key=values["key"],
                at=now,
                **said,
            ),
        )
        if done is not None:
            seen_to = "由大厅总召集人核实" if done.kind == RemedyKind.COMPLAINT else "部门和大厅会看到"
            messages.success(request, f"已登记{done.get_kind_display()}，{seen_to}，有结果就通知您。")
            return redirect("unit:item", item.pk)
    context = _page(
        item,
        "复议、诉讼、投诉",
        form=form,
        number=which.document_number if which else "",
        law=remedies_of_law(item.project.rules_on),
        complaint_days=pack().integer("complaint.limit", _today()),
    )
    return render(request, "unit/item_remedy.html", context)


def _today() -> date:
    return timezone.now().astimezone(TZ).date()
