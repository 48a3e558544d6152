"""Who may search the unit's records on the information chain, who has, and how it is ended (附件7·第十三条,
个人信息保护法 44、45).
"""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from yinuo.engine.base import ROLES, forbid
from yinuo.engine.people.queries import departments_of
from yinuo.engine.trail.queries import seen_of_unit
from yinuo.faces.grants.shared import GrantForm, WithdrawForm, line_of
from yinuo.rooms.grants import access, actions, queries
from yinuo.ui.acting import actor_of, need_own
from yinuo.ui.components.shapes import NavItem
from yinuo.ui.handling import attempt, posted

NAMES = {"fields": "fields_", "until_at": "until"}


def _crumbs(*more: str) -> list[NavItem]:
    return [
        NavItem("我的项目", reverse("unit:projects")),
        NavItem("数据授权与查询", reverse("unit:grants")),
        *map(NavItem, more),
    ]


@need_own
@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """What holds, what nodes have searched, and which officials have opened the unit's data."""
    actor, now = actor_of(request), timezone.now()
    unit_id, after = actor.unit_id or 0, request.GET.get("after", "")
    lines = [line_of(row, now) for row in queries.of_unit(unit_id)]
    context = {
        "holding": [line for line in lines if not line.over],
        "over": [line for line in lines if line.over],
        "page": queries.searches_of_unit(unit_id, int(after) if after.isdecimal() and len(after) < 16 else 0),
        "seen": _seen(unit_id),
        "breadcrumbs": [NavItem("我的项目", reverse("unit:projects")), NavItem("数据授权与查询")],
    }
    return render(request, "unit/grants.html", context)


WHAT = {
    "project": "项目",
    "item": "事项",
    "commitment": "承诺",
    "credit": "信用记录",
    "map": "一张图",
    "api": "项目（接口）",
    "export": "导出列表",
    "file": "文件",
}


def _seen(unit_id: int) -> list[dict[str, object]]:
    """Who looked, by department and role; the names of officials are not told."""
    rows = seen_of_unit(unit_id)
    offices = departments_of({row.person_id for row in rows if row.person_id is not None}, timezone.localdate())
    return [
        {
            "at": row.at,
            "who": f"{offices.get(row.person_id or 0, '')} {ROLES.get(row.role, '')}".strip(),
            "what": WHAT.get(row.what.partition(":")[0], "资料"),
            "project_code": row.project_code,
        }
        for row in rows
    ]


@need_own
@never_cache
@require_http_methods(["GET", "POST"])
def give(request: HttpRequest) -> HttpResponse:
    actor, now = actor_of(request), timezone.now()
    projects = queries.grantable(actor).values_list("pk", "name")
    nodes = list(queries.nodes(live=True))
    form = GrantForm(posted(request), nodes=nodes, projects=list(projects), everything="本单位的全部项目", at=now)
    if request.method == "POST" and form.is_valid():
        made = attempt(form, lambda: actions.consent(actor=actor, at=now, **form.values()), NAMES)
        if made is not None:
            messages.success(request, f"已授权{made.node.organisation}查询，随时可以撤回。")
            return redirect("unit:grants")
    return render(request, "unit/grant_new.html", {"form": form, "nodes": nodes, "breadcrumbs": _crumbs("授权查询")})


@need_own
@never_cache
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, grant_id: int) -> HttpResponse:
    actor, now = actor_of(request), timezone.now()
    grant = queries.one(grant_id)
    if not access.can_withdraw(actor, grant):
        raise forbid("只能撤回本单位给出的授权")
    form = WithdrawForm(posted(request), label_suffix="", initial={"version": grant.version})
    if request.method == "POST" and form.is_valid():
        done = attempt(form, lambda: actions.withdraw(actor=actor, grant_id=grant.pk, at=now, **form.cleaned_data))
        if done is not None:
            messages.success(request, f"已撤回对{grant.node.organisation}的授权。")
            return redirect("unit:grants")
    context = {
        "form": form,
        "line": line_of(grant, now),
        "back": reverse("unit:grants"),
        "breadcrumbs": _crumbs("撤回授权"),
    }
    return render(request, "unit/grant_withdraw.html", context)
