"""A company's public credit: its grade as its certificates show it, its projects, and how it keeps what it promises."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import conditional_page, require_safe

from yinuo.rooms.inspections import queries as inspections
from yinuo.site import published as registers
from yinuo.ui import words
from yinuo.ui.components.shapes import NavItem


@require_safe
@conditional_page
def company(request: HttpRequest, credit_code: str) -> HttpResponse:
    after = words.number(request.GET.get("after", ""))
    found = registers.company(credit_code, timezone.now(), after)
    if found is None:
        raise Http404("没有这个单位，或者它没有已公开的项目")
    own = reverse("public:company", args=[found.credit_code])
    context = {
        "breadcrumbs": [NavItem("查项目、事项和企业", reverse("public:search")), NavItem(found.name)],
        "c": found,
        "inspections": inspections.published_of(found.credit_code),
        "colours": words.grade_classes(timezone.localdate()),
        "next_url": f"{own}?after={found.after}" if found.after else "",
        "first_url": own if after else "",
    }
    return render(request, "public/company.html", context)
