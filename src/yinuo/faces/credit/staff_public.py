"""What the public credit platform is told: the entries, the batches sent and when, and what has not arrived
(附件2·第四条、第七条).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from yinuo.engine.base import Actor
from yinuo.engine.feeds.models import FeedPlace
from yinuo.engine.feeds.queries import placed
from yinuo.rooms.credit import access, queries
from yinuo.rooms.credit.actions import send_public
from yinuo.rooms.credit.models import PUBLIC_FEED, PublicKind
from yinuo.rooms.credit.platform import platform
from yinuo.ui import feeds
from yinuo.ui.acting import actor_of, need_role
from yinuo.ui.components.shapes import NavItem
from yinuo.ui.exporting import Field, Listing
from yinuo.ui.feeds import chosen
from yinuo.ui.handling import attempt

READERS = ("supervisor", "comprehensive", "administrator")
BATCHES = 10
FIELDS = (
    Field("序号", 8, "number"),
    Field("类别", 12),
    Field("企业", 32),
    Field("统一社会信用代码", 22),
    Field("项目代码", 27),
    Field("内容", 50),
    Field("依据", 40),
    Field("时间", 17, "moment"),
    Field("摘要（SHA-256）", 66),
)


@need_role(*READERS)
@require_http_methods(["GET", "POST"])
def show(request: HttpRequest) -> HttpResponse:
    """`?kind=`; the newest first, keyset by `before`. POST sends what has not arrived."""
    actor = actor_of(request)
    there = platform()
    form = forms.Form(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        arrived = attempt(form, lambda: (send_public(actor=actor, platform=there, clock=timezone.now),))
        if arrived is not None:
            messages.success(request, f"送达 {arrived[0]} 条。" if arrived[0] else "没有送达的，请看批次里的原因。")
            return redirect("staff:public_credit")
    rows = placed(PUBLIC_FEED, kind=chosen(PUBLIC_FEED, request.GET))
    shown = feeds.context(request, PUBLIC_FEED, rows, reverse("staff:public_credit"), "public-credit")
    context = {
        "form": form,
        **shown,
        "rows": [
            (row.entry, PublicKind(row.entry.kind).label, queries.public_words(row.entry)) for row in shown["rows"]
        ],
        "batches": queries.public_batches()[:BATCHES],
        "unsent": queries.unsent(),
        "platform": there is not None,
        "may_send": there is not None and access.can_send_public(actor),
        "breadcrumbs": [NavItem("信用", reverse("staff:credit")), NavItem("共享到信用平台")],
    }
    return render(request, "staff/public_credit.html", context, status=422 if form.errors else 200)


def listing(actor: Actor, data: Mapping[str, str], now: datetime) -> Listing:
    def lines(rows: Sequence[FeedPlace]) -> Iterable[Sequence[object]]:
        for row in rows:
            entry = row.entry
            cites = "；".join(entry.data.get("cites", []))
            names = (entry.unit.name, entry.unit.credit_code, entry.project_code)
            yield (
                row.number,
                PublicKind(entry.kind).label,
                *names,
                queries.public_words(entry),
                cites,
                entry.at,
                entry.digest,
            )

    return Listing("共享到信用平台", FIELDS, placed(PUBLIC_FEED, kind=chosen(PUBLIC_FEED, data)), lines)
