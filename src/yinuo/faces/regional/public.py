"""区域评估 for everybody: the zones, what was assessed once for all who settle there, and under which conditions
(附件3·三(二)).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import conditional_page, require_safe

from yinuo.core.calendar import DAY
from yinuo.core.regional import Conditions, regional_rows, which_projects
from yinuo.engine.catalogue.models import RegionalResult, Zone
from yinuo.engine.documents.making import paper_of
from yinuo.engine.documents.queries import stored_file
from yinuo.engine.rules import pack
from yinuo.rooms.onemap.regional import ended
from yinuo.rooms.regional import queries
from yinuo.ui import words
from yinuo.ui.components.shapes import NavItem
from yinuo.ui.files import stored
from yinuo.ui.forms import set_choices

ANY = ("", "全部")
MOST = 200


class ResultFilter(forms.Form):
    q = forms.CharField(label="地点或关键词", required=False, max_length=60)
    zone = forms.ChoiceField(label="园区", required=False)
    matter = forms.ChoiceField(label="事项", required=False)

    def __init__(self, data: Any, *, zones: list[Zone], day: date) -> None:
        super().__init__(data)
        set_choices(self, "zone", [ANY, *((zone.key, zone.name) for zone in zones)])
        set_choices(self, "matter", [ANY, *((key, name) for key, name, _why in queries.assessable_matters(day))])


@dataclass(frozen=True, slots=True)
class Line:
    """A result as the list shows it."""

    result: RegionalResult
    matter: str
    conditions: tuple[str, ...]
    last_on: date
    status: str
    colour: str


def status_of(result: RegionalResult, day: date) -> tuple[str, str]:
    """Whether it is shared on `day`, in a word with its colour."""
    if result.withdrawn_at is not None:
        return "已撤回", "red"
    if result.superseded_at is not None:
        return "已更新", ""
    if result.to_on is not None and result.to_on <= day:
        return "已到期", ""
    return "在用", "green"


def line_of(result: RegionalResult, day: date) -> Line:
    assert result.to_on is not None
    word, colour = status_of(result, day)
    conditions = Conditions.from_json(result.conditions, pack().facts).in_words(pack().facts)
    return Line(result, pack().matters[result.matter_id].full_name, conditions, result.to_on - DAY, word, colour)


@require_safe
@conditional_page
def index(request: HttpRequest) -> HttpResponse:
    """Zones with what each has to share; three filters, and what is no longer used below."""
    day = timezone.localdate()
    zones = queries.zones(day)
    form = ResultFilter(request.GET, zones=zones, day=day)
    wanted = form.cleaned_data if form.is_valid() else {}
    values = {"zone_key": wanted.get("zone", ""), "matter_id": wanted.get("matter", ""), "words": wanted.get("q", "")}
    found = [line_of(row, day) for row in queries.published(day, **values)[:MOST]]
    of_zone: dict[int, list[Line]] = {}
    for line in found:
        of_zone.setdefault(line.result.zone_id, []).append(line)
    filtered = any(wanted.values())
    context = {
        "filter": form,
        "groups": [(zone, of_zone.get(zone.pk, [])) for zone in zones if zone.pk in of_zone or not filtered],
        "count": len(found),
        "zones": len(zones),
        "filtered": filtered,
        "past": [line_of(row, day) for row in queries.published(day, past=True, **values)[:50]],
        "listed": [(name, which, words.cite_links(cites)) for name, which, cites in queries.listed_matters(day)],
        "cites": words.cite_links(pack().parameter("regional.sharing", day).cites),
    }
    return render(request, "public/regional.html", context)


@require_safe
@conditional_page
def result(request: HttpRequest, result_id: int) -> HttpResponse:
    """One result whole: scope, conditions, what a project still does, report, validity,
    and whether it is still shared.
    """
    day = timezone.localdate()
    found = queries.result(result_id)
    matter = pack().matters[found.matter_id]
    rows = regional_rows(matter.id, pack(), day)
    context = {
        "breadcrumbs": [NavItem("区域评估", "/regional/"), NavItem(matter.full_name)],
        "line": line_of(found, day),
        "result": found,
        "matter": matter,
        "excluded": [(which_projects(row), row.row, words.cite_links(row.cites)) for row in rows],
        "file": stored_file(found.report_file_id),
        "paper": queries.notice_of(found).exists(),
        "ended": ended(found),
        "cites": words.cite_links(pack().parameter("regional.sharing", day).cites),
    }
    return render(request, "public/regional_result.html", context)


@require_safe
def report(request: HttpRequest, result_id: int) -> HttpResponse:
    """The assessment report itself, published with the result (向社会公开)."""
    return stored(queries.report_of(result_id))


@require_safe
def paper(request: HttpRequest, result_id: int) -> HttpResponse:
    """The sealed notice by which the result was published."""
    document = queries.notice_of(queries.result(result_id)).get()
    return stored(paper_of(document=document, at=timezone.now()))
