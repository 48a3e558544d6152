"""Taking over the result of the project's zone for a matter (附件3·三(三))."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from yinuo.faces.projects.own import crumbs, item_of
from yinuo.faces.regional.panels import panel_of
from yinuo.rooms.onemap.actions import share_result
from yinuo.ui.acting import actor_of, need_unit
from yinuo.ui.handling import attempt, posted


class ShareForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    key = forms.CharField(widget=forms.HiddenInput, max_length=80)


@need_unit
@never_cache
@require_http_methods(["GET", "POST"])
def share(request: HttpRequest, item_id: int) -> HttpResponse:
    """The result, its conditions and what the project still does, read once more before it is taken over."""
    item, now = item_of(request, item_id), timezone.now()
    form = ShareForm(posted(request), initial={"version": item.version, "key": uuid.uuid4().hex})
    if request.method == "POST" and form.is_valid():
        values: dict[str, Any] = form.cleaned_data
        done = attempt(
            form,
            lambda: share_result(
                actor=actor_of(request),
                item_id=item.pk,
                version=values["version"],
                idempotency_key=values["key"],
                at=timezone.now(),
            ),
        )
        if done is not None:
            messages.success(request, f"已共享区域评估结果 {done.present.document_number}，“{done.name}”不用再办。")
            return redirect("unit:item", item.pk)
    context = {
        "item": item,
        "form": form,
        "panel": panel_of(item, now),
        "breadcrumbs": crumbs(item.project, (item.name, reverse("unit:item", args=[item.pk])), "共享区域评估"),
    }
    return render(request, "unit/item_share.html", context, status=422 if form.is_bound else 200)
