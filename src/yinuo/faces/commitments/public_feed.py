"""New promises in notice as an Atom feed: for whoever watches the zone without visiting it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.views.decorators.http import conditional_page, require_safe

from yinuo.core.masking import masked
from yinuo.engine.rules import pack
from yinuo.rooms.commitments import published as readings
from yinuo.ui.components.text import zh_datetime

NEWEST = 50


@require_safe
@conditional_page
def notices(request: HttpRequest) -> HttpResponse:
    """The newest notices, those over among them, so that a reader who was away misses none."""
    now = timezone.now()
    place = pack().parameter("place.name", timezone.localdate()).value
    zone = request.build_absolute_uri(reverse("public:zone"))
    feed = Atom1Feed(
        title=f"{place}{'信用承诺公示'}",
        link=zone,
        description="新公示的信用承诺；公示期内任何人都可以提出异议",
        language="zh-CN",
        feed_url=request.build_absolute_uri(),
    )
    for row in readings.zone().order_by("-id")[:NEWEST]:
        line = readings.zone_line(row, now)
        url = request.build_absolute_uri(reverse("public:commitment", args=[line.id]))
        feed.add_item(
            title=masked(f"{line.matter}：{line.project}"),
            link=url,
            unique_id=url,
            description=masked(f"{line.unit}，{line.department}。{'公示到'} {zh_datetime(line.notice_until)}。"),
            pubdate=line.notice_from,
            updateddate=line.notice_from,
        )
    answer = HttpResponse(content_type=feed.content_type)
    feed.write(answer, "utf-8")
    return answer
