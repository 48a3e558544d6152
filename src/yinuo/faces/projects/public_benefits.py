"""不来即享 for everybody: what there is without applying, for whom and by which article; who qualifies is told on the
project's page.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import conditional_page, require_safe

from yinuo.core.dated import all_at
from yinuo.core.findings import condition
from yinuo.core.pack.types import Benefit
from yinuo.core.wording import in_words
from yinuo.engine.rules import pack


@require_safe
@conditional_page
def benefits(request: HttpRequest) -> HttpResponse:
    """The pack's list, in its order; no query of the database beyond the frame's."""
    day = timezone.localdate()
    found = [(row, _condition(row), _office(row), pack().cite_texts(row.cites)) for row in all_at(pack().benefits, day)]
    return render(request, "public/benefits.html", {"benefits": found})


def _condition(row: Benefit) -> str:
    """In words: the class of the company, and what its project must be."""
    classes = f"信用等次为 {'、'.join(row.classes)} 的企业" if row.classes else ""
    asked = "" if row.when == "always" else in_words(condition(row.when, pack(), timezone.localdate()), pack().facts)
    return "，".join(filter(None, [classes, asked])) or "各类投资建设项目"


def _office(row: Benefit) -> str:
    return row.office or pack().departments[row.department].name
