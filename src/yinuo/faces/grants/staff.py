"""The nodes an administrator keeps, and the grants by statute the hall's principal gives (附件7·第十三条)."""

from __future__ import annotations

import uuid

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from yinuo.engine.base import forbid
from yinuo.faces.grants.shared import GrantForm, WithdrawForm, line_of
from yinuo.rooms.grants import access, actions, queries
from yinuo.rooms.grants.models import NodeKind
from yinuo.ui.acting import actor_of, need_role
from yinuo.ui.components.forms import CodeInput
from yinuo.ui.components.shapes import NavItem
from yinuo.ui.forms import choice
from yinuo.ui.handling import attempt

NODES = NavItem("信息链节点", "/staff/nodes/")
ORDERS = NavItem("法定查询", "/staff/grants/")


class NodeForm(forms.Form):
    organisation = forms.CharField(label="运行机构", max_length=120, error_messages={"required": "填写机构全称"})
    credit_code = forms.CharField(
        label="统一社会信用代码", max_length=18, widget=CodeInput(), error_messages={"required": "填写 18 位代码"}
    )
    kind = choice("机构类别", NodeKind.choices, "选择机构类别")
    name = forms.CharField(label="节点名称", max_length=80, help_text="和节点公钥里写的一样，如 bank.example/node")
    public = forms.CharField(
        label="节点公钥",
        max_length=300,
        widget=forms.Textarea({"rows": 3, "spellcheck": "false"}),
        help_text="yinuo node init 打印的那一行，由机构以公文或者当面告知，不要只信网上收到的。",
        error_messages={"required": "填写公钥"},
    )
    key = forms.CharField(required=False, widget=forms.HiddenInput, max_length=80)


@need_role("administrator")
@never_cache
@require_http_methods(["GET", "POST"])
def nodes(request: HttpRequest) -> HttpResponse:
    actor, now = actor_of(request), timezone.now()
    data = request.POST if request.method == "POST" else None
    form = NodeForm(data, label_suffix="", initial={"key": f"node:{uuid.uuid4()}"})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        made = attempt(
            form,
            lambda: actions.register_node(
                actor=actor,
                name=given["name"],
                kind=given["kind"],
                organisation=given["organisation"],
                credit_code=given["credit_code"],
                key=given["public"],
                idempotency_key=given["key"],
                at=now,
            ),
            {"key": "public"},
        )
        if made is not None:
            messages.success(request, f"已登记 {made.organisation} 的节点。")
            return redirect("staff:nodes")
    context = {"form": form, "nodes": list(queries.nodes())}
    return render(request, "staff/nodes.html", context)


@need_role("administrator")
@never_cache
@require_http_methods(["GET", "POST"])
def retire(request: HttpRequest, node_id: int) -> HttpResponse:
    actor, now = actor_of(request), timezone.now()
    node = queries.node(node_id)
    data = request.POST if request.method == "POST" else None
    form = WithdrawForm(data, label_suffix="", initial={"version": node.version})
    form.fields["why"].label = "为什么停用"
    if request.method == "POST" and form.is_valid():
        done = attempt(form, lambda: actions.retire_node(actor=actor, node_id=node.pk, at=now, **form.cleaned_data))
        if done is not None:
            messages.success(request, f"{node.organisation} 的节点已停用，它的查询不再答复。")
            return redirect("staff:nodes")
    return render(
        request, "staff/node_retire.html", {"form": form, "node": node, "breadcrumbs": [NODES, NavItem("停用节点")]}
    )


@need_role("principal", "supervisor")
@require_GET
def orders(request: HttpRequest) -> HttpResponse:
    """The hall's grants by statute, and every search of the hall's projects."""
    actor, now, after = actor_of(request), timezone.now(), request.GET.get("after", "")
    context = {
        "lines": [line_of(row, now) for row in queries.orders(actor)],
        "page": queries.searches_of_hall(actor, int(after) if after.isdecimal() and len(after) < 16 else 0),
        "may_give": access.is_filing_principal(actor),
    }
    return render(request, "staff/grants.html", context)


@need_role("principal")
@never_cache
@require_http_methods(["GET", "POST"])
def order(request: HttpRequest) -> HttpResponse:
    actor, now = actor_of(request), timezone.now()
    listed = [node for node in queries.nodes(live=True) if node.kind in access.BY_STATUTE]
    projects = queries.grantable(actor).values_list("pk", "name")[:200]
    data = request.POST if request.method == "POST" else None
    form = GrantForm(data, nodes=listed, projects=list(projects), everything="本大厅的全部项目", at=now)
    form.fields["basis_text"].help_text = "写明法律、法规或者文件的名称和条款，以及履行什么职责。"
    if request.method == "POST" and form.is_valid():
        made = attempt(
            form,
            lambda: actions.order(actor=actor, at=now, **form.values()),
            {"fields": "fields_", "until_at": "until"},
        )
        if made is not None:
            messages.success(request, f"已授权{made.node.organisation}查询。")
            return redirect("staff:grants")
    return render(
        request, "staff/grant_new.html", {"form": form, "nodes": listed, "breadcrumbs": [ORDERS, NavItem("授权查询")]}
    )


@need_role("principal")
@never_cache
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, grant_id: int) -> HttpResponse:
    actor, now = actor_of(request), timezone.now()
    grant = queries.one(grant_id)
    if not access.can_withdraw(actor, grant):
        raise forbid("只能撤回本大厅给出的授权")
    data = request.POST if request.method == "POST" else None
    form = WithdrawForm(data, label_suffix="", initial={"version": grant.version})
    if request.method == "POST" and form.is_valid():
        done = attempt(form, lambda: actions.withdraw(actor=actor, grant_id=grant.pk, at=now, **form.cleaned_data))
        if done is not None:
            messages.success(request, f"已撤回对{grant.node.organisation}的授权。")
            return redirect("staff:grants")
    context = {
        "form": form,
        "line": line_of(grant, now),
        "back": reverse("staff:grants"),
        "breadcrumbs": [ORDERS, NavItem("撤回授权")],
    }
    return render(request, "staff/grant_withdraw.html", context)
