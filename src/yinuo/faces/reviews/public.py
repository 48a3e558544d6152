"""A review through the link of a message or the code on the counter: no account, one for each application."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from yinuo.engine.base import Actor, Refused
from yinuo.faces.reviews.shared import ReviewForm
from yinuo.rooms.onemap.models import MapItem
from yinuo.rooms.reviews import links, queries
from yinuo.rooms.reviews.actions import review_by_link
from yinuo.rooms.reviews.models import ServiceReview, TrackService
from yinuo.ui.handling import attempt


@never_cache
@require_http_methods(["GET", "POST"])
def review(request: HttpRequest, token: str) -> HttpResponse:
    """The page names the matter or the service and nothing of the project:
    whoever finds the link learns nothing by it.
    """
    about, given = _opened(links.read(token))
    now = timezone.now()
    form = ReviewForm(request.POST or None, at=now)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        given = attempt(
            form,
            lambda: review_by_link(
                actor=Actor.public(),
                token=token,
                level=values["level"],
                indicators=values["indicators"],
                text=values["text"],
                at=now,
            ),
        )
        if given is not None:
            return redirect("public:review", token)
    return render(request, "public/review.html", {"about": about, "form": form, "given": given})


def _opened(link: links.Link) -> tuple[MapItem | TrackService, ServiceReview | None]:
    """What the link asks about, and the review it has already."""
    if link.service:
        service = queries.service(link.pk)
        return service, service.given
    item = queries.item_of_application(link.pk)
    if item is None:
        raise Refused("reviews.link", "这个评价链接已经过去", remedy="事项已经重新申报，办结后会再发链接")
    return item, queries.review_of(item)
