"""What is shared with other systems, as people read it and take it away: decisions, inspections, penalties (正文·一(二))."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from yinuo.apps.base import Actor
from yinuo.apps.oversight import queries
from yinuo.apps.oversight.models import RecordKind, SharedKind, SharedPlace
from yinuo.apps.oversight.specs import word_of
from yinuo.web.acting import actor_of, need_role
from yinuo.web.components.shapes import NavItem
from yinuo.web.staff.exporting import Field, Listing

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


def summary(place: SharedPlace) -> tuple[str, str]:
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
    actor = actor_of(request)
    kind = chosen(request.GET)
    text = request.GET.get("before", "")
    before = int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else 0
    rows, more = queries.shared_latest(actor, kind=kind, before=before)
    here = reverse("staff:shared")
    own = f"?kind={kind}" if kind else "?"
    context = {
        "rows": [(row, *summary(row)) for row in rows],
        "kinds": [NavItem("全部", here, current=not kind)]
        + [NavItem(one.label, f"{here}?kind={one.value}", current=one == kind) for one in SharedKind],
        "next_url": f"{here}{own}&before={more}" if more else "",
        "first_url": f"{here}{own}" if before else "",
        "export_url": f"{reverse('staff:export', args=['shared'])}{own}",
        "now": timezone.now(),
    }
    return render(request, "staff/shared.html", context)


def chosen(data: Mapping[str, str]) -> str:
    kind = data.get("kind", "")
    return kind if kind in SharedKind.values else ""


def listing(actor: Actor, data: Mapping[str, str], now: datetime) -> Listing:
    def lines(rows: Sequence[SharedPlace]) -> Any:
        for row in rows:
            told = row.entry.data
            names = (told.get(name) for name in ("project_code", "project", "unit", "unit_code"))
            yield (row.pk, row.entry.get_kind_display(), row.entry.on, row.entry.number, *names, *summary(row), row.entry.at)

    return Listing("共享信息", FIELDS, queries.placed(actor, chosen(data)), lines)
