"""The unit's review of a concluded matter, and what became of it (附件7·第十五条)."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from yinuo.engine.base import forbid
from yinuo.faces.projects.own import crumbs, item_of
from yinuo.faces.reviews.shared import ReviewForm
from yinuo.rooms.reviews import access, queries
from yinuo.rooms.reviews.actions import REVIEWABLE, give_review, review_service
from yinuo.rooms.reviews.models import ServiceReview
from yinuo.ui.acting import actor_of, need_unit
from yinuo.ui.handling import attempt, posted


@need_unit
@never_cache
@require_http_methods(["GET", "POST"])
def review(request: HttpRequest, item_id: int) -> HttpResponse:
    """Given once; afterwards the page shows it with its answer."""
    item = item_of(request, item_id)
    back = reverse("unit:item", args=[item.pk])
    context = {
        "name": item.name,
        "department": item.department,
        "back": back,
        "given": queries.review_of(item),
        "possible": item.state in REVIEWABLE,
        "breadcrumbs": crumbs(item.project, (item.name, back), "评价"),
    }
    return _page(request, partial(give_review, item_id=item.pk), context)


@need_unit
@never_cache
@require_http_methods(["GET", "POST"])
def service(request: HttpRequest, service_id: int) -> HttpResponse:
    """The same of a special track's service that has ended (附件7·第二十条)."""
    found = queries.service(service_id)
    if not access.can_review_service(actor_of(request), found):
        raise forbid("只能评价本单位项目的服务")
    context = {
        "name": found.name,
        "department": found.department,
        "back": found.url,
        "of_track": True,
        "given": found.given,
        "possible": True,
        "breadcrumbs": crumbs(found.project, (found.get_track_display(), found.url), "评价"),
    }
    return _page(request, partial(review_service, service_id=found.pk), context)


def _page(request: HttpRequest, give: Callable[..., ServiceReview], context: dict[str, Any]) -> HttpResponse:
    """The page with its form, or back to it once `give` has taken what was said."""
    now = timezone.now()
    form = ReviewForm(posted(request), at=now, initial={"key": f"review:{uuid.uuid4()}"})
    if request.method == "POST" and form.is_valid():
        said = dict(form.cleaned_data)
        key = said.pop("key")
        if attempt(form, lambda: give(actor=actor_of(request), idempotency_key=key, at=now, **said)) is not None:
            messages.success(request, "评价已经收到，谢谢。")
            return redirect(request.path)
    return render(request, "unit/review.html", {**context, "form": form})
