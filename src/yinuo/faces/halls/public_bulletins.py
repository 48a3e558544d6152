"""What is told of the halls month by month, and who was honoured: papers that do not change (附件7·第十九条、
第二十二条).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import conditional_page, require_safe

from yinuo.core.decision import plain
from yinuo.engine.documents import queries as documents
from yinuo.engine.documents.making import paper_of
from yinuo.engine.rules import pack
from yinuo.faces.halls.shared import signed
from yinuo.rooms.halls import queries
from yinuo.rooms.halls.closing import quarter_words
from yinuo.rooms.halls.models import Honour, HonourKind
from yinuo.rooms.halls.room import HallsPaper
from yinuo.ui import words
from yinuo.ui.components.shapes import Column, NavItem
from yinuo.ui.files import stored

SHOWN = 60
COLUMNS = [
    Column("政务大厅"),
    Column("名次", "number"),
    *(Column(label, "number") for label in ("得分", "本月", "好评", "差评", "黄灯", "红灯", "落地", "专项", "人工")),
]
COUNTED = ("good", "bad", "yellow", "red", "landed", "tracks", "manual")


@dataclass(frozen=True, slots=True)
class Awarded:
    """A title as it is shown, with the flag or without."""

    kind: str
    name: str
    hall: str
    title: str
    flag: bool
    grounds: str


@dataclass(frozen=True, slots=True)
class Quarter:
    """A region's honours of one quarter, by the bulletin that awarded them."""

    words: str
    region: str
    bulletin_id: int
    awarded: Sequence[Awarded]


def _crumbs(*more: NavItem) -> list[NavItem]:
    return [NavItem("政务大厅评分", reverse("public:halls")), *more]


@require_safe
@conditional_page
def index(request: HttpRequest) -> HttpResponse:
    rows = queries.bulletins()[:SHOWN]
    return render(request, "public/bulletins.html", {"rows": rows, "breadcrumbs": _crumbs(NavItem("月度通报"))})


@require_safe
@conditional_page
def bulletin(request: HttpRequest, bulletin_id: int) -> HttpResponse:
    found = queries.bulletin(bulletin_id)
    body = found.body
    context = {
        "row": found,
        "body": body,
        "mean": plain(Decimal(body["mean"])),
        "columns": COLUMNS,
        "lines": [_line(line) for line in body["lines"]],
        "corrections": [
            (one["month"], one["hall"], plain(Decimal(one["told"])), plain(Decimal(one["now"])))
            for one in body["corrections"]
        ],
        "awarded": _awarded(found.honours.select_related("hall")),
        "quarter_ends": bool(body["quarter"]),
        "cites": words.cite_links(_cites(found.month)),
        "breadcrumbs": _crumbs(
            NavItem("月度通报", reverse("public:bulletins")), NavItem(f"{found.month.year}年{found.month.month}月")
        ),
    }
    return render(request, "public/bulletin.html", context)


def _cites(month: date) -> list[str]:
    day = max(month, pack().valid_from)
    found = [
        cite
        for name in ("hall.start", "hall.assessment_points", "hall.honoured")
        for cite in pack().parameter(name, day).cites
    ]
    return list(dict.fromkeys(found))


def _line(line: dict[str, Any]) -> list[Any]:
    return [
        line["hall"],
        line["rank"],
        plain(Decimal(line["score"])),
        signed(Decimal(line["change"])),
        *(line[name] for name in COUNTED),
    ]


def _awarded(rows: Any) -> list[Awarded]:
    order = list(HonourKind)
    found = sorted(rows, key=lambda row: (order.index(HonourKind(row.kind)), row.rank, row.pk))
    return [
        Awarded(
            str(HonourKind(row.kind).label),
            row.name,
            row.hall.name if row.kind != HonourKind.HALL else "",
            row.title,
            row.flag,
            row.grounds,
        )
        for row in found
    ]


@require_safe
def paper(request: HttpRequest, bulletin_id: int) -> HttpResponse:
    """The sealed paper of the bulletin."""
    document = documents.paper(HallsPaper.BULLETIN, bulletin_id)
    if document is None:
        raise Http404("没有这份通报")
    return stored(paper_of(document=document, at=timezone.now()))


@require_safe
@conditional_page
def honours(request: HttpRequest) -> HttpResponse:
    """The titles quarter by quarter, the latest first."""
    by_bulletin: dict[int, list[Honour]] = {}
    for row in queries.honours()[: 12 * SHOWN]:
        by_bulletin.setdefault(row.bulletin_id, []).append(row)
    quarters = [
        Quarter(quarter_words(held[0].bulletin.month), held[0].bulletin.region.name, number, _awarded(held))
        for number, held in by_bulletin.items()
    ]
    day = max(timezone.localdate(), pack().valid_from)
    context = {
        "quarters": quarters,
        "cites": words.cite_links(pack().parameter("hall.honoured", day).cites),
        "breadcrumbs": _crumbs(NavItem("季度荣誉")),
    }
    return render(request, "public/honours.html", context)
