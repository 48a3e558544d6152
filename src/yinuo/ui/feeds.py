"""What the pages of every feed share: the kind chosen, the newest entries first, and where the next page begins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from yinuo.engine.feeds.models import Feed, FeedPlace
from yinuo.engine.feeds.queries import latest
from yinuo.ui.components.shapes import NavItem


def chosen(feed: Feed, data: Mapping[str, str]) -> str:
    kind = data.get("kind", "")
    return kind if kind in feed.kinds.values else ""


def context(request: HttpRequest, feed: Feed, rows: QuerySet[FeedPlace], here: str, listing: str) -> dict[str, Any]:
    """`?kind=&before=`; `rows` are those of the kind chosen, `here` is the page's address, `listing` the name of its
    export.
    """
    kind = chosen(feed, request.GET)
    text = request.GET.get("before", "")
    before = int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else 0
    found, more = latest(rows, before)
    own = f"?kind={kind}" if kind else "?"
    kinds = [NavItem(one.label, f"{here}?kind={one.value}", current=one == kind) for one in feed.kinds]
    return {
        "rows": found,
        "kinds": [NavItem("全部", here, current=not kind), *kinds],
        "next_url": f"{here}{own}&before={more}" if more else "",
        "first_url": f"{here}{own}" if before else "",
        "export_url": f"{reverse('staff:export', args=[listing])}{own}",
    }
