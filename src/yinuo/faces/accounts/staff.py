"""Requests of units to join: licence and letter beside what was written, then granted, or told what is wrong."""

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

from yinuo.core.masking import mask_phone
from yinuo.engine.base import forbid
from yinuo.engine.people.models import ProjectUnit
from yinuo.engine.people.queries import find_unit, persons_bound
from yinuo.rooms.accounts import access, queries
from yinuo.rooms.accounts.actions import admit, decline
from yinuo.rooms.accounts.models import Admission
from yinuo.ui.acting import behind, need_behind
from yinuo.ui.components.shapes import NavItem, Row
from yinuo.ui.components.text import zh_datetime
from yinuo.ui.forms import Versioned
from yinuo.ui.handling import attempt

WHO = ("window", "general_convener", "administrator")
# Who sees the hall's work sees what waits here, and decides nothing.
WATCHING = ("supervisor", "comprehensive")


class AdmitForm(Versioned):
    may_sign = forms.BooleanField(label="可以代表单位签署信用承诺", required=False)


class DeclineForm(Versioned):
    why = forms.CharField(
        label="哪里不符，怎样改正", max_length=300, widget=forms.Textarea({"rows": 3}), help_text="原文发给申请人。",
        error_messages={"required": "写明哪里不符、怎样改正"},
    )  # fmt: skip


@need_behind(*WHO)
@require_GET
def admissions(request: HttpRequest) -> HttpResponse:
    actor, now = behind(request), timezone.now()
    rows = queries.admissions_to_compare(actor.hall_id)
    items = queries.work_on_admissions([row.pk for row in rows])
    context = {
        "rows": [(row, items.get(row.pk), items[row.pk].light_at(now) if row.pk in items else "") for row in rows],
        "breadcrumbs": [NavItem("综合窗口", reverse("staff:window")), NavItem("入驻申请")]
        if actor.role == "window"
        else [],
        "done": queries.decided_admissions(actor.hall_id),
    }
    return render(request, "staff/admissions.html", context)


@need_behind(*WHO, *WATCHING)
@never_cache
@require_http_methods(["GET", "POST"])
def admission(request: HttpRequest, admission_id: int) -> HttpResponse:
    """POST `do`: admit, decline."""
    actor, now = behind(request), timezone.now()
    found = queries.admission(admission_id)
    if found.hall_id != actor.hall_id:
        raise forbid("只能查看本大厅的入驻申请")
    verb = request.POST.get("do", "")
    agree = AdmitForm(
        request.POST if verb == "admit" else None, initial={"version": found.version, "may_sign": found.may_sign}
    )
    refuse = DeclineForm(request.POST if verb == "decline" else None, initial={"version": found.version})
    form: Any = {"admit": agree, "decline": refuse}.get(verb)
    if form is not None and form.is_valid():
        said = form.cleaned_data
        common = {"actor": actor, "admission_id": found.pk, "version": said["version"], "at": now}
        act = (
            (lambda: admit(may_sign=said["may_sign"], **common))
            if verb == "admit"
            else (lambda: decline(why=said["why"], **common))
        )
        if attempt(form, act) is not None:
            messages.success(request, f"{found.unit_name}：{'已通过' if verb == 'admit' else '已告知申请人改正'}。")
            return redirect("staff:admissions")
    known = find_unit(found.credit_code)
    item = queries.work_on_admissions([found.pk]).get(found.pk)
    context = {
        "found": found,
        "may": access.can_compare(actor, found) and found.is_open,
        "reads": actor.role in WHO,
        "rows": _rows(found),
        "known": known,
        "differs": _differences(found, known),
        "others": [f"{row.name}（{mask_phone(row.phone)}）" for row in persons_bound(known.pk, timezone.localdate())]
        if known
        else [],
        "item": item,
        "light": item.light_at(now) if item else "",
        "agree": agree,
        "refuse": refuse,
        "form": form or forms.Form(),
        "breadcrumbs": [NavItem("入驻申请", reverse("staff:admissions")), NavItem(found.unit_name)],
    }
    return render(request, "staff/admission.html", context, status=422 if form is not None and form.errors else 200)


def _rows(found: Admission) -> list[Row]:
    return [
        Row("统一社会信用代码", found.credit_code),
        Row("单位名称", found.unit_name),
        Row("单位类型", found.get_unit_type_display()),
        Row("法定代表人", found.legal_representative),
        Row("住所", found.address),
        Row("申请人", f"{found.person.name}，手机 {mask_phone(found.person.phone)}（已验证）"),
        Row("凭什么代表", "法定代表人本人" if found.own else "授权委托书"),
        Row("提交", zh_datetime(found.asked_at)),
    ]


def _differences(found: Admission, known: ProjectUnit | None) -> list[str]:
    """Where the request and the unit on record say something else; the record stays as it is."""
    if known is None:
        return []
    pairs = (
        ("单位名称", found.unit_name, known.name),
        ("法定代表人", found.legal_representative, known.legal_representative),
    )
    return [f"{label}：申请写“{said}”，平台登记“{had}”" for label, said, had in pairs if had and said != had]
