"""One box for everything published: notices, guides, companies; a project code goes straight to its page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from yinuo.core.codes import CodeError, parse_project_code
from yinuo.web.public import guidebook, readings

LONGEST = 60
SHOWN = 10


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    text = " ".join(request.GET.get("q", "").replace("\x00", "").split())[:LONGEST]
    now, day = timezone.now(), timezone.localdate()
    code = _is_code(text)
    if code and (project := readings.published(text)) is not None:
        return redirect("public:certificate", project_code=project.code, credit_code=project.unit.credit_code)
    context = {"q": text, "code": code, "notices": [], "guides": [], "companies": [], "shown": SHOWN}
    if text and not code:
        context |= {
            "notices": [readings.zone_line(row, now) for row in readings.in_notice(now, text)[:SHOWN]],
            "guides": guidebook.matching(guidebook.lines(day, guidebook.offers(day)), text)[:SHOWN],
            "companies": readings.companies(text, SHOWN),
        }
    return render(request, "public/search.html", context)


def _is_code(text: str) -> bool:
    try:
        parse_project_code(text)
    except CodeError:
        return False
    return True
