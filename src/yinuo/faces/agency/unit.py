"""代办服务 for the company: asked for, signed, followed, confirmed or ended, and reviewed."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from yinuo.engine.base import forbid
from yinuo.engine.rules import pack
from yinuo.faces.agency.shared import facts_of, log_events, plan_of
from yinuo.faces.projects.own import crumbs, project_of
from yinuo.rooms.agency import access, actions, queries
from yinuo.rooms.agency.models import AgencyRequest, Agreement, ServiceKind
from yinuo.rooms.agency.papers import SERVICES
from yinuo.rooms.agency.room import SERVICE
from yinuo.rooms.onemap.queries import open_items
from yinuo.rooms.projects.models import Project
from yinuo.rooms.reviews.queries import service_of
from yinuo.ui.acting import actor_of, hat_of, need_unit
from yinuo.ui.forms import set_choices
from yinuo.ui.handling import attempt, posted

DONE = {
    "withdraw": "已撤回代办申请。",
    "sign": "协议已签署，代办员开始服务。",
    "confirm": "已确认办结，代办员将归档并交还材料。",
    "reject": "已告知代办员还没有办完，服务继续。",
    "end": "代办服务已终止，代办员将归档并交还材料。",
    "receive": "已确认收到材料。",
}


class ApplyForm(forms.Form):
    body = forms.ChoiceField(label="向哪个机构申请", error_messages={"required": "选择代办服务机构"})
    services = forms.MultipleChoiceField(
        label="需要哪些服务",
        choices=[(kind.value, f"{kind.label}：{SERVICES[kind]}") for kind in ServiceKind],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "选择需要的服务"},
    )
    matters = forms.MultipleChoiceField(
        label="委托哪些事项", required=False, widget=forms.CheckboxSelectMultiple, help_text="一个也不选，就是全程代办"
    )
    lead_name = forms.CharField(label="项目负责人", max_length=60, error_messages={"required": "写项目负责人的姓名"})
    lead_phone = forms.CharField(
        label="项目负责人电话", max_length=40, error_messages={"required": "写项目负责人的电话"}
    )
    handler_name = forms.CharField(label="经办人", max_length=60, error_messages={"required": "写经办人的姓名"})
    handler_phone = forms.CharField(label="经办人电话", max_length=40, error_messages={"required": "写经办人的电话"})
    text = forms.CharField(label="需要帮助的情况", required=False, max_length=2000, widget=forms.Textarea({"rows": 3}))
    key = forms.CharField(widget=forms.HiddenInput, max_length=80)

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        bodies = queries.bodies(timezone.localdate(), project.hall_id)
        set_choices(self, "body", [(body.pk, f"{body.name}（{body.get_level_display()}）") for body in bodies])
        items = [(item.matter_id, item.name) for item in open_items(project.pk)]
        set_choices(self, "matters", items)
        if not items:
            del self.fields["matters"]


class WhyForm(forms.Form):
    """One text for whatever the page asks; whether it has to be there the action says."""

    why = forms.CharField(label="说明", required=False, max_length=1000, widget=forms.Textarea({"rows": 3}))
    version = forms.IntegerField(widget=forms.HiddenInput)


@need_unit
@never_cache
@require_http_methods(["GET", "POST"])
def apply(request: HttpRequest, project_id: int) -> HttpResponse:
    project, actor = project_of(request, project_id), actor_of(request)
    if not access.can_apply(actor, project):
        raise forbid("只能为本单位的项目申请代办服务")
    decision = queries.check_of(project.unit, timezone.localdate())
    hat = hat_of(request)
    name = hat.binding.person.name if hat and hat.binding else ""
    initial = {"key": f"agency:{uuid.uuid4()}", "handler_name": name, "lead_name": project.unit.legal_representative}
    form = ApplyForm(posted(request), project=project, initial=initial)
    if request.method == "POST" and form.is_valid():
        made = attempt(form, lambda: _apply(request, project, form))
        if made is not None:
            messages.success(request, "代办申请已提交，代办服务机构会限时答复。")
            return redirect("unit:agency", project.pk)
    context = {
        "project": project,
        "form": form,
        "against": [(step.text, pack().cite_texts(step.cites)) for step in decision.trace if step.outcome is False],
        "breadcrumbs": crumbs(project, ("代办服务", f"/projects/{project.pk}/agency/"), "申请"),
    }
    return render(request, "unit/agency_apply.html", context)


def _apply(request: HttpRequest, project: Project, form: ApplyForm) -> AgencyRequest:
    values = form.cleaned_data
    return actions.apply_for_service(
        actor=actor_of(request),
        project_id=project.pk,
        body_id=int(values["body"]),
        matters=values.get("matters") or [],
        services=values["services"],
        lead=(values["lead_name"], values["lead_phone"]),
        handler=(values["handler_name"], values["handler_phone"]),
        text=values["text"],
        at=timezone.now(),
        idempotency_key=values["key"],
    )


@need_unit
@never_cache
@require_http_methods(["GET", "POST"])
def show(request: HttpRequest, project_id: int) -> HttpResponse:
    """The present application and service of a project, and the earlier ones; POST `do` is one of DONE."""
    project, actor, now = project_of(request, project_id), actor_of(request), timezone.now()
    found = queries.applications_of(project.pk)
    latest = found[0] if found else None
    agreement = getattr(latest, "agreement", None) if latest else None
    do = request.POST.get("do", "") if request.method == "POST" else ""
    row: AgencyRequest | Agreement | None = (
        latest if latest and latest.state in ("applied", "offered") and do == "withdraw" else agreement
    )
    why = WhyForm(request.POST if do else None, initial={"version": row.version if row else 0})
    if do and row is None:
        raise forbid("这个页面没有这项操作")
    if do and row is not None and why.is_valid():
        act = _act(request, do, row, why)
        if attempt(why, act) is not None:
            messages.success(request, DONE[do])
            return redirect("unit:agency", project.pk)
    hat = hat_of(request)
    context = {
        "project": project,
        "latest": latest,
        "agreement": agreement if agreement and agreement.state != "void" else None,
        "facts": facts_of(agreement) if agreement else [],
        "plan": plan_of(agreement, now) if agreement else [],
        "log": log_events(agreement) if agreement else [],
        "own": access.can_decide_for_unit(actor, project),
        "may_apply": access.can_apply(actor, project),
        "may_sign": access.can_sign(hat.binding if hat else None),
        "services": [one for one in [service_of(SERVICE, agreement) if agreement else None] if one],
        "why": why
        if do
        else WhyForm(initial={"version": agreement.version if agreement else latest.version if latest else 0}),
        "withdrawing": WhyForm(initial={"version": latest.version if latest else 0}),
        "form": why if do else None,
        "earlier": [one for one in found[1:] if one.state in ("agreed", "refused", "lapsed")],
        "confirm_days": pack().integer("agency.confirm_limit", timezone.localdate()),
        "breadcrumbs": crumbs(project, "代办服务"),
    }
    return render(request, "unit/agency.html", context, status=422 if do else 200)


def _act(request: HttpRequest, do: str, row: AgencyRequest | Agreement, form: forms.Form) -> Callable[[], object]:
    """Raises Forbidden for what the page does not offer."""
    common: dict[str, Any] = {"actor": actor_of(request), "at": timezone.now()}
    common["version"] = form.cleaned_data["version"]
    if do == "withdraw" and isinstance(row, AgencyRequest):
        return lambda: actions.withdraw_service_application(application_id=row.pk, **common)
    if not isinstance(row, Agreement):
        raise forbid("这个页面没有这项操作")
    why = form.cleaned_data["why"]
    acts: dict[str, Callable[[], object]] = {
        "sign": lambda: actions.sign_agreement(agreement_id=row.pk, **common),
        "confirm": lambda: actions.confirm_finished(agreement_id=row.pk, **common),
        "reject": lambda: actions.reject_finished(agreement_id=row.pk, why=why, **common),
        "end": lambda: actions.end_by_wish(agreement_id=row.pk, why=why, **common),
        "receive": lambda: actions.confirm_return(agreement_id=row.pk, **common),
    }
    if do not in acts:
        raise forbid("这个页面没有这项操作")
    return acts[do]
