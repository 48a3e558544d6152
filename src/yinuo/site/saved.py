"""我存的筛选: kept from the inbox, renamed and removed here."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from yinuo.engine.base import Actor, forbid
from yinuo.engine.work.actions import remove_filter, rename_filter, save_filter
from yinuo.engine.work.queries import BOXES, saved_filters
from yinuo.site.filters import Filters, chips
from yinuo.ui.acting import actor_of, need_staff
from yinuo.ui.handling import attempt
from yinuo.ui.reading import today


class NameForm(forms.Form):
    name = forms.CharField(label="名字", required=False)


@need_staff
@require_http_methods(["GET", "POST"])
def filters(request: HttpRequest) -> HttpResponse:
    """POST `do`: save, rename, remove."""
    actor, now = actor_of(request), timezone.now()
    form = NameForm(request.POST if request.method == "POST" else None, label_suffix="")
    query = Filters.parse(request.POST.get("query", ""), today(now)).query
    number = request.POST.get("id", "")
    pk = int(number) if number.isascii() and number.isdecimal() and len(number) < 18 else 0
    if request.method == "POST" and form.is_valid():
        done = attempt(form, lambda: _act(actor, request.POST.get("do", ""), pk, form.cleaned_data["name"], query, now))
        if done is not None:
            messages.success(request, done)
            saved = request.POST.get("do") == "save"
            return redirect(f"{reverse('staff:inbox')}?{query}" if saved else reverse("staff:filters"))
    rows = saved_filters(actor)
    for row in rows:
        kept = Filters.parse(row.query, today(now))
        row.words = "，".join([BOXES[kept.box], *(words for words, _ in chips(kept, today(now)))])  # type: ignore[attr-defined]
    context = {
        "rows": rows,
        "form": form,
        "failed_id": pk if form.is_bound and any(row.pk == pk for row in rows) else 0,
        "typed": form["name"].value() or "",
        "query": query,
    }
    return render(request, "staff/filters.html", context, status=422 if form.is_bound else 200)


def _act(actor: Actor, verb: str, pk: int, name: str, query: str, now: Any) -> str:
    if verb == "save":
        return f"已存下“{save_filter(actor=actor, name=name, query=query, at=now).name}”，在左边随时点开。"
    if verb == "rename":
        return f"已改名为“{rename_filter(actor=actor, filter_id=pk, name=name, at=now).name}”。"
    if verb == "remove":
        remove_filter(actor=actor, filter_id=pk)
        return "已删除。"
    raise forbid("这个页面没有这项操作")
