"""The quarter's notices and the year's evaluations of the reform: papers that do not change (正文·五(二))."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import conditional_page, require_safe

from yinuo.engine.documents.making import paper_of
from yinuo.engine.documents.queries import paper as issued
from yinuo.faces.reform.shared import shown
from yinuo.rooms.reform import queries
from yinuo.rooms.reform.papers import basis_of
from yinuo.rooms.reform.room import ReformPaper
from yinuo.ui import words
from yinuo.ui.components.shapes import NavItem
from yinuo.ui.files import stored

SHOWN = 60


@require_safe
@conditional_page
def index(request: HttpRequest) -> HttpResponse:
    rows = queries.publications()[:SHOWN]
    return render(request, "public/reform.html", {"rows": rows, "breadcrumbs": [NavItem("改革推进情况")]})


@require_safe
@conditional_page
def report(request: HttpRequest, publication_id: int) -> HttpResponse:
    row = queries.publication(publication_id)
    context = {
        "row": row,
        "report": row.report,
        "body": row.body,
        **shown(row.body),
        "cites": words.cite_links(basis_of(row.report.begins)),
        "breadcrumbs": [NavItem("改革推进情况", reverse("public:reform")), NavItem(row.report.span_words)],
    }
    return render(request, "public/reform_report.html", context)


@require_safe
def paper(request: HttpRequest, publication_id: int) -> HttpResponse:
    """The sealed paper."""
    document = issued(ReformPaper.REPORT, publication_id)
    if document is None:
        raise Http404("没有这份通报")
    return stored(paper_of(document=document, at=timezone.now()))
