"""One box for everything published: projects, companies, notices and guides; a code goes straight to its page."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from yinuo.core.codes import CodeError, parse_project_code
from yinuo.rooms.commitments import published as readings
from yinuo.site import (
    guidebook,
    receipts,
)
from yinuo.site import (
    public_project as projectpage,
)
from yinuo.site import (
    published as registers,
)
from yinuo.ui import words

LONGEST = 60
SHOWN = 5
LISTS = {"projects": "项目", "companies": "项目单位"}


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    text = words.typed(request.GET.get("q", ""), LONGEST)
    direct = _page_of(text)
    if direct:
        return redirect(direct)
    context: dict[str, Any] = {
        "q": text,
        "code": _is_code(text),
        "company_code": registers.is_credit_code(text),
        "found": False,
    }
    only = request.GET.get("in", "")
    if text and not context["code"] and not context["company_code"]:
        if only in LISTS:
            return _list(request, text, only)
        context |= _overview(text)
    return render(request, "public/search.html", context)


def _page_of(text: str) -> str:
    """The address a code leads to; empty where it is none, or nothing published has it."""
    if _is_code(text):
        project = projectpage.published(text)
        return reverse("public:certificate", args=[project.code, project.unit.credit_code]) if project else ""
    if registers.is_credit_code(text):
        known = registers.company(text, timezone.now())
        return reverse("public:company", args=[known.credit_code]) if known else ""
    return receipts.page_of(text)


def _overview(text: str) -> dict[str, Any]:
    """A few of each kind, and the way to all of them."""
    now, day = timezone.now(), timezone.localdate()
    projects, more_projects = registers.projects_named(text, size=SHOWN)
    companies, more_companies = registers.companies_named(text, size=SHOWN)
    notices = [readings.zone_line(row, now) for row in readings.in_notice(now, text)[: SHOWN + 1]]
    guides = guidebook.matching(guidebook.lines(day, guidebook.offers(day)), text)
    return {
        "projects": projects,
        "companies": companies,
        "notices": notices[:SHOWN],
        "guides": guides[:SHOWN],
        "found": bool(projects or companies or notices or guides),
        "projects_url": _url(text, "projects") if more_projects else "",
        "companies_url": _url(text, "companies") if more_companies else "",
        "notices_url": f"{reverse('public:zone')}?{urlencode({'q': text})}" if len(notices) > SHOWN else "",
        "guides_url": f"{reverse('public:guides')}?{urlencode({'q': text})}" if len(guides) > SHOWN else "",
    }


def _list(request: HttpRequest, text: str, only: str) -> HttpResponse:
    """All of one kind, page by page."""
    after = words.number(request.GET.get("after", ""))
    rows: list[Any]
    if only == "projects":
        rows, more = registers.projects_named(text, after)
    else:
        rows, more = registers.companies_named(text, after)
    context = {
        "q": text,
        "only": only,
        "title": LISTS[only],
        "rows": rows,
        "next_url": _url(text, only, more) if more else "",
        "first_url": _url(text, only) if after else "",
        "overview_url": f"{reverse('public:search')}?{urlencode({'q': text})}",
    }
    return render(request, "public/search_list.html", context)


def _url(text: str, only: str, after: int = 0) -> str:
    return f"{reverse('public:search')}?{urlencode({'q': text, 'in': only, **({'after': after} if after else {})})}"


def _is_code(text: str) -> bool:
    try:
        parse_project_code(text)
    except CodeError:
        return False
    return True
