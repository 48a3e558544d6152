"""What is shared with other systems, as people read it and take it away: decisions, inspections, penalties
(正文·一(二)).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from yinuo.engine.base import Actor
from yinuo.engine.feeds.models import FeedPlace
from yinuo.rooms.oversight import queries
from yinuo.rooms.oversight.models import SHARED_FEED, RecordKind, SharedKind
from yinuo.rooms.oversight.specs import word_of
from yinuo.rooms.projects.queries import by_codes
from yinuo.ui import feeds
from yinuo.ui.acting import actor_of, need_role
from yinuo.ui.exporting import Field, Listing
from yinuo.ui.feeds import chosen

READERS = ("supervisor", "comprehensive", "administrator")
FIELDS = (
    Field("序号", 8, "number"),
    Field("类别", 12),
    Field("日期", 12, "date"),
    Field("文号", 30),
    Field("项目代码", 27),
    Field("项目", 36),
    Field("项目单位", 30),
    Field("统一社会信用代码", 22),
    Field("机关或者部门", 24),
    Field("内容", 40),
    Field("共享时间", 17, "moment"),
)


def summary(place: FeedPlace) -> tuple[str, str]:
    """Whose it is and what it says, in a line each."""
    data = place.entry.data
    match place.entry.kind:
        case SharedKind.DECISION:
            return str(data["department"]), f"{data['matter_name']}：{'准予' if data['granted'] else '不予许可'}"
        case SharedKind.INSPECTION:
            return str(data["body"] or ""), f"{data['subject'] or ''}{_result(data)}"
    return str(data["authority"] or ""), f"{data['fact'] or ''}；罚款 {data['amount'] or 0} 万元{_again(data)}"


def _result(data: Mapping[str, Any]) -> str:
    """An inspection's result in words, wherever it comes from."""
    words = word_of(RecordKind.INSPECTION, "result", data.get("result")) if "record" in data else data.get("note")
    return f"：{words}{_again(data)}" if words else ""


def _again(data: Mapping[str, Any]) -> str:
    return f"（第 {data['round']} 版，更正前一版）" if data.get("round", 1) > 1 else ""


@need_role(*READERS)
@require_safe
def shared(request: HttpRequest) -> HttpResponse:
    """`?kind=`; the newest first, keyset by `before`."""
    found = queries.shared(actor_of(request), chosen(SHARED_FEED, request.GET))
    context = feeds.context(request, SHARED_FEED, found, reverse("staff:shared"), "shared")
    rows = context["rows"]
    projects = by_codes({row.entry.project_code for row in rows})
    context["rows"] = [
        (
            row.entry,
            SharedKind(row.entry.kind).label,
            projects[row.entry.project_code].pk if row.entry.project_code in projects else None,
            queries.number_of(row.entry),
            *summary(row),
        )
        for row in rows
    ]
    return render(request, "staff/shared.html", context)


def listing(actor: Actor, data: Mapping[str, str], now: datetime) -> Listing:
    def lines(rows: Sequence[FeedPlace]) -> Any:
        for row in rows:
            entry, told = row.entry, row.entry.data
            names = (told.get(name) for name in ("project_code", "project", "unit", "unit_code"))
            first = (row.number, SharedKind(entry.kind).label, timezone.localdate(entry.at), queries.number_of(entry))
            yield (*first, *names, *summary(row), entry.at)

    return Listing("共享信息", FIELDS, queries.shared(actor, chosen(SHARED_FEED, data)), lines)
