"""The front page and the two statements every site owes."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import conditional_page, require_safe

from yinuo.engine.rules import pack
from yinuo.rooms.commitments import published as readings
from yinuo.site import demonstration, doors
from yinuo.ui.acting import actor_of

SHOWN = 5


@require_safe
@conditional_page
def home(request: HttpRequest) -> HttpResponse:
    """The way into a self-check and a search, three doors, the county's figures and what is in notice."""
    now = timezone.now()
    running = readings.in_notice(now)
    rows = [readings.zone_line(row, now) for row in running[:SHOWN]]
    count = running.count() if len(rows) == SHOWN else len(rows)
    logins = demonstration.logins() if settings.YINUO_DEMO else []
    passwords = {login.password for login in logins}
    context = {
        "notices": rows,
        "count": count,
        "doors": doors.doors_for(actor_of(request).role, count, rows[0].days_left if rows else None),
        "q": "",
        "figures": readings.figures(now),
        "logins": logins,
        "password": passwords.pop() if len(passwords) == 1 else "",
    }
    return render(request, "public/home.html", context)


@require_safe
@conditional_page
def about(request: HttpRequest) -> HttpResponse:
    return render(request, "public/about.html", {"rules": pack(), "demonstration": settings.YINUO_DEMO})


@require_safe
@conditional_page
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "public/accessibility.html", {})
